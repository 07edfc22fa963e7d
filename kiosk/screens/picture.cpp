#include "kiosk/screens/page.h"
#include "kiosk/ui/pictures.h"

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
  ui::draw_hero(p.c, rect);
  // Without the picture its half is not left empty.
  if (p.c.theme().outlined())
    p.c.icon({rect.right() - 220, rect.y + rect.h * 0.55f}, Icon::electric_moped, rect.h > 400 ? 320.0f : 150.0f,
             Token::primary);
}

ui::Colour hero_ink(const Page& p) {
  return p.c.theme().outlined() ? Token::ink : Token::on_picture;
}

bool draw_scene(Page& p, const Rect& rect, const std::string& id, std::int64_t ms) {
  const ui::scene::Scene* scene = p.content && !id.empty() ? p.state.scenes.find(*p.content, id) : nullptr;
  if (!scene) return false;
  ui::draw_scene(p.c, rect, *scene, ms);
  return true;
}

bool draw_clip_scene(Page& p, const Rect& rect, const std::string& id, std::int64_t ms, bool runs) {
  const ui::scene::Scene* scene = p.content && !id.empty() ? p.state.scenes.find(*p.content, id) : nullptr;
  if (!scene) return false;
  ui::draw_clip(p.c, rect, *scene, static_cast<int>(ms), runs);
  return true;
}

}  // namespace station::screens
