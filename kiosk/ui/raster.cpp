#include "kiosk/ui/internal/raster.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "kiosk/ui/internal/spans.h"
#include "sync/base/check.h"

namespace station::ui::internal {

namespace {

constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15ull;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * kMix;
  return hash ^ hash >> 29;
}

std::uint64_t pair_of(float a, float b) {
  return std::uint64_t{std::bit_cast<std::uint32_t>(a)} << 32 | std::bit_cast<std::uint32_t>(b);
}

std::uint64_t hash_of(const Vertex& v) {
  return mix(mix(mix(kMix, pair_of(v.x, v.y)), pair_of(v.u, v.v)), v.colour);
}

// Six indices 0 1 2 0 2 3 over an axis-aligned rectangle of one colour, texture axis-aligned too.
bool is_quad(const std::uint16_t* i, const Vertex* v) {
  if (i[3] != i[0] || i[4] != i[2]) return false;
  const Vertex &a = v[i[0]], &b = v[i[1]], &c = v[i[2]], &d = v[i[5]];
  return a.x == d.x && b.x == c.x && a.y == b.y && c.y == d.y && a.x <= b.x && a.y <= d.y && a.u == d.u && b.u == c.u &&
         a.v == b.v && c.v == d.v && a.colour == b.colour && a.colour == c.colour && a.colour == d.colour;
}

}  // namespace

const std::vector<PixelRect>& Rasteriser::render(const Scene& scene, const PixelView& frame,
                                                 std::uint32_t clear_colour) {
  STATION_CHECK(frame.pixels && frame.width > 0 && frame.height > 0 && frame.pitch >= frame.width,
                "a frame has pixels");
  STATION_CHECK(frame.width < 16000 && frame.height < 16000, "bounding boxes are kept in 16 bits");
  const bool all = frame.pixels != frame_.pixels || frame.width != frame_.width || frame.height != frame_.height ||
                   frame.pitch != frame_.pitch;
  frame_ = frame;
  columns_ = (frame.width + kTile - 1) / kTile;
  rows_ = (frame.height + kTile - 1) / kTile;
  mask_.resize(static_cast<std::size_t>(frame.width));
  tiles_.assign(static_cast<std::size_t>(columns_ * rows_), mix(kMix, clear_colour));
  if (all) last_tiles_.assign(tiles_.size(), 0);

  prepare(scene, frame);
  if (all) {
    damage_.assign(1, PixelRect{0, 0, frame.width, frame.height});
  } else {
    find_damage();
  }
  last_tiles_ = tiles_;
  pixels_drawn_ = 0;
  for (const PixelRect& rect : damage_) {
    pixels_drawn_ += static_cast<std::uint64_t>(rect.w) * static_cast<std::uint64_t>(rect.h);
    draw(scene, rect, clear_colour);
  }
  return damage_;
}

// Lists the primitives that can touch the frame and folds each into the hashes of the tiles it may touch. The order of
// folding counts, because the order of drawing does.
void Rasteriser::prepare(const Scene& scene, const PixelView& frame) {
  primitives_.clear();
  clips_.clear();
  triangles_ = 0;
  // Once for each vertex, which most triangles share: independent of each other, so the processor overlaps them.
  hashes_.resize(scene.vertices.size());
  for (std::size_t i = 0; i < hashes_.size(); ++i) hashes_[i] = hash_of(scene.vertices[i]);
  for (std::uint32_t n = 0; n < scene.batches.size(); ++n) {
    const Batch& batch = scene.batches[n];
    const Clip clip{std::max(0, first_pixel(batch.clip_left)), std::max(0, first_pixel(batch.clip_top)),
                    std::min(frame.width, first_pixel(batch.clip_right)),
                    std::min(frame.height, first_pixel(batch.clip_bottom))};
    clips_.push_back(clip);
    triangles_ += batch.index_count / 3;
    if (clip.empty()) continue;
    const auto corner = [](int x, int y) {
      return static_cast<std::uint64_t>(x) << 32 | static_cast<std::uint32_t>(y);
    };
    std::uint64_t seed = mix(kMix, reinterpret_cast<std::uintptr_t>(batch.texture));
    seed = mix(mix(seed, batch.texture->generation), mix(corner(clip.x0, clip.y0), corner(clip.x1, clip.y1)));
    const Vertex* v = scene.vertices.data() + batch.first_vertex;
    const std::uint64_t* hashes = hashes_.data() + batch.first_vertex;
    for (std::uint32_t i = batch.first_index, end = i + batch.index_count; i < end;) {
      const std::uint16_t* index = scene.indices.data() + i;
      Primitive p;
      p.index = i;
      p.batch = n;
      p.quad = i + 6 <= end && is_quad(index, v);
      const Vertex &a = v[index[0]], &b = v[index[1]], &c = v[index[2]];
      i += p.quad ? 6 : 3;
      const float left = std::min({a.x, b.x, c.x}), right = std::max({a.x, b.x, c.x});
      const float top = std::min({a.y, b.y, c.y}), bottom = std::max({a.y, b.y, c.y});
      // A pixel more on each side: edges are evaluated in floating point.
      p.x0 = static_cast<std::int16_t>(std::max(clip.x0, first_pixel(left) - 1));
      p.y0 = static_cast<std::int16_t>(std::max(clip.y0, first_pixel(top) - 1));
      p.x1 = static_cast<std::int16_t>(std::min(clip.x1, first_pixel(right) + 1));
      p.y1 = static_cast<std::int16_t>(std::min(clip.y1, first_pixel(bottom) + 1));
      if (p.x0 >= p.x1 || p.y0 >= p.y1) continue;
      if (((a.colour | b.colour | c.colour) >> 24) == 0) continue;  // invisible
      primitives_.push_back(p);
      fold(p, mix(mix(mix(seed + (p.quad ? 1 : 0), hashes[index[0]]), hashes[index[1]]), hashes[index[2]]));
    }
  }
}

void Rasteriser::fold(const Primitive& p, std::uint64_t hash) {
  const int c0 = p.x0 / kTile, c1 = (p.x1 - 1) / kTile, r0 = p.y0 / kTile, r1 = (p.y1 - 1) / kTile;
  for (int r = r0; r <= r1; ++r) {
    std::uint64_t* row = tiles_.data() + static_cast<std::ptrdiff_t>(r) * columns_;
    for (int c = c0; c <= c1; ++c) row[c] = mix(row[c], hash);
  }
}

// Dirty tiles of a row become one rectangle where they touch, then equal rectangles of consecutive rows are joined.
void Rasteriser::find_damage() {
  damage_.clear();
  std::size_t open = 0;  // rectangles from here on end at the row above
  for (int r = 0; r < rows_; ++r) {
    const std::size_t row_begin = damage_.size();
    const int y = r * kTile, h = std::min(kTile, frame_.height - y);
    for (int c = 0; c < columns_;) {
      auto dirty = [&](int column) {
        const auto n = static_cast<std::size_t>(r * columns_ + column);
        return tiles_[n] != last_tiles_[n];
      };
      if (!dirty(c)) {
        ++c;
        continue;
      }
      const int begin = c;
      while (c < columns_ && dirty(c)) ++c;
      damage_.push_back({begin * kTile, y, std::min(c * kTile, frame_.width) - begin * kTile, h});
    }
    if (row_begin == 0 || damage_.size() == row_begin) {
      open = row_begin;
      continue;
    }
    // The whole row must equal the open rectangles, so that the list stays sorted.
    bool equal = damage_.size() - row_begin == row_begin - open;
    for (std::size_t i = 0; equal && i < row_begin - open; ++i) {
      const PixelRect &above = damage_[open + i], &here = damage_[row_begin + i];
      equal = above.x == here.x && above.w == here.w && above.y + above.h == here.y;
    }
    if (equal) {
      for (std::size_t i = open; i < row_begin; ++i) damage_[i].h += h;
      damage_.resize(row_begin);
    } else {
      open = row_begin;
    }
  }
}

void Rasteriser::draw(const Scene& scene, const PixelRect& rect, std::uint32_t clear_colour) {
  for (int y = rect.y; y < rect.y + rect.h; ++y)
    std::fill_n(frame_.pixels + static_cast<std::ptrdiff_t>(y) * frame_.pitch + rect.x, rect.w, clear_colour);
  const int right = rect.x + rect.w, bottom = rect.y + rect.h;
  SpanTarget target{frame_.pixels, frame_.pitch, mask_.data()};
  for (const Primitive& p : primitives_) {
    if (p.x0 >= right || p.y0 >= bottom || p.x1 <= rect.x || p.y1 <= rect.y) continue;
    const Batch& batch = scene.batches[p.batch];
    const Clip& whole = clips_[p.batch];
    const Clip clip{std::max(whole.x0, rect.x), std::max(whole.y0, rect.y), std::min(whole.x1, right),
                    std::min(whole.y1, bottom)};
    const Vertex* v = scene.vertices.data() + batch.first_vertex;
    const std::uint16_t* i = scene.indices.data() + p.index;
    if (p.quad)
      draw_quad(target, *batch.texture, clip, v[i[0]], v[i[2]]);
    else
      draw_triangle(target, *batch.texture, clip, v[i[0]], v[i[1]], v[i[2]]);
  }
}

}  // namespace station::ui::internal
