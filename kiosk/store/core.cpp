#include "kiosk/store/core.h"

#include <nlohmann/json.hpp>

#include "sync/base/check.h"
#include "sync/record/record.h"

namespace station::store {

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Core::meta(const char* key, const std::string& fallback) {
  Statement& s = db.prepared("SELECT value FROM meta WHERE key=?").bind(key);
  if (!s.row()) return fallback;
  std::string value = s.text(0);
  s.reset();
  return value;
}

void Core::set_meta(const char* key, const std::string& value) {
  db.prepared("INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value").bind(key).bind(value).done();
}

void Log::load() {
  Statement& head = db_.prepared("SELECT size, edge FROM log_head WHERE id=1");
  std::uint64_t size = 0;
  if (head.row()) {
    size = static_cast<std::uint64_t>(head.integer(0));
    const base::Bytes edge = head.blob(1);
    auto restored = record::RightEdge::restore(size, {reinterpret_cast<const char*>(edge.data()), edge.size()});
    head.reset();
    if (!restored) throw StorageError{restored.error().message};
    edge_ = *restored;
  }
  Statement& last = db_.prepared("SELECT COALESCE(MAX(seq)+1, 0) FROM record");
  last.row();
  const auto next = static_cast<std::uint64_t>(last.integer(0));
  last.reset();
  if (next != size)
    throw StorageError{"the log holds " + std::to_string(next) + " records but its head says " + std::to_string(size)};
  committed_edge_ = edge_;
}

std::uint64_t Log::append(std::string_view type, const std::string& subject, const std::string& course,
                          const std::string& body, std::optional<BootTime> at) {
  const BootTime now = clock_.mono();
  record::Record r;
  r.station = identity_.station;
  r.inc = identity_.inc;
  r.seq = edge_.size();
  r.type = std::string(type);
  r.boot = clock_.boot_id();
  r.mono_ms = base::to_ms(at.value_or(now));
  r.at = clock_.utc() - (now - at.value_or(now));
  const bool anchored = anchored_boot_ == r.boot;
  r.clock = anchored ? record::ClockQuality::anchored : record::ClockQuality::plausible;
  r.unc_ms = uncertainty_ms_;
  r.subject = subject;
  r.body = body;
  const std::string line = record::to_line(r);
  STATION_CHECK(line.size() <= record::kMaxLineBytes, "records are small");
  const base::Digest leaf = record::leaf_hash(line);
  edge_.append(leaf);
  db_.prepared("INSERT INTO record VALUES(?,?,?,?,?)").bind(r.seq).bind(r.type).bind(subject).bind(course).bind(line).done();
  const std::string edge = edge_.serialise();
  db_.prepared("INSERT INTO log_head VALUES(1,?,?) ON CONFLICT(id) DO UPDATE SET size=excluded.size, edge=excluded.edge")
      .bind(edge_.size())
      .bind_blob(base::as_bytes(edge))
      .done();
  pending_.push_back({r.type, r.seq, leaf});
  return r.seq;
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

void Log::anchor(base::Milliseconds round_trip) {
  anchored_boot_ = clock_.boot_id();
  uncertainty_ms_ = std::max<std::int64_t>(1, round_trip.count() / 2);
}

}  // namespace station::store
