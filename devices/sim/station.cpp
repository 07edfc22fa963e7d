#include "devices/sim/station.h"

#include "devices/link/hub_control.h"
#include "devices/link/serial.h"
#include "devices/link/tcp.h"
#include "devices/sim/charge_post_links.h"
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
    feed_readers(hub.place, *device);
  }
  for (const StationPlan::Line& line : plan.lines) {
    lines_.emplace(line.name, std::make_unique<SimLockLine>(line.boards));
    line_of_device_[line.device] = line.name;
  }
  for (const StationPlan::Scanner& plan_of_one : plan.scanners) {
    Scanner one;
    one.kind = plan_of_one.kind;
    one.place = plan_of_one.place;
    if (one.kind == StationPlan::ScannerKind::hid_pos) {
      one.hid = std::make_shared<SimHidScanner>(SimHidScannerSettings{}, clock);
      bus_.plug(one.place, one.hid);
    }
    if (one.kind == StationPlan::ScannerKind::serial) one.serial = std::make_unique<SimSerialScanner>(clock);
    if (one.kind == StationPlan::ScannerKind::wedge) one.wedge = std::make_unique<SimWedge>(clock);
    STATION_CHECK(scanners_.emplace(plan_of_one.name, std::move(one)).second, "a scanner's name is used once");
  }
  for (const StationPlan::PortBoard& one : plan.port_boards) {
    auto& line = port_lines_[one.device];
    if (!line) line = std::make_unique<SimModbusLine>();
    auto board = std::make_shared<SimPortBoard>(one.ports);
    line->add(static_cast<std::uint8_t>(one.slave), board);
    STATION_CHECK(port_boards_.emplace(one.name, std::pair(one.device, board)).second, "a port board's name is used once");
  }
  for (const StationPlan::Post& post : plan.posts) {
    const auto device = std::make_shared<SimChargePost>(post.settings, clock);
    STATION_CHECK(posts_.emplace(post.name, device).second, "a post's name is used once");
  }
}

Station::~Station() = default;

base::Result<std::unique_ptr<link::Listener>> Station::listener(const std::string& /*address*/) {
  SimPosts posts;
  for (const auto& [name, post] : posts_) posts.push_back(post);
  if (pace_ == Pace::stepped) return std::unique_ptr<link::Listener>(std::make_unique<MemoryListener>(std::move(posts)));
  // The shipping listener on a free port of this machine alone, whatever the configuration says.
  auto listener = link::TcpListener::at("127.0.0.1:0");
  if (!listener) return tl::unexpected(listener.error());
  if (auto opened = (*listener)->open(); !opened) return tl::unexpected(opened.error());
  dialer_ = std::make_unique<SimPostDialer>(std::move(posts), "127.0.0.1", (*listener)->port(), clock_);
  return std::unique_ptr<link::Listener>(std::move(*listener));
}

void Station::with_port_board(const std::string& name, const std::function<void(SimPortBoard&)>& hand) {
  STATION_CHECK(port_boards_.contains(name), "the plan has this port board");
  const auto& [device, board] = port_boards_.at(name);
  port_lines_.at(device)->with([&, b = board.get()] { hand(*b); });
}

SimChargePost& Station::post(const std::string& name) {
  STATION_CHECK(posts_.contains(name), "the plan has this post");
  return *posts_.at(name);
}

base::Result<std::unique_ptr<link::ByteLink>> Station::serial(const std::string& device, int baud) {
  const auto name = line_of_device_.find(device);
  if (name != line_of_device_.end()) return wire_to(*lines_.at(name->second), baud);
  for (auto& [scanner, one] : scanners_)
    if (one.serial && one.place == device) return wire_to(*one.serial, baud);
  if (const auto line = port_lines_.find(device); line != port_lines_.end()) return wire_to(*line->second, baud);
  return base::fail(base::Errc::not_found, "the simulated station has nothing at " + device);
}

base::Result<std::unique_ptr<link::ByteLink>> Station::wire_to(SerialPeer& peer, int baud) {
  if (pace_ == Pace::stepped) return std::make_unique<MemoryLink>(peer, clock_);
  auto pty = Pty::open(peer, clock_);
  if (!pty) return tl::unexpected(pty.error());
  ptys_.push_back(std::move(*pty));
  return std::make_unique<link::SerialLink>(link::SerialSettings{ptys_.back()->path(), baud});
}

base::Result<std::unique_ptr<link::KeySource>> Station::keys(const std::string& device) {
  for (auto& [name, one] : scanners_)
    if (one.wedge && one.place == device) return one.wedge->source(device);
  return base::fail(base::Errc::not_found, "the simulated station has nothing at " + device);
}

Station::Scanner& Station::scanner(const std::string& name) {
  STATION_CHECK(scanners_.contains(name), "the plan has this scanner");
  return scanners_.at(name);
}

void Station::scan(const std::string& name, const std::string& code) {
  Scanner& one = scanner(name);
  if (one.hid) one.hid->scan(code);
  if (one.serial) one.serial->scan(code);
  if (one.wedge) one.wedge->scan(code);
}

SimSerialScanner& Station::serial_scanner(const std::string& name) {
  STATION_CHECK(scanner(name).serial, "the scanner is a serial one");
  return *scanner(name).serial;
}

SimWedge& Station::wedge(const std::string& name) {
  STATION_CHECK(scanner(name).wedge, "the scanner is a wedge");
  return *scanner(name).wedge;
}

void Station::plug_scanner(const std::string& name, bool plugged) {
  Scanner& one = scanner(name);
  if (one.serial) one.serial->set_plugged(plugged);
  if (one.wedge) one.wedge->set_plugged(plugged);
  if (!one.hid || plugged == bus_.plugged(one.place)) return;
  plugged ? bus_.plug(one.place, one.hid) : bus_.unplug(one.place);
}

void Station::feed_readers(const std::string& hub_place, SimUsbHub& hub) {
  hub.on_power([this, hub_place](int port, bool on) {
    const std::string socket = hub_place + "." + std::to_string(port);
    for (const auto& [name, device] : readers_) {
      if (places_.at("reader " + name) != socket || bus_.plugged(socket) == on) continue;
      on ? bus_.plug(socket, device) : bus_.unplug(socket);
    }
  });
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

// Whatever hangs on a hub goes and comes with it, first the leaves.
void Station::unplug_hub(const std::string& name) {
  const std::string place = places_.at("hub " + name);
  for (const auto& [reader, device] : readers_)
    if (places_.at("reader " + reader).starts_with(place + ".")) bus_.unplug(places_.at("reader " + reader));
  bus_.unplug(place);
}

void Station::plug_hub(const std::string& name) {
  unplug_hub(name);
  const std::string place = places_.at("hub " + name);
  bus_.plug(place, hubs_.at(name));
  for (const auto& [reader, device] : readers_)
    if (places_.at("reader " + reader).starts_with(place + ".") && !bus_.plugged(places_.at("reader " + reader)))
      bus_.plug(places_.at("reader " + reader), device);
}

}  // namespace station::sim
