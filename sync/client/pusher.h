#pragma once

#include <chrono>
#include <cstdint>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/client/backoff.h"
#include "sync/client/outbox.h"
#include "sync/client/sync_state.h"
#include "sync/client/transport.h"
#include "sync/record/batch.h"

namespace station::client {

struct PushOptions {
  std::size_t max_lines = record::kMaxBatchLines;
  std::size_t max_bytes = record::kMaxBatchBytes;
  std::chrono::milliseconds limit{30'000};
  std::chrono::milliseconds look_again{2'000};  // while there is nothing to send
  BackoffOptions backoff;
};

// Sends the log from the centre's next position on, one batch a step, for ever. Position and content are the
// idempotency key: a batch whose answer was lost is simply sent again. What it never does: confirm a position that the
// station has not written, or one that the centre did not name in an answer to this very batch. Fenced or forked, it
// stops until the outbox shows another incarnation.
class Pusher {
 public:
  Pusher(Outbox& outbox, Transport& transport, const base::Clock& clock, base::Random& random,
         PushOptions options = {});

  // At most one request. Returns when the next step is due; before that it does nothing.
  base::BootTime step();
  const DirectionState& state() const { return state_; }
  std::uint64_t waiting() const { return waiting_; }
  std::uint64_t confirmed() const { return confirmed_; }

  void look_now();   // something new may be there; changes nothing while it waits after a failure
  void retry_now();  // ends that wait

 private:
  base::BootTime send_batch(const LogState& log);
  base::BootTime answered(const LogState& log, std::size_t lines, const base::HttpResponse& response);
  base::BootTime accepted(const LogState& log, std::uint64_t next);
  base::BootTime rewound(const LogState& log, std::uint64_t next);
  base::BootTime refused(std::size_t lines, std::string detail);
  base::BootTime failed(SyncTrouble trouble, std::string detail, std::chrono::milliseconds at_least = {});
  base::BootTime stopped(SyncTrouble trouble, std::string detail);

  Outbox& outbox_;
  Transport& transport_;
  const base::Clock& clock_;
  const PushOptions options_;
  Backoff backoff_;
  DirectionState state_;
  base::BootTime due_{};
  std::uint64_t waiting_ = 0;
  std::uint64_t confirmed_ = 0;
  std::uint32_t stopped_inc_ = 0;  // the incarnation that was fenced
  int rewinds_ = 0;                // in a row, without an accepted line between
  std::size_t lines_now_;          // smaller after a refused batch, so that one bad line does not hold up the good ones
};

}  // namespace station::client
