// Questions of every kind, unanswered, half done, right and wrong; daily questions; hazard clips.
#include "kiosk/flow/answering.h"
#include "tests/screens/samples.h"

namespace station::test {

using namespace flow;
using namespace std::chrono_literals;

namespace {

constexpr BootTime kBegin{};

// The answer as a rider's touches leave it after `after` from the first.
AnswerView answer_of(const record::Question& q, const rules::Response* response, base::Milliseconds after = 2s,
                     bool settled = false) {
  Answering answering;
  answering.begin(q);
  AnswerView view;
  answering.write(view, kBegin);
  if (response) {
    for (const Action& touch : touches_for(q, view.order, *response)) answering.on_action(touch, kBegin);
    if (q.kind == rules::QuestionKind::hazard) {
      for (const std::int64_t tap : response->taps)
        if (tap <= after.count()) answering.on_action(TapClip{}, kBegin + base::Milliseconds(tap));
      answering.on_tick(kBegin + after);
    }
  }
  if (settled) answering.settle();
  answering.write(view, kBegin + after);
  return view;
}

LessonScreen lesson_with(const record::Question& q, const AnswerView& answer, bool answered, bool right) {
  LessonScreen s;
  static_cast<AnswerView&>(s) = answer;
  s.lesson = q.lesson;
  s.course = "c-22";
  s.step = q.lesson + "-3";
  s.step_index = 2;
  s.steps = 6;
  s.credited_s = 18 * 60;
  s.required_s = 1800;
  s.question = q.id;
  s.answered = answered;
  s.right = right;
  return s;
}

ExamScreen exam_with(const record::Question& q, const AnswerView& answer) {
  ExamScreen s;
  static_cast<AnswerView&>(s) = answer;
  QuestionView v;
  v.item = q.id;
  v.multiple = q.multiple;
  v.order = answer.order;
  s.paper.attempt = "a-1";
  s.paper.questions.assign(20, v);
  s.index = 6;
  return s;
}

// The first half of a right response, where it has parts.
rules::Response half_of(const record::Question& q) {
  rules::Response r = rules::right_response(q.key());
  if (r.chosen.size() > 1) r.chosen.resize((r.chosen.size() + 1) / 2);
  return r;
}

void add_kinds(std::vector<Sample>& out, const record::Content& content) {
  for (const char* id : {"V02", "W01", "W05", "M03", "M04", "O01", "O02", "P01", "P03", "P04"}) {
    const record::Question* q = content.question(id);
    if (!q) continue;
    const rules::AnswerKey key = q->key();
    const rules::Response right = rules::right_response(key), half = half_of(*q),
                          wrong = rules::wrong_response(key, static_cast<int>(q->options.size()));
    const std::string name = std::string(rules::to_string(q->kind)) + "-" + id;
    out.push_back({"lesson-" + name, lesson_with(*q, answer_of(*q, nullptr), false, false), sample_frame(), 1});
    out.push_back({"lesson-" + name + "-half", lesson_with(*q, answer_of(*q, &half), false, false), sample_frame(), 1});
    out.push_back(
        {"lesson-" + name + "-right", lesson_with(*q, answer_of(*q, &right, 2s, true), true, true), sample_frame(), 1});
    out.push_back({"lesson-" + name + "-wrong", lesson_with(*q, answer_of(*q, &wrong, 2s, true), true, false),
                   sample_frame(), 1});
    out.push_back({"exam-" + name, exam_with(*q, answer_of(*q, &right)), sample_frame(), 1});
  }
}

HazardScreen clip_with(const record::Question& q, const AnswerView& answer, bool answered, bool test) {
  HazardScreen s;
  static_cast<AnswerView&>(s) = answer;
  s.stage = HazardStage::clip;
  s.test = test;
  s.question = q.id;
  s.index = 1;
  s.count = test ? 5 : 12;
  s.answered = answered;
  if (answered) {
    const auto score = rules::score_hazards(q.hazards, answer.clip.taps);
    s.results = {{q.id, score.total, 5 * static_cast<int>(score.scores.size()), score.why_void}};
  }
  return s;
}

void add_hazards(std::vector<Sample>& out, const record::Content& content) {
  HazardScreen list;
  for (const auto& [id, q] : content.questions)
    if (q.kind == rules::QuestionKind::hazard) list.clips.push_back(id);
  if (list.clips.empty()) return;
  const record::Question& q = *content.question(list.clips.front());
  const base::Milliseconds end(q.clip_ms);
  const rules::Response good{{}, "", {q.hazards.front().open + 900}}, early{{}, "", {q.hazards.front().open - 1500}},
      none{}, burst{{}, "", {1000, 1300, 1600, 1900, 2200, 2500}};
  const auto add = [&](const char* name, HazardScreen s) { out.push_back({name, std::move(s), sample_frame(), 1}); };
  add("hazards-list", list);
  add("hazards-ready", clip_with(q, answer_of(q, nullptr), false, false));
  const base::Milliseconds middle(q.hazards.front().open + 1500);
  add("hazards-playing", clip_with(q, answer_of(q, &good, middle), false, false));
  add("hazards-seen", clip_with(q, answer_of(q, &good, end, true), true, false));
  add("hazards-early", clip_with(q, answer_of(q, &early, end, true), true, false));
  add("hazards-none", clip_with(q, answer_of(q, &none, end, true), true, false));
  add("hazards-burst", clip_with(q, answer_of(q, &burst, end, true), true, false));
  HazardScreen replay = clip_with(q, answer_of(q, &good, end, true), true, false);
  replay.clip.stage = ClipStage::replay;
  replay.clip.ms = middle.count();
  add("hazards-replay", replay);
  add("hazards-test", clip_with(q, answer_of(q, &good, end), false, true));
  HazardScreen result = list;
  result.stage = HazardStage::result;
  result.test = true;
  const int points[] = {5, 4, 0, 3, 5};
  for (std::size_t i = 0; i < std::min<std::size_t>(5, list.clips.size()); ++i)
    result.results.push_back(
        {list.clips[i], points[i], 5, i == 2 ? rules::HazardVoid::burst : rules::HazardVoid::none});
  add("hazards-result", result);
  list.results = result.results;
  add("hazards-list-after", list);
  for (ClipResult& r : result.results) r.points /= 3;
  add("hazards-result-low", result);
  out.push_back({"lesson-hazard", lesson_with(q, answer_of(q, nullptr), false, false), sample_frame(), 1});
  out.push_back({"lesson-hazard-seen", lesson_with(q, answer_of(q, &good, end, true), true, true), sample_frame(), 1});
  out.push_back({"exam-hazard", exam_with(q, answer_of(q, nullptr)), sample_frame(), 1});
  out.push_back({"exam-hazard-ended", exam_with(q, answer_of(q, &good, end)), sample_frame(), 1});
}

void add_daily(std::vector<Sample>& out, std::shared_ptr<const record::Content> content) {
  DailyScreen s;
  s.busy = true;
  out.push_back({"daily-loading", s, sample_frame(), 1});
  s.busy = false;
  s.content = content;
  s.count = 5;
  s.week = {true, true, false, false, false, false, false};
  s.weekday = 2;
  s.days_in_row = 2;
  const record::Question& q = *content->question("Q04");
  static_cast<AnswerView&>(s) = answer_of(q, nullptr);
  s.question = q.id;
  out.push_back({"daily-question", s, sample_frame(), 1});
  const rules::Response wrong = rules::wrong_response(q.key(), 4), right = rules::right_response(q.key());
  static_cast<AnswerView&>(s) = answer_of(q, &wrong, 2s, true);
  s.answered = true;
  s.next_days = 1;
  out.push_back({"daily-wrong", s, sample_frame(), 1});
  static_cast<AnswerView&>(s) = answer_of(q, &right, 2s, true);
  s.right = true;
  s.next_days = 3;
  s.index = 4;
  s.right_count = 4;
  out.push_back({"daily-right", s, sample_frame(), 1});
  s.question.clear();
  s.answered = false;
  s.index = 5;
  s.week[2] = true;
  s.days_in_row = 3;
  out.push_back({"daily-done", s, sample_frame(), 1});
  s.count = 0;
  s.days_in_row = 0;
  s.week.assign(7, false);
  out.push_back({"daily-none", s, sample_frame(), 1});

  HomeScreen home{sample_rider(), {}};
  home.rider.daily_due = 5;
  out.push_back({"home-daily", home, sample_frame(), 1});
  home.rider.courses = {training_course(*content)};
  out.push_back({"home-daily-course", home, sample_frame(), 1});
  GreetingScreen hello{sample_rider(), false, 5, 8};
  hello.rider.daily_due = 5;
  out.push_back({"greeting-daily", hello, sample_frame(), 1});
}

void add_results(std::vector<Sample>& out, const record::Content& content) {
  ExamOutcome failed{"c-22", 14, 20, 18, false, false, {"Q04", "Q28", "N45", "V02", "O01", "P01"}, {}, {}};
  out.push_back({"result-failed-six", ExamResultScreen{failed, training_course(content, CourseStage::exam_ready, 30)},
                 sample_frame(), 1});
  ExamOutcome perfect{"c-22", 20, 20, 18, false, true, {}, sample_certificate(), {}};
  out.push_back({"result-perfect", ExamResultScreen{perfect, training_course(content, CourseStage::done, 30)},
                 sample_frame(), 1});
}

}  // namespace

void add_practice(std::vector<Sample>& out, const record::Content& content) {
  add_kinds(out, content);
  add_hazards(out, content);
  add_daily(out, std::make_shared<const record::Content>(content));
  add_results(out, content);
}

std::vector<Sample> all_clips(const record::Content& content) {
  std::vector<Sample> out;
  const rules::Response none;
  for (const auto& [id, q] : content.questions) {
    if (q.kind != rules::QuestionKind::hazard) continue;
    for (int i = 0; i < 8; ++i) {
      const base::Milliseconds at(q.clip_ms * (2 * i + 1) / 16);
      out.push_back({"clips-" + id + "-" + std::to_string(i), clip_with(q, answer_of(q, &none, at), false, false),
                     sample_frame(), 1});
    }
  }
  return out;
}

}  // namespace station::test
