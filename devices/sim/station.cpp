#include "devices/sim/station.h"

#include "devices/link/hub_control.h"
#include "devices/link/serial.h"
#include "devices/sim/memory_link.h"
#include "devices/sim/pty.h"
#include "sync/base/check.h"

namespace station::sim {

Station::Station(StationPlan plan, const base::Clock& clock, Pace pace)
    : clock_(clock), pace_(pace), bus_(clock), power_(std::make_unique<link::HubControl>(bus_)) {
  for (const StationPlan::Reader& reader : plan.readers) {
    const auto device = std::make_shared<SimReader>(reader.settings, clock);
    STATION_CHECK(readers_.emplace(reader.name, device).second, "a reader's name is used once");
    places_["reader " + reader.name] = reader.place;
    bus_.plug(reader.place, device);
  }
  for (const StationPlan::Hub& hub : plan.hubs) {
    const auto device = std::make_shared<SimUsbHub>(hub.settings);
    STATION_CHECK(hubs_.emplace(hub.name, device).second, "a hub's name is used once");
    places_["hub " + hub.name] = hub.place;
    bus_.plug(hub.place, device);
  }
  for (const StationPlan::Line& line : plan.lines) {
    lines_.emplace(line.name, std::make_unique<SimLockLine>(line.boards));
    line_of_device_[line.device] = line.name;
  }
}

Station::~Station() = default;

base::Result<std::unique_ptr<link::ByteLink>> Station::serial(const std::string& device, int baud) {
  const auto name = line_of_device_.find(device);
  if (name == line_of_device_.end())
    return base::fail(base::Errc::not_found, "the simulated station has nothing at " + device);
  SimLockLine& line = *lines_.at(name->second);
  if (pace_ == Pace::stepped) return std::make_unique<MemoryLink>(line, clock_);
  auto pty = Pty::open(line, clock_);
  if (!pty) return tl::unexpected(pty.error());
  ptys_.push_back(std::move(*pty));
  return std::make_unique<link::SerialLink>(link::SerialSettings{ptys_.back()->path(), baud});
}

SimReader& Station::reader(const std::string& name) {
  STATION_CHECK(readers_.contains(name), "the plan has this reader");
  return *readers_.at(name);
}

SimUsbHub& Station::hub(const std::string& name) {
  STATION_CHECK(hubs_.contains(name), "the plan has this hub");
  return *hubs_.at(name);
}

SimLockLine& Station::line(const std::string& name) {
  STATION_CHECK(lines_.contains(name), "the plan has this line");
  return *lines_.at(name);
}

void Station::tap(const std::string& name, const std::string& uid_hex) { reader(name).tap(uid_hex); }
void Station::remove_card(const std::string& name) { reader(name).remove(); }
void Station::unplug_reader(const std::string& name) { bus_.unplug(places_.at("reader " + name)); }

void Station::plug_reader(const std::string& name) {
  unplug_reader(name);
  bus_.plug(places_.at("reader " + name), readers_.at(name));
}

void Station::unplug_hub(const std::string& name) { bus_.unplug(places_.at("hub " + name)); }

void Station::plug_hub(const std::string& name) {
  unplug_hub(name);
  bus_.plug(places_.at("hub " + name), hubs_.at(name));
}

}  // namespace station::sim
