#include "sync/central/server.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "sync/central/authority.h"
#include "sync/client/tls_identity.h"
#include "tests/central/city.h"
#include "tests/central/tls_client.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using std::chrono::milliseconds;

namespace {

// An authority as a city has one, and certificates of it.
struct TestAuthority {
  Folder folder;
  base::SystemClock clock;
  base::SystemRandom random;
  Authority authority = open();

  Authority open() {
    auto made = Authority::open(folder.path, "440902", {}, clock, random);
    if (!made) FAIL(made.error().message);
    return std::move(*made);
  }
  ClientIdentity station(const std::string& id, base::UtcTime issued) {
    const auto request = client::make_tls_request(id);
    REQUIRE(request);
    const auto issued_now = authority.sign_station(request->csr, id, issued, random);
    REQUIRE(issued_now);
    return {issued_now->pem, request->key};
  }
  ClientIdentity station(const std::string& id) { return station(id, clock.utc()); }
};

// A server whose answers a test gives, at once or later.
struct TestServer {
  TestAuthority city;
  ServerOptions options;
  std::size_t body_limit = 1000;
  std::function<void(base::HttpRequest, Server::Done)> handle = [](base::HttpRequest r, Server::Done done) {
    done({200, {{"x-peer", r.peer}}, r.method + " " + r.target + " " + r.body});
  };
  Peer last_peer;
  std::mutex mutex;
  std::unique_ptr<Server> server;

  void start() {
    std::signal(SIGPIPE, SIG_IGN);
    options.certificate = city.authority.server_chain();
    options.key = city.authority.server_key();
    options.authority = city.authority.certificate();
    auto made = Server::open(
        options,
        [this](const base::HttpRequest& head, const Peer& peer) {
          std::lock_guard lock(mutex);
          last_peer = peer;
          if (head.target == "/refused") return HeadVerdict{0, error_response(403, "not here", "denied")};
          return HeadVerdict{body_limit, std::nullopt};
        },
        [this](base::HttpRequest r, Server::Done done) { handle(std::move(r), std::move(done)); });
    if (!made) FAIL(made.error().message);
    server = std::move(*made);
  }
  TlsClient client(const ClientIdentity& identity = {}) {
    return TlsClient(server->port(), city.authority.certificate(), identity);
  }
};

std::string post(const std::string& body, const std::string& more = {}) {
  return "POST /p HTTP/1.1\r\nhost: x\r\n" + more + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}
const std::string kGet = "GET /g HTTP/1.1\r\nhost: x\r\n\r\n";

}  // namespace

TEST_CASE("one connection carries many requests, also several sent at once", "[central]") {
  TestServer s;
  s.start();
  TlsClient client = s.client();
  REQUIRE(client.connected());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.send(post("body " + std::to_string(i))));
    CHECK(client.read().body == "POST /p body " + std::to_string(i));
  }
  REQUIRE(client.send(kGet + post("abc") + kGet));
  CHECK(client.read().body == "GET /g ");
  CHECK(client.read().body == "POST /p abc");
  CHECK(client.read().body == "GET /g ");
  REQUIRE(client.send("GET /g HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
  CHECK(client.read().status == 200);
  CHECK(client.ended());
  CHECK(s.server->stats().accepted == 1);
  CHECK(s.server->stats().requests == 7);
}

TEST_CASE("a station is known by its certificate, and people come without one", "[central]") {
  TestServer s;
  s.start();
  TlsClient nobody = s.client();
  REQUIRE(nobody.send(kGet));
  CHECK(base::header_of(nobody.read().headers, "x-peer").empty());

  TlsClient station = s.client(s.city.station("440902-007"));
  REQUIRE(station.send(kGet));
  CHECK(base::header_of(station.read().headers, "x-peer") == "440902-007");
  CHECK(s.last_peer.serial.size() == 32);
  CHECK(s.last_peer.not_after_s * 1000 > base::to_ms(s.city.clock.utc() + std::chrono::hours(24 * 89)));
}

TEST_CASE("certificates of another authority, expired ones and the server's own do not come in", "[central]") {
  TestServer s;
  s.start();
  TestAuthority other;
  const ClientIdentity server_itself{s.city.authority.server_chain(), s.city.authority.server_key()};
  for (const auto& identity :
       {other.station("440902-007"), s.city.station("440902-007", s.city.clock.utc() - std::chrono::hours(24 * 100)),
        server_itself}) {
    TlsClient client = s.client(identity);
    client.send(kGet);  // with TLS 1.3 the refusal arrives after the client's own handshake
    CHECK(client.read().status == 0);
  }
  TlsClient stranger(s.server->port(), other.authority.certificate());
  CHECK_FALSE(stranger.connected());
  s.server->stop(std::chrono::seconds(10));  // a refusal is counted after the client has heard of it
  CHECK(s.server->stats().requests == 0);
  CHECK(s.server->stats().handshakes_failed >= 3);
}

TEST_CASE("what is no TLS or no HTTP is turned away without harm", "[central]") {
  TestServer s;
  s.start();
  const std::string said = plain_exchange(s.server->port(), kGet);
  CHECK(said.find("HTTP") == std::string::npos);
  for (const std::string& bytes :
       {std::string("\x00\x01\x02garbage\r\n\r\n", 14), std::string("GET\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n"), std::string("POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef"),
        std::string("GET / HTTP/1.1\r\nbad header\r\n\r\n")}) {
    INFO(bytes);
    TlsClient client = s.client();
    REQUIRE(client.send(bytes));
    CHECK(client.read().status == 400);
    CHECK(client.ended());
  }
  TlsClient client = s.client();
  REQUIRE(client.send(kGet));
  CHECK(client.read().status == 200);
}

TEST_CASE("a body that is too long is refused before it is read, a chunked one while it is", "[central]") {
  TestServer s;
  s.start();
  {
    TlsClient client = s.client();
    REQUIRE(client.send("POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n"));
    CHECK(client.read().status == 413);
  }
  {
    TlsClient client = s.client();
    REQUIRE(client.send("POST /p HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n300\r\n" +
                        std::string(0x300, 'a') + "\r\n300\r\n" + std::string(0x300, 'b') + "\r\n0\r\n\r\n"));
    CHECK(client.read().status == 413);
  }
  {
    TlsClient client = s.client();
    REQUIRE(client.send(post(std::string(1000, 'a'))));
    CHECK(client.read().status == 200);
  }
  {
    TlsClient client = s.client();
    REQUIRE(client.send("GET /g HTTP/1.1\r\nx: " + std::string(20'000, 'h') + "\r\n\r\n"));
    CHECK(client.read().status == 431);
  }
  {
    TlsClient client = s.client();
    REQUIRE(client.send("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"));
    const auto answer = client.read();
    CHECK(answer.status == 403);
    CHECK(answer.body == "{\"error\":\"not here\",\"code\":\"denied\"}\n");
  }
  s.server->stop(std::chrono::seconds(10));
  CHECK(s.server->stats().body_memory == 0);
}

TEST_CASE("a client that asks before sending its body is told to go on", "[central]") {
  TestServer s;
  s.start();
  TlsClient client = s.client();
  REQUIRE(client.send("POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n"));
  CHECK(client.read().status == 100);
  REQUIRE(client.send("abc"));
  CHECK(client.read().body == "POST /p abc");
}

// One limit at a time is short, so that a busy machine cuts off nobody else.
TEST_CASE("a client that drips is cut off, and nobody waits for it", "[central]") {
  milliseconds ServerOptions::*const limit =
      GENERATE(&ServerOptions::head_limit, &ServerOptions::body_limit, &ServerOptions::idle_limit);
  TestServer s;
  s.options.threads = 1;
  s.options.*limit = milliseconds(150);
  s.start();
  TlsClient slow = s.client();
  if (limit == &ServerOptions::head_limit) REQUIRE(slow.send("GET /g HT"));
  if (limit == &ServerOptions::body_limit)
    REQUIRE(slow.send("POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc"));
  if (limit != &ServerOptions::idle_limit) {
    TlsClient other = s.client();
    REQUIRE(other.send(kGet));
    CHECK(other.read().status == 200);
  }
  CHECK(slow.ended());
  s.server->stop(std::chrono::seconds(10));  // a time-out is counted after the client has felt it
  CHECK(s.server->stats().timed_out == 1);
}

TEST_CASE("who begins a handshake and stops is cut off", "[central]") {
  TestServer s;
  s.options.handshake_limit = milliseconds(50);
  s.start();
  CHECK(plain_exchange(s.server->port(), "\x16").empty());
}

TEST_CASE("a station may be silent longer than a stranger", "[central]") {
  TestServer s;
  s.options.idle_limit = milliseconds(50);
  s.start();
  TlsClient station = s.client(s.city.station("440902-007")), stranger = s.client();
  REQUIRE(station.send(kGet));
  CHECK(station.read().status == 200);
  CHECK(stranger.ended());
  REQUIRE(station.send(kGet));
  CHECK(station.read().status == 200);
}

TEST_CASE("idle connections hold up nobody, and too many are turned away", "[central]") {
  TestServer s;
  s.options.threads = 1;
  s.options.connections = 51;
  s.start();
  std::vector<std::unique_ptr<TlsClient>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<TlsClient>(s.server->port(), s.city.authority.certificate()));
    REQUIRE(idle.back()->connected());
  }
  TlsClient last = s.client();
  REQUIRE(last.send(kGet));
  CHECK(last.read().status == 200);
  TlsClient one_too_many = s.client();
  CHECK_FALSE(one_too_many.connected());
  CHECK(s.server->stats().turned_away == 1);
}

TEST_CASE("answers that come later keep no thread busy", "[central]") {
  TestServer s;
  s.options.threads = 1;
  std::vector<Server::Done> waiting;
  std::condition_variable all_there;
  s.handle = [&](base::HttpRequest r, Server::Done done) {
    if (r.target == "/g") return done({200, {}, "at once"});
    std::lock_guard lock(s.mutex);
    waiting.push_back(std::move(done));
    all_there.notify_all();
  };
  s.start();
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<TlsClient>(s.server->port(), s.city.authority.certificate()));
    REQUIRE(clients.back()->send(post("wait")));
  }
  {
    std::unique_lock lock(s.mutex);
    REQUIRE(all_there.wait_for(lock, std::chrono::seconds(10), [&] { return waiting.size() == 20; }));
  }
  TlsClient quick = s.client();
  REQUIRE(quick.send(kGet));
  CHECK(quick.read().body == "at once");
  for (auto& done : waiting) done({200, {}, "at last"});
  for (auto& client : clients) CHECK(client->read().body == "at last");
}

TEST_CASE("a handler that forgets its answer costs the client a 503, not its connection's life", "[central]") {
  TestServer s;
  s.handle = [](base::HttpRequest, Server::Done) {};
  s.start();
  TlsClient client = s.client();
  REQUIRE(client.send(kGet));
  const auto answer = client.read();
  CHECK(answer.status == 503);
  CHECK(base::header_of(answer.headers, "retry-after") == "5");
}

TEST_CASE("stopping brings out the answer under way and closes what is idle", "[central]") {
  TestServer s;
  Server::Done waiting;
  std::condition_variable there;
  s.handle = [&](base::HttpRequest, Server::Done done) {
    std::lock_guard lock(s.mutex);
    waiting = std::move(done);
    there.notify_all();
  };
  s.start();
  TlsClient idle = s.client(), busy = s.client();
  REQUIRE(busy.send(kGet));
  {
    std::unique_lock lock(s.mutex);
    REQUIRE(there.wait_for(lock, std::chrono::seconds(10), [&] { return waiting != nullptr; }));
  }
  std::thread stopper([&] { s.server->stop(std::chrono::seconds(10)); });
  CHECK(idle.ended());
  waiting({200, {}, "done"});
  const auto answer = busy.read();
  CHECK(answer.body == "done");
  CHECK(busy.ended());
  stopper.join();
  CHECK(s.server->stats().open == 0);
}

TEST_CASE("stopping waits no longer than it was told", "[central]") {
  TestServer s;
  Server::Done never;
  std::condition_variable there;
  s.handle = [&](base::HttpRequest, Server::Done done) {
    std::lock_guard lock(s.mutex);
    never = std::move(done);
    there.notify_all();
  };
  s.start();
  TlsClient client = s.client();
  REQUIRE(client.send(kGet));
  {
    std::unique_lock lock(s.mutex);
    REQUIRE(there.wait_for(lock, std::chrono::seconds(10), [&] { return never != nullptr; }));
  }
  s.server->stop(milliseconds(20));
  CHECK(client.read().status == 0);
  CHECK(s.server->stats().open == 0);
  s.server.reset();
  never({200, {}, "too late"});  // does nothing
}

TEST_CASE("an address in use and a wrong address are told", "[central]") {
  TestServer s;
  s.start();
  ServerOptions second = s.options;
  second.port = s.server->port();
  const auto handle = [](base::HttpRequest, Server::Done) {};
  const auto admit = [](const base::HttpRequest&, const Peer&) { return HeadVerdict{}; };
  const auto in_use = Server::open(second, admit, handle);
  REQUIRE_FALSE(in_use);
  CHECK(in_use.error().code == base::Errc::io);
  second.address = "centre.example";
  const auto no_address = Server::open(second, admit, handle);
  REQUIRE_FALSE(no_address);
  CHECK(no_address.error().message == "\"centre.example\" is no IP address to listen on");
  second.address = "127.0.0.1";
  second.key = "x";
  CHECK(Server::open(second, admit, handle).error().code == base::Errc::invalid);
}

TEST_CASE("the authority is made once, keeps its key, and gives the server a certificate for every name", "[central]") {
  TestAuthority city;
  const auto again = Authority::open(city.folder.path, "440902", {}, city.clock, city.random);
  REQUIRE(again);
  CHECK(again->pin() == city.authority.pin());
  CHECK(again->server_chain() == city.authority.server_chain());
  const auto more = Authority::open(city.folder.path, "440902", {"centre.example"}, city.clock, city.random);
  REQUIRE(more);
  CHECK(more->pin() == city.authority.pin());
  CHECK(more->server_chain() != city.authority.server_chain());
  base::ManualClock later(city.clock.utc() + std::chrono::hours(24 * 800));
  const auto renewed = Authority::open(city.folder.path, "440902", {}, later, city.random);
  REQUIRE(renewed);
  CHECK(renewed->server_chain() != more->server_chain());

  CHECK(Authority::open(city.folder.path, "440902", {"no name"}, city.clock, city.random).error().code ==
        base::Errc::invalid);
  std::filesystem::remove(city.folder.path / "authority" / "ca.key");
  CHECK(Authority::open(city.folder.path, "440902", {}, city.clock, city.random).error().code == base::Errc::corrupt);
}

TEST_CASE("only a proper request for a key on P-256 is signed", "[central]") {
  TestAuthority city;
  const auto request = client::make_tls_request("somebody else");
  REQUIRE(request);
  const auto good = city.authority.sign_station(request->csr, "440902-007", city.clock.utc(), city.random);
  REQUIRE(good);
  CHECK(client::check_certificate(good->pem, request->key, "440902-007", city.authority.certificate()));
  std::string damaged = request->csr;
  const std::size_t middle = damaged.size() / 2;
  damaged[middle] = damaged[middle] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {std::string(), std::string("x"), damaged, good->pem, std::string(100'000, 'x')})
    CHECK(city.authority.sign_station(bad, "440902-007", city.clock.utc(), city.random).error().code ==
          base::Errc::invalid);
}
