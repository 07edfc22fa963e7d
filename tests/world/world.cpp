#include "tests/world/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "sync/base/file.h"
#include "sync/record/batch.h"
#include "sync/record/pack.h"
#include "sync/record/record.h"
#include "sync/rules/study_time.h"

namespace station::world {

using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

const std::string& shipped_pack() {
  static const std::string kPack = [] {
    auto pack = record::build_pack(std::filesystem::path(STATION_SOURCE_DIR) / "assets");
    if (!pack) throw std::runtime_error(pack.error().message);
    return *pack;
  }();
  return kPack;
}

}  // namespace

World::World(std::uint64_t seed, const std::filesystem::path& folder, WorldOptions options)
    : folder_(folder), options_(options), random_(seed), clock_(base::utc_from_ms(1'795'600'000'000)) {
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  open_centre();
  token_ = *centre_->new_token(central::Role::administrator, "office", 24h);
  import_people();
  admit_stations();
}

void World::open_centre() {
  central::CentreOptions options;
  options.data = folder_ / "centre";
  options.config = std::filesystem::path(STATION_SOURCE_DIR) / "config";
  options.pin_cost = base::PinCost::test;
  auto centre = central::Centre::open(options, clock_, random_);
  if (!centre) throw std::runtime_error(centre.error().message);
  centre_ = std::move(*centre);
}

base::HttpResponse World::ask(const std::string& method, const std::string& target, const std::string& body) {
  const base::HttpResponse answer =
      centre_->handle(base::HttpRequest{method, target, {{"authorization", "Bearer " + token_}}, body, ""});
  if (answer.status != 200) throw std::runtime_error(fmt::format("{} {}: {} {}", method, target, answer.status, answer.body));
  return answer;
}

base::HttpResponse World::far_end(const base::HttpRequest& request) {
  if (!centre_) return {};
  return centre_->handle(request);
}

void World::import_people() {
  static constexpr const char* kPins[] = {"294173", "580261", "713946", "462805", "938174", "207563"};
  std::string riders = "rider,name,cards,login,pin,last4\n", violations = "id,rider,code,at,place\n";
  for (int i = 0; i < options_.riders; ++i) {
    Person p{fmt::format("R{:03}", i), fmt::format("138{:08}", i), kPins[i % 6], fmt::format("04A23B{:02X}", i), ""};
    p.subject = base::pseudonym(centre_->keys().roster_key, "rider", p.id);
    riders += fmt::format("{},{}师傅,{},{},{},{}\n", p.id, i, p.card, p.login, p.pin, p.login.substr(7));
    const int count = static_cast<int>(random_.below(4));
    for (int v = 0; v < count; ++v)
      violations += fmt::format("V{:03}-{},{},2007,{},文三路口\n", i, v, p.id, base::iso8601(clock_.utc() - 24h * (10 + v)));
    people_.push_back(std::move(p));
  }
  ask("POST", "/v1/riders", riders);
  ask("POST", "/v1/violations", violations);
  ask("POST", "/v1/packs", shipped_pack());
}

void World::admit_stations() {
  for (int i = 0; i < options_.stations; ++i) {
    store::Identity identity;
    identity.station = fmt::format("440902-{:03}", i + 1);
    identity.name = identity.station;
    identity.city = "440902";
    identity.record_key = base::new_signing_key(random_);
    identity.roster_key = centre_->keys().roster_key;
    identity.pin_pepper = centre_->keys().pin_pepper;
    random_.fill(identity.field_key);
    identity.centre = centre_->keys().note;
    const auto admission = centre_->admit({identity.station, identity.name, identity.record_key.public_key});
    if (!admission) throw std::runtime_error(admission.error().message);
    identity.inc = admission->inc;
    kiosks_.push_back(std::make_unique<Kiosk>(identity, folder_ / identity.station,
                                              [this](const base::HttpRequest& r) { return far_end(r); }, random_.next(),
                                              clock_.utc() + base::Milliseconds(random_.below(400))));
    kiosks_.back()->start();
  }
}

void World::change_weather() {
  const auto chance = [this](int most) { return random_.below(3) == 0 ? static_cast<int>(random_.below(static_cast<std::uint64_t>(most))) : 0; };
  for (auto& kiosk : kiosks_) {
    kiosk->line().set_weather({chance(300), chance(300), chance(200), chance(200), chance(200), chance(200), chance(200)});
    kiosk->line().set_up(random_.below(6) != 0);
  }
}

void World::mishap() {
  Kiosk& kiosk = *kiosks_[random_.below(kiosks_.size())];
  switch (random_.below(6)) {
    case 0:
      kiosk.crash();
      ++crashes_;
      break;
    case 1:  // power cut: the boot clock starts again
      kiosk.crash();
      ++crashes_;
      kiosk.clock().reboot(fmt::format("{:032x}", random_.next()), 0ms);
      break;
    case 2:
      centre_.reset();
      centre_down_s_ = 1 + static_cast<int>(random_.below(60));
      break;
    case 3: kiosk.clock().step_wall(base::Milliseconds(random_.below(4'000)) - 2s); break;
    default: kiosk.hardware().mishap(random_);
  }
}

void World::second() {
  clock_.advance(1s);
  if (!centre_ && --centre_down_s_ <= 0) open_centre();
  if (centre_) centre_->tick();
  for (auto& kiosk : kiosks_) {
    if (!kiosk->running() && random_.below(10) == 0) kiosk->start();
    kiosk->second();
  }
}

void World::live() {
  const int seconds = static_cast<int>(options_.busy / 1s);
  for (int s = 0; s < seconds; ++s) {
    if (s % 60 == 0) change_weather();
    if (random_.below(240) == 0) mishap();
    second();
    for (auto& kiosk : kiosks_)
      if (random_.below(2) == 0) kiosk->act(people_);
  }
}

bool World::heal(base::Milliseconds limit) {
  if (!centre_) open_centre();
  for (auto& kiosk : kiosks_) {
    kiosk->line().set_weather({});
    kiosk->line().set_up(true);
    kiosk->hardware().heal();
    if (!kiosk->running()) kiosk->start();
    if (!kiosk->running()) return false;
    kiosk->retry_now();
  }
  int calm = 0;
  for (int s = 0; s < static_cast<int>(limit / 1s); ++s) {
    second();
    for (auto& kiosk : kiosks_) kiosk->hardware().close_doors();
    bool rest = true;
    for (auto& kiosk : kiosks_) {
      if (calm == 0) kiosk->hardware().take_card();
      const auto screen = kiosk->screen();
      const bool idle = std::holds_alternative<flow::AttractScreen>(screen);
      rest = rest && idle && kiosk->ledger().confirmed() == kiosk->ledger().log_size() &&
             kiosk->ledger().feed_cursor() >= centre_->feed_position(kiosk->identity().station);
    }
    calm = rest ? calm + 1 : 0;
    if (calm >= 70) return true;  // longer than the centre holds study time back
  }
  return false;
}

std::vector<std::string> World::pulled() {
  std::vector<std::string> lines;
  std::string cursor;
  for (;;) {
    const std::string body = ask("GET", "/v1/records?limit=1000" + (cursor.empty() ? "" : "&cursor=" + cursor)).body;
    std::vector<std::string> page;
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t end = body.find('\n', at);
      page.push_back(body.substr(at, end - at));
      at = end + 1;
    }
    const Json trailer = Json::parse(page.back());
    page.pop_back();
    lines.insert(lines.end(), page.begin(), page.end());
    cursor = trailer.at("cursor").get<std::string>();
    if (!trailer.at("more").get<bool>()) return lines;
  }
}

void World::check_log(Kiosk& kiosk, const std::vector<std::string>& lines, std::vector<std::string>& out) {
  const std::string& station = kiosk.identity().station;
  std::vector<std::string> own;
  for (std::uint64_t at = 0; at < kiosk.ledger().log_size();) {
    const auto some = kiosk.ledger().lines(at, 10'000, std::size_t{64} << 20);
    if (!some) {
      out.push_back(station + ": cannot read its own log: " + some.error().message);
      return;
    }
    own.insert(own.end(), some->begin(), some->end());
    at += some->size();
  }
  if (own != lines)
    out.push_back(fmt::format("{}: the centre holds {} lines of its {} or others than it wrote", station, lines.size(), own.size()));
  for (const Acknowledged& a : kiosk.acknowledged())
    if (a.seq >= own.size() || record::leaf_hash(own[a.seq]) != a.leaf)
      out.push_back(fmt::format("{}: acknowledged {} at {} is lost or another", station, a.type, a.seq));
  const std::string difference = kiosk.ledger().compare_with_log();
  if (!difference.empty()) out.push_back(station + ": state and log differ: " + difference);
}

// The minutes that a rider sees are those which the rule gives for the evidence of all stations.
void World::check_study(std::vector<std::string>& out) {
  std::map<std::string, std::map<std::string, rules::StudyStream>> streams;  // course → station and boot → events
  std::map<std::string, std::string> subjects;
  for (const std::string& line : pulled()) {
    const auto record = record::parse_line(line);
    if (!record) {
      out.push_back("a pulled line is no record: " + record.error().message);
      return;
    }
    if (!record->type.starts_with("attendance.")) continue;
    const Json body = Json::parse(record->body);
    const std::string course = body.at("course");
    if (course.empty()) continue;
    subjects[course] = record->subject;
    const auto kind = rules::study_kind(record->type.substr(11));
    rules::StudyStream& s = streams[course][record->station + record->boot];
    if (s.events.empty()) s.boot_utc_ms = base::to_ms(record->at) - record->mono_ms;
    s.events.push_back({record->mono_ms, *kind, body.value("media", false)});
  }
  for (const auto& [course, parts] : streams) {
    std::vector<rules::StudyStream> all;
    for (const auto& [name, stream] : parts) all.push_back(stream);
    const std::int64_t reference = rules::time_on_task(all).seconds;
    for (auto& kiosk : kiosks_) {
      const flow::Reply reply = kiosk->ledger().handle({1, flow::LoadRider{subjects[course]}});
      const auto* rider = std::get_if<flow::RiderChanged>(&reply.outcome);
      if (!rider) {
        out.push_back(kiosk->identity().station + " does not know the rider of course " + course);
        continue;
      }
      for (const flow::CourseView& c : rider->rider.courses)
        if (c.course == course && std::abs(c.credited_s - reference) > 2)
          out.push_back(fmt::format("{}: course {} shows {} s, the evidence says {} s", kiosk->identity().station, course,
                                    c.credited_s, reference));
    }
  }
}

void World::check_boxes(const std::vector<std::string>& lines, const std::string& station, std::vector<std::string>& out) {
  std::map<std::string, std::string> holder;  // box → lease
  std::map<std::string, int> intended;    // box → how often
  for (const std::string& line : lines) {
    const auto record = record::parse_line(line);
    if (!record) continue;
    const Json body = Json::parse(record->body);
    if (record->type == "lease.started") {
      std::string& lease = holder[body.at("box")];
      if (!lease.empty()) out.push_back(station + ": box " + body.at("box").get<std::string>() + " has two leases");
      lease = body.at("lease");
    } else if (record->type == "lease.ended") {
      holder[body.at("box")].clear();
    } else if (record->type == "box.intended") {
      ++intended[body.at("box")];
    }
  }
  for (auto& kiosk : kiosks_)
    if (kiosk->identity().station == station) {
      // One pulse and at most two more, each after a read that still says closed.
      for (const store::BoxConfig& box : Hardware::boxes())
        if (kiosk->hardware().pulses(box.name) > 3 * intended[box.name])
          out.push_back(fmt::format("{}: {} pulses on box {} for {} intents", station, kiosk->hardware().pulses(box.name),
                                    box.name, intended[box.name]));
      for (const std::string& v : kiosk->hardware().violations()) out.push_back(station + ": " + v);
      std::set<std::string> charging;
      for (const flow::RunningCharge& c : kiosk->ledger().station().charges) charging.insert(c.port);
      for (const std::string& port : kiosk->hardware().powered())
        if (!charging.contains(port)) out.push_back(station + ": port " + port + " has power and nobody charges");
    }
}

std::vector<std::string> World::broken_promises() {
  std::vector<std::string> out;
  std::map<std::string, std::vector<std::string>> by_station;
  for (const std::string& line : pulled()) {
    const auto record = record::parse_line(line);
    if (record) by_station[record->station].push_back(line);
  }
  for (auto& kiosk : kiosks_) {
    check_log(*kiosk, by_station[kiosk->identity().station], out);
    check_boxes(by_station[kiosk->identity().station], kiosk->identity().station, out);
  }
  check_study(out);
  const auto before = centre_->projection_dump();
  const auto rebuilt = centre_->rebuild();
  const auto after = centre_->projection_dump();
  if (!before || !rebuilt || !after || *before != *after) out.push_back("the centre's state is not what its log gives");
  return out;
}

std::size_t World::acknowledged() const {
  std::size_t n = 0;
  for (const auto& kiosk : kiosks_) n += kiosk->acknowledged().size();
  return n;
}

int World::certificates() const {
  int n = 0;
  for (const auto& kiosk : kiosks_)
    for (const Acknowledged& a : kiosk->acknowledged()) n += a.type == "certificate.issued" ? 1 : 0;
  return n;
}

std::string World::trace_hash() const {
  std::string all;
  for (const auto& kiosk : kiosks_)
    for (const Acknowledged& a : kiosk->acknowledged())
      all.append(reinterpret_cast<const char*>(a.leaf.data()), a.leaf.size());
  return base::to_hex(base::sha256(base::as_bytes(all)));
}

}  // namespace station::world
