#include "kiosk/ui/theme.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "kiosk/ui/driver.h"
#include "kiosk/ui/invariants.h"
#include "sync/base/file.h"
#include "tests/app/temp_dir.h"
#include "tests/ui/samples.h"

using namespace station;
using namespace station::ui;

namespace {

const std::filesystem::path kThemes = std::filesystem::path(STATION_SOURCE_DIR) / "assets/themes";

Theme theme_of(ThemeName name) {
  auto theme = Theme::load(kThemes, name);
  REQUIRE(theme);
  return *theme;
}

ProbeItem target(std::string id, Rect rect) {
  ProbeItem item;
  item.id = id;
  item.label = id;
  item.role = Role::button;
  item.target = true;
  item.rect = item.visible = rect;
  return item;
}

ProbeItem words(std::string label, Rect rect, Rect allowed) {
  ProbeItem item;
  item.label = label;
  item.rect = item.visible = rect;
  item.allowed = allowed;
  item.text_px = 46;
  return item;
}

bool says(const std::vector<std::string>& sentences, const std::string& part) {
  for (const std::string& s : sentences)
    if (s.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("Contrast of two colours is that of the accessibility rules", "[theme]") {
  CHECK(contrast({0, 0, 0, 255}, {255, 255, 255, 255}) == Approx(21));
  CHECK(contrast({255, 255, 255, 255}, {0, 0, 0, 255}) == Approx(21));
  CHECK(contrast({0x24, 0x58, 0xF5, 255}, {255, 255, 255, 255}) == Approx(5.54).margin(0.01));
}

TEST_CASE("Every text colour reaches 4.5 on its ground, 7 in high contrast", "[theme]") {
  struct Pair {
    Token text, ground;
  };
  const std::vector<Pair> pairs{{Token::ink, Token::page_top},
                                {Token::ink, Token::page_bottom},
                                {Token::ink, Token::card},
                                {Token::ink, Token::level_top},
                                {Token::ink2, Token::page_bottom},
                                {Token::ink2, Token::card},
                                {Token::ink2, Token::neutral_fill},
                                {Token::ink3, Token::page_bottom},
                                {Token::ink3, Token::card},
                                {Token::ink3, Token::neutral_fill},
                                {Token::on_primary, Token::primary},
                                {Token::primary, Token::card},
                                {Token::ok, Token::card},
                                {Token::ok, Token::ok_fill},
                                {Token::ink, Token::ok_fill},
                                {Token::ink, Token::error_fill},
                                {Token::points, Token::points_fill},
                                {Token::points, Token::warning_fill},
                                {Token::help, Token::error_fill},
                                {Token::help, Token::help_fill},
                                {Token::bar_text, Token::bar},
                                {Token::bar_text, Token::bar_pressed},
                                {Token::disabled_text, Token::disabled}};
  for (const ThemeName name : {ThemeName::normal, ThemeName::night, ThemeName::high_contrast}) {
    const Theme theme = theme_of(name);
    const double least = name == ThemeName::high_contrast ? 7 : 4.5;
    for (const Pair& pair : pairs) {
      INFO("theme " << static_cast<int>(name) << ": "
           << static_cast<int>(pair.text) << " on " << static_cast<int>(pair.ground));
      CHECK(contrast(theme[pair.text], theme[pair.ground]) >= least);
    }
    for (int h = 0; h < static_cast<int>(Hue::kCount); ++h) {
      const HueColours& hue = theme[static_cast<Hue>(h)];
      INFO("hue " << h);
      CHECK(contrast(hue.number, theme[Token::card]) >= least);
      // Graphics: white on the icon tile, icon on its disc, ring on the card.
      if (name != ThemeName::high_contrast) {
        CHECK(contrast({255, 255, 255, 255}, hue.light) >= 3);
        CHECK(contrast({255, 255, 255, 255}, hue.dark) >= 3);
      }
      CHECK(contrast(hue.icon, hue.disc) >= 3);
      CHECK(contrast(hue.ring, theme[Token::card]) >= 3);
    }
  }
}

TEST_CASE("A theme file that lacks a colour or spells one wrongly is refused with its place", "[theme]") {
  const test::TempDir folder;
  const auto good = base::read_file(kThemes / "normal.json", 1 << 20);
  REQUIRE(good);
  auto refusal = [&](const std::string& from, const std::string& to) {
    std::string text = *good;
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    std::ofstream(folder.path() / "normal.json") << text;
    const auto theme = Theme::load(folder.path(), ThemeName::normal);
    return theme ? std::string("accepted") : theme.error().message;
  };
  CHECK_THAT(refusal("\"ink\":", "\"inc\":"), Catch::Contains("normal.json") && Catch::Contains("\"ink\" is missing"));
  CHECK_THAT(refusal("\"#0E1A33\"", "\"#0E1A3\""), Catch::Contains("not a colour"));
  CHECK_THAT(refusal("\"charging\"", "\"chargin\""), Catch::Contains("charging"));
  CHECK_THAT(refusal("{", "["), Catch::Contains("not a JSON object"));
  CHECK(refusal("\"tokens\"", "\"tokens\"") == "accepted");
}

TEST_CASE("Large text is no smaller than the eye needs at arm's length", "[theme]") {
  for (int t = 0; t < static_cast<int>(Type::kCount); ++t) {
    CHECK(size_px(static_cast<Type>(t), TextSize::normal) >= 38);
    CHECK(size_px(static_cast<Type>(t), TextSize::large) >= 59);
    CHECK(size_px(static_cast<Type>(t), TextSize::large) > size_px(static_cast<Type>(t), TextSize::normal));
  }
}

TEST_CASE("Icons are found by the names that content uses", "[theme]") {
  CHECK(icon_named("two_wheeler") == Icon::two_wheeler);
  CHECK(icon_named("no_such_icon") == Icon::none);
}

TEST_CASE("Each breach of a rule is named", "[invariants]") {
  Probe probe;
  auto broken = [&](std::vector<ProbeItem> items, int primaries = -1) {
    probe.clear();
    for (ProbeItem& item : items) probe.add(std::move(item));
    return breaches(probe, {.primaries = primaries});
  };
  CHECK(broken({target("a", {48, 100, 200, 200}), target("b", {300, 100, 200, 200})}).empty());
  CHECK(says(broken({target("a", {48, 100, 70, 200})}), "a is 17.4 x 49.6 mm"));
  CHECK(says(broken({target("a", {48, 100, 200, 200}), target("b", {200, 200, 200, 200})}), "a and b overlap"));
  CHECK(says(broken({target("a", {1000, 100, 200, 200})}), "leaves the screen"));
  CHECK(says(broken({target("a", {48, 100, 200, 200}), target("a", {300, 100, 200, 200})}), "given twice"));
  CHECK(says(broken({target("", {48, 100, 200, 200})}), "no label"));
  CHECK(says(broken({}, 1), "0 primary actions instead of 1"));
  ProbeItem covered = target("a", {48, 100, 10, 10});
  covered.covered = true;
  CHECK(broken({covered}).empty());

  CHECK(broken({words("hello", {50, 50, 100, 40}, {40, 40, 200, 60})}).empty());
  CHECK(says(broken({words("hello", {50, 50, 300, 40}, {40, 40, 200, 60})}), "leaves its box"));
  CHECK(says(
      broken({words("one", {50, 50, 100, 40}, {0, 0, 999, 999}), words("two", {100, 60, 100, 40}, {0, 0, 999, 999})}),
      "runs into"));
  ProbeItem small = words("hello", {50, 50, 100, 40}, {40, 40, 200, 60});
  small.text_px = 30;
  CHECK(says(broken({small}), "less than 38"));
  ProbeItem cut = words("hello", {50, 50, 100, 40}, {40, 40, 200, 60});
  cut.cut = true;
  CHECK(says(broken({cut}), "is cut"));
}

TEST_CASE("Screens made of every widget keep the rules in both themes and languages", "[invariants]") {
  for (const ThemeName theme : {ThemeName::normal, ThemeName::high_contrast})
    for (const char* language : {"zh", "en"}) {
      Options options;
      options.theme = theme;
      options.language = language;
      options.animation = Animation::off;
      const auto ui = tests::open_ui(STATION_SOURCE_DIR, options);
      for (const auto& sample : tests::samples()) {
        Driver driver(*ui, Driver::drawing(*ui, sample.draw));
        driver.frames(3);
        const double least = theme == ThemeName::normal ? 4.5 : 7;
        for (const std::string& faint : faint_texts(driver, least))
          FAIL_CHECK(sample.name << " " << language << ": " << faint);
        for (const std::string& breach : breaches(*ui, sample.primaries))
          FAIL_CHECK(sample.name << " " << language << ": " << breach);
      }
    }
}

TEST_CASE("Language, theme and text size change at once, and a language that does not exist leaves the old one",
          "[ui]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  const std::string chinese = ui->strings().tr("list.page_up");
  REQUIRE(ui->set_language("en"));
  CHECK(ui->strings().tr("list.page_up") != chinese);
  CHECK(ui->language() == "en");
  const auto refused = ui->set_language("xx");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("xx.json") != std::string::npos);
  CHECK(ui->language() == "en");
  CHECK(ui->needs_frame());
}

TEST_CASE("The probe lists what stands on the screen, and is silent when nobody listens", "[probe]") {
  const auto ui = tests::open_ui(STATION_SOURCE_DIR);
  auto draw = [&] {
    Canvas& c = ui->begin_frame(0.016f);
    c.begin_screen("hello");
    c.row({48, 300, 984, 166}, {.id = "row", .title = "雨天减速", .subtitle = "2 分钟"});
    c.ring({500, 800}, {.id = "ring", .fraction = 0.25f, .label = "25%"});
    c.end_screen();
    ui->end_frame();
  };
  draw();
  CHECK(ui->probe().items().empty());
  ui->probe().record(true);
  draw();
  const Probe& probe = ui->probe();
  CHECK(probe.screen() == "hello");
  CHECK(probe.text() == "雨天减速\n2 分钟\n25%\n");
  CHECK(probe.shows("减速"));
  CHECK_FALSE(probe.shows("晴天"));
  CHECK(probe.find("ring")->value == 0.25f);
  CHECK(probe.find("row")->role == Role::row);
  CHECK(std::string(to_string(probe.find("row")->role)) == "row");
  CHECK(probe.items()[1].owner == "row");
  CHECK(probe.targets() == std::vector<std::string>{"row"});
}
