#pragma once

#include "kiosk/ui/canvas.h"

// Small things that several widgets share.
namespace station::ui::internal {

struct Tones {
  Rgba fill, text, icon;
  Icon sign;
};
Tones tones_of(const Theme& theme, Tone tone);

// A surface that sinks under the finger, `by` pixels a side.
Rect pressed_rect(const Rect& rect, float press, float by);

// The middle of digits and of Chinese characters lies that share of SizePixels below the line's top.
inline constexpr float kMiddle = 0.547f;

}  // namespace station::ui::internal
