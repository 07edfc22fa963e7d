#include <algorithm>
#include <cmath>

#include "kiosk/ui/internal/figure.h"

namespace station::ui::figure {

namespace {

constexpr ImU32 kDark = rgb(0x16213F);

// The joint between two bones; `bend` +1 to the left of the way from a to b, -1 to the right.
Point joint(Point a, Point b, float first, float second, float bend) {
  const float dx = b.x - a.x, dy = b.y - a.y;
  const float d = std::clamp(std::hypot(dx, dy), std::fabs(first - second) + 0.1F, first + second - 0.1F);
  const float along = (first * first - second * second + d * d) / (2 * d);
  const float off = std::sqrt(std::max(first * first - along * along, 0.0F)) * bend;
  const float ux = dx / std::max(std::hypot(dx, dy), 1e-3F), uy = dy / std::max(std::hypot(dx, dy), 1e-3F);
  return {a.x + ux * along + uy * off, a.y + uy * along - ux * off};
}

Point between(Point a, Point b, float t) {
  return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

void leg(const Pen& pen, const Posture& p, Point hip, Point foot, const Clothes& c, bool near) {
  const float s = p.size;
  const Point ankle{foot.x - 3 * s, foot.y - 7 * s};
  const Point knee = joint(hip, ankle, 43 * s, 42 * s, 1);
  const ImU32 cloth = near ? c.trousers : blend(c.trousers, kDark, 0.35F);
  const ImU32 lit = near ? blend(c.trousers, rgb(0xFFFFFF), 0.14F) : cloth;
  // The shoe first: the trousers hang over it.
  const Pen shoe = pen.moved(ankle.x, ankle.y).turned(p.foot_turn).scaled(s);
  const ImU32 leather = near ? c.shoes : blend(c.shoes, kDark, 0.3F);
  Outline upper({-6, -4});
  upper.line({5, -4}).curve({9, -1}, {17, 0}, {18, 5}).line({18, 7}).line({-7, 7}).curve({-8, 2}, {-7, -1}, {-6, -4});
  shoe.fill(upper, leather);
  shoe.rect({-7, 5, 25, 3}, 1.5F, near ? rgb(0xFF8A1F) : blend(rgb(0xFF8A1F), kDark, 0.3F));
  pen.limb(knee, 17 * s, ankle, 12 * s, cloth);
  pen.limb(hip, 23 * s, knee, 17.5F * s, Paint(hip, cloth, knee, lit));
}

void arm(const Pen& pen, const Posture& p, Point shoulder, Point hand, const Clothes& c, bool near) {
  const float s = p.size;
  const Point elbow = joint(shoulder, hand, 27 * s, 26 * s, -1);
  const ImU32 sleeve = near ? blend(c.top.light, c.top.dark, 0.55F) : blend(c.top.dark, kDark, 0.28F);
  const ImU32 skin = near ? c.skin : blend(c.skin, kDark, 0.18F);
  pen.circle(hand, 6 * s, skin);
  pen.limb(elbow, 12.5F * s, between(elbow, hand, 0.78F), 10.5F * s, near ? c.top.dark : sleeve);
  pen.limb(shoulder, 16 * s, elbow, 13 * s, near ? Paint(shoulder, c.top.light, elbow, sleeve) : Paint(sleeve));
  if (c.stripes && near) {
    const Point a = between(shoulder, elbow, 0.5F), b = between(shoulder, elbow, 0.66F);
    const float dx = (elbow.y - shoulder.y) / (27 * s) * 7.2F * s, dy = -(elbow.x - shoulder.x) / (27 * s) * 7.2F * s;
    pen.poly({{a.x - dx, a.y - dy}, {a.x + dx, a.y + dy}, {b.x + dx, b.y + dy}, {b.x - dx, b.y - dy}}, rgb(0xFFF2C2));
  }
}

void torso(const Pen& pen, const Posture& p, const Clothes& c) {
  const float s = p.size;
  const Point a = p.hip, b = p.shoulder;
  const float length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1.0F);
  // Local frame: x across (to the front), y from hip (0) to shoulder (-length).
  const float turn = std::atan2(b.x - a.x, a.y - b.y) * 57.29578F;
  const Pen q = pen.moved(a.x, a.y).turned(turn).scaled(s);
  const float l = length / s;
  Outline jacket({-15, 6});
  jacket.curve({-18, -l * 0.35F}, {-17, -l * 0.8F}, {-12, -l - 4})
      .curve({-9, -l - 10}, {6, -l - 10}, {10, -l - 4})
      .curve({17, -l * 0.75F}, {18, -l * 0.3F}, {14, 6})
      .curve({6, 10}, {-8, 10}, {-15, 6});
  q.fill(jacket, Paint({-12, -l}, c.top.light, {12, 2}, c.top.dark));
  if (c.stripes) {
    const float y = -l * 0.34F;
    q.poly({{-17.0F, y}, {16.9F, y}, {16.6F, y + 6}, {-16.6F, y + 6}}, rgb(0xFFF2C2));
    q.poly({{-16.2F, y - 13}, {17.0F, y - 13}, {17.1F, y - 10.5F}, {-16.5F, y - 10.5F}}, rgb(0xFFF2C2, 0.85F));
  }
}

void helmet(const Pen& on_head, const Clothes& c) {
  // Strap first, under the shell.
  on_head.stroke({{-5, 0}, {-1, 10}, {6, 13.5F}}, 2.2F, kDark);
  const Pen pen = on_head.moved(-1, -3.5F).turned(-4);
  Outline shell({-19, 2});
  shell.curve({-22, -14}, {-10, -25}, {2, -24}).curve({14, -23}, {20, -13}, {20, -4});
  shell.line({17, -1.5F}).line({-10, 5}).curve({-14, 6}, {-18, 6}, {-19, 2});
  pen.fill(shell, Paint({-6, -24}, c.hat.light, {2, 4}, c.hat.dark));
  pen.stroke({{-14, 2.5F}, {17.5F, -4.5F}}, 3.4F, blend(c.hat.dark, kDark, 0.55F));
  pen.limb({14, -6}, 4.5F, {25, -5}, 3, blend(c.hat.dark, kDark, 0.25F));  // peak
  pen.arc({1, -6}, 15.5F, 205, 262, 3, rgb(0xFFFFFF, 0.75F));
}

void police_cap(const Pen& pen) {
  Outline crown({-17, -5});
  crown.curve({-22, -16}, {-16, -24}, {0, -24}).curve({16, -24}, {22, -17}, {17, -7});
  pen.fill(crown, Paint({0, -24}, rgb(0x2F4A9E), {0, -6}, rgb(0x1B2D6B)));
  pen.limb({-15, -6}, 6, {16, -7}, 6, rgb(0x101B45));
  pen.limb({14, -5}, 4.5F, {24, -2}, 3, rgb(0x0B1434));
  pen.circle({9, -14}, 3.6F, rgb(0xFFD45E));
}

}  // namespace

Dye dye_of(scene::Colour colour) {
  using enum scene::Colour;
  switch (colour) {
    case orange:
      return {rgb(0xFFA63D), rgb(0xF9751A)};
    case blue:
      return {rgb(0x4C86FF), rgb(0x2350E0)};
    case green:
      return {rgb(0x35C58F), rgb(0x0E8F63)};
    case red:
      return {rgb(0xFF7A6B), rgb(0xD92D20)};
    case yellow:
      return {rgb(0xFFD95A), rgb(0xF2A900)};
    case purple:
      return {rgb(0x9D86FF), rgb(0x5B4BE0)};
    case teal:
      return {rgb(0x3CCBD6), rgb(0x0B8FA8)};
    case white:
      return {rgb(0xFFFFFF), rgb(0xD5DEF2)};
    case grey:
      return {rgb(0xAAB6CE), rgb(0x74829F)};
    case dark:
      return {rgb(0x4A5A85), rgb(0x263357)};
  }
  return {rgb(0xFFFFFF), rgb(0xFFFFFF)};
}

void head(const Pen& pen, const Clothes& c, bool eyes_closed) {
  const ImU32 shade = blend(c.skin, rgb(0xE08A5C), 0.35F);
  pen.limb({-5, 6}, 11, {-8, 19}, 12, shade);  // neck
  if (c.hair == Hair::long_) pen.limb({-8, -4}, 20, {-12, 14}, 14, rgb(0x33291F));
  // Face: a round head, a jaw and a small nose.
  pen.circle({0, 0}, 13.5F, c.skin);
  pen.limb({2, 5}, 17, {5, 7}, 13, c.skin);
  pen.circle({13.2F, 2}, 2.6F, c.skin);
  const ImU32 hair = c.hair == Hair::grey ? rgb(0xCBD2E0) : rgb(0x33291F);
  if (c.head_wear != HeadWear::helmet) {
    Outline cap({-14, 4});
    cap.curve({-18, -10}, {-9, -18}, {2, -16.5F}).curve({9, -16}, {14, -11}, {12.5F, -6.5F});
    cap.curve({7, -8}, {2, -9}, {-3, -7}).curve({-5, -3}, {-6, 1}, {-8, 5}).curve({-10, 6}, {-12, 6}, {-14, 4});
    pen.fill(cap, hair);
  } else {
    pen.limb({-12, 1}, 5, {-9, 7}, 4, hair);
  }
  pen.circle({-4.5F, 2}, 3.1F, shade);  // ear
  if (eyes_closed)
    pen.stroke({{4.5F, 1.5F}, {9.5F, 2}}, 1.8F, kDark);
  else
    pen.ellipse({7.5F, 0.8F}, 1.8F, 2.5F, kDark);
  pen.arc({8.5F, 6}, 3.6F, 35, 120, 1.5F, rgb(0xB4553A));
  pen.circle({3.5F, 6}, 2.6F, rgb(0xFF8F7A, 0.35F));
  if (c.head_wear == HeadWear::helmet) helmet(pen, c);
  if (c.head_wear == HeadWear::police_cap) police_cap(pen);
}

void person_far_side(const Pen& pen, const Posture& p, const Clothes& c) {
  arm(pen, p, {p.shoulder.x + 5 * p.size, p.shoulder.y + 4}, p.far_hand, c, false);
  leg(pen, p, {p.hip.x + 3 * p.size, p.hip.y}, p.far_foot, c, false);
}

void person_near_side(const Pen& pen, const Posture& p, const Clothes& c) {
  leg(pen, p, p.hip, p.near_foot, c, true);
  const Pen h = pen.moved(p.head.x, p.head.y).turned(p.head_turn).scaled(0.35F + 0.65F * p.size);
  // The neck belongs behind the collar.
  head(p.looks_back ? h.mirrored() : h, c, p.eyes_closed);
  torso(pen, p, c);
}

void person_near_arm(const Pen& pen, const Posture& p, const Clothes& c) {
  arm(pen, p, {p.shoulder.x - 1, p.shoulder.y + 6 * p.size}, p.near_hand, c, true);
}

Posture standing() {
  Posture p;
  p.hip = {0, -89};
  p.shoulder = {0, -137};
  p.head = {3, -162};
  p.near_hand = {4, -86};
  p.far_hand = {9, -87};
  p.near_foot = {-3, 0};
  p.far_foot = {9, 0};
  return p;
}

Posture walking(float travelled) {
  Posture p = standing();
  const float phase = travelled / 62 * 3.14159265F;  // a stride of 62 cm
  const float swing = std::cos(phase), lift = std::sin(phase);
  p.near_foot = {24 * swing, -7 * std::max(0.0F, lift)};
  p.far_foot = {-24 * swing + 2, -7 * std::max(0.0F, -lift)};
  p.near_hand = {4 - 19 * swing, -90 + 3 * std::fabs(swing)};
  p.far_hand = {6 + 19 * swing, -90 + 3 * std::fabs(swing)};
  const float dip = 3.0F * std::fabs(swing);
  for (Point* joint_point : {&p.hip, &p.shoulder, &p.head, &p.near_hand, &p.far_hand}) joint_point->y += dip;
  p.shoulder.x += 2;
  p.head.x += 2;
  return p;
}

}  // namespace station::ui::figure
