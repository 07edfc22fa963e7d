#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "kiosk/ui/internal/stage.h"

// Marks over a scene: arrows, badges, zones, measures, gauges.
namespace station::ui::scene {

namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr ImU32 kWhite = rgb(0xFFFFFF);
constexpr ImU32 kInk = rgb(0x0E1A33);

struct MarkColours {
  ImU32 line, casing;
};

MarkColours mark_colours(Tone tone, bool contrast) {
  if (contrast) return {colours_of(tone, true).rim, rgb(0x000000)};
  switch (tone) {
    case Tone::ok:
      return {rgb(0x0DB374), rgb(0xFFFFFF, 0.95F)};
    case Tone::bad:
      return {rgb(0xE0352A), rgb(0xFFFFFF, 0.92F)};
    case Tone::warn:
      return {rgb(0xF59E0B), rgb(0xFFFFFF, 0.92F)};
    default:
      return {rgb(0x2458F5), rgb(0xFFFFFF, 0.92F)};
  }
}

float arrived(const Stage& s, const Item& item, float over_ms) {
  if (!s.scene.moves()) return 1;
  return std::clamp(static_cast<float>(shown_for(item, s.ms)) / over_ms, 0.0F, 1.0F);
}

float eased(float t) {
  const float left = 1 - t;
  return 1 - left * left * left;
}

// 0…1 and back, whole rounds in a loop.
float pulse(const Stage& s, float period_ms) {
  if (!s.scene.moves()) return 0.5F;
  const auto loop = static_cast<float>(s.scene.loop_ms);
  const float rounds = std::max(1.0F, std::round(loop / period_ms));
  return 0.5F - 0.5F * std::cos(2 * kPi * rounds * static_cast<float>(s.ms) / loop);
}

// ---- arrows ----

std::vector<Point> soft_curve(const std::vector<Point>& through) {
  std::vector<Point> out;
  const std::size_t n = through.size();
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const Point a = through[i == 0 ? 0 : i - 1], b = through[i], c = through[i + 1],
                d = through[std::min(i + 2, n - 1)];
    const float reach = std::hypot(c.x - b.x, c.y - b.y);
    // A third of the chord each side: corners stay near the points even when they are far apart.
    const auto tangent = [&](Point from, Point to) {
      const float length = std::max(1e-3F, std::hypot(to.x - from.x, to.y - from.y));
      const float k = std::min(1.0F, reach / length) / 1.0F;
      return Point{(to.x - from.x) * k * 0.5F, (to.y - from.y) * k * 0.5F};
    };
    const Point tb = tangent(a, c), tc = tangent(b, d);
    const int pieces = n == 2 ? 1 : std::clamp(static_cast<int>(reach / 14), 4, 24);
    for (int k = i == 0 ? 0 : 1; k <= pieces; ++k) {
      const float u = static_cast<float>(k) / static_cast<float>(pieces), u2 = u * u, u3 = u2 * u;
      const float h00 = 2 * u3 - 3 * u2 + 1, h10 = u3 - 2 * u2 + u, h01 = 3 * u2 - 2 * u3, h11 = u3 - u2;
      out.push_back({h00 * b.x + h10 * tb.x + h01 * c.x + h11 * tc.x, h00 * b.y + h10 * tb.y + h01 * c.y + h11 * tc.y});
    }
  }
  return out;
}

float length_of(std::span<const Point> points) {
  float sum = 0;
  for (std::size_t i = 0; i + 1 < points.size(); ++i)
    sum += std::hypot(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y);
  return sum;
}

// The part between two distances from the start.
std::vector<Point> part_of(std::span<const Point> points, float from, float to) {
  std::vector<Point> out;
  float at = 0;
  for (std::size_t i = 0; i + 1 < points.size() && at < to; ++i) {
    const Point a = points[i], b = points[i + 1];
    const float d = std::hypot(b.x - a.x, b.y - a.y);
    const auto on = [&](float distance) {
      const float t = d > 0 ? std::clamp((distance - at) / d, 0.0F, 1.0F) : 0;
      return Point{a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
    };
    if (at + d >= from) {
      if (out.empty()) out.push_back(on(std::max(from, at)));
      out.push_back(on(std::min(to, at + d)));
    }
    at += d;
  }
  return out;
}

void arrow(const Stage& s, const Pen& pen, const Item& item) {
  if (item.points.size() < 2) return;
  const Tone tone = item.tone.value_or(Tone::plain);
  const MarkColours c = mark_colours(tone, s.contrast);
  const std::vector<Point> curve = soft_curve(item.points);
  const float w = item.width, head = w * 2.6F, casing = w + 6;
  const float whole = length_of(curve), now = whole * eased(arrived(s, item, 700));
  if (now < head * 0.5F) return;
  const float shaft = std::max(0.0F, now - head * 0.8F);
  const std::vector<Point> tip = part_of(curve, std::max(0.0F, now - head), now);
  if (tip.size() < 2) return;
  const Point end = tip.back(), before = tip.front();
  const float d = std::max(1e-3F, std::hypot(end.x - before.x, end.y - before.y));
  const float ux = (end.x - before.x) / d, uy = (end.y - before.y) / d;
  const auto head_of = [&](float grow, ImU32 colour) {
    const float back = head + grow, half = w * 1.45F + grow * 1.25F;
    const Point base{end.x - ux * back, end.y - uy * back}, front{end.x + ux * grow * 1.5F, end.y + uy * grow * 1.5F};
    pen.poly({front, {base.x - uy * half, base.y + ux * half}, {base.x + uy * half, base.y - ux * half}}, colour);
  };
  std::vector<std::vector<Point>> pieces;
  if (tone == Tone::bad) {
    const float dash = w * 2.1F, gap = w * 1.5F;
    for (float at = 0; at < shaft; at += dash + gap) pieces.push_back(part_of(curve, at, std::min(shaft, at + dash)));
  } else {
    pieces.push_back(part_of(curve, 0, shaft));
  }
  for (const auto& piece : pieces)
    if (piece.size() >= 2) pen.stroke(piece, casing, c.casing);
  head_of(3.5F, c.casing);
  for (const auto& piece : pieces)
    if (piece.size() >= 2) pen.stroke(piece, w, c.line);
  head_of(0, c.line);
}

// ---- badges and zones ----

void badge(const Stage& s, const Pen& at, bool good) {
  const Pen pen = at;
  const MarkColours c = mark_colours(good ? Tone::ok : Tone::bad, s.contrast);
  if (!s.contrast) pen.glow({0, 8}, 66, 62, rgb(0x0B1434, 0.38F));
  pen.circle({0, 0}, 52, kWhite);
  if (s.contrast)
    pen.circle({0, 0}, 46, rgb(0x000000));
  else
    pen.circle({0, 0}, 46,
               good ? Paint({-20, -40}, rgb(0x22C08A), {20, 44}, rgb(0x0B7F58))
                    : Paint({-20, -40}, rgb(0xF4635A), {20, 44}, rgb(0xC8281D)));
  const ImU32 ink = s.contrast ? c.line : kWhite;
  if (good) return pen.stroke({{-21, 1}, {-6, 17}, {22, -17}}, 11, ink);
  pen.line({-16, -16}, {16, 16}, 11, ink);
  pen.line({-16, 16}, {16, -16}, 11, ink);
}

// Grows past its size and comes back.
float popped(float t) {
  if (t >= 1) return 1;
  const float u = t - 1;
  return std::max(0.0F, 1 + 2.4F * u * u * u + 1.4F * u * u);
}

void highlight(const Stage& s, const Pen& pen, const Item& item) {
  const Point size = item.size.value_or(Point{120, 120});
  const MarkColours c = mark_colours(item.tone.value_or(Tone::plain), s.contrast);
  const float grow = 1 + 0.06F * pulse(s, 1100);
  const float rx = size.x / 2 * grow, ry = size.y / 2 * grow;
  pen.ellipse({0, 0}, rx, ry, faded(c.line, s.contrast ? 0.1F : 0.16F));
  std::vector<Point> rim;
  for (int i = 0; i < 48; ++i) {
    const float a = 2 * kPi * static_cast<float>(i) / 48;
    rim.push_back({rx * std::cos(a), ry * std::sin(a)});
  }
  pen.stroke(rim, 11, faded(c.casing, 0.85F), true);
  pen.stroke(rim, 6, c.line, true);
}

void blind_zone(const Stage& s, const Pen& pen, const Item& item) {
  const auto& zone = item.points;
  if (zone.size() < 3) return;
  const ImU32 red = s.contrast ? rgb(0xFF8A80) : rgb(0xE0352A);
  pen.fill(zone, faded(red, 0.26F + 0.1F * pulse(s, 1200)));
  // Hatching: lines x + y = k between their two crossings with the outline.
  float low = 1e9F, high = -1e9F;
  for (const Point p : zone) {
    low = std::min(low, p.x + p.y);
    high = std::max(high, p.x + p.y);
  }
  for (float k = low + 16; k < high; k += 26) {
    std::array<Point, 2> cut;
    std::size_t found = 0;
    for (std::size_t i = 0; i < zone.size() && found < 2; ++i) {
      const Point a = zone[i], b = zone[(i + 1) % zone.size()];
      const float ka = a.x + a.y - k, kb = b.x + b.y - k;
      if ((ka < 0) == (kb < 0)) continue;
      const float t = ka / (ka - kb);
      cut[found++] = {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
    }
    if (found == 2) pen.stroke(std::span<const Point>(cut), 4, faded(red, 0.55F));
  }
  pen.stroke(zone, 5, red, true);
}

// ---- measures and gauges ----

void dimension(const Stage& s, const Pen& pen, const Item& item, float alpha) {
  if (item.points.size() != 2) return;
  const Tone tone = item.tone.value_or(Tone::plain);
  const MarkColours c = mark_colours(tone, s.contrast);
  const Point a = item.points[0], b = item.points[1];
  const float d = std::max(1e-3F, std::hypot(b.x - a.x, b.y - a.y)), ux = (b.x - a.x) / d, uy = (b.y - a.y) / d;
  const float shown = eased(arrived(s, item, 600));
  const Point end{a.x + (b.x - a.x) * shown, a.y + (b.y - a.y) * shown};
  const auto lines = [&](float width, ImU32 colour) {
    pen.line(a, end, width, colour);
    for (const Point p : {a, end})
      pen.line({p.x - uy * 15, p.y + ux * 15}, {p.x + uy * 15, p.y - ux * 15}, width, colour);
  };
  lines(12, c.casing);
  lines(6, c.line);
  const std::string& words = item.text.in(s.language);
  if (words.empty()) return;
  // Beside the line, so that line and what it measures stay visible.
  const Point middle = pen.to_px({(a.x + b.x) / 2, (a.y + b.y) / 2});
  const Type type = fitting(s, words, s.rect.w * 0.42F, {Type::heading, Type::caption});
  const Size size = measure_lines(s, words, type);
  const float unit = s.letters.measure("0", type).h;
  const bool upright = std::fabs(uy) > std::fabs(ux);
  const float half_w = size.w / 2 + unit * 0.5F, half_h = size.h / 2 + unit * 0.17F, gap = 18;
  const Point pa = pen.to_px(a), pb = pen.to_px(b);
  Point at = middle;
  if (upright) {
    const float left = middle.x - half_w - gap, upper = std::min(pa.y, pb.y);
    if (left - half_w >= s.rect.x + 10)
      at.x = left;
    else  // no room beside it: over its upper end
      at = {middle.x, upper - half_h - gap};
  } else if (d * s.pen.px(1) > 2 * half_w - 12) {
    const bool below = middle.y + gap + 2 * half_h <= s.rect.bottom() - 4;
    at.y = below ? middle.y + half_h + gap : middle.y - half_h - gap - 4;
  } else {  // wider than the measure: behind its end
    at.x = std::max(pa.x, pb.x) + half_w + gap;
  }
  draw_bubble(s, at, words, tone, alpha * std::clamp(shown * 2 - 0.6F, 0.0F, 1.0F), nullptr);
}

void braking_bar(const Stage& s, const Pen& pen, const Item& item) {
  const auto count = static_cast<float>(item.bars.size());
  const Point size = item.size.value_or(Point{620, 90 * count});
  const float row = size.y / count, thick = std::min(46.0F, row * 0.42F), left = -size.x / 2;
  float most = 0;
  for (const Bar& b : item.bars) most = std::max(most, b.value);
  // Bars that are always there grow with the loop.
  const float grown = item.show.empty() && s.scene.moves() ? eased(std::min(1.0F, static_cast<float>(s.ms) / 1200))
                                                           : eased(arrived(s, item, 1200));
  const std::string& unit = item.unit.in(s.language);
  if (!s.contrast) pen.rect({left - 28, -size.y / 2 - 16, size.x + 56, size.y + 32}, 28, rgb(0xFFFFFF, 0.92F));
  const ImU32 words = s.contrast ? kWhite : kInk;
  for (std::size_t i = 0; i < item.bars.size(); ++i) {
    const Bar& b = item.bars[i];
    const float top = -size.y / 2 + row * static_cast<float>(i), y = top + row - thick - 6;
    std::string value = std::to_string(b.value * grown);
    value.resize(value.find('.') + (b.value == std::round(b.value) ? 0 : 2));
    value += " " + unit;
    const Size value_px = s.letters.measure(value, Type::heading);
    const float room = size.x - value_px.w / s.pen.px(1) - 26;
    const float length = std::max(thick, most > 0 ? room * b.value / most * grown : 0);
    const MarkColours c = mark_colours(b.tone, s.contrast);
    pen.rect({left, y, length, thick}, thick / 2,
             s.contrast ? Paint(c.line) : Paint({left, y}, blend(c.line, kWhite, 0.25F), {left + length, y}, c.line));
    const Point end = pen.to_px({left + length + 14, y + thick / 2});
    s.letters.draw(pen.list(), {end.x, end.y - 0.547F * value_px.h}, value, Type::heading, faded(words, pen.alpha()));
    const std::string& name = b.text.in(s.language);
    const Point at = pen.to_px({left, y - 4});
    const float h = s.letters.measure(name, Type::caption).h;
    s.letters.draw(pen.list(), {at.x, at.y - 0.88F * h}, name, Type::caption, faded(words, pen.alpha()));
  }
}

// Largest of the types that stays within so many pixels.
void number_in(const Stage& s, const Pen& pen, Point at, const std::string& words, float most, ImU32 colour) {
  const Type type =
      fitting(s, words, pen.px(most), {Type::key, Type::display, Type::number, Type::heading, Type::caption});
  write_lines(s, pen.to_px(at), words, type, faded(colour, pen.alpha()));
}

void speedometer(const Stage& s, const Pen& pen, const Item& item) {
  const float value = value_at(item, s.ms), top = std::max(item.maximum, 1.0F);
  const auto angle = [&](float v) { return 150 + 240 * std::clamp(v / top, 0.0F, 1.0F); };
  const bool over = value > item.limit + 0.05F;
  if (!s.contrast) pen.glow({0, 10}, 86, 82, rgb(0x0B1434, 0.3F));
  pen.circle({0, 0}, 72, s.contrast ? kWhite : rgb(0xC9D5F0));
  pen.circle({0, 0}, 69, s.contrast ? Paint(rgb(0x000000)) : Paint({0, -69}, kWhite, {0, 69}, rgb(0xE9EFFB)));
  const ImU32 good = s.contrast ? rgb(0x52FF9A) : rgb(0x12A577), bad = s.contrast ? rgb(0xFF8A80) : rgb(0xE0352A);
  pen.arc({0, 0}, 56, angle(item.limit), angle(top), 11, bad);
  pen.arc({0, 0}, 56, angle(0), angle(item.limit), 11, good);
  for (float v = 0; v <= top; v += 5) {
    const float a = angle(v) * kPi / 180, inner = std::fmod(v, 10.0F) < 0.5F ? 41.0F : 44.0F;
    pen.line({inner * std::cos(a), inner * std::sin(a)}, {47 * std::cos(a), 47 * std::sin(a)}, 2.2F,
             s.contrast ? kWhite : rgb(0x8A98B8));
  }
  const float a = angle(value) * kPi / 180;
  const ImU32 needle = s.contrast ? kWhite : rgb(0x16213F);
  pen.limb({-10 * std::cos(a), -10 * std::sin(a)}, 9, {48 * std::cos(a), 48 * std::sin(a)}, 3.4F, needle);
  pen.circle({0, 0}, 8.5F, needle);
  pen.circle({0, 0}, 3.4F, s.contrast ? rgb(0x000000) : kWhite);
  number_in(s, pen, {0, 40}, std::to_string(static_cast<int>(std::lround(value))), 52,
            over         ? bad
            : s.contrast ? kWhite
                         : kInk);
}

void clock(const Stage& s, const Pen& pen, const Item& item, float alpha) {
  const float minutes = value_at(item, s.ms);
  if (!s.contrast) pen.glow({0, 8}, 76, 72, rgb(0x0B1434, 0.3F));
  pen.circle({0, 0}, 62, s.contrast ? kWhite : rgb(0x2458F5));
  pen.circle({0, 0}, 54, s.contrast ? Paint(rgb(0x000000)) : Paint({0, -54}, kWhite, {0, 54}, rgb(0xE9EFFB)));
  const ImU32 ink = s.contrast ? kWhite : rgb(0x16213F);
  if (minutes > 0.05F)  // the time that has passed
    pen.sector({0, 0}, 50, -90, -90 + 6 * std::min(minutes, 59.9F), s.contrast ? rgb(0x4A4400) : rgb(0xBBD0FF));
  for (int i = 0; i < 12; ++i) {
    const float a = static_cast<float>(i) * kPi / 6, from = i % 3 == 0 ? 41.0F : 45.0F;
    pen.line({from * std::cos(a), from * std::sin(a)}, {49 * std::cos(a), 49 * std::sin(a)}, i % 3 == 0 ? 4.0F : 2.6F,
             ink);
  }
  const auto hand = [&](float degrees, float length, float width, ImU32 colour) {
    const float a = (degrees - 90) * kPi / 180;
    pen.line({0, 0}, {length * std::cos(a), length * std::sin(a)}, width, colour);
  };
  hand(minutes * 0.5F, 25, 7, ink);
  hand(minutes * 6, 40, 5, s.contrast ? rgb(0xFFE600) : rgb(0xE0352A));
  pen.circle({0, 0}, 6, ink);
  const std::string& words = item.text.in(s.language);
  if (words.empty()) return;
  const Point below = pen.to_px({0, 62});
  draw_bubble(s, {below.x, below.y + 40}, words, item.tone.value_or(Tone::plain), alpha, nullptr);
}

}  // namespace

void draw_mark(const Stage& s, const Pen& pen, const Item& item) {
  const float alpha = pen.alpha();
  switch (item.kind) {
    case Kind::arrow:
      return arrow(s, pen, item);
    case Kind::tick:
    case Kind::cross: {
      // Drawn about as large as an object at scale 1.
      const float scale = item.show.empty() ? 1 : popped(arrived(s, item, 320));
      if (scale < 0.05F) return;
      return badge(s, pen.scaled(scale), item.kind == Kind::tick);
    }
    case Kind::label: {
      const Point middle = pen.to_px({0, 0});
      Point to{};
      if (item.pointer) to = s.pen.to_px(*item.pointer);
      return draw_bubble(s, middle, item.text.in(s.language), item.tone.value_or(Tone::plain), alpha,
                         item.pointer ? &to : nullptr);
    }
    case Kind::highlight:
      return highlight(s, pen, item);
    case Kind::blind_zone:
      return blind_zone(s, pen, item);
    case Kind::dimension:
      return dimension(s, pen, item, alpha);
    case Kind::braking_bar:
      return braking_bar(s, pen, item);
    case Kind::speedometer:
      return speedometer(s, pen, item);
    case Kind::clock:
      return clock(s, pen, item, alpha);
    default:
      return;
  }
}

}  // namespace station::ui::scene
