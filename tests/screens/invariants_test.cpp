// What every screen must keep in every theme, language and text size, with the shipped content, scenes and texts.
#include "kiosk/ui/invariants.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "kiosk/screens/draw.h"
#include "kiosk/ui/driver.h"
#include "tests/screens/samples.h"

using namespace station;

namespace {

struct Mode {
  const char* name;
  screens::Preferences preferences;
  screens::Light light = screens::Light::day;
};

const Mode kModes[] = {{"zh", {"zh", false, false, false}},      {"zh contrast", {"zh", false, true, false}},
                       {"zh large", {"zh", true, false, false}}, {"zh large contrast", {"zh", true, true, false}},
                       {"en", {"en", false, false, false}},      {"en contrast", {"en", false, true, false}},
                       {"en large", {"en", true, false, false}}, {"en large contrast", {"en", true, true, false}},
                       {"zh night", {"zh", false, false, false}, screens::Light::night}};

// Draws samples one after the other in one mode and collects what is wrong.
class Walker {
 public:
  explicit Walker(const Mode& mode) : mode_(mode), content_(test::shipped_content()) {
    ui::Options options;
    options.strings = std::string(STATION_SOURCE_DIR) + "/assets/strings";
    options.themes = std::string(STATION_SOURCE_DIR) + "/assets/themes";
    options.animation = ui::Animation::off;
    auto made = ui::Ui::create(options);
    REQUIRE(made);
    ui_ = std::move(*made);
    ui_->probe().record(true);
    state_.end_session(mode.preferences);
    REQUIRE(screens::apply(state_.preferences, *ui_, mode.light));
  }

  const record::Content& content() const { return *content_; }
  const ui::Probe& probe() const { return ui_->probe(); }

  // Two frames: dialogs cover what lies under them from the second on.
  void draw(const test::Sample& sample) {
    state_.end_session(mode_.preferences);
    ui_->end_session();
    for (int i = 0; i < 2; ++i) {
      screens::draw(ui_->begin_frame(1 / 60.0f), sample.screen, sample.frame, content_.get(), state_);
      ui_->end_frame();
    }
  }

  // As seen: what lies under a text counts with its gradients and pictures.
  std::string faint(const std::vector<test::Sample>& samples) {
    const double least = mode_.preferences.contrast ? 7 : 4.5;
    std::string out;
    for (const test::Sample& sample : samples) {
      state_.end_session(mode_.preferences);
      ui_->end_session();
      ui::Driver driver(*ui_, ui::Driver::drawing(*ui_, [&](ui::Canvas& canvas) {
        screens::draw(canvas, sample.screen, sample.frame, content_.get(), state_);
      }));
      driver.frames(2);
      for (const std::string& text : ui::faint_texts(driver, least)) out += sample.name + ": " + text + "\n";
    }
    return out;
  }

  std::string breaches(const std::vector<test::Sample>& samples) {
    std::string out;
    for (const test::Sample& sample : samples) {
      draw(sample);
      for (const std::string& breach : ui::breaches(*ui_, sample.primaries)) out += sample.name + ": " + breach + "\n";
    }
    return out;
  }

 private:
  Mode mode_;
  std::shared_ptr<const record::Content> content_;
  std::unique_ptr<ui::Ui> ui_;
  screens::ScreenState state_;
};

// Keys of the sentences that flows and the ledger send to the screen.
std::set<std::string> message_keys() {
  std::set<std::string> keys;
  const std::regex sent(R"re((?:Message\{|NotNow\{|not_now\(|\{\{)"([a-z_]+\.[a-z_.]+)")re");
  for (const char* folder : {"/kiosk/flow", "/kiosk/store"})
    for (const auto& entry : std::filesystem::directory_iterator(std::string(STATION_SOURCE_DIR) + folder)) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream in(entry.path());
      const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      for (auto it = std::sregex_iterator(text.begin(), text.end(), sent); it != std::sregex_iterator(); ++it)
        keys.insert((*it)[1]);
    }
  return keys;
}

}  // namespace

TEST_CASE("every sentence of flows and ledger exists and fits its notice in every mode", "[screens]") {
  const auto keys = message_keys();
  CHECK(keys.size() > 25);
  CHECK(keys.contains("refused.wrong_pin"));
  std::vector<test::Sample> samples;
  for (const std::string& key : keys) {
    flow::Message message{key, {"P12", "2"}, true};
    samples.push_back({key + " at home", flow::HomeScreen{test::sample_rider(), message}, test::sample_frame(), 1});
    flow::KeypadScreen keypad;
    keypad.message = message;
    samples.push_back({key + " at the keypad", keypad, test::sample_frame(false), 1});
  }
  for (const Mode& mode : kModes) {
    INFO(mode.name);
    CHECK(Walker(mode).breaches(samples) == "");
  }
}

TEST_CASE("every screen keeps the rules of targets, texts and actions in every mode", "[screens]") {
  for (const Mode& mode : kModes) {
    INFO(mode.name);
    Walker walker(mode);
    const auto samples = test::all_samples(walker.content());
    CHECK(samples.size() > 90);
    CHECK(walker.breaches(samples) == "");
  }
}

TEST_CASE("every text of every screen stands out from what lies under it, by day, by night and in high contrast", "[screens]") {
  for (const Mode& mode : kModes) {
    if (mode.preferences.large_text || mode.preferences.language == "en") continue;
    INFO(mode.name);
    Walker walker(mode);
    CHECK(walker.faint(test::all_samples(walker.content())) == "");
  }
}

TEST_CASE("every step of every lesson keeps the rules in both languages and text sizes", "[screens]") {
  for (const Mode& mode : kModes) {
    if (mode.preferences.contrast || mode.light == screens::Light::night) continue;
    INFO(mode.name);
    Walker walker(mode);
    const auto steps = test::all_steps(walker.content());
    CHECK(steps.size() > 80);
    CHECK(walker.breaches(steps) == "");
  }
}

TEST_CASE("every question of the bank keeps the rules in an examination", "[screens]") {
  for (const Mode& mode : kModes) {
    if (mode.preferences.contrast || mode.light == screens::Light::night) continue;
    INFO(mode.name);
    Walker walker(mode);
    CHECK(walker.breaches(test::all_exam_questions(walker.content())) == "");
  }
}

TEST_CASE("each screen has a name and samples, and its texts follow the language", "[screens]") {
  Walker chinese(kModes[0]), english(kModes[4]);
  std::set<std::string> names;
  for (const test::Sample& sample : test::all_samples(chinese.content())) {
    chinese.draw(sample);
    english.draw(sample);
    names.insert(chinese.probe().screen());
    INFO(sample.name);
    CHECK(chinese.probe().screen() == flow::name_of(sample.screen));
    CHECK(chinese.probe().text() != english.probe().text());
  }
  CHECK(names.size() == std::variant_size_v<flow::Screen>);
}

TEST_CASE("legal wording never stands without its source", "[screens]") {
  Walker walker(kModes[0]);
  int quoted = 0;
  for (const test::Sample& sample : test::all_steps(walker.content())) {
    walker.draw(sample);
    std::string text;  // scrolled away or not
    for (const ui::ProbeItem& item : walker.probe().items())
      if (item.role == ui::Role::text) text += item.label;
    INFO(sample.name);
    const auto& screen = std::get<flow::LessonScreen>(sample.screen);
    for (const record::LawReference& law : walker.content().step(screen.lesson, screen.step)->law) {
      if (law.quote.empty() || law.check != "law_text") continue;
      ++quoted;
      CHECK(text.find(law.quote.substr(0, 12)) != std::string::npos);
      CHECK(text.find(law.law.substr(0, 12)) != std::string::npos);
    }
  }
  CHECK(quoted > 20);
}
