#include <algorithm>
#include <set>

#include "kiosk/flow/answering.h"
#include "kiosk/flow/flows.h"
#include "sync/base/id.h"
#include "sync/record/pack.h"
#include "sync/rules/presence.h"
#include "sync/rules/study_time.h"

namespace station::flow {

namespace {

using namespace std::chrono_literals;

// One lesson, step by step. Everything that counts as evidence is asked of the ledger at the moment it happens; the
// minutes on the screen grow only when the ledger has committed them.
class LessonFlow final : public Flow {
 public:
  LessonFlow(const record::Lesson& lesson, std::vector<record::Step> steps, std::string course, Desk& desk)
      : steps_(std::move(steps)),
        content_(desk.content),
        course_(std::move(course)),
        session_(base::new_id(desk.random)),
        presence_(desk.random) {
    state_.lesson = lesson.id;
    state_.course = course_;
    state_.steps = static_cast<int>(steps_.size());
    int at = 0;
    if (const CourseView* c = desk.course(course_)) {
      base_credit_s_ = c->credited_s;
      state_.required_s = c->required_s;
      // Goes on where the rider stopped, at whichever station that was.
      for (std::size_t i = 0; i < steps_.size(); ++i)
        if (c->resume_lesson == lesson.id && c->resume_step == steps_[i].id) at = static_cast<int>(i);
    }
    last_touch_ = last_tick_ = next_tick_ = desk.now();
    show(at, desk);
    attend("start", desk);
    next_tick_ = desk.now() + desk.settings.study_tick;
  }

  Screen screen(const Desk& desk) const override {
    LessonScreen s = state_;
    answering_.write(s, desk.now());
    s.step_time_ms = (desk.now() - step_since_).count();
    s.wait_s = static_cast<int>(std::max<std::int64_t>(0, (wait_ms_ + 999) / 1000));
    s.credited_s = credited_s();
    if (s.presence) s.presence->seconds_left = seconds_until(presence_by_, desk.now());
    return s;
  }

  IdlePolicy idle() const override { return IdlePolicy::own; }
  bool holds_screen() const override { return true; }
  bool takes_card() const override { return true; }

  Move on_action(const Action& action, Desk& desk) override {
    if (ended_) return finished(action, desk);
    touch(desk);
    if (std::holds_alternative<NewOrder>(action)) return pause("order", desk);
    if (std::holds_alternative<PauseStudy>(action) || std::holds_alternative<Back>(action)) return pause("rider", desk);
    if (state_.presence) {
      if (std::holds_alternative<TouchTarget>(action)) presence_ok(desk);
      return Stay{};
    }
    if (std::holds_alternative<NextStep>(action) && may_go_on()) {
      if (state_.step_index + 1 < state_.steps) {
        show(state_.step_index + 1, desk);
      } else {
        complete(desk);
      }
    } else if (std::holds_alternative<PreviousStep>(action) && state_.step_index > 0) {
      show(state_.step_index - 1, desk);
    } else if (std::holds_alternative<ConfirmAnswer>(action)) {
      if (answering_.complete() && !state_.answered) grade(desk);
    } else if (content_->question(state_.question)) {
      answering_.on_action(action, desk.now());
    }
    return Stay{};
  }

  Move on_event(const devices::Event& event, Desk& desk) override {
    // A card answers the presence check as well as a touch, if it is the rider's own.
    if (const auto* card = std::get_if<devices::CardPresented>(&event); card && state_.presence && confirm_ == 0)
      confirm_ = desk.ask(ConfirmByCard{desk.rider->subject, card->uid, course_});
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    if (const auto* a = std::get_if<Attended>(&reply.outcome)) {
      if (const auto kind = rules::study_kind(a->kind)) clock_.apply({a->at.time_since_epoch().count(), *kind, a->media});
      if (a->kind == "pause" && leaving_) {
        auto paused = make_paused(state_.lesson, course_, why_, desk, credited_s());
        return Leave{std::move(paused)};
      }
    } else if (confirm_ != 0 && reply.id == confirm_) {
      confirm_ = 0;
      if (std::holds_alternative<Confirmed>(reply.outcome) && state_.presence) presence_ok(desk);
    } else if (completion_ != 0 && reply.id == completion_) {
      state_.completed = true;
    }
    return Stay{};
  }

  Move on_tick(Desk& desk) override {
    if (ended_) {
      if (desk.now() - last_touch_ >= desk.settings.study_leave) return Leave{};
      return Stay{};
    }
    const BootTime now = desk.now();
    const auto passed = now - last_tick_;
    last_tick_ = now;
    state_.idle_prompt = now - last_touch_ >= desk.settings.study_idle;
    const bool running = !state_.idle_prompt && !state_.presence;
    if (running) {
      wait_ms_ -= passed.count();
      presence_.run(passed);
    }
    if (answering_.on_tick(now) && !state_.answered) grade(desk);
    while (now >= next_tick_) {
      attend_at("tick", next_tick_, desk);
      next_tick_ += desk.settings.study_tick;
    }
    if (state_.presence && now >= presence_by_) {
      attend_at("check_missed", presence_by_, desk);
      state_.presence.reset();
      presence_.resolved(desk.random);
    } else if (!state_.presence && !state_.idle_prompt && !answering_.clip_runs() && check_due()) {
      state_.presence = PresenceTarget{presence_.next_place(desk.random), 0};
      presence_by_ = now + desk.settings.presence_window;
      checked_ = true;
      attend("check_shown", desk);
    }
    if (now - last_touch_ >= desk.settings.study_leave && !leaving_) return pause("timeout", desk);
    return Stay{};
  }

  // The session ends from outside: the study session is closed, what was credited stays.
  void on_leave(Desk& desk) override {
    if (ended_ || leaving_) return;
    if (state_.presence) attend("check_missed", desk);
    attend_why("pause", "timeout", desk);
  }

 private:
  const record::Step& step() const { return steps_[static_cast<std::size_t>(state_.step_index)]; }

  int credited_s() const { return base_credit_s_ + static_cast<int>(clock_.credited_ms() / 1000); }
  bool may_go_on() const { return wait_ms_ <= 0 && (state_.question.empty() || state_.answered); }

  // At random, and at the latest one minute before the planned end of the lesson.
  bool check_due() const {
    if (presence_.due()) return true;
    const bool last_minute = state_.step_index + 1 == state_.steps && wait_ms_ <= 60'000;
    return !checked_ && last_minute;
  }

  void attend_full(const char* kind, BootTime at, const char* why, Desk& desk) {
    Attend a;
    a.subject = desk.rider->subject;
    a.course = course_;
    a.session = session_;
    a.lesson = state_.lesson;
    a.step = state_.step;
    a.kind = kind;
    a.at = at;
    a.why = why;
    desk.ask(std::move(a));
  }
  void attend(const char* kind, Desk& desk) { attend_full(kind, desk.now(), "", desk); }
  void attend_at(const char* kind, BootTime at, Desk& desk) { attend_full(kind, at, "", desk); }
  void attend_why(const char* kind, const char* why, Desk& desk) { attend_full(kind, desk.now(), why, desk); }

  void touch(Desk& desk) {
    last_touch_ = desk.now();
    state_.idle_prompt = false;
    attend("input", desk);
  }

  void presence_ok(Desk& desk) {
    attend("check_ok", desk);
    state_.presence.reset();
    presence_.resolved(desk.random);
    last_touch_ = desk.now();
  }

  Move pause(const char* why, Desk& desk) {
    if (leaving_) return Stay{};
    // Leaving for an order while a check is open is itself a sign of presence; running out of time is not.
    if (state_.presence) attend(std::string_view(why) == "timeout" ? "check_missed" : "check_ok", desk);
    state_.presence.reset();
    leaving_ = true;
    why_ = why;
    attend_why("pause", why, desk);
    return Stay{};
  }

  void complete(Desk& desk) {
    ended_ = true;
    attend("end", desk);
    CompleteLesson done{desk.rider->subject, course_, session_, state_.lesson, {}};
    for (const record::Step& s : steps_) done.steps.push_back(s.id);
    completion_ = desk.ask(std::move(done));
  }

  Move finished(const Action& action, Desk& desk) {
    last_touch_ = desk.now();
    if (std::holds_alternative<NewOrder>(action)) return Leave{};
    if (std::holds_alternative<Back>(action) || std::holds_alternative<NextStep>(action)) {
      if (course_.empty()) return Open{make_lessons("")};
      return Open{make_course(course_)};
    }
    return Stay{};
  }

  void show(int index, Desk& desk) {
    state_.step_index = index;
    state_.step = step().id;
    step_since_ = desk.now();
    wait_ms_ = seen_.contains(index) ? 0 : std::int64_t{step().seconds} * 1000;
    seen_.insert(index);
    state_.question = step().question;
    state_.answered = state_.right = false;
    answering_ = {};
    if (const record::Question* q = content_->question(state_.question)) answering_.begin(*q);
  }

  void grade(Desk& desk) {
    const record::Question* q = content_->question(state_.question);
    if (!q) return;
    const rules::Response response = answering_.response();
    state_.answered = true;
    state_.right = rules::is_right(q->key(), response);
    answering_.settle();
    desk.ask(Practise{desk.rider->subject, "lesson", q->id, response, (desk.now() - step_since_).count()});
  }

  const std::vector<record::Step> steps_;  // those that hold at this station on this day
  std::shared_ptr<const record::Content> content_;  // frozen for this session: a newer pack does not change it
  std::string course_;
  std::string session_;
  LessonScreen state_;
  Answering answering_;
  rules::StudyClock clock_;
  rules::PresenceSchedule presence_;
  int base_credit_s_ = 0;
  std::set<int> seen_;
  std::int64_t wait_ms_ = 0;
  BootTime step_since_{}, last_touch_{}, last_tick_{}, next_tick_{}, presence_by_{};
  bool checked_ = false, leaving_ = false, ended_ = false;
  std::string why_;
  std::uint64_t confirm_ = 0, completion_ = 0;
};

}  // namespace

std::unique_ptr<Flow> make_lesson(std::string lesson, std::string course, Desk& desk) {
  const record::Lesson* found = desk.content ? desk.content->lesson(lesson) : nullptr;
  if (!found) return make_home(Message{"lesson.missing", {lesson}, true});
  const std::string day = base::iso8601(desk.clock.utc() + std::chrono::hours(8)).substr(0, 10);
  std::vector<record::Step> steps = desk.content->steps_at(*found, desk.station.id, day);
  if (steps.empty()) return make_home(Message{"lesson.missing", {lesson}, true});
  return std::make_unique<LessonFlow>(*found, std::move(steps), std::move(course), desk);
}

}  // namespace station::flow
