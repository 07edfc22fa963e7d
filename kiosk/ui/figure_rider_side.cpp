#include <algorithm>
#include <cmath>

#include "kiosk/ui/internal/figure.h"

namespace station::ui::figure {

namespace {

using scene::Load;
using scene::State;

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kRubber = rgb(0x1B2545);
constexpr Point kRearHub{-58, -22}, kFrontHub{60, -22};
constexpr float kWheel = 22;

void wheel(const Pen& pen, Point hub, float travelled) {
  const Pen w = pen.moved(hub.x, hub.y).turned(travelled / kWheel * 57.29578F);
  w.circle({0, 0}, kWheel, kRubber);
  w.circle({0, 0}, kWheel - 6, rgb(0xD4DDF5));
  w.circle({0, 0}, kWheel - 8.5F, rgb(0x93A4D6));
  for (int i = 0; i < 5; ++i) w.turned(static_cast<float>(i) * 72).line({0, 0}, {0, -kWheel + 7}, 3.4F, rgb(0xE6ECFB));
  w.circle({0, 0}, 5.4F, kDark);
  w.circle({0, 0}, 2.2F, rgb(0xAEBBE3));
}

void rear_body(const Pen& pen, const Dye& accent) {
  pen.line({-58, -22}, {-24, -34}, 7, rgb(0x3A4A78));  // swing arm
  Outline shell({-97, -52});
  shell.curve({-95, -62}, {-84, -71}, {-66, -71}).line({-12, -69}).curve({-3, -67}, {-3, -54}, {-10, -41});
  shell.curve({-13, -34}, {-18, -31}, {-29, -29}).arc(kRearHub, 29.5F, -14, -158, 12);
  shell.curve({-92, -34}, {-97, -44}, {-97, -52});
  pen.fill(shell, Paint({-40, -72}, rgb(0xFFFFFF), {-36, -30}, rgb(0xC9D5F0)));
  Outline flash({-90, -56});
  flash.curve({-70, -62}, {-40, -58}, {-14, -44}).line({-17, -38}).curve({-42, -52}, {-68, -54}, {-90, -50});
  pen.fill(flash, Paint({-90, -56}, accent.dark, {-16, -42}, accent.light));
  pen.limb({-95, -60}, 7, {-90, -66}, 6, rgb(0xFF4D3D));  // rear light
  pen.limb({-66, -74}, 13, {-18, -73}, 11, kDark);        // seat
  pen.limb({-64, -77}, 3, {-22, -76}, 3, rgb(0x3A4A78));
}

void front(const Pen& pen, const Dye& accent, bool lit) {
  pen.line(kFrontHub, {50, -62}, 7, rgb(0x8C9ACB));
  pen.arc(kFrontHub, 26.5F, 196, 338, 8, Paint({60, -50}, rgb(0xFFFFFF), {60, -30}, rgb(0xC9D5F0)));
  pen.rect({-22, -32, 62, 9}, 4, Paint({-20, -30}, accent.dark, {40, -30}, accent.light));  // foot board
  pen.rect({-14, -25, 44, 5}, 2.5F, kDark);
  pen.line({46, -88}, {37, -116}, 6.5F, rgb(0x3A4A78));  // column
  Outline shield({25, -31});
  shield.line({42, -29}).curve({53, -48}, {57, -74}, {47, -103}).curve({44, -108}, {35, -107}, {33, -101});
  shield.curve({41, -76}, {38, -52}, {25, -31});
  pen.fill(shield, Paint({30, -40}, accent.dark, {50, -100}, accent.light));
  pen.stroke(Outline({47, -100}).curve({53, -82}, {51, -58}, {42, -36}), 3, rgb(0xFFFFFF, 0.45F));
  if (lit) pen.glow({55, -86}, 26, 26, rgb(0xFFF3C4, 0.8F));
  pen.ellipse({52, -86}, 8, 10, blend(accent.dark, kDark, 0.25F));
  pen.ellipse({54, -86}, 6.2F, 8.2F, lit ? rgb(0xFFF7DC) : rgb(0xE3ECFF));
  pen.line({38, -116}, {43, -132}, 2.6F, kDark);
  pen.moved(43, -136).turned(18).ellipse({0, 0}, 6.5F, 7.5F, kDark);
  pen.moved(43, -136).turned(18).ellipse({0, 0}, 4.6F, 5.6F, rgb(0xBCD0FF));
}

void grip(const Pen& pen) {
  pen.line({38, -114}, {25, -112}, 7, kDark);
}

void beam(const Pen& pen) {
  pen.fill(Outline({58, -90}).line({250, -118}).line({250, -16}).line({58, -82}),
           Paint({58, -86}, rgb(0xFFF3C4, 0.5F), {240, -70}, rgb(0xFFF3C4, 0)));
}

void box(const Pen& pen, Rect r, const Dye& dye) {
  pen.rect(r, 7, Paint({r.x, r.y}, blend(dye.light, rgb(0xFFFFFF), 0.12F), {r.right(), r.bottom()}, dye.dark));
  pen.rect({r.x, r.y, r.w, r.h * 0.26F}, {7, 7, 2, 2},
           Paint({r.x, r.y}, blend(dye.light, rgb(0xFFFFFF), 0.42F), {r.right(), r.y}, dye.light));
  pen.rect({r.x + 5, r.bottom() - 9, r.w - 10, 4}, 2, rgb(0xFFF2C2));
  lightning(pen.moved(r.x + r.w * 0.5F, r.y + r.h * 0.56F), r.h * 0.36F, rgb(0xFFFFFF));
}

void load_on(const Pen& pen, Load load, const Dye& dye) {
  const auto carrier = [&] { pen.rect({-96, -83, 40, 5}, 2.5F, kDark); };
  switch (load) {
    case Load::none:
      return;
    case Load::box:
      carrier();
      return box(pen, {-108, -137, 55, 55}, dye);
    case Load::high:
      carrier();
      box(pen, {-108, -131, 55, 49}, dye);
      pen.rect({-103, -172, 46, 42}, 4, Paint({-103, -172}, rgb(0xD9A871), {-57, -130}, rgb(0xB98248)));
      pen.rect({-103, -155, 46, 5}, 1, rgb(0xEBCB9F));
      pen.rect({-98, -208, 38, 37}, 4, Paint({-98, -208}, rgb(0xE3B783), {-60, -171}, rgb(0xC08D55)));
      pen.rect({-98, -194, 38, 5}, 1, rgb(0xF0D5AE));
      return pen.stroke({{-108, -110}, {-80, -212}, {-53, -110}}, 2.4F, rgb(0x33406B));
    case Load::wide:
      carrier();
      box(pen, {-128, -127, 94, 45}, dye);
      return pen.rect({-122, -152, 82, 26}, 5, Paint({-122, -152}, rgb(0xD9A871), {-40, -126}, rgb(0xB98248)));
    case Load::bags:
      carrier();
      return box(pen, {-108, -137, 55, 55}, dye);
  }
}

// Shopping bags on the handlebar: swing in front of the shield.
void bags_on(const Pen& pen, Load load) {
  if (load != Load::bags) return;
  for (const float x : {20.0F, 33.0F}) {
    pen.stroke({{x, -110}, {x - 5, -92}, {x + 6, -92}, {x, -110}}, 2, rgb(0xFFFFFF));
    Outline bag({x - 10, -92});
    bag.line({x + 11, -92}).curve({x + 16, -70}, {x + 15, -58}, {x + 9, -56});
    bag.line({x - 8, -56}).curve({x - 15, -58}, {x - 15, -72}, {x - 10, -92});
    pen.fill(bag, Paint({x, -92}, rgb(0xFFFFFF), {x, -56}, x < 30 ? rgb(0xF3B7AE) : rgb(0xB9D4F5)));
  }
}

void frame(const Pen& pen, const RiderLook& look, const Motion& m) {
  wheel(pen, kRearHub, m.travelled);
  rear_body(pen, look.jacket);
  load_on(pen, look.load, look.jacket);
  wheel(pen, kFrontHub, m.travelled);
  front(pen, look.jacket, m.moving || m.night);
  grip(pen);
}

void rain_canopy(const Pen& pen) {
  pen.line({44, -104}, {58, -150}, 4, kDark);
  pen.line({-84, -84}, {-80, -190}, 4, kDark);
  Outline roof({-118, -180});
  roof.curve({-90, -214}, {20, -216}, {74, -172}).line({78, -128}).line({70, -130});
  roof.curve({66, -168}, {0, -196}, {-112, -172});
  pen.fill(roof, Paint({-60, -205}, rgb(0x7C5CE0), {60, -150}, rgb(0x4A35B5)));
  pen.fill(Outline({56, -160})
               .curve({66, -146}, {64, -124}, {58, -98})
               .line({66, -98})
               .curve({76, -128}, {72, -150}, {66, -164}),
           rgb(0xBFD6FF, 0.7F));
}

Posture seated(const RiderLook& look, const Motion& m) {
  Posture p;
  p.hip = {-30, -84};
  p.shoulder = {-17, -131};
  p.head = {-8, -157};
  p.near_hand = {27, -113};
  p.far_hand = {31, -115};
  p.near_foot = {20, -31};
  p.far_foot = {30, -31};
  const float sway = m.moving ? std::sin(m.seconds * 9) * 0.8F : 0;
  p.shoulder.y += sway;
  p.head.y += sway;
  switch (look.state) {
    case State::stop:
      p.near_foot = {-8, 0};
      break;
    case State::phone:
      p.near_hand = {9, -132};
      p.head_turn = 16;
      p.head.x += 2;
      break;
    case State::one_hand:
      p.near_hand = {8, -136};
      break;
    case State::no_hands:
      p.near_hand = {18, -146};
      p.far_hand = {26, -156};
      p.shoulder.x -= 6;
      p.head.x -= 7;
      break;
    case State::look_back:
      p.looks_back = true;
      break;
    case State::tired:
      p.shoulder = {-8, -126};
      p.head = {8, -147};
      p.head_turn = 34;
      p.eyes_closed = true;
      break;
    case State::drunk: {
      const float reel = std::sin(m.seconds * 2.2F);
      p.shoulder.x += 4 * reel;
      p.head = {p.head.x + 7 * reel, p.head.y + 2};
      p.head_turn = 10 * reel;
      p.eyes_closed = true;
      p.near_hand = {12, -128};
      break;
    }
    default:
      break;
  }
  return p;
}

Clothes rider_clothes(const RiderLook& look) {
  Clothes c;
  c.top = look.jacket;
  c.stripes = true;
  c.head_wear = look.helmet ? HeadWear::helmet : HeadWear::none;
  // The helmet stands out from the jacket.
  c.hat = dye_of(look.jacket.dark == dye_of(scene::Colour::blue).dark ? scene::Colour::yellow : scene::Colour::blue);
  return c;
}

void in_hand(const Pen& pen, const Posture& p, const RiderLook& look, const Motion& m) {
  if (look.state == State::phone) {
    if (!pen.is_silhouette()) pen.glow({p.near_hand.x + 6, p.near_hand.y - 8}, 20, 20, rgb(0x8FD3FF, 0.7F));
    phone(pen.moved(p.near_hand.x + 4, p.near_hand.y - 8).turned(-18), 24, rgb(0x8FE0FF));
  }
  if (look.state == State::one_hand) {
    const Pen cup = pen.moved(p.near_hand.x + 2, p.near_hand.y - 2);
    cup.poly({{-7, -20}, {8, -20}, {6, 5}, {-5, 5}}, Paint({-7, 0}, rgb(0xFFFFFF), {8, 0}, rgb(0xD9E2F5)));
    cup.rect({-8, -23, 17, 5}, 2, rgb(0x0E9F72));
    cup.line({2, -22}, {6, -34}, 2.4F, rgb(0xFF8A1F));
  }
  if (look.state == State::drunk) {
    const Pen bottle = pen.moved(p.near_hand.x, p.near_hand.y).turned(12);
    bottle.rect({-5, -10, 10, 20}, 3, Paint({-5, 0}, rgb(0x2FA36B), {5, 0}, rgb(0x157A4A)));
    bottle.rect({-2.2F, -22, 4.4F, 14}, 2, rgb(0x2FA36B));
    for (int i = 0; i < 3; ++i) {
      const float t = std::fmod(m.seconds * 0.5F + static_cast<float>(i) / 3, 1.0F);
      pen.ring({p.head.x + 26 + 10 * static_cast<float>(i), p.head.y - 16 - 16 * t}, 3 + 2 * static_cast<float>(i),
               1.8F, rgb(0xF2A900, 0.9F * (1 - t)));
    }
  }
  if (look.state == State::tired)
    for (int i = 0; i < 3; ++i) {  // z z z
      const float t = std::fmod(m.seconds * 0.35F + static_cast<float>(i) / 3, 1.0F), s = 5 + 5 * t;
      const float x = p.head.x + 18 + 26 * t, y = p.head.y - 22 - 34 * t;
      pen.stroke({{x - s, y - s}, {x + s, y - s}, {x - s, y + s}, {x + s, y + s}}, 2.6F,
                 rgb(0x5B4BE0, std::sin(t * 3.14F)));
    }
}

void child_behind(const Pen& pen, const Motion& m) {
  Clothes c;
  c.top = dye_of(scene::Colour::yellow);
  c.hat = dye_of(scene::Colour::red);
  c.head_wear = HeadWear::helmet;
  c.trousers = rgb(0x2D7F9E);
  Posture p;
  p.size = 0.66F;
  p.hip = {-62, -82};
  p.shoulder = {-58, -112};
  p.head = {-54, -131};
  p.near_hand = {-34, -102};
  p.far_hand = {-32, -104};
  p.near_foot = {-36, -44};
  p.far_foot = {-32, -44};
  if (m.moving) p.head.y += std::sin(m.seconds * 9 + 1) * 0.8F;
  person_far_side(pen, p, c);
  person_near_side(pen, p, c);
  person_near_arm(pen, p, c);
}

void ride(const Pen& pen, const RiderLook& look, const Motion& m) {
  const Posture p = seated(look, m);
  const Clothes c = rider_clothes(look);
  const bool passenger = look.state == State::passenger;
  if (m.night && !pen.is_silhouette()) beam(pen);
  person_far_side(pen, p, c);
  RiderLook scooter = look;
  if (passenger) scooter.load = Load::none;
  frame(pen, scooter, m);
  if (passenger) child_behind(pen, m);
  person_near_side(pen, p, c);
  bags_on(pen, look.load);
  in_hand(pen, p, look, m);
  person_near_arm(pen, p, c);
}

void push(const Pen& pen, const RiderLook& look, const Motion& m) {
  Posture p = walking(m.travelled);
  for (Point* joint : {&p.hip, &p.shoulder, &p.head, &p.near_foot, &p.far_foot}) joint->x -= 14;
  p.shoulder.x += 8;
  p.head.x += 12;
  p.near_hand = {26, -113};
  p.far_hand = {32, -114};
  const Clothes c = rider_clothes(look);
  person_far_side(pen, p, c);
  frame(pen, look, m);
  person_near_side(pen, p, c);
  person_near_arm(pen, p, c);
}

// Lying on its side, seen from slightly above.
Pen lying(const Pen& pen) {
  return pen.moved(8, 0).leaning(-0.55F).scaled(1, 0.46F);
}

void fall(const Pen& pen, const RiderLook& look, const Motion& m) {
  frame(lying(pen.moved(10, 0)), look, {.travelled = 0, .seconds = m.seconds, .moving = false, .night = false});
  Posture p;
  p.hip = {-62, -13};
  p.shoulder = {-92, -46};
  p.head = {-88, -72};
  p.near_hand = {-124, -8};
  p.far_hand = {-66, -40};
  p.near_foot = {8, 0};
  p.far_foot = {-6, 0};
  p.head_turn = -14;
  const Clothes c = rider_clothes(look);
  person_far_side(pen, p, c);
  person_near_side(pen, p, c);
  person_near_arm(pen, p, c);
  for (int i = 0; i < 3; ++i) {  // stars
    const float a = m.seconds * 2 + static_cast<float>(i) * 2.094F;
    lightning(pen.moved(p.head.x + 26 * std::cos(a), p.head.y - 30 + 6 * std::sin(a)), 12, rgb(0xF2A900));
  }
}

}  // namespace

void lightning(const Pen& pen, float height, ImU32 colour) {
  const Pen q = pen.scaled(height / 24);
  q.fill(Outline({3, -12}).line({-8, 2}).line({-1, 2}).line({-3, 12}).line({8, -3}).line({1, -3}), colour);
}

void phone(const Pen& pen, float height, ImU32 screen) {
  const float w = height * 0.52F;
  pen.rect({-w / 2, -height / 2, w, height}, height * 0.12F, kDark);
  pen.rect({-w / 2 + height * 0.06F, -height / 2 + height * 0.08F, w - height * 0.12F, height * 0.8F}, height * 0.05F,
           screen);
}

void rider_side(const Pen& pen, const RiderLook& look, const Motion& motion) {
  if (look.state == State::push) return push(pen, look, motion);
  if (look.state == State::fallen) return fall(pen, look, motion);
  ride(pen, look, motion);
}

void scooter_side(const Pen& pen, const RiderLook& look, const Motion& motion) {
  if (look.state == State::fallen) return frame(lying(pen), look, motion);
  pen.line({-18, -28}, {-28, 0}, 4, kDark);  // stand
  frame(pen, look, motion);
  bags_on(pen, look.load);
  if (look.state == State::canopy) rain_canopy(pen);
  if (look.state == State::modified) {
    // A second battery on the foot board, wired up.
    pen.rect({-16, -62, 44, 30}, 4, Paint({-16, -62}, rgb(0x4A5A85), {28, -32}, rgb(0x263357)));
    pen.rect({-10, -67, 9, 6}, 2, rgb(0xFF5A49));
    pen.rect({12, -67, 9, 6}, 2, kDark);
    lightning(pen.moved(6, -47), 22, rgb(0xFFD95A));
    pen.stroke(Outline({-6, -66}).curve({-14, -92}, {-34, -70}, {-30, -54}), 3, rgb(0xFF5A49));
    pen.stroke(Outline({16, -66}).curve({20, -86}, {40, -80}, {44, -64}), 3, rgb(0xFF5A49));
  }
}

}  // namespace station::ui::figure
