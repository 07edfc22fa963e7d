#pragma once

#include <memory>
#include <string>
#include <vector>

#include "devices/drivers/driver.h"
#include "devices/link/byte_link.h"

namespace station::drivers {

// Which state byte a lock's feedback contact gives while the door is closed. Fixed at commissioning by opening one door
// and watching which bit changes; there is no safe default (LOCKERS 3, trap 1).
enum class Polarity { closed_is_11, closed_is_00 };

struct LockBoardSettings {
  int address = 1;
  int locks = 8;  // outputs: 8, 12, 18 or 24
  Polarity polarity = Polarity::closed_is_11;
  int status_bytes = 0;     // in the query-all reply, as learnt at commissioning; 0 = one for each 8 locks
  Milliseconds pulse{500};  // how long the board holds the coil; at most 1,000
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
  // How long one step may wait for bytes. Zero in the simulated world; about 20 ms on a thread of its own.
  Milliseconds patience{0};
};

// Says what is wrong with the settings, or nothing.
std::string complaint_about(const LockLineSettings& settings);

// All 8A/80 lock boards on one serial line. Owns the line; one request in flight. Raises bus.lost, bus.echo,
// board.silent, board.noise, board.mismatch, box.jammed, box.unexpected_open, box.flicker, box.left_open.
// One opening at a time; a second OpenBox meanwhile is refused. Never pulses without a command.
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
