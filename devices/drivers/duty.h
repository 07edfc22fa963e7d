#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sync/base/clock.h"

namespace station::drivers {

// One output of one board on a line.
struct LockId {
  int board = 1;
  int lock = 1;
  bool operator==(const LockId&) const = default;
};

// What stands against a pulse now.
enum class DutyLimit {
  none,
  other_lock,  // a pulse on another lock of this locker has not ended 300 ms ago: a moment's wait
  same_lock,   // less than 3 s since the end of the last pulse on this lock
  on_time,     // 6 s of coil current within 60 s
};

// Keeps solenoids from burning (LOCKERS 8). One for each locker: one coil at a time, gaps between pulses, a limit on
// coil current. Assumes that every lock was pulsed just before the start, because the last run may have done so.
class DutyLedger {
 public:
  static constexpr base::Milliseconds kGapOnOneLock{3'000};
  static constexpr base::Milliseconds kGapBetweenLocks{300};
  static constexpr base::Milliseconds kWindow{60'000};
  static constexpr base::Milliseconds kLimit{6'000};
  static constexpr base::Milliseconds kLongestPulse{1'000};
  // From the record to the coil: silence before the frame, the frame itself, the board's own time. Gaps keep their length
  // also when one pulse started late and the next at once.
  static constexpr base::Milliseconds kSlack{50};

  struct Coil {
    LockId lock;
    base::Milliseconds pulse;  // at most kLongestPulse
  };

  DutyLedger(std::vector<Coil> coils, base::BootTime start);

  DutyLimit check(const LockId& lock, base::BootTime now) const;
  // From when on nothing stands against a pulse on this lock, if none is sent meanwhile.
  base::BootTime free_from(const LockId& lock, base::BootTime now) const;
  // A pulse was sent. Sending one that check() forbids is a broken invariant.
  void record(const LockId& lock, base::BootTime now);

 private:
  struct Pulse {
    LockId lock;
    base::BootTime from;
    base::BootTime to;
  };
  base::Milliseconds pulse_of(const LockId& lock) const;

  const std::vector<Coil> coils_;
  std::vector<Pulse> pulses_;  // of the last window, oldest first
};

const char* to_string(DutyLimit limit);  // a reason for the maintainer

}  // namespace station::drivers
