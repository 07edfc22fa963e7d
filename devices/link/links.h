#pragma once

#include <memory>
#include <string>

#include "devices/link/byte_link.h"
#include "devices/link/keys.h"
#include "devices/link/listener.h"
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
  // Not yet open. `device` is the stable name of a keyboard's event node, "/dev/input/by-path/…-event-kbd".
  virtual base::Result<std::unique_ptr<KeySource>> keys(const std::string& device) = 0;
  // Not yet open. `address` is one of the station's own, "192.168.7.1:7054"; devices connect to it.
  virtual base::Result<std::unique_ptr<Listener>> listener(const std::string& address) = 0;
  virtual UsbBus& usb() = 0;
  virtual PortPower& port_power() = 0;
};

}  // namespace station::link
