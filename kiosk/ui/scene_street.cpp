#include <array>
#include <cmath>

#include "kiosk/ui/internal/stage.h"

namespace station::ui::scene {

namespace {

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kWhite = rgb(0xFFFFFF);
constexpr ImU32 kSignGreen = rgb(0x0B9A62);

void shade(const Pen& pen, float w) {
  if (!pen.is_silhouette()) pen.glow({0, 1}, w, 7, rgb(0x0B1434, 0.4F));
}

void pole(const Pen& pen, float height) {
  shade(pen, 26);
  pen.rect({-5, -height, 10, height}, 3, Paint({-5, 0}, rgb(0xC3CCE0), {5, 0}, rgb(0x7A87A6)));
  pen.rect({-12, -7, 24, 7}, 3, rgb(0x66728F));
}

// ---- lights ----

State light_now(const Stage& s, State state) {
  if (state != State::cycle) return state;
  if (!s.scene.moves()) return State::red;
  const float t = static_cast<float>(s.ms) / static_cast<float>(s.scene.loop_ms);
  return t < 0.45F ? State::green : t < 0.55F ? State::yellow : State::red;
}

void lamp_symbol(const Pen& pen, const Item& item, bool red, ImU32 colour) {
  if (item.kind == Kind::bike_light) return bicycle(pen, 26, colour, 2.6F);
  if (item.kind == Kind::walk_light) {
    if (!red) return walking_man(pen, 26, colour);
    pen.circle({0, -9}, 3.6F, colour);
    pen.limb({0, -4}, 8, {0, 3}, 6, colour);
    return pen.limb({0, 3}, 6, {0, 12}, 4, colour);
  }
  if (item.arrow == Lane::none) return;
  const Pen q = pen.turned(item.arrow == Lane::left ? 180.0F : item.arrow == Lane::ahead ? -90.0F : 0.0F);
  q.stroke({{-9, 0}, {9, 0}}, 4.5F, colour);
  q.stroke({{2, -8}, {10, 0}, {2, 8}}, 4.5F, colour);
}

void light_head(const Stage& s, const Pen& pen, const Item& item) {
  const State now = light_now(s, state_at(item, s.ms));
  const bool walk = item.kind == Kind::walk_light;
  const float half = walk ? 44.0F : 64.0F;
  pen.rect({-27, -half, 54, 2 * half}, 15, Paint({-27, 0}, rgb(0x2B3657), {27, 0}, rgb(0x131C38)));
  struct Lamp {
    State state;
    std::uint32_t on;
    float y;
  };
  const std::array<Lamp, 3> lamps{{{State::red, 0xFF4237, walk ? -21.0F : -40.0F},
                                   {State::yellow, 0xFFC02E, 0},
                                   {State::green, 0x2EE08A, walk ? 21.0F : 40.0F}}};
  for (const Lamp& lamp : lamps) {
    if (walk && lamp.state == State::yellow) continue;
    const Pen q = pen.moved(0, lamp.y);
    const bool on = lamp.state == now;
    const bool symbol = item.kind != Kind::traffic_light || item.arrow != Lane::none;
    const ImU32 off = blend(rgb(lamp.on), rgb(0x131C38), 0.82F);
    q.circle({0, 0}, 18, rgb(0x0B1228));
    if (symbol) {
      q.circle({0, 0}, 16, on ? blend(rgb(lamp.on), rgb(0x0B1228), 0.78F) : rgb(0x0F1830));
      lamp_symbol(q, item, lamp.state == State::red, on ? rgb(lamp.on) : off);
      if (on) q.glow({0, 0}, 30, 30, rgb(lamp.on, 0.45F));
      continue;
    }
    if (on) q.glow({0, 0}, 44, 44, rgb(lamp.on, 0.75F));
    q.circle({0, 0}, 16, on ? Paint({-8, -10}, blend(rgb(lamp.on), kWhite, 0.35F), {8, 12}, rgb(lamp.on)) : Paint(off));
    if (on) q.ellipse({-5, -6}, 5, 4, rgb(0xFFFFFF, 0.8F));
  }
}

void light(const Stage& s, const Pen& pen, const Item& item) {
  if (s.scene.view == View::top) return light_head(s, pen, item);
  pole(pen, 170);
  light_head(s, pen.moved(0, -184), item);
}

// ---- signs ----

void sign(const Stage& s, const Pen& pen, const Item& item) {
  if (s.scene.view == View::top) return draw_sign_board(pen, item.sign);
  pole(pen, 160);
  draw_sign_board(pen.moved(0, -188), item.sign);
}

// ---- places ----

void cone(const Stage& s, const Pen& pen) {
  if (s.scene.view == View::top) {
    pen.glow({3, 4}, 24, 24, rgb(0x0B1434, 0.4F));
    pen.rect({-16, -16, 32, 32}, 5, rgb(0xD9480F));
    pen.circle({0, 0}, 13, rgb(0xFF7A1A));
    pen.circle({0, 0}, 9, kWhite);
    return pen.circle({0, 0}, 5, rgb(0xFF7A1A));
  }
  shade(pen, 34);
  pen.rect({-27, -8, 54, 8}, 3, rgb(0xD9480F));
  pen.poly({{-5, -66}, {5, -66}, {20, -8}, {-20, -8}}, Paint({-14, 0}, rgb(0xFF9A3D), {14, 0}, rgb(0xF0660B)));
  pen.poly({{-9.5F, -50}, {9.5F, -50}, {13, -36}, {-13, -36}}, kWhite);
  pen.poly({{-15.5F, -26}, {15.5F, -26}, {18, -16}, {-18, -16}}, kWhite);
}

void tree(const Stage& s, const Pen& pen) {
  const ImU32 dark = s.lit(0x2F9B6B), mid = s.lit(0x44B883), light = s.lit(0x6CCB9C), wood = s.lit(0x8A6A4F);
  if (s.scene.view == View::top) {
    pen.glow({6, 9}, 60, 58, rgb(0x0B1434, 0.35F));
    pen.circle({0, 0}, 44, dark);
    for (const float a : {20.0F, 140.0F, 260.0F}) pen.turned(a).circle({22, 0}, 24, mid);
    return pen.circle({-8, -10}, 17, light);
  }
  shade(pen, 60);
  pen.limb({0, 0}, 20, {0, -120}, 14, wood);
  pen.line({0, -84}, {32, -118}, 10, wood);
  pen.circle({-38, -150}, 58, dark);
  pen.circle({44, -156}, 54, blend(dark, mid, 0.5F));
  pen.circle({0, -205}, 64, mid);
  pen.circle({-22, -224}, 28, light);
}

void lamp(const Stage& s, const Pen& pen) {
  const bool on = s.night() || s.scene.sky == Sky::dusk;
  if (s.scene.view == View::top) {
    pen.glow({0, 0}, 90, 90, rgb(0xFFF3C4, on ? 0.6F : 0.15F));
    pen.circle({0, 0}, 12, rgb(0x7A87A6));
    return pen.circle({0, 0}, 7, rgb(0xFFF3C4));
  }
  shade(pen, 26);
  pen.line({0, 0}, {0, -300}, 9, rgb(0x7A87A6));
  pen.stroke(Outline({0, -298}).curve({0, -330}, {26, -334}, {66, -332}), 8, rgb(0x7A87A6));
  if (on && !pen.is_silhouette()) {
    pen.glow({76, -322}, 70, 60, rgb(0xFFF3C4, 0.8F));
    pen.fill(Outline({58, -324}).line({94, -324}).line({220, 0}).line({-70, 0}),
             Paint({76, -324}, rgb(0xFFF3C4, 0.4F), {76, 0}, rgb(0xFFF3C4, 0)));
  }
  pen.limb({56, -330}, 12, {92, -330}, 12, on ? rgb(0xFFF3C4) : rgb(0xD5DEF2));
}

void building(const Stage& s, const Pen& pen, const Item& item) {
  const Point size = item.size.value_or(Point{200, 260});
  const figure::Dye d = figure::dye_of(item.colour.value_or(Colour::grey));
  const Rect r{-size.x / 2, -size.y, size.x, size.y};
  const ImU32 night = rgb(0x0B1434);
  const float dim = s.night() ? 0.5F : 0.0F;
  pen.rect(r, {10, 10, 0, 0}, Paint({0, r.y}, blend(d.light, night, dim), {0, 0}, blend(d.dark, night, dim)));
  pen.rect({r.x - 6, r.y, r.w + 12, 14}, 5, blend(d.dark, night, dim + 0.2F));
  const int columns = std::max(1, static_cast<int>((r.w - 30) / 46)),
            rows = std::max(0, static_cast<int>((r.h - 100) / 58));
  const float step = (r.w - 30) / static_cast<float>(columns);
  for (int i = 0; i < columns; ++i)
    for (int j = 0; j < rows; ++j) {
      const bool on = s.night() && (i * 5 + j * 3) % 4 != 0;
      pen.rect({r.x + 15 + step * static_cast<float>(i) + step / 2 - 14, r.y + 32 + 58 * static_cast<float>(j), 28, 36},
               4, on ? rgb(0xFFDF9A) : blend(rgb(0xD6E7FF), night, dim * 0.8F));
    }
  pen.rect({-22, -62, 44, 62}, {8, 8, 0, 0}, blend(d.dark, kDark, 0.55F));
  pen.circle({13, -30}, 3, rgb(0xFFD45E));
}

void door_exit(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  pen.rect({-78, -250, 156, 250}, 6, rgb(0xE6ECF7));
  if (state == State::open) {
    pen.rect({-64, -236, 128, 236}, 2, Paint({0, -236}, rgb(0xFFF6DC), {0, 0}, rgb(0xCFF2DF)));
    pen.poly({{-64, -236}, {-64, 0}, {-116, 14}, {-116, -252}},
             Paint({-64, 0}, rgb(0x128A5F), {-116, 0}, rgb(0x35B184)));
  } else {
    pen.rect({-64, -236, 128, 236}, 2, Paint({-64, -236}, rgb(0x35B184), {64, 0}, rgb(0x128A5F)));
    pen.rect({-50, -112, 100, 13}, 6, rgb(0xE9EEF8));
    pen.rect({-40, -214, 80, 66}, 6, rgb(0xBFE9D6));
  }
  pen.rect({-56, -300, 112, 42}, 8, kSignGreen);
  walking_man(pen.moved(-24, -279), 32, kWhite);
  pen.stroke({{0, -279}, {36, -279}}, 6, kWhite);
  pen.stroke({{26, -289}, {37, -279}, {26, -269}}, 6, kWhite);
  if (state == State::blocked) {
    for (const Rect& r : {Rect{-72, -62, 66, 62}, Rect{-2, -48, 74, 48}, Rect{-50, -112, 58, 50}}) {
      pen.rect(r, 5, Paint({r.x, r.y}, rgb(0xE3B783), {r.right(), r.bottom()}, rgb(0xB98248)));
      pen.rect({r.x, r.y + r.h * 0.38F, r.w, 7}, 1, rgb(0xF0D5AE));
    }
  }
}

void elevator(const Stage& s, const Pen& pen, const Item& item) {
  const bool open = state_at(item, s.ms) == State::open;
  pen.rect({-96, -272, 192, 272}, 8, rgb(0x8794B4));
  pen.rect({-82, -258, 164, 258}, 3,
           open ? Paint({0, -258}, rgb(0xFFF3DC), {0, 0}, rgb(0xD9C9AE)) : Paint(rgb(0x66728F)));
  if (open) pen.line({-76, -120}, {76, -120}, 5, rgb(0xB9A88C));
  for (const float side : {-1.0F, 1.0F}) {
    const float w = open ? 26.0F : 80.0F, x = side < 0 ? -82.0F : 82.0F - w;
    pen.rect({x, -258, w, 258}, 3, Paint({x, -258}, rgb(0xDDE5F5), {x + w, 0}, rgb(0xA9B6D0)));
  }
  pen.rect({-40, -312, 80, 30}, 6, kDark);
  pen.poly({{-9, -290}, {9, -290}, {0, -305}}, rgb(0xFFB020));
  pen.rect({110, -150, 26, 52}, 6, rgb(0xF7F9FE));
  pen.circle({123, -136}, 7, rgb(0xFFB020));
  pen.circle({123, -112}, 7, rgb(0xC3CEDF));
}

void cabinet(const Stage& s, const Pen& pen, const Item& item) {
  const bool swap = state_at(item, s.ms) == State::swap;
  shade(pen, 120);
  pen.rect({-110, -250, 220, 250}, 14, Paint({0, -250}, rgb(0x35C58F), {0, 0}, rgb(0x0E8F63)));
  pen.rect({-110, -250, 220, 54}, {14, 14, 0, 0}, rgb(0x0B7F58));
  figure::lightning(pen.moved(-76, -223), 32, rgb(0xFFE9A8));
  pen.rect({-44, -238, 138, 30}, 6, rgb(0xD8F7E9));
  for (int i = 0; i < 6; ++i) {
    const Rect r{-96 + 66 * static_cast<float>(i % 3), -184 + 88 * static_cast<float>(i / 3), 60, 80};
    pen.rect(r, 7, rgb(0x0A5E44));
    if (swap) {
      pen.rect({r.x + 12, r.y + 18, 36, 50}, 5, Paint({r.x, r.y}, rgb(0x4A5A85), {r.x, r.bottom()}, rgb(0x263357)));
      pen.rect({r.x + 22, r.y + 12, 16, 8}, 2, rgb(0x8C9ACB));
      pen.rect({r.x + 18, r.bottom() - 28, 24, 9}, 3, i == 4 ? rgb(0xFFB020) : rgb(0x38E0A4));
    } else {
      pen.circle({r.x + 30, r.y + 36}, 19, kWhite);
      for (const float dx : {-6.0F, 6.0F}) pen.limb({r.x + 30 + dx, r.y + 32}, 4, {r.x + 30 + dx, r.y + 40}, 4, kDark);
      pen.circle({r.x + 30, r.y + 68}, 4.5F, i % 2 == 0 ? rgb(0x38E0A4) : rgb(0xFFB020));
    }
  }
}

void charger_socket(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  if (state == State::bad) {  // a cable that hangs out of a window
    pen.rect({-70, -70, 140, 104}, 8, kWhite);
    pen.rect({-60, -60, 56, 84}, 4, Paint({-60, -60}, rgb(0xCFE6FF), {0, 24}, rgb(0x86B4EC)));
    pen.rect({4, -60, 56, 84}, 4, rgb(0x3A4668));
    pen.rect({-78, 30, 156, 12}, 4, rgb(0xC3CCE0));
    pen.stroke(Outline({32, -8}).curve({20, 30}, {44, 44}, {34, 74}).curve({26, 98}, {-8, 92}, {-14, 116}, 10), 6,
               rgb(0xE23B30));
    pen.rect({-34, 112, 42, 24}, 6, kDark);
    return figure::lightning(pen.moved(48, 84), 44, rgb(0xFFB020));
  }
  pen.rect({-60, -60, 120, 120}, 22, Paint({-60, -60}, kWhite, {60, 60}, rgb(0xD5DEF2)));
  pen.circle({0, -4}, 38, rgb(0xE9EEF8));
  pen.circle({0, -4}, 32, rgb(0x26365F));
  if (state == State::on) {
    pen.rect({-22, -26, 44, 44}, 10, Paint({0, -26}, rgb(0x4A5A85), {0, 18}, rgb(0x263357)));
    pen.stroke(Outline({0, 18}).curve({0, 60}, {40, 50}, {40, 96}), 9, rgb(0x263357));
    figure::lightning(pen.moved(0, -4), 30, rgb(0x38E0A4));
  } else {
    pen.limb({-11, -16}, 6, {-11, -4}, 6, kWhite);
    pen.limb({11, -16}, 6, {11, -4}, 6, kWhite);
    pen.circle({0, 13}, 5, kWhite);
  }
  pen.circle({44, 44}, 6, state == State::on ? rgb(0x38E0A4) : rgb(0xA9B6D0));
}

}  // namespace

void draw_street_item(const Stage& s, const Pen& pen, const Item& item) {
  switch (item.kind) {
    case Kind::traffic_light:
    case Kind::bike_light:
    case Kind::walk_light:
      return light(s, pen, item);
    case Kind::sign:
      return sign(s, pen, item);
    case Kind::stop_line: {
      const Point size = item.size.value_or(Point{110, 12});
      return pen.rect({-size.y / 2, -size.x / 2, size.y, size.x}, 2, s.lit(0xF7F9FE));
    }
    case Kind::zebra: {
      const Point size = item.size.value_or(Point{60, 280});
      for (float y = -size.y / 2 + 4; y + 14 <= size.y / 2; y += 27)
        pen.rect({-size.x / 2, y, size.x, 14}, 1, s.lit(0xF7F9FE));
      return;
    }
    case Kind::cone:
      return cone(s, pen);
    case Kind::ball:
      pen.glow({0, 1}, 20, 6, rgb(0x0B1434, 0.5F));
      pen.circle({0, -14}, 14, Paint({-8, -26}, rgb(0xFF8A6B), {8, -4}, rgb(0xC92A2A)));
      return pen.arc({0, -14}, 9, 200, 340, 4, rgb(0xFFFFFF, 0.85F));
    case Kind::tree:
      return tree(s, pen);
    case Kind::lamp:
      return lamp(s, pen);
    case Kind::building:
      return building(s, pen, item);
    case Kind::door_exit:
      return door_exit(s, pen, item);
    case Kind::elevator:
      return elevator(s, pen, item);
    case Kind::cabinet:
      return cabinet(s, pen, item);
    case Kind::charger_socket:
      return charger_socket(s, pen, item);
    default:
      return;
  }
}

}  // namespace station::ui::scene
