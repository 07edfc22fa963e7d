// Counted credit: learning rules, 8.2.
#include "sync/rules/counted_credit.h"

#include <catch2/catch.hpp>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;

namespace {
constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute;
}

TEST_CASE("intervals from several stations are united", "[rules]") {
  const std::vector<Interval> all{{50, 60}, {0, 10}, {10, 20}, {15, 30}, {40, 40}, {58, 55}};
  CHECK(union_of(all) == std::vector<Interval>{{0, 30}, {50, 60}});
  CHECK(length_ms(all) == 45);
}

TEST_CASE("only the 72 hours before an instant count", "[rules]") {
  const std::vector<Interval> credit{{0, 10 * kMinute}, {60 * kHour, 60 * kHour + 15 * kMinute}};
  CHECK(counted_credit(credit, 61 * kHour).ms == 25 * kMinute);
  CHECK(counted_credit(credit, 72 * kHour).ms == 25 * kMinute);
  CHECK(counted_credit(credit, 72 * kHour + 4 * kMinute).ms == 21 * kMinute);
  CHECK(counted_credit(credit, 72 * kHour + 10 * kMinute).ms == 15 * kMinute);
  CHECK(counted_credit(credit, 5 * kMinute).ms == 5 * kMinute);  // nothing of the future
  CHECK(counted_credit({}, 0).ms == 0);
}

TEST_CASE("the rider sees how much drops out and when", "[rules]") {
  const std::vector<Interval> credit{{0, 10 * kMinute}, {60 * kHour, 60 * kHour + 15 * kMinute}};
  const CountedCredit at = counted_credit(credit, 61 * kHour);
  REQUIRE(at.drops.size() == 2);
  CHECK(at.drops[0] == DropOut{72 * kHour, 72 * kHour + 10 * kMinute, 10 * kMinute});
  CHECK(at.drops[1] == DropOut{132 * kHour, 132 * kHour + 15 * kMinute, 15 * kMinute});
  CHECK(dropped_by(at, 72 * kHour) == 0);
  CHECK(dropped_by(at, 72 * kHour + kMinute) == kMinute);
  CHECK(dropped_by(at, 100 * kHour) == 10 * kMinute);
  // What is left after the drop is what is counted then.
  const std::int64_t then = 72 * kHour + 7 * kMinute;
  CHECK(at.ms - dropped_by(at, then) == counted_credit(credit, then).ms);
}

TEST_CASE("the instant at which the credit was complete is exact", "[rules]") {
  const std::vector<Interval> credit{{0, 20 * kMinute}, {kHour, kHour + 20 * kMinute}};
  CHECK(credit_reached_at(credit, 30 * kMinute) == kHour + 10 * kMinute);
  CHECK(credit_reached_at(credit, 40 * kMinute) == kHour + 20 * kMinute);
  CHECK_FALSE(credit_reached_at(credit, 40 * kMinute + 1));
  CHECK_FALSE(credit_reached_at({}, 1));
}

TEST_CASE("time that drops out before the rest is studied does not help", "[rules]") {
  const std::vector<Interval> late{{0, 20 * kMinute}, {72 * kHour + 20 * kMinute, 72 * kHour + 40 * kMinute}};
  CHECK_FALSE(credit_reached_at(late, 30 * kMinute));
  // While new minutes come, old ones leave: 20 minutes stay 20 until the old ones are gone.
  const std::vector<Interval> exchange{{0, 20 * kMinute}, {72 * kHour, 72 * kHour + 31 * kMinute}};
  CHECK(credit_reached_at(exchange, 30 * kMinute) == 72 * kHour + 30 * kMinute);
}

TEST_CASE("bisecting finds what trying every millisecond finds", "[rules]") {
  base::SeededRandom random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Interval> credit;
    for (int i = 0; i < 6; ++i) {
      const auto begin = static_cast<std::int64_t>(random.below(120));
      credit.push_back({begin, begin + static_cast<std::int64_t>(random.below(20))});
    }
    const auto required = static_cast<std::int64_t>(random.below(25)) + 1;
    std::optional<std::int64_t> tried;
    for (std::int64_t t = 0; t < 160 && !tried; ++t)
      if (counted_credit(credit, t, 40).ms >= required) tried = t;
    CHECK(credit_reached_at(credit, required, 40) == tried);
  }
}
