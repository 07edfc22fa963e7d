#pragma once

#include <chrono>
#include <optional>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/client/backoff.h"
#include "sync/client/outbox.h"
#include "sync/client/sync_state.h"
#include "sync/client/transport.h"

namespace station::client {

struct AnchorOptions {
  std::chrono::milliseconds every{6 * 3'600'000};
  std::chrono::milliseconds limit{10'000};
  std::chrono::milliseconds largest_rtt{5'000};  // a slower answer says too little about the time
  std::chrono::milliseconds tolerance{2'000};    // between two anchors of one boot, beside their uncertainties
  BackoffOptions backoff;
};

// Asks the centre for its signed time. Within one boot (and no object outlives one) the centre's time must run on with
// the boot clock; an answer that goes back or leaps is not taken.
class Anchorer {
 public:
  Anchorer(AnchorSink& sink, Transport& transport, const base::Clock& clock, base::Random& random,
           record::NoteKey centre, AnchorOptions options = {});

  base::BootTime step();
  const DirectionState& state() const { return state_; }
  void retry_now();

 private:
  base::BootTime failed(SyncTrouble trouble, std::string detail, std::chrono::milliseconds at_least = {});
  base::Result<base::UtcTime> open(const std::string& body, const std::string& nonce) const;
  // How far this anchor is from where the last one of this boot leads; 0 within what clocks may do.
  std::chrono::milliseconds leap_of(const TimeAnchor& anchor) const;

  AnchorSink& sink_;
  Transport& transport_;
  const base::Clock& clock_;
  base::Random& random_;
  const record::NoteKey centre_;
  const AnchorOptions options_;
  Backoff backoff_;
  DirectionState state_;
  base::BootTime due_{};
  std::optional<TimeAnchor> last_;
};

}  // namespace station::client
