#include <algorithm>
#include <array>
#include <cmath>

#include "kiosk/ui/internal/stage.h"

namespace station::ui::scene {

namespace {

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kWhite = rgb(0xFFFFFF);
constexpr ImU32 kSkin = rgb(0xFFD2B0);

void shade(const Pen& pen, float y, float w) {
  pen.glow({0, y}, w, 10, rgb(0x0B1434, 0.28F));
}

// ---- helmets ----

void helmet_shell(const Pen& pen, const figure::Dye& dye) {
  Outline shell({-58, 28});
  shell.curve({-66, -32}, {-28, -62}, {8, -58}).curve({44, -54}, {62, -22}, {58, 14});
  shell.curve({58, 24}, {50, 28}, {42, 26}).curve({20, 22}, {8, 30}, {-4, 36}).curve({-22, 46}, {-52, 44}, {-58, 28});
  pen.fill(shell, Paint({-20, -60}, dye.light, {20, 40}, dye.dark));
  pen.stroke(Outline({-56, 24}).curve({-30, 36}, {-10, 22}, {14, 14}).curve({30, 9}, {46, 10}, {57, 12}), 7,
             blend(dye.dark, kDark, 0.5F));
  pen.limb({48, 2}, 12, {78, 10}, 7, blend(dye.dark, kDark, 0.25F));
  pen.arc({2, -6}, 42, 200, 268, 7, rgb(0xFFFFFF, 0.65F));
  for (const float x : {-14.0F, 4.0F, 22.0F}) pen.limb({x, -30}, 6, {x - 6, -12}, 6, rgb(0xFFFFFF, 0.35F));
}

void helmet(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  shade(pen, 64, 62);
  const figure::Dye dye = figure::dye_of(item.colour.value_or(Colour::blue));
  if (state == State::open) {
    pen.stroke(Outline({-30, 34}).curve({-38, 50}, {-40, 58}, {-46, 66}), 6, kDark);
    pen.stroke(Outline({14, 24}).curve({18, 44}, {26, 52}, {24, 64}), 6, kDark);
    pen.rect({-54, 60, 16, 14}, 4, rgb(0xFF8A1F));
    pen.rect({15, 60, 18, 14}, 4, rgb(0xFF8A1F));
  } else {
    pen.stroke(Outline({-30, 34}).curve({-28, 62}, {2, 74}, {14, 24}), 6, kDark);
    pen.rect({-16, 54, 20, 15}, 4, rgb(0xFF8A1F));
  }
  helmet_shell(pen, dye);
  if (state == State::cracked) {
    pen.stroke({{2, -58}, {-8, -40}, {6, -30}, {-6, -12}, {8, -4}, {0, 14}}, 5, kDark);
    pen.stroke({{6, -30}, {20, -24}}, 4, kDark);
    badge_tick(pen, {52, -50}, false);
  }
  if (state == State::class_a || state == State::class_b) {
    pen.circle({-16, -10}, 25, kWhite);
    const ImU32 ink = rgb(0x1D3FA8);
    const Pen q = pen.moved(-16, -10);
    if (state == State::class_a) {
      q.stroke({{-11, 14}, {0, -14}, {11, 14}}, 6, ink);
      q.stroke({{-6, 5}, {6, 5}}, 5, ink);
    } else {
      q.stroke({{-8, -14}, {-8, 14}}, 6, ink);
      q.stroke(Outline({-8, -14}).curve({10, -15}, {10, 0}, {-8, -1}), 5.5F, ink);
      q.stroke(Outline({-8, -1}).curve({13, -2}, {13, 15}, {-8, 14}), 5.5F, ink);
    }
  }
}

void helmet_step(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  figure::Clothes c;
  c.head_wear = figure::HeadWear::helmet;
  const Pen q = pen.moved(-6, -8).scaled(5.2F);
  if (!pen.is_silhouette()) {
    Outline bust({-30, 32});
    bust.curve({-26, 20}, {-18, 17}, {-10, 16}).line({0, 15}).curve({10, 17}, {16, 21}, {19, 32});
    q.fill(bust, Paint({0, 14}, c.top.light, {0, 32}, c.top.dark));
  }
  figure::head(q, c);
  const ImU32 mark = rgb(0x0B9A62);
  if (state == State::straight) {
    // Two fingers between brow and rim.
    pen.line({-110, -36}, {118, -66}, 4, rgb(0xFFFFFF, 0.9F));
    pen.line({66, -48}, {66, -6}, 8, mark);
    for (const float y : {-40.0F, -24.0F}) pen.limb({84, y + 10}, 15, {128, y + 8}, 17, kSkin);
    badge_tick(pen.scaled(1.5F), {-56, -52}, true);
  }
  if (state == State::buckle) {
    const float click = s.scene.moves() ? 0.5F + 0.5F * std::sin(s.seconds() * 4) : 1;
    pen.ring({20, 62}, 32 + 5 * click, 7, mark);
    pen.limb({14, 64}, 14, {40, 58}, 14, rgb(0xFF8A1F));
    pen.limb({32, 88}, 17, {50, 118}, 20, kSkin);  // a finger under the strap
    pen.limb({20, 72}, 15, {34, 92}, 16, kSkin);
    badge_tick(pen.scaled(1.5F), {-56, -52}, true);
  }
  if (state == State::liner) {
    pen.circle({62, -92}, 46, kWhite);
    pen.circle({62, -92}, 41, rgb(0xCFE6FF));
    pen.arc({62, -70}, 34, 200, 340, 12, rgb(0x3A4668));  // shell
    pen.arc({62, -66}, 22, 200, 340, 11, rgb(0xE8D9B8));  // liner
    pen.line({94, -60}, {118, -34}, 13, rgb(0x3A4668));
    pen.ring({62, -92}, 44, 8, rgb(0x3A4668));
  }
}

// ---- things in a rider's day ----

void phone(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  shade(pen, 68, 44);
  pen.rect({-36, -66, 72, 132}, 14, kDark);
  const Rect screen{-30, -58, 60, 116};
  pen.rect(screen, 9, state == State::off ? Paint(rgb(0x26365F)) : Paint({0, -58}, kWhite, {0, 58}, rgb(0xDDEBFF)));
  pen.rect({-12, -64, 24, 5}, 2.5F, rgb(0x3A4A78));
  switch (state) {
    case State::order:
      pen.rect({-24, -48, 48, 40}, 6, rgb(0xFF8A1F));
      pen.stroke({{-12, -30}, {-3, -20}, {13, -38}}, 5, kWhite);
      pen.rect({-24, 0, 48, 7}, 3, rgb(0xA9B6D0));
      pen.rect({-24, 13, 32, 7}, 3, rgb(0xC3CEDF));
      pen.rect({-24, 32, 48, 17}, 8, rgb(0x2458F5));
      break;
    case State::map:
      pen.rect({-30, -58, 60, 116}, 9, rgb(0xCBE8D4));
      pen.line({-26, 30}, {26, -10}, 9, kWhite);
      pen.line({-6, -54}, {6, 54}, 9, kWhite);
      pen.stroke({{-20, 25}, {0, 10}, {-4, -22}}, 6, rgb(0x2458F5));
      pen.fill(Outline({-4, -22}).curve({-22, -36}, {-18, -54}, {-4, -54}).curve({10, -54}, {14, -36}, {-4, -22}),
               rgb(0xE23B30));
      pen.circle({-4, -42}, 5, kWhite);
      break;
    case State::call: {
      const float t = s.scene.moves() ? std::fmod(s.seconds(), 1.0F) : 0.5F;
      pen.circle({0, -16}, 24, rgb(0x0B9A62));
      pen.ring({0, -16}, 24 + 8 * t, 3, rgb(0x0B9A62, 1 - t));
      pen.stroke(Outline({-10, -22}).curve({-8, -6}, {2, -2}, {10, -4}), 6, kWhite);
      pen.limb({-11, -24}, 9, {-8, -19}, 8, kWhite);
      pen.limb({8, -3}, 8, {12, -5}, 9, kWhite);
      pen.rect({-20, 30, 40, 8}, 4, rgb(0xA9B6D0));
      break;
    }
    default:
      break;
  }
}

void bottle(const Stage& s, const Pen& pen, const Item& item) {
  shade(pen, 64, 40);
  if (state_at(item, s.ms) == State::water) {
    pen.rect({-10, -66, 20, 14}, 4, rgb(0x2458F5));
    Outline body({-9, -52});
    body.line({9, -52}).curve({10, -40}, {26, -36}, {26, -20}).line({26, 54}).curve({26, 64}, {18, 64}, {14, 64});
    body.line({-14, 64})
        .curve({-26, 64}, {-26, 58}, {-26, 54})
        .line({-26, -20})
        .curve({-26, -36}, {-10, -40}, {-9, -52});
    pen.fill(body, Paint({-26, 0}, rgb(0xDDF1FF), {26, 0}, rgb(0x8CC8F5)));
    pen.rect({-26, -8, 52, 34}, 2, rgb(0x2E86E0));
    return pen.fill(Outline({0, -4}).curve({12, 10}, {10, 22}, {0, 22}).curve({-10, 22}, {-12, 10}, {0, -4}), kWhite);
  }
  Outline body({-7, -66});
  body.line({7, -66})
      .line({8, -34})
      .curve({10, -22}, {22, -18}, {22, 0})
      .line({22, 58})
      .curve({22, 64}, {18, 64}, {14, 64});
  body.line({-16, 64})
      .curve({-22, 64}, {-22, 60}, {-22, 56})
      .line({-22, 0})
      .curve({-22, -18}, {-10, -22}, {-8, -34})
      .line({-7, -66});
  const Pen q = pen.moved(-22, 0);
  q.fill(body, Paint({-22, 0}, rgb(0x3FBF7F), {22, 0}, rgb(0x12774A)));
  q.rect({-9, -72, 18, 12}, 3, rgb(0xFFD45E));
  q.rect({-22, 8, 44, 32}, 2, rgb(0xFFF2C2));
  // A full glass beside it.
  pen.arc({52, 24}, 17, -80, 80, 8, rgb(0xE8D9B8));
  pen.poly({{10, -14}, {54, -14}, {50, 64}, {14, 64}}, Paint({10, 0}, rgb(0xFFD45E), {54, 0}, rgb(0xF2A11F)));
  for (const float x : {16.0F, 28.0F, 42.0F}) pen.circle({x, -16}, 11, kWhite);
  pen.rect({10, -18, 44, 12}, 4, kWhite);
}

void cargo_box(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  const figure::Dye d = figure::dye_of(item.colour.value_or(Colour::orange));
  shade(pen, 62, 66);
  if (state == State::high)
    for (const Rect& r : {Rect{-38, -112, 72, 60}, Rect{-28, -164, 56, 54}}) {
      pen.rect(r, 6, Paint({r.x, r.y}, rgb(0xE3B783), {r.right(), r.bottom()}, rgb(0xB98248)));
      pen.rect({r.x, r.y + r.h * 0.4F, r.w, 8}, 1, rgb(0xF0D5AE));
    }
  if (state == State::open) {
    pen.poly({{-52, -34}, {46, -34}, {62, -78}, {-36, -78}}, Paint({0, -34}, d.dark, {0, -78}, d.light));
    pen.rect({-30, -56, 26, 34}, 4, kWhite);
    pen.rect({2, -62, 32, 40}, 4, rgb(0xF3B7AE));
  }
  pen.rect({-56, -40, 112, 102}, 14, Paint({-56, -40}, d.light, {56, 62}, d.dark));
  if (state != State::open)
    pen.rect({-60, -52, 120, 32}, 11, Paint({-60, -52}, blend(d.light, kWhite, 0.4F), {60, -20}, d.light));
  pen.rect({-44, 42, 88, 8}, 4, rgb(0xFFF2C2));
  figure::lightning(pen.moved(0, 12), 42, kWhite);
}

void battery(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  shade(pen, 62, 60);
  const bool sick = state != State::ok;
  pen.rect({-30, -64, 20, 16}, 4, rgb(0xE23B30));
  pen.rect({10, -64, 20, 16}, 4, kDark);
  const Paint shell = sick ? Paint({-50, -50}, rgb(0xC4553F), {50, 60}, rgb(0x7A2418))
                           : Paint({-50, -50}, rgb(0x4A5A85), {50, 60}, rgb(0x263357));
  if (state == State::swollen) {
    Outline body({-50, -50});
    body.curve({-20, -60}, {20, -60}, {50, -50})
        .curve({76, -20}, {76, 30}, {50, 60})
        .curve({20, 70}, {-20, 70}, {-50, 60});
    body.curve({-76, 30}, {-76, -20}, {-50, -50});
    pen.fill(body, shell);
    pen.stroke({{-30, -40}, {-18, -24}, {-28, -10}}, 5, rgb(0xFFB020));
  } else {
    pen.rect({-52, -52, 104, 114}, 13, shell);
  }
  pen.rect({-36, -28, 72, 60}, 8, sick ? rgb(0xFFE0D6) : rgb(0xD8F7E9));
  figure::lightning(pen.moved(0, 2), 44, sick ? rgb(0xD92D20) : rgb(0x0B9A62));
  if (state == State::hot) {
    const float t = s.scene.moves() ? s.seconds() : 0.4F;
    for (int i = 0; i < 3; ++i) {
      const float x = -30 + 30 * static_cast<float>(i), w = 6 * std::sin(t * 4 + static_cast<float>(i));
      pen.stroke(Outline({x, -76}).curve({x - 10 + w, -88}, {x + 10 + w, -98}, {x, -112}), 6, rgb(0xF0660B));
    }
  }
}

void fire(const Stage& s, const Pen& pen, const Item& item) {
  const float t = s.scene.moves() ? s.seconds() : 0.3F;
  if (state_at(item, s.ms) == State::smoke) {
    for (int i = 0; i < 6; ++i) {
      const float age = std::fmod(t * 0.35F + static_cast<float>(i) / 6, 1.0F);
      const float x = 22 * std::sin(age * 5 + static_cast<float>(i)), y = 56 - 130 * age;
      pen.circle({x, y}, 16 + 26 * age, rgb(0x66728F, 0.75F * (1 - age)));
    }
    return;
  }
  const float lick = std::sin(t * 9), lick2 = std::sin(t * 13 + 1);
  pen.glow({0, 10}, 110, 110, rgb(0xFFB020, 0.5F));
  const auto flame = [&](float x, float w, float h, float bend, const Paint& paint) {
    Outline f({x, 60});
    f.curve({x - w * 1.3F, 56}, {x - w * 1.2F, 60 - h * 0.45F}, {x - w * 0.35F + bend * 0.3F, 60 - h * 0.62F});
    f.curve({x - w * 0.2F, 60 - h * 0.8F}, {x + bend, 60 - h * 0.85F}, {x + bend, 60 - h});
    f.curve({x + w * 0.6F + bend, 60 - h * 0.7F}, {x + w * 1.3F, 60 - h * 0.4F}, {x + w * 0.9F, 60 - h * 0.18F});
    f.curve({x + w * 0.8F, 52}, {x + w * 0.4F, 60}, {x, 60});
    pen.fill(f, paint);
  };
  flame(-26, 26, 88 + 6 * lick2, 5 * lick2, Paint({0, -30}, rgb(0xFF5A2E), {0, 60}, rgb(0xE2301B)));
  flame(28, 24, 80 + 6 * lick, -5 * lick, Paint({0, -20}, rgb(0xFF5A2E), {0, 60}, rgb(0xE2301B)));
  flame(0, 40, 124 + 6 * lick, 7 * lick, Paint({0, -60}, rgb(0xFF8A1F), {0, 60}, rgb(0xF04A1D)));
  flame(2, 24, 76 + 5 * lick2, 5 * lick, Paint({0, -10}, rgb(0xFFD45E), {0, 60}, rgb(0xFFA31F)));
  flame(2, 11, 38 + 3 * lick, 3 * lick2, rgb(0xFFF6D6));
}

void extinguisher(const Pen& pen) {
  shade(pen, 66, 36);
  pen.stroke(Outline({8, -58}).curve({50, -60}, {48, -20}, {40, 10}), 7, kDark);
  pen.limb({40, 8}, 9, {38, 22}, 13, kDark);
  pen.rect({-26, -36, 52, 102}, 16, Paint({-26, 0}, rgb(0xFF5A49), {26, 0}, rgb(0xC01F14)));
  pen.rect({-10, -52, 20, 18}, 4, rgb(0x8C9ACB));
  pen.line({-18, -60}, {14, -54}, 7, kDark);
  pen.line({-16, -72}, {12, -62}, 6, rgb(0x3A4A78));
  pen.rect({-26, -4, 52, 34}, 2, kWhite);
  pen.fill(Outline({0, 26})
               .curve({-14, 22}, {-10, 6}, {0, 0})
               .curve({2, 8}, {12, 10}, {8, 20})
               .curve({6, 26}, {2, 26}, {0, 26}),
           rgb(0xF0660B));
}

void bed(const Pen& pen) {
  shade(pen, 58, 100);
  pen.rect({-92, -44, 14, 104}, 5, rgb(0x8A5A2B));
  pen.rect({80, -8, 12, 68}, 5, rgb(0x8A5A2B));
  pen.rect({-84, 14, 170, 26}, 8, rgb(0xB9783F));
  pen.rect({-80, -4, 164, 24}, 10, kWhite);
  pen.rect({-76, -24, 52, 28}, 13, Paint({-76, -24}, kWhite, {-24, 4}, rgb(0xD5DEF2)));
  figure::Clothes c;
  figure::head(pen.moved(-44, -26).turned(-76).scaled(1.25F), c, true);
  Outline quilt({-28, 8});
  quilt.curve({-18, -34}, {60, -32}, {86, -14}).line({86, 24}).line({-34, 24}).line({-28, 8});
  pen.fill(quilt, Paint({0, -30}, rgb(0x6F9BFF), {0, 24}, rgb(0x3A6AE8)));
}

// ---- law and paper ----

// ---- signs of feeling and knowing ----

void eye(const Stage& s, const Pen& pen, const Item& item) {
  pen.circle({0, 0}, 58, rgb(0xFFFFFF, 0.94F));
  pen.ring({0, 0}, 56, 4, rgb(0x2458F5));
  if (state_at(item, s.ms) == State::closed) {
    pen.arc({0, -22}, 46, 30, 150, 8, kDark);
    for (const float x : {-30.0F, 0.0F, 30.0F})
      pen.line({x, x == 0 ? 24.0F : 15.0F}, {x * 1.25F, x == 0 ? 38.0F : 27.0F}, 6, kDark);
    return;
  }
  Outline lens({-44, 0});
  lens.curve({-22, -34}, {22, -34}, {44, 0}).curve({22, 34}, {-22, 34}, {-44, 0});
  pen.fill(lens, kWhite);
  pen.stroke(lens, 5, kDark);
  const float look = s.scene.moves() ? 9 * std::sin(s.seconds() * 2.2F) : 0;
  pen.circle({look, 0}, 18, Paint({look - 10, -12}, rgb(0x4C86FF), {look + 10, 12}, rgb(0x1D45C9)));
  pen.circle({look, 0}, 9, kDark);
  pen.circle({look - 6, -6}, 4.5F, kWhite);
}

void hand(const Stage& s, const Pen& pen, const Item& item) {
  const ImU32 shadow = blend(kSkin, rgb(0xD07A4A), 0.4F);
  if (state_at(item, s.ms) == State::palm) {
    pen.rect({-26, 34, 52, 36}, 8, rgb(0x2458F5));
    for (int i = 0; i < 4; ++i) {
      const auto f = static_cast<float>(i);
      const float top = i == 0 ? -44.0F : i == 3 ? -46.0F : -62.0F;
      pen.limb({-24 + 16 * f, 0}, 15, {-27 + 18 * f, top}, 14, kSkin);
    }
    pen.limb({22, 22}, 18, {48, -8}, 15, kSkin);
    pen.rect({-32, -12, 58, 56}, 20, Paint({0, -12}, kSkin, {0, 44}, blend(kSkin, shadow, 0.6F)));
    return pen.stroke(Outline({-18, 8}).curve({-6, 20}, {8, 16}, {14, 2}), 3, shadow);
  }
  // A hand round a grip.
  pen.limb({-60, 0}, 22, {62, 0}, 22, kDark);
  for (int i = 0; i < 6; ++i)
    pen.line({-52 + 9 * static_cast<float>(i), -9}, {-52 + 9 * static_cast<float>(i), 9}, 2.5F, rgb(0x3A4A78));
  pen.rect({-28, 22, 62, 46}, 14, Paint({0, 22}, rgb(0xFFA63D), {0, 68}, rgb(0xF9751A)));
  pen.rect({-26, -22, 58, 54}, 20, blend(kSkin, shadow, 0.35F));
  for (int i = 0; i < 4; ++i) {
    const float x = -18 + 14 * static_cast<float>(i);
    pen.limb({x, -18}, 14, {x + 1, 12}, 13, kSkin);
    pen.line({x + 7, -18}, {x + 8, 8}, 1.6F, shadow);
  }
}

void pill(const Pen& pen) {
  shade(pen, 60, 56);
  pen.rect({-58, -30, 82, 90}, 9, Paint({-58, -30}, kWhite, {24, 60}, rgb(0xD5DEF2)));
  pen.rect({-58, -30, 82, 26}, {9, 9, 0, 0}, rgb(0x12A46C));
  pen.rect({-24, 8, 14, 40}, 3, rgb(0x12A46C));
  pen.rect({-37, 21, 40, 14}, 3, rgb(0x12A46C));
  const Pen capsule = pen.moved(34, -22).turned(-38);
  capsule.limb({-18, 0}, 28, {18, 0}, 28, rgb(0xFF5A49));
  capsule.rect({0, -14, 32, 28}, {0, 14, 14, 0}, kWhite);
  capsule.limb({-18, -6}, 4, {-6, -6}, 4, rgb(0xFFFFFF, 0.7F));
  pen.circle({50, 40}, 18, Paint({40, 30}, kWhite, {60, 52}, rgb(0xC3CEE6)));
  pen.line({39, 40}, {61, 40}, 3, rgb(0xA9B6D0));
}

void warning_triangle(const Pen& pen) {
  shade(pen, 56, 70);
  pen.stroke({{0, -50}, {56, 46}, {-56, 46}, {0, -50}}, 22, rgb(0xE2301B));
  pen.stroke({{0, -34}, {42, 38}, {-42, 38}, {0, -34}}, 5, kWhite);
}

void camera(const Pen& pen) {
  pen.limb({-40, 60}, 10, {-40, -10}, 10, rgb(0x7A87A6));
  pen.line({-40, -8}, {-10, -18}, 9, rgb(0x7A87A6));
  const Pen q = pen.moved(12, -26).turned(14);
  q.rect({-48, -24, 96, 48}, 12, Paint({0, -24}, kWhite, {0, 24}, rgb(0xC3CEE6)));
  q.rect({-54, -32, 104, 14}, 6, rgb(0x3A4668));
  q.rect({40, -18, 18, 36}, 6, kDark);
  q.circle({52, 0}, 12, rgb(0x4C86FF));
  q.circle({48, -4}, 4, kWhite);
  q.circle({-34, 8}, 4.5F, rgb(0xE23B30));
}

void heart(const Pen& pen) {
  Outline o({0, 52});
  o.curve({-50, 18}, {-66, -14}, {-50, -40}).curve({-36, -60}, {-8, -54}, {0, -28});
  o.curve({8, -54}, {36, -60}, {50, -40}).curve({66, -14}, {50, 18}, {0, 52});
  pen.fill(o, Paint({-30, -50}, rgb(0xFF8A9A), {30, 40}, rgb(0xE0334F)));
  pen.limb({-34, -30}, 12, {-28, -38}, 10, rgb(0xFFFFFF, 0.6F));
}

}  // namespace

void badge_tick(const Pen& pen, Point at, bool good) {
  pen.circle(at, 17, kWhite);
  pen.circle(at, 14.5F, good ? rgb(0x0B9A62) : rgb(0xE23B30));
  if (good)
    pen.stroke({{at.x - 6, at.y}, {at.x - 1.5F, at.y + 5}, {at.x + 7, at.y - 5}}, 4, kWhite);
  else
    for (const float k : {-1.0F, 1.0F}) pen.line({at.x - 5, at.y - 5 * k}, {at.x + 5, at.y + 5 * k}, 4, kWhite);
}

void draw_object(const Stage& s, const Pen& pen, const Item& item) {
  switch (item.kind) {
    case Kind::helmet:
      return helmet(s, pen, item);
    case Kind::helmet_step:
      return helmet_step(s, pen, item);
    case Kind::phone:
      return phone(s, pen, item);
    case Kind::bottle:
      return bottle(s, pen, item);
    case Kind::pill:
      return pill(pen);
    case Kind::cargo_box:
      return cargo_box(s, pen, item);
    case Kind::battery:
      return battery(s, pen, item);
    case Kind::fire:
      return fire(s, pen, item);
    case Kind::extinguisher:
      return extinguisher(pen);
    case Kind::bed:
      return bed(pen);
    case Kind::triangle:
      return warning_triangle(pen);
    case Kind::bolt:
      return figure::lightning(pen, 116, rgb(0xFFB020));
    case Kind::camera:
      return camera(pen);
    case Kind::eye:
      return eye(s, pen, item);
    case Kind::hand:
      return hand(s, pen, item);
    case Kind::heart:
      return heart(pen);
    default:
      return draw_paper(s, pen, item);
  }
}

}  // namespace station::ui::scene
