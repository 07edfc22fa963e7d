#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/ledger.h"
#include "sync/base/mailbox.h"

namespace station::app {

// The way to the ledger. Requests are answered in order; whoever else needs the database (sync) runs a piece of work
// where the ledger lives, so that there is one owner and one connection.
class LedgerDesk {
 public:
  virtual ~LedgerDesk() = default;
  // False: the mailbox is full and the rider has to wait; nothing was lost, ask again.
  virtual bool post(flow::Request request) = 0;
  virtual std::optional<flow::Reply> take_reply() = 0;
  // The newest station view, once for each change.
  virtual std::optional<flow::StationView> take_station() = 0;
  // Runs `work` on the ledger's thread and waits for it.
  virtual void with_ledger(const std::function<void(store::Ledger&)>& work) = 0;
};

// On the caller's thread: headless scripts and the simulated world.
class DirectLedger final : public LedgerDesk {
 public:
  explicit DirectLedger(store::Ledger& ledger) : ledger_(ledger), station_(ledger.station()) {}
  bool post(flow::Request request) override;
  std::optional<flow::Reply> take_reply() override;
  std::optional<flow::StationView> take_station() override;
  void with_ledger(const std::function<void(store::Ledger&)>& work) override;

 private:
  store::Ledger& ledger_;
  std::deque<flow::Reply> replies_;
  std::optional<flow::StationView> station_;
};

// On a thread of its own: the window never waits for the disk or for argon2.
class LedgerThread final : public LedgerDesk {
 public:
  // `wake` is called on the ledger's thread after each reply.
  LedgerThread(std::unique_ptr<store::Ledger> ledger, std::function<void()> wake);
  ~LedgerThread() override;  // finishes what is queued, closes the ledger cleanly, joins
  bool post(flow::Request request) override;
  std::optional<flow::Reply> take_reply() override { return replies_.try_take(); }
  std::optional<flow::StationView> take_station() override { return stations_.try_take(); }
  void with_ledger(const std::function<void(store::Ledger&)>& work) override;

 private:
  void run();

  std::unique_ptr<store::Ledger> ledger_;
  base::Mailbox<std::function<void(store::Ledger&)>> work_{256};
  base::Mailbox<flow::Reply> replies_;
  base::Mailbox<flow::StationView> stations_;
  std::jthread thread_;
};

}  // namespace station::app
