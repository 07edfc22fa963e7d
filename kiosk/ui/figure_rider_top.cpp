#include <cmath>

#include "kiosk/ui/internal/figure.h"

namespace station::ui::figure {

namespace {

using scene::Load;
using scene::State;

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kSkin = rgb(0xFFD2B0);

void box_top(const Pen& pen, Rect r, const Dye& dye) {
  pen.rect(r, 5, Paint({r.x, r.y}, blend(dye.light, rgb(0xFFFFFF), 0.3F), {r.right(), r.bottom()}, dye.dark));
  pen.rect({r.x + 3, r.y + 3, r.w - 6, r.h - 6}, 4, rgb(0xFFFFFF, 0.22F));
  lightning(pen.moved(r.centre().x, r.centre().y), 15, rgb(0xFFFFFF));
}

void machine(const Pen& pen, const RiderLook& look, const Motion& m, float steer) {
  if (!pen.is_silhouette()) {
    pen.moved(2, 5).glow({0, 0}, 62, 30, rgb(0x0B1434, 0.45F));
    if (m.night)
      pen.fill(Outline({48, -3}).line({190, -46}).line({190, 46}).line({48, 3}),
               Paint({48, 0}, rgb(0xFFF3C4, 0.55F), {186, 0}, rgb(0xFFF3C4, 0)));
  }
  const Pen bar = pen.moved(28, 0).turned(steer);
  bar.limb({8, 0}, 9, {22, 0}, 8, kDark);     // front wheel
  pen.limb({-46, 0}, 9, {-36, 0}, 9, kDark);  // rear wheel
  pen.limb({-34, 0}, 22, {-6, 0}, 18, Paint({-30, -10}, rgb(0xFFFFFF), {-30, 10}, rgb(0xC9D5F0)));
  pen.limb({-8, 0}, 17, {18, 0}, 14, Paint({0, -8}, look.jacket.light, {0, 8}, look.jacket.dark));  // foot board
  pen.limb({-30, 0}, 13, {-8, 0}, 13, kDark);                                                       // seat
  Outline shield({-4, -11});
  shield.curve({10, -12}, {18, -6}, {18, 0}, 5).curve({18, 6}, {10, 12}, {-4, 11}, 5);
  bar.fill(shield, Paint({0, -10}, look.jacket.light, {0, 10}, look.jacket.dark));
  bar.line({-3, -21}, {-3, 21}, 5, kDark);
  bar.ellipse({14, 0}, 3.5F, 5.5F, rgb(0xFFF7DC));
  for (const float side : {-1.0F, 1.0F}) bar.ellipse({2, 25 * side}, 3, 4.5F, rgb(0xBCD0FF));
  pen.limb({-48, -4}, 4, {-48, 4}, 4, rgb(0xFF4D3D));
}

void load_top(const Pen& pen, const RiderLook& look) {
  switch (look.load) {
    case Load::none:
      break;
    case Load::box:
      box_top(pen, {-56, -17, 32, 34}, look.jacket);
      break;
    case Load::high:
      box_top(pen, {-58, -19, 36, 38}, look.jacket);
      pen.rect({-53, -14, 26, 28}, 3, rgb(0xD9A871));
      pen.rect({-42, -14, 4, 28}, 0, rgb(0xEBCB9F));
      break;
    case Load::wide:
      pen.rect({-60, -44, 36, 88}, 4, Paint({-60, -44}, rgb(0xE3B783), {-24, 44}, rgb(0xB98248)));
      pen.rect({-44, -44, 4, 88}, 0, rgb(0xF0D5AE));
      break;
    case Load::bags:
      box_top(pen, {-56, -17, 32, 34}, look.jacket);
      pen.ellipse({26, -24}, 10, 8, rgb(0xFFFFFF));
      pen.ellipse({26, 24}, 10, 8, rgb(0xF3B7AE));
      break;
  }
}

void head_top(const Pen& pen, const RiderLook& look, float turn) {
  const Pen q = pen.turned(turn);
  q.circle({7.5F, 0}, 5, kSkin);
  if (look.helmet) {
    const Dye hat =
        dye_of(look.jacket.dark == dye_of(scene::Colour::blue).dark ? scene::Colour::yellow : scene::Colour::blue);
    q.limb({7, -5}, 5, {7, 5}, 5, blend(hat.dark, kDark, 0.4F));
    q.circle({0, 0}, 11.5F, Paint({-7, -7}, hat.light, {7, 7}, hat.dark));
    q.limb({-7, 0}, 3, {5, 0}, 3, rgb(0xFFFFFF, 0.45F));
    q.circle({-3.5F, -4.5F}, 3, rgb(0xFFFFFF, 0.55F));
  } else {
    q.circle({0, 0}, 10.5F, rgb(0x33291F));
    q.arc({-1, 0}, 5.5F, 150, 300, 2, rgb(0x6B5844));
  }
}

void torso_top(const Pen& pen, const Dye& dye) {
  pen.limb({-10, -13}, 17, {-10, 13}, 17, Paint({-14, -16}, dye.light, {-4, 16}, dye.dark));
  pen.line({-15, -15}, {-15, 15}, 3, rgb(0xFFF2C2));
}

void arm_top(const Pen& pen, Point shoulder, Point hand, const Dye& dye) {
  pen.circle(hand, 4.5F, kSkin);
  pen.limb(shoulder, 10, {shoulder.x + (hand.x - shoulder.x) * 0.82F, shoulder.y + (hand.y - shoulder.y) * 0.82F}, 8,
           dye.dark);
}

void rider_on_it(const Pen& pen, const RiderLook& look, const Motion& m) {
  const Dye& dye = look.jacket;
  Point left{23, -17}, right{23, 17};
  float turn = 0;
  float lean = 0;
  switch (look.state) {
    case State::phone:
      right = {16, 6};
      turn = 20;
      break;
    case State::one_hand:
      right = {8, 24};
      break;
    case State::no_hands:
      left = {2, -40};
      right = {2, 40};
      break;
    case State::look_back:
      turn = -145;
      break;
    case State::tired:
      turn = 14;
      lean = 9;
      break;
    case State::drunk:
      lean = 5 * std::sin(m.seconds * 3);
      turn = 25 * std::sin(m.seconds * 2);
      break;
    default:
      break;
  }
  for (const float side : {-1.0F, 1.0F}) {
    const bool down = look.state == State::stop && side > 0;
    pen.limb({-12, 8 * side}, 12, {8, (down ? 20.0F : 10.0F) * side}, 10, rgb(0x26365F));
    if (down) pen.limb({6, 21}, 8, {14, 22}, 7, rgb(0xFFFFFF));
  }
  arm_top(pen, {-8, -16}, left, dye);
  arm_top(pen, {-8, 16}, right, dye);
  torso_top(pen, dye);
  if (look.state == State::phone) {
    pen.glow({20, 6}, 18, 18, rgb(0x8FD3FF, 0.8F));
    phone(pen.moved(19, 6).turned(75), 19, rgb(0x8FE0FF));
  }
  if (look.state == State::one_hand) {
    pen.circle({11, 24}, 6, rgb(0xFFFFFF));
    pen.circle({11, 24}, 3.5F, rgb(0x0E9F72));
  }
  head_top(pen.moved(-5 + lean, 0), look, turn);
}

}  // namespace

void scooter_top(const Pen& pen, const RiderLook& look, const Motion& m) {
  if (look.state == State::fallen)
    return scooter_top(pen.scaled(1, 1.25F).turned(12), {State::parked, look.jacket, look.load, look.helmet}, m);
  machine(pen, look, m, look.state == State::parked ? -22.0F : 0.0F);
  load_top(pen, look);
  if (look.state == State::canopy) {
    pen.rect({-46, -26, 90, 52}, 20, Paint({-46, -26}, rgb(0x7C5CE0), {44, 26}, rgb(0x4A35B5)));
    pen.line({-42, 0}, {40, 0}, 2.5F, rgb(0xA48DF5));
  }
  if (look.state == State::modified) {
    pen.rect({-6, -12, 24, 24}, 4, rgb(0x263357));
    lightning(pen.moved(6, 0), 17, rgb(0xFFD95A));
  }
}

void rider_top(const Pen& pen, const RiderLook& look, const Motion& m) {
  if (look.state == State::push) {
    // Walks on the left of the machine, both hands on the bar.
    machine(pen.moved(0, 10), look, m, 0);
    load_top(pen.moved(0, 10), look);
    const Pen walker = pen.moved(4, -18);
    const float stride = m.moving ? std::sin(m.travelled / 16) * 10 : 5;
    walker.limb({-10, -6}, 10, {-8 + stride, -6}, 9, kDark);
    walker.limb({-10, 6}, 10, {-8 - stride, 6}, 9, kDark);
    arm_top(walker, {-8, -14}, {19, 10}, look.jacket);
    arm_top(walker, {-8, 14}, {16, 26}, look.jacket);
    torso_top(walker, look.jacket);
    return head_top(walker.moved(-5, 0), look, 0);
  }
  if (look.state == State::fallen) {
    machine(pen.moved(14, 12).turned(28), look, m, 34);
    load_top(pen.moved(14, 12).turned(28), look);
    PersonLook person{State::injured, look.jacket};
    pedestrian_top(pen.moved(-18, -34).turned(-14), person, m);
    return head_top(pen.moved(-50, -26).turned(160), look, 0);
  }
  machine(pen, look, m, 0);
  load_top(pen, look);
  if (look.state == State::passenger) {
    const Pen child = pen.moved(-26, 0).scaled(0.78F);
    torso_top(child, dye_of(scene::Colour::yellow));
    head_top(child.moved(-5, 0), {State::ride, dye_of(scene::Colour::blue), Load::none, true}, 0);
  }
  rider_on_it(pen, look, m);
}

}  // namespace station::ui::figure
