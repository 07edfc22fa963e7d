// Presence checks: learning rules, section 7.
#include "sync/rules/presence.h"

#include <catch2/catch.hpp>
#include <set>

using namespace station;
using namespace station::rules;

TEST_CASE("presence checks come after three to seven minutes and never at the last place", "[rules]") {
  base::SeededRandom random(1);
  PresenceSchedule schedule(random);
  int last = -1;
  for (int i = 0; i < 300; ++i) {
    std::int64_t waited = 0;
    while (!schedule.due()) {
      schedule.run(milliseconds(1000));
      waited += 1000;
    }
    CHECK(waited >= 180'000);
    CHECK(waited <= 420'000);
    const int place = schedule.next_place(random);
    CHECK(place != last);
    CHECK((place >= 0 && place < 9));
    last = place;
    schedule.resolved(random);
  }
}

TEST_CASE("every place but the last one is drawn, and delays reach both ends of their range", "[rules]") {
  base::SeededRandom random(2);
  PresenceSchedule schedule(random);
  std::set<std::pair<int, int>> steps;
  int last = schedule.next_place(random);
  for (int i = 0; i < 4000; ++i) {
    const int place = schedule.next_place(random);
    steps.insert({last, place});
    last = place;
  }
  CHECK(steps.size() == 9 * 8);
  // Fixed draws at the two ends of the range.
  struct Fixed final : base::Random {
    explicit Fixed(std::uint64_t v) : value(v) {}
    void fill(std::span<std::uint8_t> into) override {
      for (std::size_t i = 0; i < into.size(); ++i)
        into[i] = static_cast<std::uint8_t>(value >> (8 * (into.size() - 1 - i)));
    }
    std::uint64_t value;
  };
  const auto delay = [](std::uint64_t draw) {
    Fixed fixed(240'001ull * 1000 + draw);
    PresenceSchedule s(fixed);
    std::int64_t waited = 0;
    for (; !s.due(); ++waited) s.run(milliseconds(1));
    return waited;
  };
  CHECK(delay(0) == 180'000);
  CHECK(delay(240'000) == 420'000);
}

TEST_CASE("a lesson without a check owes one a minute before its planned end", "[rules]") {
  CHECK_FALSE(presence_owed(false, milliseconds(60'001)));
  CHECK(presence_owed(false, milliseconds(60'000)));
  CHECK(presence_owed(false, milliseconds(-5)));
  CHECK_FALSE(presence_owed(true, milliseconds(0)));
}

TEST_CASE("a check is answered before thirty seconds are over and missed at exactly thirty", "[rules]") {
  using R = PresenceResult;
  CHECK(presence_result(1000, 1000, PresenceSign::answered) == R{StudyKind::check_ok, 1000});
  CHECK(presence_result(1000, 30'999, PresenceSign::answered) == R{StudyKind::check_ok, 30'999});
  CHECK(presence_result(1000, 31'000, PresenceSign::answered) == R{StudyKind::check_missed, 31'000});
  CHECK(presence_result(1000, 45'000, PresenceSign::time_passed) == R{StudyKind::check_missed, 31'000});
  CHECK_FALSE(presence_result(1000, 30'999, PresenceSign::time_passed));
}

TEST_CASE("leaving by a touch answers the check, a session that closes itself misses it", "[rules]") {
  using R = PresenceResult;
  CHECK(presence_result(1000, 5000, PresenceSign::left_by_touch) == R{StudyKind::check_ok, 5000});
  CHECK(presence_result(1000, 5000, PresenceSign::left_by_itself) == R{StudyKind::check_missed, 5000});
  CHECK(presence_result(1000, 50'000, PresenceSign::left_by_touch) == R{StudyKind::check_missed, 31'000});
}
