// Hazard perception: learning rules, section 5; the cases of 5.4 are literal.
#include "sync/rules/hazard.h"

#include <catch2/catch.hpp>
#include <limits>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;

namespace {
HazardScore score(std::vector<HazardWindow> hazards, std::vector<std::int64_t> taps) {
  return score_hazards(hazards, taps);
}
int one(std::int64_t open, std::int64_t close, std::vector<std::int64_t> taps) {
  return score({{open, close}}, std::move(taps)).total;
}
}  // namespace

TEST_CASE("the printed clips score as printed", "[rules]") {
  HazardScore s = score({{8000, 12'000}}, {7990, 8050, 11'999});
  CHECK((s.why_void == HazardVoid::none && s.scores == std::vector{1} && s.total == 1));
  s = score({{1500, 2500}}, {1000, 1400, 1800, 2200, 2600, 3000});
  CHECK((s.why_void == HazardVoid::burst && s.scores == std::vector{0} && s.total == 0));
  s = score({{4000, 6500}}, {0, 1000, 2000, 3000, 4000, 5120, 6000});
  CHECK((s.why_void == HazardVoid::regular && s.total == 0));
  s = score({{4000, 6500}}, {0, 1000, 2000, 3000, 4000, 5121, 6000});
  CHECK((s.why_void == HazardVoid::none && s.scores == std::vector{5}));
}

TEST_CASE("the window is worth five at its opening and nothing at its close", "[rules]") {
  const int expected[] = {5, 5, 4, 4, 3, 3, 2, 2, 1, 1};
  for (int i = 0; i < 10; ++i) CHECK(one(1000, 2000, {1000 + i * 100}) == expected[i]);
  CHECK(one(1000, 2000, {999}) == 0);
  CHECK(one(1000, 2000, {2000}) == 0);
  CHECK(one(1000, 1000, {1000}) == 0);
  CHECK(one(2000, 1000, {1500}) == 0);
}

TEST_CASE("only the first tap in a window counts, and one tap may serve two hazards", "[rules]") {
  CHECK(one(1000, 2000, {1900, 1100}) == 5);
  CHECK(one(1000, 2000, {500, 1900}) == 1);
  CHECK(score({{1000, 2000}, {1500, 2500}}, {1600}).scores == std::vector{2, 5});
}

TEST_CASE("a tap within eighty milliseconds of the last kept one is dropped", "[rules]") {
  CHECK(one(1080, 2080, {1000, 1080}) == 5);
  CHECK(one(1079, 2079, {1000, 1079}) == 0);
  CHECK(one(1150, 2150, {1000, 1079, 1158}) == 5);  // the dropped one does not count as kept
}

TEST_CASE("more than twenty taps void the clip, and come before the other reasons", "[rules]") {
  std::vector<std::int64_t> taps;
  for (int i = 0; i < 20; ++i) taps.push_back(i * 3000 + (i % 2) * 1400);
  CHECK(score({}, taps).why_void == HazardVoid::none);
  taps.push_back(70'000);
  CHECK(score({}, taps).why_void == HazardVoid::too_many);
  taps.clear();
  for (int i = 0; i < 21; ++i) taps.push_back(i * 100);
  CHECK(score({}, taps).why_void == HazardVoid::too_many);
}

TEST_CASE("slow taps are not regular", "[rules]") {
  std::vector<std::int64_t> taps;
  for (int i = 0; i < 7; ++i) taps.push_back(i * 5000);
  CHECK(score({}, taps).why_void == HazardVoid::regular);
  taps.back() += 1;
  CHECK(score({}, taps).why_void == HazardVoid::none);
  CHECK(score({}, {0, 401, 802, 1203, 1604, 2005}).why_void == HazardVoid::none);
}

TEST_CASE("the score equals the formula, also at the ends of the scale", "[rules]") {
  base::SeededRandom random(8);
  for (int i = 0; i < 5000; ++i) {
    const auto open = static_cast<std::int64_t>(random.below(5000));
    const auto length = static_cast<std::int64_t>(random.below(40)) + 1;
    const auto after = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(length)));
    CHECK(one(open, open + length, {open + after}) == 5 - 5 * after / length);
  }
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min(), highest = std::numeric_limits<std::int64_t>::max();
  CHECK(one(lowest, highest, {lowest}) == 5);
  CHECK(one(lowest, highest, {highest - 1}) == 1);
  CHECK(score({{0, 1}}, {}).scores == std::vector{0});
}
