#pragma once

#include "kiosk/ui/internal/raster.h"

// One primitive at a time: the inner loops of the rasteriser.
namespace station::ui::internal {

struct SpanTarget {
  std::uint32_t* pixels = nullptr;
  int pitch = 0;
  std::uint8_t* mask = nullptr;  // scratch, as wide as the frame
};

// An axis-aligned rectangle of one colour; `a` is its upper left corner, `c` the lower right one.
void draw_quad(SpanTarget& target, const Texture& texture, const Clip& clip, const Vertex& a, const Vertex& c);
void draw_triangle(SpanTarget& target, const Texture& texture, const Clip& clip, const Vertex& a, const Vertex& b,
                   const Vertex& c);

}  // namespace station::ui::internal
