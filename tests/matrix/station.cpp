#include "tests/matrix/station.h"

#include <stdexcept>

#include "sync/record/note.h"

namespace station::matrix {

using namespace std::chrono_literals;

namespace {

constexpr const char* kLine = "/dev/serial/by-id/usb-lock-line";
constexpr int kLongest_s = 40;

sim::StationPlan plan() {
  sim::StationPlan out;
  out.readers = {{}};
  out.hubs = {{}};
  out.lines = {{}};
  sim::SimChargePostSettings post;
  post.heartbeat = 10s;
  post.power_report = 8s;
  post.register_again = 10s;
  post.settle_again = 15s;
  post.settle_next = 2s;
  post.reconnect = 1s;
  post.float_s = 15;
  post.device = 0x04000011;
  out.posts.push_back({"yard", post});
  post.device = 0x04000012;
  out.posts.push_back({"hall", post});
  return out;
}

drivers::DeviceSettings settings(bool locks, bool posts) {
  drivers::DeviceSettings out;
  drivers::CardReaderSettings reader;
  reader.name = "entry";
  reader.place = "1-2";
  out.readers.push_back(reader);
  drivers::PowerHubSettings hub;
  hub.name = "shelf";
  hub.place = "1-4";
  for (int port = 1; port <= 3; ++port) hub.ports.push_back({"P" + std::to_string(port), port, 0});
  out.hubs.push_back(hub);
  if (posts) {
    out.posts.listen = "127.0.0.1:0";
    out.posts.posts = {{"yard", 0x04000011, false, false, 1000, {{"E1", 1, 500}, {"E2", 2, 500}}},
                       {"hall", 0x04000012, true, false, 1000, {{"E3", 1, 500}, {"E4", 2, 500}}}};
  }
  if (!locks) return out;
  drivers::LockerSettings locker;
  locker.device = kLine;
  locker.line.name = "locker";
  locker.line.boards = {{}};
  locker.line.boards[0].polarity = drivers::Polarity::closed_is_11;
  for (int lock = 1; lock <= 4; ++lock) locker.line.boxes.push_back({"A0" + std::to_string(lock), 1, lock});
  out.lockers.push_back(locker);
  return out;
}

base::SigningKey key_of(std::uint8_t n) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(n);
  return base::signing_key_from_seed(seed);
}

// Ten minutes before the local midnight at which the approval of E3 ends.
base::UtcTime begin() {
  base::UtcTime t;
  base::parse_iso8601("2026-11-25T23:54:00+08:00", t);
  return t;
}

}  // namespace

Station::Program::Program(Station& station, std::unique_ptr<store::Ledger> l)
    : ledger(std::move(l)),
      links(*station.devices_),
      events(64),
      desk(station.clock_, station.random_, flow::Settings{}) {
  auto buses = drivers::assemble(settings(station.locks_, station.posts_), links, station.clock_, events.sink(), drivers::Running::stepped);
  if (!buses) throw std::runtime_error(buses.error().message);
  hub = std::make_unique<drivers::DeviceHub>(station.clock_, events, std::move(*buses), drivers::Running::stepped);
}

Station::Station(std::uint64_t seed, std::filesystem::path folder)
    : seed_(seed),
      locks_(seed % 3 != 1),
      posts_(seed % 3 != 2),
      folder_(std::move(folder)),
      clock_(begin()),
      random_(seed) {
  std::filesystem::create_directories(folder_);
  identity_.station = "440902-007";
  identity_.name = "Wensan Road";
  identity_.city = "440900";
  identity_.record_key = key_of(1);
  identity_.roster_key.fill(2);
  identity_.pin_pepper.fill(3);
  identity_.field_key.fill(4);
  identity_.centre = {"centre-440900", key_of(5).public_key};
  options_.path = (folder_ / "station.db").string();
  options_.ports = {"P1", "P2", "P3"};
  for (int lock = 1; lock <= 4; ++lock) options_.boxes.push_back({"A0" + std::to_string(lock), flow::BoxSize::small});
  options_.charge_limit_min = 1;
  options_.pin_cost = base::PinCost::test;
  if (posts_)
    options_.outlets = {{"E1", "yard", false, 500}, {"E2", "yard", false, 500}, {"E3", "hall", true, 500}, {"E4", "hall", true, 500}};
  options_.approvals = {{{"E3"}, "fire department", "F-1", "2026-11-01", "2026-11-25", std::string(64, '0'), "a", "b"}};
  options_.outlets_w = 1'200;
  options_.outlet_longest_s = kLongest_s;
  devices_ = std::make_unique<sim::Station>(plan(), clock_, sim::Pace::stepped);
  start();
}

Station::~Station() {
  program_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Station::start() {
  auto ledger = store::Ledger::open(identity_, options_, clock_, random_);
  if (!ledger) throw std::runtime_error(ledger.error().message);
  program_ = std::make_unique<Program>(*this, std::move(*ledger));
  dirty_ = true;
  ++taps_;  // a card that lies there is told to the new program
  // An alarm is latched once it is committed; the posts keep their own.
  bool latched = false;
  for (const flow::FaultView& fault : program_->ledger->station().faults) latched = latched || fault.code == "post.alarm";
  if (!latched) starts_at_alarm_.reset();
}

// kill -9 between two instructions: what was not committed is lost, what is under way on a wire arrives.
void Station::kill() {
  ++counts_.kills;
  kill_in_.reset();
  program_.reset();
  clock_.advance(400ms);
  watch();
  allowance_.clear();
  leases_.clear();
  const int down = dice(3);
  for (int i = 0; i < down * 4; ++i) {
    clock_.advance(500ms);
    watch();
  }
  start();
}

void Station::ask(flow::Demand demand) { program_->requests.push_back({++request_, std::move(demand)}); }

void Station::collect() {
  flow::Effects effects = std::exchange(program_->desk.effects, {});
  for (auto& request : effects.requests) program_->requests.push_back(std::move(request));
  for (const auto& command : effects.commands) {
    on_command(command);
    program_->hub->command(command);
  }
}

void Station::drain() {
  const auto killed = [this] {
    if (!kill_in_ || --*kill_in_ > 0) return false;
    kill();
    return true;
  };
  collect();
  for (bool more = true; more;) {
    more = false;
    while (!program_->requests.empty()) {
      if (killed()) return;
      more = true;
      const flow::Request request = std::move(program_->requests.front());
      program_->requests.pop_front();
      const flow::Reply reply = program_->ledger->handle(request);
      dirty_ = true;
      if (killed()) return;  // committed, and nobody was told
      on_reply(reply);
      program_->keeper.on_reply(reply, program_->desk);
      collect();
    }
    while (auto event = program_->events.try_take()) {
      if (killed()) return;
      more = true;
      on_event(*event);
      program_->keeper.on_event(*event, program_->desk);
      collect();
    }
  }
}

void Station::second() {
  const auto end = clock_.mono() + 1s;
  while (clock_.mono() < end) {
    const auto due = std::min(program_->hub->step(clock_.mono()), end);
    drain();
    if (clock_.mono() >= end) break;  // a kill took its time
    clock_.advance(std::max<base::Milliseconds>(due - clock_.mono(), 1ms));
  }
  if (dirty_) program_->desk.station = program_->ledger->station();
  dirty_ = false;
  program_->keeper.on_tick(program_->desk);
  drain();
  watch();
}

void Station::live(base::Milliseconds time) {
  const auto end = clock_.mono() + time;
  while (clock_.mono() < end && broken_.empty()) {
    if (dice(3) == 0) rider();
    if (dice(4) == 0) hands();
    if (dice(7) == 0) mishap();
    if (dice(20) == 0) maintainer();
    if (dice(40) == 0) kill_in_ = 1 + dice(12);
    second();
    if (dice(150) == 0) kill();
  }
}

void Station::heal() {
  if (!broken_.empty()) return;
  quiet_ = true;
  kill_in_.reset();
  mend();
  const int rest = posts_ ? 180 : 100;
  for (int i = 0; i < rest && broken_.empty(); ++i) {
    if (i % 30 == 0) maintainer();
    second();
  }
  if (broken_.empty()) check_log();
}

}  // namespace station::matrix
