#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "kiosk/ui/geometry.h"
#include "kiosk/ui/internal/figure.h"
#include "kiosk/ui/internal/pen.h"
#include "kiosk/ui/scene_model.h"
#include "kiosk/ui/theme.h"

// What the parts of the scene kit share while one scene is drawn.
namespace station::ui {

// Text in a picture: real glyphs at the sizes of the theme, whole pixels.
class Letters {
 public:
  virtual ~Letters() = default;
  [[nodiscard]] virtual Size measure(std::string_view line, Type type) const = 0;
  // `at`: upper left corner of the line.
  virtual void draw(ImDrawList* list, Point at, std::string_view line, Type type, ImU32 colour) const = 0;
};

namespace scene {

struct Stage {
  const Scene& scene;
  Pen pen;    // canvas units 0…1000 × 0…560
  Rect rect;  // pixels
  Rect seen;  // the part of the canvas that `rect` shows; larger than the canvas in one direction
  int ms;     // in the loop
  bool contrast;
  std::string language;
  const Letters& letters;

  [[nodiscard]] float seconds() const { return static_cast<float>(ms) / 1000; }
  [[nodiscard]] bool night() const { return scene.sky == Sky::night; }
  // A colour of the surroundings under this sky.
  [[nodiscard]] ImU32 lit(std::uint32_t day) const;
};

// Tones of marks; readable on every ground.
struct ToneColours {
  ImU32 fill;
  ImU32 text;
  ImU32 rim;
};
ToneColours colours_of(Tone tone, bool contrast);

void draw_ground_top(const Stage& stage);
void draw_ground_side(const Stage& stage);
// The road from the rider's seat with everything on it, far things first, and over it handlebar and mirrors.
void draw_ahead(const Stage& stage);
void draw_cockpit(const Stage& stage);
void draw_weather(const Stage& stage);  // over everything: rain

// Each draws at local (0, 0) of `pen`; `pose` and the rest come from the item.
void draw_street_item(const Stage& stage, const Pen& pen, const Item& item);  // furniture
void draw_object(const Stage& stage, const Pen& pen, const Item& item);
void draw_paper(const Stage& stage, const Pen& pen,
                const Item& item);  // documents, cards, money; called by draw_object
// Small round tick or cross on an object.
void badge_tick(const Pen& pen, Point at, bool good);
void draw_mark(const Stage& stage, const Pen& pen, const Item& item);
// Bubble with text, kept inside the picture. `anchor` in pixels: the middle, or the place it belongs to.
void draw_bubble(const Stage& stage, Point middle_px, const std::string& text, Tone tone, float alpha,
                 const Point* pointer_px);
// Lines about a middle, in pixels. The largest of the types that is no wider than `most_px`, or the smallest.
Size measure_lines(const Stage& stage, const std::string& text, Type type);
void write_lines(const Stage& stage, Point middle_px, const std::string& text, Type type, ImU32 colour);
Type fitting(const Stage& stage, const std::string& text, float most_px, std::initializer_list<Type> types);
void draw_sign_board(const Pen& pen, Sign sign);  // middle at (0, 0), 100 wide
void bicycle(const Pen& pen, float width, ImU32 colour, float stroke);
void digits(const Pen& pen, std::string_view text, float height, float stroke, ImU32 colour);  // middle at (0, 0)
void walking_man(const Pen& pen, float height, ImU32 colour);

}  // namespace scene
}  // namespace station::ui
