#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/result.h"
#include "sync/record/feed.h"

// What pusher and puller need from the station's store. All calls come from the sync thread; an implementation that
// leaves the work to its ledger thread answers when that has committed. An error of any of these is a storage error:
// nothing is acknowledged and the step is tried again later.
namespace station::client {

struct LogState {
  std::string station;
  std::uint32_t inc = 1;
  std::uint64_t size = 0;       // committed records: positions 0 … size - 1
  std::uint64_t confirmed = 0;  // the centre's next free position, as it last said so; <= size
};

// The station's own log, seen from the way up.
class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual base::Result<LogState> state() = 0;
  // Lines from position `from` on as they were written: at least one when there is any, otherwise at most `max_lines`
  // and at most `max_bytes` counting one line feed each.
  virtual base::Result<std::vector<std::string>> lines(std::uint64_t from, std::size_t max_lines,
                                                       std::size_t max_bytes) = 0;
  // Signed checkpoint (record::sign_checkpoint, origin record::log_origin) of the first `size` records.
  virtual base::Result<std::string> checkpoint(std::uint64_t size) = 0;
  // The centre holds everything before `next`, durably. Lower than before when the centre was restored from a backup.
  virtual base::Result<void> set_confirmed(std::uint64_t next) = 0;
};

struct WantedPack {
  std::string pack;
  std::uint64_t version = 0;
  std::string sha256;  // 64 lower-case hex digits
  std::uint64_t bytes = 0;
};

// The way down.
class FeedSink {
 public:
  virtual ~FeedSink() = default;
  // `pos` of the last entry applied; 0 before the first.
  virtual base::Result<std::uint64_t> cursor() = 0;
  // Entries with a valid signature, for this station, in rising `pos` after the cursor: their effects and the cursor
  // (= pos of the last one) in one transaction. An entry whose effect is impossible or unknown is recorded as
  // `feed.refused` and passed over; only the disk may fail here.
  virtual base::Result<void> apply(std::span<const record::FeedEntry> entries) = 0;
  // The content pack that was announced and is not here yet.
  virtual base::Result<std::optional<WantedPack>> wanted_pack() = 0;
  // Bytes whose size and SHA-256 fit. A pack that does not open is recorded as `content.refused` and no longer wanted;
  // the old one stays.
  virtual base::Result<void> store_pack(const WantedPack& pack, const std::string& bytes) = 0;
};

// The centre's signed time at one instant of this boot: at boot time `mono` it was `utc`, give or take `unc`.
struct TimeAnchor {
  base::UtcTime utc;
  base::BootTime mono;
  base::Milliseconds unc{0};  // half of the round trip
  base::Milliseconds rtt{0};
  base::Milliseconds offset{0};  // this machine's wall clock minus the centre's
};

// Where time anchors go (`clock.anchored`).
class AnchorSink {
 public:
  virtual ~AnchorSink() = default;
  virtual base::Result<void> anchored(const TimeAnchor& anchor) = 0;
};

}  // namespace station::client
