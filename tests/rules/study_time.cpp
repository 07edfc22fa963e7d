// Study time from evidence: learning rules, section 6; the examples of 6.5 are literal.
#include "sync/rules/study_time.h"

#include <catch2/catch.hpp>
#include <limits>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;
using K = StudyKind;

namespace {

std::int64_t credited(const std::vector<StudyEvent>& events) {
  std::int64_t sum = 0;
  for (const Interval& i : credited_intervals(events)) sum += i.end - i.begin;
  return sum;
}

}  // namespace

TEST_CASE("a power cut loses at most what came after the last tick", "[rules]") {
  const StudyStream s{1'000'000,
                      {{0, K::start}, {5000, K::tick}, {8000, K::input}, {10'000, K::tick}, {15'000, K::tick}}};
  const StudyTotal t = time_on_task(std::vector{s});
  CHECK(t.seconds == 15);
  CHECK_FALSE(t.overlap);
}

TEST_CASE("a missed check takes back everything since the last verification", "[rules]") {
  const StudyStream s{0,
                      {{0, K::start},
                       {10'000, K::tick},
                       {20'000, K::tick},
                       {30'000, K::tick},
                       {33'000, K::check_shown},
                       {40'000, K::tick},
                       {50'000, K::tick},
                       {60'000, K::tick},
                       {63'000, K::check_missed},
                       {64'000, K::input},
                       {70'000, K::end}}};
  CHECK(time_on_task(std::vector{s}).seconds == 6);
}

TEST_CASE("time at two stations at once counts once and is flagged", "[rules]") {
  const std::vector<StudyStream> streams{{1'000'000, {{0, K::start}, {10'000, K::tick, true}, {20'000, K::end, true}}},
                                         {1'015'000, {{0, K::start}, {12'000, K::tick}, {24'001, K::end}}}};
  const StudyTotal t = time_on_task(streams);
  CHECK(t.seconds == 27);
  CHECK(t.overlap);
}

TEST_CASE("a stream delivered twice counts once and is not an overlap", "[rules]") {
  const StudyStream s{5, {{0, K::start}, {9000, K::tick}, {12'000, K::end}}};
  const StudyTotal t = time_on_task(std::vector{s, s});
  CHECK(t.seconds == 12);
  CHECK_FALSE(t.overlap);
}

TEST_CASE("the clock shown during study equals the credit computed afterwards", "[rules]") {
  base::SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<StudyEvent> events;
    StudyClock clock;
    std::int64_t t = 0;
    for (int i = 0; i < 60; ++i) {
      t += static_cast<std::int64_t>(random.below(14'000));
      const StudyEvent e{t, static_cast<StudyKind>(random.below(9)), random.below(4) == 0};
      events.push_back(e);
      clock.apply(e);
    }
    CHECK(clock.credited() == credited_intervals(events));
  }
}

TEST_CASE("a gap of twelve seconds is credited and a longer one gives nothing", "[rules]") {
  CHECK(credited({{0, K::start}, {12'000, K::end}}) == 12'000);
  CHECK(credited({{0, K::start}, {12'001, K::end}}) == 0);
  CHECK(credited({{0, K::start}, {12'001, K::tick}, {13'000, K::end}}) == 999);
}

TEST_CASE("without activity the clock stands still from one minute on", "[rules]") {
  std::vector<StudyEvent> events{{0, K::start}};
  for (int t = 5000; t <= 100'000; t += 5000) events.push_back({t, K::tick});
  CHECK(credited(events) == 60'000);
  events.push_back({100'000, K::input});
  events.push_back({105'000, K::end});
  CHECK(credited(events) == 65'000);
}

TEST_CASE("a film lets time pass without touches but is no activity itself", "[rules]") {
  std::vector<StudyEvent> events{{0, K::start}};
  for (int t = 10'000; t <= 120'000; t += 10'000) events.push_back({t, K::tick, true});
  CHECK(credited(events) == 120'000);
  events.push_back({130'000, K::tick});  // after the film: still idle since the start
  CHECK(credited(events) == 120'000);
}

TEST_CASE("a second start closes the open session at its previous event and keeps its credit", "[rules]") {
  CHECK(credited({{0, K::start}, {5000, K::tick}, {9000, K::start}, {10'000, K::tick}, {15'000, K::check_missed}}) ==
        5000);
}

TEST_CASE("events outside a session are ignored and sessions do not join", "[rules]") {
  CHECK(credited({{0, K::tick}, {5000, K::input}, {6000, K::end}}) == 0);
  CHECK(credited({{0, K::start}, {5000, K::pause}, {8000, K::tick}, {9000, K::start}, {12'000, K::end}}) == 8000);
}

TEST_CASE("a missed check takes nothing from sessions before and from what was verified", "[rules]") {
  CHECK(credited({{0, K::start}, {10'000, K::end}, {20'000, K::start}, {30'000, K::check_missed}}) == 10'000);
  CHECK(credited(
            {{0, K::start}, {10'000, K::check_ok}, {20'000, K::tick}, {25'000, K::check_missed}, {30'000, K::tick}}) ==
        15'000);
  CHECK(credited({{0, K::start}, {5000, K::id_ok}, {8000, K::tick}, {9000, K::check_missed}}) == 5000);
}

TEST_CASE("events are taken in the order of their time, equal times as given", "[rules]") {
  CHECK(credited({{15'000, K::end}, {0, K::start}, {8000, K::input}}) == 15'000);
  CHECK(credited({{0, K::start}, {10'000, K::end}, {10'000, K::start}, {15'000, K::end}}) == 15'000);
  CHECK(credited({{0, K::start}, {10'000, K::start}, {10'000, K::end}, {15'000, K::end}}) == 0);
}

TEST_CASE("the running clock counts on between events and knows what a missed check would cost", "[rules]") {
  StudyClock clock;
  CHECK(clock.credited_ms_at(5000, false) == 0);
  clock.apply({0, K::start});
  clock.apply({10'000, K::check_ok});
  clock.apply({20'000, K::tick});
  CHECK(clock.credited_ms() == 20'000);
  CHECK(clock.unverified_ms() == 10'000);
  CHECK(clock.credited_ms_at(23'500, false) == 23'500);
  CHECK(clock.credited_ms_at(40'000, false) == 20'000);
  clock.apply({30'000, K::end});
  CHECK(clock.unverified_ms() == 0);
  CHECK(clock.credited_ms_at(35'000, false) == 30'000);
}

TEST_CASE("an event from before its predecessor never credits time twice", "[rules]") {
  StudyClock clock;
  clock.apply({0, K::start});
  clock.apply({10'000, K::input});
  clock.apply({6000, K::tick});
  clock.apply({14'000, K::tick});
  CHECK(clock.credited_ms() == 14'000);
}

TEST_CASE("words of events are those of the records", "[rules]") {
  for (int k = 0; k < 9; ++k) CHECK(study_kind(to_string(static_cast<K>(k))) == static_cast<K>(k));
  CHECK_FALSE(study_kind("nap"));
  CHECK_FALSE(study_kind(""));
}

TEST_CASE("numbers at the end of the scale do no harm", "[rules]") {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min(), highest = std::numeric_limits<std::int64_t>::max();
  const std::vector<StudyStream> streams{{highest, {{lowest, K::start}, {lowest + 5, K::tick}, {highest, K::end}}},
                                         {lowest, {{lowest, K::start}, {lowest + 5, K::tick}}},
                                         {highest, {{highest - 5, K::start}, {highest, K::input}}}};
  CHECK(time_on_task(streams).seconds == 0);
}

TEST_CASE("the total carries its intervals on the UTC axis", "[rules]") {
  const std::vector<StudyStream> streams{{1000, {{0, K::start}, {5000, K::end}}},
                                         {4000, {{0, K::start}, {5000, K::end}}}};
  CHECK(time_on_task(streams).intervals == std::vector<Interval>{{1000, 9000}});
  CHECK(time_on_task(streams).overlap);
  const std::vector<StudyStream> touching{{0, {{0, K::start}, {5000, K::end}}},
                                          {5000, {{0, K::start}, {5000, K::end}}}};
  CHECK_FALSE(time_on_task(touching).overlap);
}
