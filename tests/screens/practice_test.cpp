// Questions of every kind answered by fingers: the drawn screen, the touches it takes and what they amount to.
#include <catch2/catch.hpp>

#include "kiosk/flow/answering.h"
#include "kiosk/screens/draw.h"
#include "kiosk/ui/driver.h"
#include "tests/screens/samples.h"

using namespace station;
using namespace station::flow;

namespace {

// A lesson's question on the screen, wired to what the flows answer with.
class Table {
 public:
  explicit Table(const screens::Preferences& preferences = {}) : content_(test::shipped_content()) {
    ui::Options options;
    options.strings = std::string(STATION_SOURCE_DIR) + "/assets/strings";
    options.themes = std::string(STATION_SOURCE_DIR) + "/assets/themes";
    options.animation = ui::Animation::off;
    auto made = ui::Ui::create(options);
    REQUIRE(made);
    ui_ = std::move(*made);
    state_.preferences = preferences;
    REQUIRE(screens::apply(state_.preferences, *ui_));
    driver_ = std::make_unique<ui::Driver>(*ui_, [this](float seconds) {
      answering_.write(screen_, now);
      const auto action =
          screens::draw(ui_->begin_frame(seconds), screen_, test::sample_frame(), content_.get(), state_);
      if (action) answering_.on_action(*action, now);
      return ui_->end_frame();
    });
  }

  void ask(const record::Question& q) {
    answering_.begin(q);
    screen_ = {};
    screen_.lesson = q.lesson;
    screen_.step = q.lesson + "-3";
    screen_.steps = 6;
    screen_.step_index = 2;
    screen_.question = q.id;
    driver_->frames(3);
  }
  void tap(const std::string& id) {
    INFO(id);
    if (auto shown = driver_->scroll_to("lesson.question", id); !shown) FAIL(shown.error().message);
    if (auto tapped = driver_->tap(id); !tapped) FAIL(tapped.error().message);
    driver_->frames(1);
  }
  // Touches the widgets that give this response.
  void give(const record::Question& q, const rules::Response& response) {
    for (const Action& touch : touches_for(q, screen_.order, response)) {
      const auto letter = [](int n) { return std::string(1, static_cast<char>('A' + n)); };
      if (const auto* o = std::get_if<ChooseOption>(&touch)) tap("lesson.option." + letter(o->option));
      if (const auto* o = std::get_if<ChooseSlot>(&touch)) tap("lesson.slot." + letter(o->slot));
      if (const auto* o = std::get_if<Key>(&touch)) tap(std::string("key.") + o->digit);
      if (const auto* o = std::get_if<TypeText>(&touch))
        tap("key." + (o->text == "." ? std::string("point") : o->text));
      if (std::holds_alternative<StartClip>(touch)) tap("lesson.clip");
    }
  }
  const record::Content& content() const { return *content_; }
  Answering& answering() { return answering_; }
  ui::Driver& driver() { return *driver_; }

  BootTime now{};

 private:
  std::shared_ptr<const record::Content> content_;
  std::unique_ptr<ui::Ui> ui_;
  std::unique_ptr<ui::Driver> driver_;
  screens::ScreenState state_;
  LessonScreen screen_;
  Answering answering_;
};

}  // namespace

TEST_CASE("every question that is more than options can be answered rightly by fingers, in large text, too",
          "[screens]") {
  for (const screens::Preferences& preferences :
       {screens::Preferences{"zh", false, false, false}, {"en", true, true, false}}) {
    Table table(preferences);
    int kinds = 0;
    for (const auto& [id, q] : table.content().questions) {
      if (q.kind == rules::QuestionKind::single || q.kind == rules::QuestionKind::multiple ||
          q.kind == rules::QuestionKind::judgement || q.kind == rules::QuestionKind::hazard)
        continue;
      INFO(id);
      ++kinds;
      table.ask(q);
      table.give(q, rules::right_response(q.key()));
      CHECK(table.answering().complete());
      CHECK(rules::is_right(q.key(), table.answering().response()));
    }
    CHECK(kinds >= 20);
  }
}

TEST_CASE("a clip takes the moment at which the finger comes down, on the picture or below it", "[screens]") {
  Table table;
  for (const auto& [id, q] : table.content().questions) {
    if (q.kind != rules::QuestionKind::hazard) continue;
    INFO(id);
    table.ask(q);
    table.tap("lesson.clip");
    REQUIRE(table.answering().clip_runs());
    table.driver().frames(2);
    const ui::ProbeItem* target = table.driver().probe().find("lesson.clip");
    REQUIRE(target);
    const ui::Rect whole = target->visible;
    table.now += base::Milliseconds(q.hazards.front().open + 100);
    REQUIRE(table.driver().tap_at({whole.centre().x, whole.y + 120}));
    table.now += base::Milliseconds(1000);
    REQUIRE(table.driver().tap_at({whole.centre().x, whole.bottom() - 60}));
    const auto taps = table.answering().response().taps;
    REQUIRE(taps.size() == 2);
    CHECK(taps[0] == q.hazards.front().open + 100);
    CHECK(taps[1] == q.hazards.front().open + 1100);
    break;
  }
}
