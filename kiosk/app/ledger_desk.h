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

// What everybody may see of the ledger, after it changed.
struct LedgerNews {
  flow::StationView station;
  std::shared_ptr<const record::Content> content;  // the newest applied pack; null before the first
};

// The way to the ledger. Requests are answered in order; whoever else needs the database (sync) runs a piece of work
// where the ledger lives, so that there is one owner and one connection.
class LedgerDesk {
 public:
  virtual ~LedgerDesk() = default;
  // False: the mailbox is full and the rider has to wait; nothing was lost, ask again.
  virtual bool post(const flow::Request& request) = 0;
  virtual std::optional<flow::Reply> take_reply() = 0;
  // The newest, once for each change.
  virtual std::optional<LedgerNews> take_news() = 0;
  // Runs `work` on the ledger's thread and waits for it.
  virtual void with_ledger(const std::function<void(store::Ledger&)>& work) = 0;
};

// On the caller's thread: headless scripts and tests.
class DirectLedger final : public LedgerDesk {
 public:
  explicit DirectLedger(store::Ledger& ledger);
  bool post(const flow::Request& request) override;
  std::optional<flow::Reply> take_reply() override;
  std::optional<LedgerNews> take_news() override;
  void with_ledger(const std::function<void(store::Ledger&)>& work) override;

 private:
  store::Ledger& ledger_;
  std::deque<flow::Reply> replies_;
  std::optional<LedgerNews> news_;
};

// On a thread of its own, "ledger": the window never waits for the disk or for argon2.
class LedgerThread final : public LedgerDesk {
 public:
  // `wake` is called on the ledger's thread after each reply and each change.
  LedgerThread(std::unique_ptr<store::Ledger> ledger, const std::function<void()>& wake);
  ~LedgerThread() override;  // finishes what is queued, closes the ledger cleanly, joins
  bool post(const flow::Request& request) override;
  std::optional<flow::Reply> take_reply() override { return replies_.try_take(); }
  std::optional<LedgerNews> take_news() override { return news_.try_take(); }
  void with_ledger(const std::function<void(store::Ledger&)>& work) override;

 private:
  void run();

  std::unique_ptr<store::Ledger> ledger_;
  base::Mailbox<std::function<void(store::Ledger&)>> work_{256};
  base::Mailbox<flow::Reply> replies_;
  base::Mailbox<LedgerNews> news_;
  std::jthread thread_;
};

}  // namespace station::app
