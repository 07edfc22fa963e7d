#include "kiosk/ui/internal/paint.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "kiosk/ui/internal/bake.h"
#include "kiosk/ui/internal/engine.h"

namespace station::ui::internal {

namespace {

constexpr float kPi = std::numbers::pi_v<float>;

// A stretched or 1:1 part of the atlas, in texels.
void texels(ImDrawList& list, const Engine& e, const Rect& to, float u0, float v0, float u1, float v1, ImU32 colour) {
  const float w = static_cast<float>(e.atlas.width), h = static_cast<float>(e.atlas.height);
  list.PrimReserve(6, 4);
  list.PrimRectUV({to.x, to.y}, {to.right(), to.bottom()}, {u0 / w, v0 / h}, {u1 / w, v1 / h}, colour);
}

}  // namespace

void fill_rect(ImDrawList& list, const Rect& r, Rgba colour, float radius, ImDrawFlags corners) {
  list.AddRectFilled({r.x, r.y}, {r.right(), r.bottom()}, rgba(colour), radius, corners);
}

void stroke_rect(ImDrawList& list, const Rect& r, Rgba colour, float thickness, float radius) {
  const float in = thickness / 2;
  list.AddRect({r.x + in, r.y + in}, {r.right() - in, r.bottom() - in}, rgba(colour), std::max(0.0f, radius - in), 0,
               thickness);
}

void shade_since(ImDrawList& list, int first_vertex, Point from, Rgba a, Point to, Rgba b) {
  const float ax = to.x - from.x, ay = to.y - from.y, length = ax * ax + ay * ay;
  const float scale = length > 0 ? 1 / length : 0;
  for (int i = first_vertex; i < list.VtxBuffer.Size; ++i) {
    ImDrawVert& v = list.VtxBuffer[i];
    const float t = std::clamp(((v.pos.x - from.x) * ax + (v.pos.y - from.y) * ay) * scale, 0.0f, 1.0f);
    Rgba c = mix(a, b, t);
    c.a = static_cast<std::uint8_t>(static_cast<unsigned>(c.a) * (v.col >> IM_COL32_A_SHIFT) / 255);
    v.col = rgba(c);
  }
}

void gradient_rect(ImDrawList& list, const Rect& r, Point from, Rgba a, Point to, Rgba b, float radius,
                   ImDrawFlags corners) {
  const int first = list.VtxBuffer.Size;
  fill_rect(list, r, {255, 255, 255, 255}, radius, corners);
  shade_since(list, first, from, a, to, b);
}

void shadow(ImDrawList& list, const Rect& rect, Softness softness, Rgba colour, float grow, float offset_y,
            bool covered) {
  if (colour.a == 0) return;
  const Engine& e = *static_cast<const Engine*>(ImGui::GetIO().UserData);
  const bool small = softness == Softness::small;
  const float inset = static_cast<float>(small ? kSmallInset : kLargeInset);
  const Rect r = rect.moved(0, offset_y).inset(-(inset + grow));
  const float corner = std::floor(std::min({static_cast<float>(kShadowCorner), r.w / 2, r.h / 2}));
  const float u = static_cast<float>(small ? e.baked.small_u : e.baked.large_u), v = static_cast<float>(e.baked.v);
  const float side = static_cast<float>(kShadowTexels), tex = static_cast<float>(kShadowCorner);
  const float xs[] = {std::round(r.x), std::round(r.x + corner), std::round(r.right() - corner), std::round(r.right())};
  const float ys[] = {std::round(r.y), std::round(r.y + corner), std::round(r.bottom() - corner),
                      std::round(r.bottom())};
  const float us[] = {u, u + tex, u + side - tex, u + side}, vs[] = {v, v + tex, v + side - tex, v + side};
  const ImU32 ink = rgba(colour);
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) {
      if (row == 1 && column == 1 && covered) continue;
      const Rect to{xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row]};
      if (!to.empty()) texels(list, e, to, us[column], vs[row], us[column + 1], vs[row + 1], ink);
    }
}

void glow(ImDrawList& list, Point centre, float radius, Rgba colour) {
  const Engine& e = *static_cast<const Engine*>(ImGui::GetIO().UserData);
  const float u = static_cast<float>(e.baked.glow_u), v = static_cast<float>(e.baked.v),
              side = static_cast<float>(kGlowTexels);
  texels(list, e, {centre.x - radius, centre.y - radius, 2 * radius, 2 * radius}, u, v, u + side, v + side,
         rgba(colour));
}

void disc(ImDrawList& list, Point centre, float radius, Rgba colour) {
  list.AddCircleFilled(vec(centre), radius, rgba(colour));
}

void circle(ImDrawList& list, Point centre, float radius, Rgba colour, float thickness) {
  list.AddCircle(vec(centre), radius, rgba(colour), 0, thickness);
}

void arc(ImDrawList& list, Point centre, float radius, float stroke, float from, float to, Rgba colour) {
  if (to - from < 1e-3f) return;
  // Solid ink overlaps at the round ends without showing it; translucent ink would.
  const int segments = std::max(3, static_cast<int>(std::ceil((to - from) * radius / 6)));
  list.PathArcTo(vec(centre), radius, from, to, segments);
  list.PathStroke(rgba(colour), 0, stroke);
  for (const float a : {from, to})
    list.AddCircleFilled({centre.x + radius * std::cos(a), centre.y + radius * std::sin(a)}, stroke / 2, rgba(colour));
}

void ring(ImDrawList& list, Point centre, float radius, float stroke, float fraction, Rgba colour, Rgba track) {
  list.AddCircle(vec(centre), radius, rgba(track), 0, stroke);
  fraction = std::clamp(fraction, 0.0f, 1.0f);
  if (fraction > 0.999f) {
    list.AddCircle(vec(centre), radius, rgba(colour), 0, stroke);
  } else if (fraction > 0.001f) {
    arc(list, centre, radius, stroke, -kPi / 2, -kPi / 2 + 2 * kPi * fraction, colour);
  }
}

void line(ImDrawList& list, Point a, Point b, Rgba colour, float thickness) {
  list.AddLine(vec(a), vec(b), rgba(colour), thickness);
  list.AddCircleFilled(vec(a), thickness / 2, rgba(colour));
  list.AddCircleFilled(vec(b), thickness / 2, rgba(colour));
}

void polyline(ImDrawList& list, std::span<const Point> points, Rgba colour, float thickness) {
  for (std::size_t i = 0; i + 1 < points.size(); ++i)
    list.AddLine(vec(points[i]), vec(points[i + 1]), rgba(colour), thickness);
  for (const Point& p : points) list.AddCircleFilled(vec(p), thickness / 2, rgba(colour));
}

void convex(ImDrawList& list, std::span<const Point> points, Rgba colour) {
  for (const Point& p : points) list.PathLineTo(vec(p));
  list.PathFillConvex(rgba(colour));
}

float draw_text(Picture& picture, Point at, std::string_view text, Type type, Rgba colour) {
  Engine& e = picture.canvas.engine();
  const int slot = e.slot(type);
  const ImU32 ink = rgba(colour);
  float x = std::round(at.x);
  const float start = x, y = std::round(at.y);
  while (!text.empty()) {
    const Glyph& glyph = e.glyphs->glyph(slot, next_character(text));
    e.put_glyph({x, y}, glyph, ink);
    x += glyph.advance;
  }
  return x - start;
}

void draw_icon(Picture& picture, Point centre, Icon icon, float px, Rgba colour) {
  picture.canvas.engine().put_icon(centre, icon, px, colour);
}

void custom(Canvas& canvas, std::string_view id, const Rect& rect, std::string_view label,
            const std::function<void(Picture&)>& draw) {
  Engine& e = canvas.engine();
  e.note(id, Role::image, label, rect);
  e.push_clip(rect.intersect(e.clip()));
  Picture picture{canvas, *e.list, rect, e.theme, e.time};
  draw(picture);
  e.pop_clip();
}

}  // namespace station::ui::internal
