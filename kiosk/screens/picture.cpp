#include "kiosk/screens/page.h"

// Pictures: the hero of the waiting screen and the scenes of lessons and questions.
namespace station::screens {

std::string greeting(const Page& p) {
  const int hour = base::local_time(p.frame.now).hour;
  if (hour < 5) return p.tr("greeting.night");
  if (hour < 11) return p.tr("greeting.morning");
  if (hour < 13) return p.tr("greeting.noon");
  if (hour < 18) return p.tr("greeting.afternoon");
  return p.tr("greeting.evening");
}

void draw_hero(Page& p, const Rect& rect) {
  if (p.c.theme().outlined()) {
    p.c.card(rect, {.radius = 52});
    return;
  }
  p.c.card(rect, {.radius = 52});
  p.c.fill(rect, Token::primary, 52);
}

bool draw_scene(Page& p, const Rect& rect, const std::string& id, std::int64_t ms) {
  const ui::scene::Scene* scene = p.content && !id.empty() ? p.state.scenes.find(*p.content, id) : nullptr;
  if (!scene) return false;
  static_cast<void>(ms);
  p.c.card(rect, {.radius = 40});
  return true;
}

}  // namespace station::screens
