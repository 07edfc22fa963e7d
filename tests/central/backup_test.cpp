#include <algorithm>
#include <fstream>
#include <future>

#include "sync/central/control.h"
#include "sync/central/service.h"
#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace {

base::Result<std::uint64_t> back_up(Service& service, const std::filesystem::path& file) {
  std::promise<base::Result<std::uint64_t>> promise;
  auto answer = promise.get_future();
  service.back_up(file, [&](base::Result<std::uint64_t> result) { promise.set_value(std::move(result)); });
  return answer.get();
}

HttpResponse ask(Service& service, const HttpRequest& request) {
  std::promise<HttpResponse> promise;
  auto answer = promise.get_future();
  service.submit(request, [&](HttpResponse response) { promise.set_value(std::move(response)); });
  return answer.get();
}

}  // namespace

TEST_CASE("a copy that is made while records come in opens as a whole city", "[central][sqlite]") {
  City city;
  auto log = city.enrol("440902-001");
  for (int i = 0; i < 6000; ++i)
    log.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":)" + std::to_string(i) + ",\"x\":\"" + std::string(300, 'x') + "\"}");
  const auto file = city.folder.path / "copy" / "centre.db";
  std::filesystem::create_directories(file.parent_path());
  std::uint64_t acknowledged = 0;
  {
    base::SystemClock clock;
    Service service(*city.centre, clock, {});
    for (std::uint64_t from = 0; from < 3200; from += 400) REQUIRE(ask(service, log.push(from, 400)).status == 200);
    std::promise<base::Result<std::uint64_t>> promise;
    auto copied = promise.get_future();
    service.back_up(file, [&](base::Result<std::uint64_t> result) { promise.set_value(std::move(result)); });
    for (std::uint64_t from = 3200; from < 6000; from += 400) {
      if (copied.wait_for(std::chrono::seconds(0)) != std::future_status::ready) acknowledged = from;
      REQUIRE(ask(service, log.push(from, 400)).status == 200);
    }
    const auto bytes = copied.get();
    REQUIRE(bytes);
    CHECK(*bytes == std::filesystem::file_size(file));
    CHECK_FALSE(std::filesystem::exists(file.string() + ".part"));
    const auto again = back_up(service, file);
    REQUIRE_FALSE(again);
    CHECK(again.error().message.find("is there already") != std::string::npos);
    CHECK_FALSE(back_up(service, city.folder.path / "no such folder" / "x.db"));
    CHECK(ask(service, log.push(5999, 1)).status == 200);  // a copy that fails harms nobody
  }
  CentreOptions options;
  options.data = file.parent_path();
  options.config = std::string(STATION_SOURCE_DIR) + "/config";
  std::filesystem::copy(city.folder.path / "keys", options.data / "keys", std::filesystem::copy_options::recursive);
  auto restored = Centre::open(options, city.clock, city.random);
  REQUIRE(restored);
  // It holds everything that was acknowledged before it was complete, and the station brings the rest.
  const std::string where = (*restored)->handle(log.push(5999, 1)).body;
  const std::uint64_t held = std::stoull(where.substr(where.rfind(':') + 1));
  CHECK(held >= acknowledged);
  CHECK(held >= 3200);
  for (std::uint64_t from = held; from < 6000; from += 400)
    CHECK((*restored)->handle(log.push(from, std::min<std::uint64_t>(400, 6000 - from))).status == 200);
  CHECK((*restored)->handle(log.push(5999, 1)).body == R"({"status":"ok","next":6000})");
}

TEST_CASE("stopping ends a copy that is under way, and one that waits", "[central]") {
  City city;
  base::SystemClock clock;
  Service service(*city.centre, clock, {});
  service.stop();
  const auto late = back_up(service, city.folder.path / "late.db");
  REQUIRE_FALSE(late);
  CHECK(late.error().code == base::Errc::unavailable);
}

TEST_CASE("a city on PostgreSQL is backed up by its own tools, and says so", "[.][postgres]") {
  City city;
  base::SystemClock clock;
  Service service(*city.centre, clock, {});
  const auto refused = back_up(service, city.folder.path / "copy.db");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("pg_dump") != std::string::npos);
}

TEST_CASE("orders from the same machine are answered one by one, and nobody listens afterwards", "[central]") {
  Folder folder;
  const auto socket = folder.path / "control.sock";
  {
    auto control = Control::open(socket, [](const std::string& line) { return "heard " + line; });
    REQUIRE(control);
    CHECK(order(socket, "one").value() == "heard one");
    CHECK(order(socket, "two words").value() == "heard two words");
    const auto mode = std::filesystem::status(socket).permissions();
    CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
  }
  const auto nobody = order(socket, "three");
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == base::Errc::unavailable);
  std::ofstream(socket) << "left behind";
  CHECK(Control::open(socket, [](const std::string&) { return std::string("x"); }));
  CHECK_FALSE(Control::open(folder.path / std::string(200, 'x'), [](const std::string&) { return std::string(); }));
}
