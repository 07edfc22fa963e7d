#include "sync/client/curl_transport.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "sync/base/file.h"
#include "tests/client/tls_server.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;
using namespace std::chrono_literals;

namespace {

// Certificates of one city, made once, and the files that a station has.
struct City {
  Issued authority = make_authority("City authority");
  Issued server = issue(authority, "centre", "127.0.0.1");
  Issued station = issue(authority, "440902-007", "");
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("station-tls-" + std::to_string(::getpid()));

  City() {
    std::filesystem::create_directories(folder);
    write("ca.crt", authority.certificate);
    write("tls.crt", station.certificate);
    write("tls.key", station.key);
  }
  ~City() { std::filesystem::remove_all(folder); }
  void write(const char* name, const std::string& text) const { REQUIRE(base::write_file(folder / name, text)); }

  TlsServer::Options server_options(bool mutual = false) const {
    return {server, {}, mutual ? authority.certificate : std::string()};
  }
  std::unique_ptr<CurlTransport> connect(const std::string& url, bool with_certificate = false) const {
    CurlOptions options;
    options.url = url;
    options.ca = folder / "ca.crt";
    options.largest_answer = 100'000;
    if (with_certificate) {
      options.certificate = folder / "tls.crt";
      options.key = folder / "tls.key";
    }
    auto transport = CurlTransport::open(options);
    REQUIRE(transport);
    return std::move(*transport);
  }
};

void fails_with(CurlTransport& transport, base::Errc code, std::chrono::milliseconds limit = 10s) {
  const auto r = transport.send({}, limit);
  REQUIRE_FALSE(r);
  INFO(r.error().message);
  CHECK(r.error().code == code);
}

}  // namespace

TEST_CASE("requests and answers pass over TLS on one kept connection", "[sync]") {
  const City city;
  TlsServer server(city.server_options(true), [](const base::HttpRequest& r) {
    return http_ok(r.method + " " + r.target + " " + r.peer + " " + base::header_of(r.headers, "x-a") + " " + r.body,
                   "X-Name: Value \r\nRetry-After: 7\r\n");
  });
  const auto transport = city.connect(server.url() + "/", true);
  base::HttpRequest post;
  post.method = "POST";
  post.target = "/v1/log";
  post.headers = {{"content-type", "application/x-station-batch"}, {"x-a", "b"}};
  post.body = std::string("zero\0byte", 9);
  const auto first = transport->send(post, 10s);
  if (!first) FAIL(first.error().message);
  CHECK(first->status == 200);
  CHECK(first->body == "POST /v1/log 440902-007 b " + post.body);
  CHECK(base::header_of(first->headers, "x-name") == "Value ");
  CHECK(base::header_of(first->headers, "retry-after") == "7");
  base::HttpRequest get;
  get.target = "/v1/feed?after=1";
  for (int i = 0; i < 3; ++i) {
    const auto next = transport->send(get, 10s);
    REQUIRE(next);
    CHECK(next->body == "GET /v1/feed?after=1 440902-007  ");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a status other than 200 is an answer, and redirects are not followed", "[sync]") {
  const City city;
  TlsServer server(city.server_options(), [](const base::HttpRequest& r) {
    return r.target == "/moved" ? std::string("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")
                                : std::string("HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno");
  });
  const auto transport = city.connect(server.url());
  base::HttpRequest request;
  request.target = "/moved";
  CHECK(transport->send(request, 10s)->status == 302);
  request.target = "/";
  const auto busy = transport->send(request, 10s);
  CHECK(busy->status == 503);
  CHECK(busy->body == "no");
}

TEST_CASE("a server of another authority, or with another name, is refused before anything is sent", "[sync]") {
  const City city;
  const Issued other = make_authority("Somebody else");
  TlsServer stranger({issue(other, "centre", "127.0.0.1"), {other.certificate}, ""},
                     [](const base::HttpRequest&) { return http_ok("x"); });
  fails_with(*city.connect(stranger.url()), base::Errc::denied);
  CHECK(stranger.requests() == 0);

  TlsServer misnamed({issue(city.authority, "centre", "centre.example"), {}, ""},
                     [](const base::HttpRequest&) { return http_ok("x"); });
  fails_with(*city.connect(misnamed.url()), base::Errc::denied);
  CHECK(misnamed.requests() == 0);
}

TEST_CASE("a station without an accepted certificate is told so", "[sync]") {
  City city;
  TlsServer server(city.server_options(true), [](const base::HttpRequest&) { return http_ok("x"); });
  fails_with(*city.connect(server.url()), base::Errc::denied);
  const Issued forged = issue(make_authority("Somebody else"), "440902-007", "");
  city.write("tls.crt", forged.certificate);
  city.write("tls.key", forged.key);
  fails_with(*city.connect(server.url(), true), base::Errc::denied);
  CHECK(server.requests() == 0);
}

TEST_CASE("nobody at the other end, a broken and a cut answer are told apart", "[sync]") {
  const City city;
  std::string answer;
  int closed_port = 0;
  {
    TlsServer gone(city.server_options(), [](const base::HttpRequest&) { return http_ok(""); });
    closed_port = gone.port();
  }
  fails_with(*city.connect("https://127.0.0.1:" + std::to_string(closed_port)), base::Errc::unavailable);

  TlsServer server(city.server_options(), [&](const base::HttpRequest&) { return answer; });
  const auto transport = city.connect(server.url());
  answer = "";
  fails_with(*transport, base::Errc::unavailable);
  answer = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nonly this";
  fails_with(*transport, base::Errc::unavailable);
  answer = "this is no HTTP, connection: close\r\n\r\n";
  fails_with(*transport, base::Errc::corrupt);
  answer = http_ok(std::string(100'001, 'x'));
  fails_with(*transport, base::Errc::corrupt);
  answer = http_ok("x", "x-long: " + std::string(70'000, 'y') + "\r\n");
  fails_with(*transport, base::Errc::corrupt);
  answer = http_ok(std::string(100'000, 'x'));
  const auto whole = transport->send({}, 10s);
  REQUIRE(whole);
  CHECK(whole->body.size() == 100'000);
}

TEST_CASE("a held answer ends by its limit or by an interruption from another thread", "[sync]") {
  const City city;
  std::mutex mutex;
  std::condition_variable changed;
  bool held = false, released = false, hold = true;
  TlsServer server(city.server_options(), [&](const base::HttpRequest&) {
    std::unique_lock lock(mutex);
    held = true;
    changed.notify_all();
    changed.wait(lock, [&] { return released || !hold; });
    return http_ok("late");
  });
  const auto transport = city.connect(server.url());
  fails_with(*transport, base::Errc::timeout, 300ms);

  {
    std::lock_guard lock(mutex);
    held = false;
  }
  std::thread other([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return held; });
    transport->interrupt();
  });
  const auto before = std::chrono::steady_clock::now();
  fails_with(*transport, base::Errc::conflict, 60s);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
  other.join();
  fails_with(*transport, base::Errc::conflict);  // until it is resumed
  {
    std::lock_guard lock(mutex);
    hold = false;
    released = true;
    changed.notify_all();
  }
  transport->resume();
  const auto next = transport->send({}, 10s);
  REQUIRE(next);
  CHECK(next->body == "late");
}

TEST_CASE("an address without TLS and missing files are refused at once", "[sync]") {
  const City city;
  CurlOptions options;
  options.ca = city.folder / "ca.crt";
  for (const char* url : {"", "http://127.0.0.1", "https://", "file:///etc/passwd"}) {
    options.url = url;
    const auto r = CurlTransport::open(options);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == base::Errc::invalid);
  }
  options.url = "https://127.0.0.1";
  options.certificate = city.folder / "tls.crt";
  CHECK_FALSE(CurlTransport::open(options));
  options.key = city.folder / "no.key";
  const auto no_key = CurlTransport::open(options);
  REQUIRE_FALSE(no_key);
  CHECK(no_key.error().code == base::Errc::io);
  options.ca = city.folder / "no.crt";
  CHECK_FALSE(CurlTransport::open(options));
}
