#include <cmath>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/look.h"

// What acts: bars, cards, tiles, rows, options.
namespace station::ui {

using namespace internal;

namespace {

constexpr Rgba kBlack{0, 0, 0, 255};

// A count-down: an emptying ring with the seconds inside.
void countdown_ring(Canvas& canvas, Point centre, float radius, float left, float total, Rgba colour) {
  Engine& e = canvas.engine();
  const float fraction = total > 0 ? std::clamp(left / total, 0.0f, 1.0f) : 0;
  ring(*e.list, centre, radius, 7, fraction, colour, with_alpha(colour, 0.28f));
  canvas.text(Rect{centre.x - radius, centre.y - radius, 2 * radius, 2 * radius},
              std::to_string(std::max(0, static_cast<int>(std::ceil(left)))),
              {.type = Type::heading, .colour = colour, .align = Align::centre});
}

// A turning arc while something is being done.
void busy_ring(Canvas& canvas, Point centre, float radius, Rgba colour) {
  Engine& e = canvas.engine();
  const auto turn = static_cast<float>(std::fmod(canvas.time() * 4.5, 6.283185307));
  circle(*e.list, centre, radius, with_alpha(colour, 0.25f), 7);
  arc(*e.list, centre, radius, 7, turn, turn + 1.9f, colour);
  canvas.animate();
}

// Title and subtitle as one block in the middle of the box's height.
void title_block(Canvas& canvas, const Rect& box, std::string_view title, std::string_view subtitle, Type title_type,
                 Type sub_type, Colour title_colour, Colour sub_colour, Align align = Align::left) {
  if (subtitle.empty()) {
    canvas.text(box, title, {.type = title_type, .colour = title_colour, .align = align});
    return;
  }
  const float a = canvas.line_height(title_type), b = canvas.line_height(sub_type);
  const float gap = std::round(b * 0.06f), top = std::round(box.y + (box.h - a - b - gap) / 2);
  canvas.text(Rect{box.x, top, box.w, a}, title, {.type = title_type, .colour = title_colour, .align = align});
  canvas.text(Rect{box.x, top + a + gap, box.w, b}, subtitle, {.type = sub_type, .colour = sub_colour, .align = align});
}

// The white pill on a picture: outlines spread from it and fade, 1.8 s a round.
void pill(Canvas& canvas, const Rect& rect, float press, bool lively) {
  Engine& e = canvas.engine();
  const Rgba white = canvas.theme()[Token::on_picture];
  const float radius = rect.h / 2;
  if (lively)
    for (int i = 0; i < 3; ++i) {
      const auto t = static_cast<float>(std::fmod(e.decor_time / 1.8 + i / 3.0, 1.0));
      const float grow = 4 + 30 * t;
      stroke_rect(*e.list, rect.inset(-grow), with_alpha(white, 0.42f * (1 - t)), 4, radius + grow);
    }
  shadow(*e.list, rect, Softness::large, with_alpha({0x04, 0x15, 0x4F, 255}, 0.4f * (1 - 0.4f * press)), -20,
         std::round(14 - 6 * press));
  fill_rect(*e.list, rect, lively ? white : canvas.theme()[Token::disabled], radius);
}

}  // namespace

bool Canvas::primary(const Rect& rect, const Primary& button) {
  Engine& e = engine_;
  const bool works = button.enabled && !button.busy;
  const Interaction touch =
      e.act(button.id, Role::primary, button.label, rect, works, false, button.busy ? "busy" : "");
  const Owner owner(e, button.id);
  const bool lively = button.enabled || button.busy;
  const Rgba fill = lively ? theme()[Token::primary] : theme()[Token::disabled];
  const bool white = button.on_picture && !theme().outlined();
  const Rgba ink = !lively ? theme()[Token::disabled_text] : white ? theme()[Hue::primary].dark : theme()[Token::on_primary];
  const float sunk = white ? std::round(5 * touch.press) : 0;
  if (white) {
    pill(*this, rect.moved(0, sunk), touch.press, lively);
  } else if (lively && !theme().outlined()) {
    shadow(*e.list, rect, Softness::large, with_alpha(fill, 0.34f * (1 - 0.5f * touch.press)), -16,
           std::round(18 - 8 * touch.press));
    gradient_down(*e.list, rect, mix(mix(fill, {255, 255, 255, 255}, 0.08f), kBlack, 0.2f * touch.press),
                  mix(fill, kBlack, 0.2f * touch.press), 44);
  } else {
    fill_rect(*e.list, rect, mix(fill, kBlack, 0.2f * touch.press), button.on_picture ? rect.h / 2 : 44);
  }
  // Icon or ring and label as one block in the middle.
  const bool counts = button.seconds_left >= 0;
  const float sign = counts || button.busy ? 84 : button.icon != Icon::none ? 68 : 0, gap = sign > 0 ? 24 : 0;
  const float width = measure(button.label, Type::title).w + sign + gap;
  const float left = std::round(rect.x + (rect.w - width) / 2);
  const Point middle{left + sign / 2, std::round(rect.centre().y + sunk)};
  if (button.busy)
    busy_ring(*this, middle, 34, ink);
  else if (counts)
    countdown_ring(*this, middle, 38, button.seconds_left, button.seconds_total, ink);
  else if (button.icon != Icon::none)
    e.put_icon(middle, button.icon, 68, ink);
  const float text_left = left + sign + gap;
  text(Rect{text_left, middle.y - rect.h / 2, rect.right() - 24 - text_left, rect.h}, button.label,
       {.type = Type::title, .colour = ink});
  return touch.tapped;
}

bool Canvas::button(const Rect& rect, const Button& b) {
  Engine& e = engine_;
  const std::string label =
      b.subtitle.empty() ? std::string(b.title) : std::string(b.title) + " " + std::string(b.subtitle);
  const Interaction touch = e.act(b.id, Role::button, label, rect, b.enabled, b.selected);
  const Owner owner(e, b.id);
  const Rect r = pressed_rect(rect, touch.press, 6);
  Engine::Surface look{
      .radius = std::min(44.0f, rect.h / 2), .press = touch.press, .shadow = b.kind == ButtonKind::card && b.enabled};
  Colour title_colour = Token::ink;
  Rgba icon_colour = theme()[b.hue].icon;
  if (b.kind == ButtonKind::tonal) {
    look.fill = mix(theme()[Token::bar], theme()[Token::bar_pressed], touch.press);
    title_colour = Token::bar_text;
    icon_colour = theme()[Token::bar_text];
  } else if (b.kind == ButtonKind::danger) {
    look.fill =
        mix(theme()[Token::help_fill], mix(theme()[Token::help_fill], theme()[Token::error], 0.2f), touch.press);
    title_colour = Token::help;
    icon_colour = theme()[Token::help];
    if (theme().outlined()) look.outline = theme()[Token::help];
  }
  if (b.selected) {
    look.outline = theme()[Token::primary];
    look.outline_width = 6;
  }
  if (!b.enabled) {
    look.fill = theme()[Token::neutral_fill];
    title_colour = Token::ink3;
    icon_colour = theme()[Token::ink3];
  }
  if (b.kind != ButtonKind::plain)
    e.surface(r, look);
  else if (touch.press > 0.01f)
    fill_rect(*e.list, r, with_alpha(theme()[Token::bar_pressed], touch.press), look.radius);

  const bool centred = b.align == Align::centre || b.kind == ButtonKind::plain;
  const float icon = b.icon == Icon::none ? 0 : 68, gap = icon > 0 ? (centred ? 20.0f : 32.0f) : 0;
  const float inner = b.icon == Icon::none && centred ? 24 : 44, right = rect.right() - (b.chevron ? 100 : inner);
  float left = rect.x + inner;
  if (centred) {
    const float wide =
        std::max(measure(b.title, Type::title).w, b.subtitle.empty() ? 0 : measure(b.subtitle, Type::caption).w);
    left = std::max(rect.x + 16, std::round(rect.x + (rect.w - wide - icon - gap) / 2));
  }
  if (icon > 0) e.put_icon({left + icon / 2, std::round(rect.centre().y)}, b.icon, icon, icon_colour);
  const float text_left = left + icon + gap;
  title_block(*this, {text_left, rect.y, right - text_left, rect.h}, b.title, b.subtitle, Type::title, Type::caption,
              title_colour, Token::ink2);
  if (b.chevron)
    e.put_icon({rect.right() - 60, std::round(rect.centre().y)}, Icon::chevron_right, 68, theme()[Token::ink3]);
  return touch.tapped;
}

bool Canvas::tile(const Rect& rect, const Tile& t) {
  Engine& e = engine_;
  std::string label(t.title);
  for (const std::string_view part : {t.count, t.unit})
    if (!part.empty()) label += " " + std::string(part);
  const Interaction touch = e.act(t.id, Role::button, label, rect, t.enabled);
  const Owner owner(e, t.id);
  e.surface(pressed_rect(rect, touch.press, 7), {.radius = 40, .press = touch.press, .shadow = t.enabled});
  const float x = rect.x + 36, inner = rect.w - 72;
  const float icon_side = 112;
  e.icon_tile({x, rect.y + 38, icon_side, icon_side}, t.icon, t.enabled ? t.hue : Hue::neutral, 68, 34);
  if (t.ring >= 0) {
    Ring ring{.id = {}, .fraction = t.ring, .label = t.ring_label, .hue = t.hue};
    const std::string id = std::string(t.id) + ".ring";
    ring.id = id;
    ring.radius = 54;
    this->ring({rect.right() - 88, rect.y + 94}, ring);
  }
  const float title_h = line_height(Type::title), count_h = line_height(Type::number),
              unit_h = line_height(Type::label);
  // Text stands on the lower edge, however tall the tile is.
  const float count_top = rect.bottom() - 32 - count_h, title_top = count_top - 6 - title_h;
  text(Rect{x, title_top, inner, title_h}, t.title, {.type = Type::title});
  float left = x;
  if (!t.count.empty()) {
    const Rect number = text(Point{x, count_top}, t.count, {.type = Type::number, .colour = theme()[t.hue].number});
    left = number.right() + 14;
  }
  // The unit stands on the number's base line.
  text(Rect{left, count_top + 0.8f * (count_h - unit_h), rect.right() - 20 - left, unit_h}, t.unit,
       {.type = Type::label, .colour = Token::ink2});
  return touch.tapped;
}

bool Canvas::minor_tile(const Rect& rect, const MinorTile& t) {
  Engine& e = engine_;
  const Interaction touch =
      e.act(t.id, Role::button, std::string(t.title) + " " + std::string(t.subtitle), rect, t.enabled);
  const Owner owner(e, t.id);
  e.surface(pressed_rect(rect, touch.press, 5), {.radius = 32, .press = touch.press, .shadow = t.enabled});
  const float x = rect.x + 24, inner = rect.w - 40;
  const float title_h = line_height(Type::heading), sub_h = line_height(Type::caption);
  icon_disc({x + 34, rect.y + 52}, 34, t.icon, t.enabled ? t.hue : Hue::neutral);
  const float sub_top = rect.bottom() - 12 - sub_h;
  text(Rect{x, sub_top - title_h + 2, inner, title_h}, t.title, {.type = Type::heading});
  text(Rect{x, sub_top, inner, sub_h}, t.subtitle, {.type = Type::caption, .colour = Token::ink2});
  return touch.tapped;
}

bool Canvas::row(const Rect& rect, const Row& row) {
  Engine& e = engine_;
  Interaction touch;
  const std::string label = std::string(row.title) + " " + std::string(row.subtitle) + " " + std::string(row.trailing);
  if (row.acts)
    touch = e.act(row.id, Role::row, label, rect, row.enabled);
  else
    e.note(row.id, Role::row, label, rect);
  const Owner owner(e, row.id);
  const bool lively = row.enabled;
  e.surface(pressed_rect(rect, touch.press, 6), {.radius = 36, .press = touch.press, .shadow = lively});
  float left = rect.x + 40;
  if (row.icon != Icon::none) {
    const float side = std::min(104.0f, rect.h - 48);
    e.icon_tile({left, std::round(rect.centre().y - side / 2), side, side}, row.icon, lively ? row.hue : Hue::neutral,
                std::round(side * 0.6f), std::round(side * 0.29f));
    left += side + 32;
  }
  float right = rect.right() - 40;
  if (row.chevron && row.acts) {
    e.put_icon({rect.right() - 60, std::round(rect.centre().y)}, Icon::chevron_right, 68, theme()[Token::ink3]);
    right = rect.right() - 108;
  }
  if (!row.trailing.empty()) {
    if (row.trailing_tone) {
      const std::string id = std::string(row.id) + ".chip";
      const Chip chip{.id = id, .label = row.trailing, .icon = row.trailing_icon, .tone = *row.trailing_tone};
      right = this->chip({right, rect.centre().y - chip_size(chip).h / 2}, chip, Align::right).x - 20;
    } else {
      const float width = measure(row.trailing, Type::label).w;
      text(Rect{right - width, rect.y, width, rect.h}, row.trailing, {.type = Type::label, .colour = Token::ink2});
      right -= width + 24;
    }
  }
  title_block(*this, {left, rect.y, right - left, rect.h}, row.title, row.subtitle, Type::title, Type::label,
              lively ? Token::ink : Token::ink3, lively ? Token::ink2 : Token::ink3);
  return touch.tapped;
}

namespace {

struct OptionLook {
  Rgba fill, outline, letter_fill, letter_ink;
  float outline_width;
  Icon sign;
  const char* state;
};

OptionLook option_look(const Theme& theme, OptionState state) {
  const Rgba card = theme[Token::card];  // also the letter on a disc in a colour of text: as readable as the text on a card
  switch (state) {
    case OptionState::chosen:
      return {theme.outlined() ? card : theme[Hue::primary].disc,
              theme[Token::primary],
              theme[Token::primary],
              theme[Token::on_primary],
              6,
              Icon::none,
              "chosen"};
    case OptionState::right:
      return {theme[Token::ok_fill], theme[Token::ok], theme[Token::ok], card, 6, Icon::check, "right"};
    case OptionState::wrong:
      return {theme[Token::error_fill], theme[Token::error], theme[Token::error], card, 6, Icon::close, "wrong"};
    case OptionState::missed:
      return {card, theme[Token::ok], theme[Token::ok_fill], theme[Token::ok], 6, Icon::check, "missed"};
    case OptionState::idle:
      break;
  }
  return {card,
          theme.outlined() ? theme[Token::line] : card,
          theme[Token::neutral_fill],
          theme[Token::ink2],
          4,
          Icon::none,
          "idle"};
}

constexpr float kOptionText = 148, kOptionRight = 92, kOptionPadding = 38;

}  // namespace

float Canvas::option_height(float width, std::string_view text) const {
  const float inner = paragraph_height(text, width - kOptionText - kOptionRight, {.type = Type::body});
  return std::max(136.0f, inner + 2 * kOptionPadding);
}

bool Canvas::option(const Rect& rect, const Option& o) {
  Engine& e = engine_;
  const OptionLook look = option_look(theme(), o.state);
  const std::string label = std::string(o.letter) + " " + std::string(o.text);
  const Interaction touch =
      e.act(o.id, Role::option, label, rect, o.enabled, o.state == OptionState::chosen, look.state);
  const Owner owner(e, o.id);
  const bool plain = o.state == OptionState::idle && !theme().outlined();
  Engine::Surface surface{
      .radius = 36, .press = touch.press, .shadow = o.enabled || o.state != OptionState::idle, .fill = look.fill};
  if (!plain) surface.outline = look.outline;
  surface.outline_width = look.outline_width;
  e.surface(pressed_rect(rect, touch.press, 6), surface);
  const Point middle{rect.x + 80, std::round(rect.centre().y)};
  const float half = 38;
  const Rect box{middle.x - half, middle.y - half, 2 * half, 2 * half};
  fill_rect(*e.list, box, look.letter_fill, o.multiple ? 20 : half);
  if (theme().outlined() && o.state == OptionState::idle)
    stroke_rect(*e.list, box, theme()[Token::line], 3, o.multiple ? 20 : half);
  text(box, o.letter, {.type = Type::heading, .colour = look.letter_ink, .align = Align::centre});
  if (look.sign != Icon::none)
    e.put_icon({rect.right() - 52, middle.y}, look.sign, 68,
               theme()[o.state == OptionState::wrong ? Token::error : Token::ok]);
  const float width = rect.w - kOptionText - kOptionRight,
              height = paragraph_height(o.text, width, {.type = Type::body});
  paragraph({rect.x + kOptionText, std::round(rect.centre().y - height / 2), width, height}, o.text,
            {.type = Type::body});
  return touch.tapped;
}

bool Canvas::toggle(const Rect& rect, std::string_view id, std::string_view label, bool on) {
  Engine& e = engine_;
  const Interaction touch = e.act(id, Role::toggle, label, rect, true, on, on ? "on" : "off");
  const Owner owner(e, id);
  e.surface(pressed_rect(rect, touch.press, 6), {.radius = 36, .press = touch.press, .shadow = true});
  text(Rect{rect.x + 40, rect.y, rect.w - 240, rect.h}, label, {.type = Type::title});
  const float at = spring("toggle " + std::string(id), on ? 1.0f : 0.0f);
  const Rect track{rect.right() - 172, std::round(rect.centre().y - 38), 132, 76};
  const Rgba off = theme()[Token::ink3], lit = theme()[Token::primary];
  fill_rect(*e.list, track, mix(off, lit, std::clamp(at, 0.0f, 1.0f)), 38);
  const Point knob{track.x + 38 + 56 * at, track.centre().y};
  disc(*e.list, knob, 30, theme()[Token::card]);
  e.put_icon(knob, on ? Icon::check : Icon::close, 40, on ? theme()[Token::ink] : off);
  return touch.tapped;
}

bool Canvas::presence_target(const Rect& rect, std::string_view id, std::string_view label, float seconds_left,
                             float seconds_total) {
  Engine& e = engine_;
  const Interaction touch = e.act(id, Role::button, label, rect);
  const Owner owner(e, id);
  const Point c = rect.centre();
  const float radius = std::min(rect.w, rect.h) / 2 - 8 * touch.press,
              fraction = seconds_total > 0 ? seconds_left / seconds_total : 0;
  const Rgba lit = theme()[Token::primary];
  if (!theme().outlined()) {
    glow(*e.list, {c.x, c.y + 22}, radius * 1.34f, with_alpha(theme()[Token::shadow], 0.5f));
  }
  disc(*e.list, c, radius, theme()[Token::card]);
  internal::ring(*e.list, c, radius - 13, 14, fraction, lit, theme()[Token::track]);
  disc(*e.list, c, radius - 34, lit);
  e.put_icon({c.x, c.y - radius * 0.2f}, Icon::touch_app, 100, theme()[Token::on_primary]);
  const float px = line_height(Type::heading), half = radius - 40;
  text(Rect{c.x - half, c.y + radius * 0.22f, 2 * half, px}, label,
       {.type = Type::heading, .colour = Token::on_primary, .align = Align::centre});
  return touch.tapped;
}

}  // namespace station::ui
