#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kiosk/ui/geometry.h"
#include "sync/base/result.h"

// Lesson scenes as data: what assets/scenes/README.md describes. No drawing here; a parsed scene has no unknown names,
// so that drawing cannot fail.
namespace station::ui::scene {

// The names of the files and of the enumerators are one list.
#define STATION_SCENE_KINDS(X)                                                                                         \
  X(rider)                                                                                                             \
  X(rider_no_helmet)                                                                                                   \
  X(scooter)                                                                                                           \
  X(pedestrian)                                                                                                        \
  X(police)                                                                                                            \
  X(car) X(taxi) X(ambulance) X(bus) X(truck) X(traffic_light) X(bike_light) X(walk_light) X(sign) X(stop_line)        \
      X(zebra) X(cone) X(tree) X(lamp) X(building) X(door_exit) X(elevator) X(cabinet) X(charger_socket) X(plate)      \
          X(arrow) X(tick) X(cross) X(label) X(highlight) X(blind_zone) X(dimension) X(braking_bar) X(speedometer)     \
              X(clock) X(rain) X(helmet) X(helmet_step) X(phone) X(bottle) X(pill) X(cargo_box) X(battery) X(fire)     \
                  X(extinguisher) X(bed) X(scales) X(shield) X(money) X(triangle) X(bolt) X(camera) X(eye) X(document) \
                      X(ticket) X(id_card) X(hand) X(heart) X(ball) X(crossroad)
#define STATION_SCENE_STATES(X)                                                                                        \
  X(none)                                                                                                              \
  X(ride)                                                                                                              \
  X(stop)                                                                                                              \
  X(push)                                                                                                              \
  X(phone)                                                                                                             \
  X(one_hand) X(no_hands) X(look_back) X(tired) X(drunk) X(fallen) X(passenger) X(parked) X(canopy) X(modified)        \
      X(walk) X(stand) X(child) X(elder) X(injured) X(go) X(drive) X(brake) X(left) X(right) X(hazard) X(door_open)    \
          X(red) X(yellow) X(green) X(off) X(cycle) X(closed) X(open) X(blocked) X(swap) X(charge) X(ok) X(on) X(bad)  \
              X(missing) X(delivery) X(covered) X(cracked) X(class_a) X(class_b) X(straight) X(buckle) X(liner)        \
                  X(order) X(map) X(call) X(water) X(beer) X(high) X(hot) X(swollen) X(flame) X(smoke) X(plain) X(law) \
                      X(appeal) X(receipt) X(palm) X(grip)
#define STATION_SCENE_GROUNDS(X)                                                                                 \
  X(plain)                                                                                                       \
  X(junction)                                                                                                    \
  X(t_junction)                                                                                                  \
  X(roundabout)                                                                                                  \
  X(road)                                                                                                        \
  X(road_no_bike_lane) X(blocked_lane) X(expressway) X(parking) X(street) X(bike_lane) X(crossing) X(night_road) \
      X(shop) X(charging_yard) X(station_indoor) X(corridor)
#define STATION_SCENE_SIGNS(X) \
  X(bike_lane)                 \
  X(no_bikes)                  \
  X(stop)                      \
  X(yield)                     \
  X(walk) X(no_parking) X(speed_15) X(speed_25) X(parking) X(no_entry) X(no_motor) X(exit) X(fire_lane) X(warning)
#define STATION_SCENE_COLOURS(X) X(orange) X(blue) X(green) X(red) X(yellow) X(purple) X(teal) X(white) X(grey) X(dark)

#define STATION_SCENE_ENUMERATOR(name) name,
enum class Kind : std::uint8_t { STATION_SCENE_KINDS(STATION_SCENE_ENUMERATOR) };
enum class State : std::uint8_t { STATION_SCENE_STATES(STATION_SCENE_ENUMERATOR) };
enum class Ground : std::uint8_t { STATION_SCENE_GROUNDS(STATION_SCENE_ENUMERATOR) };
enum class Sign : std::uint8_t { STATION_SCENE_SIGNS(STATION_SCENE_ENUMERATOR) };
enum class Colour : std::uint8_t { STATION_SCENE_COLOURS(STATION_SCENE_ENUMERATOR) };
#undef STATION_SCENE_ENUMERATOR
enum class View : std::uint8_t { top, side, ahead };  // ahead: what a rider sees, metres instead of canvas units
enum class Sky : std::uint8_t { day, dusk, night, rain, indoor };
enum class Load : std::uint8_t { box, none, high, wide, bags };
enum class Tone : std::uint8_t { plain, ok, bad, warn };
enum class Side : std::uint8_t { above, below, left, right };
enum class Lane : std::uint8_t { none, left, right, ahead };  // the arrow in a traffic light
enum class Motion : std::uint8_t { smooth, linear };

std::string_view name_of(Kind kind);
std::string_view name_of(State state);
std::string_view name_of(Ground ground);

inline constexpr float kSceneWidth = 1000;
inline constexpr float kSceneHeight = 560;

// Text by language tag ("zh", "en"); a text that is the same everywhere is stored under "".
struct SceneText {
  std::map<std::string, std::string> by_language;

  [[nodiscard]] bool empty() const { return by_language.empty(); }
  // Falls back to zh. Empty if there is no text at all.
  [[nodiscard]] const std::string& in(const std::string& language) const;
};

struct Waypoint {
  int ms = 0;
  Point at;
  float turn = 0;  // degrees, clockwise; used if the item's `path_turns`
  Point velocity;  // canvas units per ms, computed by the parser
};

struct Bar {
  float value = 0;
  SceneText text;
  Tone tone = Tone::plain;
};

struct Item {
  Kind kind = Kind::rider;
  Point at;
  float turn = 0;  // degrees, clockwise
  float scale = 1;
  std::vector<std::pair<int, State>> states;  // never empty: ms from which on, state
  std::vector<Waypoint> path;                 // rising ms; empty: stands at `at`
  bool path_turns = false;                    // the waypoints carry their own turn
  Motion motion = Motion::smooth;
  std::vector<std::pair<int, int>> show;  // [from, to) in ms; empty: always
  SceneText label;
  Side label_side = Side::above;
  std::optional<Colour> colour;
  std::optional<Tone> tone;
  Load load = Load::box;
  Sign sign = Sign::stop;
  Lane arrow = Lane::none;
  std::vector<Point> points;  // arrow, blind_zone; dimension: from and to
  std::optional<Point> pointer;
  std::optional<Point> size;
  SceneText text;
  std::vector<std::pair<int, float>> values;  // speedometer, clock: linear between the points
  float limit = 15;
  float maximum = 40;
  float width = 12;
  std::vector<Bar> bars;
  SceneText unit;
};

struct Scene {
  std::string id;
  View view = View::side;
  Sky sky = Sky::day;
  Ground ground = Ground::plain;
  int loop_ms = 0;   // 0: nothing moves
  int still_ms = 0;  // the moment shown where motion is off
  SceneText alt;
  std::vector<Item> items;
  std::vector<Waypoint> camera;              // ahead: where the rider is, metres; empty: stands at 0
  std::vector<std::pair<int, int>> hazards;  // [open, close) in clip time, rising; empty unless a hazard clip

  [[nodiscard]] bool moves() const { return loop_ms > 0; }
};

// `name` (a file name) starts every error message; the place in the file follows: "l01.json: items[3].state: …".
base::Result<Scene> parse_scene(std::string_view json, const std::string& name);

// ---- what an item does at a moment of the loop (0 <= ms <= loop_ms) ----

struct Pose {
  Point at;
  float turn = 0;       // degrees
  float travelled = 0;  // canvas units since the loop began, for wheels and legs
  float speed = 0;      // canvas units per second
};

Pose pose_at(const Item& item, View view, int ms);
// ahead: across and along the road in metres, speed in m/s.
Pose camera_at(const Scene& scene, int ms);
State state_at(const Item& item, int ms);
float value_at(const Item& item, int ms);
// 0 hidden … 1 shown, with a fade of 200 ms at both ends of each window.
float visibility_at(const Item& item, int ms);
// ms since the window that holds `ms` began; very large if the item is always shown, so that it has long arrived.
int shown_for(const Item& item, int ms);
// Any running time to a moment of the loop; `still_ms` if the scene does not move.
int moment_of(const Scene& scene, std::int64_t running_ms);

}  // namespace station::ui::scene
