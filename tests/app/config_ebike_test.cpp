#include <catch2/catch.hpp>

#include "kiosk/app/config.h"
#include "sync/base/file.h"
#include "tests/app/temp_dir.h"

namespace station::test {

using Catch::Matchers::Contains;

namespace {

const char* kYard = R"(data = "d"
[ebike]
listen = "192.168.7.1:7054"
power_w = 1500
[[charging_post]]
name = "yard"
id = "04AB373B"
zone = "outdoor"
power_w = 1000
[[charging_post.outlet]]
name = "E1"
port = 1
power_w = 400
[[charging_post.outlet]]
name = "E2"
port = 2
[[port_boards]]
name = "port boards"
device = "/dev/ttyPORTS"
[[port_boards.board]]
name = "shed"
slave = 3
zone = "indoor"
power_w = 800
[[port_boards.board.outlet]]
name = "E3"
port = 4
[[fire_approval]]
outlets = "E3"
authority = "fire department"
document = "F-17"
issued = "2026-11-01"
expires = "2027-10-31"
scan_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
entered_by = "17"
confirmed_by = "23"
)";

base::Result<app::KioskConfig> load_yard(const std::string& from = {}, const std::string& to = {}) {
  const TempDir dir;
  std::string text = kYard;
  if (!from.empty()) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  }
  const auto file = dir.path() / "station.toml";
  REQUIRE(base::write_file(file, text));
  return app::load_config(file);
}

}  // namespace

TEST_CASE("posts, port boards and fire approvals are read from the station's file", "[app]") {
  const auto config = load_yard();
  INFO((config ? "" : config.error().message));
  REQUIRE(config);
  const app::EbikeConfig& e = config->ebike;
  CHECK(e.outlets_w == 1500);
  CHECK(e.longest_s == 28'800);
  REQUIRE(e.posts.posts.size() == 1);
  CHECK(e.posts.posts[0].device == 0x04AB373B);
  CHECK_FALSE(e.posts.posts[0].indoor);
  REQUIRE(e.outlets.size() == 3);
  CHECK(e.outlets[0].most_w == 400);
  CHECK(e.outlets[1].most_w == 500);
  CHECK(e.outlets[2].name == "E3");
  CHECK(e.outlets[2].indoor);
  REQUIRE(e.port_boards.size() == 1);
  CHECK(e.port_boards[0].boards[0].watchdog_s == 10);
  REQUIRE(e.approvals.size() == 1);
  CHECK(e.approvals[0].outlets == std::vector<std::string>{"E3"});
}

TEST_CASE("what would make e-bike charging unsafe or impossible is refused with file and line", "[app]") {
  struct Row {
    const char* from;
    const char* to;
    const char* says;
  };
  const Row rows[] = {
      {"id = \"04AB373B\"", "id = \"11220795x\"", "eight hex digits"},
      {"id = \"04AB373B\"", "id = \"09000001\"", "not the physical ID of a charging device"},
      {"id = \"04AB373B\"", "id = \"0498C179\"", "fall back to"},
      {"zone = \"outdoor\"", "zone = \"under a roof\"", "\"indoor\" or \"outdoor\""},
      {"power_w = 1500\n", "", "how many watts"},
      {"listen = \"192.168.7.1:7054\"\n", "", "an address to listen on"},
      {"port = 2", "port = 1", "used twice"},
      {"name = \"E2\"", "name = \"E1\"", "used twice"},
      {"name = \"E3\"", "name = \"E1\"", "occurs once"},
      {"confirmed_by = \"23\"", "confirmed_by = \"17\"", "a second person"},
      {"expires = \"2027-10-31\"", "expires = \"2026-10-31\"", "not before the one of issue"},
      {"issued = \"2026-11-01\"", "issued = \"1.11.2026\"", "a day"},
      {"outlets = \"E3\"", "outlets = \"E9\"", "names of outlets"},
      {"document = \"F-17\"", "document = \"\"", "number of the document"},
      {"slave = 3", "slave = 247", "slave"},
      {"[ebike]\n", "[ebike]\nwatchdog_s = 0\n", "watchdog_s"},
      {"zone = \"indoor\"", "zone = \"indoor\"\nwatchdog_s = 0", "watchdog_s"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from, row.to);
    const auto config = load_yard(row.from, row.to);
    REQUIRE_FALSE(config);
    CHECK_THAT(config.error().message, Contains(row.says));
    CHECK_THAT(config.error().message, Contains("station.toml"));
  }
}

}  // namespace station::test
