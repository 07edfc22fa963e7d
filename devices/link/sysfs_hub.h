#pragma once

#include <string>

#include "devices/link/port_power.h"

namespace station::link {

// Port power by the kernel's own switch, `<hub>:1.0/<hub>-port<n>/disable` (Linux 6.0 and later): the kernel knows
// about it, so a port stays off through over-currents elsewhere. Reading the file asks the hub. Where a file is missing
// or not writable, `fallback` does it and the note says so.
class SysfsHub final : public PortPower {
 public:
  SysfsHub(std::string root, PortPower& fallback) : root_(std::move(root)), fallback_(fallback) {}
  base::Result<HubFacts> find(const std::string& hub) override;
  base::Result<void> set(const HubPort& port, bool on) override;
  base::Result<PortReading> read(const HubPort& port) override;

 private:
  std::string folder(const std::string& place, int port) const;
  std::string switch_of(const HubPort& port);  // empty: there is none that we may write

  const std::string root_;  // "/sys/bus/usb/devices"
  PortPower& fallback_;
};

}  // namespace station::link
