#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "kiosk/ui/internal/stage.h"

// Words in scenes: at the sizes of the theme, never scaled with the picture.
namespace station::ui::scene {

namespace {

constexpr float kLine = 0.82F;  // of SizePixels, from line to line: signs are set tighter than paragraphs

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

float line_of(const Stage& s, Type type) {
  return std::round(s.letters.measure("0", type).h * kLine);
}

}  // namespace

Size measure_lines(const Stage& s, const std::string& text, Type type) {
  const auto lines = lines_of(text);
  float width = 0;
  for (const std::string_view line : lines) width = std::max(width, s.letters.measure(line, type).w);
  return {width, line_of(s, type) * static_cast<float>(lines.size())};
}

void write_lines(const Stage& s, Point middle, const std::string& text, Type type, ImU32 colour) {
  const auto lines = lines_of(text);
  const float step = line_of(s, type), full = s.letters.measure("0", type).h;
  // The middle of the characters, not of the line box, stands on the middle asked for.
  float y = middle.y - step * static_cast<float>(lines.size()) / 2 + step / 2 - 0.547F * full;
  for (const std::string_view line : lines) {
    s.letters.draw(s.pen.list(), {middle.x - s.letters.measure(line, type).w / 2, y}, line, type, colour);
    y += step;
  }
}

Type fitting(const Stage& s, const std::string& text, float most_px, std::initializer_list<Type> types) {
  for (const Type type : types)
    if (measure_lines(s, text, type).w <= most_px) return type;
  return *(types.end() - 1);
}

ToneColours colours_of(Tone tone, bool contrast) {
  if (contrast) {
    switch (tone) {
      case Tone::ok:
        return {rgb(0x000000), rgb(0x52FF9A), rgb(0x52FF9A)};
      case Tone::bad:
        return {rgb(0x000000), rgb(0xFF8A80), rgb(0xFF8A80)};
      case Tone::warn:
        return {rgb(0x000000), rgb(0xFFE600), rgb(0xFFE600)};
      default:
        return {rgb(0x000000), rgb(0xFFFFFF), rgb(0xFFFFFF)};
    }
  }
  switch (tone) {
    case Tone::ok:
      return {rgb(0x0B7F58), rgb(0xFFFFFF), rgb(0xFFFFFF)};
    case Tone::bad:
      return {rgb(0xC8281D), rgb(0xFFFFFF), rgb(0xFFFFFF)};
    case Tone::warn:
      return {rgb(0xFFC53D), rgb(0x3A2600), rgb(0xFFFFFF)};
    default:
      return {rgb(0x1F4FE0), rgb(0xFFFFFF), rgb(0xFFFFFF)};
  }
}

void draw_bubble(const Stage& s, Point middle, const std::string& text, Tone tone, float alpha, const Point* pointer) {
  if (text.empty() || alpha <= 0) return;
  const Type type = fitting(s, text, s.rect.w * 0.42F, {Type::heading, Type::caption});
  const Size words = measure_lines(s, text, type);
  const float unit = s.letters.measure("0", type).h, room = unit * 0.5F;
  const float w = words.w + 2 * room, h = words.h + unit * 0.34F, margin = 12;
  const Rect inside = s.rect.inset(margin + w / 2, margin + h / 2);
  Point m = middle;
  if (inside.w > 0) m.x = std::clamp(m.x, inside.x, inside.right());
  if (inside.h > 0) m.y = std::clamp(m.y, inside.y, inside.bottom());
  m = {std::round(m.x), std::round(m.y)};
  const Rect box{std::round(m.x - w / 2), std::round(m.y - h / 2), std::round(w), std::round(h)};
  const ToneColours colours = colours_of(tone, s.contrast);
  const Pen px = Pen(s.pen.list(), {0, 0}, 1).faded(alpha);
  const float radius = std::min(box.h / 2, 26.0F), rim = s.contrast ? 4.0F : 3.5F;
  const auto shape = [&](float grow, ImU32 colour) {
    if (pointer && !box.inset(-8).contains(*pointer)) {
      // A wedge from the side of the box to the place.
      const Point base{std::clamp(pointer->x, box.x + radius + 14, box.right() - radius - 14),
                       std::clamp(pointer->y, box.y + box.h * 0.3F, box.bottom() - box.h * 0.3F)};
      const float dx = pointer->x - base.x, dy = pointer->y - base.y, d = std::max(1.0F, std::hypot(dx, dy));
      const float half = 15 + grow, nx = -dy / d * half, ny = dx / d * half, tip = grow * 1.6F;
      px.poly({{base.x + nx, base.y + ny},
               {base.x - nx, base.y - ny},
               {pointer->x + dx / d * tip, pointer->y + dy / d * tip}},
              colour);
    }
    px.rect(box.inset(-grow), radius + grow, colour);
  };
  if (!s.contrast) px.glow({box.centre().x, box.bottom() - 2}, box.w * 0.62F, box.h * 0.55F, rgb(0x0B1434, 0.34F));
  shape(rim, colours.rim);
  shape(0, colours.fill);
  write_lines(s, box.centre(), text, type, ui::faded(colours.text, alpha));
}

}  // namespace station::ui::scene
