#include "devices/drivers/hub.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "devices/api/fault.h"
#include "tests/link/shared_clock.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;

namespace {

// Answers every command at once, unless its step is held up by the test.
class Toy final : public Driver {
 public:
  Toy(std::string name, Serves serves, EventSink sink) : name_(std::move(name)), serves_(std::move(serves)), sink_(std::move(sink)) {}
  std::string name() const override { return name_; }
  Serves serves() const override { return serves_; }
  void handle(const devices::Command& command) override {
    if (const auto* box = std::get_if<devices::OpenBox>(&command))
      sink_(devices::BoxOpening{box->op_id, box->box, devices::Opening::opened, "toy", {}});
    if (const auto* port = std::get_if<devices::SwitchPort>(&command))
      sink_(devices::PortSwitched{port->op_id, port->port, devices::Power::on, "toy", {}});
    if (std::holds_alternative<devices::ReaderFeedback>(command)) ++shown;
  }
  BootTime step(BootTime now) override {
    ++steps;
    steps.notify_all();
    gate.wait(false);
    return now + 10s;
  }
  void wake_by(std::function<void()> wake) override { wake_up = std::move(wake); }
  bool acknowledge(const std::string& code, const std::string& place) override {
    sink_(devices::FaultCleared{code, place, {}});
    return true;
  }
  std::vector<DeviceHealth> health() const override { DeviceHealth one;
    one.place = name_;
    one.online = online;
    return {one};
  }

  std::atomic<int> steps{0};
  std::atomic<int> shown{0};
  std::atomic<bool> gate{true};  // false: a step stands still
  std::atomic<bool> online{true};
  std::function<void()> wake_up;

 private:
  const std::string name_;
  const Serves serves_;
  const EventSink sink_;
};

struct Bench {
  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  test::SharedClock time;  // where threads look at it while it moves
  std::atomic<int> wakes{0};
  EventQueue events{4, [this] {
                      ++wakes;
                      wakes.notify_all();
                    }};
  Toy* locks = nullptr;
  Toy* reader = nullptr;

  std::vector<Bus> buses() {
    auto a = std::make_unique<Toy>("locks", Serves{{"A01"}, {}, {}}, events.sink());
    auto b = std::make_unique<Toy>("entry", Serves{{}, {"P1"}, {"entry"}}, events.sink());
    locks = a.get();
    reader = b.get();
    std::vector<Bus> all(2);
    all[0].name = "line";
    all[0].drivers.push_back(std::move(a));
    all[1].name = "usb";
    all[1].drivers.push_back(std::move(b));
    return all;
  }
  std::vector<devices::BoxOpening> openings() {
    std::vector<devices::BoxOpening> found;
    while (auto e = events.try_take())
      if (const auto* o = std::get_if<devices::BoxOpening>(&*e)) found.push_back(*o);
    return found;
  }
};

}  // namespace

TEST_CASE("a command reaches the driver that serves its name, at the next step", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
  hub.command(devices::OpenBox{"op1", "A01"});
  CHECK_FALSE(bench.events.try_take());
  CHECK(hub.step(bench.clock.mono()) == bench.clock.mono() + 10s);
  const auto answers = bench.openings();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].op_id == "op1");
  CHECK(answers[0].result == devices::Opening::opened);
}

TEST_CASE("a name that nobody serves is refused at once, and nothing is left over", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
  hub.command(devices::OpenBox{"op1", "Z99"});
  const auto answers = bench.openings();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].result == devices::Opening::refused);
  hub.command(devices::SwitchPort{"op2", "P9", true});
  const auto event = bench.events.try_take();
  REQUIRE(event);
  CHECK(std::get<devices::PortSwitched>(*event).observed == devices::Power::unknown);
  hub.step(bench.clock.mono());
  CHECK_FALSE(bench.events.try_take());
}

TEST_CASE("feedback without a reader's name goes to all readers, and to nobody else", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
  hub.command(devices::ReaderFeedback{"", true});
  hub.command(devices::ReaderFeedback{"entry", true});
  hub.command(devices::ReaderFeedback{"exit", true});
  hub.step(bench.clock.mono());
  CHECK(bench.reader->shown == 2);
  CHECK(bench.locks->shown == 0);
}

TEST_CASE("a bus that stands still refuses what it cannot keep, and answers each command once", "[devices]") {
  Bench bench;
  constexpr int kMany = 100;
  {
    DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
    for (int i = 0; i < kMany; ++i) hub.command(devices::OpenBox{"op" + std::to_string(i), "A01"});
    const auto refused = bench.openings();
    CHECK(refused.size() == kMany - 64);
    for (const auto& answer : refused) CHECK(answer.result == devices::Opening::refused);
    hub.step(bench.clock.mono());
    CHECK(bench.openings().size() == 64);
    hub.command(devices::OpenBox{"late", "A01"});
  }
  const auto at_stop = bench.openings();
  REQUIRE(at_stop.size() == 1);
  CHECK(at_stop[0].op_id == "late");
  CHECK(at_stop[0].result == devices::Opening::refused);
}

TEST_CASE("with threads a frozen bus delays no other bus, and stopping joins them all", "[devices]") {
  Bench bench;
  auto buses = bench.buses();
  bench.reader->gate = false;
  DeviceHub hub(bench.clock, bench.events, std::move(buses), Running::threaded);
  bench.reader->steps.wait(0);  // it now stands in its step
  hub.command(devices::SwitchPort{"port", "P1", true});
  hub.command(devices::OpenBox{"box", "A01"});
  bench.wakes.wait(0);
  const auto answers = bench.openings();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].op_id == "box");
  bench.reader->gate = true;
  bench.reader->gate.notify_all();
}

TEST_CASE("hubs start and stop fifty times without leaving a thread or a question behind", "[devices]") {
  Bench bench;
  int answers = 0;
  for (int i = 0; i < 50; ++i) {
    {
      DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::threaded);
      hub.command(devices::OpenBox{"op", "A01"});
    }
    answers += static_cast<int>(bench.openings().size());
  }
  CHECK(answers == 50);
}

TEST_CASE("figures of all devices are at hand without waiting for any", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
  hub.step(bench.clock.mono());
  const auto health = hub.health();
  REQUIRE(health.size() == 2);
  CHECK(health[0].place == "locks");
  CHECK(health[1].place == "entry");
}

TEST_CASE("an acknowledgement clears a fault on the driver's own thread", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
  bench.events.post(devices::FaultRaised{"box.flicker", "A01", "", {}});
  REQUIRE(hub.faults().size() == 1);
  hub.acknowledge("box.flicker", "A01");
  CHECK(hub.faults().size() == 1);
  hub.step(bench.clock.mono());
  CHECK(hub.faults().empty());
}

TEST_CASE("a driver that something arrived for is stepped at once, long before it asked to be", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::threaded);
  bench.reader->steps.wait(0);
  const int before = bench.reader->steps;
  bench.reader->wake_up();
  bench.reader->steps.wait(before);
  CHECK(bench.reader->steps > before);
}

TEST_CASE("a bus whose step does not end is a fault while it lasts, and the other buses are not blamed", "[devices]") {
  Bench bench;
  auto buses = bench.buses();
  bench.reader->gate = false;
  DeviceHub hub(bench.time, bench.events, std::move(buses), Running::threaded);
  bench.reader->steps.wait(0);
  bench.locks->steps.wait(0);
  hub.check_threads();
  CHECK(hub.faults().empty());
  bench.time.advance(11s);
  hub.check_threads();
  REQUIRE(hub.faults().size() == 1);
  CHECK(hub.faults()[0].code == "bus.hangs");
  CHECK(hub.faults()[0].place == "usb");
  const int before = bench.reader->steps;
  bench.reader->gate = true;
  bench.reader->gate.notify_all();
  bench.reader->wake_up();
  bench.reader->steps.wait(before);
  hub.check_threads();
  CHECK(hub.faults().empty());
}

TEST_CASE("figures say how long a device was online and how often it went", "[devices]") {
  Bench bench;
  DeviceHub hub(bench.clock, bench.events, bench.buses(), Running::stepped);
  const auto entry = [&] { return hub.health()[1]; };
  hub.step(bench.clock.mono());
  bench.clock.advance(60s);
  hub.step(bench.clock.mono());
  bench.reader->online = false;
  bench.clock.advance(1s);
  hub.step(bench.clock.mono());
  bench.clock.advance(39s);
  hub.step(bench.clock.mono());
  CHECK(entry().outages == 1);
  CHECK(entry().online_total == 61s);
  CHECK(entry().watched == 100s);
}
