#pragma once

#include <memory>
#include <string>
#include <vector>

#include "devices/drivers/driver.h"
#include "devices/link/byte_link.h"

namespace station::drivers {

struct PortBoardSettings {
  std::string name;  // "shed"
  int slave = 1;     // never that of a lock board
  bool indoor = false;
  int most_w = 2000;      // of all its outlets together
  int watchdog_s = 10;    // all ports off when this program is silent that long; 3 … 60
  struct Outlet {
    std::string name;
    int port = 1;  // as labelled, from 1; on the wire from 0
    int most_w = 500;
  };
  std::vector<Outlet> outlets;
};

struct PortBoardLineSettings {
  std::string name;    // "port boards"
  std::string device;  // "/dev/serial/by-id/…"
  int baud = 9600;
  std::vector<PortBoardSettings> boards;
  Milliseconds patience{0};  // how long a step may wait for bytes; zero in the simulated world
};

// Says what is wrong with the settings, or nothing.
std::string complaint_about(const PortBoardLineSettings& settings);

// E-bike outlets behind our own Modbus port boards (CHARGERS 4), by the same sessions as charging posts. Limits are
// written and read back before a port is enabled; a port that is on without a session goes off; the board's watchdog
// switches off what a dead program left on. Settlements are made here from the board's meter, and repeated until they
// are stored. Raises bus.lost, board.silent, board.mismatch, post.alarm, outlet.*.
class PortBoardLine final : public Driver {
 public:
  // `settings` without complaint. Clock must outlive the driver.
  PortBoardLine(PortBoardLineSettings settings, std::unique_ptr<link::ByteLink> link, const base::Clock& clock,
                EventSink sink);
  ~PortBoardLine() override;

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
