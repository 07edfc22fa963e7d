#include <qrencode.h>

#include <cmath>
#include <memory>
#include <numbers>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/look.h"

// What informs: rings, bars, badges, codes, fields, notices, states.
namespace station::ui {

using namespace internal;

void Canvas::ring(Point centre, const Ring& r) {
  Engine& e = engine_;
  const Rect box{centre.x - r.radius, centre.y - r.radius, 2 * r.radius, 2 * r.radius};
  if (ProbeItem* item = e.note(r.id, Role::ring, r.label, box)) item->value = r.fraction;
  const Owner owner(e, r.id);
  const float shown = e.spring("ring " + std::string(r.id), r.fraction, 60, 14, 0);
  internal::ring(*e.list, centre, r.radius - r.stroke / 2, r.stroke, shown, theme()[r.hue].ring, theme()[r.hue].track);
  const float inner = r.radius - r.stroke - 2;
  if (!r.label.empty())
    text(Rect{centre.x - inner, centre.y - inner, 2 * inner, 2 * inner}, r.label,
         {.type = r.label_type, .colour = Token::ink2, .align = Align::centre});
}

void Canvas::progress(const Rect& rect, float fraction, Hue hue, std::string_view id) {
  Engine& e = engine_;
  if (ProbeItem* item = e.note(id, Role::progress, {}, rect)) item->value = fraction;
  const float shown = std::clamp(e.spring("progress " + std::string(id), fraction, 60, 14, 0), 0.0f, 1.0f),
              radius = rect.h / 2;
  fill_rect(*e.list, rect, theme()[hue].track, radius);
  const float width = std::max(rect.h, rect.w * shown);
  if (shown > 0.001f)
    gradient_right(*e.list, {rect.x, rect.y, width, rect.h}, theme()[hue].light, theme()[hue].dark, radius);
}

namespace {

struct Badge {
  Rgba light, dark;
  Hue hue;
  const char* state;
};

Badge badge_of(const Theme& t, Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return {t[Token::ok_light], t[Token::ok], Hue::ok, "success"};
    case Outcome::warning:
      return {t[Token::warning_light], t[Token::warning], Hue::warning, "warning"};
    case Outcome::error:
      return {t[Token::error_light], t[Token::error], Hue::error, "error"};
    case Outcome::waiting:
      break;
  }
  return {t[Hue::primary].light, t[Hue::primary].dark, Hue::primary, "waiting"};
}

// Part of a line, 0…1 of its length, drawn with round ends.
void partial(ImDrawList& list, std::span<const Point> points, float share, Rgba colour, float stroke) {
  float total = 0;
  auto length = [&](std::size_t i) { return std::hypot(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y); };
  for (std::size_t i = 0; i + 1 < points.size(); ++i) total += length(i);
  float left = total * std::clamp(share, 0.0f, 1.0f);
  for (std::size_t i = 0; i + 1 < points.size() && left > 0; ++i) {
    const float t = std::min(1.0f, left / length(i));
    const Point end{points[i].x + (points[i + 1].x - points[i].x) * t,
                    points[i].y + (points[i + 1].y - points[i].y) * t};
    line(list, points[i], end, colour, stroke);
    left -= length(i);
  }
}

}  // namespace

void Canvas::outcome(Point c, Outcome outcome, float scale, std::string_view id) {
  Engine& e = engine_;
  const Badge badge = badge_of(theme(), outcome);
  const float full = 150 * scale;
  if (ProbeItem* item = e.note(id, Role::image, badge.state, {c.x - full, c.y - full, 2 * full, 2 * full}))
    item->state = badge.state;
  const std::string key = "outcome " + std::string(id);
  const float pop = e.spring(key, 1, 220, 16, 0.55f);
  // Seconds since it came: a spring of constant speed would overshoot, so a slow, over-damped one serves as a clock.
  const float age = e.spring(key + " age", 1, 30, 11, 0), radius = full * pop;
  ImDrawList& list = *e.list;
  if (!theme().outlined()) {
    glow(list, c, 320 * scale * pop, with_alpha(badge.light, 0.25f));
    for (int i = 0; i < 3; ++i) {  // rings spread and vanish
      const float at = std::clamp(age * 1.5f - 0.18f * static_cast<float>(i), 0.0f, 1.0f);
      if (at > 0 && at < 0.99f)
        circle(list, c, full + 110 * scale * at, with_alpha(badge.light, 0.35f * (1 - at)), 5 * scale);
    }
  }
  gradient_down(list, {c.x - radius, c.y - radius, 2 * radius, 2 * radius}, badge.light, badge.dark, radius);
  const Rgba ink = theme()[Token::on_picture];
  const float drawn = std::clamp((age - 0.15f) / 0.6f, 0.0f, 1.0f), u = radius / 150, stroke = 24 * u;
  if (outcome == Outcome::success) {
    const Point tick[] = {{c.x - 65 * u, c.y + 4 * u}, {c.x - 18 * u, c.y + 53 * u}, {c.x + 72 * u, c.y - 52 * u}};
    partial(list, tick, drawn, ink, stroke);
  } else if (outcome == Outcome::warning) {
    const Point mark[] = {{c.x, c.y - 74 * u}, {c.x, c.y + 22 * u}};
    partial(list, mark, drawn, ink, stroke);
    if (drawn >= 1) disc(list, {c.x, c.y + 70 * u}, 15 * u, ink);
  } else if (outcome == Outcome::error) {
    const Point down[] = {{c.x - 52 * u, c.y - 52 * u}, {c.x + 52 * u, c.y + 52 * u}};
    const Point up[] = {{c.x + 52 * u, c.y - 52 * u}, {c.x - 52 * u, c.y + 52 * u}};
    partial(list, down, drawn * 2, ink, stroke);
    if (drawn > 0.5f) partial(list, up, drawn * 2 - 1, ink, stroke);
  } else {
    const Point hands[] = {{c.x, c.y - 70 * u}, {c.x, c.y + 6 * u}, {c.x + 50 * u, c.y + 36 * u}};
    partial(list, hands, drawn, ink, stroke);
  }
}

bool Canvas::qr(const Rect& rect, std::string_view content, std::string_view id, std::string_view label) {
  Engine& e = engine_;
  const std::string bytes(content);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(bytes.c_str(), 0, bytes.size() > 600 ? QR_ECLEVEL_L : QR_ECLEVEL_M), &QRcode_free);
  if (!code) return false;
  constexpr int kQuiet = 4;
  // Whole pixels for each module, so that every edge is sharp.
  const int across = code->width + 2 * kQuiet, module = static_cast<int>(std::min(rect.w, rect.h)) / across;
  if (module < 1) return false;
  const auto side = static_cast<float>(across * module), unit = static_cast<float>(module);
  const Rect square{std::round(rect.centre().x - side / 2), std::round(rect.centre().y - side / 2), side, side};
  if (ProbeItem* item = e.note(id, Role::qr, label, square)) item->value = unit;
  fill_rect(*e.list, square, {255, 255, 255, 255});
  for (int y = 0; y < code->width; ++y) {
    const unsigned char* row = code->data + static_cast<std::ptrdiff_t>(y) * code->width;
    for (int x = 0; x < code->width;) {
      int end = x;
      while (end < code->width && (row[end] & 1) != 0) ++end;
      if (end > x)
        fill_rect(*e.list,
                  {square.x + static_cast<float>((x + kQuiet) * module),
                   square.y + static_cast<float>((y + kQuiet) * module), static_cast<float>((end - x) * module), unit},
                  {0, 0, 0, 255});
      x = end + 1;
    }
  }
  return true;
}

void Canvas::step_dots(const Rect& rect, int index, int count) {
  Engine& e = engine_;
  if (ProbeItem* item = e.note({}, Role::progress, std::to_string(index + 1) + "/" + std::to_string(count), rect))
    item->value = static_cast<float>(index + 1) / static_cast<float>(std::max(1, count));
  constexpr float kGap = 10;
  const float height = 14, y = std::round(rect.centre().y - height / 2);
  for (int i = 0; i < count; ++i) {
    const Rect cell = Rect{rect.x, y, rect.w, height}.column(i, count, kGap);
    const Rgba colour = i < index    ? theme()[Hue::primary].ring
                        : i == index ? theme()[Token::primary]
                                     : theme()[Token::track];
    fill_rect(*e.list, cell, colour, height / 2);
    if (i == index) stroke_rect(*e.list, cell.inset(-4), with_alpha(theme()[Token::primary], 0.35f), 3, height / 2 + 4);
  }
}

void Canvas::pin_dots(const Rect& rect, int filled, int total, std::string_view id) {
  Engine& e = engine_;
  const std::string typed = std::to_string(filled) + "/" + std::to_string(total);
  if (ProbeItem* item = e.note(id, Role::input, typed, rect)) item->value = static_cast<float>(filled);
  e.surface(rect, {.radius = 40});
  constexpr float kPitch = 88;
  for (int i = 0; i < total; ++i) {
    const Point c{rect.centre().x + (static_cast<float>(i) - static_cast<float>(total - 1) / 2) * kPitch,
                  rect.centre().y};
    const std::string key = "pin " + std::string(id) + std::to_string(i);
    const float on = std::clamp(e.spring(key, i < filled ? 1.0f : 0.0f, 420, 24, 0), 0.0f, 1.3f);
    circle(*e.list, c, 19, theme()[Token::ink3], 4);
    if (on > 0.02f) disc(*e.list, c, 21 * on, theme()[Token::ink]);
  }
}

void Canvas::input(const Rect& rect, std::string_view typed, std::string_view hint, std::string_view id) {
  Engine& e = engine_;
  e.note(id, Role::input, typed, rect);
  const Owner owner(e, id);
  e.surface(rect, {.radius = 40});
  if (typed.empty())
    text(rect.inset(32, 0), hint, {.type = Type::title, .colour = Token::ink3, .align = Align::centre});
  else
    text(rect.inset(32, 0), typed, {.type = Type::display, .align = Align::centre});
}

namespace {

constexpr float kBannerText = 116, kBannerPadding = 28;

}  // namespace

float Canvas::banner_height(float width, const Banner& banner) const {
  const float inner = paragraph_height(banner.text, width - kBannerText - 40, {.type = Type::label, .max_lines = 2});
  return std::max(112.0f, inner + 2 * kBannerPadding);
}

float Canvas::banner(Point at, float width, const Banner& banner) {
  Engine& e = engine_;
  const Tones tones = tones_of(theme(), banner.tone);
  const Rect rect{at.x, at.y, width, banner_height(width, banner)};
  e.note(banner.id, Role::banner, banner.text, rect);
  const Owner owner(e, banner.id);
  fill_rect(*e.list, rect, tones.fill, 36);
  if (theme().outlined()) stroke_rect(*e.list, rect, tones.icon, 4, 36);
  e.put_icon({rect.x + 64, rect.centre().y}, banner.icon == Icon::none ? tones.sign : banner.icon, 56, tones.icon);
  const TextStyle style{.type = Type::label, .colour = tones.text, .max_lines = 2};
  const float height = paragraph_height(banner.text, width - kBannerText - 40, style);
  paragraph({rect.x + kBannerText, std::round(rect.centre().y - height / 2), width - kBannerText - 40, height},
            banner.text, style);
  return rect.h;
}

namespace {

struct PortColours {
  Rgba fill, ink, icon, disc;
  Icon sign;
  const char* state;
};

PortColours port_colours(const Theme& t, PortLook look) {
  switch (look) {
    case PortLook::free:
      return {t[Token::ok_fill], t[Token::ok], t[Token::ok], t[Hue::ok].disc, Icon::power, "free"};
    case PortLook::mine:
      return {
          t[Hue::primary].disc, t[Hue::primary].number, t[Hue::primary].icon, t[Hue::primary].disc, Icon::bolt, "mine"};
    case PortLook::fault:
      return {t[Token::error_fill], t[Token::help], t[Token::help], t[Hue::error].disc, Icon::close, "fault"};
    case PortLook::busy:
      break;
  }
  return {t[Token::neutral_fill], t[Token::ink2], t[Token::ink3], t[Hue::neutral].disc, Icon::bolt, "busy"};
}

}  // namespace

void Canvas::port_cell(const Rect& rect, const PortCell& cell) {
  Engine& e = engine_;
  const PortColours colours = port_colours(theme(), cell.look);
  if (ProbeItem* item = e.note(cell.id, Role::image, std::string(cell.name) + " " + std::string(cell.state), rect)) {
    item->state = colours.state;
    item->value = cell.level;
  }
  const Owner owner(e, cell.id);
  constexpr float kRadius = 18;
  fill_rect(*e.list, rect, colours.fill, kRadius);
  const bool filled = cell.level > 0 && (cell.look == PortLook::busy || cell.look == PortLook::mine);
  const float height = filled ? std::round(rect.h * std::clamp(cell.level, 0.08f, 1.0f)) : 0;
  const Rect level{rect.x, rect.bottom() - height, rect.w, height};
  if (filled) {
    // A shape that reaches the rounded corners is itself the rounded cell, clipped to the level.
    e.push_clip(level.intersect(e.clip()));
    gradient_rect(*e.list, rect, {rect.x, level.y}, theme()[Token::level_top], {rect.x, rect.bottom()},
                  theme()[Token::level_bottom], kRadius);
    e.pop_clip();
  }
  if (theme().outlined())
    stroke_rect(*e.list, rect, cell.look == PortLook::busy ? theme()[Token::line] : colours.icon, 3, kRadius);
  const float px = line_height(Type::caption);
  text(Rect{rect.x, rect.y + 6, rect.w, px + 4}, cell.name,
       {.type = Type::caption, .colour = Token::ink, .align = Align::centre});
  const Icon sign = cell.look == PortLook::free ? Icon::check : colours.sign;
  const Point middle{rect.centre().x, rect.bottom() - 32};
  e.put_icon(middle, sign, 40, colours.icon);
  if (filled) {  // white where the level lies under it
    e.push_clip(level.intersect(e.clip()));
    e.put_icon(middle, sign, 40, {255, 255, 255, 255});
    e.pop_clip();
  }
}

bool Canvas::port_tile(const Rect& rect, const PortCell& cell) {
  Engine& e = engine_;
  const PortColours colours = port_colours(theme(), cell.look);
  const std::string label = std::string(cell.name) + " " + std::string(cell.state) + " " + std::string(cell.detail);
  const Interaction touch = e.act(cell.id, Role::button, label, rect, cell.enabled, cell.selected, colours.state);
  const Owner owner(e, cell.id);
  // Busy and broken ports are sunken: they do not look as if they could be pressed.
  Engine::Surface look{.radius = 40, .press = touch.press, .shadow = cell.enabled};
  if (!cell.enabled && !theme().outlined()) {
    look.fill = theme()[Token::neutral_fill];
    look.outline = theme()[Token::line];
    look.outline_width = 3;
  }
  if (cell.selected) {
    look.outline = theme()[Token::primary];
    look.outline_width = 6;
  }
  e.surface(pressed_rect(rect, touch.press, 6), look);
  const float x = rect.x + 36;
  const float name_h = line_height(Type::key), state_h = line_height(Type::title),
              detail_h = line_height(Type::caption);
  text(Rect{x, rect.y + 22, rect.w - 172, name_h}, cell.name,
       {.type = Type::key, .colour = cell.enabled ? Token::ink : Token::ink3});
  if (!theme().outlined()) disc(*e.list, {rect.right() - 84, rect.y + 84}, 50, colours.disc);
  e.put_icon({rect.right() - 84, rect.y + 84}, colours.sign, 68, colours.icon);
  const float detail_top = rect.bottom() - 30 - detail_h;
  text(Rect{x, detail_top - state_h - 2, rect.w - 56, state_h}, cell.state,
       {.type = Type::title, .colour = colours.ink});
  text(Rect{x, detail_top, rect.w - 56, detail_h}, cell.detail, {.type = Type::caption, .colour = Token::ink2});
  return touch.tapped;
}

}  // namespace station::ui
