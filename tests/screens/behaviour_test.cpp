// What a touch means, by the names of the widgets.
#include <algorithm>
#include <catch2/catch.hpp>

#include "kiosk/screens/draw.h"
#include "kiosk/ui/driver.h"
#include "tests/screens/samples.h"

using namespace station;
using namespace station::flow;

namespace {

// One screen under a finger. The last action of a tap is kept.
class Stand {
 public:
  explicit Stand(ui::Animation animation = ui::Animation::off) : content_(test::shipped_content()) {
    ui::Options options;
    options.strings = std::string(STATION_SOURCE_DIR) + "/assets/strings";
    options.themes = std::string(STATION_SOURCE_DIR) + "/assets/themes";
    options.animation = animation;
    auto made = ui::Ui::create(options);
    REQUIRE(made);
    ui_ = std::move(*made);
    driver_ = std::make_unique<ui::Driver>(*ui_, [this](float seconds) {
      auto action = screens::draw(ui_->begin_frame(seconds), screen, frame, content_.get(), state);
      if (action) {
        ++actions;
        last = std::move(action);
      }
      auto info = ui_->end_frame();
      REQUIRE(screens::apply(state.preferences, *ui_));
      return info;
    });
  }

  void show(Screen s, Frame f = test::sample_frame()) {
    screen = std::move(s);
    frame = std::move(f);
    driver_->frames(3);
  }
  void show(const char* name) {
    for (test::Sample& sample : test::all_samples(*content_))
      if (sample.name == name) return show(std::move(sample.screen), std::move(sample.frame));
    FAIL("no sample " << name);
  }
  // The action of one tap; fails when the widget cannot be tapped or asks for something else.
  template <class A>
  A tap(const std::string& id) {
    last.reset();
    actions = 0;
    INFO(id);
    const auto tapped = driver_->tap(id);
    if (!tapped) FAIL(tapped.error().message);
    REQUIRE(last);
    CHECK(actions == 1);
    REQUIRE(std::holds_alternative<A>(*last));
    return std::get<A>(*last);
  }
  bool has(const std::string& id) const { return ui_->probe().has(id); }
  const ui::ProbeItem& item(const std::string& id) const {
    const ui::ProbeItem* found = ui_->probe().find(id);
    if (!found) FAIL("no widget " << id);
    return *found;
  }
  bool shows(const std::string& text) const { return ui_->probe().shows(text); }
  ui::Driver& driver() { return *driver_; }
  ui::Ui& ui() { return *ui_; }
  const record::Content& content() const { return *content_; }

  Screen screen;
  Frame frame;
  screens::ScreenState state;
  std::optional<Action> last;
  int actions = 0;

 private:
  std::shared_ptr<const record::Content> content_;
  std::unique_ptr<ui::Ui> ui_;
  std::unique_ptr<ui::Driver> driver_;
};

}  // namespace

TEST_CASE("the waiting screen leads to the number from everything on it", "[screens]") {
  Stand s;
  s.show("attract");
  for (const char* id : {"attract.number", "attract.charge", "attract.locker", "attract.learn"})
    CHECK(s.tap<Go>(id).to == Place::keypad);
}

TEST_CASE("the keypad types digits and hands in when it may", "[screens]") {
  Stand s;
  s.show("keypad-login");
  CHECK(s.tap<Key>("key.7").digit == '7');
  CHECK(s.tap<Key>("key.0").digit == '0');
  s.tap<EraseKey>("key.erase");
  s.tap<ClearKeys>("key.clear");
  s.tap<Back>("back");
  CHECK_FALSE(s.item("keypad.submit").enabled);
  s.show("keypad-login-typed");
  s.tap<SubmitKeys>("keypad.submit");
  CHECK_FALSE(s.shows("13812341207"));
  s.show("keypad-pin-busy");
  CHECK_FALSE(s.item("keypad.submit").enabled);
  CHECK_FALSE(s.item("key.1").enabled);
  CHECK_FALSE(s.shows("123456"));
}

TEST_CASE("what comes by itself can be left or followed by one touch", "[screens]") {
  Stand s;
  s.show("refused-unknown_card");
  CHECK(s.tap<Go>("refused.number").to == Place::keypad);
  s.tap<Back>("refused.back");
  s.show("greeting-course");
  s.tap<GoHome>("greeting.home");
  CHECK(s.tap<Go>("greeting.course").id == "c-22");
  CHECK(s.tap<Go>("greeting.charge").to == Place::charge);
  s.show("greeting-first");
  CHECK(s.tap<Go>("greeting.locker").to == Place::locker);
  s.show("paused-order");
  s.tap<Back>("paused.done");
  s.show("farewell");
  s.tap<Back>("farewell.done");
}

TEST_CASE("home leads to every service, to the duty and out", "[screens]") {
  Stand s;
  s.show("home-course");
  CHECK(s.tap<Go>("home.charge").to == Place::charge);
  CHECK(s.tap<Go>("home.locker").to == Place::locker);
  CHECK(s.tap<Go>("home.learn").to == Place::lessons);
  CHECK(s.tap<Go>("home.record").to == Place::record);
  CHECK(s.tap<Go>("home.complaint").to == Place::complaint);
  CHECK(s.tap<Go>("home.course").id == "c-22");
  CHECK(s.tap<Go>("home.next").to == Place::course);
  s.tap<SignOut>("home.sign_out");
  s.tap<CheckOut>("home.check_out");
  s.show("home-charging");
  CHECK(s.tap<Go>("home.next").to == Place::charge);
  s.show("home-locker");
  CHECK(s.tap<Go>("home.next").to == Place::locker);
}

TEST_CASE("charging takes the first free port unless another one is chosen", "[screens]") {
  Stand s;
  s.show("charge-choose");
  CHECK(s.tap<ChoosePort>("charge.start").port == "P2");
  s.tap<AnyTouch>("charge.port.P6");
  CHECK(s.item("charge.port.P6").selected);
  CHECK(s.tap<ChoosePort>("charge.start").port == "P6");
  CHECK_FALSE(s.item("charge.port.P1").enabled);
  // The chosen one was taken meanwhile: another free one is offered.
  for (PortView& p : s.frame.station.ports)
    if (p.name == "P6") p.state = PortState::busy;
  s.driver().frames(2);
  CHECK(s.tap<ChoosePort>("charge.start").port == "P2");
  s.show("charge-none");
  CHECK_FALSE(s.item("charge.start").enabled);
  s.show("charge-running");
  s.tap<StopCharge>("charge.stop");
  s.tap<GoHome>("charge.home");
  s.show("charge-ended");
  s.tap<GoHome>("charge.done");
}

TEST_CASE("a locker opens by one touch on its size, and the door's question has two answers", "[screens]") {
  Stand s;
  s.show("locker-choose");
  CHECK(s.tap<ChooseSize>("locker.size.S").size == BoxSize::small);
  CHECK(s.tap<ChooseSize>("locker.size.L").size == BoxSize::large);
  CHECK(s.tap<ChooseSize>("locker.put_in").size == BoxSize::small);
  s.show("locker-full");
  CHECK_FALSE(s.item("locker.size.M").enabled);
  CHECK_FALSE(s.item("locker.put_in").enabled);
  s.show("locker-two-boxes");
  CHECK(s.tap<OpenLease>("locker.open.l-1").finish);
  CHECK(s.tap<OpenLease>("locker.open.l-2").lease == "l-2");
  CHECK_FALSE(s.tap<OpenLease>("locker.mid.l-1").finish);
  s.show("locker-confirm-deposit");
  CHECK(s.tap<BoxUsed>("locker.used").used);
  CHECK_FALSE(s.tap<BoxUsed>("locker.not_used").used);
  s.show("locker-confirm-mid");
  CHECK_FALSE(s.has("locker.not_used"));
  s.show("locker-failed-deposit");
  s.tap<TryAgain>("locker.again");
  s.show("locker-open-deposit");
  CHECK_FALSE(s.has("back"));
}

TEST_CASE("a course offers what its stage allows, and always the objection", "[screens]") {
  Stand s;
  s.show("course-warning");
  s.tap<ConfirmWarning>("course.confirm");
  s.show("course-training");
  CHECK(s.tap<StartLesson>("course.start").lesson == "L02");
  const Go complaint = s.tap<Go>("course.complain");
  CHECK(complaint.to == Place::complaint);
  CHECK(complaint.id == "c-22");
  s.show("course-exam-ready");
  s.tap<StartExam>("course.exam");
  s.show("course-retry-wait");
  s.tap<GoHome>("course.home");
  s.show("course-done");
  CHECK(s.tap<ShowCertificate>("course.certificate").number == test::sample_certificate().number);
  s.show("course-throttle");
  CHECK(s.has("course.complain"));
  CHECK(s.item("course.review").label == s.ui().strings().tr("course.review.waiting"));
  const std::pair<const char*, const char*> decisions[] = {{"throttle", "course.review.confirmed"},
                                                           {"release", "course.review.released"},
                                                           {"dismiss", "course.review.declined"},
                                                           {"later", "course.review.decided"}};
  for (const auto& [decision, key] : decisions) {
    INFO(decision);
    s.show(CourseScreen{test::throttle_course(decision), {}});
    CHECK(s.item("course.review").label == s.ui().strings().tr(key));
  }
  s.show("course-throttle-confirmed");
  CHECK(s.shows("李警官"));
}

TEST_CASE("lessons list what fits the violation first and start the first one that is not done", "[screens]") {
  Stand s;
  s.show("lessons-course");
  CHECK(s.tap<StartLesson>("lessons.next").lesson == "L02");
  CHECK(s.tap<StartLesson>("lessons.open.L11").course == "c-22");
  CHECK(s.item("lessons.open.L02").rect.y < s.item("lessons.open.L01").rect.y);
  REQUIRE(s.driver().scroll_to("lessons.list", "lessons.open.L12"));
  CHECK(s.tap<StartLesson>("lessons.open.L12").lesson == "L12");
}

TEST_CASE("a lesson goes on, back, and out for an order by one touch each", "[screens]") {
  Stand s;
  s.show("lesson-text-waiting");
  CHECK_FALSE(s.item("lesson.next").enabled);
  s.tap<NewOrder>("lesson.order");
  s.tap<PauseStudy>("lesson.pause");
  s.show("lesson-text");
  s.tap<NextStep>("lesson.next");
  s.show("lesson-check");
  s.tap<PreviousStep>("lesson.previous");
  CHECK(s.tap<ChooseOption>("lesson.option.C").option == 2);
  CHECK_FALSE(s.item("lesson.confirm").enabled);
  s.show("lesson-check-chosen");
  s.tap<ConfirmAnswer>("lesson.confirm");
  s.show("lesson-check-wrong");
  CHECK(s.item("lesson.option.B").state == "wrong");
  CHECK(s.item("lesson.option.D").state == "missed");
  s.tap<NextStep>("lesson.next");
  s.show("lesson-completed");
  s.tap<NextStep>("lesson.next");
}

TEST_CASE("only the target answers a presence check, wherever it is", "[screens]") {
  Stand s;
  s.show("lesson-presence");
  for (int place = 0; place < 9; ++place) {
    std::get<LessonScreen>(s.screen).presence->place = place;
    s.driver().frames(2);
    s.tap<TouchTarget>("lesson.presence");
  }
  CHECK_FALSE(s.driver().tap("lesson.next"));
  s.show("lesson-idle");
  s.tap<StillHere>("lesson.here");
  s.tap<NewOrder>("lesson.leave");
}

TEST_CASE("an examination takes one answer after the other", "[screens]") {
  Stand s;
  s.show("exam");
  CHECK_FALSE(s.item("exam.next").enabled);
  CHECK(s.tap<ChooseOption>("exam.option.A").option == 0);
  s.show("exam-chosen");
  s.tap<ConfirmAnswer>("exam.next");
  s.tap<NewOrder>("exam.order");
  s.show("exam-saving");
  CHECK_FALSE(s.item("exam.next").enabled);
  CHECK_FALSE(s.item("exam.option.A").enabled);
  s.show("result-passed");
  CHECK(s.tap<ShowCertificate>("result.certificate").number == test::sample_certificate().number);
  s.tap<GoHome>("result.done");
  s.show("result-failed-wait");
  s.tap<GoHome>("result.done");
  CHECK(s.tap<Go>("result.course").to == Place::course);
}

TEST_CASE("the certificate shows its code sharp and large enough to be photographed", "[screens]") {
  Stand s;
  s.show("certificate");
  CHECK(s.item("certificate.qr").value * s.ui().options().mm_per_px >= 1.0f);
  s.tap<Back>("certificate.done");
}

TEST_CASE("the record opens certificates and courses", "[screens]") {
  Stand s;
  s.show("record");
  CHECK(s.tap<ShowCertificate>("record.certificate." + test::sample_certificate().number).number ==
        test::sample_certificate().number);
  CHECK(s.tap<Go>("record.course.c-22").to == Place::course);
  s.tap<GoHome>("record.done");
}

TEST_CASE("a complaint needs its subject before it can be handed in", "[screens]") {
  Stand s;
  s.show("complaint");
  CHECK_FALSE(s.item("complaint.submit").enabled);
  CHECK(s.tap<ChooseCategory>("complaint.category.wages").category == "wages");
  s.show("complaint-course");
  CHECK(s.item("complaint.category.wrong_facts").selected);
  s.tap<FileComplaint>("complaint.submit");
  s.show("complaint-lodged");
  CHECK(s.shows("TS2611250007"));
  s.tap<GoHome>("complaint.done");
}

TEST_CASE("the idle warning covers a personal screen and offers to stay or to leave", "[screens]") {
  Stand s;
  s.show("home-idle-warning");
  s.tap<StillHere>("idle.stay");
  s.tap<SignOut>("idle.leave");
  CHECK_FALSE(s.driver().tap("home.charge"));
  s.frame.idle_seconds_left.reset();
  s.driver().frames(2);
  CHECK(s.driver().tap("home.charge"));
}

TEST_CASE("help is one touch from everywhere and never loses an open door or running study", "[screens]") {
  Stand s;
  s.show("home");
  CHECK(s.tap<Go>("bar.help").to == Place::help);
  s.show("help");
  s.tap<Back>("help.done");
  for (const char* name : {"locker-open-deposit", "lesson-text", "exam", "out-of-service"}) {
    INFO(name);
    s.show(name);
    s.tap<AnyTouch>("bar.help");
    s.driver().frames(2);
    CHECK(s.shows("120"));
    s.tap<AnyTouch>("help.close");
    s.driver().frames(2);
    CHECK_FALSE(s.has("help.close"));
  }
}

TEST_CASE("a presence check is not hidden by help", "[screens]") {
  Stand s;
  s.show("lesson-text");
  s.tap<AnyTouch>("bar.help");
  s.driver().frames(2);
  REQUIRE(s.has("help.close"));
  std::get<LessonScreen>(s.screen).presence = PresenceTarget{4, 30};
  s.driver().frames(2);
  s.tap<TouchTarget>("lesson.presence");
}

TEST_CASE("a finger on the lesson text is a sign of reading", "[screens]") {
  Stand s;
  s.show("lesson-text-waiting");
  s.tap<AnyTouch>("lesson.read");
}

TEST_CASE("keys of the bottom bar work at once and are gone with the session", "[screens]") {
  Stand s;
  s.show("home");
  const std::string chinese = s.item("home.charge").label;
  s.tap<AnyTouch>("bar.language");
  s.driver().frames(1);
  CHECK(s.ui().language() == "en");
  CHECK(s.item("home.charge").label != chinese);
  s.tap<AnyTouch>("bar.contrast");
  CHECK(s.ui().theme().name() == ui::ThemeName::high_contrast);
  s.tap<AnyTouch>("bar.large_text");
  CHECK(s.ui().text_size() == ui::TextSize::large);
  s.state.end_session({});
  REQUIRE(screens::apply(s.state.preferences, s.ui()));
  s.driver().frames(2);
  CHECK(s.ui().language() == "zh");
  CHECK(s.ui().theme().name() == ui::ThemeName::normal);
  CHECK(s.item("home.charge").label == chinese);
}

TEST_CASE("nothing of the last rider is left for the next", "[screens]") {
  Stand s;
  s.show("charge-choose");
  s.tap<AnyTouch>("charge.port.P6");
  s.show("record");
  s.state.end_session({});
  s.ui().end_session();
  s.show("attract");
  CHECK_FALSE(s.shows("王师傅"));
  CHECK_FALSE(s.shows("1207"));
  CHECK_FALSE(s.shows("1,285"));
  s.show("charge-choose");
  CHECK(s.item("charge.port.P2").selected);
}

TEST_CASE("a still screen asks for no frame", "[screens]") {
  Stand s(ui::Animation::on);
  for (const test::Sample& sample : test::all_samples(s.content())) {
    if (sample.name.find("busy") != std::string::npos || sample.name.find("opening") != std::string::npos) continue;
    if (sample.name == "hazards-playing" || sample.name == "hazards-replay") continue;  // a clip runs
    s.show(sample.screen, sample.frame);
    const bool turns = std::any_of(s.ui().probe().items().begin(), s.ui().probe().items().end(),
                                   [](const ui::ProbeItem& i) { return i.state == "busy"; });
    if (turns) continue;  // something is awaited: the button turns until it comes
    INFO(sample.name);
    REQUIRE(s.driver().settle());
    CHECK_FALSE(s.ui().needs_frame());
  }
}

TEST_CASE("a station without content says so and stays usable", "[screens]") {
  ui::Options options;
  options.strings = std::string(STATION_SOURCE_DIR) + "/assets/strings";
  options.themes = std::string(STATION_SOURCE_DIR) + "/assets/themes";
  auto made = ui::Ui::create(options);
  REQUIRE(made);
  ui::Ui& ui = **made;
  ui.probe().record(true);
  screens::ScreenState state;
  const auto content = test::shipped_content();
  for (const test::Sample& sample : test::all_samples(*content)) {
    INFO(sample.name);
    screens::draw(ui.begin_frame(1 / 60.0f), sample.screen, sample.frame, nullptr, state);
    ui.end_frame();
    CHECK(ui.probe().screen() == flow::name_of(sample.screen));
  }
  screens::draw(ui.begin_frame(1 / 60.0f), LessonsScreen{}, test::sample_frame(), nullptr, state);
  ui.end_frame();
  REQUIRE(ui.probe().has("lessons.next"));
  CHECK_FALSE(ui.probe().find("lessons.next")->enabled);
  CHECK(ui.probe().shows(ui.strings().tr("lessons.none")));
}
