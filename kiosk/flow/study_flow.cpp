// Mandatory and voluntary study: the course page, the list of lessons, confirmation of the rider, the pause page.
#include <algorithm>

#include "kiosk/flow/flows.h"

namespace station::flow {

namespace {

class CourseFlow final : public Flow {
 public:
  explicit CourseFlow(std::string course) : course_(std::move(course)) {}

  Screen screen(const Desk& desk) const override {
    CourseScreen s;
    if (const CourseView* c = desk.course(course_)) s.course = *c;
    s.message = message_;
    return s;
  }

  Move on_action(const Action& action, Desk& desk) override {
    const CourseView* course = desk.course(course_);
    if (std::holds_alternative<Back>(action) || !course) return Home{};
    if (std::holds_alternative<ConfirmWarning>(action) && course->kind == CourseKind::warning) {
      desk.ask(AcceptWarning{desk.rider->subject, course_});
    } else if (std::holds_alternative<StartExam>(action) && course->stage == CourseStage::exam_ready) {
      const std::string id = course_;
      return Open{make_confirm(id, true, [id](Desk& d) { return make_exam(id, d); })};
    } else if (std::holds_alternative<PauseStudy>(action)) {
      return Home{};
    } else if (const auto* start = std::get_if<StartLesson>(&action)) {
      return study(start->lesson.empty() ? course->resume_lesson : start->lesson, desk);
    } else if (const auto* show = std::get_if<ShowCertificate>(&action)) {
      for (const CertificateView& c : desk.rider->certificates)
        if (c.number == show->number) return Open{make_certificate(c)};
    }
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk&) override {
    if (const auto* no = std::get_if<NotNow>(&reply.outcome)) message_ = Message{no->message_key, no->args, true};
    return Stay{};
  }

 private:
  // Identity at the start of mandatory study: by PIN, once in a session; riders without a PIN hold their card again.
  Move study(const std::string& lesson, Desk& desk) {
    const std::string id = course_;
    Then then = [id, lesson](Desk& d) { return lesson.empty() ? make_lessons(id) : make_lesson(lesson, id, d); };
    if (desk.confirmed_course == id) return Open{then(desk)};
    return Open{make_confirm(id, !desk.rider->has_pin, std::move(then))};
  }

  std::string course_;
  std::optional<Message> message_;
};

class LessonsFlow final : public Flow {
 public:
  explicit LessonsFlow(std::string course) : course_(std::move(course)) {}

  Screen screen(const Desk& desk) const override {
    LessonsScreen s;
    s.course = course_;
    s.done = desk.rider->lessons_done;
    if (const CourseView* c = desk.course(course_)) {
      s.done = c->lessons_done;
      s.first = c->lessons;
    }
    return s;
  }

  Move on_action(const Action& action, Desk& desk) override {
    if (std::holds_alternative<Back>(action)) {
      if (course_.empty()) return Home{};
      return Open{make_course(course_)};
    }
    if (const auto* start = std::get_if<StartLesson>(&action)) return Open{make_lesson(start->lesson, course_, desk)};
    return Stay{};
  }

 private:
  std::string course_;
};

// The rider at the screen proves again who they are. What was typed dies with the flow.
class ConfirmFlow final : public Flow {
 public:
  ConfirmFlow(std::string course, bool card_works, Then then)
      : course_(std::move(course)), card_works_(card_works), then_(std::move(then)) {}

  Screen screen(const Desk&) const override {
    KeypadScreen s;
    s.purpose = KeypadPurpose::confirm_pin;
    s.digits = pin_;
    s.ready = pin_.size() >= 6;
    s.busy = request_ != 0;
    s.card_works = card_works_;
    s.message = message_;
    return s;
  }

  bool takes_card() const override { return true; }

  Move on_event(const devices::Event& event, Desk& desk) override {
    const auto* card = std::get_if<devices::CardPresented>(&event);
    if (!card || request_ != 0) return Stay{};
    if (card_works_) {
      request_ = desk.ask(ConfirmByCard{desk.rider->subject, card->uid, course_});
    } else {
      message_ = Message{"confirm.pin_needed", {}, true};
    }
    return Stay{};
  }

  Move on_action(const Action& action, Desk& desk) override {
    if (request_ != 0) return Stay{};
    if (std::holds_alternative<Back>(action)) return Open{make_course(course_)};
    if (const auto* key = std::get_if<Key>(&action)) {
      if (pin_.size() < 12) pin_ += key->digit;
      message_.reset();
    } else if (std::holds_alternative<EraseKey>(action)) {
      if (!pin_.empty()) pin_.pop_back();
    } else if (std::holds_alternative<ClearKeys>(action)) {
      pin_.clear();
    } else if (std::holds_alternative<SubmitKeys>(action) && pin_.size() >= 6) {
      request_ = desk.ask(ConfirmByPin{desk.rider->subject, pin_, course_});
      pin_.clear();
    }
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    if (reply.id != request_ || request_ == 0) return Stay{};
    request_ = 0;
    if (const auto* refusal = std::get_if<Refusal>(&reply.outcome)) {
      const RefusalWords words = words_for(*refusal);
      if (refusal->reason == RefusalReason::locked) return Leave{make_refused(words.message, words.hint_key, desk)};
      message_ = words.message;
    } else if (std::holds_alternative<Confirmed>(reply.outcome)) {
      desk.confirmed_course = course_;
      return Open{then_(desk)};
    }
    return Stay{};
  }

 private:
  std::string course_;
  bool card_works_;
  Then then_;
  std::string pin_;
  std::uint64_t request_ = 0;
  std::optional<Message> message_;
};

class PausedFlow final : public Flow {
 public:
  PausedFlow(std::string lesson, std::string course, std::string why, const Desk& desk, int credited_s) : end_(desk.now() + desk.settings.result) {
    state_.lesson = std::move(lesson);
    state_.why = std::move(why);
    if (const CourseView* c = desk.course(course)) {
      state_.credited_s = std::max(c->credited_s, credited_s);
      state_.required_s = c->required_s;
    }
  }
  Screen screen(const Desk& desk) const override {
    PausedScreen s = state_;
    s.seconds_left = seconds_until(end_, desk.now());
    return s;
  }
  IdlePolicy idle() const override { return IdlePolicy::own; }
  Move on_action(const Action& action, Desk&) override {
    if (std::holds_alternative<Back>(action)) return Leave{};
    return Stay{};
  }
  Move on_tick(Desk& desk) override {
    if (desk.now() >= end_) return Leave{};
    return Stay{};
  }

 private:
  PausedScreen state_;
  BootTime end_;
};

}  // namespace

std::unique_ptr<Flow> make_course(std::string course) { return std::make_unique<CourseFlow>(std::move(course)); }
std::unique_ptr<Flow> make_lessons(std::string course) { return std::make_unique<LessonsFlow>(std::move(course)); }
std::unique_ptr<Flow> make_confirm(std::string course, bool card_works, Then then) {
  return std::make_unique<ConfirmFlow>(std::move(course), card_works, std::move(then));
}
std::unique_ptr<Flow> make_paused(std::string lesson, std::string course, std::string why, const Desk& desk, int credited_s) {
  return std::make_unique<PausedFlow>(std::move(lesson), std::move(course), std::move(why), desk, credited_s);
}

}  // namespace station::flow
