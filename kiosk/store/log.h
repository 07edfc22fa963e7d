#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/store/options.h"
#include "kiosk/store/sqlite.h"
#include "sync/base/clock.h"
#include "sync/record/merkle.h"
#include "sync/record/record.h"

namespace station::store {

// The append-only log inside the database. Records become part of the caller's transaction.
class Log {
 public:
  Log(Database& db, const Identity& identity, const base::Clock& clock) : db_(db), identity_(identity), clock_(clock) {}

  // Reads the head and checks the last records against it, without reading the whole log. Throws StorageError.
  void load();

  // `body` is a JSON object text; `course` is the one it belongs to, or empty. `at` is the moment of the event on the
  // boot clock; now if absent.
  std::uint64_t append(std::string_view type, const std::string& subject, const std::string& course,
                       const std::string& body, std::optional<BootTime> at = {});
  std::uint64_t size() const { return edge_.size(); }
  const record::RightEdge& edge() const { return edge_; }
  // The right edge of the first `size` records; size <= size().
  record::RightEdge edge_at(std::uint64_t size);

  void committed(const LedgerOptions& options);
  void rolled_back();

  // A moment of this boot as far as it is known: the time, its uncertainty and where it comes from.
  struct Stamp {
    UtcTime at;
    std::int64_t unc_ms = 0;
    record::ClockQuality clock = record::ClockQuality::unknown;
  };
  Stamp stamp(BootTime at) const;
  // Appends `clock.anchored` and reckons by it from now on.
  void anchor(const TimeAnchor& anchor);

 private:
  void check_tail();
  void store_head();

  struct Pending {
    std::string type;
    std::uint64_t seq;
    base::Digest leaf;
  };
  // Of the latest anchor, across restarts.
  struct LastAnchor {
    UtcTime utc;
    base::Milliseconds offset{0};
  };

  Database& db_;
  const Identity& identity_;
  const base::Clock& clock_;
  record::RightEdge edge_, committed_edge_;
  std::vector<Pending> pending_;
  std::optional<TimeAnchor> anchor_;
  std::string anchor_boot_;
  std::optional<LastAnchor> last_anchor_;
};

}  // namespace station::store
