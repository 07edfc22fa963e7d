#include "devices/drivers/code_scanner.h"

#include <catch2/catch.hpp>

#include "devices/drivers/assembly.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/typed_codes.h"
#include "devices/sim/station.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;

namespace {

using Kind = sim::StationPlan::ScannerKind;
using Texts = std::vector<std::string>;

constexpr const char* kSerial = "/dev/serial/by-path/door";
constexpr const char* kWedge = "/dev/input/by-path/door-event-kbd";

std::string place_of(ScannerKind kind) {
  return kind == ScannerKind::hid_pos ? "1-5" : kind == ScannerKind::serial ? kSerial : kWedge;
}

Kind sim_kind(ScannerKind kind) {
  return kind == ScannerKind::hid_pos ? Kind::hid_pos : kind == ScannerKind::serial ? Kind::serial : Kind::wedge;
}

struct Bench {
  explicit Bench(ScannerKind kind, CodeScannerSettings s = {}) : settings(std::move(s)) {
    settings.name = "door";
    settings.kind = kind;
    settings.place = place_of(kind);
    sim::StationPlan plan;
    plan.scanners.push_back({"door", sim_kind(kind), settings.place});
    station = std::make_unique<sim::Station>(plan, clock, sim::Pace::stepped);
    auto made = CodeScanner::make(settings, *station, clock, queue.sink());
    REQUIRE(made);
    driver = std::move(*made);
    run(300ms);
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
      if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
      return std::holds_alternative<T>(event);
    });
    return found;
  }
  Texts codes() {
    Texts all;
    for (const auto& code : take<devices::CodeScanned>()) all.push_back(code.text);
    return all;
  }
  std::size_t refusals() { return take<devices::CodeRefused>().size(); }
  bool fault(const std::string& code) const {
    for (const auto& f : queue.faults())
      if (f.code == code) return true;
    return false;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  EventQueue queue;
  CodeScannerSettings settings;
  std::unique_ptr<sim::Station> station;
  std::unique_ptr<CodeScanner> driver;
  std::vector<devices::Event> events;
};

}  // namespace

TEST_CASE("every kind of scanner delivers a code whole and once, however long it is held before it", "[devices]") {
  const auto kind = GENERATE(ScannerKind::hid_pos, ScannerKind::serial, ScannerKind::wedge);
  Bench bench(kind);
  CHECK(bench.driver->health()[0].online);
  const std::string code = kind == ScannerKind::wedge ? "eyJhbGciOiJFZERTQSJ9.c2ln" : "RC1|" + std::string(180, 'a') + "|sig";
  for (int i = 0; i < 4; ++i) {
    bench.station->scan("door", code);
    bench.run(800ms);  // a scanner in presentation mode reads again and again
  }
  CHECK(bench.codes() == Texts{code});
  bench.run(2s);
  bench.station->scan("door", code);
  bench.run(1s);
  CHECK(bench.codes() == Texts{code});
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("what is no code of ours is refused and never passed on", "[devices]") {
  const auto kind = GENERATE(ScannerKind::hid_pos, ScannerKind::serial, ScannerKind::wedge);
  Bench bench(kind);
  for (const char* foreign : {"https://example.org/pay", "123456789012", "hello world", "RC1|ab"}) {
    bench.station->scan("door", foreign);
    bench.run(1s);
  }
  CHECK(bench.codes().empty());
  CHECK(bench.refusals() == 4);
}

TEST_CASE("a scanner that is unplugged is a fault after ten seconds, and reads again once it is back", "[devices]") {
  const auto kind = GENERATE(ScannerKind::hid_pos, ScannerKind::serial, ScannerKind::wedge);
  Bench bench(kind);
  bench.station->plug_scanner("door", false);
  bench.run(9s);
  CHECK_FALSE(bench.driver->health()[0].online);
  CHECK_FALSE(bench.fault("scanner.missing"));
  bench.run(3s);
  CHECK(bench.fault("scanner.missing"));
  bench.station->plug_scanner("door", true);
  bench.run(3s);
  CHECK(bench.queue.faults().empty());
  bench.station->scan("door", "12345678");
  bench.run(1s);
  CHECK(bench.codes() == Texts{"12345678"});
}

TEST_CASE("keys of a wedge never reach the screen while it is open", "[devices]") {
  Bench bench(ScannerKind::wedge);
  bench.station->scan("door", "12345678");
  bench.run(1s);
  CHECK(bench.station->wedge("door").leaked().empty());
  CHECK(bench.codes() == Texts{"12345678"});
  // Alt+F4, Escape, Ctrl+Alt+Delete: taken, and nothing comes of them.
  std::vector<link::KeyEvent> keys;
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{56, 62, 1, 29, 111}) keys.push_back({1, code, 1});
  bench.station->wedge("door").press(keys);
  bench.run(1s);
  CHECK(bench.station->wedge("door").leaked().empty());
  CHECK(bench.codes().empty());
}

TEST_CASE("a wedge that another program holds is a fault at once", "[devices]") {
  Bench bench(ScannerKind::wedge);
  bench.station->wedge("door").set_held(true);
  bench.station->plug_scanner("door", false);
  bench.station->plug_scanner("door", true);
  bench.run(1s);
  CHECK(bench.fault("scanner.busy"));
  bench.station->wedge("door").set_held(false);
  bench.run(3s);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a wedge that reads cards names the card in its own format and refuses what cannot be a key", "[devices]") {
  CodeScannerSettings settings;
  settings.cards = codec::wedge::CardFormat::dec10;
  Bench bench(ScannerKind::wedge, settings);
  bench.station->scan("door", "0077740924");
  bench.run(1s);
  const auto cards = bench.take<devices::CardPresented>();
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].uid == "04A23B7C");
  CHECK(bench.take<devices::CardRemoved>().size() == 1);
  bench.station->scan("door", "0145793731");  // 08B0A2C3: a phone, a new number each time
  bench.run(1s);
  const auto refused = bench.take<devices::CardRefused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].problem == devices::CardProblem::random_uid);
  bench.station->scan("door", "12345");
  bench.run(1s);
  CHECK(bench.take<devices::CardRefused>().size() == 1);
  CHECK(bench.take<devices::CardPresented>().empty());
}

TEST_CASE("a scanner that delivers broken codes is noisy, and whole codes still count", "[devices]") {
  Bench bench(ScannerKind::serial);
  for (int i = 0; i < 5; ++i) {
    bench.station->serial_scanner("door").send({'1', '2', 0x07, '3', '4', '\r'});
    bench.run(500ms);
  }
  CHECK(bench.refusals() == 5);
  CHECK(bench.fault("scanner.noise"));
  bench.station->scan("door", "12345678");
  bench.run(500ms);
  CHECK(bench.codes() == Texts{"12345678"});
  bench.run(6min);
  CHECK(bench.queue.faults().empty());
}

TEST_CASE("a HID scanner that is still set up as a keyboard, or describes nothing, is refused by name", "[devices]") {
  sim::SimHidScannerSettings scanner;
  scanner.keyboard = GENERATE(false, true);
  scanner.describes_itself = false;
  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::Station station({}, clock, sim::Pace::stepped);
  station.bus().plug("1-5", std::make_shared<sim::SimHidScanner>(scanner, clock));
  EventQueue queue;
  CodeScannerSettings settings;
  settings.name = "door";
  settings.place = "1-5";
  auto driver = CodeScanner::make(settings, station, clock, queue.sink());
  REQUIRE(driver);
  (*driver)->step(clock.mono());
  REQUIRE(queue.faults().size() == 1);
  CHECK(queue.faults()[0].code == "scanner.refused");
  CHECK(queue.faults()[0].detail.starts_with("scanner 0db5:013a "));
}

TEST_CASE("Newland's scanner is read by its known layout when its descriptor cannot be had", "[devices]") {
  sim::SimHidScannerSettings scanner;
  scanner.vendor = 0x1EAB;
  scanner.product = 0x0210;
  scanner.describes_itself = false;
  scanner.layout = codec::hid_pos::newland_layout();
  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::Station station({}, clock, sim::Pace::stepped);
  const auto device = std::make_shared<sim::SimHidScanner>(scanner, clock);
  station.bus().plug("1-5", device);
  EventQueue queue;
  CodeScannerSettings settings;
  settings.name = "door";
  settings.place = "1-5";
  auto driver = CodeScanner::make(settings, station, clock, queue.sink());
  REQUIRE(driver);
  (*driver)->step(clock.mono());
  device->scan("12345678");
  clock.advance(50ms);
  (*driver)->step(clock.mono());
  const auto event = queue.try_take();
  REQUIRE(event);
  CHECK(std::get<devices::CodeScanned>(*event).text == "12345678");
}

TEST_CASE("settings that cannot work are refused with a sentence", "[devices]") {
  CodeScannerSettings settings;
  CHECK(complaint_about(settings) == "a code scanner needs a name and a place");
  settings.name = "door";
  settings.place = "1-5";
  CHECK(complaint_about(settings).empty());
  settings.typed_fallback = true;
  CHECK(complaint_about(settings) == "scanner door: only a keyboard wedge types cards or has a fallback");
  settings.kind = ScannerKind::wedge;
  CHECK(complaint_about(settings).starts_with("scanner door: place must be the path of its node"));
  settings.place = kWedge;
  CHECK(complaint_about(settings).empty());
  settings.cards = codec::wedge::CardFormat::wg26;
  CHECK(complaint_about(settings).find("24 bits") != std::string::npos);
}

TEST_CASE("typed at a scanner's speed it is a code, at a person's it is forgotten", "[devices]") {
  const auto type = [](TypedCodes& typed, const std::string& text, base::Milliseconds gap, base::BootTime& now) {
    std::optional<std::string> code;
    for (const char c : text) {
      if (auto one = typed.press(c, now)) code = one;
      now += gap;
    }
    if (auto one = typed.press('\n', now)) code = one;
    now += 1s;
    if (auto one = typed.next(now)) code = one;
    return code;
  };
  base::BootTime now{10s};
  TypedCodes typed;
  CHECK(type(typed, "12345678", 5ms, now) == "12345678");
  CHECK(type(typed, "12345678", 30ms, now) == "12345678");
  CHECK_FALSE(type(typed, "12345678", 40ms, now));
  CHECK_FALSE(type(typed, "12345", 5ms, now));
  CHECK_FALSE(type(typed, "1q", 180ms, now));
  CHECK_FALSE(type(typed, std::string(65, '1'), 1ms, now));
}
