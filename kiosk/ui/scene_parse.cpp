#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "kiosk/ui/scene_kinds.h"
#include "kiosk/ui/scene_model.h"

namespace station::ui::scene {

namespace {

using Json = nlohmann::json;
using Names = std::span<const std::string_view>;

#define STATION_SCENE_NAME(name) #name,
constexpr std::string_view kKinds[] = {STATION_SCENE_KINDS(STATION_SCENE_NAME)};
constexpr std::string_view kGrounds[] = {STATION_SCENE_GROUNDS(STATION_SCENE_NAME)};
constexpr std::string_view kSigns[] = {STATION_SCENE_SIGNS(STATION_SCENE_NAME)};
constexpr std::string_view kColours[] = {STATION_SCENE_COLOURS(STATION_SCENE_NAME)};
#undef STATION_SCENE_NAME
constexpr std::string_view kViews[] = {"top", "side", "ahead"};
constexpr std::string_view kSkies[] = {"day", "dusk", "night", "rain", "indoor"};
constexpr std::string_view kLoads[] = {"box", "none", "high", "wide", "bags"};
constexpr std::string_view kTones[] = {"plain", "ok", "bad", "warn"};
constexpr std::string_view kSides[] = {"above", "below", "left", "right"};
constexpr std::string_view kLanes[] = {"none", "left", "right", "ahead"};
constexpr std::string_view kMotions[] = {"smooth", "linear"};
constexpr std::string_view kSceneFields[] = {"id",       "view", "sky",   "ground",  "loop_ms",
                                             "still_ms", "alt",  "items", "hazards", "camera"};

constexpr std::size_t kMostItems = 60;
constexpr int kLongestLoopMs = 120'000;

// Thrown and caught inside this file only: the first thing that is wrong, with its place.
struct Wrong {
  std::string place;
  std::string what;
};

[[noreturn]] void wrong(const std::string& place, const std::string& what) {
  throw Wrong{place, what};
}

std::string list(Names names) {
  std::string out;
  for (const auto name : names) out += (out.empty() ? "" : " ") + std::string(name);
  return out;
}

const Json& member(const Json& in, const char* key, const std::string& place) {
  const auto it = in.find(key);
  if (it == in.end()) wrong(place.empty() ? key : place + "." + key, "missing");
  return *it;
}

std::string string_of(const Json& in, const std::string& place) {
  if (!in.is_string()) wrong(place, "expected a text");
  return in.get<std::string>();
}

float number(const Json& in, const std::string& place, float low, float high) {
  if (!in.is_number()) wrong(place, "expected a number");
  const auto value = in.get<double>();
  if (!std::isfinite(value) || value < static_cast<double>(low) || value > static_cast<double>(high))
    wrong(place, "expected a number from " + std::to_string(static_cast<int>(std::floor(low))) + " to " +
                     std::to_string(static_cast<int>(high)));
  return static_cast<float>(value);
}

int milliseconds(const Json& in, const std::string& place, int low, int high) {
  if (!in.is_number_integer()) wrong(place, "expected whole milliseconds");
  const auto value = in.is_number_unsigned() && in.get<std::uint64_t>() > 1'000'000'000 ? -1 : in.get<std::int64_t>();
  if (value < low || value > high)
    wrong(place, "expected " + std::to_string(low) + " to " + std::to_string(high) + " ms");
  return static_cast<int>(value);
}

const Json& array_of(const Json& in, const std::string& place, std::size_t low, std::size_t high) {
  if (!in.is_array() || in.size() < low || in.size() > high)
    wrong(place, "expected a list of " + std::to_string(low) + " to " + std::to_string(high));
  return in;
}

std::string index(const std::string& place, std::size_t i) {
  return place + "[" + std::to_string(i) + "]";
}

template <class Enum>
Enum one_of(const Json& in, const std::string& place, Names names, const char* what) {
  const std::string name = string_of(in, place);
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) wrong(place, std::string("unknown ") + what + " \"" + name + "\"; known: " + list(names));
  return static_cast<Enum>(it - names.begin());
}

Point point(const Json& in, const std::string& place) {
  array_of(in, place, 2, 2);
  return {number(in[0], index(place, 0), -2000, 3000), number(in[1], index(place, 1), -2000, 3000)};
}

SceneText text(const Json& in, const std::string& place) {
  if (in.is_string()) {
    if (in.get<std::string>().empty()) wrong(place, "empty text");
    return {{{"", in.get<std::string>()}}};
  }
  if (!in.is_object()) wrong(place, R"(expected {"zh": "…", "en": "…"} or one text for all languages)");
  SceneText out;
  for (const auto& [language, value] : in.items()) {
    const std::string there = string_of(value, place + "." + language);
    if (there.empty()) wrong(place + "." + language, "empty text");
    out.by_language[language] = there;
  }
  for (const char* required : {"zh", "en"})
    if (!out.by_language.contains(required)) wrong(place + "." + required, "missing");
  return out;
}

State state(const Json& in, const std::string& place, Kind kind) {
  const auto states = rule_of(kind).states;
  const std::string name = string_of(in, place);
  std::string known;
  for (const State s : states) {
    if (name_of(s) == name) return s;
    known += (known.empty() ? "" : " ") + std::string(name_of(s));
  }
  if (states.empty()) wrong(place, std::string(name_of(kind)) + " has no states");
  wrong(place, "unknown state \"" + name + "\" of " + std::string(name_of(kind)) + "; known: " + known);
}

std::vector<std::pair<int, int>> windows(const Json& in, const std::string& place, int end) {
  const auto window = [&](const Json& w, const std::string& where) {
    array_of(w, where, 2, 2);
    const int from = milliseconds(w[0], index(where, 0), 0, end), to = milliseconds(w[1], index(where, 1), 0, end);
    if (from >= to) wrong(where, "ends before it begins");
    return std::pair{from, to};
  };
  array_of(in, place, 1, 20);
  if (in[0].is_number()) return {window(in, place)};
  std::vector<std::pair<int, int>> out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    out.push_back(window(in[i], index(place, i)));
    if (i > 0 && out[i].first < out[i - 1].second) wrong(index(place, i), "overlaps the window before it");
  }
  return out;
}

bool same(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y) < 0.01F;
}

// Velocities that brake before a stop and never swing past a point: per axis, as in monotone cubic interpolation.
void compute_velocities(std::vector<Waypoint>& path) {
  const auto slope = [&](std::size_t s, float Point::*axis) {
    return (path[s + 1].at.*axis - path[s].at.*axis) / static_cast<float>(path[s + 1].ms - path[s].ms);
  };
  const std::size_t n = path.size();
  for (float Point::*axis : {&Point::x, &Point::y}) {
    for (std::size_t i = 1; i + 1 < n; ++i) {
      const float before = slope(i - 1, axis), after = slope(i, axis);
      if (same(path[i - 1].at, path[i].at) || same(path[i].at, path[i + 1].at) || before * after <= 0)
        continue;  // stays 0
      const float most = 3 * std::min(std::fabs(before), std::fabs(after));
      path[i].velocity.*axis = std::clamp((before + after) / 2, -most, most);
    }
    if (n < 2) return;
    path[0].velocity.*axis = (3 * slope(0, axis) - path[1].velocity.*axis) / 2;
    path[n - 1].velocity.*axis = (3 * slope(n - 2, axis) - path[n - 2].velocity.*axis) / 2;
  }
  // Who drives on out of the picture does not slow down at its edge, and who only passes keeps one speed.
  if (n == 2)
    for (Waypoint& w : path) w.velocity = {slope(0, &Point::x), slope(0, &Point::y)};
}

void read_path(Item& item, const Json& in, const std::string& place, int end) {
  array_of(in, place, 1, 60);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Json& w = array_of(in[i], index(place, i), 3, 4);
    Waypoint out;
    out.ms = milliseconds(w[0], index(place, i) + "[0]", 0, end);
    out.at = {number(w[1], index(place, i) + "[1]", -2000, 3000), number(w[2], index(place, i) + "[2]", -2000, 3000)};
    if (i == 0) item.path_turns = w.size() == 4;
    if (item.path_turns != (w.size() == 4)) wrong(index(place, i), "either all points carry a turn or none");
    if (item.path_turns) out.turn = number(w[3], index(place, i) + "[3]", -1080, 1080);
    if (i > 0 && out.ms <= item.path.back().ms) wrong(index(place, i) + "[0]", "times must rise");
    item.path.push_back(out);
  }
  compute_velocities(item.path);
  item.at = item.path.front().at;
}

void read_states(Item& item, const Json& in, const std::string& place, int end) {
  array_of(in, place, 1, 40);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Json& s = array_of(in[i], index(place, i), 2, 2);
    const int from = milliseconds(s[0], index(place, i) + "[0]", 0, end);
    if (i == 0 && from != 0) wrong(index(place, 0) + "[0]", "the first state begins at 0");
    if (i > 0 && from <= item.states.back().first) wrong(index(place, i) + "[0]", "times must rise");
    item.states.emplace_back(from, state(s[1], index(place, i) + "[1]", item.kind));
  }
}

void read_values(Item& item, const Json& in, const std::string& place, int end) {
  if (in.is_number()) {
    item.values.emplace_back(0, number(in, place, 0, 10'000));
    return;
  }
  array_of(in, place, 1, 40);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Json& v = array_of(in[i], index(place, i), 2, 2);
    const int ms = milliseconds(v[0], index(place, i) + "[0]", 0, end);
    if (i > 0 && ms <= item.values.back().first) wrong(index(place, i) + "[0]", "times must rise");
    item.values.emplace_back(ms, number(v[1], index(place, i) + "[1]", 0, 10'000));
  }
}

void read_bars(Item& item, const Json& in, const std::string& place) {
  array_of(in, place, 1, 4);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::string there = index(place, i);
    if (!in[i].is_object()) wrong(there, "expected an object");
    Bar bar;
    for (const auto& [key, value] : in[i].items()) {
      if (key == "value")
        bar.value = number(value, there + ".value", 0.01F, 10'000);
      else if (key == "text")
        bar.text = text(value, there + ".text");
      else if (key == "tone")
        bar.tone = one_of<Tone>(value, there + ".tone", kTones, "tone");
      else
        wrong(there + "." + key, "unknown field; a bar has value, text, tone");
    }
    member(in[i], "value", there);
    member(in[i], "text", there);
    item.bars.push_back(std::move(bar));
  }
}

void read_points(Item& item, const Json& in, const std::string& place) {
  array_of(in, place, item.kind == Kind::blind_zone ? 3 : 2, 8);
  for (std::size_t i = 0; i < in.size(); ++i) item.points.push_back(point(in[i], index(place, i)));
}

// Reads one member if the item's kind takes it.
bool read_special(Item& item, const std::string& key, const Json& value, const std::string& there, int end) {
  const std::uint32_t fields = rule_of(item.kind).fields;
  const auto takes = [&](const char* name, std::uint32_t field) { return key == name && (fields & field) != 0; };
  if (takes("colour", kColour))
    item.colour = one_of<Colour>(value, there, kColours, "colour");
  else if (takes("tone", kTone))
    item.tone = one_of<Tone>(value, there, kTones, "tone");
  else if (takes("load", kLoad))
    item.load = one_of<Load>(value, there, kLoads, "load");
  else if (takes("name", kSignName))
    item.sign = one_of<Sign>(value, there, kSigns, "sign");
  else if (takes("arrow", kLane))
    item.arrow = one_of<Lane>(value, there, kLanes, "arrow");
  else if (takes("size", kSize))
    item.size = point(value, there);
  else if (takes("points", kPoints))
    read_points(item, value, there);
  else if (takes("text", kText))
    item.text = text(value, there);
  else if (takes("pointer", kPointer))
    item.pointer = point(value, there);
  else if (takes("value", kValue))
    read_values(item, value, there, end);
  else if (takes("limit", kGauge))
    item.limit = number(value, there, 0, 1000);
  else if (takes("max", kGauge))
    item.maximum = number(value, there, 1, 1000);
  else if (takes("width", kWidth))
    item.width = number(value, there, 4, 60);
  else if (takes("bars", kBars))
    read_bars(item, value, there);
  else if (takes("unit", kBars))
    item.unit = text(value, there);
  else if (takes("from", kFromTo) || takes("to", kFromTo))
    item.points.resize(2);  // both are read together below
  else
    return false;
  return true;
}

bool read_common(Item& item, const std::string& key, const Json& value, const std::string& there, int end) {
  if (key == "at")
    item.at = point(value, there);
  else if (key == "turn")
    item.turn = number(value, there, -1080, 1080);
  else if (key == "scale")
    item.scale = number(value, there, 0.2F, 4);
  else if (key == "state")
    item.states.emplace_back(0, state(value, there, item.kind));
  else if (key == "states")
    read_states(item, value, there, end);
  else if (key == "path")
    read_path(item, value, there, end);
  else if (key == "motion")
    item.motion = one_of<Motion>(value, there, kMotions, "motion");
  else if (key == "show")
    item.show = windows(value, there, end);
  else if (key == "label")
    item.label = text(value, there);
  else if (key == "label_side")
    item.label_side = one_of<Side>(value, there, kSides, "side");
  else
    return key == "kind";
  return true;
}

std::uint8_t view_bit(View view) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(view));
}

std::string views_of(std::uint8_t bits) {
  std::string out;
  for (unsigned i = 0; i < std::size(kViews); ++i)
    if ((bits & (1U << i)) != 0) out += (out.empty() ? "" : " and ") + std::string(kViews[i]);
  return out;
}

void check_item(const Item& item, const Json& in, const std::string& place, const Scene& scene) {
  const KindRule rule = rule_of(item.kind);
  const std::string kind(name_of(item.kind));
  if ((rule.views & view_bit(scene.view)) == 0) wrong(place + ".kind", kind + " exists only in view " + views_of(rule.views));
  const auto needs = [&](std::uint32_t field, const char* key) {
    if ((rule.fields & field) != 0 && !in.contains(key)) wrong(place + "." + key, kind + " needs it");
  };
  if (!in.contains("path")) needs(kAt, "at");
  if (in.contains("at") && in.contains("path")) wrong(place + ".at", "a path already says where it is");
  if (in.contains("state") && in.contains("states")) wrong(place + ".state", "states already says it");
  needs(kSignName, "name");
  needs(kPoints, "points");
  needs(kFromTo, "from");
  needs(kFromTo, "to");
  needs(kNeedsText, "text");
  needs(kValue, "value");
  needs(kBars, "bars");
  if (item.path.empty() && !in.contains("at") && in.contains("path")) wrong(place + ".path", "empty");
  if (!scene.moves())
    for (const char* key : {"path", "states", "show"})
      if (in.contains(key)) wrong(place + "." + key, "the scene does not move: it has no loop_ms");
}

Item read_item(const Json& in, const std::string& place, const Scene& scene) {
  if (!in.is_object()) wrong(place, "expected an object");
  Item item;
  item.kind = one_of<Kind>(member(in, "kind", place), place + ".kind", kKinds, "kind");
  const int end = scene.moves() ? scene.loop_ms : kLongestLoopMs;
  for (const auto& [key, value] : in.items()) {
    const std::string there = place + "." + key;
    if (!read_common(item, key, value, there, end) && !read_special(item, key, value, there, end))
      wrong(there, std::string(name_of(item.kind)) + " has no such field");
  }
  check_item(item, in, place, scene);
  if ((rule_of(item.kind).fields & kFromTo) != 0)
    item.points = {point(in["from"], place + ".from"), point(in["to"], place + ".to")};
  if (item.states.empty()) {
    const auto states = rule_of(item.kind).states;
    item.states.emplace_back(0, states.empty() ? State::none : states.front());
  }
  return item;
}

void check_ground(const Scene& scene) {
  const GroundRule rule = rule_of(scene.ground);
  if ((rule.views & view_bit(scene.view)) == 0)
    wrong("ground", std::string(name_of(scene.ground)) + " exists only in view " + views_of(rule.views));
  if (scene.sky == Sky::indoor && !rule.indoor)
    wrong("sky", "indoor does not go with " + std::string(name_of(scene.ground)));
}

Scene read_scene(const Json& in) {
  if (!in.is_object()) wrong("", "expected an object");
  for (const auto& [key, value] : in.items())
    if (std::find(std::begin(kSceneFields), std::end(kSceneFields), key) == std::end(kSceneFields))
      wrong(key, "unknown field; known: " + list(kSceneFields));
  Scene scene;
  scene.id = string_of(member(in, "id", ""), "id");
  if (scene.id.empty() || scene.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
    wrong("id", "expected letters a-z, digits and -");
  scene.view = one_of<View>(member(in, "view", ""), "view", kViews, "view");
  scene.ground = one_of<Ground>(member(in, "ground", ""), "ground", kGrounds, "ground");
  if (in.contains("sky")) scene.sky = one_of<Sky>(in["sky"], "sky", kSkies, "sky");
  check_ground(scene);
  if (in.contains("loop_ms")) scene.loop_ms = milliseconds(in["loop_ms"], "loop_ms", 1000, kLongestLoopMs);
  scene.still_ms = scene.loop_ms / 2;
  if (in.contains("still_ms")) scene.still_ms = milliseconds(in["still_ms"], "still_ms", 0, scene.loop_ms);
  scene.alt = text(member(in, "alt", ""), "alt");
  if (in.contains("hazards")) {
    if (!scene.moves()) wrong("hazards", "the scene does not move: it has no loop_ms");
    scene.hazards = windows(in["hazards"], "hazards", scene.loop_ms);
  }
  if (in.contains("camera")) {
    if (scene.view != View::ahead) wrong("camera", "only the view ahead has one");
    if (!scene.moves()) wrong("camera", "the scene does not move: it has no loop_ms");
    Item rider;
    read_path(rider, in["camera"], "camera", scene.loop_ms);
    scene.camera = std::move(rider.path);
  }
  const Json& items = array_of(member(in, "items", ""), "items", 0, kMostItems);
  for (std::size_t i = 0; i < items.size(); ++i) scene.items.push_back(read_item(items[i], index("items", i), scene));
  return scene;
}

std::string line_of(std::string_view json, std::size_t byte) {
  const auto end = json.begin() + static_cast<std::ptrdiff_t>(std::min(byte, json.size()));
  return "line " + std::to_string(1 + std::count(json.begin(), end, '\n'));
}

}  // namespace

const std::string& SceneText::in(const std::string& language) const {
  static const std::string kEmpty;
  for (const std::string& tag : {language, std::string(), std::string("zh")})
    if (const auto it = by_language.find(tag); it != by_language.end()) return it->second;
  return kEmpty;
}

base::Result<Scene> parse_scene(std::string_view json, const std::string& name) {
  try {
    return read_scene(Json::parse(json));
  } catch (const Wrong& w) {
    return base::fail(base::Errc::invalid, name + ": " + w.place + (w.place.empty() ? "" : ": ") + w.what);
  } catch (const Json::parse_error& e) {
    return base::fail(base::Errc::invalid, name + ": " + line_of(json, e.byte) + ": not valid JSON");
  } catch (const Json::exception& e) {
    return base::fail(base::Errc::invalid, name + ": " + std::string(e.what()));
  }
}

}  // namespace station::ui::scene
