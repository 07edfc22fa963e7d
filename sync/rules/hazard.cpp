#include "sync/rules/hazard.h"

#include <algorithm>
#include <array>

namespace station::rules {

namespace {

constexpr std::uint64_t kDebounceMs = 80, kBurstMs = 2000, kRegularMs = 30'000;
constexpr std::size_t kMostTaps = 20, kBurstTaps = 6, kRegularTaps = 7;

// b − a for a <= b; never overflows.
std::uint64_t distance(std::int64_t a, std::int64_t b) {
  return static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a);
}

std::vector<std::int64_t> kept_taps(std::span<const std::int64_t> taps) {
  std::vector<std::int64_t> sorted(taps.begin(), taps.end()), kept;
  std::sort(sorted.begin(), sorted.end());
  for (const std::int64_t t : sorted)
    if (kept.empty() || distance(kept.back(), t) >= kDebounceMs) kept.push_back(t);
  return kept;
}

// Every gap within 12 % of the mean, in integers: 25·|6·gap − s| <= 3·s.
bool evenly_spaced(std::span<const std::int64_t> seven) {
  const std::uint64_t s = distance(seven.front(), seven.back());
  if (s > kRegularMs) return false;
  for (std::size_t i = 1; i < seven.size(); ++i) {
    const std::uint64_t six_gaps = 6 * distance(seven[i - 1], seven[i]);
    if (25 * (six_gaps > s ? six_gaps - s : s - six_gaps) > 3 * s) return false;
  }
  return true;
}

HazardVoid pattern_of(std::span<const std::int64_t> taps) {
  if (taps.size() > kMostTaps) return HazardVoid::too_many;
  for (std::size_t i = 0; i + kBurstTaps <= taps.size(); ++i)
    if (distance(taps[i], taps[i + kBurstTaps - 1]) <= kBurstMs) return HazardVoid::burst;
  for (std::size_t i = 0; i + kRegularTaps <= taps.size(); ++i)
    if (evenly_spaced(taps.subspan(i, kRegularTaps))) return HazardVoid::regular;
  return HazardVoid::none;
}

// 5 − floor(5·after / length), without the product: after >= k fifths of the length, rounded up.
int points(std::uint64_t after, std::uint64_t length) {
  int lost = 0;
  for (std::uint64_t k = 1; k <= 4; ++k)
    if (after >= length / 5 * k + (length % 5 * k + 4) / 5) ++lost;
  return 5 - lost;
}

}  // namespace

const char* to_string(HazardVoid reason) {
  constexpr std::array<const char*, 4> kWords{"none", "too_many", "burst", "regular"};
  return kWords[static_cast<std::size_t>(reason)];
}

HazardScore score_hazards(std::span<const HazardWindow> hazards, std::span<const std::int64_t> taps) {
  const std::vector<std::int64_t> kept = kept_taps(taps);
  HazardScore out;
  out.why_void = pattern_of(kept);
  for (const HazardWindow& h : hazards) {
    const auto tap = std::lower_bound(kept.begin(), kept.end(), h.open);
    const bool seen = out.why_void == HazardVoid::none && tap != kept.end() && *tap < h.close;
    out.scores.push_back(seen ? points(distance(h.open, *tap), distance(h.open, h.close)) : 0);
    out.total += out.scores.back();
  }
  return out;
}

}  // namespace station::rules
