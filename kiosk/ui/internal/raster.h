#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "kiosk/ui/geometry.h"

// The CPU rasteriser: triangles in, pixels out, redrawing only what changed. Knows nothing of ImGui.
namespace station::ui::internal {

// First pixel whose centre is not left of `edge`: ceil(edge − ½), without a call.
inline int first_pixel(float edge) {
  const float at = std::clamp(edge, -16000.0f, 16000.0f) - 0.5f;
  const int whole = static_cast<int>(at);
  return whole + (at > static_cast<float>(whole) ? 1 : 0);
}

// Laid out like the vertices of the drawing library: colour with red in the low byte, straight alpha.
struct Vertex {
  float x = 0, y = 0, u = 0, v = 0;
  std::uint32_t colour = 0;
};

// 8-bit alpha (the atlas) or 0xAARRGGBB pixels; exactly one pointer is set. Texels that change without a change of
// `generation` must not be on the screen.
struct Texture {
  const std::uint8_t* alpha = nullptr;
  const std::uint32_t* colour = nullptr;
  int width = 0, height = 0;
  std::uint64_t generation = 0;
};

// Pixels whose centres lie inside: x0 ≤ x < x1.
struct Clip {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool empty() const { return x0 >= x1 || y0 >= y1; }
};

// A run of triangles with one texture and one clip rectangle. Indices count from the batch's first vertex.
struct Batch {
  std::uint32_t first_vertex = 0;
  std::uint32_t first_index = 0, index_count = 0;
  float clip_left = 0, clip_top = 0, clip_right = 0, clip_bottom = 0;
  const Texture* texture = nullptr;
};

struct Scene {
  std::vector<Vertex> vertices;
  std::vector<std::uint16_t> indices;
  std::vector<Batch> batches;
  void clear() {
    vertices.clear();
    indices.clear();
    batches.clear();
  }
};

// Blending: k = a + (a >> 7); out = (dst × (256 − k) + src × k) >> 8. Coverage: a pixel belongs to a shape when its
// centre does, spans and rows half-open. A pixel's value depends on primitive and pixel only, never on where the
// damage cut the span, so that redrawing a part gives the same pixels as redrawing all.
class Rasteriser {
 public:
  // Compares with the scene drawn last (by hashes of 60 × 60 px tiles) and redraws what differs; everything when
  // invalidated or when the frame is another one. Returns the redrawn rectangles.
  const std::vector<PixelRect>& render(const Scene& scene, const PixelView& frame, std::uint32_t clear_colour);
  void invalidate() { frame_ = {}; }

  std::uint64_t pixels_drawn() const { return pixels_drawn_; }
  std::uint64_t triangles() const { return triangles_; }

 private:
  static constexpr int kTile = 60;

  struct Primitive {
    std::uint32_t index = 0;  // of its first vertex index
    std::uint32_t batch = 0;
    std::int16_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // bounding box, clipped, half-open
    bool quad = false;
  };

  void prepare(const Scene& scene, const PixelView& frame);
  void fold(const Primitive& p, std::uint64_t hash);
  void find_damage();
  void draw(const Scene& scene, const PixelRect& rect, std::uint32_t clear_colour);

  PixelView frame_;
  int columns_ = 0, rows_ = 0;
  std::vector<Primitive> primitives_;
  std::vector<Clip> clips_;            // one for each batch
  std::vector<std::uint64_t> hashes_;  // of the vertices
  std::vector<std::uint64_t> tiles_, last_tiles_;
  std::vector<PixelRect> damage_;
  std::vector<std::uint8_t> mask_;
  std::uint64_t pixels_drawn_ = 0, triangles_ = 0;
};

}  // namespace station::ui::internal
