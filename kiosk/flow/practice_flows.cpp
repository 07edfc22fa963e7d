// Practice that nobody has to do: daily questions that are due, and hazard clips.
#include <algorithm>

#include "kiosk/flow/answering.h"
#include "kiosk/flow/flows.h"
#include "sync/base/id.h"
#include "sync/record/pack.h"

namespace station::flow {

namespace {

constexpr std::size_t kClipsOfTest = 5;

// At most ten questions. Each answer is committed at once, so that leaving at any moment loses nothing.
class DailyFlow final : public Flow {
 public:
  explicit DailyFlow(Desk& desk) {
    request_ = desk.ask(OpenDaily{desk.rider->subject});
    state_.busy = true;
  }

  Screen screen(const Desk& desk) const override {
    DailyScreen s = state_;
    answering_.write(s, desk.now());
    return s;
  }

  Move on_action(const Action& action, Desk& desk) override {
    if (std::holds_alternative<Back>(action)) return Home{};
    if (state_.busy || state_.question.empty()) return Stay{};
    if (std::holds_alternative<NextStep>(action)) {
      if (state_.answered) show(state_.index + 1, desk);
    } else if (std::holds_alternative<ConfirmAnswer>(action)) {
      if (!state_.answered && answering_.complete()) hand_in(desk);
    } else {
      answering_.on_action(action, desk.now());
    }
    return Stay{};
  }

  Move on_tick(Desk& desk) override {
    if (answering_.on_tick(desk.now()) && !state_.busy && !state_.answered) hand_in(desk);
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    if (reply.id != request_ || request_ == 0) return Stay{};
    request_ = 0;
    if (const auto* opened = std::get_if<DailyOpened>(&reply.outcome)) {
      questions_ = opened->daily.questions;
      state_.content = opened->daily.content;
      state_.count = static_cast<int>(questions_.size());
      state_.week = opened->daily.week;
      state_.weekday = opened->daily.weekday;
      state_.days_in_row = opened->daily.days_in_row;
      show(0, desk);
    } else if (const auto* done = std::get_if<Practised>(&reply.outcome)) {
      state_.busy = false;
      state_.answered = true;
      state_.right = done->right;
      state_.next_days = done->days;
      state_.right_count += done->right;
      answering_.settle();
      mark_today();
    } else if (const auto* no = std::get_if<NotNow>(&reply.outcome)) {
      return Home{Message{no->message_key, no->args, true}};
    }
    return Stay{};
  }

 private:
  void hand_in(Desk& desk) {
    request_ = desk.ask(
        Practise{desk.rider->subject, "daily", state_.question, answering_.response(), (desk.now() - shown_).count()});
    state_.busy = true;
  }

  void mark_today() {
    const auto today = static_cast<std::size_t>(state_.weekday);
    if (today >= state_.week.size() || state_.week[today]) return;
    state_.week[today] = true;
    ++state_.days_in_row;
  }

  // A question that the pack lacks is passed over.
  void show(int index, Desk& desk) {
    answering_ = {};
    state_.busy = state_.answered = state_.right = false;
    state_.question.clear();
    for (state_.index = index; state_.index < state_.count; ++state_.index) {
      const QuestionView& view = questions_[static_cast<std::size_t>(state_.index)];
      const record::Question* question = state_.content ? state_.content->question(view.item) : nullptr;
      if (!question) continue;
      state_.question = view.item;
      answering_.begin(question->kind, question, view.order);
      shown_ = desk.now();
      return;
    }
  }

  DailyScreen state_;
  std::vector<QuestionView> questions_;
  Answering answering_;
  BootTime shown_{};
  std::uint64_t request_ = 0;
};

// Hazard perception: a list of clips; one clip with its points, windows and replay; or several in a row.
class HazardFlow final : public Flow {
 public:
  explicit HazardFlow(const Desk& desk) : content_(desk.content) {
    if (!content_) return;
    const std::string day = base::iso8601(desk.clock.utc() + std::chrono::hours(8)).substr(0, 10);
    for (const auto& [id, q] : content_->questions)
      if (q.kind == rules::QuestionKind::hazard && q.validity.covers(desk.station.id, day)) state_.clips.push_back(id);
  }

  Screen screen(const Desk& desk) const override {
    HazardScreen s = state_;
    answering_.write(s, desk.now());
    return s;
  }

  Move on_action(const Action& action, Desk& desk) override {
    switch (state_.stage) {
      case HazardStage::list:
        return on_list(action, desk);
      case HazardStage::clip:
        return on_clip(action, desk);
      case HazardStage::result:
        if (std::holds_alternative<Back>(action)) to_list();
        return Stay{};
    }
    return Stay{};
  }

  Move on_tick(Desk& desk) override {
    if (state_.stage == HazardStage::clip && answering_.on_tick(desk.now())) finish_clip(desk);
    return Stay{};
  }

  // A clip of a test is shown once: breaking it off counts with the touches so far.
  void on_leave(Desk& desk) override {
    if (state_.stage == HazardStage::clip && state_.test && answering_.clip_runs()) finish_clip(desk);
  }

 private:
  Move on_list(const Action& action, Desk& desk) {
    if (std::holds_alternative<Back>(action)) return Open{make_lessons("")};
    const auto* start = std::get_if<StartClip>(&action);
    if (!start || state_.clips.empty()) return Stay{};
    state_.test = start->test;
    if (start->test) {
      queue_ = state_.clips;
      for (std::size_t i = queue_.size(); i-- > 1;) std::swap(queue_[i], queue_[desk.random.below(i + 1)]);
      queue_.resize(std::min(queue_.size(), kClipsOfTest));
    } else if (std::find(state_.clips.begin(), state_.clips.end(), start->question) != state_.clips.end()) {
      // The others follow in the order of the list.
      queue_ = state_.clips;
      std::rotate(queue_.begin(), std::find(queue_.begin(), queue_.end(), start->question), queue_.end());
    } else {
      return Stay{};
    }
    state_.results.clear();
    state_.count = static_cast<int>(queue_.size());
    show(0, desk);
    return Stay{};
  }

  Move on_clip(const Action& action, Desk& desk) {
    if (std::holds_alternative<Back>(action)) {
      on_leave(desk);
      to_list();
    } else if (std::holds_alternative<NextStep>(action)) {
      if (state_.answered || (state_.test && answering_.complete())) show(state_.index + 1, desk);
    } else {
      answering_.on_action(action, desk.now());
    }
    return Stay{};
  }

  void to_list() {
    state_.stage = HazardStage::list;
    state_.test = state_.answered = false;
    state_.question.clear();
    answering_ = {};
  }

  void show(int index, Desk& desk) {
    answering_ = {};
    state_.answered = false;
    state_.index = index;
    if (index >= state_.count) {
      state_.stage = HazardStage::result;
      state_.question.clear();
      return;
    }
    state_.stage = HazardStage::clip;
    state_.question = queue_[static_cast<std::size_t>(index)];
    answering_.begin(*content_->question(state_.question));
    shown_ = desk.now();
  }

  void finish_clip(Desk& desk) {
    const record::Question* q = content_->question(state_.question);
    const rules::Response response = answering_.response();
    const rules::HazardScore score = rules::score_hazards(q->hazards, response.taps);
    state_.results.push_back({q->id, score.total, 5 * static_cast<int>(score.scores.size()), score.why_void});
    desk.ask(Practise{desk.rider->subject, state_.test ? "hazard_test" : "hazard", q->id, response,
                      (desk.now() - shown_).count()});
    if (state_.test) return;
    state_.answered = true;
    answering_.settle();
  }

  const std::shared_ptr<const record::Content> content_;
  HazardScreen state_;
  std::vector<std::string> queue_;
  Answering answering_;
  BootTime shown_{};
};

}  // namespace

std::unique_ptr<Flow> make_daily(Desk& desk) {
  return std::make_unique<DailyFlow>(desk);
}
std::unique_ptr<Flow> make_hazards(const Desk& desk) {
  return std::make_unique<HazardFlow>(desk);
}

}  // namespace station::flow
