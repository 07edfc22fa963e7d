#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "kiosk/app/config.h"
#include "kiosk/app/ledger_sync.h"
#include "sync/base/mailbox.h"
#include "sync/client/sync_agent.h"
#include "sync/client/transport.h"

namespace station::app {

// The transport with a switch in front: "network down" of scripts and simulated stations.
class SwitchedTransport final : public client::Transport {
 public:
  explicit SwitchedTransport(std::unique_ptr<client::Transport> real) : real_(std::move(real)) {}
  base::Result<base::HttpResponse> send(const base::HttpRequest& request, std::chrono::milliseconds limit) override;
  void interrupt() override { real_->interrupt(); }
  void resume() override { real_->resume(); }
  void reconnect() override { real_->reconnect(); }
  void connect(bool up) { up_ = up; }  // any thread

 private:
  std::unique_ptr<client::Transport> real_;
  std::atomic<bool> up_{true};
};

// Everything between the ledger and the centre: adapters, transport, agent. Stepped by its owner, or on a thread of its
// own, "sync", after run().
class SyncLink {
 public:
  enum class Time { real, simulated };
  static base::Result<std::unique_ptr<SyncLink>> open(const KioskConfig& config, const StationIdentity& identity, LedgerDesk& desk,
                                                      const base::Clock& clock, base::Random& random, Time time);
  ~SyncLink();  // ends the request in flight, joins

  client::SyncAgent& agent() { return *agent_; }
  SwitchedTransport& network() { return *transport_; }

  // Starts the thread. `wake` is called on it after each change of state.
  void run(std::function<void()> wake);
  std::optional<client::SyncState> take_state();

 private:
  SyncLink(LedgerDesk& desk, LedgerSync::Anchors anchors) : ledger_(desk, anchors) {}

  LedgerSync ledger_;
  std::unique_ptr<SwitchedTransport> transport_;
  std::unique_ptr<client::SyncAgent> agent_;
  std::unique_ptr<base::Mailbox<client::SyncState>> states_;
  std::jthread thread_;
};

}  // namespace station::app
