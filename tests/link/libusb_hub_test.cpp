// Charging hubs on the real libusb and the kernel's port switches; Debian's own tools look on.
#include <cstdio>

#include "devices/drivers/usb_power_hub.h"
#include "tests/link/kernel_bench.h"

using namespace station;
using namespace station::test;

namespace {

drivers::PowerHubSettings shelf() {
  drivers::PowerHubSettings settings;
  settings.name = "shelf";
  settings.place = "1-4";
  settings.ports = {{"P1", 1, 0}, {"P2", 2, 0}};
  settings.never_off = {4};
  return settings;
}

std::shared_ptr<sim::SimUsbHub> model(sim::SimUsbHubSettings settings = {}) {
  return std::make_shared<sim::SimUsbHub>(settings);
}

// A program of Debian's, which inherits the emulated kernel.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe);
  std::array<char, 512> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), n);
  CAPTURE(command, text);
  CHECK(::pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("a port is switched by the kernel's own switch, read back from the hub, and stays as told", "[devices]") {
  KernelBench bench;
  const auto hub = model();
  bench.kernel.plug_hub("1-4", hub);
  bench.open();
  auto& driver = bench.add(std::make_unique<drivers::UsbPowerHub>(shelf(), bench.links->port_power(), bench.clock, bench.queue.sink()));
  bench.run(3s);
  CHECK_FALSE(hub->powered(1));  // off until told otherwise
  CHECK_FALSE(hub->powered(2));
  CHECK(hub->powered(3));
  CHECK(hub->powered(4));
  driver.handle(devices::SwitchPort{"op1", "P1", true});
  bench.run(2s);
  CHECK(hub->powered(1));
  const auto answers = bench.take<devices::PortSwitched>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].observed == devices::Power::on);
  CHECK(driver.health()[0].note.find("kernel switch") != std::string::npos);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("an over-current that the kernel counts cuts the port off, and other ports that are off stay off", "[devices]") {
  KernelBench bench;
  const auto hub = model();
  bench.kernel.plug_hub("1-4", hub);
  bench.open();
  auto& driver = bench.add(std::make_unique<drivers::UsbPowerHub>(shelf(), bench.links->port_power(), bench.clock, bench.queue.sink()));
  bench.run(1s);
  driver.handle(devices::SwitchPort{"op1", "P1", true});
  bench.run(2s);
  bench.kernel.over_current("1-4", 1);
  bench.run(2s);
  CHECK(bench.fault("port.over_current"));
  CHECK_FALSE(hub->powered(1));
  CHECK_FALSE(hub->powered(2));
}

TEST_CASE("without the kernel's switch hub requests do it, and the note says why", "[devices]") {
  KernelBench bench;
  const auto hub = model();
  bench.kernel.plug_hub("1-4", hub, false);
  bench.open();
  auto& driver = bench.add(std::make_unique<drivers::UsbPowerHub>(shelf(), bench.links->port_power(), bench.clock, bench.queue.sink()));
  bench.run(3s);
  CHECK_FALSE(hub->powered(1));
  CHECK(hub->powered(3));
  driver.handle(devices::SwitchPort{"op1", "P2", true});
  bench.run(2s);
  CHECK(hub->powered(2));
  CHECK(driver.health()[0].note.find("hub requests") != std::string::npos);
}

TEST_CASE("a hub that ignores the request is noticed by the read-back", "[devices]") {
  KernelBench bench;
  const auto hub = model();
  bench.kernel.plug_hub("1-4", hub);
  bench.open();
  hub->set_health(1, sim::PortHealth::stuck_on);
  bench.add(std::make_unique<drivers::UsbPowerHub>(shelf(), bench.links->port_power(), bench.clock, bench.queue.sink()));
  bench.run(10s);
  CHECK(bench.fault("port.disobeys"));
}

TEST_CASE("after a hub is replugged the desired state is re-applied, whatever the ports came up with", "[devices]") {
  KernelBench bench;
  const auto hub = model();
  bench.kernel.plug_hub("1-4", hub);
  bench.open();
  auto& driver = bench.add(std::make_unique<drivers::UsbPowerHub>(shelf(), bench.links->port_power(), bench.clock, bench.queue.sink()));
  bench.run(1s);
  driver.handle(devices::SwitchPort{"op1", "P1", true});
  bench.run(2s);
  bench.change([&] { bench.kernel.unplug("1-4"); });
  bench.run(2s);
  bench.change([&] { bench.kernel.plug_hub("1-4", hub); });  // all ports come up powered
  CHECK(hub->powered(2));
  bench.run(7s);
  CHECK(hub->powered(1));
  CHECK_FALSE(hub->powered(2));
}

TEST_CASE("a switch that the kernel offers takes the device on that port away and brings it back", "[devices]") {
  KernelBench bench;
  const auto hub = model();
  bench.kernel.plug_hub("1-4", hub);
  bench.kernel.plug("1-4.2", std::make_shared<sim::SimReader>(sim::SimReaderSettings{}, bench.clock));
  bench.open();
  const auto seen = [&] {
    for (const link::UsbDevice& d : bench.links->usb().scan())
      if (d.place == "1-4.2") return true;
    return false;
  };
  REQUIRE(seen());
  bench.change([&] { REQUIRE(bench.links->port_power().set({"1-4", 2}, false)); });
  CHECK_FALSE(seen());
  bench.change([&] { REQUIRE(bench.links->port_power().set({"pci-0000:00:14.0-usb-0:4", 2}, true)); });
  CHECK(seen());
}

TEST_CASE("Debian's lsusb and uhubctl see the emulated devices and switch the same port", "[devices]") {
  const base::SystemClock clock;
  EmulatedKernel kernel(clock);
  const auto hub = model();
  kernel.plug_hub("1-4", hub);
  kernel.plug("1-4.1", std::make_shared<sim::SimReader>(sim::SimReaderSettings{}, clock));
  const std::string listed = output_of("lsusb");
  CHECK(listed.find("072f:2200") != std::string::npos);
  CHECK(listed.find("05e3:0610") != std::string::npos);
  const std::string hubs = output_of("uhubctl -l 1-4");
  CHECK(hubs.find("4 ports, ppps") != std::string::npos);
  CHECK(hub->powered(2));
  output_of("uhubctl -l 1-4 -p 2 -a off");
  CHECK_FALSE(hub->powered(2));
  CHECK(hub->powered(1));
  output_of("uhubctl -l 1-4 -p 2 -a on");
  CHECK(hub->powered(2));
}
