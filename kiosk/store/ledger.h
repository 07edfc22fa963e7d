#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/options.h"
#include "sync/base/random.h"
#include "sync/base/result.h"
#include "sync/record/feed.h"

namespace station::record {
struct Content;
}

namespace station::store {

struct Core;

// A content pack that was announced and is not here yet.
struct WantedPack {
  std::string pack;
  std::uint64_t version = 0;
  std::string sha256;
  std::uint64_t bytes = 0;
};

// The station's database and its only owner: the log, the state that follows from it, the roster from the centre. One
// thread. A storage error is final: every later request is answered by StorageFailed (or `io`) until the program starts
// again; nothing that was not committed is ever confirmed.
class Ledger {
 public:
  // Opens, migrates, verifies head and tail of the log and settles what a crash left behind. `io` with a sentence for
  // the maintainer when the file cannot be used or trusted.
  static base::Result<std::unique_ptr<Ledger>> open(Identity identity, LedgerOptions options, const base::Clock& clock,
                                                    base::Random& random);
  ~Ledger();

  flow::Reply handle(const flow::Request& request);
  // Several in one transaction, each seeing what those before it changed; nothing of them is confirmed before COMMIT.
  std::vector<flow::Reply> handle(std::span<const flow::Request> requests);
  flow::StationView station();
  bool broken() const { return broken_; }

  // A clean stop: remembered, so that the next start knows that nothing was cut off.
  void close();

  // Content: the newest applied pack; null before the first. Opened papers carry the content that they were frozen
  // with.
  std::shared_ptr<const record::Content> content() const;

  // --- the way up ---
  const Identity& identity() const { return identity_; }
  std::uint64_t log_size() const;
  std::uint64_t confirmed() const { return confirmed_; }  // the centre's next position as it last told; <= log_size()
  // Lines from position `from` on: at least one when there is any, otherwise at most `most_lines` and at most
  // `most_bytes` counting one line feed each.
  base::Result<std::vector<std::string>> lines(std::uint64_t from, std::size_t most_lines, std::size_t most_bytes);
  // Signed checkpoint of the first `size` records; at most 256 records are hashed for it.
  base::Result<std::string> checkpoint(std::uint64_t size);
  // Lower than before when the centre was restored from a backup; never beyond the log.
  base::Result<void> set_confirmed(std::uint64_t next);

  // --- the way down ---
  std::uint64_t feed_cursor() const { return feed_cursor_; }
  // Entries in rising order: their effects and the cursor in one transaction; those at or before the cursor were
  // applied before and are passed over. An entry that cannot be applied is recorded (feed.refused): one bad directive
  // must not stop the feed.
  base::Result<void> apply(std::span<const record::FeedEntry> entries);
  base::Result<std::optional<WantedPack>> wanted_pack();
  // Checks and applies a pack that was downloaded or brought on a stick: its checksum, the centre's signature, the
  // manifest, the content. `corrupt` with the reason: it was refused and
  // recorded, is no longer wanted, and the old one stays. `io`: the disk failed.
  base::Result<void> offer_pack(const WantedPack& wanted, std::string_view bytes);
  base::Result<void> anchored(const TimeAnchor& anchor);

  // Reads the whole log, rebuilds balances and projections from it and compares; the first difference as a sentence, or
  // nothing.
  std::string compare_with_log();

 private:
  Ledger(Identity identity, LedgerOptions options, const base::Clock& clock, base::Random& random);
  void start();
  template <class Work>
  base::Result<void> guarded(Work work);
  template <class Value, class Work>
  base::Result<Value> reading(Work work);
  base::Result<void> failed(const std::string& why);

  const Identity identity_;
  const LedgerOptions options_;
  struct Parts;
  std::unique_ptr<Parts> parts_;
  Core& core_;
  std::uint64_t confirmed_ = 0, feed_cursor_ = 0;
  bool broken_ = false;
  std::string broken_why_;
};

}  // namespace station::store
