#include <cmath>

#include "kiosk/ui/internal/figure.h"

// Vehicles and people from behind and from the front, as a rider meets them.
namespace station::ui::figure {

namespace {

using scene::Kind;
using scene::State;

constexpr ImU32 kInk = rgb(0x16213F), kTyre = rgb(0x1B2545);
constexpr ImU32 kSkyGlass = rgb(0xD6E7FF), kDeepGlass = rgb(0x5F83C4);
constexpr ImU32 kStop = rgb(0xFF3B2F), kBlinker = rgb(0xFFB020), kBeam = rgb(0xFFF3C4);

struct Signals {
  bool brake = false, left = false, right = false;
};

Signals signals_of(State state, const Motion& m) {
  const bool flash = std::fmod(m.seconds, 0.8F) < 0.5F;  // well below three a second
  return {state == State::brake || state == State::parked, flash && (state == State::left || state == State::hazard),
          flash && (state == State::right || state == State::hazard)};
}

// A lamp that shines where it is on.
void lens(const Pen& pen, Rect r, ImU32 colour, bool on, float shine = 1) {
  if (on && !pen.is_silhouette()) pen.glow(r.centre(), r.w * 1.7F * shine, r.w * 1.5F * shine, faded(colour, 0.85F));
  pen.rect(r, std::min(r.w, r.h) * 0.4F, on ? blend(colour, rgb(0xFFFFFF), 0.3F) : blend(colour, kInk, 0.42F));
}

// Rear lamps at both sides with the blinkers inside them; seen from behind, left is left.
void rear_lamps(const Pen& pen, float x, float y, float w, float h, const Signals& on, bool night) {
  for (const bool right : {false, true}) {
    const float at = right ? x - w : -x;
    lens(pen, {at, y, w, h}, kStop, on.brake, 1);
    if (!on.brake && night) lens(pen, {at, y, w, h}, rgb(0xB3261E), true, 0.6F);
    lens(pen, {right ? at - w * 0.55F : at + w, y, w * 0.55F, h}, kBlinker, right ? on.right : on.left, 1.3F);
  }
}

// From the front left and right change places.
void head_lamps(const Pen& pen, float x, float y, float w, float h, const Signals& on, bool night) {
  for (const bool right : {false, true}) {
    const float at = right ? x - w : -x;
    if (night && !pen.is_silhouette()) pen.glow({at + w / 2, y + h / 2}, w * 3.2F, w * 3.2F, rgb(0xFFF7DC, 0.9F));
    pen.rect({at, y, w, h}, h * 0.45F, night ? rgb(0xFFFBEA) : blend(kBeam, rgb(0xFFFFFF), 0.6F));
    pen.rect({at, y, w, h}, h * 0.45F, rgb(0x16213F, 0.08F));
    lens(pen, {right ? at - w * 0.45F : at + w, y + h * 0.2F, w * 0.45F, h * 0.6F}, kBlinker,
         right ? on.left : on.right, 1.4F);
  }
}

void wheels_behind(const Pen& pen, float x, float w, float h) {
  for (const float side : {-1.0F, 1.0F}) pen.rect({side * x - w / 2, -h, w, h}, 6, kTyre);
}

void number_plate(const Pen& pen, float y, ImU32 colour) {
  pen.rect({-27, y, 54, 17}, 3, colour);
  pen.rect({-22, y + 6, 44, 4}, 1, rgb(0xFFFFFF, 0.9F));
}

void open_door(const Pen& pen, const Dye& d, bool left) {
  const Pen q = left ? pen : pen.mirrored();
  q.fill(Outline({-88, -100}).line({-88, -30}).line({-166, -22}).curve({-172, -60}, {-170, -92}, {-158, -106}),
         Paint({-88, -60}, d.dark, {-166, -60}, d.light));
  q.fill(Outline({-90, -104}).line({-156, -108}).line({-140, -142}).line({-82, -146}),
         Paint({-140, -140}, kSkyGlass, {-100, -100}, kDeepGlass));
  q.stroke({{-90, -102}, {-156, -107}, {-141, -141}}, 4, d.dark);
}

void car_end(const Pen& pen, const VehicleLook& look, const Motion& m, bool front, bool door_left) {
  const Dye& d = look.paint;
  const Signals on = signals_of(look.state, m);
  wheels_behind(pen, 68, 30, 44);
  if (look.state == State::door_open) open_door(pen, d, door_left);
  Outline roof({-80, -94});
  roof.curve({-76, -128}, {-68, -148}, {-50, -150}).line({50, -150}).curve({68, -148}, {76, -128}, {80, -94});
  pen.fill(roof, Paint({0, -150}, blend(d.light, rgb(0xFFFFFF), 0.12F), {0, -94}, d.dark));
  Outline glass({-66, -97});
  glass.curve({-63, -122}, {-58, -138}, {-46, -140}).line({46, -140}).curve({58, -138}, {63, -122}, {66, -97});
  pen.fill(glass, Paint({-20, -142}, kSkyGlass, {30, -96}, kDeepGlass));
  if (!pen.is_silhouette()) {  // heads of the people inside
    for (const float x : {-28.0F, 28.0F}) {
      pen.circle({x, -112}, 11, rgb(0x16213F, front ? 0.42F : 0.5F));
      pen.rect({x - 15, -106, 30, 12}, 6, rgb(0x16213F, front ? 0.42F : 0.5F));
    }
  }
  for (const float side : {-1.0F, 1.0F}) pen.limb({82 * side, -100}, 10, {94 * side, -104}, 12, d.dark);  // mirrors
  pen.rect({-92, -98, 184, 76}, {30, 30, 14, 14}, Paint({0, -98}, d.light, {0, -24}, d.dark));
  pen.rect({-92, -42, 184, 20}, {4, 4, 12, 12}, blend(d.dark, kInk, 0.45F));
  if (front) {
    pen.rect({-40, -70, 80, 20}, 6, blend(d.dark, kInk, 0.6F));
    for (int i = 0; i < 3; ++i)
      pen.line({-34, -65.0F + static_cast<float>(i) * 6}, {34, -65.0F + static_cast<float>(i) * 6}, 1.6F,
               rgb(0xC9D5F0, 0.6F));
    head_lamps(pen, 86, -78, 36, 17, on, m.night);
    number_plate(pen, -42, rgb(0x2458F5));
  } else {
    pen.line({-80, -70}, {80, -70}, 2.4F, blend(d.dark, kInk, 0.25F));
    rear_lamps(pen, 88, -86, 30, 16, on, m.night);
    number_plate(pen, -62, rgb(0x2458F5));
  }
  if (look.kind == Kind::taxi) {
    pen.rect({-24, -170, 48, 20}, 5, Paint({0, -170}, rgb(0xFFFFFF), {0, -150}, rgb(0xE7EDFB)));
    pen.rect({-16, -164, 32, 8}, 3, rgb(0x12A46C));
  }
}

void ambulance_end(const Pen& pen, const VehicleLook& look, const Motion& m, bool front) {
  const Signals on = signals_of(look.state, m);
  wheels_behind(pen, 76, 32, 46);
  pen.rect({-100, -212, 200, 184}, {26, 26, 12, 12}, Paint({0, -212}, rgb(0xFFFFFF), {0, -28}, rgb(0xCBD6EE)));
  pen.rect({-84, -196, 168, front ? 78.0F : 62.0F}, 10, Paint({-40, -196}, kSkyGlass, {40, -120}, kDeepGlass));
  pen.rect({-100, -108, 200, 18}, 0, rgb(0xE23B30));
  pen.rect({-100, -46, 200, 20}, {4, 4, 12, 12}, rgb(0x5F6C88));
  if (front)
    head_lamps(pen, 92, -82, 34, 20, on, true);
  else
    rear_lamps(pen, 96, -86, 26, 26, on, m.night);
  const bool flash = std::fmod(m.seconds, 0.7F) < 0.35F;
  for (const bool right : {false, true}) {
    const ImU32 colour = flash == right ? rgb(0x4C86FF) : rgb(0xFF5A49);
    if (!pen.is_silhouette()) pen.glow({right ? 44.0F : -44.0F, -220}, 60, 46, faded(colour, 0.6F));
    pen.rect({right ? 4.0F : -72.0F, -226, 68, 16}, 6, colour);
  }
}

void bus_end(const Pen& pen, const VehicleLook& look, const Motion& m, bool front) {
  const Dye& d = look.paint;
  const Signals on = signals_of(look.state, m);
  wheels_behind(pen, 92, 40, 52);
  pen.rect({-126, -304, 252, 270}, {24, 24, 12, 12}, Paint({0, -304}, d.light, {0, -34}, d.dark));
  if (front) {
    pen.rect({-112, -252, 224, 130}, 14, Paint({-60, -252}, kSkyGlass, {60, -120}, kDeepGlass));
    pen.line({0, -250}, {0, -124}, 4, d.dark);
    pen.rect({-92, -292, 184, 30}, 6, kInk);
    pen.rect({-62, -284, 124, 14}, 4, rgb(0xFFB547));
    pen.circle({-54, -150}, 16, rgb(0x16213F, 0.45F));
    head_lamps(pen, 114, -88, 40, 24, on, m.night);
  } else {
    pen.rect({-96, -276, 192, 84}, 12, Paint({-60, -276}, kSkyGlass, {60, -190}, kDeepGlass));
    pen.rect({-70, -168, 140, 70}, 6, blend(d.dark, kInk, 0.3F));
    for (int i = 0; i < 5; ++i)
      pen.line({-62, -158.0F + static_cast<float>(i) * 13}, {62, -158.0F + static_cast<float>(i) * 13}, 3,
               blend(d.dark, kInk, 0.55F));
    rear_lamps(pen, 120, -108, 26, 40, on, m.night);
  }
  pen.rect({-126, -58, 252, 26}, {4, 4, 10, 10}, blend(d.dark, kInk, 0.55F));
  number_plate(pen, -54, rgb(0xF2B632));
}

void truck_end(const Pen& pen, const VehicleLook& look, const Motion& m, bool front) {
  const Dye& d = look.paint;
  const Signals on = signals_of(look.state, m);
  wheels_behind(pen, 92, 46, 56);
  if (front) {
    pen.rect({-118, -300, 236, 60}, 6, Paint({0, -300}, rgb(0xFFFFFF), {0, -240}, rgb(0xCBD6EE)));
    pen.rect({-116, -262, 232, 220}, {26, 26, 8, 8}, Paint({0, -262}, d.light, {0, -42}, d.dark));
    pen.rect({-100, -242, 200, 86}, 12, Paint({-50, -242}, kSkyGlass, {50, -156}, kDeepGlass));
    pen.circle({-46, -172}, 15, rgb(0x16213F, 0.45F));
    for (const float side : {-1.0F, 1.0F}) pen.rect({side * 132 - 11, -236, 22, 62}, 7, kInk);  // mirrors
    pen.rect({-70, -140, 140, 44}, 8, blend(d.dark, kInk, 0.5F));
    for (int i = 0; i < 3; ++i)
      pen.line({-60, -130.0F + static_cast<float>(i) * 12}, {60, -130.0F + static_cast<float>(i) * 12}, 3,
               rgb(0xC9D5F0, 0.6F));
    head_lamps(pen, 108, -86, 40, 24, on, m.night);
    pen.rect({-118, -60, 236, 24}, 5, kInk);
  } else {
    pen.rect({-122, -306, 244, 244}, 8, Paint({0, -306}, rgb(0xFFFFFF), {0, -62}, rgb(0xBFCBE6)));
    pen.line({0, -300}, {0, -70}, 5, rgb(0x9FB0D3));
    for (const float side : {-1.0F, 1.0F}) {
      pen.line({30 * side, -296}, {30 * side, -74}, 4, rgb(0xA9B8D8));
      pen.line({88 * side, -296}, {88 * side, -74}, 4, rgb(0xA9B8D8));
    }
    for (int i = 0; i < 8; ++i)  // red and white strip that shines back
      pen.rect({-118.0F + static_cast<float>(i) * 29.5F, -84, 29.5F, 14}, 0,
               i % 2 == 0 ? rgb(0xE23B30) : rgb(0xFFFFFF));
    pen.rect({-122, -68, 244, 16}, 3, kInk);
    rear_lamps(pen, 116, -56, 34, 20, on, m.night);
    pen.rect({-100, -34, 200, 10}, 3, rgb(0x3A4A78));
  }
  number_plate(pen, -54, rgb(0xF2B632));
}

void two_wheels(const Pen& pen, const Dye& d, bool front, bool night) {
  pen.rect({-9, -46, 18, 46}, 8, kTyre);
  if (front) {
    pen.rect({-10, -66, 20, 34}, 8, Paint({0, -66}, rgb(0xFFFFFF), {0, -32}, rgb(0xC9D5F0)));
    Outline shield({-26, -40});
    shield.curve({-34, -70}, {-26, -104}, {-12, -112}).line({12, -112}).curve({26, -104}, {34, -70}, {26, -40});
    pen.fill(shield, Paint({0, -112}, d.light, {0, -40}, d.dark));
    if (night && !pen.is_silhouette()) pen.glow({0, -88}, 60, 60, rgb(0xFFF7DC, 0.95F));
    pen.ellipse({0, -88}, 12, 10, night ? rgb(0xFFFBEA) : rgb(0xE3ECFF));
  } else {
    Outline tail({-24, -38});
    tail.curve({-28, -60}, {-24, -76}, {-16, -78}).line({16, -78}).curve({24, -76}, {28, -60}, {24, -38});
    pen.fill(tail, Paint({0, -78}, rgb(0xFFFFFF), {0, -38}, rgb(0xC1CEEC)));
    pen.rect({-16, -56, 32, 13}, 3, rgb(0xF7F9FE));
    pen.rect({-12, -52, 24, 4}, 1, rgb(0x2458F5));
    if (night && !pen.is_silhouette()) pen.glow({0, -68}, 30, 26, rgb(0xFF3B2F, 0.8F));
    pen.rect({-13, -73, 26, 9}, 4, rgb(0xFF4D3D));
  }
  for (const float side : {-1.0F, 1.0F}) {  // bar and mirrors
    pen.line({8 * side, -112}, {36 * side, -112}, 6, kInk);
    pen.line({26 * side, -112}, {32 * side, -134}, 3, kInk);
    pen.ellipse({34 * side, -138}, 9, 7, front ? rgb(0x3A4A78) : rgb(0xBCD0FF));
  }
}

}  // namespace

float length_of(Kind kind) {
  switch (kind) {
    case Kind::bus:
    case Kind::truck:
      return 610;
    case Kind::rider:
    case Kind::rider_no_helmet:
    case Kind::scooter:
      return 175;
    default:
      return 430;
  }
}

float width_of(Kind kind) {
  switch (kind) {
    case Kind::bus:
    case Kind::truck:
      return 250;
    case Kind::rider:
    case Kind::rider_no_helmet:
    case Kind::scooter:
      return 76;
    case Kind::ambulance:
      return 200;
    default:
      return 184;
  }
}

void vehicle_end(const Pen& pen, const VehicleLook& look, const Motion& m, bool front, bool door_left) {
  if (!pen.is_silhouette()) pen.glow({0, 1}, width_of(look.kind) * 0.68F, 16, rgb(0x0B1434, 0.6F));
  switch (look.kind) {
    case Kind::bus:
      return bus_end(pen, look, m, front);
    case Kind::truck:
      return truck_end(pen, look, m, front);
    case Kind::ambulance:
      return ambulance_end(pen, look, m, front);
    default:
      return car_end(pen, look, m, front, door_left);
  }
}

void rider_end(const Pen& pen, const RiderLook& look, const Motion& m, bool front) {
  const Dye& d = look.jacket;
  if (!pen.is_silhouette()) pen.glow({0, 1}, 44, 12, rgb(0x0B1434, 0.55F));
  const float sway = look.state == State::drunk ? 7 * std::sin(m.seconds * 3)
                     : m.moving                 ? 1.2F * std::sin(m.seconds * 5)
                                                : 0;
  const Pen body = pen.leaning(-sway * 0.02F);
  const bool box = look.load != scene::Load::none;
  const auto legs = [&] {
    for (const float side : {-1.0F, 1.0F}) {
      body.limb({13 * side, -84}, 20, {26 * side, -50}, 15, rgb(0x26365F));
      body.limb({26 * side, -50}, 14, {21 * side, -24}, 11, rgb(0x1D2A4D));
      body.limb({19 * side, -19}, 11, {25 * side, -18}, 10, rgb(0xE6ECFB));
    }
  };
  const auto torso = [&] {
    Outline jacket({-24, -84});
    jacket.curve({-32, -112}, {-34, -136}, {-24, -144}).curve({-10, -150}, {10, -150}, {24, -144});
    jacket.curve({34, -136}, {32, -112}, {24, -84});
    body.fill(jacket, Paint({0, -148}, d.light, {0, -84}, d.dark));
    body.rect({-28, -118, 56, 7}, 2, rgb(0xFFF2C2));
    for (const float side : {-1.0F, 1.0F}) {
      body.limb({27 * side, -136}, 16, {37 * side, -122}, 12, d.dark);
      body.limb({37 * side, -122}, 12, {33 * side, -112}, 10, d.dark);
    }
  };
  const auto head = [&] {
    if (look.helmet) {
      body.circle({0, -161}, 18, Paint({-10, -178}, blend(d.light, rgb(0xFFFFFF), 0.35F), {10, -146}, d.dark));
      if (front)
        body.rect({-13, -166, 26, 15}, 7, Paint({0, -166}, kSkyGlass, {0, -150}, kDeepGlass));
      else
        body.rect({-14, -160, 28, 5}, 2, rgb(0xFFFFFF, 0.8F));
    } else {
      body.circle({0, -160}, 15, front ? rgb(0xFFD2B0) : rgb(0x2B1E1A));
      if (front) body.half_disc({0, -162}, 15, 180, rgb(0x2B1E1A));
    }
  };
  if (front) {
    torso();
    head();
    legs();
    two_wheels(body, d, true, m.night);
    return;
  }
  two_wheels(body, d, false, m.night);
  legs();
  torso();
  head();
  if (!box) return;
  const float top = look.load == scene::Load::high ? -206 : -142;
  if (look.load == scene::Load::high) {
    body.rect({-28, top, 56, 68}, 4, Paint({0, top}, rgb(0xE3B783), {0, -138}, rgb(0xB98248)));
    body.rect({-28, top + 30, 56, 6}, 1, rgb(0xF0D5AE));
  }
  const float half = look.load == scene::Load::wide ? 50 : 31;
  body.rect({-half, -140, 2 * half, 60}, 8, Paint({0, -140}, blend(d.light, rgb(0xFFFFFF), 0.15F), {0, -80}, d.dark));
  body.rect({-half, -140, 2 * half, 15}, {8, 8, 2, 2}, blend(d.light, rgb(0xFFFFFF), 0.42F));
  body.rect({-half + 5, -90, 2 * half - 10, 5}, 2, rgb(0xFFF2C2));
  lightning(body.moved(0, -108), 22, rgb(0xFFFFFF));
}

void person_end(const Pen& pen, const PersonLook& look, const Motion& m, bool front) {
  const float size = look.state == State::child ? 0.68F : look.state == State::elder ? 0.94F : 1;
  if (!pen.is_silhouette()) pen.glow({0, 1}, 30 * size, 9, rgb(0x0B1434, 0.5F));
  const Pen p = pen.scaled(size);
  const float step = m.moving ? std::sin(m.travelled * 0.055F / size) : 0;
  const ImU32 hair = look.state == State::elder ? rgb(0xC9CFDD) : rgb(0x2B1E1A);
  for (const float side : {-1.0F, 1.0F}) {
    const float lift = std::max(0.0F, step * side) * 12;
    p.limb({9 * side, -82}, 17, {10 * side, -42 - lift * 0.4F}, 13, rgb(0x33415F));
    p.limb({10 * side, -42 - lift * 0.4F}, 13, {10 * side, -8 - lift}, 10, rgb(0x26365F));
    p.limb({10 * side, -5 - lift}, 10, {12 * side, -4 - lift}, 10, rgb(0x16213F));
    p.limb({23 * side, -130}, 12, {28 * side, -96 + step * side * 8}, 10, look.top.dark);
    p.circle({29 * side, -90 + step * side * 8}, 6, rgb(0xFFD2B0));
  }
  Outline coat({-20, -78});
  coat.curve({-26, -108}, {-27, -134}, {-18, -140})
      .curve({-8, -145}, {8, -145}, {18, -140})
      .curve({27, -134}, {26, -108}, {20, -78});
  p.fill(coat, Paint({0, -142}, look.top.light, {0, -78}, look.top.dark));
  p.circle({0, -157}, 14, front ? rgb(0xFFD2B0) : hair);
  if (front) p.half_disc({0, -159}, 14.5F, 180, hair);
}

}  // namespace station::ui::figure
