#pragma once

#include <imgui.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "kiosk/ui/geometry.h"

// Drawing of illustrations: shapes in local units, placed by move, turn, scale and mirror, on a draw list.
namespace station::ui {

constexpr ImU32 rgb(std::uint32_t rrggbb, float alpha = 1) {
  return IM_COL32((rrggbb >> 16) & 255U, (rrggbb >> 8) & 255U, rrggbb & 255U,
                  static_cast<std::uint32_t>(alpha * 255.0F + 0.5F));
}
ImU32 blend(ImU32 from, ImU32 to, float t);
ImU32 faded(ImU32 colour, float alpha);

// One colour, or a straight gradient between two local points (alpha included).
struct Paint {
  ImU32 from = 0;
  ImU32 to = 0;
  Point a, b;
  bool gradient = false;

  Paint(ImU32 flat) : from(flat), to(flat) {}  // NOLINT: a colour is a paint
  Paint(Point at_a, ImU32 colour_a, Point at_b, ImU32 colour_b)
      : from(colour_a), to(colour_b), a(at_a), b(at_b), gradient(true) {}
};

// An outline from lines and cubic curves; may be concave, must not cross itself.
class Outline {
 public:
  explicit Outline(Point start) { points_.push_back(start); }
  Outline& line(Point to);
  Outline& curve(Point control1, Point control2, Point to, int pieces = 8);
  Outline& arc(Point centre, float radius, float from_deg, float to_deg, int pieces = 10);
  [[nodiscard]] std::span<const Point> points() const { return points_; }

 private:
  std::vector<Point> points_;
};

class Pen {
 public:
  // Local (0, 0) is drawn at `origin`, one unit is `scale` pixels.
  Pen(ImDrawList* list, Point origin, float scale);

  [[nodiscard]] Pen moved(float x, float y) const;
  [[nodiscard]] Pen turned(float degrees) const;  // clockwise, about the local origin
  [[nodiscard]] Pen scaled(float sx, float sy) const;
  [[nodiscard]] Pen scaled(float s) const { return scaled(s, s); }
  [[nodiscard]] Pen mirrored() const { return scaled(-1, 1); }
  [[nodiscard]] Pen leaning(float shear) const;  // x moves by shear * y
  [[nodiscard]] Pen faded(float alpha) const;
  // Draws everything as a flat silhouette, `grow_px` wider: an outline once the figure itself lies on top.
  [[nodiscard]] Pen silhouette(ImU32 colour, float grow_px) const;

  void fill(std::span<const Point> outline, const Paint& paint) const;  // any simple polygon
  void fill(const Outline& outline, const Paint& paint) const { fill(outline.points(), paint); }
  void poly(std::initializer_list<Point> convex, const Paint& paint) const;
  void rect(Rect r, float radius, const Paint& paint) const;
  struct Radii {
    float top_left, top_right, bottom_right, bottom_left;
  };
  void rect(Rect r, Radii radii, const Paint& paint) const;
  void circle(Point centre, float radius, const Paint& paint) const { ellipse(centre, radius, radius, paint); }
  void ellipse(Point centre, float rx, float ry, const Paint& paint) const;
  void half_disc(Point centre, float radius, float from_deg, const Paint& paint) const;  // 180° clockwise from there
  void sector(Point centre, float radius, float from_deg, float to_deg, const Paint& paint) const;
  // A limb: round at both ends, of two widths.
  void limb(Point a, float width_a, Point b, float width_b, const Paint& paint) const;
  void line(Point a, Point b, float width, const Paint& paint) const { limb(a, width, b, width, paint); }
  void stroke(std::span<const Point> points, float width, const Paint& paint, bool closed = false) const;
  void stroke(std::initializer_list<Point> points, float width, const Paint& paint) const;
  void stroke(const Outline& outline, float width, const Paint& paint) const { stroke(outline.points(), width, paint); }
  void arc(Point centre, float radius, float from_deg, float to_deg, float width, const Paint& paint) const;
  void ring(Point centre, float radius, float width, const Paint& paint) const;
  // Soft spot: full in the middle, nothing at the rim.
  void glow(Point centre, float rx, float ry, ImU32 colour) const;

  [[nodiscard]] Point to_px(Point local) const;
  [[nodiscard]] float px(float length) const { return length * scale_; }
  [[nodiscard]] ImDrawList* list() const { return list_; }
  [[nodiscard]] float alpha() const { return alpha_; }
  [[nodiscard]] bool is_silhouette() const { return silhouette_ != 0; }

 private:
  [[nodiscard]] ImU32 tint(ImU32 colour) const;
  [[nodiscard]] std::vector<ImVec2> placed(std::span<const Point> local) const;  // clockwise on the screen
  void convex(std::span<const Point> local, const Paint& paint) const;
  void polyline(const std::vector<ImVec2>& points, float width_px, const Paint& paint, bool closed) const;
  void grow(const std::vector<ImVec2>& points) const;
  void recolour(int from_vertex, const Paint& paint) const;

  ImDrawList* list_;
  float xx_, yx_, xy_, yy_, x0_, y0_;  // pixel = (xx x + xy y + x0, yx x + yy y + y0)
  float scale_;
  float alpha_ = 1;
  ImU32 silhouette_ = 0;
  float grow_px_ = 0;
};

}  // namespace station::ui
