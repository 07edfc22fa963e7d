#pragma once

#include <memory>
#include <string>

#include "kiosk/flow/ledger.h"
#include "kiosk/store/core.h"
#include "sync/base/result.h"
#include "sync/record/feed.h"

namespace station::store {

// The station's database and its only owner: the log, the state that follows from it, the roster from the centre. One
// thread. A storage error is final: every later request is answered by StorageFailed until the program starts again.
class Ledger {
 public:
  // Opens, migrates, verifies the log's head and settles what a crash left behind. `corrupt` or `io` with a sentence for
  // the maintainer when the file cannot be trusted.
  static base::Result<std::unique_ptr<Ledger>> open(Identity identity, LedgerOptions options, const base::Clock& clock,
                                                    base::Random& random);
  ~Ledger();

  flow::Reply handle(const flow::Request& request);
  flow::StationView station();
  bool broken() const { return broken_; }

  // A clean stop: remembered, so that the next start knows that nothing was cut off.
  void close();

  // Content: the newest applied pack; null before the first.
  std::shared_ptr<const record::Content> content() const;

  // --- the sync side ---
  // Log lines from `from` on, limited in number and bytes, and the signed head of the log right after them.
  struct Lines {
    std::vector<std::string> lines;
    std::string checkpoint;
  };
  Lines lines_from(std::uint64_t from, std::size_t most_lines, std::size_t most_bytes);
  std::uint64_t log_size() const;
  std::uint64_t confirmed() const;  // the centre's next position as it last told
  void set_confirmed(std::uint64_t next);
  std::uint64_t feed_cursor() const;
  // Applies one entry and moves the cursor, in one transaction. An entry that cannot be applied is recorded
  // (feed.refused) and passed over: one bad directive must not stop the feed.
  base::Result<void> apply(const record::FeedEntry& entry);
  struct WantedPack {
    std::string name;
    std::int64_t version = 0;
    std::string sha256;
  };
  std::optional<WantedPack> wanted_pack();
  // Checks and applies a pack that was downloaded (or brought on a stick); a bad one is refused and the old one stays.
  base::Result<void> offer_pack(const WantedPack& wanted, std::string_view bytes);
  void anchored(base::Milliseconds offset, base::Milliseconds round_trip);

  // Rebuilds balances and projections from the log and compares; the first difference as text, or nothing.
  std::string compare_with_log();

 private:
  Ledger(Identity identity, LedgerOptions options, const base::Clock& clock, base::Random& random);
  void start();
  template <class Work>
  base::Result<void> guarded(Work work);

  const Identity identity_;
  const LedgerOptions options_;
  Database db_;
  Core core_;
  bool broken_ = false;
  std::string broken_why_;
};

}  // namespace station::store
