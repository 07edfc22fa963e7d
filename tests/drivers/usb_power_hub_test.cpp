#include "devices/drivers/usb_power_hub.h"

#include <catch2/catch.hpp>

#include "devices/drivers/event_queue.h"
#include "devices/link/hub_control.h"
#include "devices/sim/usb_hub.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using devices::Power;

namespace {

PowerHubSettings shelf() {
  PowerHubSettings settings;
  settings.name = "shelf";
  settings.place = "1-4";
  settings.ports = {{"P1", 1, 0}, {"P2", 2, 0}};
  settings.never_off = {4};
  return settings;
}

struct Bench {
  explicit Bench(PowerHubSettings s = shelf(), sim::SimUsbHubSettings h = {}) : settings(std::move(s)) {
    hub = std::make_shared<sim::SimUsbHub>(h);
    bus.plug("1-4", hub);
  }
  void start() {
    driver = std::make_unique<UsbPowerHub>(settings, control, clock, queue.sink());
    run(3s);
  }
  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (clock.mono() < end) {
      const auto due = std::min(driver->step(clock.mono()), end);
      clock.advance(std::max<base::Milliseconds>(due - clock.mono(), 1ms));
    }
    while (auto event = queue.try_take())
      if (const auto* switched = std::get_if<devices::PortSwitched>(&*event)) answers.push_back(*switched);
  }
  devices::PortSwitched order(const std::string& op, const std::string& port, bool on) {
    answers.clear();
    driver->handle(devices::SwitchPort{op, port, on});
    run(4s);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].op_id == op);
    return answers[0];
  }
  bool fault(const std::string& code, const std::string& place) const {
    for (const auto& f : queue.faults())
      if (f.code == code && f.place == place) return true;
    return false;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::SimUsbBus bus{clock};
  link::HubControl control{bus};
  EventQueue queue;
  PowerHubSettings settings;
  std::shared_ptr<sim::SimUsbHub> hub;
  std::unique_ptr<UsbPowerHub> driver;
  std::vector<devices::PortSwitched> answers;
};

}  // namespace

TEST_CASE("charging ports go off at the start, others are left alone", "[devices]") {
  Bench bench;
  bench.start();
  CHECK_FALSE(bench.hub->powered(1));
  CHECK_FALSE(bench.hub->powered(2));
  CHECK(bench.hub->powered(3));
  CHECK(bench.hub->powered(4));
  CHECK(bench.hub->switchings(4) == 0);
}

TEST_CASE("an order is answered once with what the hub reads back", "[devices]") {
  Bench bench;
  bench.start();
  CHECK(bench.order("op1", "P1", true).observed == Power::on);
  CHECK(bench.hub->powered(1));
  CHECK_FALSE(bench.hub->powered(2));
  CHECK(bench.order("op2", "P1", false).observed == Power::off);
  CHECK_FALSE(bench.hub->powered(1));
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a port in never_off is refused whoever asks", "[devices]") {
  PowerHubSettings settings = shelf();
  settings.ports.push_back({"P4", 4, 0});
  CHECK(complaint_about(settings) == "charging hub shelf: port P4: it is in never_off and cannot charge");
}

TEST_CASE("a hub that ignores the request is noticed by the read-back", "[devices]") {
  Bench bench;
  bench.start();
  REQUIRE(bench.order("op1", "P1", true).observed == Power::on);
  bench.hub->set_health(1, sim::PortHealth::stuck_on);
  const auto answer = bench.order("op2", "P1", false);
  CHECK(answer.observed == Power::on);
  CHECK(answer.evidence.find("unplug the hub's own supply") != std::string::npos);
  CHECK(bench.fault("port.disobeys", "P1"));
  bench.hub->set_health(1, sim::PortHealth::healthy);
  bench.run(3s);
  CHECK_FALSE(bench.hub->powered(1));
  CHECK_FALSE(bench.fault("port.disobeys", "P1"));
}

TEST_CASE("a port that did not go on when asked stays off when its fault is gone", "[devices]") {
  Bench bench;
  bench.start();
  bench.hub->set_health(1, sim::PortHealth::stuck_off);
  CHECK(bench.order("op1", "P1", true).observed == Power::off);
  bench.hub->set_health(1, sim::PortHealth::healthy);
  bench.run(30s);
  CHECK_FALSE(bench.hub->powered(1));
  CHECK_FALSE(bench.fault("port.disobeys", "P1"));
}

TEST_CASE("an order to a hub that is away is answered, and not carried out when it comes back", "[devices]") {
  Bench bench;
  bench.start();
  bench.bus.unplug("1-4");
  bench.run(12s);
  CHECK(bench.order("op1", "P2", true).observed == Power::unknown);
  bench.bus.plug("1-4", bench.hub);
  bench.run(5s);
  CHECK_FALSE(bench.hub->powered(2));
}

TEST_CASE("a port that comes back on is switched off again, and reported the third time", "[devices]") {
  Bench bench;
  bench.start();
  bench.hub->power(1, true);
  bench.run(2s);
  CHECK_FALSE(bench.hub->powered(1));
  bench.hub->power(1, true);
  bench.run(2s);
  CHECK_FALSE(bench.fault("port.comes_back", "P1"));
  bench.hub->power(1, true);
  bench.run(2s);
  CHECK_FALSE(bench.hub->powered(1));
  CHECK(bench.fault("port.comes_back", "P1"));
  CHECK(bench.driver->acknowledge("port.comes_back", "P1"));
  CHECK_FALSE(bench.fault("port.comes_back", "P1"));
}

TEST_CASE("an over-current is latched, told, and retried only after a pause", "[devices]") {
  Bench bench;
  bench.start();
  REQUIRE(bench.order("op1", "P1", true).observed == Power::on);
  REQUIRE(bench.order("op2", "P2", true).observed == Power::on);
  bench.hub->over_current(1);
  bench.run(2s);
  CHECK(bench.fault("port.over_current", "P1"));
  CHECK_FALSE(bench.hub->powered(1));
  CHECK(bench.hub->powered(2));
  CHECK(bench.order("op3", "P1", true).evidence == "latched off after over-current");
  bench.run(10s);
  CHECK(bench.order("op4", "P1", true).observed == Power::on);
  CHECK_FALSE(bench.fault("port.over_current", "P1"));
}

TEST_CASE("after a fourth over-current within an hour only a maintainer helps", "[devices]") {
  Bench bench;
  bench.start();
  for (int i = 0; i < 4; ++i) {
    REQUIRE(bench.order("op" + std::to_string(i), "P1", true).observed == Power::on);
    bench.hub->over_current(1);
    bench.run(150s);
  }
  CHECK(bench.order("late", "P1", true).evidence == "latched off after over-current");
  CHECK(bench.driver->acknowledge("port.over_current", "P1"));
  CHECK(bench.order("again", "P1", true).observed == Power::on);
}

TEST_CASE("an overload that only shows as off ends the session", "[devices]") {
  Bench bench;
  bench.start();
  REQUIRE(bench.order("op1", "P1", true).observed == Power::on);
  bench.hub->drop(1);
  bench.run(2s);
  CHECK(bench.fault("port.over_current", "P1"));
  CHECK_FALSE(bench.hub->powered(1));
}

TEST_CASE("after hub replug the desired state is re-applied", "[devices]") {
  Bench bench;
  bench.start();
  REQUIRE(bench.order("op1", "P2", true).observed == Power::on);
  bench.bus.unplug("1-4");
  bench.run(12s);
  CHECK(bench.fault("hub.missing", "shelf"));
  bench.bus.plug("1-4", bench.hub);
  REQUIRE(bench.hub->powered(1));
  bench.run(2s);
  CHECK_FALSE(bench.hub->powered(1));
  CHECK(bench.hub->powered(2));
  CHECK_FALSE(bench.fault("hub.missing", "shelf"));
  CHECK_FALSE(bench.fault("port.comes_back", "P1"));
}

TEST_CASE("a hub that does not answer is a fault, and its ports are unknown", "[devices]") {
  Bench bench;
  bench.start();
  bench.hub->set_silent(true);
  CHECK(bench.order("op1", "P1", true).observed == Power::unknown);
  CHECK(bench.fault("hub.silent", "shelf"));
  bench.hub->set_silent(false);
  bench.run(3s);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a ganged hub is refused or is one port", "[devices]") {
  sim::SimUsbHubSettings ganged;
  ganged.ganged = true;
  SECTION("refused") {
    Bench bench(shelf(), ganged);
    bench.start();
    CHECK(bench.order("op1", "P1", true).evidence == "the hub switches all its ports together");
    CHECK(bench.hub->switchings(1) == 0);
    CHECK(bench.fault("port.disobeys", "P1"));
  }
  SECTION("one port") {
    PowerHubSettings settings = shelf();
    settings.ganged = true;
    CHECK(complaint_about(settings) == "charging hub shelf: a ganged hub is one charging port");
    settings.ports.pop_back();
    Bench bench(settings, ganged);
    bench.start();
    CHECK(bench.order("op1", "P1", true).observed == Power::on);
  }
}

TEST_CASE("both halves of a USB 3 socket are off, and 0200 is its power bit", "[devices]") {
  PowerHubSettings settings = shelf();
  settings.usb3_place = "2-4";
  settings.ports = {{"P1", 1, 1}};
  Bench bench(settings);
  sim::SimUsbHubSettings usb3;
  usb3.usb3 = true;
  auto half = std::make_shared<sim::SimUsbHub>(usb3);
  bench.bus.plug("2-4", half);
  bench.start();
  CHECK_FALSE(bench.hub->powered(1));
  CHECK_FALSE(half->powered(1));
  CHECK(bench.order("op1", "P1", true).observed == Power::on);
  CHECK(half->powered(1));
  half->set_health(1, sim::PortHealth::stuck_on);
  CHECK(bench.order("op2", "P1", false).observed == Power::on);
  CHECK(bench.fault("port.disobeys", "P1"));
}

TEST_CASE("a clean stop switches the charging ports off", "[devices]") {
  Bench bench;
  bench.start();
  REQUIRE(bench.order("op1", "P1", true).observed == Power::on);
  bench.driver.reset();
  CHECK_FALSE(bench.hub->powered(1));
  CHECK(bench.hub->powered(4));
}
