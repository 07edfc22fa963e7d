#include "kiosk/ui/internal/pen.h"

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace station::ui {

namespace {

constexpr float kDegree = std::numbers::pi_v<float> / 180.0F;

Point on_circle(Point centre, float rx, float ry, float degrees) {
  return {centre.x + rx * std::cos(degrees * kDegree), centre.y + ry * std::sin(degrees * kDegree)};
}

// Enough corners that a circle of this size looks round.
int corners(float radius_px) {
  return std::clamp(static_cast<int>(6 + std::sqrt(radius_px) * 3.2F), 10, 64);
}

float cross(ImVec2 o, ImVec2 a, ImVec2 b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

bool inside(ImVec2 p, ImVec2 a, ImVec2 b, ImVec2 c) {
  return cross(a, b, p) >= 0 && cross(b, c, p) >= 0 && cross(c, a, p) >= 0;
}

// Ear clipping of a clockwise simple polygon: indices of triangles.
std::vector<std::array<unsigned, 3>> triangles_of(const std::vector<ImVec2>& points) {
  std::vector<unsigned> left(points.size());
  for (unsigned i = 0; i < left.size(); ++i) left[i] = i;
  std::vector<std::array<unsigned, 3>> out;
  out.reserve(points.size());
  while (left.size() > 2) {
    const std::size_t n = left.size();
    std::size_t ear = n;
    for (std::size_t i = 0; i < n && ear == n; ++i) {
      const unsigned a = left[(i + n - 1) % n], b = left[i], c = left[(i + 1) % n];
      if (cross(points[a], points[b], points[c]) <= 0) continue;
      const bool empty = std::none_of(left.begin(), left.end(), [&](unsigned p) {
        return p != a && p != b && p != c && inside(points[p], points[a], points[b], points[c]);
      });
      if (empty) ear = i;
    }
    if (ear == n) ear = 0;  // only flat corners are left: any cut will do
    out.push_back({left[(ear + n - 1) % n], left[ear], left[(ear + 1) % n]});
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(ear));
  }
  return out;
}

bool is_convex(const std::vector<ImVec2>& points) {
  const std::size_t n = points.size();
  for (std::size_t i = 0; i < n; ++i)
    if (cross(points[i], points[(i + 1) % n], points[(i + 2) % n]) < -0.05F) return false;
  return true;
}

void make_clockwise(std::vector<ImVec2>& points) {
  float area = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ImVec2 a = points[i], b = points[(i + 1) % points.size()];
    area += a.x * b.y - b.x * a.y;
  }
  if (area < 0) std::reverse(points.begin(), points.end());
}

// A concave polygon with the same one-pixel soft rim that Dear ImGui gives to convex ones.
void fill_concave(ImDrawList* list, const std::vector<ImVec2>& points, ImU32 colour) {
  const auto n = static_cast<int>(points.size());
  const auto triangles = triangles_of(points);
  const ImVec2 uv = list->_Data->TexUvWhitePixel;
  list->PrimReserve(static_cast<int>(triangles.size()) * 3 + n * 6, n * 2);
  const auto base = static_cast<ImDrawIdx>(list->_VtxCurrentIdx);
  for (const auto& t : triangles)
    for (const unsigned corner : t) list->PrimWriteIdx(static_cast<ImDrawIdx>(base + corner * 2));
  std::vector<ImVec2> normals(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ImVec2 a = points[i], b = points[(i + 1) % points.size()];
    const float dx = b.x - a.x, dy = b.y - a.y, d = std::max(std::sqrt(dx * dx + dy * dy), 1e-4F);
    normals[i] = {dy / d, -dx / d};
  }
  for (int i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const ImVec2 before = normals[static_cast<std::size_t>((i + n - 1) % n)], after = normals[at];
    ImVec2 m{(before.x + after.x) / 2, (before.y + after.y) / 2};
    const float square = std::max(m.x * m.x + m.y * m.y, 0.25F);
    m = {m.x / square * 0.5F, m.y / square * 0.5F};
    list->PrimWriteVtx({points[at].x - m.x, points[at].y - m.y}, uv, colour);
    list->PrimWriteVtx({points[at].x + m.x, points[at].y + m.y}, uv, colour & ~IM_COL32_A_MASK);
    const int next = (i + 1) % n;
    for (const int corner : {i * 2, next * 2, next * 2 + 1, i * 2, next * 2 + 1, i * 2 + 1})
      list->PrimWriteIdx(static_cast<ImDrawIdx>(base + corner));
  }
}

}  // namespace

ImU32 blend(ImU32 from, ImU32 to, float t) {
  ImU32 out = 0;
  for (const unsigned shift : {0U, 8U, 16U, 24U}) {
    const auto a = static_cast<float>((from >> shift) & 255U), b = static_cast<float>((to >> shift) & 255U);
    out |= static_cast<ImU32>(a + (b - a) * std::clamp(t, 0.0F, 1.0F) + 0.5F) << shift;
  }
  return out;
}

ImU32 faded(ImU32 colour, float alpha) {
  const auto a = static_cast<float>(colour >> IM_COL32_A_SHIFT) * std::clamp(alpha, 0.0F, 1.0F);
  return (colour & ~IM_COL32_A_MASK) | (static_cast<ImU32>(a + 0.5F) << IM_COL32_A_SHIFT);
}

Outline& Outline::line(Point to) {
  points_.push_back(to);
  return *this;
}

Outline& Outline::curve(Point c1, Point c2, Point to, int pieces) {
  const Point a = points_.back();
  for (int i = 1; i <= pieces; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(pieces), s = 1 - t;
    const float k0 = s * s * s, k1 = 3 * s * s * t, k2 = 3 * s * t * t, k3 = t * t * t;
    points_.push_back({k0 * a.x + k1 * c1.x + k2 * c2.x + k3 * to.x, k0 * a.y + k1 * c1.y + k2 * c2.y + k3 * to.y});
  }
  return *this;
}

Outline& Outline::arc(Point centre, float radius, float from_deg, float to_deg, int pieces) {
  for (int i = 0; i <= pieces; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(pieces);
    points_.push_back(on_circle(centre, radius, radius, from_deg + (to_deg - from_deg) * t));
  }
  return *this;
}

Pen::Pen(ImDrawList* list, Point origin, float scale)
    : list_(list), xx_(scale), yx_(0), xy_(0), yy_(scale), x0_(origin.x), y0_(origin.y), scale_(scale) {}

Pen Pen::moved(float x, float y) const {
  Pen out = *this;
  out.x0_ += xx_ * x + xy_ * y;
  out.y0_ += yx_ * x + yy_ * y;
  return out;
}

Pen Pen::turned(float degrees) const {
  const float c = std::cos(degrees * kDegree), s = std::sin(degrees * kDegree);
  Pen out = *this;
  out.xx_ = xx_ * c + xy_ * s;
  out.yx_ = yx_ * c + yy_ * s;
  out.xy_ = xy_ * c - xx_ * s;
  out.yy_ = yy_ * c - yx_ * s;
  return out;
}

Pen Pen::scaled(float sx, float sy) const {
  Pen out = *this;
  out.xx_ *= sx;
  out.yx_ *= sx;
  out.xy_ *= sy;
  out.yy_ *= sy;
  out.scale_ *= std::sqrt(std::fabs(sx * sy));
  return out;
}

Pen Pen::leaning(float shear) const {
  Pen out = *this;
  out.xy_ += xx_ * shear;
  out.yy_ += yx_ * shear;
  return out;
}

Pen Pen::faded(float alpha) const {
  Pen out = *this;
  out.alpha_ *= alpha;
  return out;
}

Pen Pen::silhouette(ImU32 colour, float grow_px) const {
  Pen out = *this;
  out.silhouette_ = colour;
  out.grow_px_ = grow_px;
  return out;
}

Point Pen::to_px(Point p) const {
  return {xx_ * p.x + xy_ * p.y + x0_, yx_ * p.x + yy_ * p.y + y0_};
}

ImU32 Pen::tint(ImU32 colour) const {
  return ui::faded(silhouette_ != 0 ? silhouette_ : colour, alpha_);
}

std::vector<ImVec2> Pen::placed(std::span<const Point> local) const {
  std::vector<ImVec2> out;
  out.reserve(local.size());
  for (const Point p : local) {
    const Point q = to_px(p);
    // Two corners on one spot have no normal between them.
    if (!out.empty() && std::fabs(q.x - out.back().x) + std::fabs(q.y - out.back().y) < 0.02F) continue;
    out.emplace_back(q.x, q.y);
  }
  while (out.size() > 1 && std::fabs(out.front().x - out.back().x) + std::fabs(out.front().y - out.back().y) < 0.02F)
    out.pop_back();
  return out;
}

void Pen::recolour(int from_vertex, const Paint& paint) const {
  if (!paint.gradient || silhouette_ != 0) return;
  const Point a = to_px(paint.a), b = to_px(paint.b);
  const float dx = b.x - a.x, dy = b.y - a.y, square = std::max(dx * dx + dy * dy, 1e-4F);
  const ImU32 from = tint(paint.from), to = tint(paint.to);
  for (int i = from_vertex; i < list_->VtxBuffer.Size; ++i) {
    ImDrawVert& v = list_->VtxBuffer[i];
    const ImU32 colour = blend(from, to, ((v.pos.x - a.x) * dx + (v.pos.y - a.y) * dy) / square);
    v.col = ui::faded(colour, static_cast<float>(v.col >> IM_COL32_A_SHIFT) / 255.0F);
  }
}

void Pen::grow(const std::vector<ImVec2>& points) const {
  if (silhouette_ != 0 && grow_px_ > 0)
    list_->AddPolyline(points.data(), static_cast<int>(points.size()), tint(silhouette_), ImDrawFlags_Closed,
                       2 * grow_px_);
}

void Pen::convex(std::span<const Point> local, const Paint& paint) const {
  auto points = placed(local);
  if (points.size() < 3) return;
  make_clockwise(points);
  const int first = list_->VtxBuffer.Size;
  // Gradients are written over white, so that only the alpha of the soft rim is kept.
  const bool shaded = paint.gradient && silhouette_ == 0;
  list_->AddConvexPolyFilled(points.data(), static_cast<int>(points.size()),
                             shaded ? IM_COL32_WHITE : tint(paint.from));
  recolour(first, paint);
  grow(points);
}

void Pen::fill(std::span<const Point> outline, const Paint& paint) const {
  auto points = placed(outline);
  if (points.size() < 3) return;
  make_clockwise(points);
  const int first = list_->VtxBuffer.Size;
  const ImU32 colour = paint.gradient && silhouette_ == 0 ? IM_COL32_WHITE : tint(paint.from);
  if (is_convex(points))
    list_->AddConvexPolyFilled(points.data(), static_cast<int>(points.size()), colour);
  else
    fill_concave(list_, points, colour);
  recolour(first, paint);
  grow(points);
}

void Pen::poly(std::initializer_list<Point> points, const Paint& paint) const {
  convex({points.begin(), points.size()}, paint);
}

void Pen::rect(Rect r, float radius, const Paint& paint) const {
  rect(r, {radius, radius, radius, radius}, paint);
}

void Pen::rect(Rect r, Radii radii, const Paint& paint) const {
  const float most = std::min(r.w, r.h) / 2;
  std::vector<Point> points;
  const auto corner = [&](Point at, float radius, float inward_x, float inward_y, float from) {
    radius = std::min(radius, most);
    if (px(radius) < 0.5F) {
      points.push_back(at);
      return;
    }
    const int n = std::max(2, corners(px(radius)) / 4);
    const Point centre{at.x + inward_x * radius, at.y + inward_y * radius};
    for (int i = 0; i <= n; ++i)
      points.push_back(on_circle(centre, radius, radius, from + 90.0F * static_cast<float>(i) / static_cast<float>(n)));
  };
  corner({r.x, r.y}, radii.top_left, 1, 1, 180);
  corner({r.right(), r.y}, radii.top_right, -1, 1, 270);
  corner({r.right(), r.bottom()}, radii.bottom_right, -1, -1, 0);
  corner({r.x, r.bottom()}, radii.bottom_left, 1, -1, 90);
  convex(points, paint);
}

void Pen::ellipse(Point centre, float rx, float ry, const Paint& paint) const {
  const int n = corners(px(std::max(rx, ry)));
  std::vector<Point> points;
  for (int i = 0; i < n; ++i)
    points.push_back(on_circle(centre, rx, ry, 360.0F * static_cast<float>(i) / static_cast<float>(n)));
  convex(points, paint);
}

void Pen::half_disc(Point centre, float radius, float from_deg, const Paint& paint) const {
  sector(centre, radius, from_deg, from_deg + 180, paint);
}

void Pen::sector(Point centre, float radius, float from_deg, float to_deg, const Paint& paint) const {
  const int n = std::max(3, static_cast<int>(static_cast<float>(corners(px(radius))) * (to_deg - from_deg) / 360.0F));
  std::vector<Point> points;
  if (to_deg - from_deg < 179.0F) points.push_back(centre);
  for (int i = 0; i <= n; ++i)
    points.push_back(on_circle(centre, radius, radius,
                               from_deg + (to_deg - from_deg) * static_cast<float>(i) / static_cast<float>(n)));
  convex(points, paint);
}

void Pen::limb(Point a, float width_a, Point b, float width_b, const Paint& paint) const {
  const float dx = b.x - a.x, dy = b.y - a.y, d = std::sqrt(dx * dx + dy * dy);
  const float ra = width_a / 2, rb = width_b / 2;
  if (d <= std::fabs(ra - rb) + 1e-3F) return circle(ra > rb ? a : b, std::max(ra, rb), paint);
  // The common tangents touch both circles where the normal makes this angle with the axis.
  const float axis = std::atan2(dy, dx) / kDegree, tangent = std::acos((ra - rb) / d) / kDegree;
  const int n = std::max(4, corners(px(std::max(ra, rb))) / 2);
  std::vector<Point> points;
  for (int i = 0; i <= n; ++i)
    points.push_back(
        on_circle(b, rb, rb, axis - tangent + 2 * tangent * static_cast<float>(i) / static_cast<float>(n)));
  for (int i = 0; i <= n; ++i)
    points.push_back(
        on_circle(a, ra, ra, axis + tangent + (360 - 2 * tangent) * static_cast<float>(i) / static_cast<float>(n)));
  convex(points, paint);
}

void Pen::polyline(const std::vector<ImVec2>& points, float width_px, const Paint& paint, bool closed) const {
  const int first = list_->VtxBuffer.Size;
  const bool shaded = paint.gradient && silhouette_ == 0;
  const float width = std::max(width_px, 1.0F) + (silhouette_ != 0 ? 2 * grow_px_ : 0);
  list_->AddPolyline(points.data(), static_cast<int>(points.size()), shaded ? IM_COL32_WHITE : tint(paint.from),
                     closed ? ImDrawFlags_Closed : ImDrawFlags_None, width);
  recolour(first, paint);
}

void Pen::stroke(std::span<const Point> local, float width, const Paint& paint, bool closed) const {
  const auto points = placed(local);
  if (points.size() < 2) return;
  polyline(points, px(width), paint, closed);
  // A round end would show through itself where the paint is not opaque.
  if (!closed && px(width) > 2.5F && (paint.from >> IM_COL32_A_SHIFT) == 255U)
    for (const Point end : {local.front(), local.back()}) circle(end, width / 2, paint);
}

void Pen::stroke(std::initializer_list<Point> points, float width, const Paint& paint) const {
  // Sharp corners of a thick line are rounded by a limb for each piece.
  for (auto p = points.begin(); p + 1 < points.end(); ++p) line(*p, *(p + 1), width, paint);
}

void Pen::arc(Point centre, float radius, float from_deg, float to_deg, float width, const Paint& paint) const {
  const int n = std::max(
      4, static_cast<int>(static_cast<float>(corners(px(radius))) * std::fabs(to_deg - from_deg) / 360.0F) + 1);
  std::vector<Point> points;
  for (int i = 0; i <= n; ++i)
    points.push_back(on_circle(centre, radius, radius,
                               from_deg + (to_deg - from_deg) * static_cast<float>(i) / static_cast<float>(n)));
  stroke(points, width, paint);
}

void Pen::ring(Point centre, float radius, float width, const Paint& paint) const {
  const int n = corners(px(radius));
  std::vector<Point> points;
  for (int i = 0; i < n; ++i)
    points.push_back(on_circle(centre, radius, radius, 360.0F * static_cast<float>(i) / static_cast<float>(n)));
  stroke(points, width, paint, true);
}

void Pen::glow(Point centre, float rx, float ry, ImU32 colour) const {
  if (silhouette_ != 0) return;
  constexpr std::array<std::pair<float, float>, 4> kRings{{{0.35F, 0.72F}, {0.6F, 0.33F}, {0.8F, 0.09F}, {1.0F, 0.0F}}};
  const int n = std::clamp(corners(px(std::max(rx, ry))), 16, 40);
  const ImVec2 uv = list_->_Data->TexUvWhitePixel;
  const int rings = static_cast<int>(kRings.size());
  list_->PrimReserve(n * 3 + (rings - 1) * n * 6, 1 + rings * n);
  const auto base = static_cast<ImDrawIdx>(list_->_VtxCurrentIdx);
  const Point c = to_px(centre);
  list_->PrimWriteVtx({c.x, c.y}, uv, tint(colour));
  for (const auto& [radius, alpha] : kRings)
    for (int i = 0; i < n; ++i) {
      const float angle = 360.0F * static_cast<float>(i) / static_cast<float>(n);
      const Point p = to_px(on_circle(centre, rx * radius, ry * radius, angle));
      list_->PrimWriteVtx({p.x, p.y}, uv, ui::faded(tint(colour), alpha));
    }
  const auto index = [&](int ring, int i) { return static_cast<ImDrawIdx>(base + 1 + ring * n + i % n); };
  for (int i = 0; i < n; ++i)
    for (const ImDrawIdx corner : {base, index(0, i), index(0, i + 1)}) list_->PrimWriteIdx(corner);
  for (int ring = 0; ring + 1 < rings; ++ring)
    for (int i = 0; i < n; ++i) {
      const ImDrawIdx a = index(ring, i), b = index(ring, i + 1), d = index(ring + 1, i), e = index(ring + 1, i + 1);
      for (const ImDrawIdx corner : {a, d, e, a, e, b}) list_->PrimWriteIdx(corner);
    }
}

}  // namespace station::ui
