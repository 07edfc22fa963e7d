#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/sim/usb_bus.h"

namespace station::sim {

struct SimUsbHubSettings {
  int ports = 4;
  bool usb3 = false;  // its power bit is 0200 instead of 0100
  bool ganged = false;
  std::string serial{};
};

// How a port obeys.
enum class PortHealth {
  healthy,
  stuck_on,    // ignores "off"
  stuck_off,   // ignores "on"
  comes_back,  // switches itself on again soon after "off"
};

// A USB hub with power switching, answering the hub requests of USB 2 and USB 3. Thread-safe.
class SimUsbHub final : public SimUsbDevice {
 public:
  explicit SimUsbHub(SimUsbHubSettings settings);

  // Hands and faults; ports from 1.
  void over_current(int port);  // the hub cuts the port off and says why, until it is switched on again
  void drop(int port);          // an overload that only shows as off
  void set_health(int port, PortHealth health);
  void power(int port, bool on);  // somebody else switches
  void set_silent(bool silent);
  bool powered(int port) const;
  int port_count() const { return settings_.ports; }
  int switchings(int port) const;  // requests heard

  // Called after the supply of a port changed, without a lock: whatever hangs on it loses or gets its power.
  void on_power(std::function<void(int port, bool on)> call);

  link::UsbDevice description() const override;
  void plugged_in(BootTime now) override;  // all ports come up powered
  void reset(BootTime now) override;
  link::UsbResult<void> bulk_out(std::span<const std::uint8_t> message, BootTime now) override;
  link::UsbResult<base::Bytes> take(Endpoint endpoint, BootTime now) override;
  std::optional<BootTime> due(Endpoint endpoint) const override;
  void clear_halt(link::UsbPipe::Direction direction) override;
  link::UsbResult<base::Bytes> control(const link::UsbSetup& setup, std::size_t in_size, BootTime now) override;

 private:
  struct Port {
    bool on = true;
    bool over_current = false;
    PortHealth health = PortHealth::healthy;
    std::optional<BootTime> back_at;
    int switchings = 0;
    bool told = true;
  };
  Port& at(int port);
  link::UsbResult<base::Bytes> request(const link::UsbSetup& setup, std::size_t in_size, BootTime now);
  void tell_power();  // what differs from what was told last
  link::UsbResult<void> switch_port(int port, bool on, BootTime now);

  const SimUsbHubSettings settings_;
  mutable std::mutex mutex_;
  std::vector<Port> ports_;
  bool silent_ = false;
  std::function<void(int, bool)> on_power_;
};

}  // namespace station::sim
