#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/codec/lock_family.h"
#include "devices/codec/lock_profile.h"
#include "devices/sim/lock_dialect.h"
#include "devices/sim/paced_line.h"

namespace station::sim {

struct SimLockBoardSettings {
  codec::LockFamily family = codec::LockFamily::lock_8a;  // the same for all boards of a line
  int address = 1;
  int locks = 8;
  bool closed_is_11 = true;  // the feedback contact is short while the door is closed. WKLY boards: always
  int status_bytes = 0;      // 8A: of the query-all reply; 0 = one for each 8 locks
  Milliseconds delay{20};    // from the request's last byte to the reply's first
  Milliseconds pulse{500};   // where the request does not carry it
  bool answers_open = true;  // some boards say nothing to an open command
  bool pushes = false;       // unsolicited frames on door edges
  bool tells_pulse = true;   // KR-CU16: answers the question for its unlock time
  std::optional<codec::LockProfile> profile{};  // MODBUS
  bool old_byte_order = false;                  // MODBUS: reads a pulse time with its bytes exchanged
};

enum class LockState {
  healthy,
  jammed,       // the coil is powered, the door stays closed
  no_feedback,  // the door opens, the contact goes on saying closed
  bouncing,     // the door springs shut again 100 ms after it opened
};

class SimLockLine;

// One lock board with its doors. Doors open only when a healthy lock is pulsed or by force, and close only when
// somebody closes them. Thread-safe; lock numbers from 1.
class SimLockBoard {
 public:
  SimLockBoard(SimLockLine& line, SimLockBoardSettings settings);

  // Hands of the simulated people.
  void close_door(int lock);
  void force_open(int lock);
  bool door_open(int lock) const;
  void put_inside(int lock, bool something);

  // Faults.
  void set_lock(int lock, LockState state);
  void set_dead(bool dead);                                  // hears nothing, says nothing
  void spoil_replies(ReplyFault fault, int count = 1);       // the next `count` replies to any request
  void spoil_open_replies(ReplyFault fault, int count = 1);  // the next `count` replies to open commands
  void restart(Milliseconds down);                           // silent that long; coils off, replies under way lost
  void miswire();                                            // all feedback contacts inverted from now on

  int pulses(int lock) const;  // on one lock since the beginning
  Milliseconds coil_on_time(int lock) const;
  bool coil_on(int lock) const;

 private:
  friend class SimLockLine;
  using Micros = std::chrono::microseconds;
  struct Lock {
    LockState state = LockState::healthy;
    bool open = false;
    bool item = false;
    int pulses = 0;
    Micros coil_until{0};
    Micros on_time{0};
    std::optional<Micros> springs_shut{};
  };
  struct Spoil {
    ReplyFault fault;
    bool open_only;
  };

  // Below, the line's mutex is held.
  Lock& lock_at(int lock);
  const Lock& lock_at(int lock) const;
  bool contact(const Lock& lock) const;
  void obey(const LockOrder& order, std::span<const std::uint8_t> frame, Micros heard);
  void pulse(int lock, Milliseconds length, Micros at);
  void end_pulse(Lock& lock, Micros at);
  void move_door(int lock, bool open);
  void reply(base::Bytes frame, bool to_open, Micros heard);
  void time_passes(Micros now);

  SimLockLine& line_;
  const SimLockBoardSettings settings_;
  std::vector<Lock> locks_;
  std::deque<Spoil> spoils_;
  bool dead_ = false;
  bool miswired_ = false;
  Micros silent_until_{0};
};

// The line: a serial adapter with its boards. Counts what the coils got; whatever breaks the limits of LOCKERS 8 is
// listed in violations(), and tests fail on it. Thread-safe.
class SimLockLine final : public PacedLine {
 public:
  // `baud` 0: the usual rate of the family.
  explicit SimLockLine(std::vector<SimLockBoardSettings> boards, int baud = 0);

  SimLockBoard& board(int address);

  int pulses() const;  // on all locks
  std::vector<std::string> violations() const;

 protected:
  codec::FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const override;
  void obey(std::span<const std::uint8_t> frame, Micros heard) override;
  void time_passes(Micros now) override;

 private:
  friend class SimLockBoard;
  struct Pulse {
    std::string lock;
    Micros from;
    Micros to;
  };
  void count_pulse(const std::string& lock, Micros from, Micros to);

  const std::unique_ptr<LockDialect> dialect_;
  std::vector<std::unique_ptr<SimLockBoard>> boards_;
  std::vector<Pulse> pulses_;
  std::vector<std::string> violations_;
};

}  // namespace station::sim
