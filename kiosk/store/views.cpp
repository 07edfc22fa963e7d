#include "kiosk/store/parts.h"
#include "sync/record/types.h"

namespace station::store {

namespace {

std::string fault_body(const std::string& code, const std::string& place, const std::string& detail) {
  return "{\"code\":" + json_text(code) + ",\"place\":" + json_text(place) + ",\"detail\":" + json_text(detail) + "}";
}

}  // namespace

flow::RiderView rider_view(Core& core, const std::string& subject) {
  flow::RiderView v;
  v.subject = subject;
  if (auto s = core.db.query("SELECT name, role, pin<>'', last4 FROM rider WHERE subject=?").bind(subject); s.row()) {
    const auto name = base::unseal(core.identity.field_key, s.blob(0), "rider.name|" + subject);
    v.name = name ? *name : "";
    v.role = s.text(1) == "maintainer" ? flow::Role::maintainer : flow::Role::rider;
    v.has_pin = s.integer(2) != 0;
    v.last4 = s.text(3);
  }
  if (auto visit = core.db.query("SELECT visit, since_utc FROM visit WHERE subject=? AND open=1").bind(subject);
      visit.row()) {
    v.visit = visit.text(0);
    v.visit_since = base::utc_from_ms(visit.integer(1));
  }
  v.visits = static_cast<int>(core.db.query("SELECT COUNT(*) FROM visit WHERE subject=?").bind(subject).number());
  v.points = points_of(core, subject);
  v.charge = charge_of(core, subject);
  if (!v.charge) v.charge = outlet_of(core, subject);
  v.leases = leases_of(core, subject);
  v.lessons_done = lessons_done(core, subject);
  v.credits = static_cast<std::int64_t>(v.lessons_done.size());
  add_courses(core, v);
  v.daily_due = daily_due(core, v);
  return v;
}

flow::StationView station_view(Core& core) {
  flow::StationView v;
  v.id = core.identity.station;
  v.name = core.identity.name;
  v.ports = port_views(core);
  for (flow::PortView& outlet : outlet_views(core)) v.ports.push_back(std::move(outlet));
  v.boxes = box_counts(core);
  v.charges = running_charges(core);
  v.pending_openings = pending_openings(core);
  v.outlets = open_outlets(core);
  v.open_boxes = open_boxes(core);
  v.log_size = core.log.size();
  v.pack_version = static_cast<int>(core.pack_version);
  v.present = static_cast<int>(core.db.query("SELECT COUNT(*) FROM visit WHERE open=1").number());
  v.riders = static_cast<int>(core.meta_number("riders"));
  auto faults = core.db.query("SELECT code, place, detail, since_utc FROM fault ORDER BY since_utc, code, place");
  while (faults.row())
    v.faults.push_back({faults.text(0), faults.text(1), faults.text(2), base::utc_from_ms(faults.integer(3))});
  return v;
}

Outcome raise_fault(Core& core, const flow::RaiseFault& d) {
  core.db.query("INSERT INTO fault VALUES(?,?,?,?) ON CONFLICT(code, place) DO NOTHING")
      .bind(d.code)
      .bind(d.place)
      .bind(d.detail)
      .bind(core.utc_ms())
      .done();
  if (core.db.changes() > 0) core.log.append(record::kFaultRaised, "", "", fault_body(d.code, d.place, d.detail));
  return flow::Done{};
}

Outcome clear_fault(Core& core, const flow::ClearFault& d) {
  core.db.query("DELETE FROM fault WHERE code=? AND place=?").bind(d.code).bind(d.place).done();
  if (core.db.changes() > 0) core.log.append(record::kFaultCleared, "", "", fault_body(d.code, d.place, ""));
  return flow::Done{};
}

}  // namespace station::store
