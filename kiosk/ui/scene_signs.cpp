#include <array>
#include <cmath>

#include "kiosk/ui/internal/stage.h"

// Traffic signs and the small figures on them.
namespace station::ui::scene {

namespace {

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kWhite = rgb(0xFFFFFF);
constexpr ImU32 kSignBlue = rgb(0x1F5FD6), kSignRed = rgb(0xDB2B22), kSignGreen = rgb(0x0B9A62);

void round_board(const Pen& pen, ImU32 rim, ImU32 inside, float rim_width) {
  pen.circle({0, 0}, 50, kWhite);
  pen.circle({0, 0}, 47, rim);
  if (rim_width > 0) pen.circle({0, 0}, 47 - rim_width, inside);
}

void slash(const Pen& pen) {
  pen.line({-28, -28}, {28, 28}, 8, kSignRed);
}

void car_symbol(const Pen& pen, ImU32 c) {
  pen.rect({-24, -6, 48, 18}, 6, c);
  pen.poly({{-17, -5}, {-11, -20}, {11, -20}, {17, -5}}, c);
  for (const float x : {-15.0F, 15.0F}) pen.circle({x, 13}, 6, c);
}

// The strokes of 停 on a stop sign (no glyph of any font has the weight of the real sign).
void stop_glyph(const Pen& pen) {
  const auto s = [&](std::initializer_list<Point> points) { pen.stroke(points, 5.4F, kWhite); };
  s({{-16, -27}, {-27, -5}});
  s({{-21, -12}, {-21, 27}});
  s({{5, -29}, {6, -24}});
  s({{-11, -21}, {25, -21}});
  s({{-3, -14}, {-3, -5}, {17, -5}, {17, -14}, {-3, -14}});
  s({{-12, 8}, {-12, 2}, {26, 2}, {26, 8}});
  s({{-4, 11}, {19, 11}});
  s({{8, 11}, {8, 27}, {2, 25}});
}

void triangle_board(const Pen& pen, bool down, ImU32 rim, ImU32 inside) {
  const Pen q = down ? pen.turned(180) : pen;
  const auto board = [&](float r, ImU32 colour) {
    const float x = r * 0.9F, y = r * 0.55F;
    q.stroke({{0, -r}, {x, y}, {-x, y}, {0, -r}}, 9, colour);
    q.poly({{0, -r}, {x, y}, {-x, y}}, colour);
  };
  board(47, kWhite);
  board(43, rim);
  board(27, inside);
}

}  // namespace

void bicycle(const Pen& pen, float width, ImU32 colour, float stroke) {
  const Pen q = pen.scaled(width / 46);
  const float w = stroke * 46 / width;
  for (const float x : {-14.0F, 14.0F}) q.ring({x, 5}, 8.5F, w, colour);
  q.stroke({{-14, 5}, {-6, -8}, {9, -8}, {-1, 5}, {-14, 5}}, w, colour);
  q.stroke({{-1, 5}, {-8, -12}}, w, colour);
  q.stroke({{14, 5}, {8, -13}, {14, -14}}, w, colour);
  q.stroke({{-12, -12}, {-4, -12}}, w, colour);
}

void walking_man(const Pen& pen, float height, ImU32 colour) {
  const Pen q = pen.scaled(height / 32);
  q.circle({2, -13}, 3.4F, colour);
  q.limb({1, -7}, 6.5F, {-1, 2}, 5.5F, colour);
  q.stroke({{-1, 2}, {5, 7}, {5, 15}}, 3.6F, colour);
  q.stroke({{-1, 2}, {-3, 9}, {-8, 14}}, 3.6F, colour);
  q.stroke({{1, -7}, {7, -2}, {10, -3}}, 3, colour);
  q.stroke({{1, -7}, {-5, -3}, {-7, 2}}, 3, colour);
}

void digits(const Pen& pen, std::string_view text, float height, float stroke, ImU32 colour) {
  // A box of 10 × 16 for each figure; only what the signs need.
  const Pen q = pen.scaled(height / 16);
  const float w = stroke * 16 / height, advance = 13.5F;
  float x = -advance * static_cast<float>(text.size() - 1) / 2;
  for (const char figure : text) {
    const Pen d = q.moved(x, 0);
    switch (figure) {
      case '1':
        d.stroke({{-3, -5}, {1, -8}, {1, 8}}, w, colour);
        break;
      case '2':
        d.stroke(
            Outline({-4.5F, -4}).curve({-4, -9.5F}, {5, -9.5F}, {4.6F, -3.6F}).curve({4.4F, 0}, {-2, 3}, {-4.6F, 8}), w,
            colour);
        d.stroke({{-4.6F, 8}, {5, 8}}, w, colour);
        break;
      case '5':
        d.stroke({{4.5F, -8}, {-3.5F, -8}, {-4.2F, -0.5F}}, w, colour);
        d.stroke(Outline({-4.2F, -0.5F})
                     .curve({-1, -3.4F}, {5.2F, -2.6F}, {5, 2.8F})
                     .curve({4.8F, 9}, {-3, 9.6F}, {-5, 5.6F}),
                 w, colour);
        break;
      case 'P':
        d.stroke({{-4, 8}, {-4, -8}}, w, colour);
        d.stroke(Outline({-4, -8}).curve({7, -9}, {7, 2}, {-4, 1}), w, colour);
        break;
      default:
        break;
    }
    x += advance;
  }
}

void draw_sign_board(const Pen& pen, Sign name) {
  switch (name) {
    case Sign::bike_lane:
      round_board(pen, kSignBlue, kSignBlue, 0);
      return bicycle(pen, 66, kWhite, 5);
    case Sign::no_bikes:
      round_board(pen, kSignRed, kWhite, 9);
      bicycle(pen, 52, kDark, 4.2F);
      return slash(pen);
    case Sign::no_motor:
      round_board(pen, kSignRed, kWhite, 9);
      car_symbol(pen, kDark);
      return slash(pen);
    case Sign::stop: {
      for (const auto& [r, colour] : {std::pair{52.0F, kWhite}, std::pair{48.5F, kSignRed}}) {
        std::array<Point, 8> corner;
        for (std::size_t i = 0; i < corner.size(); ++i) {
          const float a = (22.5F + 45 * static_cast<float>(i)) * 0.0174533F;
          corner[i] = {r * std::cos(a), r * std::sin(a)};
        }
        pen.fill(corner, colour);
      }
      return stop_glyph(pen);
    }
    case Sign::yield:
      triangle_board(pen, true, kSignRed, kWhite);
      return;
    case Sign::warning:
      triangle_board(pen, false, kDark, rgb(0xFFC53D));
      pen.limb({0, -16}, 9, {0, 4}, 7, kDark);
      return pen.circle({0, 14}, 4.6F, kDark);
    case Sign::walk:
      pen.rect({-48, -48, 96, 96}, 12, kWhite);
      pen.rect({-45, -45, 90, 90}, 10, kSignBlue);
      pen.poly({{0, -38}, {38, 34}, {-38, 34}}, kWhite);
      for (int i = 0; i < 4; ++i) pen.rect({-26.0F + static_cast<float>(i) * 14, 22, 8, 12}, 1, kDark);
      return walking_man(pen.moved(0, 0), 40, kDark);
    case Sign::no_parking:
      round_board(pen, kSignRed, kSignBlue, 9);
      return slash(pen);
    case Sign::parking:
      pen.rect({-48, -48, 96, 96}, 12, kWhite);
      pen.rect({-45, -45, 90, 90}, 10, kSignBlue);
      digits(pen.moved(4, -11), "P", 42, 8, kWhite);
      return bicycle(pen.moved(0, 29), 42, kWhite, 3.4F);
    case Sign::speed_15:
    case Sign::speed_25:
      round_board(pen, kSignRed, kWhite, 10);
      return digits(pen, name == Sign::speed_15 ? "15" : "25", 36, 7, kDark);
    case Sign::no_entry:
      round_board(pen, kSignRed, kSignRed, 0);
      return pen.rect({-32, -9, 64, 18}, 3, kWhite);
    case Sign::exit:
      pen.rect({-66, -34, 132, 68}, 10, kWhite);
      pen.rect({-62, -30, 124, 60}, 8, kSignGreen);
      walking_man(pen.moved(-26, 0), 44, kWhite);
      pen.stroke({{4, 0}, {44, 0}}, 8, kWhite);
      return pen.stroke({{30, -14}, {45, 0}, {30, 14}}, 8, kWhite);
    case Sign::fire_lane:
      pen.rect({-58, -44, 116, 88}, 10, kWhite);
      pen.rect({-54, -40, 108, 80}, 8, kSignRed);
      // A flame and a barred P.
      pen.fill(Outline({-28, 26})
                   .curve({-48, 18}, {-44, -6}, {-30, -26})
                   .curve({-28, -12}, {-14, -12}, {-12, 6})
                   .curve({-10, 18}, {-18, 26}, {-28, 26}),
               rgb(0xFFE0A0));
      digits(pen.moved(26, 0), "P", 38, 7, kWhite);
      return pen.line({4, -26}, {46, 26}, 6, kWhite);
  }
}

}  // namespace station::ui::scene
