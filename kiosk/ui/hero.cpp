#include <array>
#include <cmath>

#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/figure.h"
#include "kiosk/ui/internal/paint.h"
#include "kiosk/ui/pictures.h"

// The hero: a rider under way through the town. Layers drift at their own speeds, which gives the depth.
namespace station::ui {

using namespace internal;

namespace {

constexpr float kRadius = 52;
constexpr float kHeight = 642;  // of the picture that the sizes below are made for
constexpr float kFramesPerSecond = 12;

struct Painter {
  ImDrawList& list;
  Rect rect;
  float k;  // pixels per unit: the picture fills its height
  double seconds;
  float road;  // y of the road's upper edge

  // Left edge of copy `n` of a pattern `period` units wide that drifts to the left.
  float drift(float speed, float period) const {
    return -static_cast<float>(std::fmod(seconds * static_cast<double>(speed), static_cast<double>(period)));
  }
  float x(float units) const { return rect.x + units * k; }
  float above(float units) const { return road - units * k; }
  void box(float left, float height, float width, Rgba colour, float radius) const {
    const float r = std::round(radius * k), top = above(height);
    const Rect b{std::round(left), top, std::round(width * k), road - top + 2};
    if (b.right() > rect.x && b.x < rect.right()) fill_rect(list, b, colour, r, ImDrawFlags_RoundCornersTop);
  }
};

Rgba tone(std::uint32_t rrggbb, float alpha = 1) {
  return with_alpha({static_cast<std::uint8_t>(rrggbb >> 16), static_cast<std::uint8_t>(rrggbb >> 8),
                     static_cast<std::uint8_t>(rrggbb), 255},
                    alpha);
}

void cloud(const Painter& p, float x, float y, float s, float alpha) {
  const float k = p.k * s;
  const Rgba white = tone(0xFFFFFF, alpha);
  // Two bars that do not overlap, so that the light one does not show twice.
  fill_rect(p.list, {x, y, 190 * k, 52 * k}, white, 26 * k);
  fill_rect(p.list, {x + 44 * k, y - 34 * k, 84 * k, 34 * k}, white, 30 * k, ImDrawFlags_RoundCornersTop);
}

void far_town(const Painter& p) {
  constexpr std::array<std::array<float, 3>, 9> kBlocks{{{0, 96, 214},
                                                         {104, 70, 150},
                                                         {182, 110, 176},
                                                         {300, 84, 256},
                                                         {392, 120, 132},
                                                         {520, 90, 228},
                                                         {618, 74, 168},
                                                         {700, 104, 240},
                                                         {812, 88, 146}}};
  constexpr float kPeriod = 910, kSpeed = 6;
  for (float start = p.drift(kSpeed, kPeriod); start < p.rect.w / p.k; start += kPeriod)
    for (const auto& [x, w, h] : kBlocks) p.box(p.x(start + x), h, w, tone(0xFFFFFF, 0.1f), 12);
}

void near_town(const Painter& p) {
  constexpr std::array<std::array<float, 3>, 7> kBlocks{
      {{0, 104, 138}, {116, 78, 92}, {206, 116, 168}, {334, 80, 118}, {426, 128, 102}, {566, 92, 152}, {670, 110, 84}}};
  constexpr float kPeriod = 796, kSpeed = 16;
  for (float start = p.drift(kSpeed, kPeriod); start < p.rect.w / p.k; start += kPeriod)
    for (std::size_t n = 0; n < kBlocks.size(); ++n) {
      const auto& [x, w, h] = kBlocks[n];
      const float left = p.x(start + x);
      p.box(left, h, w, tone(0x0B2C9E, 0.34f), 9);
      for (int i = 0; i < 6; ++i) {
        if ((n * 5 + static_cast<std::size_t>(i) * 3) % 4 == 0) continue;
        const float column = static_cast<float>(i % 3), row = static_cast<float>(i / 3);
        const Rect pane{std::round(left + (14 + column * (w - 40) / 2) * p.k), std::round(p.above(h - 16 - row * 30)),
                        std::round(12 * p.k), std::round(14 * p.k)};
        if (pane.right() > p.rect.x && pane.x < p.rect.right() && pane.bottom() < p.road)
          fill_rect(p.list, pane, tone(0xFFE9A8, 0.4f), 2);
      }
    }
}

void trees(const Painter& p) {
  constexpr float kPeriod = 214, kSpeed = 46;
  for (float start = p.drift(kSpeed, kPeriod) - 60; start < p.rect.w / p.k + 60; start += kPeriod) {
    const float x = p.x(start), k = p.k;
    fill_rect(p.list, {std::round(x - 4 * k), p.above(46), std::round(8 * k), 46 * k}, tone(0x123A8F, 0.8f), 3);
    disc(p.list, {x, p.above(58)}, 30 * k, tone(0x12A58B, 0.78f));
    disc(p.list, {x + 13 * k, p.above(70)}, 21 * k, tone(0x2FC4A4, 0.75f));
  }
}

void road(const Painter& p) {
  const Rect r{p.rect.x, p.road, p.rect.w, p.rect.bottom() - p.road};
  const float kerb = std::round(14 * p.k);
  fill_rect(p.list, {r.x, r.y - kerb, r.w, kerb}, tone(0x5B8DF2));
  gradient_rect(p.list, r, {r.x, r.y}, tone(0x1E2F70), {r.x, r.bottom()}, tone(0x0D1842), kRadius,
                ImDrawFlags_RoundCornersBottom);
  constexpr float kPeriod = 150, kSpeed = 220;
  const float y = std::round(r.y + r.h * 0.47f), h = std::round(10 * p.k);
  for (float start = p.drift(kSpeed, kPeriod); start < p.rect.w / p.k; start += kPeriod)
    fill_rect(p.list, {p.x(start), y, 86 * p.k, h}, tone(0xFFFFFF, 0.72f), h / 2);
}

void sky(const Painter& p) {
  const Rect& r = p.rect;
  gradient_diagonal(p.list, r, tone(0x1E45E0), tone(0x18B7E6), kRadius);
  const Point sun{r.right() - 168 * p.k, r.y + 152 * p.k};
  glow(p.list, sun, 290 * p.k, tone(0xFFE9B0, 0.5f));
  disc(p.list, sun, 66 * p.k, tone(0xFFE7A8));
  glow(p.list, {r.right() - 260 * p.k, p.road}, 420 * p.k, tone(0x55E3FF, 0.3f));
}

// Text is read on the left: the picture fades out there. Two pieces, because a gradient runs between corners only.
void scrim(const Painter& p) {
  const float full = std::round(p.rect.x + 290), gone = p.rect.x + p.rect.w * 0.84f, h = p.road - p.rect.y;
  p.list.PushClipRect({p.rect.x, p.rect.y}, {full, p.road}, true);
  fill_rect(p.list, {p.rect.x, p.rect.y, full - p.rect.x + kRadius, h + kRadius}, tone(0x1C48E2, 0.94f), kRadius,
            ImDrawFlags_RoundCornersTopLeft);
  p.list.PopClipRect();
  gradient_right(p.list, {full, p.rect.y, gone - full, h}, tone(0x1C48E2, 0.94f), tone(0x1C48E2, 0));
}

void rider(const Painter& p) {
  const auto t = static_cast<float>(std::fmod(p.seconds, 600.0));
  const float scale = 1.92f * p.k;
  const Point foot{p.rect.right() - 232 * p.k, p.road + 16 * p.k};
  const Pen ground(&p.list, foot, scale);
  ground.glow({4, 2}, 118, 9, rgb(0x050B24, 0.75F));
  for (int i = 0; i < 4; ++i) {  // the wind of the ride
    const float way = std::fmod(t * 0.9f + static_cast<float>(i) * 0.29f, 1.0f);
    const float y = -46 - 24 * static_cast<float>(i), x = -118 - 70 * way;
    ground.line({x, y}, {x - 26 - 6 * static_cast<float>(i % 2), y}, 2.4F, rgb(0xFFFFFF, 0.5F * (1 - way)));
  }
  // The beam of the head lamp fades into the day.
  ground.fill(Outline({56, -90}).line({210, -112}).line({210, -34}).line({56, -80}),
              Paint({58, -86}, rgb(0xFFF3C4, 0.55F), {206, -72}, rgb(0xFFF3C4, 0)));
  const figure::RiderLook look{};
  const float bob = 0.6f * std::sin(t * 9);
  figure::rider_side(ground.moved(0, bob), look, {.travelled = t * 110, .seconds = t, .moving = true, .night = false});
}

}  // namespace

void draw_hero(Canvas& canvas, const Rect& rect, std::string_view id) {
  Engine& e = canvas.engine();
  if (e.theme.outlined()) {
    e.note(id, Role::image, {}, rect);
    e.surface(rect, {.radius = kRadius, .outline = e.theme[Token::primary], .outline_width = 6});
    return;
  }
  shadow(*e.list, rect, Softness::large, tone(0x1237A8, 0.42f), -18, 26);
  custom(canvas, id, rect, {}, [&](Picture& picture) {
    const float k = rect.h / kHeight;
    const Painter p{picture.list, rect, k, e.decor_time, std::round(rect.bottom() - 108 * k)};
    sky(p);
    cloud(p, rect.right() - (396 - 10 * static_cast<float>(std::sin(p.seconds * 0.05))) * k, rect.y + 100 * k, 1, 0.2f);
    cloud(p, rect.right() - 150 * k, rect.y + 250 * k, 0.7f, 0.16f);
    far_town(p);
    near_town(p);
    trees(p);
    scrim(p);
    road(p);
    rider(p);
  });
  if (e.lively()) canvas.animate_at(kFramesPerSecond);
}

}  // namespace station::ui
