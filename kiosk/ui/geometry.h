#pragma once

#include <algorithm>
#include <cstdint>

// Plain geometry of the screen. Units are pixels of the panel; x grows to the right, y downwards.
namespace station::ui {

struct Point {
  float x = 0, y = 0;
};

struct Size {
  float w = 0, h = 0;
};

// Half-open: contains its left and upper edge, not its right and lower one.
struct Rect {
  float x = 0, y = 0, w = 0, h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Point centre() const { return {x + w / 2, y + h / 2}; }
  bool empty() const { return w <= 0 || h <= 0; }
  bool contains(Point p) const { return p.x >= x && p.y >= y && p.x < right() && p.y < bottom(); }
  // `slack`: how far `inner` may stick out before it counts.
  bool contains(const Rect& inner, float slack = 0) const {
    return inner.x >= x - slack && inner.y >= y - slack && inner.right() <= right() + slack &&
           inner.bottom() <= bottom() + slack;
  }
  Rect moved(float dx, float dy) const { return {x + dx, y + dy, w, h}; }
  // Negative values grow.
  Rect inset(float by) const { return {x + by, y + by, w - 2 * by, h - 2 * by}; }
  Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
  Rect intersect(const Rect& o) const {
    const float l = std::max(x, o.x), t = std::max(y, o.y);
    const float r = std::min(right(), o.right()), b = std::min(bottom(), o.bottom());
    return {l, t, std::max(0.0f, r - l), std::max(0.0f, b - t)};
  }
  // Cell `index` of `count` equal columns (rows) with `gap` between them.
  Rect column(int index, int count, float gap) const {
    const float each = (w - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
    return {x + static_cast<float>(index) * (each + gap), y, each, h};
  }
  Rect row(int index, int count, float gap) const {
    const float each = (h - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
    return {x, y + static_cast<float>(index) * (each + gap), w, each};
  }
};

// Whole pixels, half-open: what was redrawn.
struct PixelRect {
  int x = 0, y = 0, w = 0, h = 0;
  bool operator==(const PixelRect&) const = default;
};

// A frame in memory that somebody else owns: 32-bit pixels 0xFFRRGGBB, `pitch` pixels from one line to the next.
struct PixelView {
  std::uint32_t* pixels = nullptr;
  int width = 0, height = 0;
  int pitch = 0;
};

// The grid of all screens on a 1080 × 1920 portrait panel.
struct Grid {
  static constexpr float kMargin = 48;          // left and right of the content
  static constexpr float kWidth = 984;          // of the content
  static constexpr float kGap = 24;             // between cards
  static constexpr float kBlock = 36;           // between blocks
  static constexpr float kTop = 164;            // below the header
  static constexpr float kTitleBottom = 336;    // below header and title bar
  static constexpr float kBottom = 1708;        // above the bottom bar, which begins at 1744
  static constexpr float kPrimaryHeight = 164;  // of the one action
  static constexpr float kRowHeight = 166;      // of a list row
  static constexpr float kRowGap = 24;
};

}  // namespace station::ui
