#pragma once

#include "devices/link/port_power.h"
#include "devices/link/usb.h"

namespace station::link {

// Hub requests on endpoint 0 (USB 4.1). The kernel does not know about them and may undo them: second choice on a real
// machine, the only one with simulated hubs.
class HubControl final : public PortPower {
 public:
  explicit HubControl(UsbBus& bus) : bus_(bus) {}
  base::Result<HubFacts> find(const std::string& hub) override;
  base::Result<void> set(const HubPort& port, bool on) override;
  base::Result<PortReading> read(const HubPort& port) override;

 private:
  base::Result<UsbDevice> device_at(const std::string& hub);
  UsbBus& bus_;
};

}  // namespace station::link
