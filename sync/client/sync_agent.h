#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/client/anchorer.h"
#include "sync/client/puller.h"
#include "sync/client/pusher.h"
#include "sync/client/renewer.h"
#include "sync/client/sync_state.h"

namespace station::client {

struct SyncOptions {
  PushOptions push;
  PullOptions pull;
  AnchorOptions anchor;
  // A quiet station holds one long poll open. While records arrive it asks briefly between pushes instead: a record
  // never waits behind an open request, and a connection is thrown away for it at most once in this time.
  std::chrono::seconds quiet_after{60};
  std::chrono::seconds long_poll{25};
};

// Everything that travels between one station and the centre, on one thread: pushes first, then time, then the feed.
// step() belongs to that thread (or to the simulated world); nudge() and stop() may come from any.
class SyncAgent {
 public:
  SyncAgent(Outbox& outbox, FeedSink& feed, AnchorSink& anchors, Transport& transport, const base::Clock& clock,
            base::Random& random, std::string station, record::NoteKey centre, SyncOptions options = {});

  // Does what is due and says when to come back. Never waits except inside Transport::send; the feed is asked without
  // holding its answer back.
  base::BootTime step();
  // The certificate of the station is kept from ending, too. Before the first step.
  void renew_by(std::unique_ptr<Renewer> renewer) { renewer_ = std::move(renewer); }
  SyncState state() const;  // of the last step; from the thread that steps

  // Steps until stopped. `report` gets every changed state, on this thread.
  void run(std::stop_token stop, const std::function<void(const SyncState&)>& report);
  // A record was committed: ends waiting and a quiet long poll.
  void nudge();
  // A person asked to sync now: ends back-off, too.
  void retry_now();

 private:
  void take_orders();
  base::BootTime push_and_anchor();
  base::BootTime long_poll();

  Transport& transport_;
  const base::Clock& clock_;
  const SyncOptions options_;
  Pusher pusher_;
  Puller puller_;
  Anchorer anchorer_;
  std::unique_ptr<Renewer> renewer_;  // none where no certificate is used
  base::BootTime busy_until_{};

  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool nudged_ = false;    // guarded by mutex_
  bool hurry_ = false;     // guarded by mutex_
  bool polling_ = false;   // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace station::client
