#include "sync/central/daemon.h"

#include <fmt/format.h>

#include <future>

#include "sync/base/file.h"
#include "sync/base/log.h"
#include "sync/central/people.h"
#include "sync/central/routes.h"

namespace station::central {

using base::HttpRequest;
using base::HttpResponse;

namespace {

constexpr auto kFirstTokenValid = std::chrono::hours(24 * 366);
constexpr const char* kFirstTokenFile = "administrator.token";

bool nobody_known(Work& work) {
  Statement& s = work.store.prepared("SELECT count(*) FROM person_token");
  s.row();
  const bool nobody = s.integer(0) == 0;
  s.done();
  return nobody;
}

void add_metric(std::string& out, const char* name, const char* type, std::uint64_t value) {
  out += fmt::format("# TYPE station_central_{0} {1}\nstation_central_{0} {2}\n", name, type, value);
}

}  // namespace

Daemon::Daemon(Authority authority, const base::Clock& clock) : authority_(std::move(authority)), clock_(clock) {}

Daemon::~Daemon() {
  stop(base::Milliseconds(0));
}

base::Result<std::unique_ptr<Daemon>> Daemon::open(DaemonOptions options, const base::Clock& clock,
                                                   base::Random& random) {
  auto authority = Authority::open(options.centre.data, options.centre.city, options.names, clock, random);
  if (!authority) return tl::unexpected(authority.error());
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(*authority), clock));
  options.centre.authority = &daemon->authority_;
  auto centre = Centre::open(options.centre, clock, random);
  if (!centre) return tl::unexpected(centre.error());
  daemon->centre_ = std::move(*centre);
  if (const auto written = daemon->write_first_token(); !written) return tl::unexpected(written.error());
  daemon->service_ = std::make_unique<Service>(*daemon->centre_, clock, options.service);
  options.server.certificate = daemon->authority_.server_chain();
  options.server.key = daemon->authority_.server_key();
  options.server.authority = daemon->authority_.certificate();
  auto server = Server::open(
      options.server,
      [d = daemon.get()](const HttpRequest& head, const Peer& peer) { return d->service_->admit(head, peer); },
      [d = daemon.get()](HttpRequest request, Server::Done done) { d->handle(std::move(request), std::move(done)); });
  if (!server) return tl::unexpected(server.error());
  daemon->server_ = std::move(*server);
  auto control = Control::open(control_socket(options.centre.data),
                               [d = daemon.get()](const std::string& line) { return d->obey(line); });
  if (control) {
    daemon->control_ = std::move(*control);
  } else {
    spdlog::warn("no orders from this machine can be taken (backup): {}", control.error().message);
  }
  return daemon;
}

// The token is on the disk before its hash is: a crash in between leaves a file that the next start replaces.
base::Result<void> Daemon::write_first_token() {
  base::Result<void> written;
  const auto done = centre_->transact([&](Work& work) {
    if (!nobody_known(work)) return;
    const std::string token = make_token(work, Role::administrator, "first administrator", kFirstTokenValid);
    audit(work, {}, "token.add", hash_of_secret(token).substr(0, 16), "first administrator");
    written = base::write_file(work.options.data / kFirstTokenFile, token + "\n", base::FileMode::secret);
    if (!written) throw Refusal{500, "io", written.error().message};
  });
  return written ? done : written;
}

void Daemon::handle(HttpRequest request, Server::Done done) {
  if (request.target == "/metrics" && request.method == "GET") {
    done({200, {{"content-type", "text/plain; version=0.0.4"}}, metrics()});
  } else if (request.target == "/healthz") {
    const bool broken = centre_->broken();
    done({broken ? 503 : 200, {{"content-type", "text/plain"}}, broken ? "broken\n" : "ok\n"});
  } else {
    service_->submit(std::move(request), std::move(done));
  }
}

std::string Daemon::obey(const std::string& line) {
  static constexpr std::string_view kBackUp = "backup ";
  if (!line.starts_with(kBackUp)) return "failed unknown order";
  const auto promise = std::make_shared<std::promise<std::string>>();
  auto answer = promise->get_future();
  service_->back_up(line.substr(kBackUp.size()), [promise](const base::Result<std::uint64_t>& bytes) {
    promise->set_value(bytes ? "ok " + std::to_string(*bytes) : "failed " + bytes.error().message);
  });
  return answer.get();
}

std::string Daemon::metrics() const {
  const ServerStats& net = server_->stats();
  const ServiceStats& store = service_->stats();
  std::string out;
  add_metric(out, "connections", "gauge", net.open);
  add_metric(out, "connections_accepted_total", "counter", net.accepted);
  add_metric(out, "connections_turned_away_total", "counter", net.turned_away);
  add_metric(out, "handshakes_failed_total", "counter", net.handshakes_failed);
  add_metric(out, "timeouts_total", "counter", net.timed_out);
  add_metric(out, "broken_requests_total", "counter", net.broken);
  add_metric(out, "requests_total", "counter", net.requests);
  add_metric(out, "received_bytes_total", "counter", net.bytes_in);
  add_metric(out, "sent_bytes_total", "counter", net.bytes_out);
  add_metric(out, "memory_of_bodies_bytes", "gauge", net.body_memory);
  out += "# TYPE station_central_answers_total counter\n";
  for (int hundred = 1; hundred <= 5; ++hundred)
    out += fmt::format("station_central_answers_total{{status=\"{}xx\"}} {}\n", hundred, net.status[hundred].load());
  add_metric(out, "queue", "gauge", store.queued);
  add_metric(out, "waiting_feeds", "gauge", store.parked);
  add_metric(out, "transactions_total", "counter", store.groups);
  add_metric(out, "transaction_requests_total", "counter", store.grouped);
  add_metric(out, "transaction_microseconds_total", "counter", store.busy_us);
  add_metric(out, "refused_full_total", "counter", store.full);
  add_metric(out, "refused_too_many_total", "counter", store.too_many);
  add_metric(out, "broken", "gauge", centre_->broken() ? 1 : 0);
  return out;
}

std::uint16_t Daemon::port() const {
  return server_->port();
}
const ServerStats& Daemon::server_stats() const {
  return server_->stats();
}

// Waiting feeds are answered by the service, so it stops first; the server brings those answers out.
void Daemon::stop(base::Milliseconds grace) {
  if (service_) service_->stop();
  control_.reset();
  if (server_) server_->stop(grace);
}

}  // namespace station::central
