#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Scoring of hazard perception clips (learning rules, section 5). Clip times in integer milliseconds. Pure.
namespace station::rules {

// [open, close): opens at the first visible clue, closes when a rider who reacts only then would have made a serious
// mistake.
struct HazardWindow {
  std::int64_t open = 0;
  std::int64_t close = 0;
};

enum class HazardVoid : std::uint8_t { none, too_many, burst, regular };
const char* to_string(HazardVoid reason);  // "too_many", …

struct HazardScore {
  HazardVoid why_void = HazardVoid::none;  // announced to the rider: the whole clip scores nothing
  std::vector<int> scores;                 // 0…5, one for each hazard in the given order
  int total = 0;
};

// Taps in any order.
HazardScore score_hazards(std::span<const HazardWindow> hazards, std::span<const std::int64_t> taps);

}  // namespace station::rules
