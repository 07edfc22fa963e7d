// What is on the panel after redrawing only what changed is what redrawing everything would have shown.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <random>

#include "kiosk/screens/draw.h"
#include "tests/screens/samples.h"

using namespace station;

namespace {

constexpr int kWidth = 1080, kHeight = 1920;

// One panel with the state that its screens keep.
struct Panel {
  std::unique_ptr<ui::Ui> ui;
  screens::ScreenState state;
  std::vector<std::uint32_t> pixels = std::vector<std::uint32_t>(std::size_t{kWidth} * kHeight);

  explicit Panel(const screens::Preferences& preferences) {
    ui::Options options;
    options.strings = std::string(STATION_SOURCE_DIR) + "/assets/strings";
    options.themes = std::string(STATION_SOURCE_DIR) + "/assets/themes";
    auto made = ui::Ui::create(options);
    REQUIRE(made);
    ui = std::move(*made);
    state.end_session(preferences);
  }

  void draw(const test::Sample& sample, const record::Content& content, screens::Light light) {
    REQUIRE(screens::apply(state.preferences, *ui, light));
    (void)screens::draw(ui->begin_frame(1.0f / 60), sample.screen, sample.frame, &content, state);
    ui->end_frame();
  }
  void render() { ui->render({pixels.data(), kWidth, kHeight, kWidth}); }
};

}  // namespace

TEST_CASE("every screen redrawn by damage equals the screen redrawn, over transitions, touches, themes and languages", "[screens]") {
  // STATION_FRAMES: how many; a long run finds what a short one misses.
  const char* wish = std::getenv("STATION_FRAMES");
  const int frames = wish ? std::atoi(wish) : 400;
  const auto content = test::shipped_content();
  const auto samples = test::all_samples(*content);
  std::mt19937 random(2026);
  auto pick = [&](std::size_t n) { return random() % n; };
  screens::Preferences preferences;
  Panel by_damage(preferences), whole(preferences);
  screens::Light light = screens::Light::day;
  std::size_t shown = 0;
  bool down = false;
  for (int frame = 0; frame < frames; ++frame) {
    if (pick(5) == 0) shown = pick(samples.size());
    if (pick(25) == 0) light = light == screens::Light::day ? screens::Light::night : screens::Light::day;
    const std::size_t change = pick(60);
    const ui::TouchEvent touch{down ? ui::TouchEvent::Kind::up : ui::TouchEvent::Kind::down, 1, static_cast<float>(pick(kWidth)),
                               static_cast<float>(pick(kHeight))};
    const bool touched = pick(4) == 0;
    if (touched) down = !down;
    for (Panel* panel : {&by_damage, &whole}) {
      if (change == 0) panel->state.preferences.contrast = !panel->state.preferences.contrast;
      if (change == 1) panel->state.preferences.large_text = !panel->state.preferences.large_text;
      if (change == 2) panel->state.preferences.language = panel->state.preferences.language == "zh" ? "en" : "zh";
      if (touched) panel->ui->touch(touch);
      panel->draw(samples[shown], *content, light);
    }
    by_damage.render();
    whole.ui->invalidate();
    whole.render();
    INFO("frame " << frame << ", " << samples[shown].name);
    REQUIRE(std::memcmp(by_damage.pixels.data(), whole.pixels.data(), whole.pixels.size() * 4) == 0);
  }
}
