#include "rig.h"

using namespace station;
using namespace station::test;
using flow::CourseStage;

TEST_CASE("every study event is a record at its own moment of the boot clock", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.clock.advance(100s);
  const base::BootTime earlier = rig.clock.mono() - 30s;
  const auto a =
      rig.ask<flow::Attended>(flow::Attend{kWang, "C1", "S1", "L01", "s2", "check_missed", earlier, true, ""});
  CHECK(a.kind == "check_missed");
  CHECK(a.at == earlier);
  const auto log = rig.log();
  CHECK(log.back().type == "attendance.check_missed");
  CHECK(log.back().mono_ms == 70'000);
  CHECK(log.back().at == at("2026-11-22T06:01:10Z"));
  CHECK(json::parse(log.back().body) ==
        json{{"course", "C1"}, {"session", "S1"}, {"lesson", "L01"}, {"step", "s2"}, {"pack", 0}, {"media", true}});
  rig.attend("C1", "S1", "pause", "s2", "order");
  CHECK(json::parse(rig.log().back().body)["why"] == "order");
  rig.consistent();
}

TEST_CASE("a course shows what is credited, what is missing and where the rider stopped", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.assign(rig.order("C1"));
  CHECK(rig.course("C1").stage == CourseStage::assigned);
  CHECK(rig.course("C1").violations.at(0).code == "2007");
  rig.study("C1", "S1", 120s);
  const auto c = rig.course("C1");
  CHECK(c.stage == CourseStage::studying);
  CHECK(c.credited_s == 120);
  CHECK(c.required_s == 1800);
  CHECK(c.resume_lesson == "L01");
  CHECK(c.resume_step == "s1");
  rig.consistent();
}

TEST_CASE("a power cut in a lesson costs nothing that was committed, and the session is closed as abandoned",
          "[store]") {
  Rig rig;
  rig.add_wang();
  rig.assign(rig.order("C1"));
  rig.study("C1", "S1", 100s, "");
  rig.clock.advance(4s);
  rig.power_cut();
  CHECK(rig.course("C1").credited_s == 100);
  CHECK(rig.course("C1").resume_step == "s1");
  const auto abandoned = rig.bodies(record::kLessonAbandoned);
  REQUIRE(abandoned.size() == 1);
  CHECK(abandoned[0] == json{{"course", "C1"}, {"session", "S1"}, {"lesson", "L01"}, {"step", "s1"}});
  rig.study("C1", "S2", 50s);
  CHECK(rig.course("C1").credited_s == 150);
  rig.crash();
  CHECK(rig.bodies(record::kLessonAbandoned).size() == 1);
  rig.consistent();
}

TEST_CASE("minutes of two stations add up once synced, whichever order the parts come in", "[store]") {
  Rig a("440902-007"), b("440902-008", "2026-11-22T07:00:00Z");
  for (Rig* rig : {&a, &b}) {
    rig->add_wang();
    rig->assign(a.order("C1"));
  }
  a.study("C1", "S1", 600s);
  const auto part = record::course_progress("C1", "440902-007", a.log());
  b.study("C1", "S2", 300s);
  CHECK(b.course("C1").credited_s == 300);
  b.feed(record::kFeedProgress, json::parse(record::to_json(part)));
  CHECK(b.course("C1").credited_s == 900);
  b.study("C1", "S3", 60s);
  CHECK(b.course("C1").credited_s == 960);

  a.study("C1", "S4", 300s);
  const auto newer = record::course_progress("C1", "440902-007", a.log());
  b.feed(record::kFeedProgress, json::parse(record::to_json(newer)));
  b.feed(record::kFeedProgress, json::parse(record::to_json(part)));  // an older part changes nothing
  CHECK(b.course("C1").credited_s == 1260);
  // What comes back about this station itself is not counted again.
  b.feed(record::kFeedProgress, json::parse(record::to_json(record::course_progress("C1", "440902-008", b.log()))));
  CHECK(b.course("C1").credited_s == 1260);
  b.consistent();
}

TEST_CASE("what an earlier incarnation of this station credited counts", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.assign(rig.order("C1"));
  rig.study("C1", "S1", 300s);
  auto earlier = record::course_progress("C1", "440902-007", rig.log());
  rig.ledger.reset();
  std::filesystem::remove(rig.options.path);
  rig.identity.inc = 2;
  rig.clock.advance(1h);
  rig.open();
  rig.feed(record::kFeedRider, rig.rider_body(kWang, "王师傅", "04A23B7C", "", ""));
  rig.assign(rig.order("C1"));
  rig.feed(record::kFeedProgress, json::parse(record::to_json(earlier)));
  CHECK(rig.course("C1").credited_s == 300);
  rig.study("C1", "S2", 60s);
  CHECK(rig.course("C1").credited_s == 360);
  rig.consistent();
}

TEST_CASE("another station's later stop is where the rider goes on", "[store]") {
  Rig a("440902-007"), b("440902-008", "2026-11-22T08:00:00Z");
  for (Rig* rig : {&a, &b}) {
    rig->add_wang();
    rig->assign(a.order("C1"));
  }
  a.study("C1", "S1", 60s);
  b.attend("C1", "S2", "start", "s1");
  b.clock.advance(5s);
  b.attend("C1", "S2", "pause", "s5");
  a.feed(record::kFeedProgress, json::parse(record::to_json(record::course_progress("C1", "440902-008", b.log()))));
  CHECK(a.course("C1").resume_step == "s5");
}

TEST_CASE("a finished lesson counts for the course and is not resumed", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.assign(rig.order("C1"));
  rig.study("C1", "S1", 120s, "end");
  const auto r = rig.ask<flow::RiderChanged>(flow::CompleteLesson{kWang, "C1", "S1", "L01", {"s1", "s2"}}).rider;
  CHECK(r.courses.at(0).lessons_done == std::vector<std::string>{"L01"});
  CHECK(r.courses.at(0).resume_lesson.empty());
  CHECK(r.lessons_done == std::vector<std::string>{"L01"});
  CHECK(r.points == 10);
  CHECK(rig.bodies(record::kLessonCompleted).at(0)["steps"] == json{"s1", "s2"});
  rig.consistent();
}

TEST_CASE("a warning is confirmed once, and only by its own rider", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_li();
  rig.assign(rig.order("W1", "warning"));
  rig.assign(rig.order("C1"));
  CHECK(rig.refused(flow::AcceptWarning{kLi, "W1"}) == "course.not_found");
  CHECK(rig.refused(flow::AcceptWarning{kWang, "W9"}) == "course.not_found");
  CHECK(rig.refused(flow::AcceptWarning{kWang, "C1"}) == "course.not_found");
  rig.ask<flow::RiderChanged>(flow::AcceptWarning{kWang, "W1"});
  rig.ask<flow::RiderChanged>(flow::AcceptWarning{kWang, "W1"});
  CHECK(rig.course("W1").stage == CourseStage::done);
  CHECK(rig.bodies(record::kWarningConfirmed).size() == 1);
  rig.crash();
  CHECK(rig.course("W1").stage == CourseStage::done);
  rig.consistent();
}

TEST_CASE("open courses come first, the most urgent one first", "[store]") {
  Rig rig;
  rig.add_wang();
  auto late = rig.order("C-late"), soon = rig.order("C-soon"), over = rig.order("W-over", "warning");
  late.deadline += 24h;
  rig.assign(late);
  rig.assign(over);
  rig.assign(soon);
  rig.ask<flow::RiderChanged>(flow::AcceptWarning{kWang, "W-over"});
  std::vector<std::string> ids;
  for (const auto& c : rig.wang().courses) ids.push_back(c.course);
  CHECK(ids == std::vector<std::string>{"C-soon", "C-late", "W-over"});
}

TEST_CASE("a withdrawn course and a reviewer's decision are shown with their reasons", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.assign(rig.order("T1", "throttle"));
  rig.assign(rig.order("W1", "warning"));
  CHECK(rig.course("T1").decision.empty());
  rig.feed(record::kFeedReview, {{"course", "T1"},
                                 {"decision", "release"},
                                 {"reviewer", "reviewer"},
                                 {"reason", "photo unclear"},
                                 {"at", "2026-11-22T06:00:00.000Z"}});
  const auto c = rig.course("T1");
  CHECK(c.kind == flow::CourseKind::throttle);
  CHECK(c.decision == "release");
  CHECK(c.decision_reason == "photo unclear");
  rig.feed(record::kFeedCourseWithdrawn, {{"course", "W1"}, {"reason", "violation cancelled"}});
  CHECK(rig.course("W1").stage == CourseStage::withdrawn);
  CHECK(rig.refused(flow::AcceptWarning{kWang, "W1"}) == "course.withdrawn");
}

TEST_CASE("a course that nobody finished expires at its deadline", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.assign(rig.order("C1"));
  rig.clock.advance(15 * 24h + 1s);
  CHECK(rig.course("C1").stage == CourseStage::expired);
}
