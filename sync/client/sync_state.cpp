#include "sync/client/sync_state.h"

#include <algorithm>

namespace station::client {

const char* to_key(SyncTrouble trouble) {
  switch (trouble) {
    case SyncTrouble::none:
      return "";
    case SyncTrouble::network_down:
      return "sync.network_down";
    case SyncTrouble::timed_out:
      return "sync.timed_out";
    case SyncTrouble::tls_refused:
      return "sync.tls_refused";
    case SyncTrouble::busy:
      return "sync.busy";
    case SyncTrouble::not_allowed:
      return "sync.not_allowed";
    case SyncTrouble::refused:
      return "sync.refused";
    case SyncTrouble::fenced:
      return "sync.fenced";
    case SyncTrouble::forked:
      return "sync.forked";
    case SyncTrouble::centre_lying:
      return "sync.centre_lying";
    case SyncTrouble::cut:
      return "sync.cut";
    case SyncTrouble::pack_corrupt:
      return "sync.pack_corrupt";
    case SyncTrouble::disk:
      return "sync.disk";
  }
  return "";
}

std::optional<base::UtcTime> SyncState::last_success() const {
  return std::max(up.last_success, down.last_success);
}

SyncTrouble SyncState::trouble() const {
  for (const DirectionState* d : {&up, &down, &clock, &certificate})
    if (d->trouble != SyncTrouble::none) return d->trouble;
  return SyncTrouble::none;
}

}  // namespace station::client
