#include <algorithm>

#include "kiosk/flow/answering.h"
#include "kiosk/flow/flows.h"
#include "sync/record/pack.h"

namespace station::flow {

namespace {

// Twenty questions, one after the other. Each answer is committed before the next question shows; an attempt that was
// left (order, time-out, power cut) stays open and goes on at its next unanswered question.
class ExamFlow final : public Flow {
 public:
  ExamFlow(std::string course, Desk& desk) : course_(std::move(course)) {
    request_ = desk.ask(OpenExam{desk.rider->subject, course_});
    state_.busy = true;
  }

  Screen screen(const Desk& desk) const override {
    ExamScreen s = state_;
    answering_.write(s, desk.now());
    return s;
  }
  IdlePolicy idle() const override { return IdlePolicy::sign_out; }
  bool holds_screen() const override { return true; }

  Move on_action(const Action& action, Desk& desk) override {
    if (state_.paper.questions.empty()) return Stay{};
    if (std::holds_alternative<NewOrder>(action)) return Leave{make_paused("", course_, "order", desk)};
    if (std::holds_alternative<Back>(action)) {
      on_leave(desk);
      return Home{};
    }
    if (state_.busy) return Stay{};
    if (!std::holds_alternative<ConfirmAnswer>(action)) {
      answering_.on_action(action, desk.now());
    } else if (answering_.complete()) {
      hand_in(desk);
    }
    return Stay{};
  }

  Move on_tick(Desk& desk) override {
    answering_.on_tick(desk.now());
    return Stay{};
  }

  // A clip is shown once: whoever leaves while it runs, or after it, has answered with the touches so far.
  void on_leave(Desk& desk) override {
    if (!state_.busy && answering_.clip_begun()) hand_in(desk);
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    if (const auto* closed = std::get_if<ExamClosed>(&reply.outcome)) return Open{make_exam_result(closed->outcome, desk)};
    if (reply.id != request_) return Stay{};
    if (const auto* opened = std::get_if<PaperOpened>(&reply.outcome)) {
      state_.paper = opened->paper;
      show(opened->paper.answered, desk);
    } else if (std::holds_alternative<ItemStored>(reply.outcome)) {
      show(state_.index + 1, desk);
    } else if (const auto* no = std::get_if<NotNow>(&reply.outcome)) {
      return Home{Message{no->message_key, no->args, true}};
    }
    return Stay{};
  }

 private:
  void hand_in(Desk& desk) {
    rules::Response response = answering_.response();
    request_ = desk.ask(AnswerItem{state_.paper.attempt, state_.index, std::move(response.chosen),
                                   (desk.now() - shown_).count(), std::move(response.text), std::move(response.taps)});
    state_.busy = true;
  }

  void show(int index, Desk& desk) {
    answering_ = {};
    if (static_cast<std::size_t>(index) >= state_.paper.questions.size()) {
      state_.busy = true;
      request_ = desk.ask(CloseExam{state_.paper.attempt, true});
      return;
    }
    state_.index = index;
    state_.busy = false;
    const QuestionView& view = state_.paper.questions[static_cast<std::size_t>(index)];
    const auto& content = state_.paper.content ? state_.paper.content : desk.content;
    const record::Question* question = content ? content->question(view.item) : nullptr;
    const auto choice = view.multiple ? rules::QuestionKind::multiple : rules::QuestionKind::single;
    answering_.begin(question ? question->kind : choice, question, view.order);
    shown_ = desk.now();
  }

  std::string course_;
  ExamScreen state_;
  Answering answering_;
  BootTime shown_{};
  std::uint64_t request_ = 0;
};

class ExamResultFlow final : public Flow {
 public:
  ExamResultFlow(ExamOutcome outcome, const Desk& desk) : outcome_(std::move(outcome)) {
    if (const CourseView* c = desk.course(outcome_.course)) course_ = *c;
  }
  Screen screen(const Desk&) const override { return ExamResultScreen{outcome_, course_}; }
  Move on_action(const Action& action, Desk&) override {
    if (std::holds_alternative<Back>(action)) return Home{};
    if (std::holds_alternative<ShowCertificate>(action) && outcome_.certificate)
      return Open{make_certificate(*outcome_.certificate)};
    return Stay{};
  }

 private:
  ExamOutcome outcome_;
  CourseView course_;
};

class CertificateFlow final : public Flow {
 public:
  explicit CertificateFlow(CertificateView certificate) : certificate_(std::move(certificate)) {}
  Screen screen(const Desk& desk) const override {
    CertificateScreen s;
    s.certificate = certificate_;
    s.name = desk.rider->name;
    if (const CourseView* c = desk.course(certificate_.course)) s.course = *c;
    return s;
  }
  Move on_action(const Action& action, Desk&) override {
    if (std::holds_alternative<Back>(action)) return Home{};
    return Stay{};
  }

 private:
  CertificateView certificate_;
};

class RecordFlow final : public Flow {
 public:
  Screen screen(const Desk& desk) const override { return RecordScreen{*desk.rider}; }
  Move on_action(const Action& action, Desk& desk) override {
    if (std::holds_alternative<Back>(action)) return Home{};
    if (const auto* show = std::get_if<ShowCertificate>(&action))
      for (const CertificateView& c : desk.rider->certificates)
        if (c.number == show->number) return Open{make_certificate(c)};
    return Stay{};
  }
};

class ComplaintFlow final : public Flow {
 public:
  ComplaintFlow(std::string about, std::string ref) {
    state_.about = std::move(about);
    state_.ref = std::move(ref);
  }
  Screen screen(const Desk&) const override { return state_; }
  Move on_action(const Action& action, Desk& desk) override {
    if (std::holds_alternative<Back>(action)) return Home{};
    if (const auto* choose = std::get_if<ChooseCategory>(&action); choose && state_.receipt.empty()) {
      state_.category = choose->category;
    } else if (std::holds_alternative<FileComplaint>(action) && !state_.category.empty() && request_ == 0) {
      request_ = desk.ask(LodgeComplaint{desk.rider->subject, state_.about, state_.ref, state_.category});
    }
    return Stay{};
  }
  Move on_reply(const Reply& reply, Desk&) override {
    if (const auto* lodged = std::get_if<ComplaintLodged>(&reply.outcome); lodged && reply.id == request_)
      state_.receipt = lodged->receipt;
    return Stay{};
  }

 private:
  ComplaintScreen state_;
  std::uint64_t request_ = 0;
};

}  // namespace

std::unique_ptr<Flow> make_exam(std::string course, Desk& desk) { return std::make_unique<ExamFlow>(std::move(course), desk); }
std::unique_ptr<Flow> make_exam_result(ExamOutcome outcome, const Desk& desk) {
  return std::make_unique<ExamResultFlow>(std::move(outcome), desk);
}
std::unique_ptr<Flow> make_certificate(const CertificateView& certificate) {
  return std::make_unique<CertificateFlow>(certificate);
}
std::unique_ptr<Flow> make_record() { return std::make_unique<RecordFlow>(); }
std::unique_ptr<Flow> make_complaint(std::string about, std::string ref) {
  return std::make_unique<ComplaintFlow>(std::move(about), std::move(ref));
}

}  // namespace station::flow
