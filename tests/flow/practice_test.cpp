// Questions of every kind, daily questions and hazard clips, as the rider's side handles them.
#include <algorithm>

#include "kiosk/flow/answering.h"
#include "tests/flow/rig.h"

using namespace station;
using namespace station::test;
using rules::QuestionKind;

namespace {

const record::Question& one_of(const record::Content& content, QuestionKind kind) {
  for (const auto& [id, q] : content.questions)
    if (q.kind == kind) return q;
  FAIL("the shipped content has no question of the kind " << rules::to_string(kind));
  throw 0;
}

QuestionView view_of(const record::Question& q) {
  QuestionView v{q.id, q.version, q.multiple, {}};
  for (int i = static_cast<int>(q.options.size()); i-- > 0;) v.order.push_back(i);
  return v;
}

// An open paper of these questions.
struct Exam : Rig {
  std::shared_ptr<const record::Content> content = shipped_content();
  explicit Exam(const std::vector<const record::Question*>& questions) {
    visit.set_content(content);
    RiderView r = rider_named("a", "王师傅");
    CourseView c;
    c.course = "c1";
    c.kind = CourseKind::training;
    c.stage = CourseStage::exam_ready;
    r.courses = {c};
    sign_in(r);
    act(Go{Place::course, "c1"});
    act(StartExam{});
    for (const char d : std::string("294173")) act(Key{d});
    act(SubmitKeys{});
    reply(take<ConfirmByPin>().first, Confirmed{r});
    PaperView paper;
    paper.course = "c1";
    paper.attempt = "att";
    paper.content = content;
    for (const auto* q : questions) paper.questions.push_back(view_of(*content->question(q->id)));
    reply(take<OpenExam>().first, PaperOpened{paper});
    REQUIRE(on<ExamScreen>());
  }
};

rules::Response response_of(const AnswerItem& a) {
  return {a.chosen, a.text, a.taps};
}

struct Practice : Rig {
  std::shared_ptr<const record::Content> content = shipped_content();
  RiderView rider = rider_named("a", "王师傅");
  Practice() {
    visit.set_content(content);
    StationView station;
    station.id = "440902-007";
    put(station);
    rider.daily_due = 2;
    sign_in(rider);
  }
};

}  // namespace

TEST_CASE("a right answer of every kind can be given by touches, in an examination", "[flow]") {
  const auto content = shipped_content();
  std::vector<const record::Question*> questions;
  for (const QuestionKind kind :
       {QuestionKind::single, QuestionKind::multiple, QuestionKind::judgement, QuestionKind::numeric,
        QuestionKind::text, QuestionKind::match, QuestionKind::order, QuestionKind::hotspot})
    questions.push_back(&one_of(*content, kind));
  Exam exam(questions);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const record::Question& q = *questions[i];
    INFO(q.id);
    CHECK_FALSE(exam.screen<ExamScreen>().complete);
    exam.act(ConfirmAnswer{});
    CHECK(exam.count<AnswerItem>() == 0);  // nothing was answered yet
    const auto order = exam.screen<ExamScreen>().order;
    for (const Action& touch : touches_for(q, order, rules::right_response(q.key()))) exam.act(touch);
    CHECK(exam.screen<ExamScreen>().complete);
    exam.act(ConfirmAnswer{});
    const auto [id, answer] = exam.take<AnswerItem>();
    CHECK(rules::is_right(q.key(), response_of(answer)));
    exam.reply(id, ItemStored{static_cast<int>(i), true});
  }
  CHECK(exam.count<CloseExam>() == 1);
}

TEST_CASE("a step of an order is taken back by a second tap, and the others move up", "[flow]") {
  const auto content = shipped_content();
  Answering a;
  const record::Question& q = one_of(*content, QuestionKind::order);
  a.begin(q);
  AnswerView v;
  a.on_action(ChooseOption{2}, {});
  a.on_action(ChooseOption{0}, {});
  a.on_action(ChooseOption{2}, {});
  a.write(v, {});
  CHECK(v.chosen == std::vector<int>{0});
  CHECK_FALSE(a.complete());
}

TEST_CASE("in a match a right side stands at one place only, and an emptied place waits for the next", "[flow]") {
  const auto content = shipped_content();
  Answering a;
  const record::Question& q = one_of(*content, QuestionKind::match);
  a.begin(q);
  AnswerView v;
  a.on_action(ChooseOption{1}, {});
  a.on_action(ChooseOption{0}, {});
  a.write(v, {});
  CHECK(v.chosen[0] == 1);
  CHECK(v.chosen[1] == 0);
  CHECK(v.slot == 2);
  a.on_action(ChooseSlot{0}, {});  // taken out again
  a.on_action(ChooseOption{0}, {});
  a.write(v, {});
  CHECK(v.chosen[0] == 0);
  CHECK(v.chosen[1] == -1);
  CHECK(v.slot == 1);
  CHECK_FALSE(a.on_action(ChooseSlot{9}, {}));
}

TEST_CASE("a number has one point, which may come first, and is not handed in when it ends with it", "[flow]") {
  const auto content = shipped_content();
  Answering a;
  a.begin(one_of(*content, QuestionKind::numeric));
  const auto typed = [&] {
    AnswerView v;
    a.write(v, {});
    return v.typed;
  };
  a.on_action(TypeText{"."}, {});
  CHECK(typed() == "0.");
  CHECK_FALSE(a.complete());
  a.on_action(TypeText{"."}, {});
  a.on_action(Key{'1'}, {});
  a.on_action(Key{'5'}, {});
  CHECK(typed() == "0.15");
  CHECK(a.complete());
  a.on_action(EraseKey{}, {});
  CHECK(typed() == "0.1");
  a.on_action(TypeText{"A"}, {});
  CHECK(typed() == "0.1");
  for (int i = 0; i < 20; ++i) a.on_action(Key{'9'}, {});
  CHECK(typed().size() == 8);
  a.on_action(ClearKeys{}, {});
  CHECK(typed().empty());
}

TEST_CASE("a clip of an examination is shown once, without feedback, and touches after its end are none", "[flow]") {
  const auto content = shipped_content();
  const record::Question& q = one_of(*content, QuestionKind::hazard);
  Exam exam({&q, &q});
  exam.act(TapClip{});  // before it plays
  exam.act(StartClip{});
  exam.pass(base::Milliseconds(q.hazards[0].open));
  exam.act(TapClip{});
  CHECK(exam.screen<ExamScreen>().clip.stage == ClipStage::playing);
  exam.act(StartClip{});  // does not begin again
  exam.pass(base::Milliseconds(q.clip_ms) - base::Milliseconds(q.hazards[0].open) + 500ms);
  CHECK(exam.screen<ExamScreen>().clip.stage == ClipStage::played);
  exam.act(StartClip{});
  exam.act(TapClip{});
  CHECK(exam.screen<ExamScreen>().clip.stage == ClipStage::played);
  exam.act(ConfirmAnswer{});
  const auto answer = exam.take<AnswerItem>().second;
  REQUIRE(answer.taps.size() == 1);
  CHECK(answer.taps[0] >= q.hazards[0].open);
  CHECK(rules::is_right(q.key(), response_of(answer)));
}

TEST_CASE("whoever leaves a clip of an examination has answered it with the touches so far", "[flow]") {
  const auto content = shipped_content();
  const record::Question& q = one_of(*content, QuestionKind::hazard);
  Exam exam({&q, &q});
  exam.act(StartClip{});
  exam.pass(1s);
  exam.act(TapClip{});
  exam.act(NewOrder{});
  CHECK(exam.on<PausedScreen>());
  const auto answer = exam.take<AnswerItem>().second;
  CHECK(answer.index == 0);
  CHECK(answer.taps.size() == 1);

  Exam other({&q});
  other.act(NewOrder{});  // not begun: it is there when the rider comes back
  CHECK(other.count<AnswerItem>() == 0);
}

TEST_CASE("daily questions are asked one by one, each answer is kept at once, and leaving is one touch", "[flow]") {
  Practice p;
  p.act(Go{Place::daily, ""});
  CHECK(p.screen<DailyScreen>().busy);
  DailyView daily;
  daily.content = p.content;
  daily.weekday = 2;
  daily.days_in_row = 1;
  daily.questions = {
      view_of(*p.content->question("Q01")), {"gone", 1, false, {0, 1}}, view_of(*p.content->question("Q02"))};
  p.reply(p.take<OpenDaily>().first, DailyOpened{daily});
  CHECK(p.screen<DailyScreen>().question == "Q01");
  p.act(NextStep{});  // not before it is answered
  CHECK(p.screen<DailyScreen>().question == "Q01");
  for (const Action& touch : touches_for(*p.content->question("Q01"), p.screen<DailyScreen>().order, {{0}}))
    p.act(touch);
  p.pass(3s);
  p.act(ConfirmAnswer{});
  p.act(ConfirmAnswer{});
  CHECK(p.count<Practise>() == 1);
  const auto [id, answer] = p.take<Practise>();
  CHECK(answer.where == "daily");
  CHECK(answer.response.chosen == std::vector<int>{0});
  CHECK(answer.took_ms >= 3000);
  RiderView after = p.rider;
  after.daily_due = 1;
  p.reply(id, Practised{true, 3, after});
  const auto s = p.screen<DailyScreen>();
  CHECK(s.answered);
  CHECK(s.right);
  CHECK(s.next_days == 3);
  CHECK(s.week[2]);
  CHECK(s.days_in_row == 2);
  p.act(NextStep{});
  CHECK(p.screen<DailyScreen>().question == "Q02");  // the one that the pack lacks is passed over
  p.act(Back{});
  CHECK(p.screen<HomeScreen>().rider.daily_due == 1);
}

TEST_CASE("a station without questions says so at home", "[flow]") {
  Practice p;
  p.act(Go{Place::daily, ""});
  p.reply(p.take<OpenDaily>().first, NotNow{"daily.no_content", {}});
  CHECK(p.screen<HomeScreen>().message->key == "daily.no_content");
}

TEST_CASE("a clip in practice shows its points and can be played again; the next one follows", "[flow]") {
  Practice p;
  p.act(Go{Place::hazards, ""});
  const auto clips = p.screen<HazardScreen>().clips;
  CHECK(clips.size() >= 12);
  p.act(StartClip{false, clips[3]});
  const record::Question& q = *p.content->question(clips[3]);
  CHECK(p.screen<HazardScreen>().question == clips[3]);
  p.act(StartClip{});
  p.pass(base::Milliseconds(q.hazards[0].open + 250));
  p.act(TapClip{});
  p.pass(base::Milliseconds(q.clip_ms));
  auto s = p.screen<HazardScreen>();
  CHECK(s.answered);
  REQUIRE(s.results.size() == 1);
  CHECK(s.results[0].points >= 4);
  CHECK(p.take<Practise>().second.where == "hazard");
  p.act(StartClip{});
  CHECK(p.screen<HazardScreen>().clip.stage == ClipStage::replay);
  p.pass(1s);
  p.act(TapClip{});  // looking, not answering
  CHECK(p.screen<HazardScreen>().clip.taps.size() == 1);
  p.act(NextStep{});
  CHECK(p.screen<HazardScreen>().question == clips[4]);
  CHECK_FALSE(p.screen<HazardScreen>().answered);
  p.act(Back{});
  CHECK(p.screen<HazardScreen>().stage == HazardStage::list);
  CHECK(p.count<Practise>() == 0);
}

TEST_CASE("a test of clips gives no feedback until its end, and breaking a clip off counts", "[flow]") {
  Practice p;
  p.act(Go{Place::hazards, ""});
  p.act(StartClip{true, ""});
  CHECK(p.screen<HazardScreen>().count == 5);
  std::vector<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    const auto s = p.screen<HazardScreen>();
    const record::Question& q = *p.content->question(s.question);
    CHECK(std::find(seen.begin(), seen.end(), s.question) == seen.end());
    seen.push_back(s.question);
    p.act(StartClip{});
    p.pass(base::Milliseconds(q.hazards[0].open));
    p.act(TapClip{});
    p.pass(base::Milliseconds(q.clip_ms));
    CHECK_FALSE(p.screen<HazardScreen>().answered);
    p.act(NextStep{});
  }
  const auto s = p.screen<HazardScreen>();
  CHECK(s.stage == HazardStage::result);
  CHECK(s.results.size() == 5);
  CHECK(p.count<Practise>() == 5);
  p.requests.clear();
  p.act(Back{});
  p.act(StartClip{true, ""});
  p.act(StartClip{});
  p.pass(2s);
  p.act(Go{Place::record, ""});
  CHECK(p.on<RecordScreen>());
  CHECK(p.take<Practise>().second.where == "hazard_test");
}
