#include <algorithm>

#include "kiosk/ui/internal/stage.h"

namespace station::ui::scene {

namespace {

constexpr float kFar = 700;  // beyond every edge of the canvas

struct Palette {
  ImU32 asphalt, mark, bike, pave, joint, kerb, grass, yellow;
};

Palette palette(const Stage& s) {
  if (s.contrast)
    return {rgb(0x000000), rgb(0xFFFFFF), rgb(0x06382B), rgb(0x303030),
            rgb(0x3C3C3C), rgb(0xFFFFFF), rgb(0x1C2A1C), rgb(0xFFE600)};
  return {s.lit(0x5E6A8A), s.lit(0xF4F7FF), s.lit(0x4C8C84), s.lit(0xDDE4F2),
          s.lit(0xCBD5E8), s.lit(0xF7F9FE), s.lit(0xB4DDB0), s.lit(0xFFC53D)};
}

struct Painter {
  const Stage& stage;
  const Pen& pen;
  Palette c;

  explicit Painter(const Stage& s) : stage(s), pen(s.pen), c(palette(s)) {}

  void all(ImU32 colour) const { pen.rect(stage.seen.inset(-4), 0, colour); }
  void band(float y0, float y1, ImU32 colour, float x0 = -kFar, float x1 = kSceneWidth + kFar) const {
    pen.rect({x0, y0, x1 - x0, y1 - y0}, 0, colour);
  }
  void column(float x0, float x1, ImU32 colour, float y0 = -kFar, float y1 = kSceneHeight + kFar) const {
    pen.rect({x0, y0, x1 - x0, y1 - y0}, 0, colour);
  }
  void dashes_x(float y, float x0, float x1, float width = 6, float dash = 46, float gap = 38) const {
    for (float x = x0; x < x1; x += dash + gap) band(y - width / 2, y + width / 2, c.mark, x, std::min(x + dash, x1));
  }
  void dashes_y(float x, float y0, float y1, float width = 6, float dash = 46, float gap = 38) const {
    for (float y = y0; y < y1; y += dash + gap) column(x - width / 2, x + width / 2, c.mark, y, std::min(y + dash, y1));
  }
  void slabs(float y0, float y1) const {
    for (float x = -kFar; x < kSceneWidth + kFar; x += 70) column(x, x + 2.5F, c.joint, y0, y1);
    band((y0 + y1) / 2 - 1.2F, (y0 + y1) / 2 + 1.2F, c.joint);
  }
  void kerb(float y) const { band(y - 4, y + 4, c.kerb); }
  void bush(float x, float y, float r) const {
    if (stage.contrast) return pen.ring({x, y}, r * 0.8F, 4, rgb(0x52A06A));
    pen.glow({x + 5, y + 8}, r * 1.4F, r * 1.3F, rgb(0x0B1434, 0.28F));
    const ImU32 dark = stage.lit(0x2F8F63), mid = stage.lit(0x46AE78), light = stage.lit(0x6CC893);
    pen.circle({x, y}, r, dark);
    pen.circle({x - r * 0.2F, y - r * 0.2F}, r * 0.72F, mid);
    pen.circle({x - r * 0.32F, y - r * 0.34F}, r * 0.36F, light);
  }
  void bike_mark(float x, float y, float turn) const { bicycle(pen.moved(x, y).turned(turn), 46, c.mark, 3.6F); }
  void lane_arrow(float x, float y, float turn) const {
    const Pen q = pen.moved(x, y).turned(turn);
    q.rect({-34, -3.5F, 44, 7}, 0, c.mark);
    q.poly({{8, -12}, {34, 0}, {8, 12}}, c.mark);
  }
};

// ---- straight roads ----

void road(const Painter& p, bool parked_car) {
  p.all(p.c.pave);
  p.slabs(-kFar, 106);
  p.slabs(454, kSceneHeight + kFar);
  p.band(110, 450, p.c.asphalt);
  p.band(112, 166, p.c.bike);
  p.band(394, 448, p.c.bike);
  p.kerb(110);
  p.kerb(450);
  p.band(166, 171, p.c.mark);
  p.band(389, 394, p.c.mark);
  p.band(274, 278, p.c.yellow);
  p.band(282, 286, p.c.yellow);
  for (const float x : {60.0F, 560.0F, 1060.0F}) p.bike_mark(x, 140, 180);
  for (const float x : {-40.0F, 230.0F, 940.0F}) p.bike_mark(x, 420, 0);
  p.lane_arrow(140, 335, 0);
  p.lane_arrow(860, 225, 180);
  for (const float x : {-300.0F, 80.0F, 330.0F, 610.0F, 880.0F, 1240.0F}) p.bush(x, 40, 30);
  for (const float x : {-180.0F, 200.0F, 500.0F, 780.0F, 1120.0F}) p.bush(x, 530, 28);
  if (!parked_car) return;
  const Pen spot = p.pen.moved(575, 424);
  const figure::VehicleLook car{Kind::car, State::hazard, figure::dye_of(Colour::grey)};
  const figure::Motion motion{0, p.stage.seconds(), false, p.stage.night()};
  if (p.stage.contrast) figure::vehicle_top(spot.silhouette(rgb(0xFFFFFF), 3.5F), car, motion);
  figure::vehicle_top(spot, car, motion);
}

void road_no_bike_lane(const Painter& p) {
  p.all(p.c.grass);
  p.band(100, 460, p.c.pave);
  p.band(140, 420, p.c.asphalt);
  p.kerb(140);
  p.kerb(420);
  p.band(150, 155, p.c.mark);
  p.band(405, 410, p.c.mark);
  p.dashes_x(280, -kFar, kSceneWidth + kFar, 7, 60, 46);
  for (const float x : {-260.0F, -40.0F, 150.0F, 420.0F, 640.0F, 905.0F, 1180.0F}) {
    p.bush(x, 52, 34);
    p.bush(x + 90, 512, 32);
  }
}

void expressway(const Painter& p) {
  p.all(p.c.grass);
  p.band(20, 245, p.c.asphalt);
  p.band(315, 540, p.c.asphalt);
  for (const float y : {65.0F, 495.0F}) p.band(y - 3, y + 3, p.c.mark);
  for (const float y : {240.0F, 320.0F}) p.band(y - 3, y + 3, p.c.yellow);
  for (const float y : {125.0F, 185.0F, 375.0F, 435.0F}) p.dashes_x(y, -kFar + 20, kSceneWidth + kFar, 5, 70, 60);
  const ImU32 steel = p.stage.contrast ? rgb(0xFFFFFF) : p.stage.lit(0xB9C4DC);
  for (const float y : {14.0F, 262.0F, 298.0F, 546.0F}) {
    p.band(y - 5, y + 5, steel);
    for (float x = -kFar; x < kSceneWidth + kFar; x += 90) p.pen.rect({x, y - 9, 12, 18}, 2, p.stage.lit(0x8794B4));
  }
  for (const float x : {-200.0F, 40.0F, 280.0F, 520.0F, 760.0F, 1000.0F, 1240.0F}) p.bush(x, 280, 13);
  for (const float x : {170.0F, 810.0F}) p.lane_arrow(x, 405, 0);
  for (const float x : {170.0F, 810.0F}) p.lane_arrow(x, 155, 180);
}

// ---- junctions ----

constexpr float kLeft = 365, kRight = 635, kUp = 145, kDown = 415;

void fillet(const Painter& p, float x, float y, float dx, float dy) {
  // Asphalt between the straight kerbs and a rounded one; (dx, dy) points from the corner into the pavement.
  constexpr float r = 42;
  const float from = dy > 0 ? -90.0F : 90.0F;
  const float to = dx > 0 ? (dy > 0 ? -180.0F : 180.0F) : 0.0F;
  Outline corner({x - dx * 3, y - dy * 3});
  corner.line({x + dx * r, y - dy * 3}).arc({x + dx * r, y + dy * r}, r, from, to).line({x - dx * 3, y + dy * r});
  p.pen.fill(corner, p.c.asphalt);
  p.pen.arc({x + dx * r, y + dy * r}, r, from, to, 8, p.c.kerb);
}

void arm_x(const Painter& p, bool east) {
  // Markings of one arm of the horizontal road, drawn for the west arm and mirrored for the east one.
  const Painter q{p};
  const Pen pen = east ? p.pen.moved(kSceneWidth, kSceneHeight).turned(180) : p.pen;
  const auto band = [&](float y0, float y1, ImU32 colour, float x0, float x1) {
    pen.rect({x0, y0, x1 - x0, y1 - y0}, 0, colour);
  };
  band(147, 188, q.c.bike, -kFar, 304);
  band(372, 413, q.c.bike, -kFar, 304);
  band(188, 192, q.c.mark, -kFar, 304);
  band(368, 372, q.c.mark, -kFar, 304);
  band(275, 278.5F, q.c.yellow, -kFar, 300);
  band(281.5F, 285, q.c.yellow, -kFar, 300);
  band(281, 413, q.c.mark, 297, 307);  // stop line
  for (float y = 151; y < 410; y += 26) band(y, y + 14, q.c.mark, 315, 358);
  bicycle(pen.moved(70, 392), 40, q.c.mark, 3.4F);
  bicycle(pen.moved(190, 168).turned(180), 40, q.c.mark, 3.4F);
  const Pen arrow = pen.moved(180, 325);
  arrow.rect({-34, -3.5F, 44, 7}, 0, q.c.mark);
  arrow.poly({{8, -12}, {34, 0}, {8, 12}}, q.c.mark);
}

void arm_y(const Painter& p, bool north) {
  // Markings of the lower arm; turned round for the upper one.
  const Pen pen = north ? p.pen.moved(kSceneWidth, kSceneHeight).turned(180) : p.pen;
  const auto column = [&](float x0, float x1, ImU32 colour, float y0, float y1) {
    pen.rect({x0, y0, x1 - x0, y1 - y0}, 0, colour);
  };
  const float end = kSceneHeight + kFar;
  column(367, 408, p.c.bike, 476, end);
  column(592, 633, p.c.bike, 476, end);
  column(408, 412, p.c.mark, 476, end);
  column(588, 592, p.c.mark, 476, end);
  column(495, 498.5F, p.c.yellow, 480, end);
  column(501.5F, 505, p.c.yellow, 480, end);
  column(501, 633, p.c.mark, 473, 483);
  for (float x = 371; x < 630; x += 26) column(x, x + 14, p.c.mark, 422, 465);
}

void junction(const Painter& p, bool upper_arm) {
  p.all(p.c.pave);
  p.slabs(-kFar, kUp - 6);
  p.slabs(kDown + 6, kSceneHeight + kFar);
  for (const float x : {-260.0F, -90.0F, 70.0F, 210.0F, 790.0F, 930.0F, 1100.0F, 1270.0F}) {
    p.bush(x, 60, 32);
    p.bush(x, 500, 32);
  }
  p.band(kUp, kDown, p.c.asphalt);
  p.column(kLeft, kRight, p.c.asphalt, upper_arm ? -kFar : kUp, kSceneHeight + kFar);
  for (const float y : {kUp, kDown}) {
    p.band(y - 4, y + 4, p.c.kerb, -kFar, kLeft - 42);
    p.band(y - 4, y + 4, p.c.kerb, kRight + 42, kSceneWidth + kFar);
  }
  for (const float x : {kLeft, kRight}) {
    p.column(x - 4, x + 4, p.c.kerb, kDown + 42, kSceneHeight + kFar);
    if (upper_arm) p.column(x - 4, x + 4, p.c.kerb, -kFar, kUp - 42);
  }
  fillet(p, kLeft, kDown, -1, 1);
  fillet(p, kRight, kDown, 1, 1);
  if (upper_arm) {
    fillet(p, kLeft, kUp, -1, -1);
    fillet(p, kRight, kUp, 1, -1);
  } else {
    p.band(kUp - 4, kUp + 4, p.c.kerb, kLeft - 60, kRight + 60);
    for (const float x : {390.0F, 610.0F}) p.bush(x, 60, 32);
  }
  arm_x(p, false);
  arm_x(p, true);
  arm_y(p, false);
  if (upper_arm) arm_y(p, true);
}

void roundabout(const Painter& p) {
  p.all(p.c.grass);
  p.band(kUp - 14, kDown + 14, p.c.pave);
  p.column(kLeft - 14, kRight + 14, p.c.pave);
  p.pen.circle({500, 280}, 226, p.c.pave);
  p.band(kUp, kDown, p.c.asphalt);
  p.column(kLeft, kRight, p.c.asphalt);
  p.pen.circle({500, 280}, 212, p.c.asphalt);
  for (const float turn : {0.0F, 90.0F, 180.0F, 270.0F}) {
    const Pen q = p.pen.moved(500, 280).turned(turn);
    q.rect({-1200, -2.5F, 970, 5}, 0, p.c.yellow);
    for (float y = 10; y < 130; y += 24) q.rect({-226, y, 8, 14}, 0, p.c.mark);  // give way
    q.rect({-1200, 92, 950, 41}, 0, p.c.bike);
  }
  for (int i = 0; i < 24; ++i)
    p.pen.moved(500, 280).turned(static_cast<float>(i) * 15).rect({-153, -10, 6, 20}, 0, p.c.mark);
  p.pen.circle({500, 280}, 92, p.c.kerb);
  p.pen.circle({500, 280}, 84, p.c.grass);
  p.bush(500, 280, 40);
  for (const float turn : {20.0F, 140.0F, 260.0F}) {
    const Point at = Pen(nullptr, {500, 280}, 1).turned(turn).to_px({58, 0});
    p.bush(at.x, at.y, 16);
  }
}

void parking(const Painter& p) {
  p.all(p.c.pave);
  for (float x = -kFar; x < kSceneWidth + kFar; x += 60) p.column(x, x + 2.5F, p.c.joint, 90, 410);
  for (float y = 130; y < 410; y += 60) p.band(y, y + 2.5F, p.c.joint);
  // Shop row with its awning and door.
  p.band(-kFar, 78, p.stage.contrast ? rgb(0x101010) : p.stage.lit(0xC98A5E));
  for (float x = -kFar; x < kSceneWidth + kFar; x += 44)
    p.pen.rect({x, 70, 23, 26}, {0, 0, 9, 9}, p.stage.contrast ? rgb(0xFFFFFF) : p.stage.lit(0xF25C4A));
  p.pen.rect({760, 66, 120, 34}, 5, p.stage.contrast ? rgb(0xFFE600) : p.stage.lit(0x7FB6F2));
  p.pen.rect({764, 102, 112, 26}, 4, p.stage.contrast ? rgb(0x606060) : p.stage.lit(0x9DAAC8));
  // Bays.
  p.pen.rect({150, 138, 560, 112}, 8, p.stage.contrast ? rgb(0x101010) : p.stage.lit(0xB9D3F5));
  for (int i = 0; i <= 8; ++i) {
    const float x = 150 + 70 * static_cast<float>(i);
    p.pen.rect({x - 3, 136, 6, 116}, 2, p.c.mark);
  }
  p.pen.rect({147, 133, 566, 6}, 2, p.c.mark);
  bicycle(p.pen.moved(430, 284), 58, p.stage.contrast ? rgb(0xFFFFFF) : p.stage.lit(0x4B74C9), 4);
  // Tactile paving.
  p.band(326, 354, p.stage.contrast ? rgb(0x5A5000) : p.stage.lit(0xF3C94E));
  for (float x = -kFar; x < kSceneWidth + kFar; x += 14)
    for (const float y : {333.0F, 340.0F, 347.0F})
      p.pen.rect({x, y - 1.5F, 9, 3}, 1.5F, p.stage.contrast ? rgb(0xFFE600) : p.stage.lit(0xD9A520));
  p.band(414, kSceneHeight + kFar, p.c.asphalt);
  p.band(416, 468, p.c.bike);
  p.band(468, 473, p.c.mark);
  p.kerb(412);
  p.bike_mark(180, 442, 0);
  p.bike_mark(760, 442, 0);
  for (const float x : {60.0F, 940.0F}) p.bush(x, 200, 30);
}

void plain(const Painter& p) {
  if (p.stage.contrast) return p.all(rgb(0x000000));
  p.pen.rect(p.stage.seen.inset(-4), 0,
             Paint({500, p.stage.seen.y}, p.stage.lit(0xEEF4FF), {500, p.stage.seen.bottom()}, p.stage.lit(0xD5E2FA)));
  p.pen.glow({500, 280}, 460, 300, faded(p.stage.lit(0xFFFFFF), 0.8F));
}

}  // namespace

void draw_ground_top(const Stage& stage) {
  const Painter p(stage);
  switch (stage.scene.ground) {
    case Ground::junction:
      return junction(p, true);
    case Ground::t_junction:
      return junction(p, false);
    case Ground::roundabout:
      return roundabout(p);
    case Ground::road:
      return road(p, false);
    case Ground::blocked_lane:
      return road(p, true);
    case Ground::road_no_bike_lane:
      return road_no_bike_lane(p);
    case Ground::expressway:
      return expressway(p);
    case Ground::parking:
      return parking(p);
    default:
      return plain(p);
  }
}

}  // namespace station::ui::scene
