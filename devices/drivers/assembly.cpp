#include "devices/drivers/assembly.h"

namespace station::drivers {

using base::Errc;
using base::fail;

namespace {

constexpr int kLockBaud = 9600;
constexpr Milliseconds kLinePatience{20};
constexpr Milliseconds kReaderPatience{50};

Bus bus_of(std::string name, std::unique_ptr<Driver> driver) {
  Bus bus;
  bus.name = std::move(name);
  bus.drivers.push_back(std::move(driver));
  return bus;
}

}  // namespace

base::Result<std::vector<Bus>> assemble(const DeviceSettings& settings, link::Links& links, const base::Clock& clock,
                                        const EventSink& sink, Running running) {
  const bool stepped = running == Running::stepped;
  std::vector<Bus> buses;
  for (CardReaderSettings reader : settings.readers) {
    reader.patience = stepped ? Milliseconds{0} : kReaderPatience;
    if (reader.name.empty() || reader.place.empty()) return fail(Errc::invalid, "a card reader needs a name and a place");
    const std::string name = reader.name;
    buses.push_back(bus_of(name, std::make_unique<CardReader>(std::move(reader), links.usb(), clock, sink)));
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
    auto wire = links.serial(locker.device, kLockBaud);
    if (!wire) return tl::unexpected(wire.error());
    const std::string name = line.name;
    buses.push_back(bus_of(name, std::make_unique<LockLine>(std::move(line), std::move(*wire), clock, sink)));
  }
  return buses;
}

}  // namespace station::drivers
