#include "devices/sim/usb_hub.h"

#include <utility>

#include "sync/base/check.h"

namespace station::sim {

using link::UsbError;

namespace {

constexpr std::uint16_t kPower = 8;
constexpr Milliseconds kComesBackAfter{500};

}  // namespace

SimUsbHub::SimUsbHub(SimUsbHubSettings settings) : settings_(std::move(settings)), ports_(static_cast<std::size_t>(settings_.ports)) {}

void SimUsbHub::over_current(int port) {
  {
    std::lock_guard lock(mutex_);
    at(port).over_current = true;
    at(port).on = false;
  }
  tell_power();
}

void SimUsbHub::drop(int port) {
  {
    std::lock_guard lock(mutex_);
    at(port).on = false;
  }
  tell_power();
}

void SimUsbHub::set_health(int port, PortHealth health) {
  std::lock_guard lock(mutex_);
  at(port).health = health;
  at(port).back_at.reset();
}

void SimUsbHub::power(int port, bool on) {
  {
    std::lock_guard lock(mutex_);
    at(port).on = on;
  }
  tell_power();
}

void SimUsbHub::set_silent(bool silent) {
  std::lock_guard lock(mutex_);
  silent_ = silent;
}

bool SimUsbHub::powered(int port) const {
  std::lock_guard lock(mutex_);
  return ports_.at(static_cast<std::size_t>(port - 1)).on;
}

int SimUsbHub::switchings(int port) const {
  std::lock_guard lock(mutex_);
  return ports_.at(static_cast<std::size_t>(port - 1)).switchings;
}

link::UsbDevice SimUsbHub::description() const {
  link::UsbDevice device;
  device.vendor = 0x05E3;
  device.product = settings_.usb3 ? 0x0612 : 0x0610;
  device.usb_version = settings_.usb3 ? 0x0300 : 0x0200;
  device.class_code = 0x09;
  device.serial = settings_.serial;
  device.name = "Simulated hub";
  link::UsbInterface interface;
  interface.class_code = 0x09;
  interface.endpoints = {{0x81, 3, 1}};
  device.interfaces.push_back(std::move(interface));
  return device;
}

void SimUsbHub::plugged_in(BootTime) {
  {
    std::lock_guard lock(mutex_);
    for (Port& port : ports_) {
      port.on = true;
      port.over_current = false;
      port.back_at.reset();
    }
  }
  tell_power();
}

void SimUsbHub::reset(BootTime now) { plugged_in(now); }
link::UsbResult<void> SimUsbHub::bulk_out(std::span<const std::uint8_t>, BootTime) { return tl::unexpected(UsbError::stall); }
link::UsbResult<base::Bytes> SimUsbHub::take(Endpoint, BootTime) { return tl::unexpected(UsbError::timeout); }
std::optional<BootTime> SimUsbHub::due(Endpoint) const { return std::nullopt; }
void SimUsbHub::clear_halt(link::UsbPipe::Direction) {}

void SimUsbHub::on_power(std::function<void(int port, bool on)> call) {
  std::lock_guard lock(mutex_);
  on_power_ = std::move(call);
}

void SimUsbHub::tell_power() {
  std::vector<std::pair<int, bool>> changes;
  std::function<void(int, bool)> call;
  {
    std::lock_guard lock(mutex_);
    call = on_power_;
    for (std::size_t i = 0; i < ports_.size(); ++i)
      if (std::exchange(ports_[i].told, ports_[i].on) != ports_[i].on) changes.emplace_back(static_cast<int>(i) + 1, ports_[i].on);
  }
  if (!call) return;
  for (const auto& [port, on] : changes) call(port, on);
}

link::UsbResult<base::Bytes> SimUsbHub::control(const link::UsbSetup& setup, std::size_t in_size, BootTime now) {
  auto answer = request(setup, in_size, now);
  tell_power();
  return answer;
}

link::UsbResult<base::Bytes> SimUsbHub::request(const link::UsbSetup& setup, std::size_t in_size, BootTime now) {
  std::lock_guard lock(mutex_);
  if (silent_) return tl::unexpected(UsbError::timeout);
  const auto shorten = [in_size](base::Bytes bytes) {
    if (bytes.size() > in_size) bytes.resize(in_size);
    return bytes;
  };
  if (setup.type == 0xA0 && setup.request == 6 && setup.value == (settings_.usb3 ? 0x2A00 : 0x2900)) {
    const auto ports = static_cast<std::uint8_t>(settings_.ports);
    const std::uint8_t characteristics = settings_.ganged ? 0x00 : 0x09;
    if (settings_.usb3) return shorten({12, 0x2A, ports, characteristics, 0, 50, 0, 0, 0, 0, 0, 0});
    return shorten({9, 0x29, ports, characteristics, 0, 50, 100, 0, 0xFF});
  }
  const int number = setup.index & 0xFF;
  if (number < 1 || number > settings_.ports) return tl::unexpected(UsbError::stall);
  Port& port = at(number);
  if (port.back_at && now >= *port.back_at) {
    port.on = true;
    port.back_at.reset();
  }
  if (setup.type == 0xA3 && setup.request == 0) {
    unsigned status = port.over_current ? 0x0008U : 0U;
    if (port.on) status |= settings_.usb3 ? 0x0200U : 0x0100U;
    return shorten({static_cast<std::uint8_t>(status & 0xFF), static_cast<std::uint8_t>(status >> 8), 0, 0});
  }
  if (setup.type == 0x23 && (setup.request == 1 || setup.request == 3)) {
    if (setup.value != kPower) return base::Bytes{};
    if (auto done = switch_port(number, setup.request == 3, now); !done) return tl::unexpected(done.error());
    return base::Bytes{};
  }
  return tl::unexpected(UsbError::stall);
}

SimUsbHub::Port& SimUsbHub::at(int port) {
  STATION_CHECK(port >= 1 && port <= settings_.ports, "the hub has this port");
  return ports_[static_cast<std::size_t>(port - 1)];
}

link::UsbResult<void> SimUsbHub::switch_port(int number, bool on, BootTime now) {
  ++at(number).switchings;
  const auto obey = [&](Port& port) {
    if (on && port.health == PortHealth::stuck_off) return;
    if (!on && port.health == PortHealth::stuck_on) return;
    port.on = on;
    if (on) port.over_current = false;
    port.back_at.reset();
    if (!on && port.health == PortHealth::comes_back) port.back_at = now + kComesBackAfter;
  };
  if (settings_.ganged)
    for (Port& port : ports_) obey(port);
  else
    obey(at(number));
  return {};
}

}  // namespace station::sim
