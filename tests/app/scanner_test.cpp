#include "kiosk/app/typed_fallback.h"
#include "sync/base/file.h"
#include "tests/app/station_rig.h"

namespace station::test {

using namespace std::chrono_literals;

namespace {

base::Result<app::KioskConfig> load(const std::string& text) {
  const TempDir dir;
  const auto file = dir.path() / "station.toml";
  REQUIRE(base::write_file(file, "data = \"d\"\n" + text));
  return app::load_config(file);
}

std::string complaint(const std::string& text) {
  const auto config = load(text);
  REQUIRE_FALSE(config);
  return config.error().message;
}

const std::string kWedge = "[[scanner]]\nname = \"door\"\nkind = \"wedge\"\nplace = \"/dev/input/by-path/door-event-kbd\"\n";

}  // namespace

TEST_CASE("a scanner's settings are read, and what cannot work is named with its line", "[app]") {
  const auto config = load(kWedge + "cards = \"dec10_reversed\"\ntyped_fallback = true\naccept = \"digits\"\nlongest = 64\n");
  REQUIRE(config);
  REQUIRE(config->scanners.size() == 1);
  const auto& s = config->scanners[0];
  CHECK(s.kind == drivers::ScannerKind::wedge);
  CHECK(s.cards == codec::wedge::CardFormat::dec10_reversed);
  CHECK(s.typed_fallback);
  CHECK(s.rule.forms == std::vector<codec::CodeForm>{codec::CodeForm::digits});
  CHECK(s.rule.longest == 64);

  CHECK_THAT(complaint("[[scanner]]\nname = \"door\"\nkind = \"laser\"\nplace = \"1-5\"\n"), Catch::Contains("station.toml:4") && Catch::Contains("wedge"));
  CHECK_THAT(complaint(kWedge + "cards = \"guess\"\n"), Catch::Contains("hex_reversed"));
  CHECK_THAT(complaint(kWedge + "cards = \"wg26\"\n"), Catch::Contains("24 bits"));
  CHECK_THAT(complaint(kWedge + "accept = \"digits anything\"\n"), Catch::Contains("signed, digits and token"));
}

TEST_CASE("a reader's power port needs both its hub and its number, and a USB 3 port its hub's other half", "[app]") {
  const std::string reader = "[[reader]]\nname = \"entry\"\nplace = \"1-3.2\"\n";
  const auto config = load(reader + "power_port = { hub = \"1-3\", port = 2 }\nallow_tpdu = true\nlights = \"acr122\"\n");
  REQUIRE(config);
  REQUIRE(config->readers[0].power_port);
  CHECK(config->readers[0].power_port->port == 2);
  CHECK(config->readers[0].allow_tpdu);
  CHECK(config->readers[0].lights == drivers::ReaderLights::acr122);
  CHECK_THAT(complaint(reader + "power_port = { hub = \"1-3\" }\n"), Catch::Contains("both hub and port"));
  CHECK_THAT(complaint(reader + "lights = \"disco\"\n"), Catch::Contains("acr122"));
  CHECK_THAT(complaint("[[charging_hub]]\nname = \"shelf\"\nplace = \"1-4\"\n[[charging_hub.port]]\nname = \"P1\"\nhub_port = 1\nusb3_port = 1\n"),
             Catch::Contains("usb3"));
}

TEST_CASE("a code before the scanner is answered on the screen, and what it says stands nowhere", "[app]") {
  StationRig rig;
  rig.play(R"(scan 20482048
expect screen refused
expect no-text 20482048
until screen attract within 1m
scan https://example.org/pay
expect screen refused)");
  CHECK(rig.stage().devices().hub().faults().empty());
}

TEST_CASE("keys count as a code only while the wedge cannot be opened, and only at a scanner's speed", "[app]") {
  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  drivers::EventQueue events;
  const drivers::DeviceHub hub(clock, events, {}, drivers::Running::stepped);
  drivers::CodeScannerSettings wedge;
  wedge.name = "door";
  wedge.kind = drivers::ScannerKind::wedge;
  wedge.typed_fallback = true;
  app::TypedFallback typed({wedge}, hub, events, clock);
  const auto type = [&](const std::string& text, base::Milliseconds gap) {
    for (const char c : text + "\n") {
      typed.press(c);
      clock.advance(gap);
    }
    clock.advance(1s);
    typed.step();
    std::vector<std::string> codes;
    while (auto event = events.try_take())
      if (const auto* code = std::get_if<devices::CodeScanned>(&*event)) {
        CHECK(code->typed);
        codes.push_back(code->text);
      }
    return codes;
  };
  CHECK(type("12345678", 5ms).empty());
  events.post(devices::FaultRaised{"scanner.missing", "door", "", clock.mono()});
  CHECK(type("12345678", 5ms) == std::vector<std::string>{"12345678"});
  CHECK(type("12345678", 150ms).empty());
  CHECK(typed.rest() == 1h);
  events.post(devices::FaultCleared{"scanner.missing", "door", clock.mono()});
  CHECK(type("87654321", 5ms).empty());
}

}  // namespace station::test
