#include "kiosk/store/log.h"

#include <algorithm>
#include <cstdlib>

#include "sync/base/check.h"
#include "sync/record/types.h"

namespace station::store {

namespace {

constexpr std::uint64_t kEdgeEvery = 256;  // records between two stored right edges

// Uncertainty, milliseconds. A quartz clock drifts by up to 100 millionths.
constexpr std::int64_t kPlausibleMs = 60'000;
constexpr std::int64_t kUnknownMs = 366LL * 24 * 3'600'000;
constexpr std::int64_t kWeekMs = 7LL * 24 * 3'600'000;
constexpr std::int64_t kRestartMs = 1'000;  // hardware clocks keep whole seconds
std::int64_t drift(std::int64_t ms) {
  return std::abs(ms) / 10'000;
}

// Before this the product did not exist: a clock that shows less was never set.
constexpr std::int64_t kEarliestMs = 1'767'225'600'000;  // 2026-01-01

std::string_view as_text(const base::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

record::RightEdge restored(std::uint64_t size, const base::Bytes& hashes) {
  auto edge = record::RightEdge::restore(size, as_text(hashes));
  if (!edge) throw StorageError{edge.error().message};
  return *std::move(edge);
}

}  // namespace

void Log::load() {
  {
    auto head = db_.query("SELECT size, edge FROM log_head WHERE id=1");
    if (head.row()) edge_ = restored(static_cast<std::uint64_t>(head.integer(0)), head.blob(1));
  }
  const auto next = static_cast<std::uint64_t>(db_.query("SELECT COALESCE(MAX(seq)+1, 0) FROM record").number());
  if (next != edge_.size())
    throw StorageError{"the log holds " + std::to_string(next) + " records but its head says " +
                       std::to_string(edge_.size())};
  check_tail();
  committed_edge_ = edge_;
  auto anchor = db_.query(
      "SELECT (SELECT value FROM meta WHERE key='anchor_utc'), (SELECT value FROM meta WHERE key='anchor_offset')");
  if (anchor.row() && !anchor.text(0).empty())
    last_anchor_ = LastAnchor{base::utc_from_ms(anchor.integer(0)), base::Milliseconds(anchor.integer(1))};
}

// The records since the last stored edge, hashed anew, must give the head; and the last one must be ours.
void Log::check_tail() {
  if (edge_.size() == 0) return;
  if (edge_at(edge_.size()).root() != edge_.root())
    throw StorageError{"the last records of the log do not fit its head: the database is damaged"};
  const auto last = record::parse_line(db_.query("SELECT line FROM record WHERE seq=?").bind(edge_.size() - 1).word());
  if (!last) throw StorageError{"the last record of the log is damaged: " + last.error().message};
  if (last->station != identity_.station || last->inc != identity_.inc)
    throw StorageError{"the log belongs to incarnation " + std::to_string(last->inc) + " of station " + last->station +
                       ", not to incarnation " + std::to_string(identity_.inc) + " of " + identity_.station +
                       ": keep this database as evidence and start with a new one"};
  if (last->seq != edge_.size() - 1)
    throw StorageError{"the last record of the log stands at a wrong place: the database is damaged"};
}

record::RightEdge Log::edge_at(std::uint64_t size) {
  STATION_CHECK(size <= edge_.size(), "the log has no head beyond its end");
  record::RightEdge edge;
  if (const std::uint64_t base = (size - (size > 0)) / kEdgeEvery * kEdgeEvery; base > 0) {
    auto stored = db_.query("SELECT edge FROM log_edge WHERE size=?").bind(base);
    if (!stored.row())
      throw StorageError{"the log's edge at " + std::to_string(base) + " is missing: the database is damaged"};
    edge = restored(base, stored.blob(0));
  }
  auto lines = db_.query("SELECT line FROM record WHERE seq>=? AND seq<? ORDER BY seq").bind(edge.size()).bind(size);
  while (lines.row()) edge.append(record::leaf_hash(lines.text(0)));
  if (edge.size() != size) throw StorageError{"records of the log are missing: the database is damaged"};
  return edge;
}

std::uint64_t Log::append(std::string_view type, const std::string& subject, const std::string& course,
                          const std::string& body, std::optional<BootTime> at) {
  const BootTime when = at.value_or(clock_.mono());
  const Stamp time = stamp(when);
  record::Record r;
  r.station = identity_.station;
  r.inc = identity_.inc;
  r.seq = edge_.size();
  r.type = std::string(type);
  r.boot = clock_.boot_id();
  r.mono_ms = base::to_ms(when);
  r.at = time.at;
  r.unc_ms = time.unc_ms;
  r.clock = time.clock;
  r.subject = subject;
  r.body = body;
  const std::string line = record::to_line(r);
  STATION_CHECK(line.size() <= record::kMaxLineBytes, "records are small");
  const base::Digest leaf = record::leaf_hash(line);
  edge_.append(leaf);
  db_.query("INSERT INTO record VALUES(?,?,?)").bind(r.seq).bind(course).bind(line).done();
  store_head();
  pending_.push_back({r.type, r.seq, leaf});
  return r.seq;
}

void Log::store_head() {
  const std::string edge = edge_.serialise();
  db_.query("INSERT INTO log_head VALUES(1,?,?) ON CONFLICT(id) DO UPDATE SET size=excluded.size, edge=excluded.edge")
      .bind(edge_.size())
      .bind_blob(base::as_bytes(edge))
      .done();
  if (edge_.size() % kEdgeEvery == 0)
    db_.query("INSERT INTO log_edge VALUES(?,?)").bind(edge_.size()).bind_blob(base::as_bytes(edge)).done();
}

void Log::committed(const LedgerOptions& options) {
  committed_edge_ = edge_;
  if (options.on_committed)
    for (const Pending& p : pending_) options.on_committed(p.type, identity_.inc, p.seq, p.leaf);
  pending_.clear();
}

void Log::rolled_back() {
  edge_ = committed_edge_;
  pending_.clear();
}

Log::Stamp Log::stamp(BootTime at) const {
  using record::ClockQuality;
  if (anchor_ && anchor_boot_ == clock_.boot_id()) {
    const auto since = at - anchor_->mono;
    return {anchor_->utc + since, std::max<std::int64_t>(1, anchor_->unc.count()) + drift(since.count()),
            ClockQuality::anchored};
  }
  const UtcTime wall = clock_.utc() - (clock_.mono() - at);
  if (base::to_ms(wall) < kEarliestMs) return {wall, kUnknownMs, ClockQuality::unknown};
  if (!last_anchor_) return {wall, kPlausibleMs, ClockQuality::plausible};
  const std::int64_t age = (wall - last_anchor_->utc).count();
  const std::int64_t unc = std::abs(last_anchor_->offset.count()) + kRestartMs + drift(age);
  if (age < -unc) return {wall, kUnknownMs, ClockQuality::unknown};  // earlier than what the centre once said
  if (age <= kWeekMs) return {wall, unc, ClockQuality::week};
  return {wall, std::max(kPlausibleMs, unc), ClockQuality::plausible};
}

void Log::anchor(const TimeAnchor& anchor) {
  anchor_ = anchor;
  anchor_boot_ = clock_.boot_id();
  last_anchor_ = LastAnchor{anchor.utc, anchor.offset};
  for (const auto& [key, value] : {std::pair<const char*, std::int64_t>{"anchor_utc", base::to_ms(anchor.utc)},
                                   {"anchor_offset", anchor.offset.count()}})
    db_.query("INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
        .bind(key)
        .bind(std::to_string(value))
        .done();
  append(record::kClockAnchored, "", "",
         "{\"offset_ms\":" + std::to_string(anchor.offset.count()) +
             ",\"rtt_ms\":" + std::to_string(anchor.rtt.count()) + "}");
}

}  // namespace station::store
