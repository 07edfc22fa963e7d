#include "tests/world/hardware.h"

#include <stdexcept>

#include "devices/drivers/assembly.h"

namespace station::world {

using namespace std::chrono_literals;

namespace {

constexpr int kLocks = 4, kPorts = 2;
constexpr const char* kLine = "/dev/serial/by-id/usb-lock-line";

std::string box_name(int lock) { return "A0" + std::to_string(lock); }
std::string port_name(int port) { return "P" + std::to_string(port); }

drivers::DeviceSettings settings() {
  drivers::DeviceSettings out;
  drivers::CardReaderSettings reader;
  reader.name = "entry";
  reader.place = "1-2";
  out.readers.push_back(reader);
  drivers::PowerHubSettings hub;
  hub.name = "shelf";
  hub.place = "1-4";
  for (int port = 1; port <= kPorts; ++port) hub.ports.push_back({port_name(port), port, 0});
  out.hubs.push_back(hub);
  drivers::LockerSettings locker;
  locker.device = kLine;
  locker.line.name = "locker";
  locker.line.boards = {{}};
  locker.line.boards[0].polarity = drivers::Polarity::closed_is_11;
  for (int lock = 1; lock <= kLocks; ++lock) locker.line.boxes.push_back({box_name(lock), 1, lock});
  out.lockers.push_back(locker);
  return out;
}

sim::StationPlan plan() {
  sim::StationPlan out;
  out.readers = {{}};
  out.hubs = {{}};
  out.lines = {{}};
  return out;
}

}  // namespace

Hardware::Hardware(const base::Clock& clock)
    : clock_(clock), station_(std::make_unique<sim::Station>(plan(), clock, sim::Pace::stepped)) {}

std::vector<std::string> Hardware::ports() {
  std::vector<std::string> out;
  for (int port = 1; port <= kPorts; ++port) out.push_back(port_name(port));
  return out;
}

std::vector<store::BoxConfig> Hardware::boxes() {
  std::vector<store::BoxConfig> out;
  for (int lock = 1; lock <= kLocks; ++lock) out.push_back({box_name(lock), lock <= 2 ? flow::BoxSize::small : flow::BoxSize::medium});
  return out;
}

Hardware::Session::Session(Hardware& hardware) : events_(std::make_unique<drivers::EventQueue>()) {
  auto buses = drivers::assemble(settings(), *hardware.station_, hardware.clock_, events_->sink(), drivers::Running::stepped);
  if (!buses) throw std::runtime_error(buses.error().message);
  hub_ = std::make_unique<drivers::DeviceHub>(hardware.clock_, *events_, std::move(*buses), drivers::Running::stepped);
}

void Hardware::tap(const std::string& uid) { station_->tap("entry", uid); }
void Hardware::take_card() { station_->remove_card("entry"); }

void Hardware::close_door(const std::string& box) {
  for (int lock = 1; lock <= kLocks; ++lock)
    if (box_name(lock) == box) board().close_door(lock);
}

void Hardware::close_doors() {
  for (int lock = 1; lock <= kLocks; ++lock) board().close_door(lock);
}

int Hardware::pulses(const std::string& box) const {
  for (int lock = 1; lock <= kLocks; ++lock)
    if (box_name(lock) == box) return board().pulses(lock);
  return 0;
}

std::vector<std::string> Hardware::violations() const { return station_->line("locker").violations(); }

std::vector<std::string> Hardware::powered() const {
  std::vector<std::string> out;
  for (int port = 1; port <= kPorts; ++port)
    if (station_->hub("shelf").powered(port)) out.push_back(port_name(port));
  return out;
}

void Hardware::mishap(base::Random& random) {
  const int lock = 1 + static_cast<int>(random.below(kLocks)), port = 1 + static_cast<int>(random.below(kPorts));
  switch (random.below(10)) {
    case 0: board().set_lock(lock, sim::LockState::jammed); break;
    case 1: board().set_lock(lock, sim::LockState::healthy); break;
    case 2: board().spoil_replies(static_cast<sim::ReplyFault>(random.below(6)), 3); break;
    case 3: board().restart(2s); break;
    case 4: station_->line("locker").set_plugged(random.below(2) == 0); break;
    case 5: station_->line("locker").make_noise({0x8A, 0x00, 0xFF}); break;
    case 6: station_->unplug_reader("entry"); break;
    case 7: station_->plug_reader("entry"); break;
    case 8: station_->hub("shelf").over_current(port); break;
    default: station_->hub("shelf").set_health(port, static_cast<sim::PortHealth>(random.below(4))); break;
  }
}

void Hardware::heal() {
  station_->line("locker").set_plugged(true);
  station_->plug_reader("entry");
  for (int lock = 1; lock <= kLocks; ++lock) board().set_lock(lock, sim::LockState::healthy);
  for (int port = 1; port <= kPorts; ++port) station_->hub("shelf").set_health(port, sim::PortHealth::healthy);
}

}  // namespace station::world
