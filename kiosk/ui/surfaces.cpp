#include <cmath>

#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/look.h"

namespace station::ui::internal {

Tones tones_of(const Theme& theme, Tone tone) {
  switch (tone) {
    case Tone::ok:
      return {theme[Token::ok_fill], theme[Token::ok], theme[Token::ok], Icon::check};
    case Tone::warning:
      return {theme[Token::warning_fill], theme[Token::points], theme[Token::warning], Icon::warning};
    case Tone::error:
      return {theme[Token::error_fill], theme[Token::help], theme[Token::error], Icon::error};
    case Tone::points:
      return {theme[Token::points_fill], theme[Token::points], theme[Token::points_icon], Icon::emoji_events};
    case Tone::primary:
      return {theme[Hue::primary].disc, theme[Hue::primary].number, theme[Hue::primary].icon, Icon::info};
    case Tone::neutral:
      break;
  }
  return {theme[Token::bar], theme[Token::bar_text], theme[Token::bar_text], Icon::info};
}

Rect pressed_rect(const Rect& rect, float press, float by) {
  return rect.inset(press * by);
}

void Engine::surface(const Rect& r, const Surface& look) {
  const Rgba fill = look.fill.value_or(theme[Token::card]);
  if (theme.outlined()) {
    fill_rect(*list, r, look.press > 0.01f ? mix(fill, theme[Token::bar_pressed], look.press) : fill, look.radius);
    stroke_rect(*list, r, look.outline.value_or(theme[Token::line]), look.outline_width, look.radius);
    return;
  }
  if (look.shadow) {
    const Rgba colour = theme[Token::shadow];
    // The baked shapes have small corners: under rounder cards they are drawn in, or they would look out.
    const float in = std::max(0.0f, (look.radius - 36) * 0.3f);
    shadow(*list, r, Softness::large, with_alpha(colour, 0.17f * (1 - 0.5f * look.press)), -14 - in,
           std::round(18 - 10 * look.press));
    shadow(*list, r, Softness::small, with_alpha(colour, 0.10f), -4 - in, 3);
  }
  fill_rect(*list, r, fill, look.radius);
  if (look.outline) stroke_rect(*list, r, *look.outline, look.outline_width, look.radius);
}

void Engine::icon_tile(const Rect& r, Icon icon, Hue hue, float icon_px, float radius) {
  const HueColours& c = theme[hue];
  if (theme.outlined()) {
    stroke_rect(*list, r, c.icon, 4, radius);
    put_icon(r.centre(), icon, icon_px, c.icon);
    return;
  }
  shadow(*list, r, Softness::small, with_alpha(c.dark, 0.45f), -8, 10);
  gradient_diagonal(*list, r, c.light, c.dark, radius);
  put_icon(r.centre(), icon, icon_px, {255, 255, 255, 255});
}

}  // namespace station::ui::internal
