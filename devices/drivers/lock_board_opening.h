#pragma once

#include <optional>
#include <string>
#include <vector>

#include "devices/api/commands.h"
#include "devices/api/events.h"
#include "devices/drivers/duty.h"

namespace station::drivers {

// One OpenBox from the command to its result (LOCKERS 1, 8, 12): one pulse, then reads; believed open after two equal
// reads at least 100 ms apart; at most two more pulses, each after reads that still say closed. Pure: it is told what
// was sent and read, and says what it wants next.
class OpeningRun {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;

  static constexpr Milliseconds kReadPeriod{200};
  static constexpr Milliseconds kApart{100};
  static constexpr Milliseconds kJamAfter{2'000};      // closed that long after a pulse: the lock is stuck
  static constexpr Milliseconds kUnclearAfter{6'000};  // no clear reads that long after a pulse
  static constexpr Milliseconds kFresh{500};           // a read that may justify a further pulse
  static constexpr int kMostPulses = 3;

  enum class Begin {
    pulse,
    reads,  // the door reads open already: pulse only if fresh reads say that it is closed after all
  };

  struct Want {
    enum What { nothing, pulse, read_one, read_all } what = nothing;
    BootTime at{};
  };

  struct Conclusion {
    devices::Opening result = devices::Opening::unknown;
    std::string evidence;
    bool jammed = false;
  };

  // `most_pulses`: from 1 to kMostPulses.
  OpeningRun(devices::OpenBox command, LockId lock, Begin begin, BootTime now, int most_pulses = kMostPulses);

  const devices::OpenBox& command() const { return command_; }
  const LockId& lock() const { return lock_; }
  int pulses() const { return static_cast<int>(pulses_.size()); }
  std::optional<BootTime> last_pulse() const;

  void pulse_sent(BootTime now);
  // What the board answered to the pulse, in words. No evidence either way, only noted.
  void pulse_settled(const std::string& answer, BootTime now);
  void read(bool open, bool single, BootTime now);
  void read_failed(BootTime now);
  void board_lost(const std::string& why);

  // Moves on with time. Then want() or conclusion() say what follows.
  void tick(const DutyLedger& duty, BootTime now);
  Want want(const DutyLedger& duty, BootTime now) const;
  const std::optional<Conclusion>& conclusion() const { return conclusion_; }

 private:
  enum class Stage { before_pulse, pulse_in_flight, reading };
  struct Pulse {
    BootTime at;
    std::string answer;
  };
  struct Read {
    bool open;
    bool single;
    BootTime at;
  };

  bool settled() const;  // the last reads agree over at least kApart
  void conclude(devices::Opening result, const std::string& why, bool jammed = false);
  std::string evidence(const std::string& why) const;

  const devices::OpenBox command_;
  const LockId lock_;
  const BootTime start_;
  const int most_pulses_;
  Stage stage_;
  std::vector<Pulse> pulses_;
  std::optional<Read> first_equal_;  // of the present row of equal reads
  std::optional<Read> last_;
  bool saw_open_ = false;  // since the first pulse
  int reads_ = 0;
  BootTime read_due_{};
  std::optional<Conclusion> conclusion_;
};

}  // namespace station::drivers
