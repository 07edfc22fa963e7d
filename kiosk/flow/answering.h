#pragma once

#include <string>
#include <vector>

#include "kiosk/flow/action.h"
#include "kiosk/flow/views.h"

namespace station::record {
struct Question;
}

namespace station::flow {

// One question that is being answered, whatever its kind: what is chosen, typed or touched so far. Lessons, papers,
// daily questions and clips use it, so that a question works the same everywhere. Nothing is dragged: tap what is
// wanted, then where it belongs. One thread.
class Answering {
 public:
  // `kind` from the frozen paper or the content. `question` may be null where the content lacks it: then choices work
  // and nothing else. Must outlive this.
  void begin(rules::QuestionKind kind, const record::Question* question, std::vector<int> order);
  // Options in authored order, for questions that are not drawn.
  void begin(const record::Question& question);

  // True: the action was meant for the answer.
  bool on_action(const Action& action, BootTime now);
  // True in the moment in which a clip ends for the first time.
  bool on_tick(BootTime now);

  bool complete() const;  // may be handed in
  bool clip_runs() const { return stage_ == ClipStage::playing || stage_ == ClipStage::replay; }
  bool clip_begun() const { return stage_ != ClipStage::ready; }
  rules::QuestionKind kind() const { return kind_; }
  rules::Response response() const;
  // Practice: the answer was judged. Nothing changes any more; a clip may be played again.
  void settle() { settled_ = true; }
  void write(AnswerView& view, BootTime now) const;

 private:
  bool choose(int option);
  void put_beside(int option);
  bool type(const Action& action);
  bool clip(const Action& action, BootTime now);
  std::int64_t clip_ms(BootTime now) const;

  rules::QuestionKind kind_ = rules::QuestionKind::single;
  const record::Question* question_ = nullptr;
  std::vector<int> order_, chosen_;
  int slot_ = 0;
  std::string typed_;
  ClipStage stage_ = ClipStage::ready;
  BootTime clip_since_{};
  std::vector<std::int64_t> taps_;
  bool settled_ = false;
};

// What a rider touches to give this response; of a clip only its start, the touches follow while it plays. `order` as
// shown. For simulated riders.
std::vector<Action> touches_for(const record::Question& question, const std::vector<int>& order,
                                const rules::Response& response);

}  // namespace station::flow
