#include <algorithm>
#include <array>
#include <cmath>

#include "kiosk/ui/internal/stage.h"

namespace station::ui::scene {

namespace {

constexpr float kFar = 700;  // beyond every edge of the canvas
constexpr float kWide = kSceneWidth + 2 * kFar;

// Rows of a repeating pattern start here, whatever the width of the picture.
constexpr float kLeftmost = -kFar;

struct Painter {
  const Stage& stage;
  const Pen& pen;
  bool contrast;

  explicit Painter(const Stage& s) : stage(s), pen(s.pen), contrast(s.contrast) {}

  // `day` under this sky; in high contrast surroundings are nearly black.
  [[nodiscard]] ImU32 c(std::uint32_t day, std::uint32_t in_contrast = 0x1A1A1A) const {
    return contrast ? rgb(in_contrast) : stage.lit(day);
  }
  void band(float y0, float y1, const Paint& paint) const { pen.rect({kLeftmost, y0, kWide, y1 - y0}, 0, paint); }
  void edge(float y) const {  // where two surfaces meet
    band(y - 3, y + 3, c(0xF2F5FC, 0xFFFFFF));
  }
};

// ---- sky and town ----

struct SkyColours {
  std::uint32_t top, low;
};

SkyColours sky_colours(Sky sky) {
  switch (sky) {
    case Sky::dusk:
      return {0x5B5FC7, 0xFFC48A};
    case Sky::night:
      return {0x0B1440, 0x27418F};
    case Sky::rain:
      return {0x7C8CA8, 0xC3CEDF};
    default:
      return {0x5AA8F5, 0xDDF1FF};
  }
}

void cloud(const Pen& pen, float x, float y, float s, ImU32 colour) {
  const Pen q = pen.moved(x, y).scaled(s);
  Outline puff({-60, 20});
  puff.curve({-78, 18}, {-78, -8}, {-56, -8}).curve({-52, -32}, {-16, -38}, {-6, -18});
  puff.curve({10, -34}, {42, -26}, {40, -4}).curve({64, -8}, {70, 20}, {48, 20});
  q.fill(puff, colour);
}

void sky(const Painter& p, float horizon) {
  if (p.contrast) return p.pen.rect(p.stage.seen.inset(-4), 0, rgb(0x000000));
  const SkyColours s = sky_colours(p.stage.scene.sky);
  const float top = p.stage.seen.y - 4;
  p.pen.rect({kLeftmost, top, kWide, horizon - top}, 0, Paint({0, top}, rgb(s.top), {0, horizon}, rgb(s.low)));
  const float drift =
      p.stage.scene.moves()
          ? 12 * std::sin(p.stage.seconds() * 6.2832F * 1000 / static_cast<float>(p.stage.scene.loop_ms))
          : 0;
  switch (p.stage.scene.sky) {
    case Sky::night:
      for (int i = 0; i < 26; ++i) {
        const float x = -180 + std::fmod(static_cast<float>(i) * 157.0F, 1360.0F),
                    y = 14 + std::fmod(static_cast<float>(i) * 71.0F, 210.0F);
        p.pen.circle({x, y}, i % 3 == 0 ? 2.6F : 1.7F, rgb(0xFFFFFF, i % 2 == 0 ? 0.9F : 0.55F));
      }
      p.pen.glow({850, 90}, 120, 120, rgb(0xFFF3C4, 0.35F));
      p.pen.circle({850, 90}, 36, rgb(0xFFF3C4));
      p.pen.circle({838, 84}, 9, rgb(0xEBDCA4));
      p.pen.circle({862, 102}, 6, rgb(0xEBDCA4));
      break;
    case Sky::rain:
      for (const float x : {-120.0F, 120.0F, 380.0F, 650.0F, 900.0F, 1130.0F})
        cloud(p.pen, x + drift, 62 + std::fmod(x + 900, 70.0F), 1.7F, rgb(0x93A2BC, 0.85F));
      break;
    case Sky::dusk:
      p.pen.glow({800, 300}, 300, 220, rgb(0xFFE0A0, 0.8F));
      p.pen.circle({800, 290}, 54, rgb(0xFFD98A));
      cloud(p.pen, 240 + drift, 110, 1.2F, rgb(0xFFFFFF, 0.35F));
      cloud(p.pen, 560 - drift, 66, 0.9F, rgb(0xFFFFFF, 0.28F));
      break;
    default:
      p.pen.glow({850, 96}, 170, 170, rgb(0xFFF3C4, 0.85F));
      p.pen.circle({850, 96}, 46, rgb(0xFFE9A8));
      cloud(p.pen, 200 + drift, 96, 1.25F, rgb(0xFFFFFF, 0.9F));
      cloud(p.pen, 560 - drift, 62, 0.9F, rgb(0xFFFFFF, 0.75F));
      cloud(p.pen, 1090 + drift, 150, 1.1F, rgb(0xFFFFFF, 0.8F));
      cloud(p.pen, -130 + drift, 170, 1.0F, rgb(0xFFFFFF, 0.8F));
  }
}

void skyline(const Painter& p, float base) {
  if (p.contrast) return;
  struct Block {
    float x, w, h;
  };
  constexpr std::array<Block, 11> kBack{{{0, 90, 190},
                                         {110, 70, 250},
                                         {200, 100, 160},
                                         {330, 80, 230},
                                         {430, 110, 180},
                                         {560, 70, 270},
                                         {650, 100, 200},
                                         {770, 90, 240},
                                         {880, 80, 170},
                                         {980, 100, 220},
                                         {1100, 80, 180}}};
  constexpr std::array<Block, 9> kFront{{{40, 120, 120},
                                         {180, 90, 160},
                                         {290, 130, 105},
                                         {440, 100, 150},
                                         {560, 120, 110},
                                         {700, 90, 170},
                                         {810, 130, 115},
                                         {960, 110, 150},
                                         {1090, 100, 120}}};
  const bool dark = p.stage.night() || p.stage.scene.sky == Sky::dusk;
  const SkyColours s = sky_colours(p.stage.scene.sky);
  for (const float shift : {-1200.0F, 0.0F, 1200.0F}) {
    for (const Block& b : kBack)
      p.pen.rect({b.x + shift, base - b.h, b.w, b.h}, 6, blend(rgb(s.low), rgb(dark ? 0x2A3A86 : 0x7FA6E6), 0.42F));
    for (const Block& b : kFront) {
      p.pen.rect({b.x + shift, base - b.h, b.w, b.h}, 6, blend(rgb(s.low), rgb(dark ? 0x1B2A6B : 0x5F8BDA), 0.62F));
      for (int i = 0; i < 6; ++i) {
        const auto column = static_cast<float>(i % 3), row = static_cast<float>(i / 3);
        const bool on = (static_cast<int>(b.x) / 10 + i * 7) % 3 != 0;
        p.pen.rect({b.x + shift + 16 + column * (b.w - 44) / 2, base - b.h + 16 + row * 34, 13, 17}, 2,
                   dark && on ? rgb(0xFFDf9A, 0.85F) : rgb(0xFFFFFF, 0.28F));
      }
    }
  }
}

void tree(const Painter& p, float x, float base, float s) {
  if (p.contrast) return;
  const Pen q = p.pen.moved(x, base).scaled(s);
  q.limb({0, 0}, 12, {0, -70}, 8, p.c(0x8A6A4F));
  q.line({0, -46}, {18, -66}, 6, p.c(0x8A6A4F));
  q.circle({-20, -84}, 32, p.c(0x2F9B6B));
  q.circle({24, -88}, 30, p.c(0x38A875));
  q.circle({0, -114}, 36, p.c(0x44B883));
  q.circle({-12, -124}, 16, p.c(0x6CCB9C));
}

void far_pavement(const Painter& p, float top, float road) {
  p.band(top, road, p.c(0xDDE4F2, 0x262626));
  p.band(road - 7, road, p.c(0xB9C4DB, 0xFFFFFF));
}

void dashes(const Painter& p, float y, float h) {
  for (float x = kLeftmost; x < kSceneWidth + kFar; x += 130)
    p.pen.poly({{x + 6, y}, {x + 76, y}, {x + 70, y + h}, {x, y + h}}, p.c(0xF4F7FF, 0xFFFFFF));
}

void road_surface(const Painter& p, float y0, float y1) {
  p.band(y0, y1, p.contrast ? Paint(rgb(0x141414)) : Paint({0, y0}, p.c(0x6A7696), {0, y1}, p.c(0x4B5674)));
}

void street(const Painter& p) {
  sky(p, 390);
  skyline(p, 384);
  far_pavement(p, 380, 404);
  for (const float x : {-290.0F, -60.0F, 150.0F, 390.0F, 640.0F, 880.0F, 1110.0F, 1330.0F}) tree(p, x, 388, 0.95F);
  road_surface(p, 404, kSceneHeight + kFar);
  dashes(p, 432, 9);
  if (p.contrast) p.edge(404);
}

void bike_lane(const Painter& p) {
  sky(p, 380);
  skyline(p, 372);
  far_pavement(p, 368, 388);
  for (const float x : {-240.0F, 40.0F, 300.0F, 560.0F, 820.0F, 1080.0F}) tree(p, x, 374, 0.85F);
  road_surface(p, 388, 432);
  p.band(430, 440, p.c(0xF2F5FC, 0xFFFFFF));  // kerb between the lanes
  p.band(440, 446, p.c(0x9AA7C4, 0x505050));
  p.band(446, kSceneHeight + kFar,
         p.contrast ? Paint(rgb(0x06281F)) : Paint({0, 446}, p.c(0x55998F), {0, 560}, p.c(0x3F7D75)));
  for (const float x : {-260.0F, 140.0F, 540.0F, 940.0F, 1340.0F})
    bicycle(p.pen.moved(x, 520).leaning(-0.5F).scaled(1, 0.5F), 90, p.c(0xF4F7FF, 0xFFFFFF), 6);
}

void crossing(const Painter& p) {
  street(p);
  road_surface(p, 404, kSceneHeight + kFar);
  if (p.contrast) p.edge(404);
  // Bars lie along the road; from here they are long and flat, longer in front.
  float y = 410;
  for (int i = 0; i < 6; ++i) {
    const float h = 11 + 3.4F * static_cast<float>(i);
    const float near = 330 - (y - 404) * 0.16F, far = 670 + (y - 404) * 0.16F;
    p.pen.poly({{near, y}, {far, y}, {far + h * 0.16F, y + h}, {near - h * 0.16F, y + h}}, p.c(0xF4F7FF, 0xFFFFFF));
    y += h * 1.85F;
  }
  for (const float side : {-1.0F, 1.0F}) {
    const float x = 500 + side * 215;
    p.pen.poly({{x - 6, 405}, {x + 6, 405}, {x + 8 + side * 26, 566}, {x - 8 + side * 26, 566}},
               p.c(0xF4F7FF, 0xFFFFFF));
  }
}

void night_road(const Painter& p) {
  sky(p, 400);
  skyline(p, 392);
  far_pavement(p, 388, 406);
  road_surface(p, 406, kSceneHeight + kFar);
  dashes(p, 434, 9);
  for (const float x : {-330.0F, 90.0F, 510.0F, 930.0F, 1350.0F}) {
    p.pen.line({x, 398}, {x, 150}, 7, p.c(0x8493B8, 0xFFFFFF));
    p.pen.stroke(Outline({x, 152}).curve({x, 124}, {x + 20, 120}, {x + 56, 122}), 6, p.c(0x8493B8, 0xFFFFFF));
    p.pen.limb({x + 46, 124}, 9, {x + 72, 124}, 9, p.contrast ? rgb(0xFFE600) : rgb(0xFFF3C4));
    if (p.contrast) continue;
    p.pen.glow({x + 60, 128}, 46, 40, rgb(0xFFF3C4, 0.8F));
    p.pen.fill(Outline({x + 46, 130}).line({x + 74, 130}).line({x + 200, 470}).line({x - 80, 470}),
               Paint({x + 60, 130}, rgb(0xFFF3C4, 0.3F), {x + 60, 470}, rgb(0xFFF3C4, 0.02F)));
    p.pen.glow({x + 60, 470}, 150, 22, rgb(0xFFF3C4, 0.25F));
  }
  if (p.contrast) p.edge(406);
}

// ---- places ----

void pane(const Painter& p, Rect r, float radius) {
  if (p.contrast) {
    p.pen.rect(r, radius, rgb(0xFFFFFF));
    return p.pen.rect(r.inset(4), radius - 3, rgb(0x101820));
  }
  p.pen.rect(r.inset(-6), radius + 4, p.c(0xF7F9FE));
  p.pen.rect(r, radius, Paint({r.x, r.y}, p.c(0xCFE6FF), {r.right(), r.bottom()}, p.c(0x86B4EC)));
  p.pen.poly({{r.x + r.w * 0.2F, r.y + 3},
              {r.x + r.w * 0.36F, r.y + 3},
              {r.x + r.w * 0.2F, r.bottom() - 3},
              {r.x + r.w * 0.04F, r.bottom() - 3}},
             rgb(0xFFFFFF, 0.3F));
}

void shop(const Painter& p) {
  sky(p, 420);
  p.pen.rect({kLeftmost, 60, kWide, 352}, 0,
             p.contrast ? Paint(rgb(0x101010)) : Paint({0, 60}, p.c(0xFBE7CF), {0, 412}, p.c(0xF0D2AE)));
  p.band(48, 66, p.c(0xC98A5E, 0xFFFFFF));
  pane(p, {120, 190, 430, 176}, 10);
  for (int i = 0; i < 5; ++i) {  // goods
    const float x = 150 + 80 * static_cast<float>(i);
    if (p.contrast) break;
    p.pen.rect({x, 310, 56, 50}, 6, p.c(i % 2 == 0 ? 0xFFA63D : 0x4C86FF));
    p.pen.circle({x + 28, 296}, 16, p.c(i % 2 == 0 ? 0x35C58F : 0xFF7A6B));
  }
  pane(p, {640, 178, 220, 232}, 10);
  p.pen.line({750, 182}, {750, 408}, 6, p.c(0xF7F9FE, 0xFFFFFF));
  for (const float x : {732.0F, 768.0F}) p.pen.line({x, 280}, {x, 320}, 7, p.c(0x8A5A2B, 0xFFE600));
  for (float x = 60; x < 940; x += 55) {  // awning
    const bool odd = static_cast<int>((x - 60) / 55) % 2 == 0;
    p.pen.rect({x, 96, 56, 76}, {0, 0, 26, 26}, odd ? p.c(0xF25C4A, 0xFFFFFF) : p.c(0xFFFFFF, 0x303030));
  }
  p.pen.rect({54, 84, 892, 20}, 8, p.c(0xD9412F, 0xFFFFFF));
  p.band(410, kSceneHeight + kFar,
         p.contrast ? Paint(rgb(0x1C1C1C)) : Paint({0, 410}, p.c(0xE3E9F5), {0, 560}, p.c(0xC9D3E8)));
  for (float x = kLeftmost; x < kSceneWidth + kFar; x += 96)
    p.pen.poly({{x + 20, 416}, {x + 23, 416}, {x - 37, 570}, {x - 41, 570}}, p.c(0xBAC6DF, 0x2C2C2C));
  p.band(452, 454, p.c(0xBAC6DF, 0x2C2C2C));
  if (p.contrast) p.edge(412);
}

void charging_post(const Painter& p, float x) {
  p.pen.rect({x - 34, 236, 68, 186}, 12,
             p.contrast ? Paint(rgb(0xFFFFFF)) : Paint({x - 34, 236}, p.c(0xFFFFFF), {x + 34, 422}, p.c(0xC9D5F0)));
  if (p.contrast) p.pen.rect({x - 30, 240, 60, 178}, 9, rgb(0x101010));
  p.pen.rect({x - 24, 250, 48, 42}, 7, p.c(0x16306F, 0x003322));
  figure::lightning(p.pen.moved(x, 271), 28, p.contrast ? rgb(0x52FF9A) : rgb(0x38E0A4));
  p.pen.circle({x, 330}, 18, p.c(0x26365F, 0xFFFFFF));
  p.pen.circle({x, 330}, 12, p.c(0x0E9F72, 0x101010));
  p.pen.circle({x - 4.5F, 330}, 2.6F, p.c(0xFFFFFF, 0xFFFFFF));
  p.pen.circle({x + 4.5F, 330}, 2.6F, p.c(0xFFFFFF, 0xFFFFFF));
  p.pen.rect({x - 24, 366, 48, 8}, 4, p.c(0x35C58F, 0x52FF9A));
}

void charging_yard(const Painter& p) {
  sky(p, 420);
  skyline(p, 400);
  p.band(330, 414, p.c(0xC6DFC9, 0x101010));
  for (const float x : {-240.0F, -20.0F, 1020.0F, 1240.0F}) tree(p, x, 410, 1.2F);
  p.band(410, kSceneHeight + kFar,
         p.contrast ? Paint(rgb(0x1C1C1C)) : Paint({0, 410}, p.c(0xDCE3F0), {0, 560}, p.c(0xBFCAE0)));
  for (const float x : {120.0F, 380.0F, 620.0F, 880.0F}) p.pen.line({x, 130}, {x, 424}, 12, p.c(0x8A9AC2, 0xFFFFFF));
  Outline roof({50, 150});
  roof.line({96, 92}).line({904, 92}).line({950, 150});
  p.pen.fill(roof, p.contrast ? Paint(rgb(0xFFFFFF)) : Paint({0, 92}, p.c(0x34C796), {0, 150}, p.c(0x0E8F63)));
  p.pen.rect({44, 146, 912, 16}, 7, p.c(0x0B7F58, 0x52FF9A));
  for (const float x : {260.0F, 500.0F, 740.0F}) charging_post(p, x);
  for (const float x : {130.0F, 390.0F, 630.0F, 870.0F})
    p.pen.poly({{x - 3, 424}, {x + 3, 424}, {x - 36, 566}, {x - 44, 566}}, p.c(0xFFFFFF, 0xFFFFFF));
  if (p.contrast) p.edge(412);
}

void room(const Painter& p, std::uint32_t wall_top, std::uint32_t wall_low, std::uint32_t floor) {
  if (p.contrast) {
    p.pen.rect(p.stage.seen.inset(-4), 0, rgb(0x000000));
    p.band(424, kSceneHeight + kFar, rgb(0x1C1C1C));
    return p.edge(424);
  }
  const float top = p.stage.seen.y - 4;
  p.band(top, 430, Paint({0, top}, p.c(wall_top), {0, 430}, p.c(wall_low)));
  p.band(424, kSceneHeight + kFar, Paint({0, 424}, p.c(floor), {0, 560}, blend(p.c(floor), rgb(0x6B4E2E), 0.25F)));
  p.band(412, 426, p.c(0xFFFFFF));
}

void station_indoor(const Painter& p) {
  room(p, 0xFFF6E8, 0xFCE6CB, 0xE2C29A);
  pane(p, {60, 96, 250, 170}, 12);
  if (!p.contrast) {
    p.pen.glow({190, 330}, 280, 120, rgb(0xFFFFFF, 0.35F));
    for (const float x : {420.0F, 640.0F}) {  // lamps
      p.pen.line({x, -kFar}, {x, 60}, 3, p.c(0x8A6A4F));
      p.pen.glow({x, 92}, 120, 90, rgb(0xFFE9B0, 0.75F));
      p.pen.half_disc({x, 88}, 36, 180, p.c(0xFF8A1F));
    }
  }
  // Counter with a water machine.
  p.pen.rect({52, 350, 270, 82}, 10,
             p.contrast ? Paint(rgb(0x303030)) : Paint({52, 350}, p.c(0xFFFFFF), {52, 432}, p.c(0xD8DFEF)));
  p.pen.rect({42, 338, 290, 18}, 8, p.c(0xB9783F, 0xFFFFFF));
  p.pen.rect({86, 268, 62, 70}, 9, p.c(0x4C86FF, 0x2A3A66));
  p.pen.rect({98, 284, 38, 20}, 4, p.c(0xCFE6FF, 0xFFFFFF));
  p.pen.rect({96, 230, 42, 44}, 12, p.c(0x9BD3FF, 0x6FA8D8));
  for (const float x : {200.0F, 234.0F, 268.0F})
    p.pen.poly({{x - 11, 314}, {x + 11, 314}, {x + 8, 338}, {x - 8, 338}}, p.c(0xFFFFFF, 0xFFFFFF));
  // Bench.
  p.pen.rect({390, 356, 250, 24}, 10, p.c(0x35C58F, 0x0B7F58));
  p.pen.rect({390, 296, 250, 52}, 12, p.c(0x4FD3A2, 0x0B7F58));
  for (const float x : {410.0F, 606.0F}) p.pen.rect({x, 378, 14, 52}, 3, p.c(0x8A6A4F, 0xFFFFFF));
  // The kiosk and lockers.
  p.pen.rect({716, 190, 92, 240}, 12,
             p.contrast ? Paint(rgb(0xFFFFFF)) : Paint({716, 190}, p.c(0x3B6BFF), {808, 430}, p.c(0x1D3FA8)));
  p.pen.rect({724, 204, 76, 126}, 8, p.c(0xEAF2FF, 0x101010));
  p.pen.rect({734, 216, 56, 42}, 6, p.c(0x2458F5, 0xFFE600));
  for (const float x : {734.0F, 766.0F}) p.pen.rect({x, 268, 24, 24}, 5, p.c(0x9DB8F5, 0x888888));
  figure::lightning(p.pen.moved(762, 376), 40, p.c(0xFFFFFF, 0xFFE600));
  for (int i = 0; i < 9; ++i) {
    const Rect door{842 + 44 * static_cast<float>(i % 3), 226 + 68 * static_cast<float>(i / 3), 40, 64};
    p.pen.rect(door, 6,
               p.contrast ? Paint(rgb(0x3A3A55))
                          : Paint({door.x, door.y}, p.c(0x8E7BFF), {door.right(), door.bottom()}, p.c(0x5B5BF7)));
    p.pen.circle({door.x + 31, door.y + 34}, 3.4F, rgb(0xFFFFFF));
  }
  // Plant.
  p.pen.poly({{664, 396}, {700, 396}, {695, 432}, {669, 432}}, p.c(0xE08A4B, 0x7A7A7A));
  for (const float turn : {-42.0F, -16.0F, 12.0F, 38.0F})
    p.pen.moved(682, 396).turned(turn).ellipse({0, -32}, 9, 32, p.c(0x2F9B6B, 0x2A6A48));
}

void corridor(const Painter& p) {
  room(p, 0xF0F4FB, 0xDCE4F2, 0xB7C3DA);
  if (!p.contrast) p.band(300, 306, p.c(0x7FB6A2));
  // Stairs going up to the right.
  const ImU32 step = p.c(0xA9B6D0, 0x383838), tread = p.c(0xE6ECF7, 0xFFFFFF);
  for (int i = 0; i < 6; ++i) {
    const float x = 60 + 40 * static_cast<float>(i), y = 426 - 36 * static_cast<float>(i + 1);
    p.pen.rect({x, y, 300 - x, 427 - y}, 0, step);
    p.pen.rect({x - 4, y - 4, 46, 8}, 3, tread);
  }
  p.pen.line({52, 330}, {292, 116}, 9, p.c(0x8A5A2B, 0xFFE600));
  for (int i = 0; i < 4; ++i) {
    const float x = 70 + 66 * static_cast<float>(i), y = 314 - 59 * static_cast<float>(i);
    p.pen.line({x, y}, {x, y + 84}, 5, p.c(0x8A6A4F, 0xFFFFFF));
  }
  // Lift.
  p.pen.rect({408, 166, 184, 262}, 8, p.c(0x8794B4, 0xFFFFFF));
  for (const float x : {420.0F, 502.0F})
    p.pen.rect({x, 178, 78, 250}, 3,
               p.contrast ? Paint(rgb(0x202020)) : Paint({x, 178}, p.c(0xDDE5F5), {x + 78, 428}, p.c(0xA9B6D0)));
  p.pen.rect({462, 132, 76, 26}, 6, p.c(0x16213F, 0x303030));
  p.pen.poly({{492, 152}, {508, 152}, {500, 138}}, rgb(0xFFB020));
  p.pen.rect({610, 290, 24, 46}, 6, p.c(0xF7F9FE, 0x303030));
  p.pen.circle({622, 303}, 6, p.c(0xFFB020, 0xFFE600));
  p.pen.circle({622, 323}, 6, p.c(0xC3CEDF, 0xFFFFFF));
  // Way out.
  p.pen.rect({746, 158, 168, 270}, 8, p.c(0xF7F9FE, 0xFFFFFF));
  p.pen.rect({760, 172, 140, 256}, 4,
             p.contrast ? Paint(rgb(0x0B3A24)) : Paint({760, 172}, p.c(0x35B184), {900, 428}, p.c(0x128A5F)));
  p.pen.rect({772, 318, 84, 13}, 6, p.c(0xE9EEF8, 0xFFFFFF));
  p.pen.rect({776, 106, 108, 44}, 8, p.contrast ? rgb(0x52FF9A) : rgb(0x0B9A62));
  walking_man(p.pen.moved(812, 128), 32, p.contrast ? rgb(0x000000) : rgb(0xFFFFFF));
  p.pen.stroke({{836, 128}, {868, 128}}, 6, p.contrast ? rgb(0x000000) : rgb(0xFFFFFF));
  p.pen.stroke({{858, 118}, {869, 128}, {858, 138}}, 6, p.contrast ? rgb(0x000000) : rgb(0xFFFFFF));
}

void plain(const Painter& p) {
  if (p.contrast) {
    p.pen.rect(p.stage.seen.inset(-4), 0, rgb(0x000000));
    return p.band(468, 473, rgb(0x6A6A6A));
  }
  const float top = p.stage.seen.y - 4;
  p.band(top, kSceneHeight + kFar, Paint({0, top}, p.c(0xEAF2FF), {0, 560}, p.c(0xCFDEFA)));
  p.pen.glow({500, 270}, 560, 330, faded(p.c(0xFFFFFF), 0.9F));
  p.band(470, kSceneHeight + kFar, Paint({0, 470}, p.c(0xC3D4F5), {0, 560}, p.c(0xD9E5FB)));
}

}  // namespace

void draw_ground_side(const Stage& stage) {
  const Painter p(stage);
  switch (stage.scene.ground) {
    case Ground::street:
      return street(p);
    case Ground::bike_lane:
      return bike_lane(p);
    case Ground::crossing:
      return crossing(p);
    case Ground::night_road:
      return night_road(p);
    case Ground::shop:
      return shop(p);
    case Ground::charging_yard:
      return charging_yard(p);
    case Ground::station_indoor:
      return station_indoor(p);
    case Ground::corridor:
      return corridor(p);
    default:
      return plain(p);
  }
}

void draw_weather(const Stage& s) {
  const bool wet = s.scene.sky == Sky::rain || std::any_of(s.scene.items.begin(), s.scene.items.end(),
                                                           [](const Item& i) { return i.kind == Kind::rain; });
  if (!wet) return;
  const ImU32 drop = s.contrast ? rgb(0xFFFFFF, 0.7F) : rgb(0xE6F0FF, 0.6F);
  // Whole rounds of falling in a loop, so that the rain does not jump when it starts again.
  const float rounds = s.scene.moves() ? std::round(static_cast<float>(s.scene.loop_ms) / 700) : 0;
  const float phase = s.scene.moves() ? static_cast<float>(s.ms) / static_cast<float>(s.scene.loop_ms) * rounds : 0;
  for (int i = 0; i < 70; ++i) {
    const float x = s.seen.x + std::fmod(static_cast<float>(i) * 97.31F, s.seen.w + 120) - 20;
    const float start = std::fmod(static_cast<float>(i) * 0.6180339F, 1.0F), t = std::fmod(start + phase, 1.0F);
    const float y = s.seen.y - 40 + t * (s.seen.h + 80);
    if (s.scene.view != View::top)
      s.pen.line({x - t * 60, y}, {x - t * 60 - 7, y + 26}, 2.6F, drop);
    else  // rings where drops meet the ground
      s.pen.ring({x, s.seen.y + std::fmod(static_cast<float>(i) * 53.7F, s.seen.h)}, 2 + 13 * t, 2,
                 ui::faded(drop, 1 - t));
  }
}

}  // namespace station::ui::scene
