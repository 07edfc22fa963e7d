#pragma once

#include <chrono>
#include <optional>

#include "sync/base/random.h"

namespace station::rules {

using std::chrono::milliseconds;

// When the next presence check comes (learning rules, section 7): after a delay drawn uniformly from 180,000 to 420,000
// ms of running session time. The caller runs the clock only while study runs, so it stops with a pause.
class PresenceSchedule {
 public:
  explicit PresenceSchedule(base::Random& random) { resolved(random); }

  void run(milliseconds by) { left_ -= by; }
  bool due() const { return left_.count() <= 0; }
  void resolved(base::Random& random);  // draws the next delay

  // One of nine places, 0…8, never the one used last.
  int next_place(base::Random& random);

 private:
  milliseconds left_{};
  std::optional<int> last_place_;
};

}  // namespace station::rules
