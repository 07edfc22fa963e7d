#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/duty.h"
#include "devices/drivers/line_wire.h"
#include "devices/drivers/lock_board.h"
#include "devices/drivers/lock_protocol.h"

namespace station::drivers {

// What a commissioning found out about one board.
struct BoardFinding {
  LockBoardSettings board;  // as configured, with what was found: polarity, status_bytes, pulse_measured
  bool answers = false;
  std::string reply;  // "3 state bytes", "24 doors", "unlock time 500 ms"
};

// What happened when one lock was pulsed.
struct LockFinding {
  LockId lock;
  std::optional<int> moved;       // the lock whose bit changed, if it was one
  std::optional<bool> closed_bit;  // what that bit was before, with the door closed
  bool closed_again = false;       // and came back to it
  bool coil_stuck = false;
  std::string evidence;  // which reads said what, when
};

// Finds out how the lock boards of a line are wired before riders use them (LOCKERS 13): which boards answer, whether
// the adapter echoes, which state bit moves with which door and which way. Blocks between steps by `wait`, so never on
// a device thread; the line must be free. Pulses keep the duty limits, one lock at a time, the shortest pulse there is.
class LockCommissioning {
 public:
  // Lets time pass; false when the person gave up.
  using Wait = std::function<bool(Milliseconds)>;

  // `settings` without complaint; polarities in them are not believed. Clock must outlive it.
  LockCommissioning(LockLineSettings settings, std::unique_ptr<link::ByteLink> link, const base::Clock& clock, Wait wait);

  // Opens the line and asks every board; questions only. An error when the line cannot be opened.
  base::Result<void> survey();
  bool echo() const { return wire_.echo(); }
  const std::vector<BoardFinding>& boards() const { return boards_; }

  // Pulses one lock once and watches all contacts of its board for three seconds. All doors must be closed before.
  // `unavailable`: the board does not answer; `invalid`: contacts change without a pulse.
  base::Result<LockFinding> try_lock(const LockId& lock);
  // Waits until the door that moved is closed again.
  void await_closed(LockFinding& finding, Milliseconds limit);

  // A person measured how long this board holds its coils, because it does not tell.
  void pulse_was_measured(int board) { board_at(board)->board.pulse_measured = true; }

  // A person says that door and number agree; only then it counts.
  void confirm(const LockFinding& finding) { confirmed_.push_back(finding); }
  const std::vector<LockFinding>& confirmed() const { return confirmed_; }

  // Why a board cannot be used yet, or nothing: its polarity is settled by at least one confirmed lock, all of them
  // agree, each moved its own contact and closed again.
  std::string shortcoming(int board) const;
  // The same boards with everything that was found.
  LockLineSettings result() const;

 private:
  std::optional<LockProtocol::Answer> ask(const LockProtocol::Question& question);
  std::optional<std::vector<bool>> read(int board);
  bool rest(Milliseconds time);
  BoardFinding* board_at(int address);
  void read_coil_back(LockFinding& finding);

  LockLineSettings settings_;
  const base::Clock& clock_;
  const Wait wait_;
  const std::unique_ptr<LockProtocol> protocol_;
  LineWire wire_;
  DutyLedger duty_;
  std::vector<BoardFinding> boards_;
  std::vector<LockFinding> confirmed_;
  std::string misfit_;  // of the last bytes that were no reply
  bool gave_up_ = false;
};

// The record of a commissioning: one JSON text with its own SHA-256, so that an edit is noticed.
std::string commissioning_record(const LockCommissioning& work, const std::string& line, const std::string& who,
                                 base::UtcTime when);
// Puts what the record says into boards of the same family and address. `corrupt`: it was edited or cut.
base::Result<void> apply_commissioning(const std::string& record, LockLineSettings& settings);

}  // namespace station::drivers
