#pragma once

#include <imgui.h>

#include <functional>
#include <span>
#include <string_view>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/geometry.h"
#include "kiosk/ui/icons.h"
#include "kiosk/ui/theme.h"

// Helpers over ImDrawList for everything in kiosk/ui that draws. Not for screens.
namespace station::ui::internal {

inline ImVec2 vec(Point p) {
  return {p.x, p.y};
}
inline ImU32 rgba(Rgba c) {
  return IM_COL32(c.r, c.g, c.b, c.a);
}
inline ImU32 rgba(Rgba c, float alpha) {
  return rgba(with_alpha(c, alpha));
}

// Rounded corners: a bit set of ImDrawFlags_RoundCorners…; 0 = all.
void fill_rect(ImDrawList& list, const Rect& rect, Rgba colour, float radius = 0, ImDrawFlags corners = 0);
void stroke_rect(ImDrawList& list, const Rect& rect, Rgba colour, float thickness,
                 float radius = 0);  // inside the rect

// Colour at point `from` to colour at point `to`, both with their alpha; exact on the anti-aliased rim.
void gradient_rect(ImDrawList& list, const Rect& rect, Point from, Rgba a, Point to, Rgba b, float radius = 0,
                   ImDrawFlags corners = 0);
inline void gradient_down(ImDrawList& list, const Rect& r, Rgba top, Rgba bottom, float radius = 0,
                          ImDrawFlags corners = 0) {
  gradient_rect(list, r, {r.x, r.y}, top, {r.x, r.bottom()}, bottom, radius, corners);
}
inline void gradient_right(ImDrawList& list, const Rect& r, Rgba left, Rgba right, float radius = 0,
                           ImDrawFlags corners = 0) {
  gradient_rect(list, r, {r.x, r.y}, left, {r.right(), r.y}, right, radius, corners);
}
inline void gradient_diagonal(ImDrawList& list, const Rect& r, Rgba a, Rgba b, float radius = 0,
                              ImDrawFlags corners = 0) {
  gradient_rect(list, r, {r.x, r.y}, a, {r.right(), r.bottom()}, b, radius, corners);
}
// Recolours the vertices added since `first_vertex` (list.VtxBuffer.Size before): colour along the axis, alpha of the
// gradient times alpha of the vertex.
void shade_since(ImDrawList& list, int first_vertex, Point from, Rgba a, Point to, Rgba b);

// Soft shadow from the baked textures. `softness` small: σ 4.5 px; large: σ 14.5 px. `grow` moves the shadow's edge
// outwards. `covered`: an opaque card lies over it, so its middle is left out.
enum class Softness : std::uint8_t { small, large };
void shadow(ImDrawList& list, const Rect& rect, Softness softness, Rgba colour, float grow, float offset_y,
            bool covered = true);
// (1 − r²)³ around the centre.
void glow(ImDrawList& list, Point centre, float radius, Rgba colour);

void disc(ImDrawList& list, Point centre, float radius, Rgba colour);
void circle(ImDrawList& list, Point centre, float radius, Rgba colour, float thickness);
// Arc from 12 o'clock, clockwise, fraction 0…1, with round ends, over a full track.
void ring(ImDrawList& list, Point centre, float radius, float stroke, float fraction, Rgba colour, Rgba track);
// Angles in radians, 0 at 3 o'clock, clockwise; round ends.
void arc(ImDrawList& list, Point centre, float radius, float stroke, float from, float to, Rgba colour);
// Lines with round ends and joints.
void line(ImDrawList& list, Point a, Point b, Rgba colour, float thickness);
void polyline(ImDrawList& list, std::span<const Point> points, Rgba colour, float thickness);
// Convex outlines only, clockwise.
void convex(ImDrawList& list, std::span<const Point> points, Rgba colour);

// What pictures know of the frame they are drawn in.
struct Picture {
  Canvas& canvas;
  ImDrawList& list;
  Rect rect;
  const Theme& theme;
  double seconds;  // for decorative motion; stands still when animation is off
};

// Plain text and icons at whole pixels, without a word to the probe (use Canvas::text for what is to be read).
// `at`: upper left corner of the line. Returns the width.
float draw_text(Picture& picture, Point at, std::string_view text, Type type, Rgba colour);
void draw_icon(Picture& picture, Point centre, Icon icon, float px, Rgba colour);

// A picture of its own: registered in the probe as an image of that id and label, clipped to `rect`, drawn by `draw`.
// Public facades (Canvas-like free functions) of pictures are built on this.
void custom(Canvas& canvas, std::string_view id, const Rect& rect, std::string_view label,
            const std::function<void(Picture&)>& draw);

}  // namespace station::ui::internal
