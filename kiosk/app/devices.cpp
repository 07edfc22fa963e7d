#include "kiosk/app/devices.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/drivers/assembly.h"
#include "devices/link/system_links.h"
#include "devices/sim/station.h"

namespace station::app {

using base::Errc;
using base::Milliseconds;
using base::Result;

namespace {

drivers::DeviceSettings settings_of(const KioskConfig& config, drivers::Running running) {
  const bool threaded = running == drivers::Running::threaded;
  drivers::DeviceSettings out;
  for (const ReaderConfig& r : config.readers) {
    drivers::CardReaderSettings s;
    s.name = r.name;
    s.place = r.place;
    s.id = r.id;
    s.serial = r.serial;
    s.interface = r.interface;
    s.slot = r.slot;
    s.allow_type_b = r.allow_type_b;
    s.patience = Milliseconds(threaded ? 50 : 0);
    out.readers.push_back(std::move(s));
  }
  for (const HubConfig& h : config.hubs) {
    drivers::PowerHubSettings s;
    s.name = h.name;
    s.place = h.place;
    for (const auto& port : h.ports) s.ports.push_back({port.name, port.hub_port, 0});
    s.never_off = h.never_off;
    s.ganged = h.ganged;
    out.hubs.push_back(std::move(s));
  }
  for (const LockerConfig& l : config.lockers) {
    drivers::LockerSettings s{l.device, l.line};
    s.line.patience = Milliseconds(threaded ? 20 : 0);
    out.lockers.push_back(std::move(s));
  }
  return out;
}

// Simulated devices as configured: every name, place and address the drivers will look for.
sim::StationPlan plan_of(const KioskConfig& config) {
  sim::StationPlan plan;
  for (const ReaderConfig& r : config.readers) {
    sim::StationPlan::Reader reader{r.name, r.place, {}};
    reader.settings.serial = r.serial;
    plan.readers.push_back(std::move(reader));
  }
  for (const HubConfig& h : config.hubs) {
    sim::StationPlan::Hub hub{h.name, h.place, {}};
    for (const auto& port : h.ports) hub.settings.ports = std::max(hub.settings.ports, port.hub_port);
    hub.settings.ganged = h.ganged;
    plan.hubs.push_back(std::move(hub));
  }
  for (const LockerConfig& l : config.lockers) {
    sim::StationPlan::Line line{l.line.name, l.device, {}};
    for (const drivers::LockBoardSettings& b : l.line.boards) {
      sim::SimLockBoardSettings s;
      s.address = b.address;
      s.locks = b.locks;
      s.closed_is_11 = b.polarity == drivers::Polarity::closed_is_11;
      s.status_bytes = b.status_bytes;
      s.pulse = b.pulse;
      line.boards.push_back(s);
    }
    plan.lines.push_back(std::move(line));
  }
  return plan;
}

class SimHands final : public Hands {
 public:
  SimHands(const KioskConfig& config, sim::Station& station) : config_(config), station_(station) {}

  Result<void> lay_card(const std::string& uid) override {
    if (config_.readers.empty()) return base::fail(Errc::not_found, "the station has no reader");
    station_.tap(config_.readers.front().name, uid);
    return {};
  }
  void take_card() override {
    if (!config_.readers.empty()) station_.remove_card(config_.readers.front().name);
  }
  void plug_reader(bool plugged) override {
    if (config_.readers.empty()) return;
    const std::string& name = config_.readers.front().name;
    plugged ? station_.plug_reader(name) : station_.unplug_reader(name);
  }
  void board_alive(bool alive) override {
    for (const LockerConfig& l : config_.lockers)
      for (const auto& b : l.line.boards) station_.line(l.line.name).board(b.address).set_dead(!alive);
  }
  Result<void> box(const std::string& what, const std::string& name) override {
    for (const LockerConfig& l : config_.lockers)
      for (const drivers::BoxPlace& b : l.line.boxes) {
        if (b.box != name) continue;
        sim::SimLockBoard& board = station_.line(l.line.name).board(b.board);
        if (what == "close") board.close_door(b.lock);
        if (what == "open") board.force_open(b.lock);
        if (what == "jam") board.set_lock(b.lock, sim::LockState::jammed);
        if (what == "heal") board.set_lock(b.lock, sim::LockState::healthy);
        return {};
      }
    return base::fail(Errc::not_found, fmt::format("the station has no box \"{}\"", name));
  }
  Result<void> port(const std::string& what, const std::string& name) override {
    for (const HubConfig& h : config_.hubs)
      for (const HubConfig::Port& p : h.ports) {
        if (p.name != name) continue;
        sim::SimUsbHub& hub = station_.hub(h.name);
        if (what == "over-current") hub.over_current(p.hub_port);
        if (what == "stick") hub.set_health(p.hub_port, hub.powered(p.hub_port) ? sim::PortHealth::stuck_on : sim::PortHealth::stuck_off);
        if (what == "heal") hub.set_health(p.hub_port, sim::PortHealth::healthy);
        return {};
      }
    return base::fail(Errc::not_found, fmt::format("the station has no port \"{}\"", name));
  }
  void close_all_doors() override {
    for (const LockerConfig& l : config_.lockers)
      for (const drivers::BoxPlace& b : l.line.boxes) station_.line(l.line.name).board(b.board).close_door(b.lock);
  }

 private:
  const KioskConfig& config_;
  sim::Station& station_;
};

}  // namespace

// Drivers go first, then what they talk to.
struct StationDevices::Impl {
  Impl(KioskConfig c, std::function<void()> wake) : config(std::move(c)), events(256, std::move(wake)) {}
  const KioskConfig config;
  drivers::EventQueue events;
  std::unique_ptr<link::Links> links;
  std::unique_ptr<SimHands> hands;
  std::unique_ptr<drivers::DeviceHub> hub;
};

StationDevices::StationDevices(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StationDevices::~StationDevices() = default;

Result<std::unique_ptr<StationDevices>> StationDevices::open(const KioskConfig& config, DeviceOptions options, const base::Clock& clock,
                                                             std::function<void()> wake) {
  auto impl = std::make_unique<Impl>(config, std::move(wake));
  if (options.sim) {
    const bool stepped = options.running == drivers::Running::stepped;
    auto station = std::make_unique<sim::Station>(plan_of(config), clock, stepped ? sim::Pace::stepped : sim::Pace::real_time);
    impl->hands = std::make_unique<SimHands>(impl->config, *station);
    impl->links = std::move(station);
  } else {
    auto system = link::SystemLinks::open();
    if (!system) return tl::unexpected(system.error());
    impl->links = std::move(*system);
  }
  auto buses = drivers::assemble(settings_of(config, options.running), *impl->links, clock, impl->events.sink(), options.running);
  if (!buses) return tl::unexpected(buses.error());
  impl->hub = std::make_unique<drivers::DeviceHub>(clock, impl->events, std::move(*buses), options.running);
  return std::unique_ptr<StationDevices>(new StationDevices(std::move(impl)));
}

drivers::EventQueue& StationDevices::events() { return impl_->events; }
drivers::DeviceHub& StationDevices::hub() { return *impl_->hub; }
Hands* StationDevices::hands() { return impl_->hands.get(); }

}  // namespace station::app
