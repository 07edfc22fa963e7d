#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "kiosk/ui/driver.h"
#include "kiosk/ui/pictures.h"
#include "kiosk/ui/png.h"
#include "kiosk/ui/scene_model.h"
#include "tests/ui/samples.h"

using namespace station;
using namespace station::ui;
using namespace station::ui::scene;

namespace {

// A scene of one item, moving for 4 s.
std::string of_item(const std::string& item, const std::string& more = "") {
  return R"({"id": "x", "view": "side", "ground": "street", "loop_ms": 4000, "alt": {"zh": "一", "en": "one"},)" +
         more + R"("items": [)" + item + "]}";
}

std::string refusal(const std::string& json) {
  const auto scene = parse_scene(json, "x.json");
  return scene ? "accepted" : scene.error().message;
}

Scene parsed(const std::string& json) {
  auto scene = parse_scene(json, "x.json");
  INFO((scene ? std::string() : scene.error().message));
  REQUIRE(scene);
  return std::move(*scene);
}

}  // namespace

TEST_CASE("A bad scene file is refused with file, place and what was expected", "[scene]") {
  using Catch::Contains;
  CHECK_THAT(refusal("{\n\"id\": }"), Contains("x.json: line 2"));
  CHECK_THAT(refusal("[]"), Contains("expected an object"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "at": [1, 2]})", R"("colour": 1,)")),
             Contains("colour: unknown field"));
  CHECK_THAT(refusal(of_item(R"({"kind": "dragon", "at": [1, 2]})")), Contains("items[0].kind"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider"})")), Contains("items[0].at"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "at": [1, 2], "state": "red"})")), Contains("items[0].state"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "at": [1, 2], "points": [[1, 2], [3, 4]]})")),
             Contains("items[0].points: rider has no such field"));
  CHECK_THAT(refusal(of_item(R"({"kind": "zebra", "at": [1, 2]})")), Contains("exists only in view top"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "path": [[0, 1, 2], [0, 3, 4]]})")), Contains("items[0].path"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "at": [1, 2], "path": [[0, 1, 2], [9, 3, 4]]})")),
             Contains("items[0].at"));
  CHECK_THAT(refusal(of_item(R"({"kind": "label", "at": [1, 2]})")), Contains("items[0].text"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "at": [1, 2], "show": [3000, 5000]})")), Contains("items[0].show"));
  CHECK_THAT(refusal(of_item(R"({"kind": "rider", "at": ["a", 2]})")), Contains("items[0].at"));
  CHECK_THAT(refusal(R"({"id": "x", "view": "side", "ground": "junction", "alt": {"zh": "一"}, "items": []})"),
             Contains("exists only in view top"));
  CHECK_THAT(refusal(R"({"id": "X!", "view": "side", "ground": "street", "alt": {"zh": "一"}, "items": []})"),
             Contains("id"));
  CHECK_THAT(
      refusal(
          R"({"id": "x", "view": "side", "ground": "street", "alt": {"zh": "一", "en": "one"}, "items": [{"kind": "rider", "path": [[0, 1, 2], [9, 3, 4]]}]})"),
      Contains("does not move"));
  CHECK(refusal(of_item(R"({"kind": "rider", "at": [1, 2]})")) == "accepted");
}

TEST_CASE("Things on a path brake, turn where they go and come to rest", "[scene]") {
  const Scene scene =
      parsed(of_item(R"({"kind": "rider", "path": [[0, 900, 470], [2000, 300, 470], [3000, 300, 470]]})"));
  const Item& rider = scene.items[0];
  const Pose start = pose_at(rider, View::side, 0), middle = pose_at(rider, View::side, 1000),
             end = pose_at(rider, View::side, 2600);
  CHECK(start.at.x == 900);
  CHECK(middle.at.x < 900);
  CHECK(middle.at.x > 300);
  CHECK(middle.turn == 180);  // faces left
  CHECK(middle.speed > 100);
  CHECK(end.at.x == Approx(300));
  CHECK(end.speed == Approx(0).margin(0.5));
  CHECK(end.turn == 180);
  CHECK(end.travelled == Approx(600).margin(1));
  CHECK(pose_at(rider, View::top, 1000).turn == Approx(180).margin(0.1));
}

TEST_CASE("States, values and windows follow the time of the loop", "[scene]") {
  const Scene scene = parsed(of_item(
      R"({"kind": "traffic_light", "at": [5, 5], "states": [[0, "red"], [1000, "green"]], "show": [500, 2000]}, {"kind": "speedometer", "at": [5, 5], "value": [[0, 0], [1000, 20]]})"));
  CHECK(state_at(scene.items[0], 999) == State::red);
  CHECK(state_at(scene.items[0], 1000) == State::green);
  CHECK(visibility_at(scene.items[0], 400) == 0);
  CHECK(visibility_at(scene.items[0], 600) == Approx(0.5).margin(0.02));
  CHECK(visibility_at(scene.items[0], 1200) == 1);
  CHECK(visibility_at(scene.items[0], 2000) == 0);
  CHECK(value_at(scene.items[1], 250) == 5);
  CHECK(value_at(scene.items[1], 3000) == 20);
  CHECK(moment_of(scene, 9000) == 1000);
  CHECK(moment_of(scene, -5) == 0);
}

TEST_CASE("Every shipped scene speaks both languages and ends where it began or out of sight", "[scene]") {
  const auto scenes = tests::shipped_scenes(STATION_SOURCE_DIR);
  CHECK(scenes.size() >= 70);
  std::set<std::string> ids;
  for (const auto& [file, scene] : scenes) {
    INFO(file);
    CHECK(scene.id == file);
    CHECK(ids.insert(scene.id).second);
    for (const char* language : {"zh", "en"}) CHECK(scene.alt.by_language.contains(language));
    for (const Item& item : scene.items)
      for (const SceneText* text : {&item.label, &item.text})
        if (!text->empty() && !text->by_language.contains("")) {
          CHECK(text->by_language.contains("zh"));
          CHECK(text->by_language.contains("en"));
        }
  }
}

TEST_CASE("Every shipped scene draws in both themes, without a character that no font has", "[scene]") {
  const auto scenes = tests::shipped_scenes(STATION_SOURCE_DIR);
  for (const ThemeName theme : {ThemeName::normal, ThemeName::high_contrast}) {
    Options options;
    options.theme = theme;
    options.width = 540;
    options.height = 320;
    options.language = theme == ThemeName::normal ? "zh" : "en";
    const auto ui = tests::open_ui(STATION_SOURCE_DIR, options);
    const tests::NamedScene* shown = nullptr;
    std::int64_t ms = 0;
    Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
      c.begin_screen("scene");
      draw_scene(c, {0, 0, 540, 302}, shown->scene, ms);
      c.end_screen();
    }));
    std::set<std::uint64_t> pictures;
    for (const auto& named : scenes) {
      shown = &named;
      ms = named.scene.still_ms;
      driver.frames(1);
      pictures.insert(pixel_hash(driver.pixels()));
      const ProbeItem* picture = driver.probe().find("scene");
      REQUIRE(picture);
      CHECK(picture->label == named.scene.alt.in(options.language));
    }
    CHECK(pictures.size() == scenes.size());  // all differ
    CHECK(ui->stats().glyphs_missing == 0);
  }
}

TEST_CASE("A moving scene asks for slow frames, goes round, and stands at its telling moment without motion",
          "[scene]") {
  const auto scenes = tests::shipped_scenes(STATION_SOURCE_DIR);
  const auto moving = std::find_if(scenes.begin(), scenes.end(), [](const auto& s) { return s.scene.moves(); });
  REQUIRE(moving != scenes.end());
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  std::int64_t ms = 0;
  FrameInfo info;
  Driver driver(*ui, [&](float seconds) {
    draw_scene(ui->begin_frame(seconds), {48, 200, 984, 551}, moving->scene, ms);
    return info = ui->end_frame();
  });
  auto picture_at = [&](std::int64_t at) {
    ms = at;
    driver.frames(1);
    return pixel_hash(driver.pixels());
  };
  const auto start = picture_at(100), middle = picture_at(moving->scene.loop_ms / 2);
  CHECK(start != middle);
  CHECK(picture_at(100 + moving->scene.loop_ms) == start);
  CHECK(info.next_frame_s > 0);
  ui->set_animation(Animation::off);
  CHECK(picture_at(100) == picture_at(2000));
  ui->set_animation(Animation::on);
  const auto still = picture_at(moving->scene.still_ms);
  ui->set_animation(Animation::off);
  CHECK(picture_at(0) == still);
  CHECK(info.next_frame_s < 0);
}
