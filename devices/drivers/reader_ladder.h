#pragma once

#include <deque>
#include <optional>

#include "sync/base/clock.h"

namespace station::drivers {

// Which recovery step a card reader is due for (USB 2.9, steps 3 to 6): reset, open again, power-cycle, give up for a
// while. Pure: time is passed in.
class ReaderLadder {
 public:
  enum class What { reset, reopen, power_cycle, give_up };
  struct Step {
    What what;
    base::Milliseconds rest;  // before the reader is opened again
  };

  explicit ReaderLadder(bool can_cycle) : can_cycle_(can_cycle) {}

  // The reader did not answer: the next step.
  Step next(base::BootTime now);
  void answered() { rung_ = card_failures_ == 0 ? 0 : rung_; give_ups_ = rung_ == 0 ? 0 : give_ups_; }

  // A reader that answers every status and never a card command is broken as well. True: climb.
  bool card_command_failed() { return ++card_failures_ % kCardFailures == 0; }
  void card_command_done() {
    card_failures_ = 0;
    rung_ = 0;
    give_ups_ = 0;
  }

  static const char* to_string(What what);

 private:
  static constexpr int kCardFailures = 3;

  const bool can_cycle_;
  int rung_ = 0;
  int card_failures_ = 0;
  std::size_t give_ups_ = 0;
  std::optional<base::BootTime> last_reset_;
  std::deque<base::BootTime> cycles_;  // of the last hour
};

}  // namespace station::drivers
