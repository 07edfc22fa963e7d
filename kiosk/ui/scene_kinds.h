#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "kiosk/ui/scene_model.h"

// What each kind of item takes: the table behind assets/scenes/README.md.
namespace station::ui::scene {

enum Field : std::uint32_t {
  kNoField = 0,
  kAt = 1U << 0,  // must stand somewhere: `at` or `path`
  kColour = 1U << 1,
  kTone = 1U << 2,
  kLoad = 1U << 3,
  kSignName = 1U << 4,
  kLane = 1U << 5,
  kSize = 1U << 6,
  kPoints = 1U << 7,  // required where taken
  kFromTo = 1U << 8,  // required where taken
  kText = 1U << 9,
  kPointer = 1U << 10,
  kValue = 1U << 11,  // required where taken
  kGauge = 1U << 12,  // limit, max
  kBars = 1U << 13,   // required where taken
  kWidth = 1U << 14,
  kNeedsText = 1U << 15,
};

inline constexpr std::uint8_t kTopView = 1, kSideView = 2, kBothViews = 3, kAheadView = 4, kAllViews = 7;

struct KindRule {
  std::uint8_t views = kBothViews;
  std::uint32_t fields = kAt;
  std::span<const State> states;  // the first is the default; empty: the kind has no states
};

KindRule rule_of(Kind kind);

struct GroundRule {
  std::uint8_t views = kBothViews;
  bool indoor = false;
};

GroundRule rule_of(Ground ground);

}  // namespace station::ui::scene
