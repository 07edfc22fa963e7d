// Prints what the ledger costs on this machine: check-in by card with a roster of 500,000 riders, the studying rider's
// view, start-up and signed heads with a long log. Not a test: the numbers depend on the disk. Usage: bench_ledger
// [FOLDER]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "kiosk/store/ledger.h"
#include "sync/base/check.h"
#include "sync/base/random.h"
#include "sync/record/course_progress.h"
#include "sync/record/types.h"

using namespace station;
using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int kRiders = 500'000;
constexpr std::uint64_t kRecords = 200'000;
constexpr int kTaps = 2'000;

double ms_since(Steady::time_point t) {
  return std::chrono::duration<double, std::milli>(Steady::now() - t).count();
}

void print(const char* what, std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double p) { return ms[static_cast<std::size_t>(p * static_cast<double>(ms.size() - 1))]; };
  fmt::print("{:<52} p50 {:7.2f} ms   p99 {:7.2f} ms   max {:7.2f} ms\n", what, at(0.5), at(0.99), at(1));
}

std::string subject(int n) {
  return fmt::format("{:032x}", n);
}
std::string card(int n) {
  return fmt::format("04{:06X}", n);
}

class Feed {
 public:
  explicit Feed(store::Ledger& ledger) : ledger_(ledger), pos_(ledger.feed_cursor()) {}
  ~Feed() { flush(); }
  void add(std::string_view type, const Json& body) {
    entries_.push_back({++pos_, "city", std::string(type), {}, body.dump()});
    if (entries_.size() == 5'000) flush();
  }
  void flush() {
    STATION_CHECK(ledger_.apply(entries_), "the feed is applied");
    entries_.clear();
  }

 private:
  store::Ledger& ledger_;
  std::uint64_t pos_;
  std::vector<record::FeedEntry> entries_;
};

template <class T>
T ask(store::Ledger& ledger, flow::Demand demand) {
  flow::Reply reply = ledger.handle({1, std::move(demand)});
  STATION_CHECK(std::holds_alternative<T>(reply.outcome), "the ledger answers as expected");
  return std::get<T>(std::move(reply.outcome));
}

void fill(store::Ledger& ledger, const store::Identity& identity) {
  const auto start = Steady::now();
  Feed feed(ledger);
  for (int n = 0; n < kRiders; ++n)
    feed.add(record::kFeedRider,
             {{"subject", subject(n)},
              {"name", "王师傅"},
              {"cards", {base::pseudonym(identity.roster_key, "card", card(n))}},
              {"login", base::pseudonym(identity.roster_key, "login", std::to_string(13'000'000'000 + n))},
              {"pin", ""},
              {"last4", "1207"}});
  feed.flush();
  fmt::print("{:<52} {:.1f} s\n", "feed: 500,000 riders applied", ms_since(start) / 1000);
  while (ledger.log_size() < kRecords) {
    for (int n = 0; n < 5'000; ++n) feed.add("unknown", Json::object());
  }
}

// A rider in the middle of a course: 25 minutes of study in five visits.
void study(store::Ledger& ledger, base::ManualClock& clock) {
  record::CourseOrder order;
  order.course = "C1";
  order.subject = subject(0);
  order.kind = "training";
  order.required_s = 1800;
  order.assigned = clock.utc();
  order.deadline = clock.utc() + std::chrono::hours(360);
  {
    Feed feed(ledger);
    feed.add(record::kFeedCourse, Json::parse(record::to_json(order)));
  }
  std::vector<double> ticks, pauses;
  for (int session = 0; session < 5; ++session)
    for (int i = 0; i <= 60; ++i) {
      flow::Attend a{subject(0),   "C1",  fmt::format("S{}", session),
                     "L01",        "s1",  i == 0 ? "start" : i == 60 ? "pause" : i % 6 == 0 ? "input" : "tick",
                     clock.mono(), false, i == 60 ? "order" : ""};
      const auto start = Steady::now();
      ask<flow::Attended>(ledger, a);
      (i == 60 ? pauses : ticks).push_back(ms_since(start));
      clock.advance(std::chrono::seconds(5));
    }
  print("study: one tick committed", ticks);
  print("study: pause committed, progress kept", pauses);
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "ledger-bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  base::ManualClock clock(base::utc_from_ms(1'795'000'000'000));
  base::SeededRandom random(1);
  store::Identity identity;
  identity.station = "440902-007";
  identity.record_key = base::new_signing_key(random);
  store::LedgerOptions options;
  options.path = (folder / "station.db").string();
  options.ports = {"P1", "P2", "P3", "P4"};
  options.boxes = {{"A01", flow::BoxSize::small}, {"B01", flow::BoxSize::large}};

  auto ledger = *store::Ledger::open(identity, options, clock, random);
  fill(*ledger, identity);
  study(*ledger, clock);

  std::vector<double> first, again, taps_with_course, station;
  for (int i = 0; i < kTaps; ++i) {
    const int n = static_cast<int>(random.below(kRiders));
    auto start = Steady::now();
    ask<flow::Welcome>(*ledger, flow::TapCard{card(n), "R1"});
    first.push_back(ms_since(start));
    start = Steady::now();
    (void)ledger->station();
    station.push_back(ms_since(start));
    start = Steady::now();
    ask<flow::Welcome>(*ledger, flow::TapCard{card(n), "R1"});
    again.push_back(ms_since(start));
    ask<flow::Done>(*ledger, flow::LeaveStation{subject(n), "rider"});
    clock.advance(std::chrono::seconds(20));
  }
  for (int i = 0; i < 200; ++i) {
    const auto start = Steady::now();
    ask<flow::Welcome>(*ledger, flow::TapCard{card(0), "R1"});
    taps_with_course.push_back(ms_since(start));
    ask<flow::Done>(*ledger, flow::LeaveStation{subject(0), "rider"});
  }
  print("tap to committed check-in and full view", first);
  print("tap of a rider who is here already", again);
  print("tap of a rider in a course (305 study records)", taps_with_course);
  print("station view", station);

  std::vector<double> heads, batches;
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t n = random.below(ledger->log_size());
    auto start = Steady::now();
    STATION_CHECK(ledger->checkpoint(n), "a head of the log");
    heads.push_back(ms_since(start));
    start = Steady::now();
    STATION_CHECK(ledger->lines(n, 512, 256 * 1024), "lines of the log");
    batches.push_back(ms_since(start));
  }
  print("signed head at any size", heads);
  print("512 lines for a batch", batches);

  std::vector<double> starts;
  for (int i = 0; i < 10; ++i) {
    ledger.reset();
    const auto start = Steady::now();
    ledger = *store::Ledger::open(identity, options, clock, random);
    starts.push_back(ms_since(start));
  }
  print("start with 500,000 riders and 200,000 records", starts);

  const auto start = Steady::now();
  const std::string difference = ledger->compare_with_log();
  fmt::print("{:<52} {:.1f} s\n", "whole log read, rebuilt and compared", ms_since(start) / 1000);
  ledger.reset();
  std::filesystem::remove_all(folder);
  if (!difference.empty()) fmt::print("{}\n", difference);
  return difference.empty() ? 0 : 1;
}
