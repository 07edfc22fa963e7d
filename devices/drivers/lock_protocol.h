#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/drivers/line_wire.h"
#include "devices/drivers/lock_board.h"

namespace station::drivers {

// What a family of lock boards says on the wire, in the words of the driver. No state, no time: LockLine keeps both.
// A state bit is what the board sends for one contact; what it says about the door is the board's polarity.
class LockProtocol {
 public:
  struct Question {
    enum class What {
      open,          // one board-timed pulse
      read_one,      // the contact of one lock
      read_all,      // every contact of a board
      pulse_length,  // how long the board holds a coil
      coil,          // is the coil of one lock powered?
      coil_off,      // a safety action: may be repeated
      free_board,    // ends a board's own "busy" after an opening
    } what = What::read_all;
    int board = 1;
    int lock = 0;  // from 1, as on the label; 0 where the question is about the board
    bool operator==(const Question&) const = default;
  };

  // Answers.
  struct One {
    bool bit = false;
  };
  struct All {
    std::vector<bool> bits;   // [0] is lock 1; at least as many as the board has locks
    std::vector<bool> items;  // something is inside; empty when the board has no sensors
  };
  struct PulseLength {
    Milliseconds length{0};
  };
  struct Coil {
    bool on = false;
  };
  struct Obeyed {  // says nothing about a door
    std::optional<bool> bit;
  };
  struct Declined {  // the board says that it did not do it, or cannot
    std::string why;
  };
  struct Misfit {  // the answer of another board than the configured one
    std::string why;
  };
  using Answer = std::variant<One, All, PulseLength, Coil, Obeyed, Declined, Misfit>;

  struct Traits {
    Milliseconds read_time_out{500};
    Milliseconds open_time_out{1'000};
    Milliseconds quiet{500};
    Milliseconds between{0};
    bool whole_only = false;
    bool asks_pulse_length = false;
    bool reads_coils = false;    // the coil is read back after every pulse
    bool reads_one = true;       // can be asked for one lock; otherwise only for whole boards
  };

  virtual ~LockProtocol() = default;
  virtual Traits traits() const = 0;
  virtual base::Bytes encode(const Question& question) const = 0;
  virtual base::Bytes probe() const = 0;  // a question to a board that no configuration has
  virtual LineWire::Framing framing() const = 0;
  // `frame` is what framing() called the reply to this question.
  virtual Answer read(const Question& question, std::span<const std::uint8_t> frame) const = 0;
  // The board of a frame that was sent unasked, if it says that a door moved.
  virtual std::optional<int> hint_from(std::span<const std::uint8_t> frame) const = 0;
  // Bytes came that are no reply. Do they show that the board is of another size than configured?
  virtual std::string misfit(const Question& /*question*/, std::span<const std::uint8_t> /*heard*/) const { return {}; }
};

// For settings without complaint; all boards of a line are of one family.
std::unique_ptr<LockProtocol> make_lock_protocol(const LockLineSettings& settings);
std::unique_ptr<LockProtocol> make_8a_protocol(const LockLineSettings& settings);
std::unique_ptr<LockProtocol> make_wkly_protocol(const LockLineSettings& settings);
std::unique_ptr<LockProtocol> make_kr_cu16_protocol(const LockLineSettings& settings);
std::unique_ptr<LockProtocol> make_modbus_lock_protocol(const LockLineSettings& settings);

}  // namespace station::drivers
