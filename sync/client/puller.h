#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/client/backoff.h"
#include "sync/client/outbox.h"
#include "sync/client/sync_state.h"
#include "sync/client/transport.h"

namespace station::client {

struct PullOptions {
  int entries = 500;  // a request
  std::chrono::milliseconds limit{30'000};
  std::chrono::milliseconds pack_limit{600'000};
  std::chrono::milliseconds look_again{5'000};  // after an empty answer to a brief question
  std::uint64_t largest_pack = std::uint64_t{64} << 20;
  BackoffOptions backoff;
};

// Follows the centre's feed and fetches announced content packs. Applied is only what carries the centre's signature,
// is meant for this station and lies after the cursor; the cursor follows the signed positions, never the trailer.
class Puller {
 public:
  Puller(std::string station, FeedSink& sink, Transport& transport, const base::Clock& clock, base::Random& random,
         record::NoteKey centre, PullOptions options = {});

  // At most one request for the feed and one for a pack. The centre may hold the feed's answer back for `wait`; 0 in
  // the simulated world and between pushes. Returns when the next step is due; before that it does nothing.
  base::BootTime step(std::chrono::seconds wait = std::chrono::seconds(0));
  const DirectionState& state() const { return state_; }
  std::uint64_t cursor() const { return cursor_; }
  void retry_now();

 private:
  struct Page;
  base::BootTime ask(std::chrono::seconds wait);
  base::BootTime answered(const std::string& body, std::chrono::seconds wait);
  Page read_page(const std::string& body) const;
  base::BootTime failed(SyncTrouble trouble, std::string detail, std::chrono::milliseconds at_least = {});
  bool fetch_pack();  // false while one is wanted and not here
  bool pack_failed(SyncTrouble trouble, std::string detail, std::chrono::milliseconds at_least = {});

  const std::string scope_;
  FeedSink& sink_;
  Transport& transport_;
  const base::Clock& clock_;
  const record::NoteKey centre_;
  const PullOptions options_;
  Backoff backoff_, pack_backoff_;
  DirectionState state_;
  base::BootTime due_{}, pack_due_{};
  SyncTrouble pack_trouble_ = SyncTrouble::none;
  std::string pack_detail_;
  std::uint64_t cursor_ = 0;
};

}  // namespace station::client
