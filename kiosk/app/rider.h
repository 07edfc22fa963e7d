#pragma once

#include <functional>
#include <string>

#include "kiosk/app/stage.h"

namespace station::record {
struct Question;
}

namespace station::app {

// What a rider does between two lines of a script: studies, answers. Acts by touching widgets by name only, and looks
// at the state of the flows to know what to touch.
class Rider {
 public:
  explicit Rider(Stage& stage) : stage_(stage) {}

  // Studies until `enough` says so (asked after each step), from the lesson, the list of lessons or the course page.
  // Answers presence checks in time. `limit` of simulated time.
  base::Result<void> study(const std::function<bool()>& enough, base::Milliseconds limit);
  // Answers the open paper, `right` of its questions rightly, until the result stands on the screen.
  base::Result<void> exam(int right);

  // Credited study of the course at hand, seconds; -1 where none is.
  int credited_s() const;

 private:
  base::Result<void> tap(const std::string& id);
  base::Result<void> read();
  const record::Question* question(const std::string& id) const;
  base::Result<void> learn(const flow::LessonScreen& lesson);
  base::Result<void> answer(const record::Question& question, const flow::AnswerView& view, bool right,
                            const std::string& prefix);
  base::Result<void> watch(const record::Question& clip, const flow::AnswerView& view, bool right, const std::string& prefix);

  Stage& stage_;
  base::BootTime touched_{};
};

}  // namespace station::app
