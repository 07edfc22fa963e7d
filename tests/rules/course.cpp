// The course of one rider: learning rules, 8.1 to 8.4.
#include "sync/rules/course.h"

#include <catch2/catch.hpp>

#include "sync/base/random.h"

using namespace station;
using namespace station::rules;

namespace {

constexpr std::int64_t kStart = 1'795'000'000'000, kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

UtcTime at(std::int64_t ms) {
  return base::utc_from_ms(kStart + ms);
}

// A rider's way, told in a few words a line; ids count up.
struct Story {
  CourseTerms terms = training_terms("c1", "R1");
  std::vector<CourseEvent> events;
  CourseStudy study;

  void add(std::int64_t ms, CourseFact fact) {
    events.push_back({"e" + std::to_string(events.size()), at(ms), std::move(fact)});
  }
  void credit(std::int64_t from, std::int64_t minutes) {
    study.credit.push_back({kStart + from, kStart + from + minutes * kMinute});
  }
  CourseState state(std::int64_t ms) const { return course_state(terms, events, study, at(ms)); }
  void studied() {
    add(0, Assigned{"ladder", "second violation"});
    add(kHour, RiderIdentified{"R1", "pin"});
    add(kHour + kMinute, LessonStarted{"L01"});
    credit(kHour + kMinute, 30);
  }
  void exam(std::int64_t ms, const std::string& attempt, int score, std::vector<std::string> items,
            bool critical = false) {
    add(ms, ExamOpened{attempt, std::move(items), 5000, 1'800'000});
    add(ms + 10 * kMinute, ExamClosed{attempt, score, critical, true});
  }
};

std::string last_ignored(const CourseState& s) {
  return s.ignored.empty() ? "" : s.ignored.back().why.code;
}

}  // namespace

TEST_CASE("a training goes from assigned to certified", "[rules]") {
  Story s;
  s.add(0, Assigned{"ladder", "second violation"});
  CHECK(s.state(1).stage == CourseStage::assigned);
  s.add(kHour, RiderIdentified{"R1", "pin"});
  CHECK(s.state(kHour).stage == CourseStage::identified);
  s.add(kHour + kMinute, LessonStarted{"L01"});
  s.credit(kHour + kMinute, 30);
  CHECK(s.state(kHour + 30 * kMinute).stage == CourseStage::in_progress);
  const CourseState ready = s.state(kHour + 31 * kMinute);
  CHECK(ready.stage == CourseStage::exam_ready);
  CHECK(ready.since == at(kHour + 31 * kMinute));
  CHECK(ready.credit_reached == at(kHour + 31 * kMinute));
  s.add(2 * kHour, ExamOpened{"a1", {"Q1", "Q2"}, 5000, 1'800'000});
  const CourseState open = s.state(2 * kHour);
  REQUIRE(open.open_attempt);
  CHECK(open.open_attempt->attempt == "a1");
  CHECK(open.stage == CourseStage::exam_ready);
  s.add(2 * kHour + 10 * kMinute, ExamClosed{"a1", 18, false, true});
  CHECK(s.state(3 * kHour).stage == CourseStage::passed);
  s.add(3 * kHour, CertificateIssued{"3301062611220004200072"});
  const CourseState done = s.state(30 * kDay);
  CHECK(done.stage == CourseStage::certified);
  CHECK(done.certificate == "3301062611220004200072");
  CHECK(done.ignored.empty());
  CHECK_FALSE(done.review);
}

TEST_CASE("every move keeps its reason and the numbers it rests on", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 17, {"Q1"});
  const CourseState state = s.state(3 * kHour);
  std::vector<std::string> codes;
  for (const CourseMove& m : state.moves) codes.push_back(m.why.code);
  CHECK(codes == std::vector<std::string>{"assigned", "identified", "lesson_started", "study_complete", "score_missed",
                                          "retry_allowed"});
  CHECK(state.moves[0].why.who == "ladder");
  CHECK(state.moves[0].why.text == "second violation");
  CHECK(state.moves[3].why.numbers ==
        std::vector<std::pair<std::string, std::int64_t>>{{"required_s", 1800}, {"window_s", 259'200}, {"lessons", 0}});
  CHECK(state.moves[4].why.numbers ==
        std::vector<std::pair<std::string, std::int64_t>>{{"score", 17}, {"of", 20}, {"pass", 18}, {"attempt", 1}});
}

TEST_CASE("an event that does not fit is kept, marked and changes nothing", "[rules]") {
  Story s;
  s.add(0, RiderIdentified{"R1", "pin"});
  CHECK(last_ignored(s.state(1)) == "stage_none");
  s.add(0, Assigned{"ladder", ""});
  s.add(1, Assigned{"ladder", ""});
  CHECK(last_ignored(s.state(1)) == "already_assigned");
  s.add(2, LessonStarted{"L01"});  // nobody identified
  CHECK(last_ignored(s.state(2)) == "stage_assigned");
  s.add(3, RiderIdentified{"R2", "pin"});
  CHECK(last_ignored(s.state(3)) == "other_rider");
  s.add(4, ExamOpened{"a1", {}, 0, 0});
  CHECK(last_ignored(s.state(4)) == "stage_assigned");
  s.add(5, ExamClosed{"a1", 20, false, true});
  s.add(6, CertificateIssued{"x"});
  s.add(7, ThrottleDecided{"Chen", "r", true});
  CHECK(last_ignored(s.state(7)) == "no_throttle");
  const CourseState state = s.state(8);
  CHECK(state.stage == CourseStage::assigned);
  CHECK(state.ignored.size() == 8);
  CHECK(state.ignored[4].event == "exam_opened");
  CHECK(state.ignored[4].id == "e5");
  CHECK(state.moves.size() == 1);
}

TEST_CASE("the same event delivered twice counts once", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 3, {"Q1"});
  const auto once = s.events;
  s.events.insert(s.events.end(), once.begin(), once.end());
  const CourseState state = s.state(3 * kHour);
  CHECK(state.attempts == 1);
  CHECK(state.ignored.empty());
  CHECK(state.moves.size() == 6);
}

TEST_CASE("the second attempt is at once with other items, the third a day later, then a human decides", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 10, {"Q1", "Q2"});
  CourseState state = s.state(2 * kHour + 11 * kMinute);
  CHECK(state.stage == CourseStage::exam_ready);
  AttemptVerdict v = may_open_attempt(s.terms, state, 1000, at(2 * kHour + 11 * kMinute));
  CHECK((v.allowed && v.no == 2 && v.other_items_only));
  CHECK(v.repeats_from == at(26 * kHour + 10 * kMinute));

  s.add(2 * kHour + 12 * kMinute, ExamOpened{"bad", {"Q2", "Q3"}, 0, 1'800'000});
  CHECK(last_ignored(s.state(3 * kHour)) == "items_repeat");
  s.exam(3 * kHour, "a2", 17, {"Q3", "Q4"});
  state = s.state(4 * kHour);
  CHECK(state.stage == CourseStage::failed);
  CHECK(state.retry_at == at(27 * kHour + 10 * kMinute));
  v = may_open_attempt(s.terms, state, 1000, at(4 * kHour));
  CHECK((!v.allowed && v.why.code == "waiting"));
  s.add(5 * kHour, ExamOpened{"early", {"Q5"}, 0, 1'800'000});
  CHECK(last_ignored(s.state(6 * kHour)) == "waiting");
  s.add(6 * kHour, RetryAllowed{"Chen", "asked"});
  CHECK(last_ignored(s.state(6 * kHour)) == "waiting");

  CHECK(s.state(27 * kHour + 10 * kMinute - 1).stage == CourseStage::failed);
  state = s.state(27 * kHour + 10 * kMinute);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK_FALSE(may_open_attempt(s.terms, state, 0, at(28 * kHour)).other_items_only);
  s.exam(28 * kHour, "a3", 0, {"Q1", "Q3"});
  state = s.state(60 * kHour);
  CHECK(state.stage == CourseStage::failed);
  CHECK(state.human);
  CHECK_FALSE(state.retry_at);
  CHECK(may_open_attempt(s.terms, state, 0, at(60 * kHour)).why.code == "human_decides");

  s.add(61 * kHour, RetryAllowed{"", ""});
  CHECK(last_ignored(s.state(61 * kHour)) == "needs_named_reviewer");
  s.add(62 * kHour, RetryAllowed{"Chen", "reads slowly"});
  state = s.state(62 * kHour);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK(state.moves.back().why.who == "Chen");
  s.exam(63 * kHour, "a4", 18, {"Q9"});
  CHECK(s.state(64 * kHour).stage == CourseStage::passed);
}

TEST_CASE("a critical item wrong fails a paper that reached the pass mark", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 19, {"Q1"}, true);
  const CourseState state = s.state(3 * kHour);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK(state.moves[4].why.code == "critical_wrong");
  CHECK(state.best_score == 19);
}

TEST_CASE("an examination needs the rider identified within the last minute", "[rules]") {
  Story s;
  s.studied();
  CourseState state = s.state(2 * kHour);
  CHECK(may_open_attempt(s.terms, state, 60'000, at(2 * kHour)).allowed);
  CHECK(may_open_attempt(s.terms, state, 60'001, at(2 * kHour)).why.code == "identity_not_fresh");
  CHECK(may_open_attempt(s.terms, state, -1, at(2 * kHour)).why.code == "identity_not_fresh");
  s.add(2 * kHour, ExamOpened{"a1", {"Q1"}, 60'001, 1'800'000});
  CHECK(last_ignored(s.state(2 * kHour)) == "identity_not_fresh");
}

TEST_CASE("only one attempt is open at a time, also at two stations", "[rules]") {
  Story s;
  s.studied();
  s.add(2 * kHour, ExamOpened{"a1", {"Q1"}, 0, 1'800'000});
  s.add(2 * kHour + kMinute, ExamOpened{"b1", {"Q2"}, 0, 1'800'000});
  s.add(2 * kHour + 5 * kMinute, ExamClosed{"b1", 20, false, true});
  CourseState state = s.state(3 * kHour);
  CHECK(state.stage == CourseStage::exam_ready);
  REQUIRE(state.ignored.size() == 2);
  CHECK(state.ignored[0].why.code == "attempt_open");
  CHECK(state.ignored[1].why.code == "no_such_attempt");
  CHECK(may_open_attempt(s.terms, state, 0, at(3 * kHour)).why.code == "attempt_open");
  s.add(3 * kHour, ExamClosed{"a1", 21, false, true});
  CHECK(last_ignored(s.state(3 * kHour)) == "score_out_of_range");
  s.add(3 * kHour, ExamClosed{"a1", 5, false, false});
  CHECK(s.state(3 * kHour).moves[4].why.code == "not_finished");
}

TEST_CASE("minutes that are missing are named, and time spread over visits adds up", "[rules]") {
  Story s;
  s.add(0, Assigned{"ladder", ""});
  s.add(kHour, RiderIdentified{"R1", "card"});
  s.add(kHour, LessonStarted{"L01"});
  s.credit(kHour, 12);
  CourseState state = s.state(5 * kHour);
  CHECK(state.missing_ms == 18 * kMinute);
  CHECK(state.credit.ms == 12 * kMinute);
  const AttemptVerdict v = may_open_attempt(s.terms, state, 0, at(5 * kHour));
  CHECK(v.why.code == "credit_missing");
  CHECK(v.why.numbers.front().second == 1080);
  s.credit(50 * kHour, 18);
  state = s.state(51 * kHour);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK(state.missing_ms == 0);
  // Days later the time has dropped out of the window; ready stays ready.
  state = s.state(10 * kDay);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK(state.credit.ms == 0);
  CHECK(state.missing_ms == 0);
}

TEST_CASE("obligatory lessons hold the examination back", "[rules]") {
  Story s;
  s.terms.lessons = {"L01", "L12"};
  s.studied();
  s.add(2 * kHour, LessonCompleted{"L01"});
  CourseState state = s.state(3 * kHour);
  CHECK(state.stage == CourseStage::in_progress);
  CHECK(state.lessons_missing == std::vector<std::string>{"L12"});
  s.add(4 * kHour, LessonCompleted{"L12"});
  state = s.state(4 * kHour);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK(state.since == at(4 * kHour));
}

TEST_CASE("a deadline that passes expires the course, also with an open attempt", "[rules]") {
  Story s;
  s.studied();
  CHECK(s.state(15 * kDay - 1).stage == CourseStage::exam_ready);
  CHECK(s.state(15 * kDay).stage == CourseStage::expired);
  s.add(15 * kDay - kMinute, ExamOpened{"a1", {"Q1"}, 0, 1'800'000});
  s.add(15 * kDay + kMinute, ExamClosed{"a1", 20, false, true});
  const CourseState state = s.state(16 * kDay);
  CHECK(state.stage == CourseStage::expired);
  CHECK(last_ignored(state) == "stage_expired");
  CHECK_FALSE(state.open_attempt);
}

TEST_CASE("a passed course does not expire", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 20, {"Q1"});
  CHECK(s.state(40 * kDay).stage == CourseStage::passed);
}

TEST_CASE("a cancelled violation withdraws the course, except a certified one", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 20, {"Q1"});
  Story certified = s;
  s.add(3 * kHour, Withdrawn{"camera fault"});
  CHECK(s.state(4 * kHour).stage == CourseStage::withdrawn);
  CHECK(s.state(40 * kDay).stage == CourseStage::withdrawn);
  certified.add(3 * kHour, CertificateIssued{"n"});
  certified.add(4 * kHour, Withdrawn{"camera fault"});
  CHECK(certified.state(5 * kHour).stage == CourseStage::certified);
  CHECK(last_ignored(certified.state(5 * kHour)) == "stage_certified");
  Story late;
  late.add(0, Assigned{"ladder", ""});
  late.add(20 * kDay, Withdrawn{"camera fault"});
  CHECK(late.state(21 * kDay).stage == CourseStage::withdrawn);
}

TEST_CASE("evidence that arrives later and lowers the credit goes to a reviewer, not against the rider", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 19, {"Q1"});
  s.study.credit = {{kStart + kHour + kMinute, kStart + kHour + 20 * kMinute}};
  const CourseState state = s.state(3 * kHour);
  CHECK(state.stage == CourseStage::passed);
  CHECK(state.review);
  REQUIRE(state.review_why.size() == 1);
  CHECK(state.review_why[0].code == "credit_fell");
  CHECK(state.review_why[0].numbers == std::vector<std::pair<std::string, std::int64_t>>{
                                           {"required_s", 1800}, {"credited_then_s", 1800}, {"credited_now_s", 1140}});
  CHECK(state.missing_ms == 0);
}

TEST_CASE("an examination opened without the credit it claims to have seen is ignored", "[rules]") {
  Story s;
  s.studied();
  s.study.credit.clear();
  s.add(2 * kHour, ExamOpened{"a1", {"Q1"}, 0, 1'799'999});
  const CourseState state = s.state(3 * kHour);
  CHECK(state.stage == CourseStage::in_progress);
  CHECK(last_ignored(state) == "stage_in_progress");
}

TEST_CASE("time credited at two places at once sends the course to a reviewer", "[rules]") {
  Story s;
  s.studied();
  s.study.overlap = true;
  const CourseState state = s.state(2 * kHour);
  CHECK(state.stage == CourseStage::exam_ready);
  CHECK(state.review);
  CHECK(state.review_why.back().code == "overlap");
}

TEST_CASE("a voided certificate starts the course anew, or a person closes it", "[rules]") {
  Story s;
  s.studied();
  s.exam(2 * kHour, "a1", 20, {"Q1"});
  s.add(3 * kHour, CertificateIssued{"n"});
  s.add(4 * kHour, CertificateVoided{"", "no name"});
  CHECK(last_ignored(s.state(4 * kHour)) == "needs_named_reviewer");
  Story closed = s;
  closed.add(5 * kHour, CertificateVoided{"Chen", "somebody else sat", true});
  CHECK(closed.state(60 * kDay).stage == CourseStage::closed);

  s.add(5 * kHour, CertificateVoided{"Chen", "somebody else sat", false});
  CourseState state = s.state(6 * kHour);
  CHECK(state.stage == CourseStage::assigned);
  CHECK(state.certificate.empty());
  CHECK(state.attempts == 0);
  CHECK(state.deadline == at(5 * kHour + 15 * kDay));
  CHECK(state.credit.ms == 0);  // what was studied before does not count again
  CHECK(state.used_items == std::set<std::string>{"Q1"});
  s.add(6 * kHour, RiderIdentified{"R1", "pin"});
  s.add(6 * kHour, LessonStarted{"L01"});
  CHECK(s.state(7 * kHour).stage == CourseStage::in_progress);
  s.credit(7 * kHour, 30);
  CHECK(s.state(8 * kHour).stage == CourseStage::exam_ready);
}

TEST_CASE("a warning is read and confirmed", "[rules]") {
  Story s;
  s.terms = warning_terms("c1", "R1");
  s.add(0, Assigned{"ladder", "first violation"});
  CHECK(s.state(kHour).stage == CourseStage::assigned);
  s.add(kHour, WarningConfirmed{"R2"});
  CHECK(last_ignored(s.state(kHour)) == "other_rider");
  s.add(2 * kHour, WarningConfirmed{"R1"});
  const CourseState state = s.state(2 * kHour);
  CHECK(state.stage == CourseStage::passed);
  CHECK(state.since == at(2 * kHour));
  s.add(3 * kHour, CertificateIssued{"n"});
  CHECK(last_ignored(s.state(3 * kHour)) == "stage_passed");
}

TEST_CASE("a warning with a lesson asks five items, repeated at once with others", "[rules]") {
  Story s;
  s.terms = warning_terms("c1", "R1", "L04");
  s.add(0, Assigned{"ladder", "first violation"});
  s.add(1, WarningConfirmed{"R1"});
  s.add(2, RiderIdentified{"R1", "pin"});
  s.add(3, LessonStarted{"L04"});
  CHECK(s.state(4).stage == CourseStage::in_progress);
  s.add(5, LessonCompleted{"L04"});
  CHECK(s.state(5).stage == CourseStage::exam_ready);
  for (int i = 0; i < 4; ++i) {
    s.exam(kHour * (i + 1), "a" + std::to_string(i), 3, {"Q" + std::to_string(i)});
    const CourseState state = s.state(kHour * (i + 1) + 20 * kMinute);
    CHECK(state.stage == CourseStage::exam_ready);
    CHECK_FALSE(state.human);
    CHECK(may_open_attempt(s.terms, state, 0, at(kHour * (i + 1) + 20 * kMinute)).other_items_only);
  }
  s.exam(5 * kHour, "a9", 4, {"Q9"});
  CHECK(s.state(6 * kHour).stage == CourseStage::passed);
}

TEST_CASE("a throttle is a recommendation until a named person gives a reason", "[rules]") {
  Story s;
  s.terms = throttle_terms("c1", "R1");
  s.studied();
  CHECK(s.state(2 * kHour).throttle == Throttle::recommended);
  s.add(2 * kHour, ThrottleDecided{"", "reason", true});
  s.add(2 * kHour, ThrottleDecided{"Chen", "", true});
  CHECK(s.state(2 * kHour).throttle == Throttle::recommended);
  CHECK(s.state(2 * kHour).ignored.size() == 2);
  s.add(3 * kHour, ThrottleDecided{"Chen", "three red lights", true});
  CHECK(s.state(3 * kHour).throttle == Throttle::confirmed);
  CHECK(s.state(3 * kHour).throttle_why == Why{"confirmed", {}, "Chen", "three red lights"});
  s.add(4 * kHour, ThrottleDecided{"Li", "complaint upheld", false});  // reconsidered after a complaint
  CHECK(s.state(4 * kHour).throttle == Throttle::declined);
  CHECK(s.state(4 * kHour).stage == CourseStage::exam_ready);
}

TEST_CASE("a recommendation falls with its violation; a confirmed throttle goes back to the person", "[rules]") {
  Story s;
  s.terms = throttle_terms("c1", "R1");
  s.studied();
  Story confirmed = s;
  s.add(2 * kHour, Withdrawn{"camera fault"});
  CHECK(s.state(3 * kHour).throttle == Throttle::none);
  CHECK(s.state(3 * kHour).stage == CourseStage::withdrawn);
  confirmed.add(2 * kHour, ThrottleDecided{"Chen", "three red lights", true});
  confirmed.add(3 * kHour, Withdrawn{"camera fault"});
  const CourseState state = confirmed.state(4 * kHour);
  CHECK(state.review);
  CHECK(state.review_why.back() == Why{"throttle_lost_its_basis", {}, "Chen", "camera fault"});
}

TEST_CASE("any order of any events leaves a state that the machine knows", "[rules]") {
  const std::vector<CourseFact> facts{
      Assigned{"l", "r"},     RiderIdentified{"R1", "pin"}, WarningConfirmed{"R1"},
      LessonStarted{"L"},     LessonCompleted{"L"},         ExamOpened{"a", {"Q"}, 0, 1'800'000},
      ExamClosed{"a", 20},    ExamClosed{"a", 0},           RetryAllowed{"C", "r"},
      CertificateIssued{"n"}, CertificateVoided{"C", "r"},  ThrottleDecided{"C", "r", true},
      Withdrawn{"r"}};
  base::SeededRandom random(11);
  for (int round = 0; round < 2000; ++round) {
    Story s;
    if (round % 3 == 1) s.terms = warning_terms("c1", "R1");
    if (round % 3 == 2) s.terms = throttle_terms("c1", "R1");
    s.credit(static_cast<std::int64_t>(random.below(50)) * kHour, static_cast<std::int64_t>(random.below(60)));
    for (std::int64_t i = 0; i < 15; ++i)
      s.add(static_cast<std::int64_t>(random.below(60)) * kHour, facts[random.below(facts.size())]);
    const CourseState state = s.state(60 * kHour);
    // Moves are a chain that ends in the state; no event is both ignored and lost.
    CourseStage stage = CourseStage::none;
    for (const CourseMove& m : state.moves) {
      CHECK(m.from == stage);
      stage = m.to;
    }
    CHECK(state.stage == stage);
    CHECK(state.ignored.size() <= s.events.size());
    if (state.stage == CourseStage::certified) CHECK(state.attempts >= 1);
  }
}
