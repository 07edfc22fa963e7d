#pragma once

#include <memory>
#include <string>

#include "devices/link/byte_link.h"
#include "devices/link/port_power.h"
#include "devices/link/usb.h"

namespace station::link {

// Where a station's wires come from: the machine (system_links.h) or simulated devices (devices/sim/station.h). Must
// outlive every driver that was made with it.
class Links {
 public:
  virtual ~Links() = default;
  // Not yet open. `device` is the stable name, "/dev/serial/by-id/…".
  virtual base::Result<std::unique_ptr<ByteLink>> serial(const std::string& device, int baud) = 0;
  virtual UsbBus& usb() = 0;
  virtual PortPower& port_power() = 0;
};

}  // namespace station::link
