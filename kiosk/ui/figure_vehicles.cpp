#include <cmath>

#include "kiosk/ui/internal/figure.h"

namespace station::ui::figure {

namespace {

using scene::Kind;
using scene::State;

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kRubber = rgb(0x1B2545);
constexpr ImU32 kGlassLight = rgb(0xD6E7FF), kGlassDark = rgb(0x6F93CF);
constexpr ImU32 kBrake = rgb(0xFF3B2F), kIndicator = rgb(0xFFB020), kLamp = rgb(0xFFF3C4);

struct Lamps {
  bool brake = false;
  bool left = false;
  bool right = false;
};

Lamps lamps_of(State state, const Motion& m) {
  const bool flash = std::fmod(m.seconds, 0.8F) < 0.5F;  // well below three a second
  Lamps out;
  out.brake = state == State::brake || state == State::parked;
  out.left = flash && (state == State::left || state == State::hazard);
  out.right = flash && (state == State::right || state == State::hazard);
  return out;
}

void wheel(const Pen& pen, Point hub, float r, float travelled) {
  const Pen w = pen.moved(hub.x, hub.y).turned(travelled / r * 57.29578F);
  w.circle({0, 0}, r, kRubber);
  w.circle({0, 0}, r * 0.62F, rgb(0xD4DDF5));
  w.circle({0, 0}, r * 0.5F, rgb(0x8C9ACB));
  for (int i = 0; i < 5; ++i)
    w.turned(static_cast<float>(i) * 72).line({0, 0}, {0, -r * 0.5F}, r * 0.13F, rgb(0xE6ECFB));
  w.circle({0, 0}, r * 0.17F, kDark);
}

void lamp_side(const Pen& pen, Point at, float rx, float ry, ImU32 colour, bool on) {
  if (on) pen.glow(at, rx * 4, rx * 4, blend(colour, rgb(0xFFFFFF), 0.2F));
  pen.ellipse(at, rx, ry, on ? blend(colour, rgb(0xFFFFFF), 0.25F) : blend(colour, kDark, 0.3F));
}

void beam_side(const Pen& pen, Point from) {
  if (pen.is_silhouette()) return;
  pen.fill(Outline({from.x, from.y - 6})
               .line({from.x + 260, from.y - 26})
               .line({from.x + 260, -4})
               .line({from.x, from.y + 6}),
           Paint(from, rgb(0xFFF3C4, 0.45F), {from.x + 250, from.y}, rgb(0xFFF3C4, 0)));
}

void pane(const Pen& pen, const Outline& glass) {
  pen.fill(glass, Paint({0, -150}, kGlassLight, {30, -90}, kGlassDark));
}

void car_side(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Lamps lamps = lamps_of(look.state, m);
  const Dye& d = look.paint;
  if (m.night) beam_side(pen, {206, -64});
  Outline cabin({-178, -92});
  cabin.curve({-150, -96}, {-128, -148}, {-84, -150}).line({6, -150}).curve({40, -150}, {66, -116}, {96, -92});
  pen.fill(cabin, Paint({0, -150}, d.light, {0, -92}, d.dark));
  pane(pen, Outline({-152, -95}).curve({-136, -104}, {-118, -138}, {-84, -140}).line({-46, -140}).line({-46, -95}));
  pane(pen, Outline({-36, -140}).line({4, -140}).curve({30, -140}, {52, -114}, {74, -95}).line({-36, -95}));
  Outline body({-212, -44});
  body.curve({-220, -70}, {-212, -96}, {-190, -99}).line({84, -99}).curve({130, -94}, {182, -92}, {204, -74});
  body.curve({214, -66}, {216, -44}, {210, -32}).line({-200, -30}).curve({-208, -30}, {-211, -38}, {-212, -44});
  pen.fill(body, Paint({0, -100}, d.light, {0, -34}, d.dark));
  pen.line({-200, -60}, {196, -60}, 3, blend(d.dark, kDark, 0.18F));
  pen.line({-41, -92}, {-41, -38}, 2.5F, blend(d.dark, kDark, 0.25F));
  pen.limb({-30, -80}, 5, {-14, -80}, 5, blend(d.dark, kDark, 0.45F));
  pen.limb({74, -104}, 10, {84, -102}, 8, d.dark);  // mirror
  lamp_side(pen, {-207, -76}, 6, 12, kBrake, lamps.brake);
  lamp_side(pen, {203, -64}, 9, 9, kLamp, m.night || m.moving);
  lamp_side(pen, {196, -50}, 6, 4, kIndicator, lamps.right || lamps.left);
  lamp_side(pen, {-208, -58}, 5, 4, kIndicator, lamps.right || lamps.left);
  for (const float x : {-128.0F, 132.0F}) {
    pen.half_disc({x, -34}, 42, 180, blend(d.dark, kDark, 0.75F));
    wheel(pen, {x, -34}, 34, m.travelled);
  }
  pen.limb({-80, -29}, 5, {82, -29}, 5, kDark);
  if (look.kind == Kind::taxi) {
    pen.rect({-62, -168, 46, 20}, 5, Paint({-62, -168}, rgb(0xFFFFFF), {-62, -148}, rgb(0xE7EDFB)));
    pen.rect({-54, -162, 30, 8}, 3, rgb(0x12A46C));
    for (int i = 0; i < 12; ++i)
      pen.rect({-190.0F + static_cast<float>(i) * 31, -76.0F + static_cast<float>(i % 2) * 8, 16, 8}, 0, kDark);
  }
  if (look.state == State::door_open) {
    // The near front door swings out towards the onlooker.
    pen.fill(Outline({-40, -96}).line({-40, -36}).line({52, -8}).line({66, -92}).line({20, -136}).line({-40, -138}),
             Paint({-40, -100}, d.dark, {60, -40}, d.light));
    pane(pen, Outline({-32, -130}).line({16, -128}).line({52, -92}).line({-32, -96}));
  }
}

void ambulance_side(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Lamps lamps = lamps_of(look.state, m);
  if (m.night) beam_side(pen, {212, -66});
  Outline body({-216, -36});
  body.line({-216, -186}).curve({-216, -200}, {-206, -204}, {-196, -204}).line({70, -204});
  body.curve({110, -202}, {140, -150}, {156, -118}).curve({190, -112}, {216, -100}, {216, -80}).line({216, -36});
  pen.fill(body, Paint({0, -204}, rgb(0xFFFFFF), {0, -36}, rgb(0xD5DEF2)));
  pane(pen, Outline({84, -186}).curve({108, -178}, {126, -144}, {138, -120}).line({64, -120}).line({64, -186}));
  pen.rect({-170, -184, 110, 52}, 6, Paint({-170, -184}, kGlassLight, {-60, -132}, kGlassDark));
  pen.rect({-216, -98, 432, 18}, 0, rgb(0xE23B30));
  pen.rect({-20, -178, 50, 18}, 3, rgb(0xE23B30));
  pen.rect({-4, -194, 18, 50}, 3, rgb(0xE23B30));
  const bool flash = std::fmod(m.seconds, 0.7F) < 0.35F;
  if (!pen.is_silhouette()) pen.glow({60, -212}, 60, 46, rgb(flash ? 0x4C86FF : 0xFF5A49, 0.6F));
  pen.rect({30, -218, 56, 16}, 6, flash ? rgb(0x4C86FF) : rgb(0xFF5A49));
  lamp_side(pen, {-213, -70}, 5, 14, kBrake, lamps.brake);
  lamp_side(pen, {210, -68}, 8, 10, kLamp, true);
  for (const float x : {-130.0F, 140.0F}) {
    pen.half_disc({x, -34}, 43, 180, kDark);
    wheel(pen, {x, -34}, 35, m.travelled);
  }
}

void bus_side(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Lamps lamps = lamps_of(look.state, m);
  const Dye& d = look.paint;
  if (m.night) beam_side(pen, {306, -60});
  pen.rect({-310, -286, 620, 252}, {26, 34, 16, 16}, Paint({0, -286}, d.light, {0, -34}, d.dark));
  pen.rect({-310, -106, 620, 34}, 0, rgb(0xFFFFFF, 0.85F));
  for (int i = 0; i < 5; ++i)
    pen.rect({-292.0F + static_cast<float>(i) * 94, -262, 84, 112}, 9,
             Paint({0, -262}, kGlassLight, {40, -150}, kGlassDark));
  pen.rect({180, -258, 52, 212}, 8, Paint({180, -258}, kGlassLight, {232, -46}, kGlassDark));  // door
  pen.line({206, -254}, {206, -50}, 4, d.dark);
  Outline front({244, -262});
  front.line({286, -262}).curve({300, -258}, {310, -230}, {310, -190}).line({310, -150}).line({244, -150});
  pane(pen, front);
  pen.limb({306, -236}, 8, {328, -214}, 12, kDark);
  lamp_side(pen, {-306, -80}, 5, 16, kBrake, lamps.brake);
  lamp_side(pen, {303, -70}, 8, 12, kLamp, true);
  lamp_side(pen, {300, -48}, 7, 5, kIndicator, lamps.left || lamps.right);
  for (const float x : {-190.0F, 150.0F}) {
    pen.half_disc({x, -42}, 52, 180, blend(d.dark, kDark, 0.75F));
    wheel(pen, {x, -42}, 42, m.travelled);
  }
}

void truck_side(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Lamps lamps = lamps_of(look.state, m);
  const Dye& d = look.paint;
  if (m.night) beam_side(pen, {296, -66});
  pen.rect({-300, -70, 560, 26}, 4, kDark);
  pen.rect({-300, -288, 408, 226}, 10, Paint({0, -288}, rgb(0xFFFFFF), {0, -62}, rgb(0xCBD6EE)));
  for (int i = 1; i < 8; ++i)
    pen.line({-300.0F + static_cast<float>(i) * 51, -276}, {-300.0F + static_cast<float>(i) * 51, -74}, 3,
             rgb(0xBCC9E6));
  pen.rect({-300, -128, 408, 20}, 0, d.dark);
  Outline cab({118, -46});
  cab.line({118, -236}).curve({118, -246}, {126, -250}, {134, -250}).line({216, -250});
  cab.curve({252, -248}, {276, -190}, {290, -140}).curve({300, -128}, {300, -100}, {300, -46});
  pen.fill(cab, Paint({120, -250}, d.light, {290, -46}, d.dark));
  pane(pen, Outline({150, -230}).line({212, -230}).curve({236, -226}, {256, -180}, {266, -146}).line({150, -146}));
  pen.limb({252, -196}, 8, {276, -180}, 14, kDark);  // mirror
  pen.line({142, -136}, {142, -54}, 3, blend(d.dark, kDark, 0.3F));
  lamp_side(pen, {-297, -58}, 5, 10, kBrake, lamps.brake);
  lamp_side(pen, {291, -84}, 9, 12, kLamp, true);
  lamp_side(pen, {288, -60}, 8, 5, kIndicator, lamps.left || lamps.right);
  for (const float x : {-222.0F, -126.0F, 208.0F}) {
    pen.half_disc({x, -42}, 50, 180, kDark);
    wheel(pen, {x, -42}, 41, m.travelled);
  }
}

// ---- from above ----

void lamps_top(const Pen& pen, Rect r, const Lamps& lamps, bool lit) {
  if (lit && !pen.is_silhouette())
    for (const float y : {r.y + 12, r.bottom() - 12})
      pen.fill(Outline({r.right() - 2, y - 4})
                   .line({r.right() + 150, y - 34})
                   .line({r.right() + 150, y + 34})
                   .line({r.right() - 2, y + 4}),
               Paint({r.right(), y}, rgb(0xFFF3C4, 0.5F), {r.right() + 146, y}, rgb(0xFFF3C4, 0)));
  for (const bool lower : {false, true}) {
    const float y = lower ? r.bottom() - 10 : r.y + 10, outer = lower ? r.bottom() - 3 : r.y + 3;
    pen.limb({r.right() - 5, y - 4}, 6, {r.right() - 5, y + 4}, 6, kLamp);
    if (lamps.brake) pen.glow({r.x + 2, y}, 18, 18, faded(kBrake, 0.9F));
    pen.limb({r.x + 4, y - 5}, 6, {r.x + 4, y + 5}, 6, lamps.brake ? rgb(0xFF6A5C) : rgb(0xB3261E));
    if (lower ? lamps.right : lamps.left)
      for (const float x : {r.x + 8, r.right() - 10}) {
        pen.glow({x, outer}, 20, 20, kIndicator);
        pen.circle({x, outer}, 6, rgb(0xFFC24D));
      }
  }
}

void shade_top(const Pen& pen, Rect r) {
  if (pen.is_silhouette()) return;
  pen.rect({r.x - 3, r.y + 1, r.w + 8, r.h + 8}, 20, rgb(0x0B1434, 0.16F));
  pen.rect({r.x, r.y + 2, r.w + 4, r.h + 4}, 18, rgb(0x0B1434, 0.2F));
}

void car_top(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Rect r{-75, -35, 150, 70};
  const bool ambulance = look.kind == Kind::ambulance;
  const Dye d = ambulance ? dye_of(scene::Colour::white) : look.paint;
  shade_top(pen, r);
  const Lamps lamps = lamps_of(look.state, m);
  for (const float side : {-1.0F, 1.0F}) pen.limb({22, 32 * side}, 8, {18, 39 * side}, 7, d.dark);
  if (look.state == State::door_open) {
    const Pen door = pen.moved(16, 33).turned(128);
    door.limb({0, 0}, 7, {38, 0}, 6, d.dark);
  }
  pen.rect(r, {16, 26, 26, 16}, Paint({-20, -35}, d.light, {20, 35}, d.dark));
  pen.line({48, -26}, {40, -12}, 2.5F, blend(d.dark, kDark, 0.12F));
  pen.line({48, 26}, {40, 12}, 2.5F, blend(d.dark, kDark, 0.12F));
  Outline front({14, -27});
  front.curve({34, -24}, {36, -10}, {36, 0}, 5).curve({36, 10}, {34, 24}, {14, 27}, 5).line({6, 22}).line({6, -22});
  pen.fill(front, Paint({14, -20}, kGlassLight, {30, 24}, kGlassDark));
  pen.fill(Outline({-44, -22}).line({-58, -26}).curve({-64, -14}, {-64, 14}, {-58, 26}, 6).line({-44, 22}),
           Paint({-50, -20}, kGlassLight, {-50, 24}, kGlassDark));
  for (const float side : {-1.0F, 1.0F})
    pen.poly({{-40, 29 * side}, {4, 29 * side}, {0, 24.5F * side}, {-38, 24.5F * side}}, kGlassDark);
  pen.rect({-42, -23, 46, 46}, 8, Paint({-30, -23}, blend(d.light, rgb(0xFFFFFF), 0.18F), {-10, 23}, d.light));
  lamps_top(pen, r, lamps, m.night);
  if (look.kind == Kind::taxi) {
    pen.rect({-26, -15, 14, 30}, 4, rgb(0xFFFFFF));
    pen.rect({-22, -10, 6, 20}, 2, rgb(0x12A46C));
  }
  if (ambulance) {
    pen.rect({-36, -6, 34, 12}, 2, rgb(0xE23B30));
    pen.rect({-25, -17, 12, 34}, 2, rgb(0xE23B30));
    const bool flash = std::fmod(m.seconds, 0.7F) < 0.35F;
    pen.glow({8, 0}, 34, 34, rgb(flash ? 0x4C86FF : 0xFF5A49, 0.7F));
    pen.rect({4, -16, 8, 32}, 3, flash ? rgb(0x4C86FF) : rgb(0xFF5A49));
  }
}

void bus_top(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Rect r{-135, -42, 270, 84};
  const Dye& d = look.paint;
  shade_top(pen, r);
  for (const float side : {-1.0F, 1.0F}) pen.limb({124, 40 * side}, 7, {132, 50 * side}, 8, kDark);
  pen.rect(r, {12, 22, 22, 12}, Paint({0, -42}, d.light, {0, 42}, d.dark));
  pen.rect({112, -34, 14, 68}, 6, Paint({112, -30}, kGlassLight, {112, 30}, kGlassDark));
  pen.rect({-122, -32, 222, 64}, 8, blend(d.light, rgb(0xFFFFFF), 0.22F));
  for (const float x : {-96.0F, 16.0F})
    pen.rect({x, -20, 54, 40}, 8, Paint({x, -20}, rgb(0xFFFFFF), {x, 20}, rgb(0xD5DEF2)));
  for (const float x : {-30.0F, 80.0F}) pen.rect({x, -14, 26, 28}, 5, blend(d.dark, kDark, 0.1F));
  lamps_top(pen, r, lamps_of(look.state, m), m.night);
}

void truck_top(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const Rect r{-125, -42, 250, 84};
  const Dye& d = look.paint;
  shade_top(pen, r);
  for (const float side : {-1.0F, 1.0F}) pen.limb({94, 36 * side}, 7, {102, 49 * side}, 9, kDark);
  pen.rect({50, -26, 24, 52}, 4, kDark);
  pen.rect({60, -38, 65, 76}, {8, 18, 18, 8}, Paint({60, -38}, d.light, {110, 38}, d.dark));
  pen.rect({96, -32, 16, 64}, 6, Paint({96, -30}, kGlassLight, {96, 30}, kGlassDark));
  pen.rect({-125, -42, 178, 84}, 6, Paint({0, -42}, rgb(0xFFFFFF), {0, 42}, rgb(0xCBD6EE)));
  for (int i = 1; i < 6; ++i)
    pen.line({-125.0F + static_cast<float>(i) * 30, -36}, {-125.0F + static_cast<float>(i) * 30, 36}, 2.5F,
             rgb(0xBCC9E6));
  pen.rect({-125, -42, 178, 9}, {6, 6, 0, 0}, d.light);
  pen.rect({-125, 33, 178, 9}, {0, 0, 6, 6}, d.dark);
  lamps_top(pen, r, lamps_of(look.state, m), m.night);
}

}  // namespace

void vehicle_side(const Pen& pen, const VehicleLook& look, const Motion& m) {
  const float half = look.kind == Kind::bus || look.kind == Kind::truck ? 320.0F : 230.0F;
  if (!pen.is_silhouette()) pen.glow({0, 1}, half, 15, rgb(0x0B1434, 0.5F));
  switch (look.kind) {
    case Kind::bus:
      return bus_side(pen, look, m);
    case Kind::truck:
      return truck_side(pen, look, m);
    case Kind::ambulance:
      return ambulance_side(pen, look, m);
    default:
      return car_side(pen, look, m);
  }
}

void vehicle_top(const Pen& pen, const VehicleLook& look, const Motion& m) {
  if (look.kind == Kind::bus) return bus_top(pen, look, m);
  if (look.kind == Kind::truck) return truck_top(pen, look, m);
  car_top(pen, look, m);
}

}  // namespace station::ui::figure
