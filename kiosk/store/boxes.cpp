#include "kiosk/store/parts.h"
#include "sync/base/id.h"
#include "sync/record/types.h"

namespace station::store {

namespace {

struct Lease {
  std::string lease, box, subject, state;
};

std::optional<Lease> find_lease(Core& core, const std::string& id) {
  auto s = core.db.query("SELECT lease, box, subject, state FROM lease WHERE lease=? AND state<>'ended'").bind(id);
  if (!s.row()) return std::nullopt;
  Lease l{s.text(0), s.text(1), s.text(2), s.text(3)};
  return l;
}

void set_state(Core& core, const std::string& lease, const char* state) {
  core.db.query("UPDATE lease SET state=? WHERE lease=?").bind(state).bind(lease).done();
}

void end_lease(Core& core, const Lease& l, const char* reason) {
  set_state(core, l.lease, "ended");
  core.log.append(
      record::kLeaseEnded, l.subject, "",
      "{\"lease\":" + json_text(l.lease) + ",\"box\":" + json_text(l.box) + ",\"reason\":\"" + reason + "\"}");
}

const char* size_letter(std::int64_t size) {
  return size == 0 ? "S" : size == 1 ? "M" : "L";
}

}  // namespace

void configure_boxes(Core& core) {
  core.db.run("UPDATE box SET present=0");
  for (const BoxConfig& b : core.options.boxes)
    core.db.query("INSERT INTO box VALUES(?,?,0,1) ON CONFLICT(name) DO UPDATE SET size=excluded.size, present=1")
        .bind(b.name)
        .bind(static_cast<int>(b.size))
        .done();
}

// Holds of an earlier run are given back. Openings without a result wait for the door (pending_openings). Where a door
// was open nobody knows what the rider did with it: the box stays theirs.
void settle_boxes_at_start(Core& core) {
  core.db.query("UPDATE lease SET state='ended' WHERE state<>'ended' AND state='held' AND run<>?")
      .bind(core.run)
      .done();
  core.db.query("UPDATE lease SET state='occupied' WHERE state<>'ended' AND state='open'").done();
}

Outcome hold_box(Core& core, const flow::HoldBox& d) {
  // Asking again gives back what was held before, so that nobody holds two.
  core.db.query("UPDATE lease SET state='ended' WHERE state<>'ended' AND state='held' AND subject=?")
      .bind(d.subject)
      .done();
  // Smallest size that fits, then the box with the fewest cycles. The unique index decides races.
  auto free = core.db
                  .query(
                      "SELECT b.name FROM box b WHERE b.present=1 AND b.size>=? AND NOT EXISTS "
                      "(SELECT 1 FROM lease l WHERE l.box=b.name AND l.state<>'ended') AND NOT EXISTS "
                      "(SELECT 1 FROM fault f WHERE f.place=b.name) ORDER BY b.size, b.cycles, b.name LIMIT 1")
                  .bind(static_cast<int>(d.size));
  const std::string box = free.word();
  if (box.empty()) return flow::NotNow{"locker.none_free", {}};
  const std::string lease = base::new_id(core.random);
  core.db.query("INSERT INTO lease VALUES(?,?,?,'held',?,?,?)")
      .bind(lease)
      .bind(box)
      .bind(d.subject)
      .bind(core.utc_ms())
      .bind(core.mono_ms())
      .bind(core.run)
      .done();
  return flow::BoxHeld{lease, box};
}

Outcome intend_open(Core& core, const flow::IntendOpen& d) {
  const auto lease = find_lease(core, d.lease);
  const bool deposit = d.purpose == "deposit";
  if (!lease || lease->state != (deposit ? "held" : "occupied")) return flow::NotNow{"locker.not_possible", {}};
  if (!deposit && d.purpose != "mid" && d.purpose != "pickup") return flow::NotNow{"locker.not_possible", {}};
  const std::string op = base::new_id(core.random);
  if (deposit) {
    const char* size = size_letter(core.db.query("SELECT size FROM box WHERE name=?").bind(lease->box).number());
    core.log.append(
        record::kLeaseStarted, lease->subject, "",
        "{\"lease\":" + json_text(lease->lease) + ",\"box\":" + json_text(lease->box) + ",\"size\":\"" + size + "\"}");
  }
  core.db.query("INSERT INTO intent VALUES(?,'box',?,?,?,?,0)")
      .bind(op)
      .bind(lease->box)
      .bind(lease->lease)
      .bind(d.purpose)
      .bind(core.run)
      .done();
  set_state(core, lease->lease, "opening");
  core.log.append(record::kBoxIntended, lease->subject, "",
                  "{\"op\":" + json_text(op) + ",\"lease\":" + json_text(lease->lease) +
                      ",\"box\":" + json_text(lease->box) + ",\"purpose\":" + json_text(d.purpose) + "}");
  return flow::BoxIntended{op, lease->lease, lease->box};
}

Outcome record_opening(Core& core, const flow::RecordOpening& d) {
  auto s = core.db.query("SELECT target, ref, purpose FROM intent WHERE op=? AND kind='box' AND resolved=0").bind(d.op);
  if (!s.row()) return flow::Done{};  // told twice: the first time counted
  const std::string box = s.text(0), id = s.text(1), purpose = s.text(2);
  const auto lease = find_lease(core, id);
  const std::string subject = lease ? lease->subject : "";
  static constexpr const char* kWords[] = {"opened", "not_opened", "unknown", "refused"};
  core.db.query("UPDATE intent SET resolved=1 WHERE op=?").bind(d.op).done();
  core.log.append(record::kBoxResult, subject, "",
                  "{\"op\":" + json_text(d.op) + ",\"box\":" + json_text(box) + ",\"result\":\"" +
                      kWords[static_cast<std::size_t>(d.result)] + "\",\"evidence\":" + json_text(d.evidence) + "}");
  if (!lease) return flow::Done{};
  if (d.result == devices::Opening::opened) {
    set_state(core, lease->lease, "open");
    core.db.query("UPDATE box SET cycles=cycles+1 WHERE name=?").bind(box).done();
  } else {
    // A box that did not open, or where nobody knows, is given to nobody until a maintainer has looked and cleared it.
    if (d.result == devices::Opening::not_opened) raise_fault(core, {"box.not_opened", box, d.evidence});
    if (d.result == devices::Opening::unknown) raise_fault(core, {"box.unclear", box, d.evidence});
    // Where nobody knows whether the door opened, things may be inside: the box stays the rider's.
    if (purpose == "deposit" && d.result != devices::Opening::unknown) {
      end_lease(core, *lease, "fault");
    } else {
      set_state(core, lease->lease, "occupied");
    }
  }
  return flow::RiderChanged{rider_view(core, subject)};
}

Outcome close_box(Core& core, const flow::CloseBox& d) {
  const auto lease = find_lease(core, d.lease);
  if (!lease || lease->state != "open") return flow::NotNow{"locker.not_possible", {}};
  const bool ends = d.purpose == "pickup" ? d.used : d.purpose == "deposit" && !d.used;
  if (ends) {
    end_lease(core, *lease, d.purpose == "pickup" ? "picked_up" : "not_used");
  } else {
    set_state(core, lease->lease, "occupied");
  }
  return flow::RiderChanged{rider_view(core, lease->subject)};
}

Outcome settle_box(Core& core, const flow::SettleBox& d) {
  core.db.query("UPDATE lease SET state='occupied' WHERE state<>'ended' AND state='open' AND box=?").bind(d.box).done();
  return flow::Done{};
}

Outcome release_hold(Core& core, const flow::ReleaseHold& d) {
  const auto lease = find_lease(core, d.lease);
  if (lease && lease->state == "held") set_state(core, lease->lease, "ended");  // leaves no trace in the log
  return flow::Done{};
}

void drop_old_holds(Core& core) {
  core.db.query("UPDATE lease SET state='ended' WHERE state<>'ended' AND state='held' AND held_mono<?")
      .bind(core.mono_ms() - core.options.hold_limit.count())
      .done();
}

std::vector<flow::LeaseView> leases_of(Core& core, const std::string& subject) {
  std::vector<flow::LeaseView> out;
  auto s = core.db
               .query(
                   "SELECT l.lease, l.box, b.size, l.state, l.since_utc FROM lease l JOIN box b ON b.name=l.box "
                   "WHERE l.subject=? AND l.state<>'ended' AND l.state<>'held' ORDER BY l.since_utc")
               .bind(subject);
  while (s.row()) {
    const std::string state = s.text(3);
    const auto shown = state == "opening" ? flow::LeaseState::opening
                       : state == "open"  ? flow::LeaseState::open
                                          : flow::LeaseState::occupied;
    out.push_back(
        {s.text(0), s.text(1), static_cast<flow::BoxSize>(s.integer(2)), shown, base::utc_from_ms(s.integer(4))});
  }
  return out;
}

std::vector<flow::BoxCount> box_counts(Core& core) {
  std::vector<flow::BoxCount> out;
  auto s = core.db.query(
      "SELECT b.size, SUM(NOT EXISTS(SELECT 1 FROM lease l WHERE l.box=b.name AND l.state<>'ended') AND "
      "NOT EXISTS(SELECT 1 FROM fault f WHERE f.place=b.name)), COUNT(*) FROM box b WHERE b.present=1 GROUP BY b.size "
      "ORDER BY b.size");
  while (s.row())
    out.push_back(
        {static_cast<flow::BoxSize>(s.integer(0)), static_cast<int>(s.integer(1)), static_cast<int>(s.integer(2))});
  return out;
}

std::vector<flow::PendingOpening> pending_openings(Core& core) {
  std::vector<flow::PendingOpening> out;
  auto s = core.db.query("SELECT op, target FROM intent WHERE kind='box' AND resolved=0 AND run<>?").bind(core.run);
  while (s.row()) out.push_back({s.text(0), s.text(1)});
  return out;
}

std::vector<std::string> open_boxes(Core& core) {
  std::vector<std::string> out;
  auto s = core.db.query("SELECT box FROM lease WHERE state<>'ended' AND state='open' ORDER BY box");
  while (s.row()) out.push_back(s.text(0));
  return out;
}

}  // namespace station::store
