#include "kiosk/app/rider.h"

#include <fmt/format.h>

#include <algorithm>

#include "kiosk/flow/answering.h"
#include "sync/record/pack.h"

namespace station::app {

using namespace std::chrono_literals;
using base::Errc;
using base::Milliseconds;
using base::Result;

Result<void> Rider::tap(const std::string& id) {
  touched_ = stage_.clock().mono();
  return stage_.tap(id);
}

const record::Question* Rider::question(const std::string& id) const {
  return stage_.kiosk().content() ? stage_.kiosk().content()->question(id) : nullptr;
}

int Rider::credited_s() const {
  const flow::Screen screen = stage_.kiosk().visit().screen();
  if (const auto* lesson = std::get_if<flow::LessonScreen>(&screen)) return lesson->course.empty() ? -1 : lesson->credited_s;
  if (const auto* course = std::get_if<flow::CourseScreen>(&screen)) return course->course.credited_s;
  if (const auto* paused = std::get_if<flow::PausedScreen>(&screen)) return paused->credited_s;
  return -1;
}

namespace {

// The widget that asks for this action.
std::string widget_of(const flow::Action& action, const std::string& prefix) {
  const auto letter = [](int n) { return std::string(1, static_cast<char>('A' + n)); };
  if (const auto* o = std::get_if<flow::ChooseOption>(&action)) return prefix + ".option." + letter(o->option);
  if (const auto* o = std::get_if<flow::ChooseSlot>(&action)) return prefix + ".slot." + letter(o->slot);
  if (const auto* o = std::get_if<flow::Key>(&action)) return std::string("key.") + o->digit;
  if (const auto* o = std::get_if<flow::TypeText>(&action)) return "key." + (o->text == "." ? "point" : o->text);
  return prefix + ".clip";
}

}  // namespace

Result<void> Rider::answer(const record::Question& q, const flow::AnswerView& view, bool right, const std::string& prefix) {
  if (q.kind == rules::QuestionKind::hazard) return watch(q, view, right, prefix);
  const rules::AnswerKey key = q.key();
  const auto response =
      right ? rules::right_response(key) : rules::wrong_response(key, static_cast<int>(q.options.size()));
  // What was begun when a presence check came between is taken back first.
  if (q.kind != rules::QuestionKind::match)
    for (const int shown : view.chosen)
      if (auto ok = tap(widget_of(flow::ChooseOption{shown}, prefix)); !ok) return ok;
  if (!view.typed.empty())
    if (auto ok = tap("key.clear"); !ok) return ok;
  for (const flow::Action& touch : flow::touches_for(q, view.order, response))
    if (auto ok = tap(widget_of(touch, prefix)); !ok) return ok;
  return tap(prefix == "exam" ? "exam.next" : prefix + ".confirm");
}

// Starts a clip and touches where its hazards begin, or never.
Result<void> Rider::watch(const record::Question& clip, const flow::AnswerView& view, bool right, const std::string& prefix) {
  // The picture moves until the clip ends: nothing to wait for after a touch.
  const auto touch = [&] {
    touched_ = stage_.clock().mono();
    return stage_.driver().tap(prefix + ".clip");
  };
  if (view.clip.stage == flow::ClipStage::ready) {
    if (auto ok = touch(); !ok) return ok;
    const auto began = stage_.clock().mono();
    for (const rules::HazardWindow& h : clip.hazards) {
      const auto at = began + Milliseconds(h.open + 200);
      if (!right) continue;
      stage_.pass(std::max<Milliseconds>(0ms, at - stage_.clock().mono()));
      if (auto ok = touch(); !ok) return ok;
    }
    stage_.pass(std::max<Milliseconds>(0ms, began + Milliseconds(clip.clip_ms + 300) - stage_.clock().mono()));
    if (auto ok = stage_.settle(); !ok) return ok;
  }
  return prefix == "exam" ? tap("exam.next") : Result<void>{};
}

// Whoever reads lays a finger on the text, or on the answered question, now and then.
Result<void> Rider::read() {
  const ui::Probe& probe = stage_.driver().probe();
  const ui::ProbeItem* page = probe.find("lesson.read");
  if (!page) page = probe.find("lesson.question");
  if (!page) return base::fail(Errc::not_found, "neither text nor question of a lesson stands on the screen");
  touched_ = stage_.clock().mono();
  if (auto ok = stage_.driver().tap_at(page->visible.centre()); !ok) return ok;
  return stage_.settle();
}

Result<void> Rider::learn(const flow::LessonScreen& lesson) {
  if (lesson.presence) return tap("lesson.presence");
  if (lesson.idle_prompt) return tap("lesson.here");
  if (lesson.completed) return tap("lesson.next");
  if (const record::Question* q = question(lesson.question); q && !lesson.answered) return answer(*q, lesson, true, "lesson");
  if (lesson.wait_s <= 0) return tap("lesson.next");
  if (stage_.clock().mono() - touched_ >= 40s) return read();
  stage_.pass(std::clamp<Milliseconds>(std::chrono::seconds(lesson.wait_s), 500ms, 3s));
  return stage_.settle();
}

Result<void> Rider::study(const std::function<bool()>& enough, Milliseconds limit) {
  const auto end = stage_.clock().mono() + limit;
  touched_ = stage_.clock().mono();
  int failures = 0;
  for (int taps = 0; !enough(); ++taps) {
    if (stage_.clock().mono() >= end || taps > 200'000)
      return base::fail(Errc::timeout, fmt::format("after {} min of study the goal is not reached", limit / 1min));
    const flow::Screen screen = stage_.kiosk().visit().screen();
    Result<void> done = base::fail(Errc::invalid, fmt::format("nobody can study on the screen \"{}\"", flow::name_of(screen)));
    if (const auto* lesson = std::get_if<flow::LessonScreen>(&screen)) {
      done = learn(*lesson);
    } else if (std::holds_alternative<flow::CourseScreen>(screen)) {
      done = tap("course.start");
    } else if (std::holds_alternative<flow::LessonsScreen>(screen)) {
      done = tap("lessons.next");
    }
    // A presence check may have come up between the look and the touch: look again.
    failures = done ? 0 : failures + 1;
    if (failures > 3) return done;
  }
  // Whoever has studied enough still answers what the screen asks.
  const flow::Screen screen = stage_.kiosk().visit().screen();
  const auto* lesson = std::get_if<flow::LessonScreen>(&screen);
  if (lesson && lesson->presence) return tap("lesson.presence");
  if (lesson && lesson->idle_prompt) return tap("lesson.here");
  return {};
}

Result<void> Rider::exam(int right) {
  for (int asked = 0; asked < 500; ++asked) {
    const flow::Screen screen = stage_.kiosk().visit().screen();
    if (std::holds_alternative<flow::ExamResultScreen>(screen)) return {};
    const auto* exam = std::get_if<flow::ExamScreen>(&screen);
    if (!exam) return base::fail(Errc::invalid, fmt::format("no paper is open on the screen \"{}\"", flow::name_of(screen)));
    if (exam->busy || exam->paper.questions.empty()) {
      stage_.pass(100ms);
      if (auto ok = stage_.settle(); !ok) return ok;
      continue;
    }
    stage_.pass(8s);  // reading
    if (auto ok = stage_.settle(); !ok) return ok;
    const flow::QuestionView& q = exam->paper.questions[static_cast<std::size_t>(exam->index)];
    const record::Question* item = question(q.item);
    if (!item) return base::fail(Errc::not_found, fmt::format("the content has no question \"{}\"", q.item));
    if (auto ok = answer(*item, *exam, exam->index < right, "exam"); !ok) return ok;
  }
  return base::fail(Errc::timeout, "the examination does not end");
}

}  // namespace station::app
