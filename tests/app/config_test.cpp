#include <catch2/catch.hpp>
#include <filesystem>

#include "kiosk/app/config.h"
#include "sync/base/file.h"
#include "tests/app/temp_dir.h"

namespace station::test {

using Catch::Matchers::Contains;

namespace {

std::string complaint_of(const std::string& text) {
  const TempDir dir;
  const auto file = dir.path() / "station.toml";
  REQUIRE(base::write_file(file, text));
  const auto config = app::load_config(file);
  REQUIRE_FALSE(config);
  return config.error().message;
}

const char* kGood = R"(data = "d"
[centre]
url = "https://centre.example:8443"
[[reader]]
name = "entry"
place = "1-2"
[[charging_hub]]
name = "shelf"
place = "1-4"
never_off = [4]
[[charging_hub.port]]
name = "P1"
hub_port = 1
[[locker]]
name = "locker"
device = "/dev/ttyLOCK"
[[locker.board]]
family = "8A"
address = 1
locks = 12
polarity = "closed_is_11"
[[locker.box]]
name = "A01"
size = "S"
board = 1
lock = 1
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the example configuration is good and complete", "[app]") {
  const auto config = app::load_config(std::string(STATION_SOURCE_DIR) + "/config/station.example.toml");
  REQUIRE(config);
  CHECK(config->hubs.at(0).ports.size() == 3);
  CHECK(config->lockers.at(0).boxes.size() == 4);
  CHECK(config->data == std::filesystem::path(STATION_SOURCE_DIR) / "config" / "data");
}

TEST_CASE("paths of a configuration are relative to its file", "[app]") {
  const TempDir dir;
  REQUIRE(base::write_file(dir.path() / "station.toml", kGood));
  const auto config = app::load_config(dir.path() / "station.toml");
  REQUIRE(config);
  CHECK(config->data == dir.path() / "d");
}

TEST_CASE("a wrong configuration names file, line and what was expected", "[app]") {
  CHECK_THAT(complaint_of(with("https://", "http://")), Contains("station.toml:3: centre.url: expected an address that begins with https://"));
  CHECK_THAT(complaint_of(with("polarity = \"closed_is_11\"", "polarity = \"up\"")), Contains("station.toml:21: locker.0.board.0.polarity"));
  CHECK_THAT(complaint_of(with("hub_port = 1", "hub_port = 4")), Contains("station.toml:13:") && Contains("never_off"));
  CHECK_THAT(complaint_of(with("size = \"S\"", "size = \"XL\"")), Contains("station.toml:24:") && Contains("\"S\", \"M\" or \"L\""));
  CHECK_THAT(complaint_of(with("name = \"P1\"", "nmae = \"P1\"")), Contains("station.toml:12:") && Contains("nmae"));
  CHECK_THAT(complaint_of(with("name = \"A01\"", "name = \"P1\"")), Contains("occurs once"));
  CHECK_THAT(complaint_of("data = \"unfinished"), Contains("station.toml:1"));
}

TEST_CASE("a file that is not there is named", "[app]") {
  const auto config = app::load_config("/nowhere/station.toml");
  REQUIRE_FALSE(config);
  CHECK_THAT(config.error().message, Contains("/nowhere/station.toml"));
}

TEST_CASE("a station that was not enrolled says so", "[app]") {
  const TempDir dir;
  const auto identity = app::load_identity(dir.path());
  REQUIRE_FALSE(identity);
  CHECK(identity.error().code == base::Errc::not_found);
}

}  // namespace station::test
