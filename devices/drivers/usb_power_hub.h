#pragma once

#include <memory>
#include <string>
#include <vector>

#include "devices/drivers/driver.h"
#include "devices/link/port_power.h"

namespace station::drivers {

struct PowerHubSettings {
  std::string name;   // "shelf"
  std::string place;  // port path "1-4" or ID_PATH
  struct Port {
    std::string name;  // "P1", as riders see it
    int hub_port = 1;
    int usb3_port = 0;  // the socket's other half on `usb3_place`; 0 = none. Power goes only when both halves are off
  };
  std::vector<Port> ports;
  std::string usb3_place;      // place of the USB 3 half of the same hub; empty = none
  std::vector<int> never_off;  // of hub_port: never switched, whoever asks
  bool ganged = false;         // one charging port with several sockets is accepted
};

// Says what is wrong with the settings, or nothing.
std::string complaint_about(const PowerHubSettings& settings);

// The charging ports of one USB hub (USB 4). Keeps every port as last told, reads it back every second, latches
// over-current. Ports are off until told otherwise. Raises hub.missing, hub.silent, port.disobeys, port.comes_back,
// port.over_current.
class UsbPowerHub final : public Driver {
 public:
  // `settings` without complaint. Power and clock must outlive the driver.
  UsbPowerHub(PowerHubSettings settings, link::PortPower& power, const base::Clock& clock, EventSink sink);
  ~UsbPowerHub() override;  // a clean stop: ports go off

  std::string name() const override;
  Serves serves() const override;
  void handle(const devices::Command& command) override;
  BootTime step(BootTime now) override;
  bool acknowledge(const std::string& code, const std::string& place) override;  // ends a latched over-current
  std::vector<DeviceHealth> health() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::drivers
