#include "sync/client/renewer.h"

#include <nlohmann/json.hpp>

#include "sync/base/file.h"
#include "sync/client/tls_identity.h"
#include "tests/client/tls_server.h"
#include "tests/client/world.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;
using std::chrono::hours;

namespace {

namespace fs = std::filesystem;
constexpr auto kDay = hours(24);

// A station whose certificate ends a day after the machine's now; its clock stands as many days before that end as the
// test says.
struct Station {
  base::SystemRandom random;
  fs::path folder = fs::temp_directory_path() / ("station-renew-" + std::to_string(random.next()));
  Issued authority = make_authority("City authority");
  Issued own = issue(authority, "440902-007", "");
  base::UtcTime end = end_of_certificate(own.certificate).value();
  base::ManualClock clock;
  ScriptedTransport transport;
  Renewer renewer;

  explicit Station(int days_left)
      : clock(end - kDay * days_left),
        renewer("440902-007", {folder / "ca.crt", folder / "tls.crt", folder / "tls.key"}, transport, clock, random) {
    fs::create_directories(folder);
    REQUIRE(base::write_file(folder / "ca.crt", authority.certificate));
    REQUIRE(base::write_file(folder / "tls.crt", own.certificate));
    REQUIRE(base::write_file(folder / "tls.key", own.key));
  }
  ~Station() { fs::remove_all(folder); }

  // The centre signs what is asked, for so many days from the machine's now.
  Handler sign(const Issued& by, const std::string& name, int days) {
    return [=](const base::HttpRequest& request) -> Answer {
      CHECK(request.target == "/v1/renew");
      const std::string csr = nlohmann::json::parse(request.body).at("csr");
      return base::HttpResponse{200, {}, nlohmann::json{{"certificate", sign_request(by, csr, name, days)}}.dump()};
    };
  }
  std::string certificate() const { return *base::read_file(folder / "tls.crt"); }
};

}  // namespace

TEST_CASE("a certificate with more than thirty days left is left alone", "[client]") {
  Station station(31);
  const auto due = station.renewer.step();
  CHECK(station.transport.requests.empty());
  CHECK(due - station.clock.mono() == hours(6));
  CHECK(station.renewer.step() == due);
}

TEST_CASE("at thirty days a new certificate for the same key takes the old one's place", "[client]") {
  Station station(30);
  station.transport.script = {station.sign(station.authority, "440902-007", 90)};
  station.renewer.step();
  REQUIRE(station.transport.requests.size() == 1);
  CHECK(station.certificate() != station.own.certificate);
  CHECK(check_certificate(station.certificate(), station.own.key, "440902-007", station.authority.certificate));
  CHECK(*end_of_certificate(station.certificate()) - station.end == kDay * 89);
  CHECK(station.renewer.state().last_success);
  station.clock.advance(kDay);
  station.renewer.step();
  CHECK(station.transport.requests.size() == 1);
}

TEST_CASE("a renewal that fails is tried again and the old certificate stays", "[client]") {
  Station station(10);
  station.transport.script = {broken(base::Errc::unavailable), reply(503, "", {{"retry-after", "120"}}),
                              reply(200, "<html>log in</html>"), station.sign(station.authority, "440902-008", 90),
                              station.sign(make_authority("another"), "440902-007", 90),
                              station.sign(station.authority, "440902-007", 1)};
  const SyncTrouble expected[] = {SyncTrouble::network_down, SyncTrouble::busy,         SyncTrouble::centre_lying,
                                  SyncTrouble::centre_lying, SyncTrouble::centre_lying, SyncTrouble::centre_lying};
  for (const SyncTrouble trouble : expected) {
    const auto due = station.renewer.step();
    CHECK(station.renewer.state().trouble == trouble);
    CHECK(station.certificate() == station.own.certificate);
    CHECK(due - station.clock.mono() >= std::chrono::minutes(1));
    CHECK(due - station.clock.mono() <= hours(1) + std::chrono::minutes(5));
    station.clock.advance(due - station.clock.mono());
  }
  station.transport.script = {station.sign(station.authority, "440902-007", 90)};
  station.renewer.step();
  CHECK(station.renewer.state().trouble == SyncTrouble::none);
  CHECK(station.certificate() != station.own.certificate);
}

TEST_CASE("a damaged certificate on the station's disk is told and harms nothing", "[client]") {
  Station station(10);
  REQUIRE(base::write_file(station.folder / "tls.crt", "rubbish"));
  station.renewer.step();
  CHECK(station.renewer.state().trouble == SyncTrouble::disk);
  CHECK(station.transport.requests.empty());
}
