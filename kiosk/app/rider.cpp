#include "kiosk/app/rider.h"

#include <fmt/format.h>

#include <algorithm>

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

int Rider::credited_s() const {
  const flow::Screen screen = stage_.kiosk().visit().screen();
  if (const auto* lesson = std::get_if<flow::LessonScreen>(&screen)) return lesson->course.empty() ? -1 : lesson->credited_s;
  if (const auto* course = std::get_if<flow::CourseScreen>(&screen)) return course->course.credited_s;
  if (const auto* paused = std::get_if<flow::PausedScreen>(&screen)) return paused->credited_s;
  return -1;
}

// Options as shown that make the answer right, or one that makes it wrong.
Result<void> Rider::answer(const std::string& id, const std::vector<int>& order, bool right, const std::string& prefix) {
  const record::Question* q = stage_.kiosk().content() ? stage_.kiosk().content()->question(id) : nullptr;
  if (!q) return base::fail(Errc::not_found, fmt::format("the content has no question \"{}\"", id));
  for (std::size_t shown = 0; shown < order.size(); ++shown) {
    const bool is_right = std::find(q->right.begin(), q->right.end(), order[shown]) != q->right.end();
    if (right ? !is_right : is_right) continue;
    if (auto ok = tap(fmt::format("{}.option.{}", prefix, static_cast<char>('A' + shown))); !ok) return ok;
    if (!right) break;
  }
  return tap(prefix == "exam" ? "exam.next" : prefix + ".confirm");
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
  if (!lesson.question.empty() && !lesson.answered) return answer(lesson.question, lesson.order, true, "lesson");
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
    if (auto ok = answer(q.item, q.order, exam->index < right, "exam"); !ok) return ok;
  }
  return base::fail(Errc::timeout, "the examination does not end");
}

}  // namespace station::app
