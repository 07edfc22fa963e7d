#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/codec/lock_family.h"
#include "devices/codec/lock_profile.h"
#include "devices/drivers/driver.h"
#include "devices/link/byte_link.h"

namespace station::drivers {

// Which state bit a lock's feedback contact gives while the door is closed: 11 of an 8A board, 1 of the others. Fixed at
// commissioning by opening one door and watching which bit changes; there is no safe default (LOCKERS 3, trap 1). WKLY
// boards say it in so many words and need none.
enum class Polarity {
  unknown,  // not commissioned: its doors are unknown and none is opened
  closed_is_11,
  closed_is_00,
};

struct LockBoardSettings {
  codec::LockFamily family = codec::LockFamily::lock_8a;  // the same for all boards of a line
  int address = 1;
  int locks = 8;
  Polarity polarity = Polarity::unknown;
  Milliseconds pulse{500};                    // how long the board holds the coil; at most 1,000
  int status_bytes = 0;                       // 8A: in the query-all reply, as learnt; 0 = one for each 8 locks
  bool pulse_measured = false;                // KR-CU16 that does not tell its unlock time: somebody measured it
  bool clear_busy_after_open = false;         // KR-CU16: send 38 after each opening
  std::optional<codec::LockProfile> profile;  // MODBUS
};

// One box as riders see it, and the lock behind it.
struct BoxPlace {
  std::string box;
  int board = 1;
  int lock = 1;  // from 1, as on the board's label
};

struct LockLineSettings {
  std::string name;  // of the locker, for faults and health: "locker"
  std::vector<LockBoardSettings> boards;
  std::vector<BoxPlace> boxes;
  int baud = 0;  // 0: the usual rate of the family
  // How long one step may wait for bytes. Zero in the simulated world; about 20 ms on a thread of its own.
  Milliseconds patience{0};
};

// Says what is wrong with the settings, or nothing.
std::string complaint_about(const LockLineSettings& settings);
int baud_of(const LockLineSettings& settings);
int status_bytes_of(const LockBoardSettings& board);

// All lock boards on one serial line. Owns the line; one request in flight. Raises bus.lost, bus.echo, board.silent,
// board.noise, board.mismatch, board.uncommissioned, board.coil_stuck, box.jammed, box.unexpected_open, box.flicker,
// box.left_open, box.released. One opening at a time; a second OpenBox meanwhile is refused. Never pulses without a command.
class LockLine final : public Driver {
 public:
  // `settings` without complaint. Clock must outlive the driver.
  LockLine(LockLineSettings settings, std::unique_ptr<link::ByteLink> link, const base::Clock& clock, EventSink sink);
  ~LockLine() override;

  std::string name() const override;
  Serves serves() const override;
  void handle(const devices::Command& command) override;
  BootTime step(BootTime now) override;
  bool acknowledge(const std::string& code, const std::string& place) override;
  std::vector<DeviceHealth> health() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::drivers
