#include "devices/drivers/assembly.h"

#include <fmt/format.h>

#include <algorithm>

namespace station::drivers {

using base::Errc;
using base::fail;

namespace {

constexpr Milliseconds kLinePatience{20};
constexpr Milliseconds kScannerPatience{250};  // also how long a stop may take

Bus bus_of(std::string name, std::unique_ptr<Driver> driver) {
  Bus bus;
  bus.name = std::move(name);
  bus.drivers.push_back(std::move(driver));
  return bus;
}

}  // namespace

// A port that must never go off stays on whoever asks, recovery included; and what feeds a reader feeds no phones.
std::string complaint_about(const CardReaderSettings& reader, const std::vector<PowerHubSettings>& hubs) {
  if (reader.name.empty() || reader.place.empty()) return "a card reader needs a name and a place";
  if (!reader.power_port) return {};
  const link::HubPort& port = *reader.power_port;
  if (port.hub.empty() || port.port < 1) return fmt::format("reader {}: its power port needs a hub and a port", reader.name);
  for (const PowerHubSettings& hub : hubs) {
    if (hub.place != port.hub && hub.usb3_place != port.hub) continue;
    const auto is_it = [&](int number) { return number == port.port; };
    if (std::any_of(hub.never_off.begin(), hub.never_off.end(), is_it))
      return fmt::format("reader {}: port {} of hub {} is in never_off", reader.name, port.port, hub.name);
    if (std::any_of(hub.ports.begin(), hub.ports.end(), [&](const auto& p) { return is_it(p.hub_port); }))
      return fmt::format("reader {}: port {} of hub {} charges phones", reader.name, port.port, hub.name);
  }
  return {};
}

base::Result<std::vector<Bus>> assemble(const DeviceSettings& settings, link::Links& links, const base::Clock& clock,
                                        const EventSink& sink, Running running) {
  const bool stepped = running == Running::stepped;
  std::vector<Bus> buses;
  for (CardReaderSettings reader : settings.readers) {
    if (const std::string complaint = complaint_about(reader, settings.hubs); !complaint.empty())
      return fail(Errc::invalid, complaint);
    const std::string name = reader.name;
    buses.push_back(
        bus_of(name, std::make_unique<CardReader>(std::move(reader), links.usb(), &links.port_power(), clock, sink)));
  }
  for (CodeScannerSettings scanner : settings.scanners) {
    if (const std::string complaint = complaint_about(scanner); !complaint.empty()) return fail(Errc::invalid, complaint);
    scanner.patience = stepped ? Milliseconds{0} : kScannerPatience;
    const std::string name = scanner.name;
    auto made = CodeScanner::make(std::move(scanner), links, clock, sink);
    if (!made) return fail(made.error().code, "scanner " + name + ": " + made.error().message);
    buses.push_back(bus_of(name, std::move(*made)));
  }
  Bus hubs;
  hubs.name = "charging hubs";
  for (const PowerHubSettings& hub : settings.hubs) {
    if (const std::string complaint = complaint_about(hub); !complaint.empty()) return fail(Errc::invalid, complaint);
    hubs.drivers.push_back(std::make_unique<UsbPowerHub>(hub, links.port_power(), clock, sink));
  }
  if (!hubs.drivers.empty()) buses.push_back(std::move(hubs));
  for (const LockerSettings& locker : settings.lockers) {
    LockLineSettings line = locker.line;
    line.patience = stepped ? Milliseconds{0} : kLinePatience;
    if (const std::string complaint = complaint_about(line); !complaint.empty())
      return fail(Errc::invalid, line.name + ": " + complaint);
    auto wire = links.serial(locker.device, baud_of(line));
    if (!wire) return tl::unexpected(wire.error());
    const std::string name = line.name;
    buses.push_back(bus_of(name, std::make_unique<LockLine>(std::move(line), std::move(*wire), clock, sink)));
  }
  for (PortBoardLineSettings line : settings.port_boards) {
    line.patience = stepped ? Milliseconds{0} : kLinePatience;
    if (const std::string complaint = complaint_about(line); !complaint.empty()) return fail(Errc::invalid, complaint);
    auto wire = links.serial(line.device, line.baud);
    if (!wire) return tl::unexpected(wire.error());
    const std::string name = line.name;
    buses.push_back(bus_of(name, std::make_unique<PortBoardLine>(std::move(line), std::move(*wire), clock, sink)));
  }
  if (!settings.posts.posts.empty()) {
    if (const std::string complaint = complaint_about(settings.posts); !complaint.empty())
      return fail(Errc::invalid, complaint);
    auto listener = links.listener(settings.posts.listen);
    if (!listener) return tl::unexpected(listener.error());
    buses.push_back(bus_of(settings.posts.name,
                           std::make_unique<ChargePosts>(settings.posts, std::move(*listener), clock, sink)));
  }
  return buses;
}

}  // namespace station::drivers
