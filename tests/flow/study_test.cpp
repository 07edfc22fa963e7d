// Lessons as evidence, and examinations.
#include <algorithm>

#include "tests/flow/rig.h"

using namespace station;
using namespace station::test;

namespace {

CourseView training() {
  CourseView c;
  c.course = "c1";
  c.kind = CourseKind::training;
  c.stage = CourseStage::studying;
  c.required_s = 1800;
  c.lessons = {"L01"};
  return c;
}

RiderView trainee() {
  RiderView r = rider_named("a", "王师傅");
  r.courses = {training()};
  return r;
}

// Signed in, proved by PIN, lesson L01 of the course on the screen.
struct Study : Rig {
  Study() {
    visit.set_content(shipped_content());
    StationView station;
    station.id = "440902-007";
    put(station);
    sign_in(trainee());
    act(Go{Place::course, "c1"});
    act(StartLesson{"L01", "c1"});
    REQUIRE(screen<KeypadScreen>().purpose == KeypadPurpose::confirm_pin);
    for (char c : std::string("294173")) act(Key{c});
    act(SubmitKeys{});
    const auto [id, confirm] = take<ConfirmByPin>();
    CHECK(confirm.course == "c1");
    reply(id, Confirmed{trainee()});
    REQUIRE(on<LessonScreen>());
  }
  // Time with a finger on the screen every 20 seconds, everything answered by the ledger.
  std::vector<std::string> study(base::Milliseconds by) {
    std::vector<std::string> kinds;
    for (base::Milliseconds t{0}; t < by; t += 5s) {
      pass(5s);
      for (auto& k : attend_all()) kinds.push_back(k);
      if (screen<LessonScreen>().presence) act(TouchTarget{});
      if ((t / 5s) % 4 == 0) act(AnyTouch{});
      for (auto& k : attend_all()) kinds.push_back(k);
    }
    return kinds;
  }
};

}  // namespace

TEST_CASE("mandatory study begins with proof of who is there and a start event", "[flow]") {
  Study s;
  const auto kinds = s.attend_all();
  CHECK(std::find(kinds.begin(), kinds.end(), "start") != kinds.end());
}

TEST_CASE("minutes on the screen grow only with what the ledger has committed", "[flow]") {
  Study s;
  s.act(AnyTouch{});
  s.pass(30s);
  CHECK(s.screen<LessonScreen>().credited_s == 0);
  s.attend_all();
  CHECK(s.screen<LessonScreen>().credited_s == 30);
}

TEST_CASE("a tick is written every five seconds at its own time", "[flow]") {
  Study s;
  s.attend_all();
  const auto begin = s.clock.mono();
  s.clock.advance(17s);  // the program was busy
  s.put(Tick{});
  std::vector<BootTime> at;
  for (const Request& r : s.requests)
    if (const auto* a = std::get_if<Attend>(&r.demand); a && a->kind == "tick") at.push_back(a->at);
  CHECK(at == std::vector<BootTime>{begin + 5s, begin + 10s, begin + 15s});
}

TEST_CASE("the next step opens after its reading time and not before", "[flow]") {
  Study s;
  CHECK(s.screen<LessonScreen>().wait_s > 0);
  s.act(NextStep{});
  CHECK(s.screen<LessonScreen>().step_index == 0);
  s.study(base::Milliseconds(s.screen<LessonScreen>().wait_s * 1000 + 5000));
  s.act(NextStep{});
  CHECK(s.screen<LessonScreen>().step_index == 1);
  s.act(PreviousStep{});
  CHECK(s.screen<LessonScreen>().wait_s == 0);  // read already
}

TEST_CASE("without a touch the clock of the lesson stands still after a minute and study ends after three", "[flow]") {
  Study s;
  s.act(AnyTouch{});
  s.attend_all();
  s.pass(59s);
  CHECK_FALSE(s.screen<LessonScreen>().idle_prompt);
  s.pass(1s);
  CHECK(s.screen<LessonScreen>().idle_prompt);
  const int wait = s.screen<LessonScreen>().wait_s;
  s.pass(60s);
  CHECK(s.screen<LessonScreen>().wait_s == wait);
  s.pass(60s);
  s.attend_all();
  CHECK(s.on<PausedScreen>());
  CHECK(s.screen<PausedScreen>().why == "timeout");
}

TEST_CASE("a missed presence check is written at the end of its window", "[flow]") {
  Study s;
  std::optional<BootTime> shown;
  for (int i = 0; i < 3000 && !shown; ++i) {
    s.pass(250ms);
    if (i % 80 == 0) s.act(AnyTouch{});
    s.attend_all();
    if (s.on<LessonScreen>() && s.screen<LessonScreen>().presence) shown = s.clock.mono();
  }
  REQUIRE(shown);
  s.pass(31s);
  bool missed = false;
  for (const Request& r : s.requests)
    if (const auto* a = std::get_if<Attend>(&r.demand); a && a->kind == "check_missed") {
      missed = true;
      CHECK(a->at == *shown + 30s);
    }
  CHECK(missed);
  CHECK_FALSE(s.screen<LessonScreen>().presence);
}

TEST_CASE("an order pauses study with one touch and keeps what was credited", "[flow]") {
  Study s;
  s.act(AnyTouch{});
  s.pass(20s);
  s.attend_all();
  s.act(NewOrder{});
  CHECK(s.on<LessonScreen>());  // not before the ledger has it
  const auto kinds = s.attend_all();
  CHECK(kinds.back() == "pause");
  CHECK(s.screen<PausedScreen>().why == "order");
  s.act(Back{});
  CHECK(s.on<AttractScreen>());
}

TEST_CASE("another card during study does not interrupt it", "[flow]") {
  Study s;
  s.card("11223344");
  CHECK(s.count<TapCard>() == 0);
  CHECK(s.on<LessonScreen>());
}

TEST_CASE("study goes on at the step where the rider stopped at another station", "[flow]") {
  Rig rig;
  const auto content = shipped_content();
  rig.visit.set_content(content);
  RiderView r = trainee();
  r.courses[0].resume_lesson = "L01";
  r.courses[0].resume_step = content->lesson("L01")->steps[2].id;
  r.courses[0].credited_s = 120;
  rig.sign_in(r);
  rig.act(Go{Place::course, "c1"});
  rig.act(StartLesson{"", "c1"});
  for (char c : std::string("294173")) rig.act(Key{c});
  rig.act(SubmitKeys{});
  rig.reply(rig.take<ConfirmByPin>().first, Confirmed{r});
  CHECK(rig.screen<LessonScreen>().step == content->lesson("L01")->steps[2].id);
  CHECK(rig.screen<LessonScreen>().credited_s == 120);
}

TEST_CASE("lessons of a course are not reached without proof of who is there", "[flow]") {
  Rig rig;
  rig.visit.set_content(shipped_content());
  rig.sign_in(trainee());
  rig.act(Go{Place::lessons, "c1"});
  CHECK(rig.on<CourseScreen>());
}

TEST_CASE("a step of another region is not taught here", "[flow]") {
  const auto shipped = shipped_content();
  auto content = std::make_shared<record::Content>(*shipped);
  content->lessons[0].steps[1].validity.region = "33";
  Rig rig;
  rig.visit.set_content(content);
  StationView station;
  station.id = "440902-007";
  rig.put(station);
  rig.sign_in(rider_named("a", "王师傅"));
  rig.act(Go{Place::lessons, ""});
  rig.act(StartLesson{content->lessons[0].id, ""});
  CHECK(rig.screen<LessonScreen>().steps ==
        static_cast<int>(shipped->steps_at(shipped->lessons[0], "440902-007", "2026-11-18").size()) - 1);
}

TEST_CASE("a lesson ends with all its steps named and closes the session", "[flow]") {
  Study s;
  for (int guard = 0; guard < 200 && s.count<CompleteLesson>() == 0; ++guard) {
    const auto screen = s.screen<LessonScreen>();
    if (screen.wait_s > 0) {
      s.study(5s);
      continue;
    }
    if (!screen.question.empty() && !screen.answered) {
      s.act(ChooseOption{0});
      s.act(ConfirmAnswer{});
    }
    s.act(NextStep{});
    s.attend_all();
  }
  const auto [id, done] = s.take<CompleteLesson>();
  CHECK(done.lesson == "L01");
  CHECK(static_cast<int>(done.steps.size()) == s.screen<LessonScreen>().steps);
  CHECK_FALSE(s.screen<LessonScreen>().completed);
  s.reply(id, RiderChanged{trainee()});
  CHECK(s.screen<LessonScreen>().completed);
}

TEST_CASE("an examination stores each answer before the next question and goes on where it stopped", "[flow]") {
  Rig rig;
  RiderView r = trainee();
  r.courses[0].stage = CourseStage::exam_ready;
  rig.sign_in(r);
  rig.act(Go{Place::course, "c1"});
  rig.act(StartExam{});
  for (char c : std::string("294173")) rig.act(Key{c});
  rig.act(SubmitKeys{});
  rig.reply(rig.take<ConfirmByPin>().first, Confirmed{r});
  PaperView paper{"c1", "att", 1, {{"Q01", 1, false, {2, 0, 1}}, {"Q02", 1, false, {1, 0}}, {"Q03", 1, true, {0, 1, 2}}}, 1, nullptr};
  rig.reply(rig.take<OpenExam>().first, PaperOpened{paper});
  CHECK(rig.screen<ExamScreen>().index == 1);  // one was answered before the power went
  rig.act(ChooseOption{0});
  rig.act(ConfirmAnswer{});
  rig.act(ConfirmAnswer{});
  CHECK(rig.count<AnswerItem>() == 1);
  const auto [id, answer] = rig.take<AnswerItem>();
  CHECK(answer.chosen == std::vector<int>{1});  // as authored, not as shown
  CHECK(rig.screen<ExamScreen>().index == 1);
  rig.reply(id, ItemStored{1, true});
  CHECK(rig.screen<ExamScreen>().index == 2);
  rig.act(ChooseOption{0});
  rig.act(ChooseOption{2});
  rig.act(ConfirmAnswer{});
  CHECK(rig.screen<ExamScreen>().chosen == std::vector<int>{0, 2});
  rig.reply(rig.take<AnswerItem>().first, ItemStored{2, true});
  const auto closing = rig.take<CloseExam>();
  ExamOutcome outcome;
  outcome.course = "c1";
  outcome.passed = true;
  rig.reply(closing.first, ExamClosed{outcome, r});
  CHECK(rig.on<ExamResultScreen>());
}

TEST_CASE("a warning is confirmed by one touch, and a throttle recommendation leads to a complaint with a receipt", "[flow]") {
  Rig rig;
  RiderView r = rider_named("a", "王师傅");
  CourseView warning;
  warning.course = "w1";
  CourseView throttle;
  throttle.course = "t1";
  throttle.kind = CourseKind::throttle;
  throttle.stage = CourseStage::human;
  r.courses = {warning, throttle};
  rig.sign_in(r);
  rig.act(Go{Place::course, "w1"});
  rig.act(ConfirmWarning{});
  CHECK(rig.take<AcceptWarning>().second.course == "w1");
  rig.act(Go{Place::complaint, "t1"});
  rig.act(FileComplaint{});
  CHECK(rig.count<LodgeComplaint>() == 0);  // a category first
  rig.act(ChooseCategory{"facts"});
  rig.act(FileComplaint{});
  rig.act(FileComplaint{});
  CHECK(rig.count<LodgeComplaint>() == 1);
  const auto [id, complaint] = rig.take<LodgeComplaint>();
  CHECK(complaint.ref == "t1");
  rig.reply(id, ComplaintLodged{"TS-0001"});
  CHECK(rig.screen<ComplaintScreen>().receipt == "TS-0001");
}
