#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "kiosk/store/parts.h"
#include "sync/base/id.h"
#include "sync/record/outlet_types.h"

// E-bike charging (CHARGERS 2, 3.7, 5): who may start, what was delivered. A session is charged from its settlement,
// once, whatever the device repeats.
namespace station::store {

namespace {

// The word that records use.
const char* outlet_word(devices::OutletResult result) {
  switch (result) {
    case devices::OutletResult::started:
      return "started";
    case devices::OutletResult::stopped:
      return "stopped";
    case devices::OutletResult::not_plugged:
      return "not_plugged";
    case devices::OutletResult::busy:
      return "busy";
    case devices::OutletResult::refused:
      return "refused";
    case devices::OutletResult::fault:
      return "fault";
    case devices::OutletResult::unknown:
      break;
  }
  return "unknown";
}

constexpr std::int64_t kEstimateAfter_ms = 24 * 3'600'000;
constexpr const char* kTaken = "('intended','running','stopping')";

struct Session {
  std::string session, outlet, subject, state, boot, run;
  std::int64_t since_utc = 0, since_mono = 0, seconds = 0, wh = 0;
  int most_w = 0, longest_s = 0;
  std::int64_t allowed_utc = 0;
  bool started = false, settled = false;
};

Session row_of(Query& q) {
  Session s{q.text(0), q.text(1), q.text(2), q.text(3), q.text(4), q.text(5)};
  s.since_utc = q.integer(6);
  s.since_mono = q.integer(7);
  s.most_w = q.small(8);
  s.longest_s = q.small(9);
  s.allowed_utc = q.integer(10);
  s.started = q.integer(11) != 0;
  s.seconds = q.integer(12);
  s.wh = q.integer(13);
  s.settled = q.integer(14) != 0;
  return s;
}

constexpr const char* kColumns =
    "SELECT session, outlet, subject, state, boot, run, since_utc, since_mono, most_w, longest_s, allowed_utc, started, "
    "seconds, wh, settled FROM outlet_session ";

std::optional<Session> find_session(Core& core, const std::string& session) {
  auto q = core.db.query((std::string(kColumns) + "WHERE session=?").c_str()).bind(session);
  if (!q.row()) return std::nullopt;
  return row_of(q);
}

std::optional<Session> taken(Core& core, const std::string& outlet) {
  auto q = core.db.query((std::string(kColumns) + "WHERE outlet=? AND state IN " + kTaken).c_str()).bind(outlet);
  if (!q.row()) return std::nullopt;
  return row_of(q);
}

void go(Core& core, const std::string& session, const char* state) {
  core.db.query("UPDATE outlet_session SET state=? WHERE session=?").bind(state).bind(session).done();
  if (std::string_view(state) == "settling")
    core.db.query("UPDATE outlet_session SET ended_utc=? WHERE session=? AND ended_utc=0")
        .bind(core.utc_ms())
        .bind(session)
        .done();
}

std::string names(const Session& s) {
  return "\"session\":" + json_text(s.session) + ",\"outlet\":" + json_text(s.outlet);
}

const OutletConfig* outlet_config(const Core& core, const std::string& name) {
  const auto& all = core.options.outlets;
  const auto it = std::find_if(all.begin(), all.end(), [&](const OutletConfig& o) { return o.name == name; });
  return it == all.end() ? nullptr : &*it;
}

// The end of a local day, UTC+8.
std::optional<UtcTime> end_of_day(const std::string& day) {
  UtcTime t;
  if (!base::parse_iso8601(day + "T23:59:59+08:00", t)) return std::nullopt;
  return t;
}

// Until when an indoor outlet may be used, if at all; without a time that can be trusted nobody knows.
std::optional<UtcTime> allowed_until(const Core& core, const OutletConfig& outlet) {
  if (core.options.indoor_ebike_forbidden) return std::nullopt;
  const Log::Stamp now = core.log.stamp(core.clock.mono());
  if (now.clock == record::ClockQuality::unknown) return std::nullopt;
  std::optional<UtcTime> until;
  for (const FireApproval& a : core.options.approvals) {
    if (std::find(a.outlets.begin(), a.outlets.end(), outlet.name) == a.outlets.end()) continue;
    if (a.entered_by.empty() || a.confirmed_by.empty() || a.entered_by == a.confirmed_by || a.document.empty()) continue;
    UtcTime issued;
    const auto end = end_of_day(a.expires);
    if (!base::parse_iso8601(a.issued + "T00:00:00+08:00", issued) || !end) continue;
    if (issued <= now.at && now.at < *end && (!until || *end > *until)) until = *end;
  }
  return until;
}

bool out_of_service(Core& core, const OutletConfig& outlet) {
  return core.db
      .query(
          "SELECT 1 FROM fault WHERE code='post.alarm' OR (place=? AND code IN ('outlet.welded','outlet.fault',"
          "'outlet.foreign','outlet.disobeys')) OR (place=? AND code IN ('post.missing','post.silent','post.mismatch',"
          "'post.door'))")
      .bind(outlet.name)
      .bind(outlet.post)
      .row();
}

// Where an indoor outlet is refused, riders are sent to the next one outdoors.
std::string outdoor_outlet(Core& core) {
  for (const OutletConfig& o : core.options.outlets)
    if (!o.indoor && !out_of_service(core, o) && !taken(core, o.name)) return o.name;
  return {};
}

std::string new_session(Core& core) {
  std::string id = base::new_id(core.random);
  std::erase(id, '-');
  return id;
}

Outcome intend(Core& core, const Session& s, bool on, const std::string& reason) {
  const std::string op = base::new_id(core.random);
  core.db.query("INSERT INTO intent VALUES(?,'outlet',?,?,?,?,0)")
      .bind(op)
      .bind(s.outlet)
      .bind(s.session)
      .bind(on ? "on" : reason)
      .bind(core.run)
      .done();
  core.log.append(record::kOutletIntended, s.subject, "",
                  "{\"op\":" + json_text(op) + "," + names(s) + ",\"on\":" + (on ? "true" : "false") +
                      ",\"reason\":" + json_text(reason) + "}");
  devices::OutletLimits limits;
  limits.longest_s = s.longest_s;
  limits.most_w = s.most_w;
  if (s.allowed_utc > 0) limits.allowed_until = base::utc_from_ms(s.allowed_utc);
  return flow::OutletIntended{op, s.outlet, s.session, on, limits};
}

Outcome intend_start(Core& core, const flow::IntendCharge& d, const OutletConfig& outlet) {
  std::optional<UtcTime> until;
  if (outlet.indoor) {
    until = allowed_until(core, outlet);
    if (!until) {
      const std::string outdoor = outdoor_outlet(core);
      if (outdoor.empty()) return flow::NotNow{"charge.indoor", {d.port}};
      return flow::NotNow{"charge.indoor_go", {d.port, outdoor}};
    }
  }
  if (out_of_service(core, outlet)) return flow::NotNow{"charge.port_fault", {d.port}};
  if (taken(core, d.port)) return flow::NotNow{"charge.port_busy", {d.port}};
  if (d.subject.empty() || has_outlet(core, d.subject) ||
      core.db.query("SELECT 1 FROM charge WHERE subject=? AND state<>'ended'").bind(d.subject).row())
    return flow::NotNow{"charge.one_each", {}};
  const std::int64_t claimed =
      core.db.query((std::string("SELECT COALESCE(SUM(most_w),0) FROM outlet_session WHERE state IN ") + kTaken).c_str())
          .number();
  if (claimed + outlet.most_w > core.options.outlets_w) return flow::NotNow{"charge.no_power", {d.port}};
  Session s;
  s.session = new_session(core);
  s.outlet = d.port;
  s.subject = d.subject;
  s.most_w = outlet.most_w;
  s.longest_s = core.options.outlet_longest_s;
  s.allowed_utc = until ? base::to_ms(*until) : 0;
  core.db.query("INSERT INTO outlet_session VALUES(?,?,?,'intended',?,?,?,?,?,?,?,0,0,0,0,0,0)")
      .bind(s.session)
      .bind(s.outlet)
      .bind(s.subject)
      .bind(core.utc_ms())
      .bind(core.mono_ms())
      .bind(core.clock.boot_id())
      .bind(core.run)
      .bind(std::int64_t{s.most_w})
      .bind(std::int64_t{s.longest_s})
      .bind(s.allowed_utc)
      .done();
  return intend(core, s, true, "rider");
}

void note_started(Core& core, const Session& s) {
  core.db.query("UPDATE outlet_session SET state='running', started=1 WHERE session=?").bind(s.session).done();
  if (s.started) return;
  core.log.append(record::kOutletStarted, s.subject, "",
                  "{" + names(s) + ",\"most_w\":" + std::to_string(s.most_w) + ",\"longest_s\":" +
                      std::to_string(s.longest_s) + "}");
}

void note_failed(Core& core, const Session& s, const char* result, const std::string& evidence) {
  go(core, s.session, "closed");
  core.log.append(record::kOutletFailed, s.subject, "",
                  "{" + names(s) + ",\"result\":\"" + result + "\",\"evidence\":" + json_text(evidence) + "}");
}

// The moment of the intent: on the boot clock where it is the same boot, else by the wall clock, rounded down to a minute,
// so that it stays the same while that clock drifts and no session gets longer by it.
BootTime began(Core& core, const Session& s) {
  if (s.boot == core.clock.boot_id()) return BootTime(base::Milliseconds(s.since_mono));
  const BootTime moment = core.clock.mono() - base::Milliseconds(core.utc_ms() - s.since_utc);
  return BootTime(std::chrono::floor<std::chrono::minutes>(moment.time_since_epoch()));
}

std::int64_t used_s(Core& core, const Session& s) {
  return std::max<std::int64_t>(0, (core.clock.mono() - began(core, s)).count() / 1000);
}

std::string settlement_body(const devices::OutletSettled& d) {
  return "\"device\":" + json_text(d.device) + ",\"seconds\":" + std::to_string(d.seconds) +
         ",\"wh\":" + std::to_string(d.watt_hours) + ",\"peak_w\":" + std::to_string(d.peak_w) +
         ",\"code\":" + std::to_string(d.code) + ",\"reason\":" + json_text(d.reason) + ",\"stop\":" + json_text(d.stop);
}

}  // namespace

bool is_outlet(const Core& core, const std::string& name) { return outlet_config(core, name) != nullptr; }

bool has_outlet(Core& core, const std::string& subject) {
  return core.db
      .query((std::string("SELECT 1 FROM outlet_session WHERE subject=? AND state IN ") + kTaken).c_str())
      .bind(subject)
      .row();
}

Outcome intend_outlet(Core& core, const flow::IntendCharge& d) {
  const OutletConfig* outlet = outlet_config(core, d.port);
  if (d.on) return intend_start(core, d, *outlet);
  const auto active = taken(core, d.port);
  if (!active || (!d.subject.empty() && active->subject != d.subject))
    return flow::NotNow{"charge.not_yours", {d.port}};
  go(core, active->session, "stopping");
  return intend(core, *active, false, d.reason);
}

Outcome record_outlet(Core& core, const flow::RecordOutlet& d) {
  auto q = core.db.query("SELECT ref, purpose FROM intent WHERE op=? AND kind='outlet' AND resolved=0").bind(d.op);
  if (!q.row()) return flow::Done{};  // told twice: the first time counted
  const std::string session = q.text(0);
  const bool on = q.text(1) == "on";
  core.db.query("UPDATE intent SET resolved=1 WHERE op=?").bind(d.op).done();
  const auto s = find_session(core, session);
  if (!s || s->state == "closed") return flow::Done{};
  using R = devices::OutletResult;
  if (on) {
    if (d.result == R::started) {
      if (s->state == "intended") note_started(core, *s);
    } else if (d.result == R::unknown) {
      // It may run: what the device meters or settles will show.
      if (s->state == "intended") go(core, session, "settling");
    } else if (s->state == "intended") {
      note_failed(core, *s, outlet_word(d.result), d.evidence);
    }
  } else if (d.result == R::stopped || d.result == R::fault) {
    go(core, session, "settling");
  } else if (d.result == R::refused && s->state == "stopping") {
    go(core, session, "running");  // nothing was sent: it can be asked for again
  }
  return flow::RiderChanged{rider_view(core, s->subject)};
}

Outcome note_outlet(Core& core, const flow::NoteOutlet& d) {
  const devices::OutletChanged& r = d.reading;
  const auto s = find_session(core, r.order);
  if (!s || s->state == "closed" || s->outlet != r.outlet) return flow::Done{};
  using S = devices::OutletState;
  if (r.state == S::charging || r.state == S::floating) {
    core.db.query("UPDATE outlet_session SET seconds=MAX(seconds,?), wh=MAX(wh,?), watts=? WHERE session=?")
        .bind(r.seconds)
        .bind(std::int64_t{r.watt_hours})
        .bind(std::int64_t{r.watts})
        .bind(s->session)
        .done();
    if (s->state == "intended" || (s->state == "settling" && !taken(core, s->outlet) && !has_outlet(core, s->subject)))
      note_started(core, *s);
  } else if (r.state == S::settling && s->state != "settling") {
    go(core, s->session, "settling");
  }
  return flow::RiderChanged{rider_view(core, s->subject)};
}

Outcome store_settlement(Core& core, const flow::StoreSettlement& d) {
  const devices::OutletSettled& r = d.settled;
  const std::string body = settlement_body(r);
  std::int64_t n = 0;
  for (auto q = core.db.query("SELECT body FROM settlement WHERE orders=? AND device=? ORDER BY n").bind(r.order).bind(r.device);
       q.row(); ++n)
    if (q.text(0) == body) return flow::OutletStored{r.outlet, r.order};  // repeated: acknowledged, counted once
  core.db.query("INSERT INTO settlement VALUES(?,?,?,?)").bind(r.order).bind(r.device).bind(n).bind(body).done();
  const auto s = find_session(core, r.order);
  // A session is settled by its own outlet, once: an order that comes from elsewhere is not believed.
  const bool ours = s && s->outlet == r.outlet && r.by_station;
  if (!ours) {
    core.log.append(record::kOutletOrphan, "", "",
                    "{\"order\":" + json_text(r.order) + ",\"outlet\":" + json_text(r.outlet) + "," + body + "}");
  } else if (s->settled) {
    core.log.append(record::kOutletDisputed, s->subject, "", "{" + names(*s) + "," + body + "}");
  } else {
    core.db.query("UPDATE outlet_session SET state='closed', settled=1, seconds=?, wh=? WHERE session=?")
        .bind(r.seconds)
        .bind(r.watt_hours)
        .bind(s->session)
        .done();
    core.log.append(record::kOutletSettled, s->subject, "",
                    "{" + names(*s) + "," + body + ",\"cut\":" + json_text(r.cut) + "}");
  }
  return flow::OutletStored{r.outlet, r.order};
}

// Approvals stand in the log: who entered them, who confirmed them, and when they were gone.
void record_approvals(Core& core) {
  const auto text_of = [](const FireApproval& a) {
    return nlohmann::json{{"outlets", a.outlets},           {"authority", a.authority}, {"document", a.document},
                          {"issued", a.issued},             {"expires", a.expires},     {"scan_sha256", a.scan_sha256},
                          {"entered_by", a.entered_by},     {"confirmed_by", a.confirmed_by}};
  };
  nlohmann::json now = nlohmann::json::array();
  for (const FireApproval& a : core.options.approvals) now.push_back(text_of(a));
  const auto before = nlohmann::json::parse(core.meta("fire_approvals", "[]"), nullptr, false);
  if (before.is_discarded()) throw StorageError{"the fire approvals of the database are damaged"};
  if (before == now) return;
  for (nlohmann::json a : before)
    if (std::find(now.begin(), now.end(), a) == now.end()) {
      a["withdrawn"] = true;
      core.log.append(record::kFireApproval, "", "", a.dump());
    }
  for (nlohmann::json a : now)
    if (std::find(before.begin(), before.end(), a) == before.end()) {
      a["withdrawn"] = false;
      core.log.append(record::kFireApproval, "", "", a.dump());
    }
  core.set_meta("fire_approvals", now.dump());
}

// A day without a settlement: the last meter value, marked. A settlement that comes later corrects it.
void estimate_outlets(Core& core) {
  std::vector<Session> old;
  auto q = core.db.query((std::string(kColumns) + "WHERE state<>'closed' AND (ended_utc BETWEEN 1 AND ? OR since_utc<?)").c_str())
               .bind(core.utc_ms() - kEstimateAfter_ms)
               .bind(core.utc_ms() - 2 * kEstimateAfter_ms);
  while (q.row()) old.push_back(row_of(q));
  for (const Session& s : old) {
    if (!s.started) {
      note_failed(core, s, "unknown", "no report and no settlement for a day");
      continue;
    }
    go(core, s.session, "closed");
    core.log.append(record::kOutletEstimated, s.subject, "",
                    "{" + names(s) + ",\"seconds\":" + std::to_string(s.seconds) + ",\"wh\":" + std::to_string(s.wh) + "}");
  }
}

std::vector<flow::PortView> outlet_views(Core& core) {
  std::vector<flow::PortView> out;
  for (const OutletConfig& outlet : core.options.outlets) {
    flow::PortView v{outlet.name, flow::PortState::free, 0};
    v.ebike = true;
    if (const auto s = taken(core, outlet.name)) {
      v.state = flow::PortState::busy;
      v.minutes_left = static_cast<int>(std::max<std::int64_t>(0, (s->longest_s - used_s(core, *s)) / 60));
    } else if (out_of_service(core, outlet)) {
      v.state = flow::PortState::fault;
    }
    out.push_back(v);
  }
  return out;
}

std::vector<flow::OpenOutlet> open_outlets(Core& core) {
  std::vector<flow::OpenOutlet> out;
  auto q = core.db.query((std::string(kColumns) + "WHERE state IN " + kTaken + " ORDER BY session").c_str());
  while (q.row()) {
    const Session s = row_of(q);
    flow::OpenOutlet o{s.outlet, s.session, {}, began(core, s), s.state == "stopping", s.run != core.run};
    o.limits.longest_s = s.longest_s;
    o.limits.most_w = s.most_w;
    if (s.allowed_utc > 0) {
      // Checked again now: an approval that was withdrawn meanwhile ends the session.
      const OutletConfig* outlet = outlet_config(core, s.outlet);
      o.limits.allowed_until = outlet ? allowed_until(core, *outlet) : std::nullopt;
      if (!o.limits.allowed_until) o.limits.allowed_until = base::utc_from_ms(0);
    }
    out.push_back(std::move(o));
  }
  return out;
}

std::optional<flow::ChargeView> outlet_of(Core& core, const std::string& subject) {
  auto q = core.db.query((std::string(kColumns) + "WHERE subject=? AND state IN ('running','stopping')").c_str()).bind(subject);
  if (!q.row()) return std::nullopt;
  const Session s = row_of(q);
  flow::ChargeView v{s.session, s.outlet, base::utc_from_ms(s.since_utc), 0, s.longest_s / 60};
  v.ebike = true;
  v.minutes = static_cast<int>(used_s(core, s) / 60);
  v.watt_hours = static_cast<int>(s.wh);
  v.watts = static_cast<int>(core.db.query("SELECT watts FROM outlet_session WHERE session=?").bind(s.session).number());
  return v;
}

}  // namespace station::store
