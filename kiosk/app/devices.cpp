#include "kiosk/app/devices.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/drivers/assembly.h"
#include "devices/link/system_links.h"
#include "devices/sim/control_socket.h"
#include "devices/sim/hands.h"
#include "devices/sim/station.h"
#include "sync/base/log.h"

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
    s.allow_tpdu = r.allow_tpdu;
    s.lights = r.lights;
    s.power_port = r.power_port;
    out.readers.push_back(std::move(s));
  }
  for (const HubConfig& h : config.hubs) {
    drivers::PowerHubSettings s;
    s.name = h.name;
    s.place = h.place;
    for (const auto& port : h.ports) s.ports.push_back({port.name, port.hub_port, port.usb3_port});
    s.usb3_place = h.usb3;
    s.never_off = h.never_off;
    s.ganged = h.ganged;
    out.hubs.push_back(std::move(s));
  }
  for (const LockerConfig& l : config.lockers) {
    drivers::LockerSettings s{l.device, l.line};
    s.line.patience = Milliseconds(threaded ? 20 : 0);
    out.lockers.push_back(std::move(s));
  }
  out.scanners = config.scanners;
  out.posts = config.ebike.posts;
  out.port_boards = config.ebike.port_boards;
  return out;
}

sim::StationPlan::ScannerKind kind_of(drivers::ScannerKind kind) {
  if (kind == drivers::ScannerKind::serial) return sim::StationPlan::ScannerKind::serial;
  if (kind == drivers::ScannerKind::wedge) return sim::StationPlan::ScannerKind::wedge;
  return sim::StationPlan::ScannerKind::hid_pos;
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
    for (const ReaderConfig& r : config.readers)
      if (r.power_port && r.power_port->hub == h.place) hub.settings.ports = std::max(hub.settings.ports, r.power_port->port);
    hub.settings.ganged = h.ganged;
    plan.hubs.push_back(hub);
    if (h.usb3.empty()) continue;
    hub.name += " (USB 3)";
    hub.place = h.usb3;
    hub.settings.usb3 = true;
    for (const auto& port : h.ports) hub.settings.ports = std::max(hub.settings.ports, port.usb3_port);
    plan.hubs.push_back(std::move(hub));
  }
  for (const LockerConfig& l : config.lockers) {
    sim::StationPlan::Line line{l.line.name, l.device, {}};
    for (const drivers::LockBoardSettings& b : l.line.boards) {
      sim::SimLockBoardSettings s;
      s.family = b.family;
      s.profile = b.profile;
      s.address = b.address;
      s.locks = b.locks;
      s.closed_is_11 = b.family == codec::LockFamily::wkly || b.polarity == drivers::Polarity::closed_is_11;
      s.status_bytes = b.status_bytes;
      s.pulse = b.pulse;
      line.boards.push_back(s);
    }
    plan.lines.push_back(std::move(line));
  }
  for (const auto& s : config.scanners) plan.scanners.push_back({s.name, kind_of(s.kind), s.place});
  for (const drivers::PortBoardLineSettings& line : config.ebike.port_boards)
    for (const drivers::PortBoardSettings& b : line.boards) plan.port_boards.push_back({b.name, line.device, b.slave, 16});
  for (const drivers::ChargePostSettings& p : config.ebike.posts.posts) {
    sim::StationPlan::Post post{p.name, {}};
    post.settings.device = p.device;
    post.settings.reconnect = Milliseconds(1'000);
    for (const auto& outlet : p.outlets) post.settings.ports = std::max(post.settings.ports, outlet.port);
    plan.posts.push_back(std::move(post));
  }
  return plan;
}

// Where the names of the configuration are on the simulated devices.
sim::HandsPlan hands_of(const KioskConfig& config) {
  sim::HandsPlan plan;
  for (const ReaderConfig& r : config.readers) plan.readers.push_back(r.name);
  for (const auto& s : config.scanners) plan.scanners.push_back(s.name);
  for (const HubConfig& h : config.hubs) {
    plan.hubs.push_back(h.name);
    for (const auto& port : h.ports) plan.ports[port.name] = {h.name, port.hub_port};
  }
  for (const LockerConfig& l : config.lockers) {
    for (const auto& b : l.line.boards) plan.lines[l.line.name].push_back(b.address);
    for (const auto& b : l.line.boxes) plan.boxes[b.box] = {l.line.name, b.board, b.lock};
  }
  for (const drivers::ChargePostSettings& p : config.ebike.posts.posts) {
    plan.posts.push_back(p.name);
    for (const auto& outlet : p.outlets) plan.outlets[outlet.name] = {p.name, outlet.port};
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
  Result<void> outlet(const std::string& what, const std::string& name) override {
    for (const drivers::ChargePostSettings& p : config_.ebike.posts.posts)
      for (const auto& o : p.outlets) {
        if (o.name != name) continue;
        sim::SimChargePost& post = station_.post(p.name);
        if (what == "plug") post.plug(o.port, 180);
        if (what == "unplug") post.unplug(o.port);
        if (what == "weld") post.weld(o.port);
        if (what == "over-current") post.over_current(o.port);
        if (what == "heat") post.heat(o.port, 80);
        if (what == "heal") post.heal(o.port);
        if (what == "smoke") post.alarm(4);
        if (what == "drop") post.hang_up();
        if (what == "reboot") post.reboot(Milliseconds(5'000));
        return {};
      }
    for (const drivers::PortBoardLineSettings& line : config_.ebike.port_boards)
      for (const drivers::PortBoardSettings& b : line.boards)
        for (const auto& o : b.outlets) {
          if (o.name != name) continue;
          station_.with_port_board(b.name, [&](sim::SimPortBoard& board) {
            if (what == "plug") board.plug(o.port, 180);
            if (what == "unplug") board.unplug(o.port);
            if (what == "weld") board.weld(o.port);
            if (what == "over-current") board.fault(o.port, codec::port_board::Fault::over_current);
            if (what == "heat") board.heat(o.port, 80);
            if (what == "heal") board.heal(o.port);
            if (what == "smoke") board.fault(o.port, codec::port_board::Fault::smoke);
          });
          return {};
        }
    return base::fail(Errc::not_found, fmt::format("the station has no outlet \"{}\"", name));
  }
  Result<void> scan(const std::string& code) override {
    if (config_.scanners.empty()) return base::fail(Errc::not_found, "the station has no code scanner");
    station_.scan(config_.scanners.front().name, code);
    return {};
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
  std::unique_ptr<sim::TextHands> text_hands;
  std::unique_ptr<sim::ControlSocket> socket;
  std::unique_ptr<TypedFallback> typed;

  Result<void> hear_hands(sim::Station& station, const base::Clock& clock);
};

// Hands from outside, at DATA/sim.sock.
Result<void> StationDevices::Impl::hear_hands(sim::Station& station, const base::Clock& clock) {
  text_hands = std::make_unique<sim::TextHands>(hands_of(config), station, clock);
  auto opened = sim::ControlSocket::open(
      config.data / "sim.sock", [h = text_hands.get()](const std::string& line) { return h->obey(line); },
      [h = text_hands.get()] { return h->idle(); });
  if (!opened) return tl::unexpected(opened.error());
  socket = std::move(*opened);
  return {};
}

StationDevices::StationDevices(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StationDevices::~StationDevices() = default;

Result<std::unique_ptr<StationDevices>> StationDevices::open(const KioskConfig& config, DeviceOptions options, const base::Clock& clock,
                                                             std::function<void()> wake) {
  auto impl = std::make_unique<Impl>(config, std::move(wake));
  sim::Station* simulated = nullptr;
  if (options.sim) {
    const bool stepped = options.running == drivers::Running::stepped;
    auto station = std::make_unique<sim::Station>(plan_of(config), clock, stepped ? sim::Pace::stepped : sim::Pace::real_time);
    impl->hands = std::make_unique<SimHands>(impl->config, *station);
    simulated = station.get();
    impl->links = std::move(station);
  } else {
    auto system = link::SystemLinks::open();
    if (!system) return tl::unexpected(system.error());
    impl->links = std::move(*system);
  }
  auto buses = drivers::assemble(settings_of(config, options.running), *impl->links, clock, impl->events.sink(), options.running);
  if (!buses) return tl::unexpected(buses.error());
  impl->hub = std::make_unique<drivers::DeviceHub>(clock, impl->events, std::move(*buses), options.running);
  if (simulated && options.running == drivers::Running::threaded)
    if (auto heard = impl->hear_hands(*simulated, clock); !heard) spdlog::warn("simulated hands: {}", heard.error().message);
  impl->typed = std::make_unique<TypedFallback>(impl->config.scanners, *impl->hub, impl->events, clock);
  return std::unique_ptr<StationDevices>(new StationDevices(std::move(impl)));
}

drivers::EventQueue& StationDevices::events() { return impl_->events; }
drivers::DeviceHub& StationDevices::hub() { return *impl_->hub; }
TypedFallback& StationDevices::typed() { return *impl_->typed; }
Hands* StationDevices::hands() { return impl_->hands.get(); }

}  // namespace station::app
