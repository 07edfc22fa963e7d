#include "kiosk/ui/internal/spans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace station::ui::internal {

namespace {

// A row of thresholds instead of ½ when a gradient is rounded to 8 bits: neighbouring rows round differently, so wide
// pale gradients show no bands. In 16.16 fixed point.
constexpr std::array<std::int32_t, 8> kThresholds{4096, 36864, 20480, 53248, 12288, 45056, 28672, 61440};

// 0…255 to 0…256, so that shifting by 8 divides.
std::uint32_t scale_of(std::uint32_t alpha) {
  return alpha + (alpha >> 7);
}
std::uint32_t times(std::uint32_t mask, std::uint32_t alpha) {
  return mask * scale_of(alpha) >> 8;
}

// Red and blue are worked on together, green apart.
std::uint32_t blend(std::uint32_t under, std::uint32_t rb, std::uint32_t g, std::uint32_t alpha) {
  const std::uint32_t k = scale_of(alpha), rest = 256 - k;
  const std::uint32_t out_rb = ((under & 0xFF00FF) * rest + rb * k) >> 8 & 0xFF00FF;
  const std::uint32_t out_g = ((under & 0x00FF00) * rest + g * k) >> 8 & 0x00FF00;
  return 0xFF000000 | out_rb | out_g;
}

// The vertex colour has red in the low byte, pixels have blue there.
struct Ink {
  std::uint32_t rb, g, alpha;
  explicit Ink(std::uint32_t vertex_colour)
      : rb((vertex_colour & 0xFF) << 16 | (vertex_colour >> 16 & 0xFF)),
        g(vertex_colour & 0xFF00),
        alpha(vertex_colour >> 24) {}
  std::uint32_t pixel() const { return 0xFF000000 | rb | g; }
};

void solid_span(std::uint32_t* out, int count, const Ink& ink) {
  if (ink.alpha == 255) {
    std::fill_n(out, count, ink.pixel());
    return;
  }
  const std::uint32_t k = scale_of(ink.alpha), rest = 256 - k, rb = ink.rb * k, g = ink.g * k;
  for (int i = 0; i < count; ++i) {
    const std::uint32_t under = out[i];
    out[i] = 0xFF000000 | (((under & 0xFF00FF) * rest + rb) >> 8 & 0xFF00FF) |
             (((under & 0x00FF00) * rest + g) >> 8 & 0x00FF00);
  }
}

void mask_span(std::uint32_t* out, const std::uint8_t* mask, int count, const Ink& ink) {
  for (int i = 0; i < count; ++i) {
    if (mask[i] == 0) continue;
    const std::uint32_t alpha = times(mask[i], ink.alpha);
    out[i] = alpha == 255 ? ink.pixel() : blend(out[i], ink.rb, ink.g, alpha);
  }
}

// Bilinear sample of an alpha texture; u and v in texels, 16.16, of the texel grid whose centres are whole.
std::uint32_t sample(const Texture& t, std::int64_t u, std::int64_t v) {
  u = std::clamp<std::int64_t>(u, 0, static_cast<std::int64_t>(t.width - 1) << 16);
  v = std::clamp<std::int64_t>(v, 0, static_cast<std::int64_t>(t.height - 1) << 16);
  const std::int64_t x = u >> 16, y = v >> 16;
  const std::int64_t x1 = std::min<std::int64_t>(x + 1, t.width - 1), y1 = std::min<std::int64_t>(y + 1, t.height - 1);
  const auto fx = static_cast<std::uint32_t>(u >> 8 & 0xFF), fy = static_cast<std::uint32_t>(v >> 8 & 0xFF);
  const std::uint8_t *row = t.alpha + y * t.width, *next = t.alpha + y1 * t.width;
  const std::uint32_t upper = row[x] * (256 - fx) + row[x1] * fx, lower = next[x] * (256 - fx) + next[x1] * fx;
  return (upper * (256 - fy) + lower * fy) >> 16;
}

// Texel coordinate at the centre of pixel `pixel`, and the step from pixel to pixel, 16.16.
struct Axis {
  std::int64_t start = 0, step = 0;
  int first = 0;
  Axis(float from, float to, float t0, float t1, int size) : first(first_pixel(from)) {
    const double per_pixel = (static_cast<double>(t1) - t0) * size / (static_cast<double>(to) - from);
    const double at = static_cast<double>(t0) * size + (first + 0.5 - from) * per_pixel - 0.5;
    start = static_cast<std::int64_t>(std::llround(at * 65536.0));
    step = static_cast<std::int64_t>(std::llround(per_pixel * 65536.0));
  }
  std::int64_t at(int pixel) const { return start + step * (pixel - first); }
};

// One texel per pixel, beginning on a whole pixel and a whole texel.
bool one_to_one(float from, float to, float t0, float t1, int size) {
  const float texels = (t1 - t0) * static_cast<float>(size), begin = t0 * static_cast<float>(size);
  return std::abs(texels - (to - from)) < 1e-3f * (to - from) && std::abs(from - std::round(from)) < 0.02f &&
         std::abs(begin - std::round(begin)) < 0.02f;
}

void draw_picture_quad(SpanTarget& target, const Texture& t, const Clip& box, const Vertex& a, const Vertex& c) {
  const Axis u(a.x, c.x, a.u, c.u, t.width), v(a.y, c.y, a.v, c.v, t.height);
  const std::uint32_t alpha = a.colour >> 24;
  for (int y = box.y0; y < box.y1; ++y) {
    const std::int64_t row = std::clamp<std::int64_t>((v.at(y) + 32768) >> 16, 0, t.height - 1);
    std::uint32_t* out = target.pixels + static_cast<std::ptrdiff_t>(y) * target.pitch;
    for (int x = box.x0; x < box.x1; ++x) {
      const std::int64_t column = std::clamp<std::int64_t>((u.at(x) + 32768) >> 16, 0, t.width - 1);
      const std::uint32_t p = t.colour[row * t.width + column];
      out[x] = blend(out[x], p & 0xFF00FF, p & 0x00FF00, times(p >> 24, alpha));
    }
  }
}

void draw_mask_quad(SpanTarget& target, const Texture& t, const Clip& box, const Vertex& a, const Vertex& c,
                    const Ink& ink) {
  auto row_of = [&](int y) { return target.pixels + static_cast<std::ptrdiff_t>(y) * target.pitch; };
  const int width = box.x1 - box.x0;
  if (one_to_one(a.x, c.x, a.u, c.u, t.width) && one_to_one(a.y, c.y, a.v, c.v, t.height)) {
    const int tx = static_cast<int>(std::lround(a.u * static_cast<float>(t.width))) - first_pixel(a.x);
    const int ty = static_cast<int>(std::lround(a.v * static_cast<float>(t.height))) - first_pixel(a.y);
    for (int y = box.y0; y < box.y1; ++y)
      mask_span(row_of(y) + box.x0, t.alpha + static_cast<std::ptrdiff_t>(y + ty) * t.width + box.x0 + tx, width, ink);
    return;
  }
  const Axis u(a.x, c.x, a.u, c.u, t.width), v(a.y, c.y, a.v, c.v, t.height);
  if (std::abs(c.u - a.u) * static_cast<float>(t.width) < 2.5f) {  // constant across: one sample a row
    const std::int64_t middle = std::llround((static_cast<double>(a.u) + c.u) * 0.5 * t.width * 65536.0) - 32768;
    for (int y = box.y0; y < box.y1; ++y) {
      Ink faint = ink;
      faint.alpha = times(sample(t, middle, v.at(y)), ink.alpha);
      if (faint.alpha) solid_span(row_of(y) + box.x0, width, faint);
    }
    return;
  }
  auto fill_mask = [&](std::int64_t at_v) {
    for (int x = box.x0; x < box.x1; ++x) target.mask[x - box.x0] = static_cast<std::uint8_t>(sample(t, u.at(x), at_v));
  };
  const bool constant_down = std::abs(c.v - a.v) * static_cast<float>(t.height) < 2.5f;
  if (constant_down) fill_mask(std::llround((static_cast<double>(a.v) + c.v) * 0.5 * t.height * 65536.0) - 32768);
  for (int y = box.y0; y < box.y1; ++y) {
    if (!constant_down) fill_mask(v.at(y));
    mask_span(row_of(y) + box.x0, target.mask, width, ink);
  }
}

// A value that varies linearly over the triangle.
struct Plane {
  double origin = 0, dx = 0, dy = 0;
  double at(double x, double y) const { return origin + dx * x + dy * y; }
};

struct Triangle {
  const Vertex *a, *b, *c;
  double inverse;  // of the determinant

  Plane plane(double fa, double fb, double fc) const {
    const double bx = static_cast<double>(b->x) - a->x, by = static_cast<double>(b->y) - a->y;
    const double cx = static_cast<double>(c->x) - a->x, cy = static_cast<double>(c->y) - a->y;
    Plane p;
    p.dx = ((fb - fa) * cy - (fc - fa) * by) * inverse;
    p.dy = ((fc - fa) * bx - (fb - fa) * cx) * inverse;
    p.origin = fa - p.dx * a->x - p.dy * a->y;
    return p;
  }
  Plane channel(int shift) const {
    return plane(a->colour >> shift & 0xFF, b->colour >> shift & 0xFF, c->colour >> shift & 0xFF);
  }
};

// One colour channel along a span, 16.16 with the row's threshold, from the unclipped start in whole steps.
struct Channel {
  std::int64_t value = 0, step = 0;

  Channel(const Plane& plane, int start, int y, int skip) {
    const double limit = 1 << 30;
    step = static_cast<std::int64_t>(std::clamp(plane.dx * 65536.0, -limit, limit));
    value =
        static_cast<std::int64_t>(std::clamp(plane.at(start + 0.5, y + 0.5) * 65536.0, -limit * 1024, limit * 1024));
    value += step * skip + kThresholds[static_cast<std::size_t>(y & 7)];
  }
  bool inside(int count) const {
    const std::int64_t last = value + step * (count - 1);
    return value >= 0 && last >= 0 && value < 256 << 16 && last < 256 << 16;
  }
  std::uint32_t clamped(int i) const {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>((value + step * i) >> 16, 0, 255));
  }
};

// Colours of the corners differ: interpolates all four channels, or alpha alone where the colour is one (rims).
class ShadedSpans {
 public:
  ShadedSpans(const Triangle& t)
      : one_colour_(((t.a->colour ^ t.b->colour) & 0xFFFFFF) == 0 && ((t.a->colour ^ t.c->colour) & 0xFFFFFF) == 0),
        opaque_((t.a->colour & t.b->colour & t.c->colour) >> 24 == 255),
        ink_(t.a->colour),
        alpha_(t.channel(24)) {
    if (one_colour_) return;
    red_ = t.channel(0);
    green_ = t.channel(8);
    blue_ = t.channel(16);
  }

  void draw(std::uint32_t* out, int count, int start, int y, int skip) const {
    const Channel a(alpha_, start, y, skip);
    if (one_colour_)
      rim(out, count, a);
    else
      shaded(out, count, Channel(red_, start, y, skip), Channel(green_, start, y, skip), Channel(blue_, start, y, skip),
             a);
  }

 private:
  void rim(std::uint32_t* out, int count, const Channel& a) const {
    if (a.step == 0) {
      Ink ink = ink_;
      ink.alpha = a.clamped(0);
      solid_span(out, count, ink);
      return;
    }
    for (int i = 0; i < count; ++i) out[i] = blend(out[i], ink_.rb, ink_.g, a.clamped(i));
  }

  void shaded(std::uint32_t* out, int count, const Channel& r, const Channel& g, const Channel& b,
              const Channel& a) const {
    if (r.step == 0 && g.step == 0 && b.step == 0 && a.step == 0) {
      solid_span(out, count, Ink(r.clamped(0) | g.clamped(0) << 8 | b.clamped(0) << 16 | a.clamped(0) << 24));
      return;
    }
    if (!(r.inside(count) && g.inside(count) && b.inside(count) && a.inside(count))) {
      for (int i = 0; i < count; ++i)
        out[i] = blend(out[i], r.clamped(i) << 16 | b.clamped(i), g.clamped(i) << 8, opaque_ ? 255 : a.clamped(i));
      return;
    }
    // All values stay within 0…255, so 32 bits are enough and nothing needs clamping.
    auto value = [](const Channel& c) { return static_cast<std::uint32_t>(c.value); };
    auto step = [](const Channel& c) { return static_cast<std::uint32_t>(c.step); };
    const std::uint32_t r0 = value(r), g0 = value(g), b0 = value(b), a0 = value(a);
    const std::uint32_t rs = step(r), gs = step(g), bs = step(b), as = step(a);
    if (opaque_) {
      for (int i = 0; i < count; ++i) {
        const auto n = static_cast<std::uint32_t>(i);
        out[i] = 0xFF000000 | (r0 + n * rs) >> 16 << 16 | (g0 + n * gs) >> 16 << 8 | (b0 + n * bs) >> 16;
      }
      return;
    }
    for (int i = 0; i < count; ++i) {
      const auto n = static_cast<std::uint32_t>(i);
      out[i] =
          blend(out[i], (r0 + n * rs) >> 16 << 16 | (b0 + n * bs) >> 16, (g0 + n * gs) >> 16 << 8, (a0 + n * as) >> 16);
    }
  }

  bool one_colour_, opaque_;
  Ink ink_;
  Plane alpha_, red_, green_, blue_;
};

// Texture coordinates vary: rare (turned glyphs and pictures), so pixel by pixel.
class TexturedSpans {
 public:
  TexturedSpans(const Triangle& t, const Texture& texture)
      : texture_(texture),
        ink_(t.a->colour),
        u_(t.plane(t.a->u, t.b->u, t.c->u)),
        v_(t.plane(t.a->v, t.b->v, t.c->v)) {}

  void draw(std::uint32_t* out, int count, int x, int y) const {
    for (int i = 0; i < count; ++i) {
      const double u = u_.at(x + i + 0.5, y + 0.5) * texture_.width, v = v_.at(x + i + 0.5, y + 0.5) * texture_.height;
      if (texture_.alpha) {
        const auto tu = static_cast<std::int64_t>((u - 0.5) * 65536.0),
                   tv = static_cast<std::int64_t>((v - 0.5) * 65536.0);
        out[i] = blend(out[i], ink_.rb, ink_.g, times(sample(texture_, tu, tv), ink_.alpha));
      } else {
        const int column = std::clamp(static_cast<int>(u), 0, texture_.width - 1);
        const int row = std::clamp(static_cast<int>(v), 0, texture_.height - 1);
        const std::uint32_t p = texture_.colour[static_cast<std::ptrdiff_t>(row) * texture_.width + column];
        out[i] = blend(out[i], p & 0xFF00FF, p & 0x00FF00, times(p >> 24, ink_.alpha));
      }
    }
  }

 private:
  const Texture& texture_;
  Ink ink_;
  Plane u_, v_;
};

// x where an edge crosses the middle of a row. Both triangles at an edge make it of the same ends in the same order, so
// that they agree to the last bit.
struct Edge {
  float x, y, slope;
  Edge(const Vertex& upper, const Vertex& lower)
      : x(upper.x), y(upper.y), slope((lower.x - upper.x) / (lower.y - upper.y)) {}
  float at(float row) const { return x + (row - y) * slope; }
};

// Calls `span(y, start, end)` for each row inside `clip`; start and end are not clipped.
template <class Span>
void walk(const Clip& clip, const Vertex& a, const Vertex& b, const Vertex& c, Span span) {
  const Vertex *top = &a, *middle = &b, *bottom = &c;
  if (middle->y < top->y) std::swap(top, middle);
  if (bottom->y < middle->y) std::swap(middle, bottom);
  if (middle->y < top->y) std::swap(top, middle);
  const int begin = std::max(clip.y0, first_pixel(top->y)), end = std::min(clip.y1, first_pixel(bottom->y));
  const Edge longest(*top, *bottom), upper(*top, *middle), lower(*middle, *bottom);
  for (int y = begin; y < end; ++y) {
    const float centre = static_cast<float>(y) + 0.5f;
    const float x0 = longest.at(centre), x1 = centre < middle->y ? upper.at(centre) : lower.at(centre);
    const int start = first_pixel(std::min(x0, x1)), stop = first_pixel(std::max(x0, x1));
    if (start < stop && start < clip.x1 && stop > clip.x0) span(y, start, stop);
  }
}

}  // namespace

void draw_quad(SpanTarget& target, const Texture& texture, const Clip& clip, const Vertex& a, const Vertex& c) {
  const Clip box{std::max(clip.x0, first_pixel(a.x)), std::max(clip.y0, first_pixel(a.y)),
                 std::min(clip.x1, first_pixel(c.x)), std::min(clip.y1, first_pixel(c.y))};
  if (box.empty()) return;
  const Ink ink(a.colour);
  if (a.u == c.u && a.v == c.v) {
    for (int y = box.y0; y < box.y1; ++y)
      solid_span(target.pixels + static_cast<std::ptrdiff_t>(y) * target.pitch + box.x0, box.x1 - box.x0, ink);
  } else if (texture.colour) {
    draw_picture_quad(target, texture, box, a, c);
  } else {
    draw_mask_quad(target, texture, box, a, c, ink);
  }
}

void draw_triangle(SpanTarget& target, const Texture& texture, const Clip& clip, const Vertex& a, const Vertex& b,
                   const Vertex& c) {
  const double determinant = (static_cast<double>(b.x) - a.x) * (static_cast<double>(c.y) - a.y) -
                             (static_cast<double>(c.x) - a.x) * (static_cast<double>(b.y) - a.y);
  if (determinant == 0) return;
  const Triangle triangle{&a, &b, &c, 1 / determinant};
  const bool white = a.u == b.u && a.u == c.u && a.v == b.v && a.v == c.v;
  // Calls `paint(pixels, count, y, start, clipped start)`.
  auto each_span = [&](auto paint) {
    walk(clip, a, b, c, [&](int y, int start, int stop) {
      const int from = std::max(start, clip.x0), count = std::min(stop, clip.x1) - from;
      paint(target.pixels + static_cast<std::ptrdiff_t>(y) * target.pitch + from, count, y, start, from);
    });
  };
  if (!white) {
    const TexturedSpans spans(triangle, texture);
    each_span([&](std::uint32_t* out, int count, int y, int, int from) { spans.draw(out, count, from, y); });
  } else if (a.colour == b.colour && a.colour == c.colour) {
    const Ink ink(a.colour);
    each_span([&](std::uint32_t* out, int count, int, int, int) { solid_span(out, count, ink); });
  } else {
    const ShadedSpans spans(triangle);
    each_span([&](std::uint32_t* out, int count, int y, int start, int from) {
      spans.draw(out, count, start, y, from - start);
    });
  }
}

}  // namespace station::ui::internal
