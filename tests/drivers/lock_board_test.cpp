#include "devices/drivers/lock_board.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "devices/drivers/assembly.h"
#include "devices/drivers/event_queue.h"
#include "devices/sim/station.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using devices::Door;
using devices::Opening;
using sim::ReplyFault;

namespace {

LockLineSettings locker() {
  LockLineSettings settings;
  settings.name = "locker";
  settings.boards.resize(2);
  settings.boards[0].locks = 12;
  settings.boards[1].address = 2;
  for (LockBoardSettings& board : settings.boards) board.polarity = Polarity::closed_is_11;
  settings.boxes = {{"A01", 1, 1}, {"A02", 1, 2}, {"B01", 2, 1}};
  return settings;
}

sim::StationPlan plan() {
  sim::StationPlan plan;
  plan.lines.emplace_back();
  plan.lines[0].boards.resize(2);
  plan.lines[0].boards[0].locks = 12;
  plan.lines[0].boards[1].address = 2;
  return plan;
}

// One locker with two boards, in memory. A violated duty limit fails every test.
struct Bench {
  explicit Bench(const sim::StationPlan& boards = plan()) : station(boards, clock, sim::Pace::stepped) { boot(); }
  ~Bench() { CHECK(line().violations().empty()); }

  void boot() {
    hub.reset();
    DeviceSettings all;
    all.lockers.push_back({"/dev/serial/by-id/usb-lock-line", locker()});
    auto buses = assemble(all, station, clock, queue.sink(), Running::stepped);
    REQUIRE(buses);
    hub = std::make_unique<DeviceHub>(clock, queue, std::move(*buses), Running::stepped);
  }
  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (clock.mono() < end) {
      const auto due = std::min(hub->step(clock.mono()), end);
      clock.advance(std::max<base::Milliseconds>(due - clock.mono(), 1ms));
    }
    while (auto event = queue.try_take()) {
      if (const auto* opening = std::get_if<devices::BoxOpening>(&*event)) answers.push_back(*opening);
      if (const auto* door = std::get_if<devices::DoorChanged>(&*event)) doors[door->box] = door->door;
    }
  }
  void ready() { run(5s); }
  Opening open(const std::string& box, base::Milliseconds time = 30s) {
    answers.clear();
    hub->command(devices::OpenBox{"op", box});
    run(time);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].op_id == "op");
    return answers[0].result;
  }
  bool fault(const std::string& code, const std::string& place) const {
    for (const auto& f : queue.faults())
      if (f.code == code && f.place == place) return true;
    return false;
  }
  sim::SimLockLine& line() { return station.line("locker"); }
  sim::SimLockBoard& board(int address = 1) { return line().board(address); }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::Station station;
  EventQueue queue;
  std::unique_ptr<DeviceHub> hub;
  std::vector<devices::BoxOpening> answers;
  std::map<std::string, Door> doors;
};

}  // namespace

TEST_CASE("after the start all doors are read and no lock is pulsed", "[devices]") {
  Bench bench;
  bench.ready();
  CHECK(bench.doors["A01"] == Door::closed);
  CHECK(bench.doors["B01"] == Door::closed);
  CHECK(bench.line().pulses() == 0);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("an opening takes one pulse and is believed only after two independent reads", "[devices]") {
  Bench bench;
  bench.ready();
  CHECK(bench.open("A01") == Opening::opened);
  CHECK(bench.board().pulses(1) == 1);
  CHECK(bench.line().pulses() == 1);
  CHECK(bench.doors["A01"] == Door::open);
  CHECK(bench.doors["A02"] == Door::closed);
  CHECK(bench.answers[0].evidence.find("query one") != std::string::npos);
  CHECK(bench.answers[0].evidence.find("query all") != std::string::npos);
  bench.board().close_door(1);
  bench.run(3s);
  CHECK(bench.doors["A01"] == Door::closed);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("the fault matrix: what is told is what the doors really do, and pulses keep their limits", "[devices]") {
  struct Row {
    const char* name;
    std::function<void(Bench&)> spoil;
    Opening result;
    int pulses;
    bool really_open;
    const char* fault;  // raised afterwards at `place`; empty: none
    const char* place;
  };
  const std::vector<Row> rows{
      {"jammed", [](Bench& b) { b.board().set_lock(1, sim::LockState::jammed); }, Opening::not_opened, 3, false,
       "box.jammed", "A01"},
      {"no feedback", [](Bench& b) { b.board().set_lock(1, sim::LockState::no_feedback); }, Opening::not_opened, 3, true,
       "box.jammed", "A01"},
      {"open reply dropped", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::dropped); }, Opening::opened, 1,
       true, "", ""},
      {"open reply damaged", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::corrupt_check); }, Opening::opened,
       1, true, "", ""},
      {"open reply late", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::late); }, Opening::opened, 1, true, "",
       ""},
      {"half an open reply", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::half); }, Opening::opened, 1, true,
       "", ""},
      {"noise before the open reply", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::noise_before); },
       Opening::opened, 1, true, "", ""},
      {"open reply of another board", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::wrong_address); },
       Opening::opened, 1, true, "", ""},
      {"noise on the line", [](Bench& b) { b.line().make_noise({0x8A, 0x01, 0x80, 0xFF, 0x00}); }, Opening::opened, 1,
       true, "", ""},
      {"dead board", [](Bench& b) { b.board().set_dead(true); }, Opening::unknown, 1, false, "board.silent",
       "locker board 1"},
      {"adapter unplugged", [](Bench& b) { b.line().set_plugged(false); }, Opening::refused, 0, false, "bus.lost",
       "locker"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      Bench bench;
      bench.ready();
      row.spoil(bench);
      const Opening result = bench.open("A01", 60s);
      CAPTURE(bench.answers[0].evidence);
      CHECK(result == row.result);
      CHECK(bench.board().pulses(1) <= row.pulses);
      CHECK(bench.line().pulses() == bench.board().pulses(1));
      CHECK(bench.board().door_open(1) == row.really_open);
      if (*row.fault != '\0') CHECK(bench.fault(row.fault, row.place));
    }
  }
}

TEST_CASE("every fault of a reply to a read is survived without a false door", "[devices]") {
  const auto fault = GENERATE(ReplyFault::corrupt_check, ReplyFault::late, ReplyFault::dropped, ReplyFault::half,
                              ReplyFault::noise_before, ReplyFault::wrong_address);
  CAPTURE(static_cast<int>(fault));
  Bench bench;
  bench.ready();
  bench.board().spoil_replies(fault, 2);
  bench.run(20s);
  CHECK(bench.doors["A01"] == Door::closed);
  CHECK(bench.doors["B01"] == Door::closed);
  CHECK(bench.line().pulses() == 0);
  CHECK(bench.open("A01") == Opening::opened);
}

TEST_CASE("with an echoing adapter doors are read rightly, and a dead board opens nothing", "[devices]") {
  Bench bench;
  bench.line().set_echo(true);
  bench.ready();
  CHECK(bench.fault("bus.echo", "locker"));
  CHECK(bench.open("A01") == Opening::opened);
  bench.board(2).set_dead(true);
  CHECK(bench.open("B01", 60s) != Opening::opened);
}

TEST_CASE("an adapter that comes back is opened again, read before use, and nothing is pulsed", "[devices]") {
  Bench bench;
  bench.ready();
  bench.line().set_plugged(false);
  bench.run(5s);
  CHECK(bench.doors["A01"] == Door::unknown);
  bench.line().set_plugged(true);
  bench.run(35s);
  CHECK(bench.doors["A01"] == Door::closed);
  CHECK_FALSE(bench.fault("bus.lost", "locker"));
  CHECK(bench.line().pulses() == 0);
  CHECK(bench.open("A01") == Opening::opened);
}

TEST_CASE("a board that restarts is read again and nothing is pulsed", "[devices]") {
  Bench bench;
  bench.ready();
  bench.board().restart(5s);
  bench.run(4s);
  CHECK(bench.fault("board.silent", "locker board 1"));
  bench.run(40s);
  CHECK(bench.doors["A01"] == Door::closed);
  CHECK(bench.queue.faults().empty());
  CHECK(bench.line().pulses() == 0);
}

TEST_CASE("a restart of the program in the middle of an opening pulses nothing again", "[devices]") {
  Bench bench;
  bench.ready();
  for (const base::Milliseconds moment : {1ms, 30ms, 300ms}) {
    bench.hub->command(devices::OpenBox{"op", "A01"});
    bench.run(moment);
    const int pulses = bench.line().pulses();
    bench.boot();
    bench.run(10s);
    CHECK(bench.line().pulses() == pulses);
    bench.board().close_door(1);
    bench.run(10s);
  }
}

TEST_CASE("right after the start an opening is refused, because the last run may have pulsed", "[devices]") {
  Bench bench;
  bench.run(1s);
  CHECK(bench.open("A01", 1s) == Opening::refused);
  CHECK(bench.line().pulses() == 0);
}

TEST_CASE("a second opening meanwhile is refused and pulses nothing", "[devices]") {
  Bench bench;
  bench.ready();
  bench.hub->command(devices::OpenBox{"one", "A01"});
  bench.hub->command(devices::OpenBox{"two", "A02"});
  bench.run(20s);
  REQUIRE(bench.answers.size() == 2);
  for (const auto& answer : bench.answers)
    CHECK(answer.result == (answer.op_id == "one" ? Opening::opened : Opening::refused));
  CHECK(bench.board().pulses(2) == 0);
}

TEST_CASE("a door forced open is an alarm that only a maintainer ends", "[devices]") {
  Bench bench;
  bench.ready();
  bench.board().force_open(2);
  bench.run(3s);
  CHECK(bench.fault("box.unexpected_open", "A02"));
  bench.board().close_door(2);
  bench.run(10s);
  CHECK(bench.fault("box.unexpected_open", "A02"));
  bench.hub->acknowledge("box.unexpected_open", "A02");
  bench.run(1s);
  CHECK_FALSE(bench.fault("box.unexpected_open", "A02"));
}

TEST_CASE("a door left open for three minutes is told until it is closed", "[devices]") {
  Bench bench;
  bench.ready();
  REQUIRE(bench.open("A01") == Opening::opened);
  bench.run(190s);
  CHECK(bench.fault("box.left_open", "A01"));
  bench.board().close_door(1);
  bench.run(3s);
  CHECK_FALSE(bench.fault("box.left_open", "A01"));
}

TEST_CASE("a board of another size or polarity is out of service and opens nothing", "[devices]") {
  SECTION("size") {
    auto other = plan();
    other.lines[0].boards[0].locks = 24;
    Bench bench(other);
    bench.run(20s);
    CHECK(bench.fault("board.mismatch", "locker board 1"));
    CHECK(bench.open("A01") == Opening::refused);
    CHECK(bench.open("B01") == Opening::opened);
  }
  SECTION("polarity") {
    Bench bench;
    bench.board().miswire();
    bench.run(20s);
    CHECK(bench.fault("board.mismatch", "locker board 1"));
    CHECK(bench.open("A01") == Opening::refused);
  }
}

TEST_CASE("a box opened and closed over and over is held to the duty limits", "[devices]") {
  Bench bench;
  bench.ready();
  int opened = 0;
  for (int i = 0; i < 60; ++i) {
    if (bench.open("A01", 3s) == Opening::opened) ++opened;
    bench.board().close_door(1);
    bench.run(500ms);
  }
  CHECK(opened > 10);
  CHECK(bench.line().violations().empty());
}

TEST_CASE("over a pseudo-terminal a box opens with the shipping serial code", "[devices]") {
  base::SystemClock clock;
  sim::Station station(plan(), clock, sim::Pace::real_time);
  std::mutex mutex;
  std::condition_variable ready;
  EventQueue queue(256, [&] {
    std::lock_guard lock(mutex);
    ready.notify_all();
  });
  DeviceSettings all;
  all.lockers.push_back({"/dev/serial/by-id/usb-lock-line", locker()});
  auto buses = assemble(all, station, clock, queue.sink(), Running::threaded);
  REQUIRE(buses);
  DeviceHub hub(clock, queue, std::move(*buses), Running::threaded);
  // Waits for an event, not for a time; the limit only ends a failing test.
  const auto await = [&](const std::function<bool(const devices::Event&)>& wanted) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      while (const auto event = queue.try_take())
        if (wanted(*event)) return true;
      std::unique_lock lock(mutex);
      ready.wait_for(lock, 50ms);
    }
    return false;
  };
  REQUIRE(await([](const devices::Event& e) {
    const auto* door = std::get_if<devices::DoorChanged>(&e);
    return door && door->box == "A01" && door->door == Door::closed;
  }));
  Opening result = Opening::refused;
  // Refused as long as the duty ledger assumes a pulse of an earlier run.
  const auto start = std::chrono::steady_clock::now();
  while (result == Opening::refused && std::chrono::steady_clock::now() - start < 20s) {
    hub.command(devices::OpenBox{"op", "A01"});
    REQUIRE(await([&](const devices::Event& e) {
      const auto* opening = std::get_if<devices::BoxOpening>(&e);
      if (opening) result = opening->result;
      return opening != nullptr;
    }));
  }
  CHECK(result == Opening::opened);
  CHECK(station.line("locker").pulses() == 1);
  CHECK(station.line("locker").violations().empty());
}
