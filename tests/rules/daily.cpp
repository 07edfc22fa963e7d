#include "sync/rules/daily.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace station::rules;

namespace {

constexpr std::int64_t kDay = 86'400'000;

std::vector<DailyItem> bank(int n) {
  std::vector<DailyItem> out;
  for (int i = 0; i < n; ++i) out.push_back({"N" + std::to_string(100 + i), i % 4 == 0});
  return out;
}

}  // namespace

TEST_CASE("a rider who is new gets five questions, those of their violations first", "[rules]") {
  const auto chosen = choose_daily(bank(40), {}, "r1", "2026-11-25", 10 * kDay);
  REQUIRE(chosen.size() == 5);
  for (const auto& id : chosen) CHECK(std::stoi(id.substr(1)) % 4 == 0);
  CHECK(chosen == choose_daily(bank(40), {}, "r1", "2026-11-25", 10 * kDay));
  CHECK(chosen != choose_daily(bank(40), {}, "r2", "2026-11-25", 10 * kDay));
  CHECK(chosen != choose_daily(bank(40), {}, "r1", "2026-11-26", 11 * kDay));
}

TEST_CASE("what was answered today is not asked again today", "[rules]") {
  const auto items = bank(5);
  std::vector<PastReview> past;
  for (const auto& i : items) past.push_back({i.id, Rating::again, 10 * kDay});
  CHECK(choose_daily(items, past, "r1", "2026-11-25", 10 * kDay + 3'600'000).empty());
  CHECK(choose_daily(items, past, "r1", "2026-11-26", 11 * kDay).size() == 5);
}

TEST_CASE("at most ten due questions come, the most overdue first", "[rules]") {
  const auto items = bank(30);
  std::vector<PastReview> past;
  for (const auto& i : items) past.push_back({i.id, i.id == "N117" ? Rating::again : Rating::good, 0});
  const auto chosen = choose_daily(items, past, "r1", "d", 60 * kDay);
  REQUIRE(chosen.size() == 10);
  CHECK(chosen.front() == "N117");
}

TEST_CASE("due questions leave no room for new ones when there are five of them", "[rules]") {
  auto items = bank(6);
  std::vector<PastReview> past;
  for (int i = 0; i < 5; ++i) past.push_back({items[static_cast<std::size_t>(i)].id, Rating::good, 0});
  const auto chosen = choose_daily(items, past, "r1", "d", 60 * kDay);
  CHECK(chosen.size() == 5);
  CHECK(std::find(chosen.begin(), chosen.end(), "N105") == chosen.end());
}

TEST_CASE("each right answer puts a question further away, a wrong one brings it back", "[rules]") {
  std::vector<PastReview> past{{"Q", Rating::good, 0}};
  const int first = days_until_next("Q", past, "r");
  CHECK(first >= 1);
  CHECK(first <= 4);
  past.push_back({"Q", Rating::good, first * kDay});
  const int second = days_until_next("Q", past, "r");
  CHECK(second > first);
  past.push_back({"Q", Rating::again, (first + second) * kDay});
  CHECK(days_until_next("Q", past, "r") < second);
  CHECK(days_until_next("other", past, "r") == 0);
}
