#include <cmath>

#include "kiosk/ui/internal/figure.h"

namespace station::ui::figure {

namespace {

using scene::State;

constexpr ImU32 kDark = rgb(0x16213F);

Clothes clothes_of(const PersonLook& look) {
  Clothes c;
  c.top = look.top;
  c.trousers = rgb(0x3A4668);
  if (look.state == State::elder) c.hair = Hair::grey;
  if (look.state == State::child) c.trousers = rgb(0x2D7F9E);
  return c;
}

void satchel(const Pen& pen, const Posture& p, float size) {
  pen.limb({p.shoulder.x - 17 * size, p.shoulder.y + 12 * size}, 17 * size, {p.hip.x - 17 * size, p.hip.y - 8 * size},
           19 * size, Paint({p.shoulder.x - 24, p.shoulder.y}, rgb(0xFF7A6B), {p.hip.x - 8, p.hip.y}, rgb(0xD92D20)));
}

void lying_person(const Pen& pen, const Clothes& c) {
  Posture p;
  p.hip = {-4, -14};
  p.shoulder = {-50, -18};
  p.head = {-76, -16};
  p.head_turn = -74;
  p.near_hand = {-26, -30};
  p.far_hand = {-96, -30};
  p.near_foot = {76, -2};
  p.far_foot = {60, -34};
  p.foot_turn = -50;
  p.eyes_closed = true;
  person_far_side(pen, p, c);
  person_near_side(pen, p, c);
  person_near_arm(pen, p, c);
}

// Seen from above: shoulders, arms and the crown of the head.
struct FromAbove {
  Dye top;
  ImU32 head;
  ImU32 head_light;
  float size = 1;
};

void above(const Pen& pen, const FromAbove& look, const Motion& m, float left_arm, float right_arm, bool striding) {
  const Pen q = pen.scaled(look.size);
  const float stride = striding ? std::sin(m.travelled / 16) * 9 : 5;
  q.glow({0, 2}, 30, 30, rgb(0x0B1434, 0.4F));
  q.limb({-2, -7}, 10, {stride, -7}, 9, kDark);
  q.limb({-2, 7}, 10, {-stride, 7}, 9, kDark);
  q.limb({0, -15}, 9, {left_arm, -18}, 8, look.top.dark);
  q.limb({0, 15}, 9, {right_arm, 18}, 8, look.top.dark);
  q.circle({left_arm + 3, -18}, 4, rgb(0xFFD2B0));
  q.circle({right_arm + 3, 18}, 4, rgb(0xFFD2B0));
  q.limb({0, -10}, 18, {0, 10}, 18, Paint({-8, -8}, look.top.light, {8, 8}, look.top.dark));
  q.circle({8.5F, 0}, 4, rgb(0xFFD2B0));  // the face looks ahead
  q.circle({1, 0}, 10, look.head);
  q.circle({-1.5F, -2.5F}, 4.5F, look.head_light);
}

}  // namespace

void pedestrian_side(const Pen& pen, const PersonLook& look, const Motion& m) {
  const Clothes c = clothes_of(look);
  if (!pen.is_silhouette()) pen.glow({0, 1}, look.state == State::injured ? 105.0F : 34.0F, 7, rgb(0x0B1434, 0.35F));
  if (look.state == State::injured) return lying_person(pen, c);
  const float size = look.state == State::child ? 0.68F : 1.0F;
  const Pen q = pen.scaled(size);
  Posture p = m.moving ? walking(m.travelled / size) : standing();
  if (look.state == State::walk && !m.moving) p = walking(0);
  if (look.state == State::elder) {
    p.shoulder.x += 14;
    p.shoulder.y += 5;
    p.head.x += 22;
    p.head.y += 12;
    p.near_hand = {36, -76};
    q.line({38, -78}, {44, 0}, 4, rgb(0x8A5A2B));
  }
  person_far_side(q, p, c);
  if (look.state == State::child) satchel(q, p, 1);
  person_near_side(q, p, c);
  person_near_arm(q, p, c);
}

void pedestrian_top(const Pen& pen, const PersonLook& look, const Motion& m) {
  const ImU32 hair = look.state == State::elder ? rgb(0xCBD2E0) : rgb(0x33291F);
  FromAbove view{look.top, hair, blend(hair, rgb(0xFFFFFF), 0.25F)};
  if (look.state == State::child) view.size = 0.78F;
  if (look.state == State::injured) {
    pen.limb({-14, 0}, 22, {14, 0}, 18, Paint({-14, -8}, look.top.light, {10, 8}, look.top.dark));
    pen.limb({16, -5}, 10, {46, -14}, 9, kDark);
    pen.limb({16, 5}, 10, {48, 8}, 9, kDark);
    pen.limb({-12, -10}, 8, {-2, -28}, 7, look.top.dark);
    pen.limb({-12, 10}, 8, {-26, 26}, 7, look.top.dark);
    pen.circle({-32, 0}, 10, hair);
    return;
  }
  const float swing = m.moving ? std::sin(m.travelled / 16) * 9 : 3;
  above(pen, view, m, -swing, swing, m.moving);
  if (look.state == State::elder) pen.line({14, 18}, {26, 22}, 3.5F, rgb(0x8A5A2B));
}

void police_side(const Pen& pen, State state, const Motion& m) {
  Clothes c;
  c.top = {rgb(0xE8F53C), rgb(0xB9D21A)};  // reflective vest
  c.trousers = rgb(0x1B2D6B);
  c.shoes = rgb(0x101B45);
  c.head_wear = HeadWear::police_cap;
  c.stripes = true;
  Posture p = standing();
  if (state == State::stop) {
    p.near_hand = {50, -155};
    p.far_hand = {10, -84};
  }
  if (state == State::go) {
    const float wave = std::sin(m.seconds * 3);
    p.near_hand = {40, -123 - 12 * wave};
    p.far_hand = {-44, -133};
  }
  if (!pen.is_silhouette()) pen.glow({2, 1}, 34, 7, rgb(0x0B1434, 0.35F));
  person_far_side(pen, p, c);
  person_near_side(pen, p, c);
  person_near_arm(pen, p, c);
  if (state != State::stand) {
    const Point h = p.near_hand;
    pen.limb({h.x - 1, h.y + 1}, 13, {h.x + 3, h.y - 3}, 12, rgb(0xFFFFFF));  // white glove
    if (state == State::stop)
      for (int i = 0; i < 4; ++i) {
        const auto f = static_cast<float>(i);
        pen.line({h.x - 1 + f * 2.6F, h.y - 4}, {h.x + f * 3.2F, h.y - 15 + std::fabs(f - 1.5F) * 1.6F}, 3.2F,
                 rgb(0xFFFFFF));
      }
  }
}

void police_top(const Pen& pen, State state, const Motion& m) {
  const FromAbove view{{rgb(0xE8F53C), rgb(0xB9D21A)}, rgb(0x1B2D6B), rgb(0x4360B8), 1.15F};
  const float wave = std::sin(m.seconds * 3) * 8;
  if (state == State::stop) {
    above(pen, view, m, 2, 30, false);
    pen.limb({36, 21}, 12, {42, 21}, 12, rgb(0xFFFFFF));
  } else if (state == State::go) {
    above(pen, view, m, 18 + wave, 6, false);
    pen.limb({25 + wave, -21}, 11, {28 + wave, -21}, 11, rgb(0xFFFFFF));
  } else {
    above(pen, view, m, 4, 4, false);
  }
  pen.poly({{14, -8}, {19, -5}, {19, 5}, {14, 8}}, rgb(0x0B1434));  // peak of the cap
  pen.circle({1, 0}, 3.2F, rgb(0xFFD45E));
}

}  // namespace station::ui::figure
