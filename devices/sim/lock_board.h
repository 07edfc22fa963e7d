#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "devices/codec/lock_8a.h"
#include "devices/sim/serial_peer.h"

namespace station::sim {

struct SimLockBoardSettings {
  int address = 1;
  int locks = 8;
  bool closed_is_11 = true;  // the feedback contact is short while the door is closed
  int status_bytes = 0;      // of the query-all reply; 0 = one for each 8 locks
  Milliseconds delay{20};    // from the request's last byte to the reply's first
  Milliseconds pulse{500};
  bool answers_open = true;  // some boards say nothing to an open command
  bool pushes = false;       // unsolicited frames on door edges
};

enum class LockState {
  healthy,
  jammed,       // the coil is powered, the door stays closed
  no_feedback,  // the door opens, the contact goes on saying closed
};

// What happens to replies of a board.
enum class ReplyFault { corrupt_check, late, dropped, half, noise_before, wrong_address };

class SimLockLine;

// One board of the 8A/80 family with its doors. Doors open only when a healthy lock is pulsed or by force, and close
// only when somebody closes them. Thread-safe; lock numbers from 1.
class SimLockBoard {
 public:
  SimLockBoard(SimLockLine& line, SimLockBoardSettings settings);

  // Hands of the simulated people.
  void close_door(int lock);
  void force_open(int lock);
  bool door_open(int lock) const;

  // Faults.
  void set_lock(int lock, LockState state);
  void set_dead(bool dead);                                  // hears nothing, says nothing
  void spoil_replies(ReplyFault fault, int count = 1);       // the next `count` replies to any request
  void spoil_open_replies(ReplyFault fault, int count = 1);  // the next `count` replies to open commands
  void restart(Milliseconds down);                           // silent that long; coils off, replies under way lost
  void miswire();                                            // all feedback contacts inverted from now on

  int pulses(int lock) const;  // on one lock since the beginning
  Milliseconds coil_on_time(int lock) const;

 private:
  friend class SimLockLine;
  using Micros = std::chrono::microseconds;
  struct Lock {
    LockState state = LockState::healthy;
    bool open = false;
    int pulses = 0;
  };
  struct Spoil {
    ReplyFault fault;
    bool open_only;
  };

  // Below, the line's mutex is held.
  Lock& lock_at(int lock);
  const Lock& lock_at(int lock) const;
  bool contact_is_11(const Lock& lock) const;
  void obey(const codec::lock_8a::Request& request, Micros heard);
  void pulse(int lock, Micros at);
  void move_door(int lock, bool open);
  void reply(base::Bytes frame, bool to_open, Micros heard);

  SimLockLine& line_;
  const SimLockBoardSettings settings_;
  std::vector<Lock> locks_;
  std::deque<Spoil> spoils_;
  bool dead_ = false;
  bool miswired_ = false;
  Micros silent_until_{0};
};

// The line: a serial adapter with its boards, paced at 10 bits a byte. Counts what the coils got; whatever breaks the
// limits of LOCKERS 8 is listed in violations(), and tests fail on it. Thread-safe.
class SimLockLine final : public SerialPeer {
 public:
  explicit SimLockLine(std::vector<SimLockBoardSettings> boards, int baud = 9600);

  SimLockBoard& board(int address);

  void set_echo(bool echo);        // an adapter that returns what it sends
  void set_plugged(bool plugged);  // adapter out of its socket
  void make_noise(base::Bytes bytes);

  int pulses() const;  // on all locks
  std::vector<std::string> violations() const;
  std::vector<std::string> heard() const;  // every whole frame that came over the wire, upper-case hex, in order

  bool plugged() const override;
  void hear(std::span<const std::uint8_t> bytes, BootTime now) override;
  base::Bytes say(BootTime now) override;
  std::optional<BootTime> next() const override;
  std::optional<BootTime> last() const override;

 private:
  friend class SimLockBoard;
  using Micros = std::chrono::microseconds;
  struct ByteUnderWay {
    std::uint8_t byte;
    Micros due;
  };
  struct Pulse {
    std::string lock;
    Micros from;
    Micros to;
  };

  // The line's own time never goes back, also when the kiosk's boot clock starts again at zero.
  Micros inner(BootTime now);
  BootTime outer(Micros at) const;
  void transmit(std::span<const std::uint8_t> bytes, Micros from);
  void count_pulse(const std::string& lock, Micros from, Micros to);

  mutable std::mutex mutex_;  // guards everything below and all boards
  const Micros byte_time_;
  std::vector<std::unique_ptr<SimLockBoard>> boards_;
  std::deque<ByteUnderWay> under_way_;
  base::Bytes partial_;  // of a request
  Micros now_{0};
  Micros shift_{0};  // inner time minus boot clock
  std::vector<Pulse> pulses_;
  std::vector<std::string> violations_;
  std::vector<std::string> heard_;
  bool echo_ = false;
  bool plugged_ = true;
};

}  // namespace station::sim
