#include "devices/drivers/port_board.h"

#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/sim/memory_link.h"
#include "devices/sim/port_board.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using devices::OutletResult;
using devices::OutletState;
namespace map = codec::port_board;

namespace {

constexpr const char* kOrder = "0123456789abcdef0123456789abcdef";
constexpr const char* kNextOrder = "fedcba9876543210fedcba9876543210";

PortBoardLineSettings shed() {
  PortBoardLineSettings settings;
  settings.name = "port boards";
  settings.device = "/dev/serial/by-id/ports";
  settings.boards = {{"shed", 5, false, 900, 10, {{"E1", 1, 500}, {"E2", 2, 500}}}};
  return settings;
}

struct BoardBench {
  BoardBench() : line(9600) {
    board = std::make_shared<sim::SimPortBoard>(4);
    line.add(5, board);
    boot();
  }
  void boot() {
    hub.reset();
    Bus bus;
    bus.name = "ports";
    bus.drivers.push_back(
        std::make_unique<PortBoardLine>(shed(), std::make_unique<sim::MemoryLink>(line, clock), clock, queue.sink()));
    std::vector<Bus> buses;
    buses.push_back(std::move(bus));
    hub = std::make_unique<DeviceHub>(clock, queue, std::move(buses), Running::stepped);
  }
  void take() {
    while (auto event = queue.try_take()) {
      if (const auto* answer = std::get_if<devices::OutletAnswer>(&*event)) answers.push_back(*answer);
      if (const auto* change = std::get_if<devices::OutletChanged>(&*event)) outlets[change->outlet] = *change;
      if (const auto* settled = std::get_if<devices::OutletSettled>(&*event)) {
        settlements.push_back(*settled);
        if (stores) hub->command(devices::SettlementStored{settled->outlet, settled->order});
      }
    }
  }
  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (clock.mono() < end) {
      const auto due = std::min({hub->step(clock.mono()), end, clock.mono() + 1s});  // take() may give orders
      take();
      clock.advance(std::max<base::Milliseconds>(due - clock.mono(), 1ms));
    }
    take();
  }
  template <class Hand>
  auto hand(Hand h) {
    return line.with([&] { return h(*board); });
  }
  bool on(int port = 1) {
    return hand([port](auto& b) { return b.energised(port); });
  }
  void ready() { run(3s); }
  OutletResult start(const std::string& order = kOrder, int longest_s = 600, const std::string& outlet = "E1") {
    answers.clear();
    devices::StartOutlet command{"op", outlet, order, {}};
    command.limits.longest_s = longest_s;
    command.limits.most_w = 400;
    hub->command(command);
    run(5s);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].order == order);
    return answers[0].result;
  }
  OutletResult stop(const std::string& order = kOrder) {
    answers.clear();
    hub->command(devices::StopOutlet{"stop", "E1", order});
    run(5s);
    REQUIRE(answers.size() == 1);
    return answers[0].result;
  }
  bool fault(const std::string& code, const std::string& place) const {
    for (const auto& f : queue.faults())
      if (f.code == code && f.place == place) return true;
    return false;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::SimModbusLine line;
  std::shared_ptr<sim::SimPortBoard> board;
  EventQueue queue;
  std::unique_ptr<DeviceHub> hub;
  bool stores = true;
  std::vector<devices::OutletAnswer> answers;
  std::map<std::string, devices::OutletChanged> outlets;
  std::vector<devices::OutletSettled> settlements;
};

}  // namespace

TEST_CASE("a port board is identified, gets its watchdog, and nothing is switched on", "[devices][ports]") {
  BoardBench bench;
  bench.hand([](auto& b) { b.plug(2, 200); });
  bench.ready();
  CHECK(bench.outlets["E1"].state == OutletState::idle);
  CHECK(bench.outlets["E2"].state == OutletState::plugged);
  CHECK(bench.hand([](auto& b) { return b.enabled(); }) == 0);
  CHECK(bench.queue.faults().empty());
  CHECK(bench.hub->health()[0].note == "4 ports, watchdog 10 s");
}

TEST_CASE("a port runs from limits that were read back to a settlement of its meter", "[devices][ports]") {
  BoardBench bench;
  bench.hand([](auto& b) { b.plug(1, 200); });
  bench.ready();
  CHECK(bench.start(kOrder, 7'200) == OutletResult::started);
  CHECK(bench.on());
  bench.run(30min);
  CHECK(bench.outlets["E1"].state == OutletState::charging);
  CHECK(bench.outlets["E1"].watts == 200);
  bench.stores = false;
  CHECK(bench.stop() == OutletResult::stopped);
  CHECK_FALSE(bench.on());
  bench.run(5s);
  REQUIRE(bench.settlements.size() == 1);
  CHECK(bench.settlements[0].watt_hours == 100);
  CHECK(bench.settlements[0].code == 0x07);
  CHECK(bench.settlements[0].device == "shed/1");
  // Not stored: it is told again, with the same values.
  bench.run(2min);
  REQUIRE(bench.settlements.size() >= 2);
  CHECK(bench.settlements.back().seconds == bench.settlements[0].seconds);
  bench.hub->command(devices::SettlementStored{"E1", kOrder});
  bench.run(5min);
  const auto told = bench.settlements.size();
  bench.run(5min);
  CHECK(bench.settlements.size() == told);
  CHECK(bench.outlets["E1"].state == OutletState::plugged);
  bench.stores = true;
  CHECK(bench.start(kNextOrder) == OutletResult::started);
}

TEST_CASE("a board that keeps other limits is not enabled", "[devices][ports]") {
  BoardBench bench;
  bench.hand([](auto& b) {
    b.plug(1, 200);
    b.ignore_limits(true);
  });
  bench.ready();
  CHECK(bench.start() == OutletResult::refused);
  CHECK(bench.hand([](auto& b) { return b.enabled(); }) == 0);
}

TEST_CASE("every cut-off of a port board ends the session, and the settlement says why", "[devices][ports]") {
  struct Row {
    const char* name;
    std::function<void(sim::SimPortBoard&)> happens;
    int code;
    const char* cut;
  };
  const Row rows[] = {
      {"its own longest time", [](auto&) {}, 0x02, ""},
      {"the station's longest time", [](auto& b) { b.stop_timer(1); }, 0x07, "time"},
      {"over-power", [](auto& b) { b.plug(1, 450); }, 0x06, ""},
      {"over-current", [](auto& b) { b.fault(1, map::Fault::over_current); }, 0x0C, ""},
      {"heat", [](auto& b) { b.heat(1, 76); }, 0x07, "temperature"},
      {"pulled out", [](auto& b) { b.unplug(1); }, 0x05, ""},
      {"smoke", [](auto& b) { b.fault(1, map::Fault::smoke); }, 0x18, "alarm"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      BoardBench bench;
      bench.hand([](auto& b) { b.plug(1, 200); });
      bench.ready();
      REQUIRE(bench.start() == OutletResult::started);
      bench.run(10s);
      bench.hand([&](auto& b) { row.happens(b); });
      bench.run(11min);
      CHECK_FALSE(bench.on());
      REQUIRE(bench.settlements.size() == 1);
      CHECK(bench.settlements[0].code == row.code);
      CHECK(bench.settlements[0].cut == row.cut);
    }
  }
}

TEST_CASE("a dead program leaves no port on: the board's watchdog bites, and the session is settled after the restart",
          "[devices][ports]") {
  BoardBench bench;
  bench.hand([](auto& b) { b.plug(1, 200); });
  bench.ready();
  REQUIRE(bench.start() == OutletResult::started);
  bench.run(1min);
  bench.hub.reset();
  bench.clock.advance(30s);
  bench.boot();
  bench.hub->command(devices::ResumeOutlet{"E1", kOrder, {}, 90, false});
  bench.run(10s);
  CHECK_FALSE(bench.on());
  CHECK(bench.hand([](auto& b) { return b.watchdog_trips(); }) == 1);
  CHECK(bench.hand([](auto& b) { return b.enabled(); }) == 1);
  REQUIRE(bench.settlements.size() == 1);
  CHECK(bench.settlements[0].order == kOrder);
  CHECK(bench.settlements[0].seconds >= 60);
}

TEST_CASE("a port that is on without a session goes off by itself", "[devices][ports]") {
  BoardBench bench;
  bench.hand([](auto& b) { b.plug(1, 200); });
  bench.ready();
  REQUIRE(bench.start() == OutletResult::started);
  bench.boot();  // and nobody resumes it
  bench.run(30s);
  CHECK_FALSE(bench.on());
}

TEST_CASE("a board of another map, or none, is out of service and starts nothing", "[devices][ports]") {
  BoardBench bench;
  SECTION("another version") {
    bench.hand([](auto& b) { b.set_version(2); });
    bench.run(10s);
    CHECK(bench.fault("board.mismatch", "shed"));
  }
  SECTION("silent") {
    bench.line.set_dead(5, true);
    bench.run(30s);
    CHECK(bench.fault("board.silent", "shed"));
    CHECK(bench.start() == OutletResult::refused);
    bench.line.set_dead(5, false);
    bench.run(10s);
    CHECK_FALSE(bench.fault("board.silent", "shed"));
    return;
  }
  CHECK(bench.start() == OutletResult::refused);
  CHECK(bench.hand([](auto& b) { return b.enabled(); }) == 0);
}

TEST_CASE("damaged and lost replies enable a port at most once and never leave it in doubt", "[devices][ports]") {
  const auto fault = GENERATE(sim::ReplyFault::corrupt_check, sim::ReplyFault::late, sim::ReplyFault::dropped,
                              sim::ReplyFault::half, sim::ReplyFault::noise_before, sim::ReplyFault::wrong_address);
  const int after = GENERATE(range(0, 6));
  CAPTURE(static_cast<int>(fault), after);
  BoardBench bench;
  bench.hand([](auto& b) { b.plug(1, 200); });
  bench.ready();
  bench.answers.clear();
  devices::StartOutlet command{"op", "E1", kOrder, {}};
  command.limits.most_w = 400;
  bench.hub->command(command);
  for (int i = 0; i < after; ++i) bench.run(20ms);
  bench.line.spoil_replies(5, fault, 2);
  bench.run(30s);
  REQUIRE(bench.answers.size() == 1);
  CHECK(bench.hand([](auto& b) { return b.enabled(); }) <= 1);
  CHECK(bench.on() == (bench.answers[0].result == OutletResult::started));
}

TEST_CASE("a welded relay of a port board is found and latched", "[devices][ports]") {
  BoardBench bench;
  bench.hand([](auto& b) { b.plug(1, 200); });
  bench.ready();
  REQUIRE(bench.start() == OutletResult::started);
  bench.hand([](auto& b) { b.weld(1); });
  bench.answers.clear();
  bench.hub->command(devices::StopOutlet{"stop", "E1", kOrder});
  bench.run(20s);
  CHECK(bench.fault("outlet.welded", "E1"));
  CHECK(bench.start(kNextOrder) == OutletResult::refused);
}
