#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kiosk/ui/internal/stage.h"

// The road as a rider sees it: metres on the ground become pixels by one vanishing point. x across (0 = the rider's
// lane, right positive), z along the road. Far things are drawn first.
namespace station::ui::scene {

namespace {

constexpr float kHorizon = 196;  // canvas y
constexpr float kFocal = 850;    // canvas units for one metre at one metre's distance
constexpr float kEyes = 1.5F;    // metres above the road
constexpr float kNear = 1.3F, kSight = 130;

struct View3 {
  const Stage& s;
  Pose eye;

  explicit View3(const Stage& stage) : s(stage), eye(camera_at(stage.scene, stage.ms)) {}
  [[nodiscard]] float depth(float z) const { return z - eye.at.y; }
  [[nodiscard]] Point at(float x, float z, float height = 0) const {
    const float d = std::max(depth(z), kNear);
    return {kSceneWidth / 2 + kFocal * (x - eye.at.x) / d, kHorizon + kFocal * (kEyes - height) / d};
  }
  [[nodiscard]] float scale(float z) const {
    return kFocal / std::max(depth(z), kNear) / 100;
  }  // canvas units for 1 cm
  [[nodiscard]] ImU32 c(std::uint32_t day, std::uint32_t contrast) const {
    return s.contrast ? rgb(contrast) : s.lit(day);
  }
  // Far things fade into the air.
  [[nodiscard]] ImU32 hazy(ImU32 colour, float d) const {
    if (s.contrast) return colour;
    const float t = std::clamp((d - 15) / 130, 0.0F, 0.75F);
    const ImU32 air = s.night()                  ? rgb(0x16235C)
                      : s.scene.sky == Sky::rain ? rgb(0xB3BFD2)
                      : s.scene.sky == Sky::dusk ? rgb(0xE6A57A)
                                                 : rgb(0xCFE4FA);
    return blend(colour, air, t);
  }
  // A strip along the road on the ground between two distances.
  void strip(float x0, float x1, float z0, float z1, ImU32 colour) const {
    if (depth(z1) <= kNear) return;
    s.pen.poly({at(x0, z0), at(x0, z1), at(x1, z1), at(x1, z0)}, colour);
  }
  void road(float x0, float x1, ImU32 colour) const { strip(x0, x1, eye.at.y + kNear, eye.at.y + kSight, colour); }
  // Pieces of `length` every `every` metres.
  void dashes(float x, float width, float length, float every, ImU32 colour) const {
    const float first = std::floor((eye.at.y + kNear) / every) * every;
    for (float z = first; z < eye.at.y + 90; z += every)
      strip(x - width / 2, x + width / 2, std::max(z, eye.at.y + kNear), z + length, colour);
  }
};

// Widths of the street in metres from the rider's lane.
struct Street {
  float lane_left, kerb, pave, facade;  // of the rider's side
  float centre, far_kerb, far_facade;   // to the left
  bool bicycle_lane;
};

Street street_of(Ground ground) {
  if (ground == Ground::road_no_bike_lane) return {-2.6F, 1.2F, 4.2F, 5.0F, -2.7F, -7.0F, -10.5F, false};
  return {-1.4F, 1.5F, 5.6F, 6.6F, -8.6F, -19.0F, -25.0F, true};
}

std::uint32_t hash_of(int n) {
  auto h = static_cast<std::uint32_t>(n) * 2654435761U;
  h ^= h >> 15U;
  h *= 2246822519U;
  return h ^ (h >> 13U);
}

void sky(const View3& v) {
  const Stage& s = v.s;
  const float top = s.seen.y - 4;
  const Rect air{s.seen.x - 4, top, s.seen.w + 8, kHorizon - top + 2};
  if (s.contrast) return s.pen.rect(s.seen.inset(-4), 0, rgb(0x000000));
  std::uint32_t high = 0x5AA8F5, low = 0xDDF1FF;
  if (s.scene.sky == Sky::dusk) high = 0x5B5FC7, low = 0xFFC48A;
  if (s.scene.sky == Sky::night) high = 0x0B1440, low = 0x27418F;
  if (s.scene.sky == Sky::rain) high = 0x7C8CA8, low = 0xC3CEDF;
  s.pen.rect(air, 0, Paint({0, top}, rgb(high), {0, kHorizon}, rgb(low)));
  if (s.night()) {
    for (int i = 0; i < 24; ++i)
      s.pen.circle({s.seen.x + std::fmod(static_cast<float>(i) * 157.0F, s.seen.w),
                    top + 8 + std::fmod(static_cast<float>(i) * 53.0F, 120.0F)},
                   i % 3 == 0 ? 2.4F : 1.5F, rgb(0xFFFFFF, i % 2 == 0 ? 0.85F : 0.5F));
    s.pen.glow({770, 50}, 90, 90, rgb(0xFFF3C4, 0.3F));
    s.pen.circle({770, 50}, 24, rgb(0xFFF3C4));
  } else if (s.scene.sky == Sky::day) {
    for (const auto& [x, y, k] :
         {std::array{210.0F, 60.0F, 1.0F}, std::array{560.0F, 40.0F, 0.8F}, std::array{830.0F, 84.0F, 0.7F}})
      for (const auto& [dx, dy, r] :
           {std::array{-34.0F, 6.0F, 22.0F}, std::array{0.0F, -4.0F, 30.0F}, std::array{36.0F, 6.0F, 22.0F}})
        s.pen.ellipse({x + dx * k, y + dy * k}, r * 1.5F * k, r * 0.8F * k, rgb(0xFFFFFF, 0.75F));
  } else if (s.scene.sky == Sky::dusk) {
    s.pen.glow({560, kHorizon}, 300, 150, rgb(0xFFE0A0, 0.85F));
    s.pen.circle({560, kHorizon - 26}, 30, rgb(0xFFD98A));
  }
  // A town far ahead.
  for (int i = 0; i < 30; ++i) {
    const auto h = hash_of(i + 77);
    const float w = 34 + static_cast<float>(h % 40U), x = -120 + static_cast<float>(i) * 42,
                tall = 20 + static_cast<float>((h >> 8U) % 62U);
    s.pen.rect({x, kHorizon - tall, w, tall + 2}, 2,
               blend(rgb(low), rgb(s.night() ? 0x1B2A6B : 0x6E97DE), s.night() ? 0.8F : 0.42F));
  }
}

// ---- the houses along the street ----

constexpr float kHouse = 9;  // metres of front

void house(const View3& v, float x, int index, bool left) {
  const float z0 = static_cast<float>(index) * kHouse, z1 = z0 + kHouse;
  const float near = std::max(z0, v.eye.at.y + kNear), d = v.depth((near + z1) / 2);
  if (v.depth(z1) <= kNear + 0.2F || v.depth(z0) > 110) return;
  const auto h = hash_of(index * 2 + (left ? 1 : 0));
  const float tall = 6.5F + static_cast<float>(h % 5U) * 1.6F;
  constexpr std::array<std::uint32_t, 6> kWalls{0xE9C9A6, 0xC9D6EA, 0xE8D7C0, 0xB9CBE4, 0xDDBFAE, 0xCFE0D2};
  const auto wall = v.s.contrast ? rgb(0x151515) : v.hazy(v.s.lit(kWalls[h / 7U % 6U]), d);
  v.s.pen.poly({v.at(x, near), v.at(x, near, tall), v.at(x, z1, tall), v.at(x, z1)}, wall);
  if (v.s.contrast) {
    v.s.pen.stroke({v.at(x, near, tall), v.at(x, z1, tall)}, 2, rgb(0x6A6A6A));
    return;
  }
  const bool dark = v.s.night() || v.s.scene.sky == Sky::dusk;
  constexpr std::array<std::uint32_t, 5> kSigns{0xE2563E, 0x2F7DD1, 0x1F9D6B, 0xD9822B, 0x7C5CD6};
  const ImU32 sign = v.hazy(v.s.lit(kSigns[h / 11U % 5U]), d);
  // Ground floor: shop window, sign board above it.
  const auto quad = [&](float from, float to, float low, float high, ImU32 colour) {
    const float a = std::max(z0 + from * kHouse, v.eye.at.y + kNear), b = z0 + to * kHouse;
    if (v.depth(b) <= kNear + 0.1F || a >= b) return;
    v.s.pen.poly({v.at(x, a, low), v.at(x, a, high), v.at(x, b, high), v.at(x, b, low)}, colour);
  };
  quad(0.06F, 0.94F, 0.25F, 2.4F, dark ? v.hazy(rgb(0xFFD98A), d) : v.hazy(v.s.lit(0x8FB0DC), d));
  quad(0.48F, 0.52F, 0.25F, 2.4F, wall);
  quad(0.03F, 0.97F, 2.5F, 3.4F, sign);
  quad(0.25F, 0.75F, 2.8F, 3.1F, faded(rgb(0xFFFFFF), 0.75F));
  for (float floor = 4.1F; floor + 1.6F < tall; floor += 2.5F)
    for (int i = 0; i < 3; ++i) {
      const float from = 0.1F + static_cast<float>(i) * 0.3F;
      const bool on = dark && hash_of(index * 31 + i * 7 + static_cast<int>(floor)) % 3U != 0;
      quad(from, from + 0.18F, floor, floor + 1.4F, on ? v.hazy(rgb(0xFFDF9A), d) : v.hazy(v.s.lit(0x9DB8DE), d));
    }
}

// Openings in the row of houses where another street comes in.
bool open_at(const Scene& scene, float z) {
  return std::any_of(scene.items.begin(), scene.items.end(), [&](const Item& i) {
    if (i.kind != Kind::crossroad) return false;
    const float half = i.size.value_or(Point{12, 0}).x / 2;
    return z + kHouse > i.at.y - half && z < i.at.y + half;
  });
}

void houses(const View3& v, const Street& street) {
  const auto first = static_cast<int>(std::floor(v.eye.at.y / kHouse));
  for (int i = first + 13; i >= first; --i) {
    if (open_at(v.s.scene, static_cast<float>(i) * kHouse)) continue;
    house(v, street.far_facade, i, true);
    house(v, street.facade, i, false);
  }
}

// ---- the ground ----

void ground(const View3& v, const Street& street) {
  const Stage& s = v.s;
  const float low = std::max(s.seen.bottom(), kSceneHeight) + 4;
  s.pen.rect({s.seen.x - 4, kHorizon, s.seen.w + 8, low - kHorizon}, 0, v.c(0xA9D3A6, 0x0C140C));
  const ImU32 pave = v.c(0xD3DBEA, 0x303030), asphalt = v.c(0x5E6A8A, 0x000000), mark = v.c(0xF4F7FF, 0xFFFFFF),
              kerb = v.c(0xF7F9FE, 0xFFFFFF), yellow = v.c(0xFFC53D, 0xFFE600);
  v.road(street.far_facade, street.facade, pave);
  v.road(street.far_kerb, street.kerb, asphalt);
  if (!s.contrast) {  // wear of the wheels, so that the road is seen to move
    const float first = std::floor(v.eye.at.y / 5) * 5;
    for (float z = first; z < v.eye.at.y + 40; z += 5)
      for (int i = 0; i < 3; ++i) {
        const auto h = hash_of(static_cast<int>(z) * 3 + i);
        const float x = street.far_kerb + 1 + static_cast<float>(h % 100U) / 100 * (street.kerb - street.far_kerb - 2);
        v.strip(x, x + 0.5F, std::max(z, v.eye.at.y + kNear), z + 1.1F, s.lit(0x566283));
      }
  }
  if (street.bicycle_lane) {
    v.road(street.lane_left, street.kerb, v.c(0x4C8C84, 0x06382B));
    v.road(street.lane_left - 0.18F, street.lane_left, mark);
    v.dashes(-5.0F, 0.15F, 4, 10, mark);
    v.dashes(-12.2F, 0.15F, 4, 10, mark);
    v.road(-15.9F, -15.72F, mark);
    v.road(street.centre - 0.3F, street.centre - 0.14F, yellow);
    v.road(street.centre + 0.14F, street.centre + 0.3F, yellow);
    v.road(street.far_kerb, -15.9F, v.c(0x4C8C84, 0x06382B));
  } else {
    v.dashes(street.centre, 0.16F, 4, 9, mark);
  }
  v.road(street.kerb, street.kerb + 0.22F, kerb);
  v.road(street.far_kerb - 0.22F, street.far_kerb, kerb);
  // Tactile paving and the joints of the slabs.
  v.road(street.kerb + 1.6F, street.kerb + 2.1F, v.c(0xF0CE63, 0x5A5000));
  v.dashes((street.kerb + street.facade) / 2, street.facade - street.kerb - 0.5F, 0.06F, 2.4F, v.c(0xC3CDE0, 0x3C3C3C));
  if (s.scene.sky == Sky::rain && !s.contrast)
    for (const auto& [x, y, w] :
         {std::array{300.0F, 330.0F, 120.0F}, std::array{690.0F, 400.0F, 150.0F}, std::array{430.0F, 470.0F, 190.0F}})
      s.pen.glow({x, y}, w, w * 0.16F, rgb(0xDCE8FA, 0.4F));
  if (s.night() && !s.contrast)  // the headlamp's cone on the road
    s.pen.fill(Outline({470, 560}).line({430, 300}).curve({440, 262}, {560, 262}, {570, 300}).line({530, 560}),
               Paint({500, 560}, rgb(0xFFF3C4, 0.28F), {500, 262}, rgb(0xFFF3C4, 0.02F)));
}

// Flat things lie on the road before anything stands on it.
void flat_item(const View3& v, const Street& street, const Item& item) {
  const ImU32 mark = v.c(0xF7F9FE, 0xFFFFFF);
  if (item.kind == Kind::crossroad) {
    const float half = item.size.value_or(Point{12, 0}).x / 2;
    const float z0 = std::max(item.at.y - half, v.eye.at.y + kNear), z1 = item.at.y + half;
    if (v.depth(z1) <= kNear) return;
    const float wide = 60;
    v.s.pen.poly({v.at(-wide, z0), v.at(-wide, z1), v.at(wide, z1), v.at(wide, z0)}, v.c(0x5E6A8A, 0x000000));
    return;
  }
  if (item.kind == Kind::stop_line) {
    const Point size = item.size.value_or(Point{street.kerb - street.lane_left, 0.4F});
    return v.strip(item.at.x - size.x / 2, item.at.x + size.x / 2, std::max(item.at.y, v.eye.at.y + kNear),
                   item.at.y + size.y, mark);
  }
  // Zebra: bars along the road.
  const Point size = item.size.value_or(Point{3.4F, street.kerb - street.far_kerb});
  const float z0 = std::max(item.at.y - size.x / 2, v.eye.at.y + kNear), z1 = item.at.y + size.x / 2;
  if (v.depth(z1) <= kNear) return;
  for (float x = item.at.x - size.y / 2 + 0.3F; x + 0.5F <= item.at.x + size.y / 2; x += 1.1F)
    v.strip(x, x + 0.5F, z0, z1, mark);
}

bool lies_flat(Kind kind) {
  return kind == Kind::zebra || kind == Kind::stop_line || kind == Kind::crossroad;
}

// ---- what stands on the road ----

// A body with a side and an end, seen at an angle: both faces beside each other, squeezed by it. `end(pen, front)`,
// `side(pen)` faces right. Angle 0: from behind; 90: it heads right; 180: it comes.
template <class End, class Side>
void turned_body(const Pen& pen, float angle, float length, float width, End end, Side side) {
  const float a = std::remainder(angle, 360.0F);
  const Pen p = a < 0 ? pen.mirrored() : pen;
  const float t = std::fabs(a) * std::numbers::pi_v<float> / 180, across = std::fabs(std::sin(t)),
              along = std::fabs(std::cos(t));
  const bool front = std::fabs(a) > 90;
  if (across < 0.1F) return end(pen, front);
  if (along < 0.16F) return side(p);
  // Two wheels are no box: one face only, or one rider would look like two.
  if (width < 100) return across < 0.78F ? end(pen, front) : side(p.scaled(across, 1));
  const float face = along * width, flank = across * length, total = (face + flank) * 0.94F;  // rounded corners overlap
  // From behind the end face lies left of the flank, from the front right of it.
  const float end_at = front ? total / 2 - face / 2 : -total / 2 + face / 2;
  const float side_at = front ? -total / 2 + flank / 2 : total / 2 - flank / 2;
  side(p.moved(side_at, 0).scaled(across, 1));
  // The face keeps left and right: it is not mirrored with the rest.
  const Pen q = (a < 0 ? pen.moved(-end_at, 0) : pen.moved(end_at, 0)).scaled(along, 1);
  end(q, front);
}

void standing(const View3& v, const Item& item, const Pose& pose, float alpha) {
  const Stage& s = v.s;
  const float d = v.depth(pose.at.y);
  if (d < kNear || d > kSight) return;
  const Point foot = v.at(pose.at.x, pose.at.y);
  const float near_fade = std::clamp((d - kNear) / 0.5F, 0.0F, 1.0F),
              far_fade = std::clamp((kSight - d) / 30, 0.0F, 1.0F);
  Pen base = s.pen.moved(foot.x, foot.y).scaled(v.scale(pose.at.y) * item.scale).faded(alpha * near_fade * far_fade);
  // What is beside us shows its flank.
  const float bearing = std::atan2(pose.at.x - v.eye.at.x, d) * 180 / std::numbers::pi_v<float>;
  const float seen_turn = std::fabs(bearing) < 4 ? pose.turn : pose.turn - bearing;
  const State state = state_at(item, s.ms);
  const figure::Motion motion{.travelled = pose.travelled * 100 / item.scale,
                              .seconds = s.seconds(),
                              .moving = pose.speed > 0.2F,
                              .night = s.night()};
  const auto draw = [&](const Pen& pen) {
    switch (item.kind) {
      case Kind::rider:
      case Kind::rider_no_helmet:
      case Kind::scooter: {
        figure::RiderLook look{.state = state, .load = item.load, .helmet = item.kind != Kind::rider_no_helmet};
        if (item.colour) look.jacket = figure::dye_of(*item.colour);
        if (item.kind == Kind::scooter || state == State::fallen || state == State::push)
          return item.kind == Kind::scooter ? figure::scooter_side(pen, look, motion)
                                            : figure::rider_side(pen, look, motion);
        return turned_body(
            pen, seen_turn, figure::length_of(item.kind), figure::width_of(item.kind),
            [&](const Pen& p, bool front) { figure::rider_end(p, look, motion, front); },
            [&](const Pen& p) { figure::rider_side(p, look, motion); });
      }
      case Kind::pedestrian: {
        figure::PersonLook look{.state = state};
        if (item.colour) look.top = figure::dye_of(*item.colour);
        const float a = std::remainder(pose.turn, 360.0F);
        if (state == State::injured) return figure::pedestrian_side(pen, look, motion);
        if (std::fabs(a) < 45 || std::fabs(a) > 135) return figure::person_end(pen, look, motion, std::fabs(a) > 135);
        return figure::pedestrian_side(a < 0 ? pen.mirrored() : pen, look, motion);
      }
      case Kind::police:
        return figure::police_side(pen, state, motion);
      case Kind::car:
      case Kind::taxi:
      case Kind::ambulance:
      case Kind::bus:
      case Kind::truck: {
        figure::VehicleLook look{.kind = item.kind, .state = state};
        if (item.colour) look.paint = figure::dye_of(*item.colour);
        const bool door_left = pose.at.x > v.eye.at.x;
        return turned_body(
            pen, seen_turn, figure::length_of(item.kind), figure::width_of(item.kind),
            [&](const Pen& p, bool front) { figure::vehicle_end(p, look, motion, front, door_left != front); },
            [&](const Pen& p) {
              // The open door stands out from the end face; the flank itself stays closed.
              figure::VehicleLook flank = look;
              if (state == State::door_open) flank.state = State::parked;
              figure::vehicle_side(p, flank, motion);
            });
      }
      default:
        return draw_street_item(s, pen, item);
    }
  };
  if (s.contrast) draw(base.silhouette(rgb(0xFFFFFF), 3));
  draw(base);
}

// Trees and lamps that every street has, as items like the others.
std::vector<Item> furniture(const View3& v, const Street& street) {
  std::vector<Item> out;
  const float from = v.eye.at.y;
  const auto along = [&](Kind kind, float x, float first, float every, float scale) {
    const float start = first + std::ceil((from - first) / every) * every;
    for (float z = start; z < from + 75; z += every) {
      if (open_at(v.s.scene, z - kHouse / 2)) continue;
      Item item;
      item.kind = kind;
      item.at = {x, z};
      item.scale = scale;
      item.states = {{0, State::none}};
      out.push_back(std::move(item));
    }
  };
  along(Kind::tree, street.kerb + 0.9F, 6, 14, 1.7F);
  along(Kind::tree, street.far_kerb - 1.4F, 3, 16, 1.9F);
  along(Kind::lamp, street.kerb + 0.5F, 15, 28, 2.0F);
  return out;
}

}  // namespace

void draw_ahead(const Stage& stage) {
  const View3 v(stage);
  const Street street = street_of(stage.scene.ground);
  sky(v);
  ground(v, street);
  for (const Item& item : stage.scene.items)
    if (item.kind == Kind::crossroad) flat_item(v, street, item);
  houses(v, street);
  for (const Item& item : stage.scene.items)
    if (lies_flat(item.kind) && item.kind != Kind::crossroad && visibility_at(item, stage.ms) > 0)
      flat_item(v, street, item);
  const std::vector<Item> trees = furniture(v, street);
  struct Standing {
    const Item* item;
    Pose pose;
    float alpha;
  };
  std::vector<Standing> all;
  for (const Item& item : trees) all.push_back({&item, pose_at(item, View::ahead, 0), 1});
  for (const Item& item : stage.scene.items)
    if (const float alpha = visibility_at(item, stage.ms); alpha > 0 && !lies_flat(item.kind))
      all.push_back({&item, pose_at(item, View::ahead, stage.ms), alpha});
  std::stable_sort(all.begin(), all.end(),
                   [](const Standing& a, const Standing& b) { return a.pose.at.y > b.pose.at.y; });
  for (const Standing& one : all) standing(v, *one.item, one.pose, one.alpha);
}

void draw_cockpit(const Stage& s) {
  const Pose eye = camera_at(s.scene, s.ms);
  const Pen pen = s.pen.moved(std::sin(s.seconds() * 2.1F) * (eye.speed > 0.2F ? 1.5F : 0),
                              std::max(0.0F, s.seen.bottom() - kSceneHeight) - 34);
  const ImU32 dark = s.contrast ? rgb(0x202020) : rgb(0x16213F), steel = s.contrast ? rgb(0x8A8A8A) : rgb(0x3A4A78);
  const auto edge = [&](const Pen& p, auto draw) {
    if (s.contrast) draw(p.silhouette(rgb(0xFFFFFF), 3));
    draw(p);
  };
  for (const bool right : {false, true}) {
    const Pen side = right ? pen.moved(1000, 0).mirrored() : pen;
    edge(side, [&](const Pen& p) {
      p.stroke({{330, 548}, {268, 486}, {236, 470}}, 9, steel);
      const Pen mirror = p.moved(206, 450).turned(-12);
      mirror.rect({-56, -34, 112, 66}, 26, dark);
      mirror.rect({-48, -27, 96, 52}, 20,
                  s.contrast ? Paint(rgb(0x101010)) : Paint({0, -27}, s.lit(0xBFD9F7), {0, 10}, s.lit(0xE9F2FD)));
      mirror.rect({-48, 4, 96, 21}, 10, s.contrast ? rgb(0x303030) : s.lit(0x7B88A8));
      mirror.poly({{-7, 4}, {7, 4}, {22, 25}, {-22, 25}}, s.contrast ? rgb(0x505050) : s.lit(0x5E6A8A));
      p.stroke(Outline({120, 610}).curve({200, 560}, {300, 540}, {420, 556}), 26, dark);
      p.limb({96, 618}, 40, {214, 566}, 36, s.contrast ? rgb(0x333333) : rgb(0x26304F));  // grip
      Outline glove({110, 620});
      glove.curve({120, 566}, {170, 540}, {214, 548})
          .curve({240, 556}, {236, 590}, {214, 600})
          .line({200, 640})
          .line({110, 640});
      p.fill(glove, s.contrast ? Paint(rgb(0x444444)) : Paint({110, 560}, rgb(0x4B5C8C), {220, 620}, rgb(0x26304F)));
      for (int i = 0; i < 3; ++i)
        p.limb({150.0F + static_cast<float>(i) * 22, 572.0F - static_cast<float>(i) * 6}, 15,
               {158.0F + static_cast<float>(i) * 22, 596}, 13, s.contrast ? rgb(0x5A5A5A) : rgb(0x5B6DA0));
    });
  }
  edge(pen, [&](const Pen& p) {
    p.rect({392, 506, 216, 150}, {34, 34, 0, 0},
           s.contrast ? Paint(rgb(0x101010)) : Paint({392, 506}, rgb(0x33406B), {608, 596}, rgb(0x16213F)));
  });
  // Speed as a dial: green up to the 15 km/h of the bicycle lane, amber beyond.
  const Point hub{500, 580};
  const float kmh = std::min(30.0F, eye.speed * 3.6F), angle = 200 + kmh / 30 * 140;
  pen.circle(hub, 58, s.contrast ? rgb(0x000000) : rgb(0x0B1228));
  pen.arc(hub, 46, 200, 270, 8, rgb(0x2EE08A));
  pen.arc(hub, 46, 272, 340, 8, rgb(0xFFB020));
  pen.moved(hub.x, hub.y).turned(angle).line({0, 0}, {36, 0}, 5, rgb(0xFFFFFF));
  pen.circle(hub, 7, rgb(0xFFFFFF));
}

}  // namespace station::ui::scene
