#pragma once

#include <optional>
#include <vector>

#include "devices/drivers/duty.h"

namespace station::drivers {

// Coils that were pulsed and not yet read back (LOCKERS 6, trap 1): a board that reads the pulse time otherwise than
// meant holds a coil for minutes. Says what to ask next; told what came of it.
class CoilWatch {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;

  static constexpr Milliseconds kGrace{200};  // beyond the longest pulse
  static constexpr Milliseconds kAgain{500};  // between questions that were not answered

  struct Want {
    LockId lock;
    bool off = false;  // switch it off; otherwise read it
    BootTime at{};
  };

  void pulsed(const LockId& lock, Milliseconds longest, BootTime now);
  std::optional<Want> next() const;  // the earliest

  // Answers true when the coil should have been off by now.
  bool read(const LockId& lock, bool on, BootTime now);
  void switched_off(const LockId& lock, BootTime now);  // told to; it is read again
  void unanswered(const LockId& lock, BootTime now);    // the board may still hold it: the next thing sent is OFF

 private:
  std::vector<Want> wants_;
};

}  // namespace station::drivers
