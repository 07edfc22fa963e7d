#pragma once

#include <chrono>
#include <optional>

#include "sync/base/random.h"
#include "sync/rules/study_time.h"

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

inline constexpr milliseconds kPresenceWindow{30'000};
inline constexpr milliseconds kPresenceLastCall{60'000};

// Every lesson has a check: if none has come by one minute before its planned end, one is shown then.
bool presence_owed(bool had_check, milliseconds left_of_lesson);

// How a check that was shown at `shown` is resolved by something at `t` (both on the boot clock): the event to write. A
// check is answered while shown <= t < shown + window; from then on it was missed, at shown + window exactly.
struct PresenceResult {
  StudyKind kind = StudyKind::check_ok;  // check_ok or check_missed
  std::int64_t at = 0;
  bool operator==(const PresenceResult&) const = default;
};
enum class PresenceSign : std::uint8_t {
  answered,        // the target was touched or the rider's card presented
  left_by_touch,   // "暂停" or "有新订单": itself a sign of presence, written before the pause
  left_by_itself,  // timeout, card removed: missed, written before the pause
  time_passed,     // nothing happened: a result only once the window is over
};
std::optional<PresenceResult> presence_result(std::int64_t shown, std::int64_t t, PresenceSign sign,
                                              milliseconds window = kPresenceWindow);

}  // namespace station::rules
