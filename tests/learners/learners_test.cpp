// Ten thousand riders who study at two stations, leave for orders, miss checks and live through power cuts. What the
// stations credit is compared, rider by rider, with a plain reading of the rule on a time line of tenths of a second.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kiosk/store/ledger.h"
#include "sync/base/random.h"
#include "sync/record/course_tally.h"
#include "sync/record/types.h"

using namespace station;
using namespace std::chrono_literals;

namespace {

constexpr int kLearners = 10'000;
constexpr int kRounds = 32;                  // of five seconds
constexpr std::int64_t kRoundMs = 5'000;
constexpr std::int64_t kCellMs = 100;        // every moment is a whole number of cells
constexpr std::int64_t kCells = (kRounds + 60) * kRoundMs / kCellMs;
constexpr std::int64_t kZero = 1'795'000'000'000;  // UTC ms at which the time line begins

struct Event {
  std::int64_t t;  // boot clock, ms
  std::string kind;
  bool media;
};

// ---- the rule once more, cell by cell ----

using Line = std::vector<char>;

// What one stream is credited, on its own boot clock.
Line credited_cells(std::vector<Event> events) {
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.t < b.t; });
  Line all(kCells, 0), session(kCells, 0);
  bool open = false;
  std::int64_t prev = 0, active = 0, verified = 0;
  const auto close = [&] {
    for (std::size_t c = 0; c < session.size(); ++c) all[c] = static_cast<char>(all[c] | session[c]);
    std::fill(session.begin(), session.end(), static_cast<char>(0));
    open = false;
  };
  for (const Event& e : events) {
    if (e.kind == "start") {
      if (open) close();
      open = true;
      prev = active = verified = e.t;
      continue;
    }
    if (!open) continue;
    if (e.t - prev <= 12'000)
      for (std::int64_t ms = prev; ms < e.t; ms += kCellMs)
        if (e.media || ms < active + 60'000) session[static_cast<std::size_t>(ms / kCellMs)] = 1;
    prev = e.t;
    if (e.kind == "input") active = e.t;
    if (e.kind == "check_ok" || e.kind == "id_ok") active = verified = e.t;
    if (e.kind == "check_missed")
      for (std::int64_t ms = verified; ms < e.t; ms += kCellMs) session[static_cast<std::size_t>(ms / kCellMs)] = 0;
    if (e.kind == "pause" || e.kind == "end") close();
  }
  if (open) close();
  return all;
}

// ---- stations ----

base::SigningKey key_of(std::uint8_t n) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(n);
  return base::signing_key_from_seed(seed);
}

class Post {
 public:
  Post(std::string id, std::filesystem::path folder, std::int64_t begins_ms)
      : clock(base::utc_from_ms(begins_ms)), random_(9), folder_(std::move(folder)) {
    identity_.station = std::move(id);
    identity_.city = "440902";
    identity_.record_key = key_of(1);
    identity_.centre = {"centre-440902", key_of(5).public_key};
    options_.path = (folder_ / (identity_.station + ".db")).string();
    open();
  }

  void open() {
    ledger.reset();
    auto opened = store::Ledger::open(identity_, options_, clock, random_);
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    ledger = *std::move(opened);
  }
  // The files as they are on the disk at this moment; the next program opens them.
  void power_cut(std::chrono::milliseconds down) {
    const std::string old = options_.path, next = old.substr(0, old.find(".db") + 3) + "-" + std::to_string(++boots);
    std::filesystem::copy_file(old, next);
    if (std::filesystem::exists(old + "-wal")) std::filesystem::copy_file(old + "-wal", next + "-wal");
    ledger.reset();
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(old + end);
    options_.path = next;
    clock.reboot("0000000000000000000000000000c0" + std::to_string(10 + boots), down);
    open();
  }
  std::int64_t boot_utc() const { return base::to_ms(clock.utc()) - base::to_ms(clock.mono()); }
  const std::string& id() const { return identity_.station; }

  base::ManualClock clock;
  std::unique_ptr<store::Ledger> ledger;
  int boots = 0;

 private:
  base::SeededRandom random_;
  std::filesystem::path folder_;
  store::Identity identity_;
  store::LedgerOptions options_;
};

// ---- riders ----

std::string number(int n) {
  std::string digits = std::to_string(n);
  return std::string(5 - digits.size(), '0') + digits;
}

// Where and how somebody is studying right now.
struct Session {
  bool open = false;
  int id = 0;
  std::int64_t offset = 0;        // of the ticks in a round, ms
  std::int64_t check_shown = -1;  // boot clock
  bool film = false;
  int stare = 0;  // rounds to come without a touch
};

struct Learner {
  std::string subject, course;
  bool honest = false;  // touches often, answers checks, is at one place at a time
  int wait = 0;         // rounds until the next visit
  int sessions = 0;
  Session at[2];
  std::map<std::pair<int, int>, std::vector<Event>> streams;  // (station, boot) → what was acknowledged
  // Of honest ones: from each start to its end, and how often a power cut made an end.
  std::int64_t present_ms = 0;
  std::int64_t since[2] = {0, 0};
  int cuts = 0;
};

class Crowd {
 public:
  Crowd(Post& a, Post& b) : posts_{&a, &b}, random_(4711) {
    for (int i = 0; i < kLearners; ++i) {
      Learner l;
      l.subject = "000000000000000000000000000" + number(i);
      l.course = "C" + number(i);
      l.honest = i % 2 == 0;
      l.wait = static_cast<int>(below(kRounds - 14));
      learners.push_back(std::move(l));
    }
    for (Post* post : posts_) post_boot_utc_.push_back({post->boot_utc()});
  }

  void live() {
    for (round_ = 0; round_ < kRounds; ++round_)
      for (int s = 0; s < 2; ++s) {
        if (round_ % 8 == 6 && (round_ / 8) % 2 == s) down_[s] = cut_power(s);
        if (down_[s] > 0) {
          if (--down_[s] > 0) continue;
        }
        work(s);
      }
  }

  std::int64_t boot_utc(int station, int boot) const {
    return post_boot_utc_[static_cast<std::size_t>(station)][static_cast<std::size_t>(boot)];
  }

  std::vector<Learner> learners;

 private:
  std::uint64_t below(std::uint64_t n) { return random_.next() % n; }
  std::int64_t some_ms(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>((high - low) / kCellMs))) * kCellMs;
  }

  // At the beginning of a round: nothing of it has happened yet. Returns the rounds until the station works again.
  int cut_power(int s) {
    Post& post = *posts_[s];
    const std::int64_t now = base::to_ms(post.clock.mono());
    for (Learner& l : learners) {
      if (!l.at[s].open) continue;
      l.at[s] = {};
      if (l.honest) {
        l.present_ms += now - l.since[s];
        ++l.cuts;
      }
      l.wait = 1 + static_cast<int>(below(6));
    }
    const int rounds = 2 + static_cast<int>(below(2));
    post.power_cut(std::chrono::milliseconds((rounds - 1) * kRoundMs));
    post_boot_utc_[static_cast<std::size_t>(s)].push_back(post.boot_utc());
    return rounds;
  }

  // Five seconds of one station: what its riders do, in one transaction.
  void work(int s) {
    Post& post = *posts_[s];
    begin_ = base::to_ms(post.clock.mono());
    post.clock.advance(std::chrono::milliseconds(kRoundMs));
    requests_.clear();
    done_.clear();
    for (Learner& l : learners) {
      Session& session = l.at[s];
      if (session.open) {
        go_on(l, s);
      } else if (comes(l, s)) {
        begin(l, s);
      }
    }
    const auto replies = post.ledger->handle(requests_);
    REQUIRE(replies.size() == requests_.size());
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (!std::holds_alternative<flow::Attended>(replies[i].outcome)) FAIL("a study event was not stored");
      auto& [learner, event] = done_[i];
      learner->streams[{s, post.boots}].push_back(event);
    }
  }

  bool comes(Learner& l, int s) {
    const bool elsewhere = l.at[1 - s].open;
    if (elsewhere) return !l.honest && below(60) == 0;  // leaves the card with somebody else
    if (round_ >= kRounds - 4) return false;
    if (l.wait > 0) {
      if (s == 0) --l.wait;
      return false;
    }
    return below(2) == 0;
  }

  void put(Learner& l, int s, std::int64_t t, const std::string& kind, bool media = false) {
    flow::Attend attend{l.subject, l.course, "S" + number(l.at[s].id), "L01", "L01-1", kind,
                        base::BootTime(std::chrono::milliseconds(t)), media, ""};
    requests_.push_back({++request_, std::move(attend)});
    done_.emplace_back(&l, Event{t, kind, media});
  }

  void begin(Learner& l, int s) {
    Session& session = l.at[s];
    session = {};
    session.open = true;
    session.id = ++l.sessions;
    session.offset = some_ms(0, kRoundMs);
    l.since[s] = begin_ + session.offset;
    put(l, s, l.since[s], "start");
    if (below(3) == 0) put(l, s, l.since[s], "id_ok");
  }

  void leave(Learner& l, int s, std::int64_t t) {
    put(l, s, t, below(3) == 0 ? "end" : "pause");
    if (l.honest) l.present_ms += t - l.since[s];
    l.at[s] = {};
    l.wait = 1 + static_cast<int>(below(8));  // nobody is at two places within one round
  }

  void go_on(Learner& l, int s) {
    Session& session = l.at[s];
    const std::int64_t t = begin_ + session.offset;
    if (session.check_shown >= 0) {
      resolve_check(l, s, t);
      if (!session.open) return;
    }
    if (below(9) == 0 || round_ >= kRounds - 2) return leave(l, s, t);
    if (!l.honest && below(25) == 0) return;  // the program hangs for a tick
    if (!l.honest && below(40) == 0) session.stare = 14;
    if (!l.honest && below(20) == 0) session.film = !session.film;
    if (session.stare > 0) --session.stare;
    const bool touches = session.stare == 0 && (l.honest ? round_ % 3 == 0 : below(3) == 0);
    if (touches) put(l, s, t, "input", session.film);
    put(l, s, t, "tick", session.film);
    if (session.check_shown < 0 && below(12) == 0) {
      session.check_shown = t;
      put(l, s, t, "check_shown");
    }
  }

  void resolve_check(Learner& l, int s, std::int64_t t) {
    Session& session = l.at[s];
    const std::int64_t over = session.check_shown + 30'000;
    if (t >= over) {
      // Noticed at the next tick, written with the moment at which the time was over.
      put(l, s, over, "check_missed");
      session.check_shown = -1;
    } else if (l.honest || below(8) == 0) {
      put(l, s, t, "check_ok");
      session.check_shown = -1;
    }
  }

  Post* posts_[2];
  base::SeededRandom random_;
  std::vector<std::vector<std::int64_t>> post_boot_utc_;
  int down_[2] = {0, 0};
  int round_ = 0;
  std::int64_t begin_ = 0;
  std::uint64_t request_ = 0;
  std::vector<flow::Request> requests_;
  std::vector<std::pair<Learner*, Event>> done_;
};

struct Expected {
  std::int64_t seconds = 0;
  bool overlap = false;
};

Expected expected_of(const Crowd& crowd, const Learner& l) {
  Line united(kCells + 100, 0);
  std::int64_t separate = 0, once = 0;
  for (const auto& [place, events] : l.streams) {
    const std::int64_t shift = (crowd.boot_utc(place.first, place.second) - kZero) / kCellMs;
    const Line mine = credited_cells(events);
    for (std::size_t c = 0; c < mine.size(); ++c) {
      if (!mine[c]) continue;
      ++separate;
      char& cell = united.at(static_cast<std::size_t>(static_cast<std::int64_t>(c) + shift));
      once += cell == 0;
      cell = 1;
    }
  }
  return {once * kCellMs / 1000, separate > once};
}

record::CourseOrder order_of(const Learner& l) {
  record::CourseOrder o;
  o.course = l.course;
  o.subject = l.subject;
  o.level = 2;
  o.kind = "training";
  o.profile = "seed_default";
  o.required_s = 1800;
  o.lessons = {"L01"};
  o.assigned = base::utc_from_ms(kZero);
  o.deadline = o.assigned + 15 * 24h;
  return o;
}

// What the centre would compute from a station's whole log.
std::map<std::string, record::CourseProgress> parts_of(Post& post) {
  std::map<std::string, record::CourseTally> tallies;
  for (std::uint64_t from = 0; from < post.ledger->log_size();) {
    const auto lines = post.ledger->lines(from, 5000, std::size_t{8} << 20);
    REQUIRE(lines);
    from += lines->size();
    for (const std::string& line : *lines) {
      const auto r = record::parse_line(line);
      REQUIRE(r);
      const std::size_t at = r->body.find("\"course\":\"C");
      if (at == std::string::npos) continue;
      const std::string course = r->body.substr(at + 10, 6);
      tallies.try_emplace(course, course, post.id()).first->second.add(*r);
    }
  }
  std::map<std::string, record::CourseProgress> parts;
  for (const auto& [course, tally] : tallies) parts.emplace(course, tally.progress());
  return parts;
}

void tell(Post& post, std::string_view type, const std::vector<std::string>& bodies, std::uint64_t& pos) {
  std::vector<record::FeedEntry> entries;
  for (const std::string& body : bodies) entries.push_back({++pos, "city", std::string(type), post.clock.utc(), body});
  REQUIRE(post.ledger->apply(entries));
}

class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto where = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    std::string name = (where / "learners-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("ten thousand riders are credited at two stations what the rule says, no second twice and none lost",
          "[learners]") {
  const Folder folder;
  Post a("440902-001", folder.path, kZero), b("440902-002", folder.path, kZero + 700);
  Crowd crowd(a, b);
  crowd.live();

  Post* posts[] = {&a, &b};
  std::map<std::string, record::CourseProgress> parts[2];
  std::vector<std::string> orders;
  for (const Learner& l : crowd.learners) orders.push_back(record::to_json(order_of(l)));
  for (int s = 0; s < 2; ++s) parts[s] = parts_of(*posts[s]);
  for (int s = 0; s < 2; ++s) {
    std::uint64_t pos = 0;
    tell(*posts[s], record::kFeedCourse, orders, pos);
    std::vector<std::string> others;
    for (const auto& [course, part] : parts[1 - s]) others.push_back(record::to_json(part));
    tell(*posts[s], record::kFeedProgress, others, pos);
    CHECK(posts[s]->ledger->log_size() > 40'000);
  }

  std::int64_t credited = 0, overlaps = 0, cuts = 0, nothing = 0, wrong = 0, lost = 0;
  for (std::size_t i = 0; i < crowd.learners.size(); ++i) {
    const Learner& l = crowd.learners[i];
    const Expected expected = expected_of(crowd, l);
    std::vector<record::CourseProgress> mine;
    for (const auto& part : parts)
      if (const auto it = part.find(l.course); it != part.end()) mine.push_back(it->second);
    const auto standing = record::standing_of(order_of(l), mine, false, a.clock.utc() + 1h);
    if (standing.credited_ms / 1000 != expected.seconds || standing.overlap != expected.overlap) {
      ++wrong;
      UNSCOPED_INFO("rider " << i << ": " << standing.credited_ms << " ms, expected " << expected.seconds << " s");
    }
    // Honest riders lose nothing but what came after the last tick before a power cut.
    if (l.honest) {
      const std::int64_t missing = l.present_ms - standing.credited_ms;
      if (missing < 0 || missing > l.cuts * kRoundMs) {
        ++lost;
        UNSCOPED_INFO("rider " << i << ": was there for " << l.present_ms << " ms, credited " << standing.credited_ms
                               << ", power cuts " << l.cuts);
      }
    }
    credited += expected.seconds;
    overlaps += expected.overlap;
    cuts += l.cuts;
    nothing += expected.seconds == 0;
    // Both stations show it, each from its own log and what it was told of the other's.
    if (i % 10 != 0) continue;
    for (Post* post : posts) {
      const auto reply = post->ledger->handle({1, flow::LoadRider{l.subject}});
      const auto* view = std::get_if<flow::RiderChanged>(&reply.outcome);
      REQUIRE(view);
      REQUIRE(view->rider.courses.size() == 1);
      wrong += view->rider.courses[0].credited_s != expected.seconds;
    }
  }
  CHECK(wrong == 0);
  CHECK(lost == 0);
  // A crowd in which nothing happens proves nothing.
  CHECK(credited > kLearners * 15);
  CHECK(overlaps > 50);
  CHECK(cuts > 1000);
  CHECK(nothing < kLearners / 4);
}
