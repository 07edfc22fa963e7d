#include "kiosk/ui/canvas.h"

#include <cmath>

#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/look.h"
#include "kiosk/ui/internal/text_layout.h"

namespace station::ui {

using namespace internal;

std::string Canvas::tr(std::string_view key, const std::vector<std::string>& args) const {
  return engine_.strings.tr(key, args);
}
const Theme& Canvas::theme() const {
  return engine_.theme;
}
TextSize Canvas::text_size() const {
  return engine_.options.text_size;
}
const std::string& Canvas::language() const {
  return engine_.options.language;
}
float Canvas::mm(float millimetres) const {
  return millimetres / engine_.options.mm_per_px;
}
Rect Canvas::screen() const {
  return {0, 0, static_cast<float>(engine_.options.width), static_cast<float>(engine_.options.height)};
}

void Canvas::begin_screen(std::string_view name, int number) {
  engine_.begin_screen(name, number);
}
void Canvas::end_screen() {
  engine_.end_screen();
}

double Canvas::time() const {
  return engine_.time;
}
void Canvas::animate() {
  if (engine_.animated()) engine_.moving = true;
}
void Canvas::animate_at(float fps) {
  if (!engine_.animated()) return;
  const float wait = 1 / fps;
  if (engine_.next_frame_s < 0 || wait < engine_.next_frame_s) engine_.next_frame_s = wait;
}
float Canvas::spring(std::string_view id, float target, float k, float c, float start) {
  return engine_.spring(id, target, k, c, start);
}

// --- Text ---

float Canvas::line_height(Type type) const {
  return size_px(type, engine_.options.text_size);
}

Size Canvas::measure(std::string_view text, Type type) const {
  return {engine_.glyphs->width(engine_.slot(type), text), line_height(type)};
}

Rect Canvas::text(Point at, std::string_view text, const TextStyle& style) {
  const float width = style.align == Align::left ? 0 : measure(text, style.type).w;
  const float x = style.align == Align::left ? at.x : style.align == Align::centre ? at.x - width / 2 : at.x - width;
  return engine_.put_text({x, at.y}, text, style.type, engine_.resolve(style.colour), {}, style.id);
}

Rect Canvas::text(const Rect& box, std::string_view text, const TextStyle& style) {
  std::string kept;
  if (style.ellipsis) {
    kept = engine_.shortened(text, style.type, box.w);
    text = kept;
  }
  const float width = measure(text, style.type).w;
  const float x = style.align == Align::left     ? box.x
                  : style.align == Align::centre ? box.x + (box.w - width) / 2
                                                 : box.right() - width;
  const float y = box.y + box.h / 2 - kMiddle * line_height(style.type);
  return engine_.put_text({x, y}, text, style.type, engine_.resolve(style.colour), box, style.id);
}

namespace {

float advance(const Engine& e, Type type, char32_t c) {
  return e.glyphs->glyph(e.slot(type), c).advance;
}

std::vector<Line> lines_of(const Engine& e, std::string_view text, float width, Type type) {
  const int slot = e.slot(type);
  return break_lines(text, width, [&](char32_t c) { return static_cast<float>(e.glyphs->glyph(slot, c).advance); });
}

float step_of(const Canvas& canvas, const TextStyle& style) {
  return style.line_height > 0 ? style.line_height : canvas.line_height(style.type);
}

Type bold_of(Type type) {
  return type == Type::body ? Type::strong : is_bold(type) ? type : Type::heading;
}

// Lays out rich text; calls `piece(text, type, x, y)` and `point(y)` with pixels from the upper left corner.
template <class DrawPiece, class DrawPoint>
float lay_out_rich(const Canvas& canvas, const Engine& e, std::string_view markdown, float width,
                   const TextStyle& style, DrawPiece piece, DrawPoint point) {
  const float step = step_of(canvas, style), indent = std::round(step * 0.95f);
  float y = 0;
  for (const Block& block : parse_rich_text(markdown)) {
    if (y > 0) y += std::round(step * (block.gap_before ? 0.5f : block.bullet ? 0.25f : 0.0f));
    const float left = block.bullet ? indent : 0;
    std::vector<Piece> pieces;
    const int lines = break_runs(
        block.runs, width - left,
        [&](char32_t c, bool bold) { return advance(e, bold ? bold_of(style.type) : style.type, c); }, pieces);
    if (block.bullet) point(y);
    for (const Piece& p : pieces)
      piece(p.text, p.bold ? bold_of(style.type) : style.type, left + p.x, y + static_cast<float>(p.line) * step);
    y += static_cast<float>(lines) * step;
  }
  return y;
}

}  // namespace

float Canvas::paragraph_height(std::string_view text, float width, const TextStyle& style) const {
  auto count = static_cast<int>(lines_of(engine_, text, width, style.type).size());
  if (style.max_lines > 0) count = std::min(count, style.max_lines);
  return static_cast<float>(count) * step_of(*this, style);
}

float Canvas::paragraph(const Rect& box, std::string_view text, const TextStyle& style) {
  const float step = step_of(*this, style);
  std::vector<Line> lines = lines_of(engine_, text, box.w, style.type);
  const bool too_many = style.max_lines > 0 && static_cast<int>(lines.size()) > style.max_lines;
  std::string last;
  if (too_many) {
    const auto kept = static_cast<std::size_t>(style.max_lines);
    const char* begin = lines[kept - 1].text.data();
    last = engine_.shortened({begin, static_cast<std::size_t>(text.data() + text.size() - begin)}, style.type, box.w);
    lines.resize(kept);
    lines.back() = {last, measure(last, style.type).w};
  }
  float y = box.y;
  for (const Line& line : lines) {
    const float x = style.align == Align::left     ? box.x
                    : style.align == Align::centre ? box.x + (box.w - line.width) / 2
                                                   : box.right() - line.width;
    const bool first = &line == &lines.front();
    engine_.put_text({x, y}, line.text, style.type, engine_.resolve(style.colour), box,
                     first ? style.id : std::string_view(), too_many && !style.ellipsis);
    y += step;
  }
  return y - box.y;
}

float Canvas::rich_text_height(std::string_view markdown, float width, const TextStyle& style) const {
  return lay_out_rich(
      *this, engine_, markdown, width, style, [](std::string_view, Type, float, float) {}, [](float) {});
}

float Canvas::rich_text(const Rect& box, std::string_view markdown, const TextStyle& style) {
  const float px = line_height(style.type);
  return lay_out_rich(
      *this, engine_, markdown, box.w, style,
      [&](std::string_view text, Type type, float x, float y) {
        engine_.put_text({box.x + x, box.y + y}, text, type, engine_.resolve(style.colour), box);
      },
      [&](float y) {
        disc(*engine_.list, {box.x + px * 0.28f, std::round(box.y + y + px * kMiddle)}, std::round(px * 0.15f),
             theme()[Token::primary]);
      });
}

// --- Surfaces and signs ---

void Canvas::card(const Rect& rect, const CardStyle& style) {
  Engine::Surface look{.radius = style.radius, .press = 0, .shadow = style.elevation == Elevation::raised};
  if (style.tone != Tone::neutral) look.fill = tones_of(theme(), style.tone).fill;
  if (style.elevation == Elevation::sunken) look.fill = theme()[Token::neutral_fill];
  engine_.surface(rect, look);
}

void Canvas::fill(const Rect& rect, Colour colour, float radius) {
  fill_rect(*engine_.list, rect, engine_.resolve(colour), radius);
}

void Canvas::divider(float x, float y, float width) {
  fill_rect(*engine_.list, {x, std::round(y), width, 2}, theme()[Token::line]);
}

void Canvas::icon(Point centre, Icon icon, float px, Colour colour) {
  engine_.put_icon(centre, icon, px, engine_.resolve(colour));
}

void Canvas::icon_tile(const Rect& rect, Icon icon, Hue hue) {
  engine_.icon_tile(rect, icon, hue, std::round(rect.w * 0.6f), std::round(rect.w * 0.3f));
}

void Canvas::icon_disc(Point centre, float radius, Icon icon, Hue hue) {
  if (!theme().outlined()) disc(*engine_.list, centre, radius, theme()[hue].disc);
  engine_.put_icon(centre, icon, std::round(radius * 1.36f), theme()[hue].icon);
}

Size Canvas::chip_size(const Chip& chip) const {
  const float px = line_height(chip.type), icon = chip.icon == Icon::none ? 0 : px + px * 0.2f;
  return {std::round(measure(chip.label, chip.type).w + icon + px * 1.1f), std::round(px * 1.5f)};
}

Rect Canvas::chip(Point at, const Chip& chip, Align align) {
  const Size size = chip_size(chip);
  const float x = align == Align::left ? at.x : align == Align::centre ? at.x - size.w / 2 : at.x - size.w;
  const Rect rect{std::round(x), std::round(at.y), size.w, size.h};
  const Tones tones = tones_of(theme(), chip.tone);
  const float px = line_height(chip.type), radius = std::min(rect.h / 2, 40.0f);
  engine_.note(chip.id, Role::chip, chip.label, rect);
  const Owner owner(engine_, chip.id);
  fill_rect(*engine_.list, rect, tones.fill, radius);
  if (theme().outlined()) stroke_rect(*engine_.list, rect, tones.icon, 3, radius);
  float left = rect.x + px * 0.55f;
  if (chip.icon != Icon::none) {
    engine_.put_icon({std::round(left + px / 2), rect.centre().y}, chip.icon, px, tones.icon);
    left += px * 1.2f;
  }
  text(Rect{std::round(left), rect.y, rect.right() - left, rect.h}, chip.label,
       {.type = chip.type, .colour = tones.text});
  return rect;
}

bool Canvas::press_area(const Rect& rect, std::string_view id, std::string_view label) {
  Engine& e = engine_;
  e.act(id, Role::button, label, rect);
  const bool came_down = e.pointer.down && !e.pointer_was_down && e.pointer.at;
  return came_down && !e.covered() && rect.intersect(e.clip()).contains(*e.pointer.at);
}

bool Canvas::touch_area(const Rect& rect, std::string_view id, std::string_view label, bool enabled) {
  return engine_.act(id, Role::button, label, rect, enabled).tapped;
}

}  // namespace station::ui
