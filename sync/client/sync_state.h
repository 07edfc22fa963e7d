#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sync/base/clock.h"

namespace station::client {

// Why the last attempt failed. Screens translate to_key(); maintainers also see the sentence beside it.
enum class SyncTrouble : std::uint8_t {
  none,
  network_down,  // no connection
  timed_out,     // connected, no complete answer in time
  tls_refused,   // one of the two certificates was not accepted
  busy,          // the centre asked to come back later (429, 503) or has a fault of its own (other 5xx)
  not_allowed,   // 401, 403: the centre does not know this station
  refused,       // the centre cannot store what was sent (422 and other 4xx)
  fenced,        // this incarnation was shut out; a person has to enrol the station anew
  forked,        // the centre holds another history of this log: both kept, this incarnation fenced
  centre_lying,  // an answer that cannot be true: position beyond ours, wrong signature, time going back
  cut,           // the feed ended before its trailer
  pack_corrupt,  // content pack with a wrong size or hash
  disk,          // the station's own store
};

// "sync.network_down"; "" for none.
const char* to_key(SyncTrouble trouble);

// One direction, for screens and for the maintainer. A value: copied between threads.
struct DirectionState {
  std::optional<base::UtcTime> last_success;  // wall clock of this machine
  SyncTrouble trouble = SyncTrouble::none;    // of the last attempt
  std::string detail;                         // one sentence for the maintainer
  int failures = 0;                           // in a row
  bool stopped = false;                       // fenced or forked: no further attempt until enrolled anew
  std::optional<base::BootTime> next_try;     // while it waits after a failure
  bool operator==(const DirectionState&) const = default;
};

struct SyncState {
  DirectionState up, down, clock;
  DirectionState certificate;  // its renewal: trouble only when it is due and fails
  std::uint64_t waiting = 0;  // records not yet confirmed
  std::uint64_t confirmed = 0;
  std::uint64_t cursor = 0;  // of the feed

  // The latest of both directions, what a rider's screen says as "last synced".
  std::optional<base::UtcTime> last_success() const;
  // What to show first: the way up before the way down before the clock and the certificate.
  SyncTrouble trouble() const;
  bool operator==(const SyncState&) const = default;
};

}  // namespace station::client
