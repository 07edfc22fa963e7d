// A fleet of stations with a backlog against the real server: a process of its own, reached over loopback with mutual
// TLS. Every station has its own connection and sends its batches one after the other, as the shipping pusher does; a
// refusal with Retry-After is obeyed. Afterwards everything is pulled over the network and verified.
// Usage: bench_fleet FOLDER [--stations 300] [--records 100000] [--lines 100] [--at-once 0] [--ramp 0]
//   --records   of the whole fleet; the full backlog: --stations 3025 --records 4500000 --lines 500 --ramp 30
//   --at-once   stations that are connected at the same time; 0: all
//   --ramp      seconds over which the stations begin
// STATION_POSTGRES (tests/support/with_postgres) measures the other store.
// clang-format off
#include <utility>  // before Asio's awaitable.hpp, which needs it
// clang-format on

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <csignal>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "sync/central/authority.h"
#include "sync/central/daemon.h"
#include "sync/client/curl_transport.h"
#include "sync/client/tls_identity.h"
#include "sync/record/verify.h"
#include "tests/bench/sample_log.h"

// GCC 12 takes the recycled memory of Asio's coroutine frames for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

using namespace station;
using namespace station::bench;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Ec = boost::system::error_code;
using Now = std::chrono::steady_clock;

namespace {

struct Plan {
  std::filesystem::path folder;
  std::uint64_t stations = 300, records = 100'000, lines = 100, at_once = 0, ramp = 0;
};

struct Station {
  Log log;
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
  std::vector<std::string> bodies;
  std::size_t sent = 0;
  double begun = 0, done = 0;  // seconds after the start
};

template <class T, class Read, class Free>
std::shared_ptr<T> from_pem(const std::string& pem, Read read, Free free) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  std::shared_ptr<T> out(read(bio, nullptr, nullptr, nullptr), free);
  BIO_free(bio);
  return out;
}

[[noreturn]] void stop_with(const std::string& why) {
  fmt::print(stderr, "bench_fleet: {}\n", why);
  std::exit(1);
}

central::DaemonOptions daemon_options(const Plan& plan) {
  central::DaemonOptions options;
  options.centre.data = plan.folder / "centre";
  options.centre.config = std::string(STATION_SOURCE_DIR) + "/config";
  if (const char* url = std::getenv("STATION_POSTGRES")) options.centre.postgres = url;
  return options;
}

// Enrols the fleet before the server runs and writes down what it will send.
std::vector<Station> prepare(const Plan& plan, std::string& token, record::NoteKey& centre_key, std::size_t& wire) {
  base::SystemClock clock;
  base::SystemRandom random;
  auto options = daemon_options(plan);
  std::filesystem::create_directories(options.centre.data);
  const auto authority = central::Authority::open(options.centre.data, "440902", {"127.0.0.1"}, clock, random);
  auto centre = central::Centre::open(options.centre, clock, random);
  if (!authority) stop_with(authority.error().message);
  if (!centre) stop_with(centre.error().message);
  token = (*centre)->new_token(central::Role::auditor, "bench", std::chrono::hours(9)).value();
  centre_key = (*centre)->keys().note;
  std::vector<Station> fleet(plan.stations);
  for (std::uint64_t i = 0; i < plan.stations; ++i) {
    Station& s = fleet[i];
    s.log = {fmt::format("440902-{:04}", i + 1), base::new_signing_key(random), {}, 0};
    if (!(*centre)->admit({s.log.station, "bench", s.log.key.public_key})) stop_with("a station was not admitted");
    const auto request = client::make_tls_request(s.log.station);
    const auto issued = authority->sign_station(request->csr, s.log.station, clock.utc(), random);
    if (!issued) stop_with(issued.error().message);
    s.certificate = from_pem<X509>(issued->pem, PEM_read_bio_X509, X509_free);
    s.key = from_pem<EVP_PKEY>(request->key, PEM_read_bio_PrivateKey, EVP_PKEY_free);
    const std::uint64_t all = plan.records / plan.stations + (i < plan.records % plan.stations ? 1 : 0);
    while (s.log.size < all) {
      s.bodies.push_back(
          record::encode_batch(next_batch(s.log, std::min(plan.lines, all - s.log.size), clock.utc())));
      wire += s.bodies.back().size();
    }
  }
  return fleet;
}

// The server until `order` is closed; writes its port to `report`.
int serve(const Plan& plan, int order, int report) {
  ::mallopt(M_TRIM_THRESHOLD, 32 << 20);  // as station-central does
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  base::SystemClock clock;
  base::SystemRandom random;
  auto daemon = central::Daemon::open(daemon_options(plan), clock, random);
  if (!daemon) stop_with(daemon.error().message);
  const std::uint16_t port = (*daemon)->port();
  if (::write(report, &port, sizeof port) != sizeof port) return 1;
  char end = 0;
  while (::read(order, &end, 1) > 0) {
  }
  (*daemon)->stop(base::Milliseconds(5000));
  return (*daemon)->broken() ? 1 : 0;
}

class Fleet {
 public:
  Fleet(const Plan& plan, std::vector<Station>& stations, std::uint16_t port, const std::string& authority)
      : plan_(plan), stations_(stations), endpoint_(asio::ip::address_v4::loopback(), port) {
    SSL_CTX* tls = context_.native_handle();
    const auto ca = from_pem<X509>(authority, PEM_read_bio_X509, X509_free);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(tls), ca.get());
    context_.set_verify_mode(asio::ssl::verify_peer);
  }

  void run() {
    const std::size_t at_once = plan_.at_once == 0 ? stations_.size() : std::min<std::size_t>(plan_.at_once, stations_.size());
    start_ = Now::now();
    for (std::size_t i = 0; i < at_once; ++i)
      asio::co_spawn(io_, [this, i] { return play(i); }, [](std::exception_ptr error) {
        if (error) stop_with("a station ended by an exception");
      });
    next_ = at_once;
    io_.run();
  }

  double now() const { return Seconds(Now::now() - start_).count(); }
  std::vector<double> answers;  // seconds from a batch's first byte to its answer
  std::uint64_t turned_away = 0, reconnects = 0;

 private:
  // One connection's place in the fleet: station after station.
  asio::awaitable<void> play(std::size_t i) {
    if (plan_.ramp > 0) co_await pause(static_cast<double>(plan_.ramp) * static_cast<double>(i) / static_cast<double>(stations_.size()));
    while (i < stations_.size()) {
      Station& s = stations_[i];
      s.begun = now();
      for (int tries = 0; s.sent < s.bodies.size(); ++tries) {
        if (tries > 0) {
          ++reconnects;
          co_await pause(0.5 + static_cast<double>(random_.next() % 3000) / 1000);
        }
        co_await drain(s);
      }
      s.done = now();
      i = next_++;
    }
  }

  asio::awaitable<void> pause(double seconds) {
    asio::steady_timer timer(io_, std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::awaitable<void> drain(Station& s) {
    Ec ec;
    beast::ssl_stream<beast::tcp_stream> stream(io_, context_);
    SSL_use_certificate(stream.native_handle(), s.certificate.get());
    SSL_use_PrivateKey(stream.native_handle(), s.key.get());
    auto& lowest = beast::get_lowest_layer(stream);
    lowest.expires_after(std::chrono::seconds(60));
    co_await lowest.async_connect(endpoint_, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return;
    lowest.socket().set_option(asio::ip::tcp::no_delay(true));
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, ec));
    beast::flat_buffer buffer;
    while (!ec && s.sent < s.bodies.size()) {
      http::request<http::span_body<const char>> request(http::verb::post, "/v1/log", 11);
      request.set(http::field::host, "127.0.0.1");
      request.set(http::field::content_type, "application/x-station-batch");
      const std::string& body = s.bodies[s.sent];
      request.body() = beast::span<const char>(body.data(), body.size());
      request.prepare_payload();
      lowest.expires_after(std::chrono::seconds(120));
      const auto begun = Now::now();
      co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, ec));
      if (ec) break;
      http::response<http::string_body> response;
      co_await http::async_read(stream, buffer, response, asio::redirect_error(asio::use_awaitable, ec));
      if (ec) break;
      answers.push_back(Seconds(Now::now() - begun).count());
      if (response.result_int() == 200) {
        ++s.sent;
      } else if (response.result_int() == 429 || response.result_int() == 503) {
        ++turned_away;
        co_await pause(1.0 + static_cast<double>(random_.next() % 2000) / 1000);
      } else {
        stop_with(fmt::format("{}: {} {}", s.log.station, response.result_int(), response.body()));
      }
      if (!response.keep_alive()) break;
    }
  }

  const Plan& plan_;
  std::vector<Station>& stations_;
  const asio::ip::tcp::endpoint endpoint_;
  asio::io_context io_{1};
  asio::ssl::context context_{asio::ssl::context::tls_client};
  base::SystemRandom random_;
  Now::time_point start_;
  std::size_t next_ = 0;
};

double share(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

// Kilobytes that the process has had in memory at most.
std::uint64_t peak_memory_kb(pid_t process) {
  std::ifstream in(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
  return 0;
}

struct Verified {
  std::uint64_t lines = 0;
  double seconds = 0, pull_seconds = 0;
};

Verified pull_and_verify(const Plan& plan, std::uint16_t port, const std::string& token, const record::NoteKey& key) {
  client::CurlOptions options;
  options.url = fmt::format("https://127.0.0.1:{}", port);
  options.ca = plan.folder / "centre/authority/ca.crt";
  auto transport = client::CurlTransport::open(options);
  if (!transport) stop_with(transport.error().message);
  const auto get = [&](const std::string& target) {
    auto answer = (*transport)->send({"GET", target, {{"authorization", "Bearer " + token}}, {}, {}}, std::chrono::seconds(60));
    if (!answer) stop_with(target + ": " + answer.error().message);
    if (answer->status != 200) stop_with(fmt::format("{}: {} {}", target, answer->status, answer->body));
    return std::move(answer->body);
  };
  record::LogVerifier verifier(key);
  const std::string heads = get("/v1/heads?all=1");
  std::map<std::string, std::string> delegations;
  for (std::string_view rest = heads; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const auto json = nlohmann::json::parse(line);
    const std::string station = json["station"];
    std::string& delegation = delegations[station];
    if (json["delegation"] != "") delegation = json["delegation"];
    verifier.add_head({station, json["inc"], json["checkpoint"], delegation, json["fenced"]});
  }
  Verified out;
  std::string cursor;
  const double all = measure([&] {
    for (bool more = true; more;) {
      std::string page;
      out.pull_seconds += measure([&] { page = get("/v1/records?limit=10000&cursor=" + cursor); });
      const std::size_t end = page.rfind("{\"cursor\":");
      const auto trailer = nlohmann::json::parse(page.substr(end));
      for (std::string_view rest = std::string_view(page).substr(0, end); !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        verifier.add_line(line, ++out.lines);
      }
      cursor = trailer["cursor"];
      more = trailer["more"];
    }
  });
  out.seconds = all - out.pull_seconds;
  const auto verdict = verifier.finish();
  if (!verdict.valid() || verdict.verified != plan.records || out.lines != plan.records)
    stop_with(fmt::format("NOT VALID: {} of {} records proven, {} faults", verdict.verified, plan.records, verdict.fault_count));
  return out;
}

void tell(const Plan& plan, const std::vector<Station>& stations, const Fleet& fleet, std::size_t wire, std::uint64_t memory_kb) {
  std::vector<double> waits;
  double end = 0;
  for (const Station& s : stations) {
    waits.push_back(s.done - s.begun);
    end = std::max(end, s.done);
  }
  const double median = share(waits, 0.5), longest = share(waits, 1);
  fmt::print("{} stations, {} records in batches of {}, {:.0f} bytes a record on the wire\n", plan.stations, plan.records,
             plan.lines, static_cast<double>(wire) / static_cast<double>(plan.records));
  fmt::print("drained in {:.1f} s: {:.0f} records/s acknowledged (mutual TLS, verified, committed)\n", end,
             static_cast<double>(plan.records) / end);
  fmt::print("a station's drain: median {:.2f} s, longest {:.2f} s, {:.2f} x the median\n", median, longest,
             median > 0 ? longest / median : 0);
  fmt::print("an answer: median {:.1f} ms, 99 % {:.1f} ms, longest {:.1f} ms\n", share(fleet.answers, 0.5) * 1e3,
             share(fleet.answers, 0.99) * 1e3, share(fleet.answers, 1) * 1e3);
  fmt::print("told to come again {}, connected again {}; server's memory at most {} MiB\n", fleet.turned_away,
             fleet.reconnects, memory_kb / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  if (argc < 2 || argc % 2 != 0) {
    fmt::print(stderr, "usage: bench_fleet FOLDER [--stations N] [--records N] [--lines N] [--at-once N] [--ramp S]\n");
    return 2;
  }
  plan.folder = argv[1];
  const std::map<std::string, std::uint64_t*> options{{"--stations", &plan.stations}, {"--records", &plan.records},
                                                      {"--lines", &plan.lines},       {"--at-once", &plan.at_once},
                                                      {"--ramp", &plan.ramp}};
  for (int i = 2; i + 1 < argc; i += 2) {
    const auto it = options.find(argv[i]);
    if (it == options.end()) stop_with(fmt::format("unknown option {}", argv[i]));
    *it->second = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (plan.stations == 0 || plan.lines == 0 || plan.lines > record::kMaxBatchLines || plan.records < plan.stations)
    stop_with("there must be stations, 1 to 512 lines in a batch, and a record for each station");
  std::signal(SIGPIPE, SIG_IGN);
  std::filesystem::remove_all(plan.folder);
  std::filesystem::create_directories(plan.folder);

  std::string token;
  record::NoteKey key;
  std::size_t wire = 0;
  auto stations = prepare(plan, token, key, wire);
  int order[2], report[2];
  if (::pipe(order) != 0 || ::pipe(report) != 0) stop_with("no pipe");
  std::fflush(stdout);
  const pid_t server = ::fork();
  if (server == 0) {
    ::close(order[1]);
    // The fleet's memory is not the server's.
    stations.clear();
    stations.shrink_to_fit();
    ::malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << 5;  // peak memory counts from here
    ::_exit(serve(plan, order[0], report[1]));
  }
  ::close(order[0]);
  ::close(report[1]);
  std::uint16_t port = 0;
  if (::read(report[0], &port, sizeof port) != sizeof port) stop_with("the server did not start");
  std::ifstream ca(plan.folder / "centre/authority/ca.crt");
  const std::string authority((std::istreambuf_iterator<char>(ca)), {});
  Fleet fleet(plan, stations, port, authority);
  fleet.run();
  tell(plan, stations, fleet, wire, peak_memory_kb(server));
  const Verified verified = pull_and_verify(plan, port, token, key);
  fmt::print("pulled {} records in {:.1f} s, verified them in {:.1f} s: all proven, none lost, none doubled\n",
             verified.lines, verified.pull_seconds, verified.seconds);
  ::close(order[1]);
  int status = 0;
  ::waitpid(server, &status, 0);
  if (status != 0) stop_with("the server did not end well");

  if (plan.records <= 1'000'000) {  // the rows alone, in groups of 64 batches
    base::SystemClock clock;
    std::vector<std::vector<std::string>> plain;
    for (Station& s : stations) {
      Log log = s.log;
      for (log.size = 0; log.size < s.log.size;) {
        plain.emplace_back();
        for (std::uint64_t i = 0; i < plan.lines && log.size < s.log.size; ++i)
          plain.back().push_back(line_of(log, log.size++, clock.utc()));
      }
    }
    const double bare = bare_insert(plan.folder / "bare.db", plain, 64);
    double end = 0;
    for (const Station& s : stations) end = std::max(end, s.done);
    fmt::print("bare insertion of the same rows: {:.0f} records/s; the server reaches {:.2f} of it\n",
               static_cast<double>(plan.records) / bare, bare / end);
  }
  return 0;
}
