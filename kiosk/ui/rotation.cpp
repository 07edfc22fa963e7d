#include "kiosk/ui/rotation.h"

#include <algorithm>
#include <cstddef>

#include "sync/base/check.h"

namespace station::ui {

PixelRect turned_frame(int width, int height, Turn turn) {
  return turn == Turn::right || turn == Turn::left ? PixelRect{0, 0, height, width} : PixelRect{0, 0, width, height};
}

PixelRect copy_turned(const PixelView& upright, const PixelRect& r, const PixelView& panel, Turn turn) {
  const int w = upright.width, h = upright.height;
  const PixelRect size = turned_frame(w, h, turn);
  STATION_CHECK(panel.width == size.w && panel.height == size.h, "the panel has the size of the turned frame");
  STATION_CHECK(r.x >= 0 && r.y >= 0 && r.x + r.w <= w && r.y + r.h <= h, "what changed lies inside the frame");
  // Where the first pixel goes, and the way from pixel to pixel along a row and from row to row.
  const std::ptrdiff_t pitch = panel.pitch;
  std::ptrdiff_t first = 0, along = 0, down = 0;
  PixelRect place;
  switch (turn) {
    case Turn::none:
      first = r.y * pitch + r.x, along = 1, down = pitch;
      place = r;
      break;
    case Turn::right:  // (x, y) goes to (h − 1 − y, x)
      first = r.x * pitch + (h - 1 - r.y), along = pitch, down = -1;
      place = {h - r.y - r.h, r.x, r.h, r.w};
      break;
    case Turn::half:
      first = (h - 1 - r.y) * pitch + (w - 1 - r.x), along = -1, down = -pitch;
      place = {w - r.x - r.w, h - r.y - r.h, r.w, r.h};
      break;
    case Turn::left:  // (x, y) goes to (y, w − 1 − x)
      first = (w - 1 - r.x) * pitch + r.y, along = -pitch, down = 1;
      place = {r.y, w - r.x - r.w, r.h, r.w};
      break;
  }
  // Blocks of 16 × 16 keep both sides in the cache.
  constexpr int kBlock = 16;
  for (int by = 0; by < r.h; by += kBlock)
    for (int bx = 0; bx < r.w; bx += kBlock)
      for (int y = by; y < std::min(by + kBlock, r.h); ++y) {
        const std::uint32_t* from = upright.pixels + static_cast<std::ptrdiff_t>(r.y + y) * upright.pitch + r.x;
        std::uint32_t* to = panel.pixels + first + y * down + bx * along;
        for (int x = bx; x < std::min(bx + kBlock, r.w); ++x, to += along) *to = from[x];
      }
  return place;
}

Point upright_point(Point p, int width, int height, Turn turn) {
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  switch (turn) {
    case Turn::right:
      return {p.y, h - p.x};
    case Turn::half:
      return {w - p.x, h - p.y};
    case Turn::left:
      return {w - p.y, p.x};
    case Turn::none:
      break;
  }
  return p;
}

}  // namespace station::ui
