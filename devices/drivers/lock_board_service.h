#pragma once

#include <map>
#include <string>

#include "devices/drivers/damage_rate.h"
#include "devices/drivers/fault_set.h"
#include "devices/drivers/lock_board.h"
#include "devices/drivers/lock_protocol.h"

namespace station::drivers {

// Whether one lock board serves, and when to ask it next: answers and silences, damage, doubts about what it is. Told
// what happened by its line; raises board.* faults.
class BoardService {
 public:
  // What stands against opening any of its locks, beside silence.
  enum class Doubt {
    uncommissioned,  // nobody found out its polarity
    size,            // its replies are another board's
    polarity,        // every door reads open
    pulse_length,    // holds its coils too long, or nobody knows how long
    coil,            // a coil stayed on: latched until a maintainer looked
  };

  BoardService(LockBoardSettings settings, const std::string& line, const LockProtocol::Traits& traits,
               FaultSet& faults, BootTime now);

  const LockBoardSettings& settings() const { return settings_; }
  const std::string& name() const { return name_; }
  int address() const { return settings_.address; }
  bool online() const { return service_ == Service::online; }
  bool in_service() const { return online() && doubts_.empty(); }
  std::string reason_to_refuse() const;  // empty when in service

  // What a state bit says about a door; nothing without a polarity.
  std::optional<bool> is_open(bool bit) const;

  void line_up(bool echo, BootTime now);
  void line_down(BootTime now);
  void asked() { ++health_.exchanges; }
  void replied(Milliseconds latency, BootTime now);
  void misunderstood() { ++health_.foreign; }
  // The two ways in which a question can fail; the first answers true when the board just went offline by it.
  bool silent(BootTime now);
  void damaged(BootTime now);

  void doubt(Doubt doubt, const std::string& detail, BootTime now);
  void settle(Doubt doubt, BootTime now);
  bool doubted(Doubt doubt) const { return doubts_.contains(doubt); }

  // The pulse length, for families that tell it.
  bool wants_pulse_length() const { return online() && pulse_questions_left_ > 0; }
  void pulse_length(std::optional<Milliseconds> length, BootTime now);

  void tick(BootTime now);
  BootTime poll_due() const { return poll_due_; }
  void poll_at(BootTime at) { poll_due_ = at; }
  const DeviceHealth& health() const { return health_; }

 private:
  enum class Service { starting, online, silent };

  LockBoardSettings settings_;
  const std::string name_;
  const bool asks_pulse_length_;
  FaultSet& faults_;
  Service service_ = Service::starting;
  std::map<Doubt, std::string> doubts_;
  int silences_ = 0;  // in a row
  Milliseconds probe_pause_{0};
  BootTime poll_due_{};
  int pulse_questions_left_ = 0;
  DamageRate damage_;
  DeviceHealth health_;
};

}  // namespace station::drivers
