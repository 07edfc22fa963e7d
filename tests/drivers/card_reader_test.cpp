#include "devices/drivers/card_reader.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "devices/drivers/assembly.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/reader_models.h"
#include "devices/sim/card_reader.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using sim::ReaderFault;

namespace {

// The port that feeds the reader: off unplugs it, as a hub does that really cuts the voltage.
class Feed final : public link::PortPower {
 public:
  Feed(sim::SimUsbBus& bus, std::shared_ptr<sim::SimReader>& device) : bus_(bus), device_(device) {}
  base::Result<link::HubFacts> find(const std::string&) override { return link::HubFacts{}; }
  base::Result<void> set(const link::HubPort& port, bool on) override {
    log.push_back((on ? "on " : "off ") + port.hub + " " + std::to_string(port.port));
    if (refusals > 0) {
      --refusals;
      return base::fail(base::Errc::io, "the hub does not answer");
    }
    if (!on) bus_.unplug("1-2");
    if (on && !bus_.plugged("1-2")) bus_.plug("1-2", device_);
    return {};
  }
  base::Result<link::PortReading> read(const link::HubPort&) override { return link::PortReading{}; }
  int count(const std::string& what) const {
    return static_cast<int>(std::count_if(log.begin(), log.end(), [&](const std::string& l) { return l.starts_with(what); }));
  }
  std::vector<std::string> log;
  int refusals = 0;

 private:
  sim::SimUsbBus& bus_;
  std::shared_ptr<sim::SimReader>& device_;
};

struct Bench {
  explicit Bench(sim::SimReaderSettings reader_settings = {}, CardReaderSettings s = {}) : settings(std::move(s)) {
    settings.name = "entry";
    settings.place = "1-2";
    device = std::make_shared<sim::SimReader>(reader_settings, clock);
  }
  void start() {
    if (plugged) bus.plug("1-2", device);
    driver = std::make_unique<CardReader>(settings, bus, &power, clock, queue.sink());
    run(500ms);
  }
  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (clock.mono() < end) {
      const auto due = std::min(driver->step(clock.mono()), end);
      clock.advance(std::max<base::Milliseconds>(due - clock.mono(), 1ms));
    }
    driver->step(clock.mono());
    while (auto event = queue.try_take()) events.push_back(std::move(*event));
  }
  template <class T>
  std::vector<T> take() {
    std::vector<T> found;
    std::erase_if(events, [&](const devices::Event& event) {
      if (const auto* one = std::get_if<T>(&event)) {
        found.push_back(*one);
        return true;
      }
      return false;
    });
    return found;
  }
  std::vector<std::string> uids() {
    std::vector<std::string> all;
    for (const auto& card : take<devices::CardPresented>()) all.push_back(card.uid);
    return all;
  }
  std::vector<devices::CardProblem> problems() {
    std::vector<devices::CardProblem> all;
    for (const auto& card : take<devices::CardRefused>()) all.push_back(card.problem);
    return all;
  }
  bool fault(const std::string& code) const {
    for (const auto& f : queue.faults())
      if (f.code == code) return true;
    return false;
  }
  std::string fault_detail(const std::string& code) const {
    for (const auto& f : queue.faults())
      if (f.code == code) return f.detail;
    return {};
  }
  int count_log(const std::string& what) const {
    int count = 0;
    for (const auto& line : bus.log()) count += line.find(what) != std::string::npos ? 1 : 0;
    return count;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::SimUsbBus bus{clock};
  EventQueue queue;
  CardReaderSettings settings;
  std::shared_ptr<sim::SimReader> device;
  Feed power{bus, device};
  bool plugged = true;
  std::unique_ptr<CardReader> driver;
  std::vector<devices::Event> events;
};

using Texts = std::vector<std::string>;
using Problems = std::vector<devices::CardProblem>;

}  // namespace

TEST_CASE("a card is told once, with its number in the order received, and its removal once", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids() == Texts{"04A23B7C"});
  bench.run(60s);  // held all the time
  CHECK(bench.uids().empty());
  bench.device->remove();
  bench.run(1s);
  CHECK(bench.take<devices::CardRemoved>().size() == 1);
  CHECK(bench.problems().empty());
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a card that lay there before the start is not missed", "[devices]") {
  Bench bench;
  bench.device->tap("04A23B7C");
  bench.start();
  bench.run(500ms);
  CHECK(bench.uids() == Texts{"04A23B7C"});
}

TEST_CASE("a reader without interrupt endpoint is polled and sees a card within 0.5 s", "[devices]") {
  sim::SimReaderSettings polled;
  polled.interrupt = false;
  Bench bench(polled);
  bench.start();
  bench.device->tap("04A23B7C112233");
  bench.run(500ms);
  CHECK(bench.uids() == Texts{"04A23B7C112233"});
}

TEST_CASE("the same card within 1.5 s is one presentation", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  bench.device->remove();
  bench.run(500ms);
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
  CHECK(bench.take<devices::CardRemoved>().size() == 1);
  bench.device->remove();
  bench.run(3s);
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("a late removal does not block the next card", "[devices]") {
  sim::SimReaderSettings slow;
  slow.removal_delay = 1'600ms;
  Bench bench(slow);
  bench.start();
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  bench.device->remove();
  bench.run(200ms);
  bench.device->tap("11223344");
  bench.run(500ms);
  CHECK(bench.uids() == Texts{"04A23B7C", "11223344"});
  CHECK(bench.take<devices::CardRemoved>().size() == 1);
}

TEST_CASE("a random UID (08 and three bytes) is refused with its own message", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("08A1B2C3");
  bench.run(5s);
  CHECK(bench.uids().empty());
  CHECK(bench.problems() == Problems{devices::CardProblem::random_uid});
}

TEST_CASE("a type B card is refused unless the station allows it", "[devices]") {
  const bool allowed = GENERATE(false, true);
  CardReaderSettings settings;
  settings.allow_type_b = allowed;
  Bench bench({}, settings);
  bench.start();
  bench.device->tap("11223344", "3B8C8001501122334400000000718171AA");
  bench.run(1s);
  CHECK(bench.uids().size() == (allowed ? 1 : 0));
  CHECK(bench.problems() == (allowed ? Problems{} : Problems{devices::CardProblem::not_allowed}));
}

TEST_CASE("two cards that answer in turn are told to come one at a time", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap_two("04A23B7C", "11223344");
  bench.run(2s);
  CHECK(bench.uids().empty());
  CHECK(bench.problems() == Problems{devices::CardProblem::two_cards});
}

TEST_CASE("a card that never answers is told once as unreadable", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap_mute();
  bench.run(10s);
  CHECK(bench.problems() == Problems{devices::CardProblem::unreadable});
  bench.device->remove();
  bench.run(1s);
  bench.device->tap("04A23B7C");
  bench.run(1s);
  CHECK(bench.uids() == Texts{"04A23B7C"});
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("whatever goes wrong once with an answer, the card is read and nothing false is told", "[devices]") {
  const auto fault =
      GENERATE(ReaderFault::silent, ReaderFault::stall_in, ReaderFault::stall_out, ReaderFault::babble,
               ReaderFault::wrong_sequence, ReaderFault::wrong_slot, ReaderFault::short_frame, ReaderFault::wrong_length,
               ReaderFault::zero_length, ReaderFault::time_extension, ReaderFault::failed_with_data);
  const int which = GENERATE(0, 1, 2, 3, 4);  // slot status, ATR, number, ATR, number
  CAPTURE(static_cast<int>(fault), which);
  Bench bench;
  bench.start();
  bench.device->tap("04A23B7C");
  const auto before = bench.device->heard().size();
  // Let `which` commands pass, then spoil the answer to the next one.
  for (int i = 0; i < 400 && bench.device->heard().size() < before + static_cast<std::size_t>(which); ++i) bench.run(1ms);
  bench.device->spoil(fault);
  bench.run(20s);
  CHECK(bench.uids() == Texts{"04A23B7C"});
  CHECK(bench.problems().empty());
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a time extension lengthens the wait and never the deadline", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("04A23B7C");
  bench.device->spoil(ReaderFault::time_extension);  // the answer comes after 2.5 s, later than one read may take
  bench.run(2s);
  CHECK(bench.uids().empty());
  bench.run(2s);
  CHECK(bench.uids().size() == 1);
  CHECK(bench.driver->health()[0].timeouts == 0);
}

TEST_CASE("an answer with another bSeq or slot is dropped", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->spoil(ReaderFault::wrong_sequence);
  bench.device->spoil(ReaderFault::wrong_slot);
  bench.device->tap("04A23B7C");
  bench.run(10s);
  CHECK(bench.driver->health()[0].foreign == 2);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("frames left over from an earlier session are drained at opening", "[devices]") {
  Bench bench;
  bench.plugged = false;
  bench.bus.plug("1-2", bench.device);
  bench.device->leave_old_frames(4);
  bench.start();
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
  CHECK(bench.driver->health()[0].foreign == 0);
}

TEST_CASE("a stalled endpoint is cleared once and the read repeated", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->spoil(ReaderFault::stall_in);
  bench.device->tap("04A23B7C");
  bench.run(1s);
  CHECK(bench.uids().size() == 1);
  CHECK(bench.count_log("clear halt in") == 1);
  CHECK(bench.count_log("reset") == 0);
}

TEST_CASE("a time-out is never followed by a second card command with effect", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("04A23B7C");
  bench.device->spoil(ReaderFault::silent);
  bench.run(200ms);
  const auto before = bench.device->heard();
  bench.run(2s);
  const auto after = bench.device->heard();
  REQUIRE(after.size() > before.size());
  CHECK(after[before.size()].substr(0, 2) == "65");  // GetSlotStatus
}

TEST_CASE("a slot status that takes a whole second is no fault", "[devices]") {
  sim::SimReaderSettings slow;
  slow.status_delay = 1'000ms;
  Bench bench(slow);
  bench.start();
  bench.run(20s);
  CHECK(bench.queue.faults().empty());
  CHECK(bench.driver->health()[0].timeouts == 0);
}

TEST_CASE("opening sends no SET_INTERFACE and no reset", "[devices]") {
  Bench bench;
  bench.start();
  CHECK(bench.bus.log() == Texts{"open 1-2 interface 0"});
  CHECK(bench.device->resets() == 0);
}

TEST_CASE("a reader that times out from boot climbs the ladder and ends as a fault with back-off", "[devices]") {
  CardReaderSettings settings;
  settings.power_port = link::HubPort{"1-1", 3};
  Bench bench({}, settings);
  bench.device->freeze_for_good();
  bench.start();
  bench.run(120s);
  const int cycles = bench.power.count("off");
  CHECK(bench.power.count("on") == cycles);
  CHECK(bench.device->resets() >= 1);
  CHECK(bench.device->resets() <= 3);  // at most one a minute
  CHECK(cycles >= 1);
  CHECK(cycles <= 3);  // at most three an hour
  CHECK(bench.fault("reader.broken"));
  CHECK(bench.bus.open_pipes() <= 1);
  bench.device->revive();
  bench.run(60s);
  CHECK_FALSE(bench.fault("reader.broken"));
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("a reader power-cycled through its hub is found again at the same place", "[devices]") {
  CardReaderSettings settings;
  settings.power_port = link::HubPort{"1-1", 3};
  Bench bench({}, settings);
  bench.start();
  bench.device->freeze();  // only power helps
  bench.run(60s);
  CHECK(bench.device->pluggings() == 2);
  CHECK(bench.power.log == Texts{"off 1-1 3", "on 1-1 3"});
  CHECK(bench.queue.faults().empty());
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("a reader without a power port of its own has no port switched", "[devices]") {
  Bench bench;
  bench.device->freeze_for_good();
  bench.start();
  bench.run(120s);
  CHECK(bench.fault("reader.broken"));
  CHECK(bench.power.log.empty());
}

TEST_CASE("a reader's port that went off comes on again, also when the hub refuses at first, and when the program ends", "[devices]") {
  const bool ends = GENERATE(false, true);
  CardReaderSettings settings;
  settings.power_port = link::HubPort{"1-1", 3};
  Bench bench({}, settings);
  bench.start();
  bench.device->freeze();
  for (int i = 0; i < 600 && bench.power.log.empty(); ++i) bench.run(100ms);
  REQUIRE(bench.power.log.size() == 1);
  if (ends) {
    bench.driver.reset();
    CHECK(bench.power.log.back() == "on 1-1 3");
    return;
  }
  bench.power.refusals = 3;
  bench.run(30s);
  CHECK(bench.bus.plugged("1-2"));
  CHECK(bench.power.count("on") == 4);
  CHECK(bench.queue.faults().empty());
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("the contactless interface is chosen among several, the SAM never", "[devices]") {
  link::UsbDevice device = sim::SimReader({}, base::SystemClock()).description();
  const link::UsbInterface plain = device.interfaces[0];
  const auto named = [&](int number, const char* name) {
    link::UsbInterface i = plain;
    i.number = number;
    i.name = name;
    return i;
  };
  const auto chosen = [&](std::vector<link::UsbInterface> all, int wanted = -1) {
    device.interfaces = std::move(all);
    const link::UsbInterface* i = contactless_interface(device, wanted);
    return i ? i->number : -1;
  };
  CHECK(chosen({named(0, "ACR1252 Dual Reader SAM"), named(1, "ACR1252 Dual Reader PICC")}) == 1);
  CHECK(chosen({named(0, "Contact"), named(1, "Contactless")}) == 1);
  CHECK(chosen({named(0, "SAM"), named(1, "")}) == 1);
  CHECK(chosen({named(0, "SAM")}) == -1);
  CHECK(chosen({named(0, ""), named(1, "CL Reader")}, 0) == 0);
  CHECK(chosen({named(0, "")}, 3) == -1);
}

TEST_CASE("a reader that speaks ICCD or an unknown maker's class is refused by name", "[devices]") {
  sim::SimReaderSettings foreign;
  foreign.class_code = static_cast<std::uint8_t>(GENERATE(0x0B, 0xFF));
  foreign.protocol = static_cast<std::uint8_t>(foreign.class_code == 0x0B ? 1 : 0);
  foreign.vendor = 0x1234;
  Bench bench(foreign);
  bench.start();
  CHECK(bench.fault_detail("reader.refused").starts_with("reader 1234:2200 "));
  CHECK(bench.bus.log().empty());
}

TEST_CASE("a known model with a class of its maker is used", "[devices]") {
  sim::SimReaderSettings own_class;
  own_class.class_code = 0xFF;
  Bench bench(own_class);
  bench.start();
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("a reader whose lights are switched off in the configuration shows nothing", "[devices]") {
  CardReaderSettings settings;
  settings.lights = ReaderLights::none;
  Bench bench({}, settings);
  bench.start();
  bench.driver->handle(devices::ReaderFeedback{"entry", true});
  bench.run(1s);
  CHECK(bench.device->lights_and_sounds().empty());
}

TEST_CASE("a damaged card that is activated but has no number is told once as unreadable", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("00000000");  // not a number that a card may have
  bench.run(10s);
  CHECK(bench.uids().empty());
  CHECK(bench.problems() == Problems{devices::CardProblem::unreadable});
}

TEST_CASE("a reader's port that is never to go off, or charges phones, is refused in the configuration", "[devices]") {
  PowerHubSettings hub;
  hub.name = "shelf";
  hub.place = "1-4";
  hub.ports = {{"P1", 1, 0}};
  hub.never_off = {4};
  CardReaderSettings reader;
  reader.name = "entry";
  reader.place = "1-4.4";
  CHECK(complaint_about(reader, {hub}).empty());
  reader.power_port = link::HubPort{"1-4", 4};
  CHECK(complaint_about(reader, {hub}) == "reader entry: port 4 of hub shelf is in never_off");
  reader.power_port = link::HubPort{"1-4", 1};
  CHECK(complaint_about(reader, {hub}) == "reader entry: port 1 of hub shelf charges phones");
  reader.power_port = link::HubPort{"1-4", 3};
  CHECK(complaint_about(reader, {hub}).empty());
}

TEST_CASE("after a reset the interface is claimed again", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->spoil(ReaderFault::silent, 5);
  bench.device->tap("04A23B7C");
  bench.run(30s);
  const auto log = bench.bus.log();
  const auto reset = std::find(log.begin(), log.end(), "reset 1-2");
  REQUIRE(reset != log.end());
  CHECK(std::find(reset, log.end(), "open 1-2 interface 0") != log.end());
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("a reader that left is missed after ten seconds and found within one when it comes back", "[devices]") {
  Bench bench;
  bench.start();
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  bench.bus.unplug("1-2");
  bench.run(9s);
  CHECK(bench.take<devices::CardRemoved>().size() == 1);
  CHECK_FALSE(bench.fault("reader.missing"));
  CHECK(bench.bus.open_pipes() == 0);
  bench.run(2s);
  CHECK(bench.fault("reader.missing"));
  bench.device->remove();
  bench.run(1s);
  bench.bus.plug("1-2", bench.device);
  bench.run(1s);
  CHECK_FALSE(bench.fault("reader.missing"));
  bench.device->tap("11223344");
  bench.run(500ms);
  CHECK(bench.uids() == Texts{"04A23B7C", "11223344"});
}

TEST_CASE("a re-used device address is not taken for the old device", "[devices]") {
  Bench bench;
  bench.start();
  bench.bus.unplug("1-2");
  bench.bus.plug("1-2", bench.device);  // so quickly that no step saw the gap
  bench.run(1s);
  CHECK(bench.bus.log() == Texts{"open 1-2 interface 0", "close 1-2", "open 1-2 interface 0"});
}

TEST_CASE("opening right after arrival is retried while permissions settle", "[devices]") {
  Bench bench;
  bench.plugged = false;
  bench.bus.plug("1-2", bench.device);
  bench.bus.refuse_access("1-2", 5);
  bench.start();
  bench.run(1s);
  CHECK(bench.driver->health()[0].online);
  CHECK_FALSE(bench.fault("reader.busy"));
}

TEST_CASE("a reader claimed by a program is named", "[devices]") {
  Bench bench;
  bench.plugged = false;
  bench.bus.plug("1-2", bench.device);
  bench.bus.set_busy("1-2", true);
  bench.start();
  CHECK(bench.fault_detail("reader.busy") == "reader 1-2 is used by another program (pcscd?)");
  bench.bus.set_busy("1-2", false);
  bench.run(3s);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a reader that fails to open twenty times neither leaks nor aborts", "[devices]") {
  Bench bench;
  bench.plugged = false;
  bench.bus.plug("1-2", bench.device);
  bench.bus.refuse_access("1-2", 20);
  bench.start();
  bench.run(30s);
  CHECK(bench.driver->health()[0].online);
  CHECK(bench.bus.open_pipes() == 1);
  bench.driver.reset();
  CHECK(bench.bus.open_pipes() == 0);
}

TEST_CASE("a TPDU reader is refused by name unless allowed", "[devices]") {
  const bool allowed = GENERATE(false, true);
  sim::SimReaderSettings tpdu;
  tpdu.features = 0x00010030;
  CardReaderSettings settings;
  settings.allow_tpdu = allowed;
  Bench bench(tpdu, settings);
  bench.start();
  CHECK(bench.fault("reader.refused") == !allowed);
  if (!allowed) CHECK(bench.fault_detail("reader.refused") == "reader 072f:2200 works at TPDU level");
  bench.device->tap("04A23B7C");
  bench.run(1s);
  CHECK(bench.uids().size() == (allowed ? 1 : 0));
}

TEST_CASE("another serial number at a known place is reported and used", "[devices]") {
  CardReaderSettings settings;
  settings.serial = "R-0001";
  sim::SimReaderSettings other;
  other.serial = "R-0002";
  Bench bench(other, settings);
  bench.start();
  CHECK(bench.fault("reader.replaced"));
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  CHECK(bench.uids().size() == 1);
}

TEST_CASE("a known serial number at another place is not used, and the place is named", "[devices]") {
  CardReaderSettings settings;
  settings.serial = "R-0001";
  sim::SimReaderSettings same;
  same.serial = "R-0001";
  Bench bench(same, settings);
  bench.plugged = false;
  bench.bus.plug("1-4", bench.device);
  bench.start();
  CHECK(bench.fault_detail("reader.missing") == "it moved from 1-2 to 1-4");
  CHECK(bench.bus.log().empty());
}

TEST_CASE("feedback shows green or red, with a card and without, and a LED answer 90 02 is success", "[devices]") {
  Bench bench;
  bench.start();
  bench.driver->handle(devices::ReaderFeedback{"entry", false});
  bench.run(200ms);
  bench.device->tap("04A23B7C");
  bench.run(500ms);
  bench.driver->handle(devices::ReaderFeedback{"entry", true});
  bench.run(200ms);
  CHECK(bench.device->lights_and_sounds() == Texts{"red, 2 beeps", "green, 1 beep"});
  CHECK(bench.driver->health()[0].retries == 0);
  CHECK(bench.driver->health()[0].note.find("ACR122U201") != std::string::npos);
}

TEST_CASE("two identical readers keep their roles when replugged in the other order", "[devices]") {
  Bench bench;
  auto exit_device = std::make_shared<sim::SimReader>(sim::SimReaderSettings{}, bench.clock);
  bench.bus.plug("1-3", exit_device);
  CardReaderSettings exit_settings;
  exit_settings.name = "exit";
  exit_settings.place = "1-3";
  bench.start();
  CardReader exit_driver(exit_settings, bench.bus, nullptr, bench.clock, bench.queue.sink());
  const auto run_both = [&](base::Milliseconds time) {
    for (base::Milliseconds t{0}; t < time; t += 5ms) {
      exit_driver.step(bench.clock.mono());
      bench.run(5ms);
    }
  };
  bench.bus.unplug("1-2");
  bench.bus.unplug("1-3");
  run_both(200ms);
  bench.bus.plug("1-3", exit_device);
  bench.bus.plug("1-2", bench.device);
  run_both(500ms);
  bench.device->tap("04A23B7C");
  exit_device->tap("11223344");
  run_both(500ms);
  const auto cards = bench.take<devices::CardPresented>();
  REQUIRE(cards.size() == 2);
  for (const auto& card : cards) CHECK(card.uid == (card.reader == "entry" ? "04A23B7C" : "11223344"));
}
