#include <fmt/format.h>

#include "kiosk/store/parts.h"
#include "sync/base/id.h"
#include "sync/record/types.h"

namespace station::store {

namespace {

void close_visit(Core& core, const std::string& visit, const std::string& subject, const std::string& reason) {
  core.db.query("UPDATE visit SET open=0 WHERE visit=?").bind(visit).done();
  core.log.append(record::kCheckedOut, subject, "",
                  fmt::format(R"({{"visit":"{}","reason":{}}})", visit, json_text(reason)));
}

}  // namespace

Outcome leave_station(Core& core, const flow::LeaveStation& d) {
  const std::string visit = core.db.query("SELECT visit FROM visit WHERE subject=? AND open=1").bind(d.subject).word();
  if (!visit.empty()) close_visit(core, visit, d.subject, d.reason);
  return flow::Done{};
}

// Within one boot the boot clock measures a visit. Of one that began before, only the wall clock knows, and it may be
// wrong: such a visit ends at the latest when this boot has lasted as long as a visit may.
void close_old_visits(Core& core) {
  const std::int64_t limit = core.options.visit_limit.count();
  std::vector<std::pair<std::string, std::string>> old;
  {
    auto q = core.db
                 .query(
                     "SELECT visit, subject FROM visit WHERE open=1 AND CASE WHEN boot=?1 THEN ?2-since_mono>=?4 ELSE "
                     "?3-since_utc>=?4 OR ?2>=?4 END ORDER BY since_utc, visit")
                 .bind(core.clock.boot_id())
                 .bind(core.mono_ms())
                 .bind(core.utc_ms())
                 .bind(limit);
    while (q.row()) old.emplace_back(q.text(0), q.text(1));
  }
  for (const auto& [visit, subject] : old) close_visit(core, visit, subject, "timeout");
}

int earn_points(Core& core, const std::string& subject, int points, const std::string& reason, const std::string& ref) {
  if (points <= 0) return 0;
  if (core.db.query("SELECT 1 FROM points_transfer WHERE subject=? AND reason=? AND ref=?")
          .bind(subject)
          .bind(reason)
          .bind(ref)
          .row())
    return 0;
  const std::string transfer = base::new_id(core.random);
  const std::uint64_t seq = core.log.append(record::kPointsEarned, subject, "",
                                            fmt::format(R"({{"transfer":"{}","points":{},"reason":"{}","ref":{}}})",
                                                        transfer, points, reason, json_text(ref)));
  core.db.query("INSERT INTO points_transfer VALUES(?,?,?,?,?,?)")
      .bind(transfer)
      .bind(subject)
      .bind(points)
      .bind(reason)
      .bind(ref)
      .bind(seq)
      .done();
  return points;
}

std::int64_t points_of(Core& core, const std::string& subject) {
  std::int64_t balance = 0, upto = 0;
  {
    auto q = core.db.query("SELECT balance, upto FROM points_balance WHERE subject=?").bind(subject);
    if (q.row()) {
      balance = q.integer(0);
      upto = q.integer(1);
    }
  }
  return balance + core.db.query("SELECT COALESCE(SUM(points),0) FROM points_transfer WHERE subject=? AND seq>=?")
                       .bind(subject)
                       .bind(upto)
                       .number();
}

}  // namespace station::store
