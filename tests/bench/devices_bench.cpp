// What the devices cost and how fast they are: from a committed intent to the unlock frame on the wire, events at a
// thousand a second, processor time of the hub at rest, recovery after a reader was plugged in again.
// usage: bench_devices [SECONDS OF REST]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

#include "devices/drivers/assembly.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/sim/station.h"
#include "kiosk/flow/keeper.h"
#include "kiosk/store/ledger.h"
#include "sync/base/crypto.h"

namespace {

using namespace station;
using namespace std::chrono_literals;
using Wall = std::chrono::steady_clock;

constexpr int kLines = 4, kLocks = 8, kOpenings = 48;

// What crosses a serial line, and when: the moment of each unlock frame, and since when the line was free for it.
class Tap {
 public:
  void wrote(std::span<const std::uint8_t> bytes) {
    std::lock_guard lock(mutex_);
    const auto now = Wall::now();
    if (bytes.size() == 5 && bytes[0] == 0x8A && bytes[3] == 0x11) {
      unlock_ = now;
      free_then_ = free_;
    }
    free_.reset();  // until its reply has come
  }
  void read() {
    std::lock_guard lock(mutex_);
    free_ = Wall::now();
  }
  // Milliseconds that the frame of this opening took beyond what the line was busy; nothing if it was not sent.
  std::optional<double> beyond(Wall::time_point committed) {
    std::lock_guard lock(mutex_);
    if (!unlock_ || *unlock_ < committed) return std::nullopt;
    const auto from = free_then_ ? std::max(committed, *free_then_) : committed;
    const auto to = std::exchange(unlock_, std::nullopt);
    return std::chrono::duration<double, std::milli>(*to - from).count();
  }

 private:
  std::mutex mutex_;
  std::optional<Wall::time_point> unlock_, free_, free_then_;
};

class TappedLink final : public link::ByteLink {
 public:
  TappedLink(std::unique_ptr<link::ByteLink> link, Tap& tap) : link_(std::move(link)), tap_(tap) {}
  base::Result<void> open() override { return link_->open(); }
  void close() override { link_->close(); }
  bool is_open() const override { return link_->is_open(); }
  base::Result<void> write(std::span<const std::uint8_t> bytes) override {
    auto done = link_->write(bytes);
    tap_.wrote(bytes);
    return done;
  }
  base::Result<std::size_t> read(std::span<std::uint8_t> into, base::Milliseconds limit) override {
    auto count = link_->read(into, limit);
    if (count && *count > 0) tap_.read();
    return count;
  }
  std::string name() const override { return link_->name(); }

 private:
  const std::unique_ptr<link::ByteLink> link_;
  Tap& tap_;
};

class TappedLinks final : public link::Links {
 public:
  explicit TappedLinks(sim::Station& station) : station_(station) {}
  base::Result<std::unique_ptr<link::ByteLink>> serial(const std::string& device, int baud) override {
    auto link = station_.serial(device, baud);
    if (!link) return link;
    return std::unique_ptr<link::ByteLink>(std::make_unique<TappedLink>(std::move(*link), taps[device]));
  }
  base::Result<std::unique_ptr<link::KeySource>> keys(const std::string& device) override { return station_.keys(device); }
  base::Result<std::unique_ptr<link::Listener>> listener(const std::string& address) override {
    return station_.listener(address);
  }
  link::UsbBus& usb() override { return station_.usb(); }
  link::PortPower& port_power() override { return station_.port_power(); }

  std::map<std::string, Tap> taps;

 private:
  sim::Station& station_;
};

std::string line_device(int line) { return fmt::format("/dev/serial/by-id/line-{}", line); }
std::string box_name(int line, int lock) { return fmt::format("{}{:02}", static_cast<char>('A' + line), lock); }

sim::StationPlan plan() {
  sim::StationPlan out;
  out.readers = {{"entry", "1-1", {}}, {"exit", "1-2", {}}};
  for (int line = 0; line < kLines; ++line) {
    sim::StationPlan::Line l;
    l.name = fmt::format("line {}", line);
    l.device = line_device(line);
    l.boards[0].locks = kLocks;
    l.boards[0].pulse = 50ms;
    out.lines.push_back(l);
  }
  sim::SimChargePostSettings post;
  post.reconnect = 100ms;
  for (const std::uint32_t device : {0x05000001u, 0x05000002u}) {
    post.device = device;
    post.ports = 10;
    out.posts.push_back({fmt::format("post {}", device & 0xFF), post});
  }
  return out;
}

drivers::DeviceSettings settings() {
  drivers::DeviceSettings out;
  for (const auto& [name, place] : {std::pair{"entry", "1-1"}, std::pair{"exit", "1-2"}}) {
    drivers::CardReaderSettings reader;
    reader.name = name;
    reader.place = place;
    out.readers.push_back(reader);
  }
  for (int line = 0; line < kLines; ++line) {
    drivers::LockerSettings locker;
    locker.device = line_device(line);
    locker.line.name = fmt::format("line {}", line);
    locker.line.boards.resize(1);
    locker.line.boards[0].locks = kLocks;
    locker.line.boards[0].pulse = 50ms;
    locker.line.boards[0].polarity = drivers::Polarity::closed_is_11;
    for (int lock = 1; lock <= kLocks; ++lock) locker.line.boxes.push_back({box_name(line, lock), 1, lock});
    out.lockers.push_back(locker);
  }
  out.posts.listen = "127.0.0.1:0";
  for (const std::uint32_t device : {0x05000001u, 0x05000002u}) {
    drivers::ChargePostSettings post{fmt::format("post {}", device & 0xFF), device, false, false, 5'000, {}};
    for (int port = 1; port <= 10; ++port) post.outlets.push_back({fmt::format("E{}{:02}", device & 0xFF, port), port, 500});
    out.posts.posts.push_back(post);
  }
  return out;
}

class Bell {
 public:
  void ring() {
    std::lock_guard lock(mutex_);
    rung_ = true;
    ready_.notify_one();
  }
  void wait(base::Milliseconds most) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, most, [&] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  bool rung_ = false;
};

void print(const char* what, std::vector<double> ms) {
  if (ms.empty()) {
    fmt::print("{:<58} nothing was measured\n", what);
    return;
  }
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double share) { return ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))]; };
  fmt::print("{:<58} p50 {:7.2f} ms   p99 {:7.2f} ms   worst {:7.2f} ms   ({} times)\n", what, at(0.5), at(0.99), ms.back(),
             ms.size());
}

store::Identity identity() {
  store::Identity id;
  base::SeededRandom random(3);
  id.station = "440902-007";
  id.name = "Station";
  id.city = "440902";
  id.record_key = base::new_signing_key(random);
  random.fill(id.roster_key);
  random.fill(id.pin_pepper);
  random.fill(id.field_key);
  id.centre = {"centre.440902", base::new_signing_key(random).public_key};
  return id;
}

// The station's program without its window: ledger, keeper, hub with its threads, simulated devices behind
// pseudo-terminals and TCP.
struct Bench {
  Bench()
      : folder(std::filesystem::temp_directory_path() / fmt::format("station-bench-{}", ::getpid())),
        devices(plan(), clock, sim::Pace::real_time),
        links(devices),
        events(256, [this] { bell.ring(); }),
        desk(clock, random, flow::Settings{}) {
    std::filesystem::create_directories(folder);
    store::LedgerOptions options;
    options.path = (folder / "station.db").string();
    for (int line = 0; line < kLines; ++line)
      for (int lock = 1; lock <= kLocks; ++lock) options.boxes.push_back({box_name(line, lock), flow::BoxSize::small});
    auto opened = store::Ledger::open(identity(), options, clock, random);
    auto buses = drivers::assemble(settings(), links, clock, events.sink(), drivers::Running::threaded);
    if (!opened || !buses) {
      fmt::print("{}\n", opened ? buses.error().message : opened.error().message);
      std::exit(1);
    }
    ledger = std::move(*opened);
    for (const drivers::Bus& bus : *buses) threads.insert(bus.name.substr(0, 15));
    hub = std::make_unique<drivers::DeviceHub>(clock, events, std::move(*buses), drivers::Running::threaded);
  }
  ~Bench() {
    hub.reset();
    ledger.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  flow::Outcome ask(flow::Demand demand) { return ledger->handle({++request, std::move(demand)}).outcome; }
  // As the kiosk does it: the reply to the keeper, the keeper's commands to the hub.
  void carry(const flow::Reply& reply) {
    keeper.on_reply(reply, desk);
    for (const auto& command : std::exchange(desk.effects, {}).commands) hub->command(command);
  }
  void settle_events(std::map<std::string, devices::Opening>& answers) {
    while (const auto event = events.try_take()) {
      if (const auto* opening = std::get_if<devices::BoxOpening>(&*event)) {
        answers[opening->op_id] = opening->result;
        ask(flow::RecordOpening{opening->op_id, opening->result, opening->evidence});
      }
    }
  }

  base::SystemClock clock;
  base::SystemRandom random;
  std::filesystem::path folder;
  sim::Station devices;
  TappedLinks links;
  Bell bell;
  drivers::EventQueue events;
  flow::Desk desk;
  flow::Keeper keeper;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<drivers::DeviceHub> hub;
  std::set<std::string> threads;
  std::uint64_t request = 0;
};

void wait_for(Bench& bench, base::Milliseconds time) {
  const auto end = Wall::now() + time;
  std::map<std::string, devices::Opening> answers;
  while (Wall::now() < end) {
    bench.settle_events(answers);
    bench.bell.wait(50ms);
  }
}

void measure_unlocking(Bench& bench) {
  std::vector<double> took;
  int refused = 0;
  std::array<Wall::time_point, kLines> again{};
  for (int i = 0; static_cast<int>(took.size()) < kOpenings && i < 4 * kOpenings; ++i) {
    const auto held = bench.ask(flow::HoldBox{fmt::format("rider-{}", i), flow::BoxSize::small});
    const auto* box = std::get_if<flow::BoxHeld>(&held);
    if (!box) break;
    const int line = box->box[0] - 'A';
    const int lock = std::atoi(box->box.c_str() + 1);
    // One coil at a time in a locker, with gaps: an opening that must wait for that would measure the waiting.
    std::map<std::string, devices::Opening> answers;
    while (Wall::now() < again[static_cast<std::size_t>(line)]) {
      bench.settle_events(answers);
      bench.bell.wait(5ms);
    }
    const flow::Reply reply = bench.ledger->handle({++bench.request, flow::IntendOpen{box->lease, "deposit"}});
    const auto committed = Wall::now();
    const auto* intended = std::get_if<flow::BoxIntended>(&reply.outcome);
    if (!intended) break;
    bench.carry(reply);
    const auto end = Wall::now() + 10s;
    while (!answers.contains(intended->op) && Wall::now() < end) {
      bench.settle_events(answers);
      bench.bell.wait(20ms);
    }
    again[static_cast<std::size_t>(line)] = Wall::now() + 400ms;
    if (answers[intended->op] == devices::Opening::refused) ++refused;
    if (const auto beyond = bench.links.taps.at(line_device(line)).beyond(committed)) took.push_back(*beyond);
    bench.devices.line(fmt::format("line {}", line)).board(1).close_door(lock);
    bench.ask(flow::CloseBox{box->lease, "deposit", false});
  }
  print("committed intent to unlock frame, beyond the line's pacing", took);
  if (refused > 0) fmt::print("  {} refused by duty limits, not counted\n", refused);
}

// A driver that tells as fast as it may: codes, which are never dropped.
class Teller final : public drivers::Driver {
 public:
  Teller(std::string name, int per_second, int total, drivers::EventSink sink)
      : name_(std::move(name)), per_second_(per_second), total_(total), sink_(std::move(sink)) {}
  std::string name() const override { return name_; }
  drivers::Serves serves() const override { return {}; }
  void handle(const devices::Command&) override {}
  base::BootTime step(base::BootTime now) override {
    if (began_ == base::BootTime{}) began_ = now;
    const auto due = (now - began_).count() * per_second_ / 1000;
    for (; told_ < due && told_ < total_; ++told_) sink_(devices::CodeScanned{name_, std::to_string(told_), now});
    return now + 1ms;
  }
  std::vector<drivers::DeviceHealth> health() const override { return {}; }

 private:
  const std::string name_;
  const int per_second_, total_;
  const drivers::EventSink sink_;
  base::BootTime began_{};
  int told_ = 0;
};

void measure_events() {
  constexpr int kTellers = 4, kEach = 750;
  base::SystemClock clock;
  Bell bell;
  drivers::EventQueue events(256, [&bell] { bell.ring(); });
  std::vector<drivers::Bus> buses;
  for (int i = 0; i < kTellers; ++i) {
    drivers::Bus bus;
    bus.name = fmt::format("teller {}", i);
    bus.drivers.push_back(std::make_unique<Teller>(bus.name, 1000 / kTellers, kEach, events.sink()));
    buses.push_back(std::move(bus));
  }
  std::map<std::string, int> next;
  int taken = 0, disordered = 0;
  const auto begin = Wall::now();
  std::vector<double> late;
  {
    drivers::DeviceHub hub(clock, events, std::move(buses), drivers::Running::threaded);
    while (taken < kTellers * kEach && Wall::now() - begin < 10s) {
      while (const auto event = events.try_take()) {
        const auto* code = std::get_if<devices::CodeScanned>(&*event);
        if (!code) continue;
        ++taken;
        if (std::to_string(next[code->scanner]++) != code->text) ++disordered;
        late.push_back(static_cast<double>((clock.mono() - code->at).count()));
      }
      bell.wait(20ms);
    }
  }
  const double seconds = std::chrono::duration<double>(Wall::now() - begin).count();
  fmt::print("{:<58} {} lost, {} out of order, of {} ({:.0f} a second)\n", "events at a thousand a second",
             kTellers * kEach - taken, disordered, kTellers * kEach, taken / seconds);
  print("  from the driver to the kiosk", late);
}

// Processor time of the threads with these names, seconds.
double cpu_of(const std::set<std::string>& names) {
  double seconds = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    if (!names.contains(name)) continue;
    double ns = 0;
    std::ifstream(task.path() / "schedstat") >> ns;
    seconds += ns / 1e9;
  }
  return seconds;
}

void measure_rest(Bench& bench, int seconds) {
  const double before = cpu_of(bench.threads);
  const auto begin = Wall::now();
  wait_for(bench, std::chrono::seconds(seconds));
  const double wall = std::chrono::duration<double>(Wall::now() - begin).count();
  fmt::print("{:<58} {:.2f} % of a core\n", "polling 4 lock boards, 2 posts, 2 readers",
             100 * (cpu_of(bench.threads) - before) / wall);
}

void measure_replug(Bench& bench) {
  std::vector<double> took;
  for (int i = 0; i < 5; ++i) {
    bench.devices.unplug_reader("entry");
    bench.devices.remove_card("entry");
    wait_for(bench, 1'500ms);
    bench.devices.tap("entry", fmt::format("04A23B{:02X}", i));
    const auto begin = Wall::now();
    bench.devices.plug_reader("entry");
    bool seen = false;
    while (!seen && Wall::now() - begin < 10s) {
      while (const auto event = bench.events.try_take()) seen = seen || std::holds_alternative<devices::CardPresented>(*event);
      if (!seen) bench.bell.wait(20ms);
    }
    if (seen) took.push_back(std::chrono::duration<double, std::milli>(Wall::now() - begin).count());
  }
  print("reader plugged in again to the card that lies on it", took);
}

}  // namespace

int main(int argc, char** argv) {
  const int rest = argc > 1 ? std::max(1, std::atoi(argv[1])) : 10;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  measure_events();
  Bench bench;
  wait_for(bench, 6s);  // start-up checks; the duty ledger assumes that every lock was pulsed just before
  int online = 0;
  for (const auto& health : bench.hub->health()) online += health.online ? 1 : 0;
  fmt::print("{:<58} {} of {}\n", "devices online", online, bench.hub->health().size());
  measure_rest(bench, rest);
  measure_unlocking(bench);
  measure_replug(bench);
  return 0;
}
