#include <algorithm>
#include <cmath>
#include <numbers>

#include "kiosk/ui/scene_model.h"

namespace station::ui::scene {

namespace {

constexpr int kFadeMs = 200;
constexpr int kAlways = 1'000'000;

Point minus(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
float length(Point p) {
  return std::sqrt(p.x * p.x + p.y * p.y);
}
float degrees(Point direction) {
  return std::atan2(direction.y, direction.x) * 180.0F / std::numbers::pi_v<float>;
}

// Cubic Hermite between two waypoints; u in 0…1.
Point on_segment(const Waypoint& a, const Waypoint& b, Motion motion, float u) {
  if (motion == Motion::linear) return {a.at.x + (b.at.x - a.at.x) * u, a.at.y + (b.at.y - a.at.y) * u};
  const auto span = static_cast<float>(b.ms - a.ms);
  const float u2 = u * u, u3 = u2 * u;
  const float h00 = 2 * u3 - 3 * u2 + 1, h10 = u3 - 2 * u2 + u, h01 = 3 * u2 - 2 * u3, h11 = u3 - u2;
  return {h00 * a.at.x + h10 * span * a.velocity.x + h01 * b.at.x + h11 * span * b.velocity.x,
          h00 * a.at.y + h10 * span * a.velocity.y + h01 * b.at.y + h11 * span * b.velocity.y};
}

// The direction at u; looks a little back at the end of a segment, where braking has made the speed zero.
Point direction_on(const Waypoint& a, const Waypoint& b, Motion motion, float u) {
  const float from = std::clamp(u - 0.02F, 0.0F, 0.96F);
  return minus(on_segment(a, b, motion, from + 0.04F), on_segment(a, b, motion, from));
}

float nearest_turn(float from, float to) {
  return from + std::remainder(to - from, 360.0F);
}

float heading(const Item& item, std::size_t segment, float u) {
  const auto& path = item.path;
  const auto moves = [&](std::size_t s) { return length(minus(path[s + 1].at, path[s].at)) > 0.01F; };
  for (std::size_t s = segment + 1; s-- > 0;)
    if (moves(s)) return degrees(direction_on(path[s], path[s + 1], item.motion, s == segment ? u : 1.0F));
  for (std::size_t s = segment; s + 1 < path.size(); ++s)
    if (moves(s)) return degrees(direction_on(path[s], path[s + 1], item.motion, 0.0F));
  return item.turn;
}

}  // namespace

Pose pose_at(const Item& item, View view, int ms) {
  Pose pose{item.at, item.turn, 0, 0};
  const auto& path = item.path;
  if (path.empty()) return pose;
  if (path.size() == 1) {
    pose.at = path[0].at;
    if (item.path_turns) pose.turn = path[0].turn;
    return pose;
  }
  std::size_t segment = 0;
  while (segment + 2 < path.size() && ms >= path[segment + 1].ms) {
    pose.travelled += length(minus(path[segment + 1].at, path[segment].at));
    ++segment;
  }
  const Waypoint &a = path[segment], &b = path[segment + 1];
  const auto span = static_cast<float>(b.ms - a.ms);
  const float u = std::clamp(static_cast<float>(ms - a.ms) / span, 0.0F, 1.0F);
  pose.at = on_segment(a, b, item.motion, u);
  pose.travelled += length(minus(pose.at, a.at));
  if (ms > a.ms && ms < b.ms) pose.speed = length(direction_on(a, b, item.motion, u)) / (0.04F * span) * 1000;
  if (item.path_turns) {
    pose.turn = a.turn + (nearest_turn(a.turn, b.turn) - a.turn) * u;
  } else {
    // Ahead, what stands still seems to come: the author says where things head.
    pose.turn = view == View::ahead ? item.turn : heading(item, segment, u);
    // From the side one faces left or right; slopes do not tilt a person.
    if (view == View::side) pose.turn = std::fabs(std::remainder(pose.turn, 360.0F)) > 90 ? 180.0F : 0.0F;
  }
  return pose;
}

Pose camera_at(const Scene& scene, int ms) {
  Item rider;
  rider.path = scene.camera;
  return pose_at(rider, View::ahead, ms);
}

State state_at(const Item& item, int ms) {
  State now = item.states.front().second;
  for (const auto& [from, state] : item.states)
    if (ms >= from) now = state;
  return now;
}

float value_at(const Item& item, int ms) {
  const auto& values = item.values;
  if (values.empty()) return 0;
  if (ms <= values.front().first) return values.front().second;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const auto& [t0, v0] = values[i - 1];
    const auto& [t1, v1] = values[i];
    if (ms < t1) return v0 + (v1 - v0) * static_cast<float>(ms - t0) / static_cast<float>(t1 - t0);
  }
  return values.back().second;
}

float visibility_at(const Item& item, int ms) {
  if (item.show.empty()) return 1;
  for (const auto& [from, to] : item.show) {
    if (ms < from || ms >= to) continue;
    // A window that opens with the loop is simply there: no blink when the loop starts again.
    const float in = from == 0 ? 1.0F : static_cast<float>(ms - from + 1) / kFadeMs;
    return std::clamp(std::min(in, static_cast<float>(to - ms) / kFadeMs), 0.0F, 1.0F);
  }
  return 0;
}

int shown_for(const Item& item, int ms) {
  for (const auto& [from, to] : item.show)
    if (ms >= from && ms < to) return ms - from;
  return kAlways;
}

int moment_of(const Scene& scene, std::int64_t running_ms) {
  if (!scene.moves()) return scene.still_ms;
  return static_cast<int>(std::max<std::int64_t>(running_ms, 0) % scene.loop_ms);
}

}  // namespace station::ui::scene
