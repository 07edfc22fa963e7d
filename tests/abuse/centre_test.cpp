#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "sync/base/file.h"
#include "sync/central/daemon.h"
#include "sync/client/curl_transport.h"
#include "sync/client/enrol.h"
#include "sync/client/tls_identity.h"
#include "tests/central/city.h"
#include "tests/support/figures.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;
using std::chrono::seconds;

namespace {

// The whole server on a free port, and clients that mean no good.
struct Program {
  Folder folder;
  base::SystemClock clock;
  base::SystemRandom random;
  std::unique_ptr<Daemon> daemon;

  Program() {
    std::signal(SIGPIPE, SIG_IGN);
    start();
  }
  void start() {
    daemon.reset();
    DaemonOptions options;
    options.centre.data = folder.path / "centre";
    options.centre.config = std::string(STATION_SOURCE_DIR) + "/config";
    options.centre.pin_cost = base::PinCost::test;
    std::filesystem::create_directories(options.centre.data);
    auto opened = Daemon::open(options, clock, random);
    if (!opened) FAIL(opened.error().message);
    daemon = std::move(*opened);
  }
  std::unique_ptr<client::CurlTransport> transport(const client::Identity* identity = nullptr) const {
    client::CurlOptions options;
    options.url = "https://127.0.0.1:" + std::to_string(daemon->port());
    options.ca = folder.path / "centre" / "authority" / "ca.crt";
    if (identity) {
      options.certificate = identity->tls_certificate;
      options.key = identity->tls_key;
    }
    auto made = client::CurlTransport::open(options);
    if (!made) FAIL(made.error().message);
    return std::move(*made);
  }
  std::string administrator() const {
    auto token = base::read_file(folder.path / "centre" / "administrator.token");
    REQUIRE(token);
    token->pop_back();
    return *token;
  }
  HttpResponse desk(const std::string& method, const std::string& target, const std::string& body = {}) const {
    const auto answer =
        transport()->send({method, target, {{"authorization", "Bearer " + administrator()}}, body, {}}, seconds(20));
    if (!answer) FAIL(answer.error().message);
    return *answer;
  }
  client::EnrolOrder order(const std::string& station) const {
    const auto answer = desk("POST", "/v1/enrol-tokens", Json{{"station", station}, {"name", "Station"}}.dump());
    REQUIRE(answer.status == 200);
    const Json json = Json::parse(answer.body);
    client::EnrolOrder order;
    order.url = "https://127.0.0.1:" + std::to_string(daemon->port());
    order.token = json["token"];
    order.ca_sha256 = json["ca_sha256"];
    order.station = station;
    order.name = "Station";
    return order;
  }
  client::Identity enrol(const std::string& station) {
    const auto identity = client::enrol_online(folder.path / station, order(station), random, client::Again::no);
    if (!identity) FAIL(identity.error().message);
    return *identity;
  }
  int try_token(const client::EnrolOrder& order) const {
    const auto tls = client::make_tls_request(order.station);
    const Json body{{"token", order.token},
                    {"station", order.station},
                    {"name", "Station"},
                    {"record_key", std::string(64, 'a')},
                    {"csr", tls->csr}};
    const auto answer = transport()->send({"POST", "/v1/enrol", {}, body.dump(), {}}, seconds(20));
    return answer ? answer->status : 0;
  }
};

const std::vector<std::string>& hostile() {
  static const std::vector<std::string> kAll{
      "",
      "'; DROP TABLE record; --",
      "1' OR '1'='1",
      "%27%20OR%201=1",
      "$1",
      std::string("a\0b", 3),
      "\x01\x02\x1b[31m\x7f",
      "\xff\xfe\xc3\x28",
      "\xe2\x80\xae"
      "evil",
      "../../etc/passwd",
      "..%2f..%2fetc%2fpasswd",
      "a\r\nset-cookie: x=1",
      std::string(9'000, 'A'),
      "99999999999999999999",
      "-1",
      "=cmd|' /C calc'!A0",
      "<script>alert(1)</script>",
      "{\"a\":{\"b\":[]}}",
  };
  return kAll;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02x", static_cast<unsigned char>(c));
    out += hex;
  }
  return out;
}

// The most memory that this process had at once since the peak was set back, KiB.
void set_back_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}
long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

}  // namespace

TEST_CASE("an enrolment token is good once, also after a restart and for as many as try at the same moment", "[abuse]") {
  Program program;
  const auto order = program.order("440902-007");
  std::array<int, 8> status{};
  {
    std::vector<std::thread> threads;
    for (int& s : status) threads.emplace_back([&] { s = program.try_token(order); });
    for (auto& thread : threads) thread.join();
  }
  CHECK(std::count(status.begin(), status.end(), 200) == 1);
  CHECK(std::count(status.begin(), status.end(), 403) == 7);
  program.start();
  CHECK(program.try_token(order) == 403);
  // A newer token ends the older one that was never used.
  const auto older = program.order("440902-008");
  const auto newer = program.order("440902-008");
  CHECK(program.try_token(older) == 403);
  CHECK(program.try_token(newer) == 200);
}

TEST_CASE("a batch that grows without end when it is unpacked costs no memory", "[abuse]") {
  Program program;
  const auto identity = program.enrol("440902-007");
  const auto station = program.transport(&identity);
  const std::string bomb = base::zstd_compress(std::string(std::size_t{200} << 20, 'a'));
  REQUIRE(bomb.size() < 100'000);
  set_back_peak();
  const long before = peak_kib();
  for (int i = 0; i < 3; ++i) {
    const auto answer = station->send({"POST", "/v1/log", {{"content-type", "application/x-station-batch"}}, bomb, {}}, seconds(20));
    REQUIRE(answer);
    CHECK(answer->status == 422);
    const auto pack = program.desk("POST", "/v1/packs", bomb);
    CHECK(pack.status == 422);
  }
  CHECK(peak_kib() - before < 150'000);
  // A body that says it is compressed is taken as it is, and as it is it is nothing.
  const auto answer = program.transport()->send(
      {"POST", "/v1/enrol", {{"content-encoding", "gzip"}}, "\x1f\x8b\x08\x00", {}}, seconds(20));
  REQUIRE(answer);
  CHECK(answer->status == 400);
}

TEST_CASE("a revoked station gets nothing any more, by no route, and its token of yesterday is no way back", "[abuse]") {
  Program program;
  const auto identity = program.enrol("440902-007");
  const auto spare = program.order("440902-007");
  REQUIRE(program.desk("POST", "/v1/stations/440902-007/revoke", R"({"reason":"stolen"})").status == 200);
  for (const bool restarted : {false, true}) {
    if (restarted) program.start();
    const auto station = program.transport(&identity);
    for (const HttpRequest& request :
         {HttpRequest{"GET", "/v1/feed?after=0", {}, {}, {}}, HttpRequest{"GET", "/v1/anchor?nonce=0011", {}, {}, {}},
          HttpRequest{"POST", "/v1/renew", {}, Json{{"csr", client::make_tls_request("440902-007")->csr}}.dump(), {}},
          HttpRequest{"GET", "/v1/records", {}, {}, {}}, HttpRequest{"POST", "/v1/log", {}, "x", {}}}) {
      const auto answer = station->send(request, seconds(20));
      INFO(request.target);
      REQUIRE(answer);
      CHECK((answer->status == 403 || answer->status == 401 || answer->status == 422));
      CHECK(answer->status != 200);
    }
    CHECK(program.try_token(spare) == 403);
  }
}

TEST_CASE("hostile text in every place of every request is answered and changes nothing that it should not", "[abuse]") {
  City city;
  auto log = city.enrol("440902-001");
  log.add("station.started", "", "{}");
  REQUIRE(city.send(log.push_all()).status == 200);
  const std::string token = city.token(Role::administrator), reviewer = city.token(Role::reviewer);
  const auto before = *city.centre->projection_dump();
  std::uint64_t sent = 0;
  std::map<int, int> answers;
  const auto try_it = [&](HttpRequest request, const std::string& bearer) {
    if (!bearer.empty()) request.headers.emplace_back("authorization", "Bearer " + bearer);
    const auto answer = city.send(request);
    ++sent;
    ++answers[answer.status];
    INFO(request.method << " " << request.target.substr(0, 200) << "\n" << request.body.substr(0, 200) << "\n" << answer.body.substr(0, 300));
    CHECK(answer.status < 500);
    for (const auto& [name, value] : answer.headers) CHECK(value.find_first_of("\r\n") == std::string::npos);
    REQUIRE_FALSE(city.centre->broken());
  };
  for (const std::string& s : hostile()) {
    const std::string e = escaped(s), json = Json(s).dump(-1, ' ', false, Json::error_handler_t::replace);
    for (const char* path : {"/v1/records?cursor=", "/v1/records?type=", "/v1/records?station=", "/v1/records?subject=",
                             "/v1/records?limit=", "/v1/records?format=", "/v1/heads?all=", "/v1/quarantine?after=",
                             "/v1/certificates?subject=", "/v1/usage?from=", "/v1/usage?to=", "/v1/courses?state=",
                             "/v1/courses?subject=", "/v1/audit?after=", "/v1/audit?limit=", "/v1/packs/", "/v1/"}) {
      try_it({"GET", path + e, {}, {}, {}}, token);
      if (s.find_first_of(std::string("\0\r\n", 3)) == std::string::npos) try_it({"GET", path + s, {}, {}, {}}, token);
    }
    for (const char* path : {"/v1/feed?after=", "/v1/feed?after=0&limit=", "/v1/feed?after=0&wait=", "/v1/anchor?nonce="})
      try_it({"GET", path + e, {}, {}, log.station}, "");
    for (const char* path :
         {"/v1/violations", "/v1/riders", "/v1/riders?dry_run=1", "/v1/riders/remove", "/v1/riders/subject",
          "/v1/riders/unlock", "/v1/packs", "/v1/enrol-tokens", "/v1/enrol", "/v1/tokens", "/v1/stations/adopt",
          "/v1/stations/x/revoke", "/v1/violations/x/withdraw", "/v1/log", "/v1/renew"}) {
      try_it({"POST", path, {}, s, {}}, token);
      for (const char* member : {"rider", "station", "name", "reason", "role", "token", "csr", "record_key", "decision", "valid_h"})
        try_it({"POST", path, {}, "{\"" + std::string(member) + "\":" + json + "}", {}}, token);
    }
    for (const char* path : {"/v1/stations/", "/v1/violations/", "/v1/courses/"})
      for (const char* act : {"/revoke", "/withdraw", "/review"})
        try_it({"POST", path + e + act, {}, R"({"reason":"r","decision":"throttle"})", {}}, act == std::string("/review") ? reviewer : token);
    try_it({"DELETE", "/v1/tokens/" + e, {}, {}, {}}, token);
    // In every column of the files that administrators send.
    std::string quoted = "\"";
    for (const char c : s) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    quoted += '"';
    try_it({"POST", "/v1/riders?dry_run=1", {},
            "rider,name,cards,login,pin,last4,role\n" + quoted + "," + quoted + ",04A1B2C3,,,,\nR1," + quoted + "," + quoted +
                "," + quoted + "," + quoted + "," + quoted + "," + quoted + "\n",
            {}},
           token);
    try_it({"POST", "/v1/violations", {},
            "id,rider,code,at,place\n" + quoted + "," + quoted + "," + quoted + "," + quoted + "," + quoted + "\n", {}},
           token);
    try_it({"GET", "/v1/stations", {{"authorization", s}}, {}, {}}, "");
    try_it({"GET", "/v1/stations", {{"authorization", "Bearer " + s}}, {}, {}}, "");
    try_it({"GET", "/v1/feed?after=0", {}, {}, s}, "");
  }
  CHECK(*city.centre->projection_dump() == before);
  CHECK(city.pull() == log.lines);
  city.restart();
  CHECK(city.pull() == log.lines);
  CHECK(sent > 3'500);
  station::test::figure("abuse.centre.requests", sent);
}

TEST_CASE("lines with anything in them are kept as they are and stop nothing", "[abuse]") {
  City city;
  auto log = city.enrol("440902-001");
  for (const std::string& s : hostile()) {
    const std::string text = Json(s.substr(0, 1'000)).dump(-1, ' ', true, Json::error_handler_t::replace);
    for (const char* type : {"points.earned", "visit.checked_in", "exam.closed", "certificate.issued", "complaint.filed",
                             "device.fault_raised", "attendance.tick", "course.identified", "lesson.completed"})
      log.add(type, "0123456789abcdef0123456789abcdef",
              "{\"course\":" + text + ",\"session\":" + text + ",\"transfer\":" + text + ",\"visit\":" + text +
                  ",\"number\":" + text + ",\"text\":" + text + ",\"code\":" + text + ",\"place\":" + text +
                  ",\"points\":5,\"reason\":" + text + ",\"ref\":" + text + "}");
    log.add_line("{\"x\":" + text + "}");
  }
  for (std::uint64_t from = 0; from < log.lines.size(); from += 40) {
    const auto answer = city.send(log.push(from, std::min<std::uint64_t>(40, log.lines.size() - from)));
    INFO(answer.body);
    REQUIRE(answer.status == 200);
  }
  CHECK(city.pull() == log.lines);
  const auto dump = *city.centre->projection_dump();
  CHECK(city.centre->rebuild());
  CHECK(*city.centre->projection_dump() == dump);
}
