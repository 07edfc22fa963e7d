#include "sync/central/daemon.h"

#include <sys/stat.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "sync/base/file.h"
#include "sync/client/curl_transport.h"
#include "sync/client/enrol.h"
#include "sync/client/tls_identity.h"
#include "sync/record/feed.h"
#include "sync/record/types.h"
#include "tests/central/city.h"
#include "tests/central/tls_client.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;
using std::chrono::seconds;

namespace {

// The whole server on a free port of 127.0.0.1, and real clients.
struct Program {
  Folder folder;
  Database database;
  base::SystemClock clock;
  base::SystemRandom random;
  std::unique_ptr<Daemon> daemon;

  Program() {
    std::signal(SIGPIPE, SIG_IGN);
    start();
  }
  void start() {
    DaemonOptions options;
    options.centre.data = folder.path / "centre";
    options.centre.postgres = database.url();
    options.centre.config = std::string(STATION_SOURCE_DIR) + "/config";
    options.centre.pin_cost = base::PinCost::test;
    std::filesystem::create_directories(options.centre.data);
    auto opened = Daemon::open(options, clock, random);
    if (!opened) FAIL(opened.error().message);
    daemon = std::move(*opened);
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(daemon->port()); }
  std::filesystem::path ca() const { return folder.path / "centre" / "authority" / "ca.crt"; }
  std::string administrator() const {
    auto token = base::read_file(folder.path / "centre" / "administrator.token");
    REQUIRE(token);
    token->pop_back();
    return *token;
  }

  std::unique_ptr<client::CurlTransport> transport(const client::Identity* identity = nullptr) const {
    client::CurlOptions options;
    options.url = url();
    options.ca = ca();
    if (identity) {
      options.certificate = identity->tls_certificate;
      options.key = identity->tls_key;
    }
    auto made = client::CurlTransport::open(options);
    if (!made) FAIL(made.error().message);
    return std::move(*made);
  }
  HttpResponse desk(const std::string& method, const std::string& target, const std::string& body = {}) const {
    const auto answer =
        transport()->send({method, target, {{"authorization", "Bearer " + administrator()}}, body, {}}, seconds(20));
    if (!answer) FAIL(answer.error().message);
    return *answer;
  }

  client::EnrolOrder order(const std::string& station) const {
    const auto answer = desk("POST", "/v1/enrol-tokens", Json{{"station", station}, {"name", "Station"}}.dump());
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    const Json json = Json::parse(answer.body);
    client::EnrolOrder order;
    order.url = url();
    order.token = json["token"];
    order.ca_sha256 = json["ca_sha256"];
    order.station = station;
    order.name = "Station";
    return order;
  }
  client::Identity enrol(const std::string& station, client::Again again = client::Again::no) {
    const auto identity = client::enrol_online(folder.path / station, order(station), random, again);
    if (!identity) FAIL(identity.error().message);
    return *identity;
  }
};

StationLog log_of(const client::Identity& identity) {
  StationLog log(identity.station, 1);
  log.key = identity.record_key;
  log.inc = identity.inc;
  return log;
}

HttpResponse send(client::Transport& transport, HttpRequest request) {
  request.peer.clear();
  const auto answer = transport.send(request, seconds(30));
  if (!answer) FAIL(answer.error().message);
  return *answer;
}

}  // namespace

TEST_CASE("a station enrols, pushes and is fed; an administrator pulls; revoked, it gets nothing", "[central]") {
  Program program;
  const client::Identity identity = program.enrol("440902-007");
  CHECK(identity.inc == 1);
  CHECK(identity.city == "440902");
  const auto station = program.transport(&identity);

  StationLog log = log_of(identity);
  for (int i = 0; i < 3; ++i) log.add("station.started", "", R"({"version":"1"})", program.clock.utc());
  const auto pushed = send(*station, log.push_all());
  CHECK(pushed.body.find("\"next\":3") != std::string::npos);

  CHECK(program.desk("POST", "/v1/riders", "rider,name,cards\nR1,Wang,04A1B2C3\n").status == 200);
  const auto lines = lines_of(send(*station, {"GET", "/v1/feed?after=0&limit=100&wait=0", {}, {}, {}}).body);
  REQUIRE(lines.size() == 3);
  CHECK(record::open_feed_line(lines[0], identity.centre)->type == record::kFeedStationKey);
  CHECK(record::open_feed_line(lines[1], identity.centre)->type == record::kFeedRider);

  const auto pulled = lines_of(program.desk("GET", "/v1/records?limit=10").body);
  REQUIRE(pulled.size() == 4);
  CHECK(pulled[0] == log.lines[0]);
  CHECK(pulled[2] == log.lines[2]);

  CHECK(program.desk("POST", "/v1/stations/440902-007/revoke", R"({"reason":"stolen"})").status == 200);
  log.add("station.started", "", R"({"version":"1"})");
  const auto late = send(*station, log.push(3, 1));
  CHECK(late.status == 403);
  CHECK(Json::parse(late.body)["status"] == "fenced");
  CHECK(send(*program.transport(&identity), {"GET", "/v1/feed?after=0", {}, {}, {}}).status == 403);
  CHECK(lines_of(program.desk("GET", "/v1/records?limit=10").body).size() == 4);
}

TEST_CASE("a station that enrols again is a new incarnation, and the old image is fenced", "[central]") {
  Program program;
  const client::Identity first = program.enrol("440902-007");
  StationLog old_log = log_of(first);
  old_log.add("station.started", "", "{}", program.clock.utc());
  const auto old_station = program.transport(&first);  // a clone keeps the old files
  std::filesystem::copy(program.folder.path / "440902-007" / "identity", program.folder.path / "clone");
  CHECK(send(*old_station, old_log.push_all()).status == 200);

  const client::Identity second = program.enrol("440902-007", client::Again::yes);
  CHECK(second.inc == 2);
  client::Identity clone = first;
  clone.tls_certificate = program.folder.path / "clone" / "tls.crt";
  clone.tls_key = program.folder.path / "clone" / "tls.key";
  old_log.add("station.started", "", "{}", program.clock.utc());
  const auto late = send(*program.transport(&clone), old_log.push(1, 1));
  CHECK(late.status == 403);
  CHECK(late.body.find("\"status\":\"fenced\"") != std::string::npos);

  StationLog new_log = log_of(second);
  new_log.add("station.started", "", "{}", program.clock.utc());
  CHECK(send(*program.transport(&second), new_log.push_all()).status == 200);
}

TEST_CASE("a token enrols one station once, also when two use it at the same moment", "[central]") {
  Program program;
  const client::EnrolOrder order = program.order("440902-007");
  std::array<int, 4> status{};
  std::vector<std::thread> threads;
  for (int& s : status)
    threads.emplace_back([&program, &order, &s] {
      const auto tls = client::make_tls_request(order.station);
      const Json body{{"token", order.token},
                      {"station", order.station},
                      {"name", "Station"},
                      {"record_key", std::string(64, 'a')},
                      {"csr", tls->csr}};
      const auto answer = program.transport()->send({"POST", "/v1/enrol", {}, body.dump(), {}}, seconds(20));
      if (answer) s = answer->status;
    });
  for (auto& thread : threads) thread.join();
  std::sort(status.begin(), status.end());
  CHECK(status == std::array<int, 4>{200, 403, 403, 403});
}

TEST_CASE("tokens that are wrong, for another station or come with a bad request enrol nobody", "[central]") {
  Program program;
  const client::EnrolOrder order = program.order("440902-007");
  const auto tls = client::make_tls_request(order.station);
  const Json good{{"token", order.token},
                  {"station", order.station},
                  {"name", "Station"},
                  {"record_key", std::string(64, 'a')},
                  {"csr", tls->csr}};
  const auto enrol = [&](const char* member, const Json& value) {
    Json body = good;
    body[member] = value;
    return send(*program.transport(), {"POST", "/v1/enrol", {}, body.dump(), {}}).status;
  };
  CHECK(enrol("token", "guessed") == 403);
  CHECK(enrol("station", "440902-008") == 403);
  CHECK(enrol("station", "../etc") == 400);
  CHECK(enrol("record_key", "aa") == 400);
  CHECK(enrol("csr", "x") == 400);
  CHECK(enrol("csr", 7) == 400);
  CHECK(lines_of(program.desk("GET", "/v1/stations").body).empty());
  CHECK(enrol("token", order.token) == 200);  // none of them used it up
  CHECK(program.desk("POST", "/v1/enrol-tokens", R"({"station":"440902-007","name":"x","valid_h":25})").status == 400);
}

TEST_CASE("a certificate is renewed by itself and the old one stays good", "[central]") {
  Program program;
  const client::Identity identity = program.enrol("440902-007");
  const auto station = program.transport(&identity);
  const auto tls = client::make_tls_request("440902-999");
  const auto answer = send(*station, {"POST", "/v1/renew", {}, Json{{"csr", tls->csr}}.dump(), {}});
  REQUIRE(answer.status == 200);
  const std::string certificate = Json::parse(answer.body)["certificate"];
  CHECK(client::check_certificate(certificate, tls->key, "440902-007", *base::read_file(program.ca())));
  CHECK(send(*station, {"GET", "/v1/feed?after=0", {}, {}, {}}).status == 200);
  TlsClient renewed(program.daemon->port(), *base::read_file(program.ca()), {certificate, tls->key});
  REQUIRE(renewed.send("GET /v1/feed?after=0 HTTP/1.1\r\nhost: x\r\n\r\n"));
  CHECK(renewed.read().status == 200);
  CHECK(send(*program.transport(), {"POST", "/v1/renew", {}, Json{{"csr", tls->csr}}.dump(), {}}).status == 401);
}

TEST_CASE("a feed that waits is answered the moment something comes, and when the server stops", "[central]") {
  Program program;
  const client::Identity identity = program.enrol("440902-007");
  const auto station = program.transport(&identity);
  const auto now = lines_of(send(*station, {"GET", "/v1/feed?after=0", {}, {}, {}}).body);
  const std::string after = std::to_string(Json::parse(now.back())["cursor"].get<std::uint64_t>());
  const HttpRequest wait{"GET", "/v1/feed?after=" + after + "&wait=50", {}, {}, {}};

  const auto begun = program.clock.mono();
  std::vector<std::string> lines;
  std::thread waiting([&] {
    if (const auto answer = station->send(wait, seconds(60))) lines = lines_of(answer->body);
  });
  while (program.desk("GET", "/metrics").body.find("waiting_feeds 1\n") == std::string::npos)
    REQUIRE(program.clock.mono() - begun < seconds(20));
  CHECK(program.desk("POST", "/v1/riders", "rider,name,cards\nR1,Wang,04A1B2C3\n").status == 200);
  waiting.join();
  CHECK(lines.size() == 2);
  CHECK(program.clock.mono() - begun < seconds(25));

  std::string body;
  std::thread cut([&] {
    const std::string later = std::to_string(Json::parse(lines.back())["cursor"].get<std::uint64_t>());
    if (const auto answer = station->send({"GET", "/v1/feed?after=" + later + "&wait=50", {}, {}, {}}, seconds(60)))
      body = answer->body;
  });
  while (program.desk("GET", "/metrics").body.find("waiting_feeds 1\n") == std::string::npos)
    REQUIRE(program.clock.mono() - begun < seconds(40));
  program.daemon->stop(seconds(5));
  cut.join();
  CHECK(body.find("\"more\":false") != std::string::npos);
  CHECK(program.clock.mono() - begun < seconds(45));
}

TEST_CASE("a restart keeps authority, stations, tokens and data", "[central]") {
  Program program;
  const client::Identity identity = program.enrol("440902-007");
  StationLog log = log_of(identity);
  log.add("station.started", "", "{}", program.clock.utc());
  CHECK(send(*program.transport(&identity), log.push_all()).status == 200);
  program.daemon.reset();
  program.start();
  const auto again = send(*program.transport(&identity), log.push_all());
  CHECK(again.status == 200);
  CHECK(again.body.find("\"next\":1") != std::string::npos);
  CHECK(program.desk("GET", "/v1/stations").status == 200);
}

TEST_CASE("secrets lie on the disk for their owner only", "[central]") {
  Program program;
  const auto data = program.folder.path / "centre";
  int seen = 0;
  for (const char* name : {"administrator.token", "authority/ca.key", "authority/server.key", "keys/centre.key",
                           "keys/roster.key", "keys/pin.pepper"}) {
    struct stat info {};
    INFO(name);
    REQUIRE(::stat((data / name).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    ++seen;
  }
  CHECK(seen == 6);
  const std::string token = program.administrator();
  for (const auto& entry : std::filesystem::directory_iterator(data))
    if (entry.path().filename().string().starts_with("centre.db"))
      CHECK(base::read_file(entry.path())->find(token) == std::string::npos);
}

TEST_CASE("the head alone decides whether a large body is read", "[central]") {
  Program program;
  const client::Identity identity = program.enrol("440902-007");
  const std::string ca = *base::read_file(program.ca());
  const auto status_of = [&](const std::string& target, const std::string& more, std::size_t length) {
    TlsClient client(program.daemon->port(), ca);
    REQUIRE(client.send("POST " + target + " HTTP/1.1\r\nhost: x\r\n" + more +
                        "content-length: " + std::to_string(length) + "\r\n\r\n"));
    return client.read().status;
  };
  const std::string token = "authorization: Bearer " + program.administrator() + "\r\n";
  CHECK(status_of("/v1/riders", "", 100'000'000) == 401);
  CHECK(status_of("/v1/riders", "authorization: Bearer guessed\r\n", 100'000'000) == 401);
  CHECK(status_of("/v1/riders", token, 200'000'000) == 413);
  CHECK(status_of("/v1/packs", token, 20'000'000) == 413);
  CHECK(status_of("/v1/log", "", 100) == 401);
  CHECK(status_of("/v1/enrol", "", 100'000) == 413);
  const Json made = Json::parse(program.desk("POST", "/v1/tokens", R"({"role":"auditor","name":"audit"})").body);
  CHECK(status_of("/v1/riders", "authorization: Bearer " + made["token"].get<std::string>() + "\r\n", 1'000) == 403);
  const auto station = program.transport(&identity);
  CHECK(send(*station, {"POST", "/v1/log", {}, std::string(600'000, 'x'), {}}).status == 413);
  CHECK(send(*station, {"POST", "/v1/log", {}, std::string(500'000, 'x'), {}}).status == 422);
}

TEST_CASE("health is for everybody, figures are for those with a token", "[central]") {
  Program program;
  const auto anybody = program.transport();
  CHECK(send(*anybody, {"GET", "/healthz", {}, {}, {}}).body == "ok\n");
  CHECK(Json::parse(send(*anybody, {"GET", "/v1/health", {}, {}, {}}).body)["ok"] == true);
  CHECK(send(*anybody, {"GET", "/metrics", {}, {}, {}}).status == 401);
  const std::string figures = program.desk("GET", "/metrics").body;
  CHECK(figures.find("\nstation_central_broken 0\n") != std::string::npos);
  CHECK(figures.find("station_central_answers_total{status=\"4xx\"} 1\n") != std::string::npos);
}
