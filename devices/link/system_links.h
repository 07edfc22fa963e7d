#pragma once

#include <memory>
#include <string>

#include "devices/link/hub_control.h"
#include "devices/link/libusb_bus.h"
#include "devices/link/links.h"
#include "devices/link/sysfs_hub.h"

namespace station::link {

// The machine's own wires.
class SystemLinks final : public Links {
 public:
  static base::Result<std::unique_ptr<SystemLinks>> open(const std::string& sysfs = "/sys/bus/usb/devices");

  base::Result<std::unique_ptr<ByteLink>> serial(const std::string& device, int baud) override;
  base::Result<std::unique_ptr<KeySource>> keys(const std::string& device) override;
  base::Result<std::unique_ptr<Listener>> listener(const std::string& address) override;
  UsbBus& usb() override { return *bus_; }
  PortPower& port_power() override { return kernel_; }

 private:
  SystemLinks(std::unique_ptr<LibusbBus> bus, const std::string& sysfs)
      : bus_(std::move(bus)), requests_(*bus_), kernel_(sysfs, requests_) {}

  const std::unique_ptr<LibusbBus> bus_;
  HubControl requests_;
  SysfsHub kernel_;
};

}  // namespace station::link
