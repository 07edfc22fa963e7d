#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/client/anchorer.h"
#include "sync/client/puller.h"
#include "sync/client/pusher.h"
#include "sync/client/sync_state.h"

namespace station::client {

struct SyncOptions {
  PushOptions push;
  PullOptions pull;
  AnchorOptions anchor;
  // A quiet station holds one long poll open; while records arrive it asks briefly between pushes instead, so that a
  // record never waits behind an open request and no connection is thrown away for it.
  std::chrono::seconds quiet_after{60};
};

// Everything that travels between one station and the centre, on one thread: pushes first, then time, then the feed.
// step() belongs to that thread (or to the simulated world); nudge() and stop() may come from any.
class SyncAgent {
 public:
  SyncAgent(Outbox& outbox, FeedSink& feed, AnchorSink& anchors, Transport& transport, const base::Clock& clock,
            base::Random& random, record::NoteKey centre, SyncOptions options = {});

  // Does what is due and says when to come back. Never waits except inside Transport::send.
  base::BootTime step();
  SyncState state() const;  // of the last step; call from the sync thread, or use `report`

  // Steps until stopped. `report` gets every changed state, on this thread.
  void run(std::stop_token stop, const std::function<void(const SyncState&)>& report);
  // A record was committed, or a person asked to sync now: ends waiting and a quiet long poll.
  void nudge();
  // A person asked for it: back-off ends now.
  void retry_now();
  // After re-enrolment: forget that the old incarnation was fenced.
  void restart();

 private:
  void poll_if_quiet();

  Outbox& outbox_;
  Transport& transport_;
  const base::Clock& clock_;
  const SyncOptions options_;
  Pusher pusher_;
  Puller puller_;
  Anchorer anchorer_;
  base::BootTime busy_until_{};

  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool nudged_ = false;   // guarded by mutex_
  bool hurry_ = false;    // guarded by mutex_
  bool polling_ = false;  // guarded by mutex_
};

}  // namespace station::client
