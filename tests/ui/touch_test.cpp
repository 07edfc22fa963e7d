#include "kiosk/ui/internal/touch.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "kiosk/ui/driver.h"
#include "tests/ui/samples.h"

using namespace station;
using namespace station::ui;
using Kind = TouchEvent::Kind;

namespace {

std::unique_ptr<Ui> still_ui() {
  Options options;
  options.animation = Animation::off;
  return tests::open_ui(STATION_SOURCE_DIR, options);
}

}  // namespace

TEST_CASE("A press and its release within one frame are two frames, so that the tap counts", "[touch]") {
  internal::TouchQueue queue;
  queue.push({Kind::down, 7, 100, 200});
  queue.push({Kind::up, 7, 104, 202});
  auto first = queue.next_frame();
  CHECK(first.down);
  CHECK(first.at->x == 100);
  CHECK(queue.pending());
  auto second = queue.next_frame();
  CHECK_FALSE(second.down);
  CHECK(second.at->x == 104);
  // The place stays known for a while, because a click counts only while it hovers; then it is gone.
  CHECK(queue.next_frame().at.has_value());
  CHECK(queue.next_frame().at.has_value());
  CHECK_FALSE(queue.next_frame().at.has_value());
  CHECK_FALSE(queue.pending());
}

TEST_CASE("Moves of one frame are merged, and no press is passed over", "[touch]") {
  internal::TouchQueue queue;
  for (int i = 0; i < 5; ++i) queue.push({Kind::move, 1, 0, 0});  // nobody is down
  CHECK_FALSE(queue.pending());
  queue.push({Kind::down, 1, 0, 0});
  for (int i = 1; i <= 4; ++i) queue.push({Kind::move, 1, static_cast<float>(i), 0});
  CHECK(queue.next_frame().down);
  CHECK(queue.next_frame().at->x == 4);
  queue.push({Kind::up, 1, 4, 0});
  queue.push({Kind::down, 2, 9, 0});
  CHECK_FALSE(queue.next_frame().down);
  CHECK(queue.next_frame().down);
}

TEST_CASE("Second fingers and palms are ignored until the first finger lifts", "[touch]") {
  internal::TouchQueue queue;
  queue.push({Kind::down, 1, 10, 10});
  queue.push({Kind::down, 2, 500, 500});
  queue.push({Kind::move, 2, 510, 500});
  queue.push({Kind::up, 2, 510, 500});
  CHECK(queue.next_frame().at->x == 10);
  const auto held = queue.next_frame();
  CHECK(held.down);
  CHECK(held.at->x == 10);
  queue.push({Kind::up, 1, 10, 10});
  queue.push({Kind::down, 2, 500, 500});
  CHECK_FALSE(queue.next_frame().down);
  CHECK(queue.next_frame().at->x == 500);
  queue.clear();
  CHECK_FALSE(queue.pending());
  CHECK_FALSE(queue.next_frame().down);
}

TEST_CASE("Every tap of 30 ms counts even when frames take 100 ms", "[touch]") {
  const auto ui = still_ui();
  int taps = 0;
  auto draw = [&](Canvas& c) {
    if (c.touch_area({100, 100, 200, 200}, "area", "area")) ++taps;
  };
  constexpr int kTaps = 40;
  for (int n = 0; n < kTaps; ++n) {
    ui->touch({Kind::down, n, 200, 200});
    ui->touch({Kind::up, n, 201, 199});
    while (ui->needs_frame()) {
      draw(ui->begin_frame(0.1f));
      ui->end_frame();
    }
  }
  CHECK(taps == kTaps);
}

TEST_CASE("A widget acts on release over it, and sliding off cancels", "[driver]") {
  const auto ui = still_ui();
  int taps = 0;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    c.begin_screen("test");
    if (c.primary({48, 1000, 984, 164}, {.id = "go", .label = "Go"})) ++taps;
    c.button({48, 1300, 984, 164}, {.id = "off", .title = "Off", .enabled = false});
    c.end_screen();
  }));
  driver.frames(2);
  REQUIRE(driver.tap("go"));
  CHECK(taps == 1);
  driver.drag({500, 1080}, {500, 1600});
  driver.frames(4);
  CHECK(taps == 1);
  const auto disabled = driver.tap("off");
  REQUIRE_FALSE(disabled);
  CHECK(disabled.error().message.find("disabled") != std::string::npos);
  const auto unknown = driver.tap("nothing");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("\"nothing\"") != std::string::npos);
  CHECK(driver.probe().targets() == std::vector<std::string>{"go"});
}

TEST_CASE("The keypad gives its digits, and its keys are as large as gloves need", "[driver]") {
  const auto ui = still_ui();
  std::string typed;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    if (const char key = c.keypad({48, 540, 984, 840}, {.clear = "清空", .erase = "删除"})) typed += key;
  }));
  driver.frames(2);
  REQUIRE(driver.type("0123456789"));
  REQUIRE(driver.tap("key.erase"));
  REQUIRE(driver.tap("key.clear"));
  CHECK(typed == "0123456789ec");
  for (const char* id : {"key.1", "key.0", "key.clear"}) {
    const ProbeItem* key = driver.probe().find(id);
    REQUIRE(key);
    CHECK(key->rect.w == 312);
    CHECK(key->rect.h == 192);
  }
}

TEST_CASE("A list is dragged over its rows without pressing them, flies on and comes back from its ends", "[list]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  int taps = 0;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    c.list("list", {48, 336, 984, 1200}, 30, 166, 24, [&](int i, const Rect& rect) {
      const std::string id = "row." + std::to_string(i);
      if (c.row(rect, {.id = id, .title = "一行"})) ++taps;
    });
  }));
  REQUIRE(driver.settle());
  REQUIRE(driver.probe().find("row.0"));
  const float start = driver.probe().find("row.0")->rect.y;
  CHECK_FALSE(driver.probe().has("row.20"));  // only what is seen is drawn

  driver.drag({500, 1300}, {500, 900}, 8);
  CHECK(taps == 0);
  REQUIRE(driver.probe().find("row.6"));
  const float dragged = driver.probe().find("row.6")->rect.y;
  driver.frames(3);
  REQUIRE(driver.probe().find("row.6"));
  CHECK(driver.probe().find("row.6")->rect.y < dragged - 20);
  REQUIRE(driver.settle(2000));
  CHECK(taps == 0);

  // Past the upper end it returns.
  driver.drag({500, 500}, {500, 1500}, 6);
  driver.drag({500, 500}, {500, 1500}, 6);
  REQUIRE(driver.settle(2000));
  REQUIRE(driver.probe().find("row.0"));
  CHECK(driver.probe().find("row.0")->rect.y == start);
  CHECK(taps == 0);

  REQUIRE(driver.tap("row.1"));
  CHECK(taps == 1);
  REQUIRE(driver.scroll_to("list", "row.29"));
  REQUIRE(driver.tap("row.29"));
  CHECK(taps == 2);
  REQUIRE(driver.scroll_to("list", "row.0"));
  CHECK_FALSE(driver.scroll_to("list", "row.99"));

  // The next rider starts at the top.
  REQUIRE(driver.scroll_to("list", "row.29"));
  ui->end_session();
  driver.frames(1);
  CHECK(driver.probe().find("row.0")->rect.y == start);
}

TEST_CASE("With large text a list has keys to turn its pages", "[list]") {
  const auto ui = still_ui();
  ui->set_text_size(TextSize::large);
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    c.list("list", {48, 336, 984, 1300}, 30, 220, 24, [&](int i, const Rect& rect) {
      const std::string id = "row." + std::to_string(i);
      c.row(rect, {.id = id, .title = "一行"});
    });
  }));
  driver.frames(3);
  REQUIRE(driver.probe().find("list.up"));
  CHECK_FALSE(driver.probe().find("list.up")->enabled);
  REQUIRE(driver.tap("list.down"));
  driver.frames(2);
  CHECK_FALSE(driver.probe().has("row.0"));
  REQUIRE(driver.tap("list.up"));
  driver.frames(2);
  CHECK(driver.probe().has("row.0"));
  CHECK(ui->strings().missing().empty());
}

TEST_CASE("What lies under a dialog cannot be touched", "[dialog]") {
  const auto ui = still_ui();
  int under = 0, over = 0;
  bool open = false;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    c.begin_screen("test");
    if (c.button({48, 300, 984, 164}, {.id = "under", .title = "Under"})) ++under;
    c.end_screen();
    if (open)
      c.dialog("ask", {98, 600, 884, 600}, "Ask", [&](const Rect& r) {
        if (c.primary({r.x + 48, r.bottom() - 212, r.w - 96, 164}, {.id = "yes", .label = "Yes"})) ++over;
      });
    if (c.touch_area({48, 1744, 180, 136}, "bar", "bar")) ++under;  // drawn after the dialog
  }));
  driver.frames(2);
  REQUIRE(driver.tap("under"));
  CHECK(under == 1);
  open = true;
  REQUIRE(driver.settle());
  const auto refused = driver.tap("under");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("dialog") != std::string::npos);
  CHECK_FALSE(driver.tap("bar"));
  REQUIRE(driver.tap_at(driver.probe().find("under")->rect.centre()));
  CHECK(under == 1);
  REQUIRE(driver.tap("yes"));
  CHECK(over == 1);
  open = false;
  REQUIRE(driver.settle());
  REQUIRE(driver.tap("under"));
  CHECK(under == 2);
}

TEST_CASE("A presence target reacts anywhere in its square and shows the time that is left", "[driver]") {
  const auto ui = still_ui();
  int met = 0;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    if (c.presence_target({340, 700, 400, 400}, "here", "点我", 6, 10)) ++met;
  }));
  driver.frames(2);
  REQUIRE(driver.tap("here"));
  CHECK(met == 1);
  CHECK(driver.probe().find("here")->label == "点我");
}

TEST_CASE("A toggle shows its state in the probe, options theirs", "[driver]") {
  const auto ui = still_ui();
  bool on = false;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    if (c.toggle({48, 300, 984, 150}, "voice", "Voice", on)) on = !on;
    c.option({48, 500, 984, 136}, {.id = "a", .letter = "A", .text = "一", .state = OptionState::right});
    c.port_tile({48, 700, 312, 296},
                {.id = "p", .name = "3", .state = "故障", .look = PortLook::fault, .enabled = false});
  }));
  driver.frames(2);
  CHECK(driver.probe().find("voice")->state == "off");
  REQUIRE(driver.tap("voice"));
  driver.frames(1);
  CHECK(driver.probe().find("voice")->state == "on");
  CHECK(driver.probe().find("a")->state == "right");
  CHECK(driver.probe().find("p")->state == "fault");
}

TEST_CASE("In voice mode the first touch speaks a widget and the second one acts", "[driver]") {
  const auto ui = still_ui();
  ui->set_explore(true);
  int taps = 0;
  std::string spoken;
  Driver driver(*ui, [&](float seconds) {
    Canvas& c = ui->begin_frame(seconds);
    if (c.button({48, 300, 984, 164}, {.id = "charge", .title = "给车充电", .subtitle = "6 个空位"})) ++taps;
    FrameInfo info = ui->end_frame();
    if (!info.spoken.empty()) spoken = info.spoken;
    return info;
  });
  driver.frames(2);
  REQUIRE(driver.tap("charge"));
  CHECK(taps == 0);
  CHECK(spoken == "给车充电 6 个空位");
  REQUIRE(driver.tap("charge"));
  CHECK(taps == 1);
}

TEST_CASE("Springs come to rest, and then no frame is asked for", "[motion]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  float target = 0, value = 0;
  Driver driver(*ui, Driver::drawing(*ui, [&](Canvas& c) {
    c.begin_screen("test");
    value = c.spring("x", target);
    c.tile({48, 400, 312, 356}, {.id = "tile", .title = "储物柜", .count = "9", .icon = Icon::lock, .ring = 0.4f});
    c.end_screen();
  }));
  REQUIRE(driver.settle());
  CHECK_FALSE(ui->needs_frame());
  target = 100;
  ui->wake();
  driver.frames(3);
  CHECK(value > 0);
  CHECK(value < 100);
  CHECK(ui->needs_frame());
  REQUIRE(driver.settle());
  CHECK(value == 100);
  CHECK_FALSE(ui->needs_frame());
  // A still screen: frames that are drawn all the same change no pixel.
  driver.pixels();
  for (int i = 0; i < 10; ++i) {
    driver.frames(1);
    driver.pixels();
    CHECK(ui->stats().pixels_drawn == 0);
  }
}

TEST_CASE("The hero rests when nobody has been there for a while, and moves again after a touch", "[motion]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  const auto samples = tests::samples();
  FrameInfo info;
  std::vector<std::uint32_t> pixels(1080u * 1920u);
  auto frame = [&] {
    samples.front().draw(ui->begin_frame(1.0f / 12));
    info = ui->end_frame();
  };
  for (int i = 0; i < 12 * 10; ++i) frame();
  CHECK(info.next_frame_s > 0);
  for (int i = 0; i < 12 * 15; ++i) frame();
  CHECK(info.next_frame_s < 0);
  CHECK_FALSE(ui->needs_frame());
  // A frame drawn for another reason, such as the clock, leaves the picture alone.
  const PixelView view{pixels.data(), 1080, 1920, 1080};
  ui->render(view);
  ui->wake();
  frame();
  CHECK(ui->render(view).empty());
  ui->touch({TouchEvent::Kind::down, 1, 10, 10});
  frame();
  CHECK(info.next_frame_s > 0);
}

TEST_CASE("Decorative pictures ask for a slow frame, and for none when motion is off", "[motion]") {
  for (const Animation animation : {Animation::on, Animation::off}) {
    const auto ui = still_ui();
    ui->set_animation(animation);
    const auto samples = tests::samples();
    FrameInfo info;
    for (int i = 0; i < 240; ++i) {
      samples.front().draw(ui->begin_frame(1.0f / 60));
      info = ui->end_frame();
    }
    CHECK_FALSE(info.animating);
    if (animation == Animation::on)
      CHECK(info.next_frame_s == Approx(1.0f / 12));
    else
      CHECK(info.next_frame_s < 0);
  }
}
