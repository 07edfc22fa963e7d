#include "kiosk/app/sync_link.h"

#include "kiosk/app/thread_name.h"
#include "sync/client/curl_transport.h"

namespace station::app {

base::Result<base::HttpResponse> SwitchedTransport::send(const base::HttpRequest& request, std::chrono::milliseconds limit) {
  if (!up_) return base::fail(base::Errc::unavailable, "the network is switched off");
  return real_->send(request, limit);
}

base::Result<std::unique_ptr<SyncLink>> SyncLink::open(const KioskConfig& config, const StationIdentity& identity, LedgerDesk& desk,
                                                       const base::Clock& clock, base::Random& random, Time time) {
  client::CurlOptions options;
  options.url = config.centre_url.empty() ? identity.enrolled.url : config.centre_url;
  options.ca = identity.enrolled.ca;
  options.certificate = identity.enrolled.tls_certificate;
  options.key = identity.enrolled.tls_key;
  auto transport = client::CurlTransport::open(std::move(options));
  if (!transport) return tl::unexpected(transport.error());
  const bool simulated = time == Time::simulated;
  std::unique_ptr<SyncLink> link(new SyncLink(desk, simulated ? LedgerSync::Anchors::ignored : LedgerSync::Anchors::kept));
  link->transport_ = std::make_unique<SwitchedTransport>(std::move(*transport));
  client::SyncOptions sync;
  sync.push.max_lines = config.batch_lines;
  // On simulated time a second anchor would look like a centre whose clock goes wrong: one is taken and not used.
  if (simulated) sync.anchor.every = std::chrono::hours(24 * 365 * 100);
  link->agent_ = std::make_unique<client::SyncAgent>(link->ledger_, link->ledger_, link->ledger_, *link->transport_, clock, random,
                                                     identity.own.station, identity.own.centre, sync);
  if (simulated) return link;  // certificates end by the clock of the world
  link->agent_->renew_by(std::make_unique<client::Renewer>(
      identity.own.station,
      client::Renewer::Files{identity.enrolled.ca, identity.enrolled.tls_certificate, identity.enrolled.tls_key}, *link->transport_,
      clock, random));
  return link;
}

SyncLink::~SyncLink() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void SyncLink::run(std::function<void()> wake) {
  states_ = std::make_unique<base::Mailbox<client::SyncState>>(1, std::move(wake));
  thread_ = std::jthread([this](const std::stop_token& stop) {
    name_this_thread("sync");
    agent_->run(stop, [this](const client::SyncState& state) { states_->post_newest(state); });
  });
}

std::optional<client::SyncState> SyncLink::take_state() { return states_ ? states_->try_take() : std::nullopt; }

}  // namespace station::app
