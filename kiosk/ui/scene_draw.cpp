#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/paint.h"
#include "kiosk/ui/internal/stage.h"
#include "kiosk/ui/pictures.h"

// A whole scene: ground, items in their order, weather, bubbles of items last.
namespace station::ui {

namespace scene {

ImU32 Stage::lit(std::uint32_t day) const {
  switch (scene.sky) {
    case Sky::night:
      return ui::blend(rgb(day), rgb(0x0C1745), 0.6F);
    case Sky::dusk:
      return ui::blend(rgb(day), rgb(0x6B3F6B), 0.2F);
    case Sky::rain:
      return ui::blend(rgb(day), rgb(0x56657F), 0.28F);
    default:
      return rgb(day);
  }
}

namespace {

// Wheel turns and steps follow the way; 60 units a second and more count as moving.
figure::Motion motion_of(const Stage& s, const Item& item, const Pose& pose) {
  return {
      .travelled = pose.travelled / item.scale, .seconds = s.seconds(), .moving = pose.speed > 12, .night = s.night()};
}

bool is_figure(Kind kind) {
  switch (kind) {
    case Kind::rider:
    case Kind::rider_no_helmet:
    case Kind::scooter:
    case Kind::pedestrian:
    case Kind::police:
    case Kind::car:
    case Kind::taxi:
    case Kind::ambulance:
    case Kind::bus:
    case Kind::truck:
      return true;
    default:
      return false;
  }
}

bool is_mark(Kind kind) {
  switch (kind) {
    case Kind::arrow:
    case Kind::tick:
    case Kind::cross:
    case Kind::label:
    case Kind::highlight:
    case Kind::blind_zone:
    case Kind::dimension:
    case Kind::braking_bar:
    case Kind::speedometer:
    case Kind::clock:
      return true;
    default:
      return false;
  }
}

bool is_street(Kind kind) {
  switch (kind) {
    case Kind::traffic_light:
    case Kind::bike_light:
    case Kind::walk_light:
    case Kind::sign:
    case Kind::stop_line:
    case Kind::zebra:
    case Kind::crossroad:
    case Kind::ball:
    case Kind::cone:
    case Kind::tree:
    case Kind::lamp:
    case Kind::building:
    case Kind::door_exit:
    case Kind::elevator:
    case Kind::cabinet:
    case Kind::charger_socket:
      return true;
    default:
      return false;
  }
}

void draw_figure(const Stage& s, const Pen& pen, const Item& item, const Pose& pose) {
  const bool side = s.scene.view != View::top;
  const State state = state_at(item, s.ms);
  const figure::Motion motion = motion_of(s, item, pose);
  switch (item.kind) {
    case Kind::rider:
    case Kind::rider_no_helmet:
    case Kind::scooter: {
      figure::RiderLook look{.state = state, .load = item.load, .helmet = item.kind != Kind::rider_no_helmet};
      if (item.colour) look.jacket = figure::dye_of(*item.colour);
      if (item.kind == Kind::scooter)
        return side ? figure::scooter_side(pen, look, motion) : figure::scooter_top(pen, look, motion);
      return side ? figure::rider_side(pen, look, motion) : figure::rider_top(pen, look, motion);
    }
    case Kind::pedestrian: {
      figure::PersonLook look{.state = state};
      if (item.colour) look.top = figure::dye_of(*item.colour);
      return side ? figure::pedestrian_side(pen, look, motion) : figure::pedestrian_top(pen, look, motion);
    }
    case Kind::police:
      return side ? figure::police_side(pen, state, motion) : figure::police_top(pen, state, motion);
    default: {
      figure::VehicleLook look{.kind = item.kind, .state = state};
      if (item.colour) look.paint = figure::dye_of(*item.colour);
      return side ? figure::vehicle_side(pen, look, motion) : figure::vehicle_top(pen, look, motion);
    }
  }
}

// Local units around (0, 0) that a bubble of the item keeps clear.
Rect extent(const Item& item, View view) {
  const bool side = view != View::top;
  switch (item.kind) {
    case Kind::rider:
    case Kind::rider_no_helmet:
      return side ? Rect{-100, -178, 190, 180} : Rect{-50, -28, 100, 56};
    case Kind::scooter:
      return side ? Rect{-100, -140, 190, 142} : Rect{-50, -24, 100, 48};
    case Kind::pedestrian:
    case Kind::police:
      return side ? Rect{-32, -178, 64, 180} : Rect{-22, -24, 44, 48};
    case Kind::car:
    case Kind::taxi:
      return side ? Rect{-215, -152, 430, 154} : Rect{-76, -37, 152, 74};
    case Kind::ambulance:
    case Kind::bus:
    case Kind::truck:
      return side ? Rect{-310, -292, 620, 294} : Rect{-136, -44, 272, 88};
    case Kind::sign:
    case Kind::traffic_light:
    case Kind::bike_light:
    case Kind::walk_light:
      return side ? Rect{-54, -268, 108, 270} : Rect{-54, -66, 108, 132};
    case Kind::tree:
      return side ? Rect{-50, -160, 100, 162} : Rect{-40, -40, 80, 80};
    default:
      return {-62, -66, 124, 132};
  }
}

void draw_label(const Stage& s, const Item& item, const Pose& pose, float alpha) {
  const std::string& words = item.label.in(s.language);
  if (words.empty()) return;
  Rect r = extent(item, s.scene.view);
  // From above a turned vehicle keeps a circle clear.
  if (s.scene.view == View::top && std::fabs(std::remainder(pose.turn, 180.0F)) > 30) r = {r.y, r.x, r.h, r.w};
  const float unit = s.letters.measure("0", Type::caption).h, gap = 26;
  const Type type = fitting(s, words, s.rect.w * 0.42F, {Type::heading, Type::caption});
  const Size size = measure_lines(s, words, type);
  const Point at = s.pen.to_px(pose.at);
  const float k = s.pen.px(item.scale), half_w = size.w / 2 + unit * 0.5F, half_h = size.h / 2 + unit * 0.2F;
  Point anchor = at, middle = at;
  switch (item.label_side) {
    case Side::above:
      anchor.y = at.y + r.y * k;
      middle = {at.x, anchor.y - gap - half_h};
      break;
    case Side::below:
      anchor.y = at.y + r.bottom() * k;
      middle = {at.x, anchor.y + gap + half_h};
      break;
    case Side::left:
      anchor = {at.x + r.x * k, at.y + (r.y + r.h / 2) * k};
      middle = {anchor.x - gap - half_w, anchor.y};
      break;
    case Side::right:
      anchor = {at.x + r.right() * k, at.y + (r.y + r.h / 2) * k};
      middle = {anchor.x + gap + half_w, anchor.y};
      break;
  }
  // Nothing points out of the picture.
  if (!s.rect.contains(at)) return;
  draw_bubble(s, middle, words, item.tone.value_or(Tone::plain), alpha, &anchor);
}

void draw_item(const Stage& s, const Item& item, const Pose& pose, float alpha) {
  Pen pen = s.pen.moved(pose.at.x, pose.at.y).faded(alpha);
  // Vehicles and persons head where they go; things that are carried keep their own turn.
  const float turn = is_figure(item.kind) || item.path_turns || item.path.empty() ? pose.turn : item.turn;
  const bool back = s.scene.view == View::side && std::fabs(std::fabs(std::remainder(turn, 360.0F)) - 180.0F) < 1;
  pen = back ? pen.mirrored() : pen.turned(turn);
  if (item.scale != 1) pen = pen.scaled(item.scale);
  if (is_mark(item.kind)) return draw_mark(s, pen, item);
  const auto draw = [&](const Pen& p) {
    if (is_figure(item.kind))
      draw_figure(s, p, item, pose);
    else if (is_street(item.kind))
      draw_street_item(s, p, item);
    else
      draw_object(s, p, item);
  };
  // In high contrast everything that is not ground stands in a white outline.
  const bool flat = item.kind == Kind::stop_line || item.kind == Kind::zebra || item.kind == Kind::rain;
  if (s.contrast && !flat) draw(pen.silhouette(rgb(0xFFFFFF), 3));
  draw(pen);
}

// What is to be read lies over everything, rain included.
bool is_reading(Kind kind) {
  return kind == Kind::label || kind == Kind::speedometer || kind == Kind::clock;
}

void draw_all(const Stage& stage) {
  if (stage.scene.view == View::ahead) {
    draw_ahead(stage);
    draw_weather(stage);
    return draw_cockpit(stage);
  }
  if (stage.scene.view == View::top)
    draw_ground_top(stage);
  else
    draw_ground_side(stage);
  for (const Item& item : stage.scene.items) {
    const float alpha = visibility_at(item, stage.ms);
    if (alpha > 0 && !is_reading(item.kind)) draw_item(stage, item, pose_at(item, stage.scene.view, stage.ms), alpha);
  }
  draw_weather(stage);
  for (const Item& item : stage.scene.items) {
    const float alpha = visibility_at(item, stage.ms);
    if (alpha > 0 && is_reading(item.kind)) draw_item(stage, item, pose_at(item, stage.scene.view, stage.ms), alpha);
  }
  for (const Item& item : stage.scene.items) {
    const float alpha = visibility_at(item, stage.ms);
    if (alpha > 0 && !item.label.empty()) draw_label(stage, item, pose_at(item, stage.scene.view, stage.ms), alpha);
  }
}

class CanvasLetters final : public Letters {
 public:
  explicit CanvasLetters(internal::Picture& picture) : picture_(picture) {}
  Size measure(std::string_view line, Type type) const override { return picture_.canvas.measure(line, type); }
  void draw(ImDrawList*, Point at, std::string_view line, Type type, ImU32 colour) const override {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(colour >> shift & 0xFF); };
    internal::draw_text(picture_, at, line, type, {byte(0), byte(8), byte(16), byte(24)});
  }

 private:
  internal::Picture& picture_;
};

}  // namespace
}  // namespace scene

namespace internal {

// The square corners of a picture are painted over with the page, because nothing clips to rounded corners.
void round_corners(Engine& e, const Rect& r, float radius) {
  ImDrawList& list = *e.list;
  const int first = list.VtxBuffer.Size;
  constexpr int kPieces = 14;
  const ImVec2 uv = list._Data->TexUvWhitePixel;
  const ImU32 solid = IM_COL32_WHITE, clear = IM_COL32(255, 255, 255, 0);
  const struct {
    float x, y, dx, dy;
  } corners[] = {{r.x, r.y, 1, 1}, {r.right(), r.y, -1, 1}, {r.right(), r.bottom(), -1, -1}, {r.x, r.bottom(), 1, -1}};
  for (const auto& c : corners) {
    const float cx = c.x + c.dx * radius, cy = c.y + c.dy * radius;
    const int n = kPieces + 1;
    list.PrimReserve(kPieces * 9, 1 + 2 * n);
    const auto base = static_cast<ImDrawIdx>(list._VtxCurrentIdx);
    list.PrimWriteVtx({c.x, c.y}, uv, solid);
    for (int i = 0; i < n; ++i) {
      const float a = 1.5707963f * static_cast<float>(i) / kPieces, co = std::cos(a), si = std::sin(a);
      for (const auto& [grow, colour] : {std::pair{0.5f, solid}, std::pair{-0.5f, clear}})
        list.PrimWriteVtx({cx - c.dx * co * (radius + grow), cy - c.dy * si * (radius + grow)}, uv, colour);
    }
    for (int i = 0; i < kPieces; ++i) {
      const auto at = [&](int k) { return static_cast<ImDrawIdx>(base + 1 + 2 * k); };
      const auto next = [&](int k) { return static_cast<ImDrawIdx>(base + 2 + 2 * k); };
      for (const ImDrawIdx index : {base, at(i), at(i + 1), at(i), at(i + 1), next(i + 1), at(i), next(i + 1), next(i)})
        list.PrimWriteIdx(index);
    }
  }
  shade_since(list, first, {0, 0}, e.theme[Token::page_top], {0, e.canvas.screen().h}, e.theme[Token::page_bottom]);
}

}  // namespace internal

namespace {

void draw_moment(Canvas& canvas, const Rect& rect, const scene::Scene& scene, int ms, std::string_view id) {
  internal::Engine& e = canvas.engine();
  constexpr float kRadius = 40;
  const std::string& language = canvas.language();
  internal::custom(canvas, id, rect, scene.alt.in(language), [&](internal::Picture& picture) {
    const scene::CanvasLetters letters(picture);
    const float scale = std::min(rect.w / scene::kSceneWidth, rect.h / scene::kSceneHeight);
    const Point origin{rect.centre().x - scene::kSceneWidth / 2 * scale,
                       rect.centre().y - scene::kSceneHeight / 2 * scale};
    const Rect seen{(rect.x - origin.x) / scale, (rect.y - origin.y) / scale, rect.w / scale, rect.h / scale};
    scene::draw_all(
        scene::Stage{scene, Pen(&picture.list, origin, scale), rect, seen, ms, e.theme.outlined(), language, letters});
    internal::round_corners(e, rect, kRadius);
  });
  if (e.theme.outlined())
    internal::stroke_rect(*e.list, rect, e.theme[Token::line], 4, kRadius);
  else
    internal::stroke_rect(*e.list, rect, with_alpha({0x1B, 0x3A, 0x8C, 255}, 0.16f), 2, kRadius);
}

}  // namespace

void draw_scene(Canvas& canvas, const Rect& rect, const scene::Scene& scene, std::int64_t running_ms,
                std::string_view id) {
  const int ms = canvas.engine().animated() ? moment_of(scene, running_ms) : scene.still_ms;
  draw_moment(canvas, rect, scene, ms, id);
  constexpr float kFramesPerSecond = 24;
  if (scene.moves()) canvas.animate_at(kFramesPerSecond);
}

void draw_clip(Canvas& canvas, const Rect& rect, const scene::Scene& scene, int ms, bool runs, std::string_view id) {
  draw_moment(canvas, rect, scene, std::clamp(ms, 0, scene.loop_ms), id);
  if (runs) canvas.animate();
}

}  // namespace station::ui
