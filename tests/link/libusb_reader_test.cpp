// The shipping reader driver on the real libusb, down to the kernel's calls.
#include <filesystem>
#include <thread>

#include "devices/drivers/hub.h"
#include "tests/link/kernel_bench.h"

using namespace station;
using namespace station::test;

namespace {

std::shared_ptr<sim::SimReader> model(const base::Clock& clock, sim::SimReaderSettings settings = {}) {
  return std::make_shared<sim::SimReader>(settings, clock);
}

std::vector<std::string> uids(KernelBench& bench) {
  std::vector<std::string> all;
  for (const auto& card : bench.take<devices::CardPresented>()) all.push_back(card.uid);
  return all;
}

using Texts = std::vector<std::string>;

std::size_t threads() {
  std::size_t n = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) n += task.path().empty() ? 0 : 1;
  return n;
}

}  // namespace

TEST_CASE("libusb finds a reader at its place, with the identity that the kernel describes", "[devices]") {
  KernelBench bench;
  sim::SimReaderSettings settings;
  settings.serial = "R-0001";
  bench.kernel.plug("1-2", model(bench.clock, settings));
  bench.open();
  link::UsbDevice found;
  for (const link::UsbDevice& device : bench.links->usb().scan())
    if (device.place == "1-2") found = device;
  CHECK(link::id_of(found) == "072f:2200");
  CHECK(found.id_path == "pci-0000:00:14.0-usb-0:2");
  CHECK(found.serial == "R-0001");
  CHECK(found.name == "Simulated reader");
  REQUIRE(found.interfaces.size() == 1);
  CHECK(found.interfaces[0].class_code == 0x0B);
  CHECK(found.interfaces[0].extra.size() == 54);
  CHECK(found.interfaces[0].endpoints.size() == 3);
}

TEST_CASE("a card is read through libusb and its removal is told", "[devices]") {
  KernelBench bench;
  const auto device = model(bench.clock);
  bench.kernel.plug("1-2", device);
  bench.open();
  auto& reader = bench.reader();
  bench.run(200ms);
  CHECK(reader.health()[0].online);
  device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(uids(bench) == Texts{"04A23B7C"});
  device->remove();
  bench.run(1s);
  CHECK(bench.take<devices::CardRemoved>().size() == 1);
  CHECK(bench.queue.faults().empty());
  reader.handle(devices::ReaderFeedback{"entry", true});
  bench.run(200ms);
  CHECK(device->lights_and_sounds() == Texts{"green, 1 beep"});
}

TEST_CASE("a reader claimed by a kernel driver is detached, and opening sends no SET_INTERFACE and no reset", "[devices]") {
  KernelBench bench;
  bench.kernel.plug("1-2", model(bench.clock));
  bench.open();
  bench.reader();
  bench.run(200ms);
  const NodeCounts counts = bench.kernel.node("1-2").counts();
  CHECK(counts.claims == 1);
  CHECK(counts.detached == 1);
  CHECK(counts.set_interfaces == 0);
  CHECK(counts.resets == 0);
}

TEST_CASE("a reader claimed by another program is named, and used once that ends", "[devices]") {
  KernelBench bench;
  bench.kernel.plug("1-2", model(bench.clock));
  bench.kernel.node("1-2").set_busy(true);
  bench.open();
  auto& reader = bench.reader();
  bench.run(500ms);
  REQUIRE(bench.fault("reader.busy"));
  CHECK(bench.queue.faults()[0].detail == "reader 1-2 is used by another program (pcscd?)");
  bench.kernel.node("1-2").set_busy(false);
  bench.run(3s);
  CHECK(bench.queue.faults().empty());
  CHECK(reader.health()[0].online);
}

TEST_CASE("a reader unplugged in the middle of a transfer ends it, and comes back under a new address", "[devices]") {
  KernelBench bench;
  const auto device = model(bench.clock);
  bench.kernel.plug("1-2", device);
  bench.open();
  auto& reader = bench.reader();
  bench.run(200ms);
  device->tap("04A23B7C");
  device->freeze();  // it hears the question and does not answer
  bench.run(20ms);
  bench.change([&] { bench.kernel.unplug("1-2"); });
  bench.run(100ms);
  CHECK_FALSE(reader.health()[0].online);
  device->remove();
  bench.run(11s);
  CHECK(bench.fault("reader.missing"));
  const auto replugged = bench.clock.mono();
  bench.change([&] { bench.kernel.plug("1-2", device); });
  bench.run(1s);
  CHECK(reader.health()[0].online);
  CHECK(reader.health()[0].since - replugged <= 1s);
  CHECK(bench.queue.faults().empty());
  device->tap("11223344");
  bench.run(500ms);
  CHECK(uids(bench) == Texts{"11223344"});
}

TEST_CASE("a stalled endpoint is cleared once through the kernel and the card is read", "[devices]") {
  KernelBench bench;
  const auto device = model(bench.clock);
  bench.kernel.plug("1-2", device);
  bench.open();
  bench.reader();
  bench.run(200ms);
  const auto fault = GENERATE(sim::ReaderFault::stall_in, sim::ReaderFault::stall_out);
  device->spoil(fault);
  device->tap("04A23B7C");
  bench.run(2s);
  CHECK(uids(bench) == Texts{"04A23B7C"});
  CHECK(bench.kernel.node("1-2").counts().clear_halts == 1);
  CHECK(bench.kernel.node("1-2").counts().resets == 0);
}

TEST_CASE("whatever a reader answers through libusb, nothing false is told and the card is read", "[devices]") {
  using sim::ReaderFault;
  KernelBench bench;
  const auto device = model(bench.clock);
  bench.kernel.plug("1-2", device);
  bench.open();
  bench.reader();
  bench.run(200ms);
  const auto fault = GENERATE(ReaderFault::silent, ReaderFault::babble, ReaderFault::wrong_sequence, ReaderFault::short_frame,
                              ReaderFault::wrong_length, ReaderFault::zero_length, ReaderFault::time_extension,
                              ReaderFault::failed_with_data);
  CAPTURE(static_cast<int>(fault));
  device->spoil(fault);
  device->tap("04A23B7C");
  bench.run(20s);
  CHECK(uids(bench) == Texts{"04A23B7C"});
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a frozen reader climbs the ladder: reset, opened again, its port switched off and on by the kernel's switch", "[devices]") {
  KernelBench bench;
  const auto device = model(bench.clock);
  const auto hub = std::make_shared<sim::SimUsbHub>(sim::SimUsbHubSettings{});
  bench.kernel.plug_hub("1-4", hub);
  bench.kernel.plug("1-4.3", device);
  bench.open();
  drivers::CardReaderSettings settings;
  settings.place = "1-4.3";
  settings.power_port = link::HubPort{"1-4", 3};
  auto& reader = bench.reader(settings);
  bench.run(200ms);
  REQUIRE(reader.health()[0].online);
  device->freeze();  // only power helps
  device->tap("04A23B7C");
  UsbNode& first = bench.kernel.node("1-4.3");
  bench.run(14s);
  CHECK(first.counts().resets == 1);
  CHECK(first.counts().claims >= 2);  // claimed again after the reset
  bench.run(20s);
  CHECK(device->pluggings() == 2);
  CHECK(hub->switchings(3) == 2);
  CHECK(hub->powered(3));
  CHECK(reader.health()[0].online);
  CHECK(uids(bench) == Texts{"04A23B7C"});
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("two readers on a hub that is replugged come back, none twice, each in its role", "[devices]") {
  KernelBench bench;
  const auto entry = model(bench.clock);
  const auto exit = model(bench.clock);
  const auto hub = std::make_shared<sim::SimUsbHub>(sim::SimUsbHubSettings{});
  bench.kernel.plug_hub("1-4", hub);
  bench.kernel.plug("1-4.1", entry);
  bench.kernel.plug("1-4.2", exit);
  bench.open();
  drivers::CardReaderSettings settings;
  settings.place = "1-4.1";
  bench.reader(settings);
  settings.name = "exit";
  settings.place = "pci-0000:00:14.0-usb-0:4.2";
  bench.reader(settings);
  bench.run(300ms);
  bench.change([&] { bench.kernel.unplug("1-4"); });
  bench.change([&] { bench.kernel.plug_hub("1-4", hub); });
  bench.change([&] { bench.kernel.plug("1-4.2", exit); });  // in the other order
  bench.change([&] { bench.kernel.plug("1-4.1", entry); });
  bench.run(1s);
  entry->tap("04A23B7C");
  exit->tap("11223344");
  bench.run(500ms);
  const auto cards = bench.take<devices::CardPresented>();
  REQUIRE(cards.size() == 2);
  for (const auto& card : cards) CHECK(card.uid == (card.reader == "entry" ? "04A23B7C" : "11223344"));
  CHECK(bench.kernel.node("1-4.1").counts().claims == 1);
}

TEST_CASE("an idle reader with a pending notice costs no look at the kernel", "[devices]") {
  KernelBench bench;
  bench.kernel.plug("1-2", model(bench.clock));
  bench.open();
  bench.reader();
  bench.run(500ms);
  const int before = bench.kernel.node("1-2").counts().empty_reaps;
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, 300ms, [] { return false; });  // real time, in which nothing may happen
  CHECK(bench.kernel.node("1-2").counts().empty_reaps == before);
}

TEST_CASE("closing with a pending transfer waits for its callback, and no thread of libusb remains", "[devices]") {
  KernelBench bench;
  bench.kernel.plug("1-2", model(bench.clock));
  std::size_t before = 0;  // after the first time: the emulated kernel's own threads stay
  for (int i = 0; i < 5; ++i) {
    if (i == 1) before = threads();
    bench.open();
    bench.reader();
    bench.run(200ms);
    bench.drivers.clear();
    bench.close();
  }
  CHECK(bench.kernel.node("1-2").counts().claims == 5);
  CHECK(bench.kernel.node("1-2").counts().releases == 5);
  CHECK(threads() == before);
}

TEST_CASE("on threads of their own, a frozen reader does not delay another one", "[devices]") {
  const base::SystemClock clock;
  EmulatedKernel kernel(clock);
  const auto entry = model(clock);
  const auto exit = model(clock);
  kernel.plug("1-2", entry);
  kernel.plug("1-3", exit);
  auto links = link::SystemLinks::open();
  REQUIRE(links);
  std::mutex mutex;
  std::condition_variable heard;
  drivers::EventQueue queue(256, [&] {
    std::lock_guard lock(mutex);
    heard.notify_all();
  });
  std::vector<drivers::Bus> buses(2);
  for (int i = 0; i < 2; ++i) {
    drivers::CardReaderSettings settings;
    settings.name = i == 0 ? "entry" : "exit";
    settings.place = i == 0 ? "1-2" : "1-3";
    auto& bus = buses[static_cast<std::size_t>(i)];
    bus.name = settings.name;
    bus.drivers.push_back(std::make_unique<drivers::CardReader>(settings, (*links)->usb(), nullptr, clock, queue.sink()));
  }
  drivers::DeviceHub hub(clock, queue, std::move(buses), drivers::Running::threaded);
  entry->freeze();
  exit->tap("04A23B7C");
  std::unique_lock lock(mutex);
  std::optional<devices::CardPresented> card;
  // The frozen one takes 6 s to its first recovery step.
  heard.wait_for(lock, 5s, [&] {
    while (auto event = queue.try_take())
      if (const auto* one = std::get_if<devices::CardPresented>(&*event)) card = *one;
    return card.has_value();
  });
  REQUIRE(card);
  CHECK(card->reader == "exit");
}
