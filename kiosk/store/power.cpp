#include <algorithm>

#include "kiosk/store/parts.h"
#include "sync/base/id.h"
#include "sync/record/types.h"

namespace station::store {

namespace {

struct Charge {
  std::string session, port, subject, state;
  std::int64_t since_mono = 0;
  std::string boot;
};

std::optional<Charge> active_on(Core& core, const std::string& port) {
  auto s =
      core.db
          .query("SELECT session, port, subject, state, since_mono, boot FROM charge WHERE port=? AND state<>'ended'")
          .bind(port);
  if (!s.row()) return std::nullopt;
  Charge c{s.text(0), s.text(1), s.text(2), s.text(3), s.integer(4), s.text(5)};
  return c;
}

bool has_fault(Core& core, const std::string& port) {
  return core.db.query("SELECT 1 FROM fault WHERE (place=? AND code LIKE 'port.%') OR code='post.alarm'").bind(port).row();
}

Outcome new_intent(Core& core, const std::string& port, const std::string& session, bool on,
                   const std::string& reason) {
  const std::string op = base::new_id(core.random);
  core.db.query("INSERT INTO intent VALUES(?,'charge',?,?,?,?,0)")
      .bind(op)
      .bind(port)
      .bind(session)
      .bind(on ? "on" : reason)
      .bind(core.run)
      .done();
  return flow::ChargeIntended{op, port, on};
}

void append_intent(Core& core, const Outcome& intended, const std::string& session, const std::string& subject) {
  const auto& c = std::get<flow::ChargeIntended>(intended);
  core.log.append(record::kChargeIntended, subject, "",
                  "{\"op\":" + json_text(c.op) + ",\"session\":" + json_text(session) +
                      ",\"port\":" + json_text(c.port) + ",\"on\":" + (c.on ? "true" : "false") + "}");
}

void end_charge(Core& core, const Charge& c, const std::string& reason, const char* power) {
  // Minutes come from the boot clock; across a reboot nobody knows, so only what was certain counts: nothing.
  const std::int64_t minutes = c.boot == core.clock.boot_id() ? (core.mono_ms() - c.since_mono) / 60'000 : 0;
  core.db.query("UPDATE charge SET state='ended' WHERE session=?").bind(c.session).done();
  core.log.append(record::kChargeEnded, c.subject, "",
                  "{\"session\":" + json_text(c.session) + ",\"port\":" + json_text(c.port) + ",\"reason\":" +
                      json_text(reason) + ",\"minutes\":" + std::to_string(minutes) + ",\"power\":\"" + power + "\"}");
}

}  // namespace

Outcome intend_charge(Core& core, const flow::IntendCharge& d) {
  if (is_outlet(core, d.port)) return intend_outlet(core, d);
  const auto active = active_on(core, d.port);
  if (d.on) {
    const auto& ports = core.options.ports;
    if (std::find(ports.begin(), ports.end(), d.port) == ports.end() || has_fault(core, d.port))
      return flow::NotNow{"charge.port_fault", {d.port}};
    if (active) return flow::NotNow{"charge.port_busy", {d.port}};
    if (has_outlet(core, d.subject) ||
        core.db.query("SELECT 1 FROM charge WHERE subject=? AND state<>'ended'").bind(d.subject).row())
      return flow::NotNow{"charge.one_each", {}};
    const std::string session = base::new_id(core.random);
    core.db.query("INSERT INTO charge VALUES(?,?,?,'intended',?,?,?,?,?)")
        .bind(session)
        .bind(d.port)
        .bind(d.subject)
        .bind(core.utc_ms())
        .bind(core.mono_ms())
        .bind(core.clock.boot_id())
        .bind(core.run)
        .bind(core.options.charge_limit_min)
        .done();
    Outcome out = new_intent(core, d.port, session, true, "");
    append_intent(core, out, session, d.subject);
    return out;
  }
  if (!active || (!d.subject.empty() && active->subject != d.subject))
    return flow::NotNow{"charge.not_yours", {d.port}};
  Outcome out = new_intent(core, d.port, active->session, false, d.reason);
  append_intent(core, out, active->session, active->subject);
  return out;
}

Outcome record_switch(Core& core, const flow::RecordSwitch& d) {
  auto s =
      core.db.query("SELECT target, ref, purpose FROM intent WHERE op=? AND kind='charge' AND resolved=0").bind(d.op);
  if (!s.row()) return flow::Done{};  // told twice: the first time counted
  const std::string port = s.text(0), session = s.text(1), purpose = s.text(2);
  core.db.query("UPDATE intent SET resolved=1 WHERE op=?").bind(d.op).done();
  const auto active = active_on(core, port);
  if (!active || active->session != session) return flow::Done{};
  if (purpose == "on") {
    if (d.switched) {
      core.db.query("UPDATE charge SET state='running', since_utc=?, since_mono=?, boot=? WHERE session=?")
          .bind(core.utc_ms())
          .bind(core.mono_ms())
          .bind(core.clock.boot_id())
          .bind(session)
          .done();
      core.log.append(record::kChargeStarted, active->subject, "",
                      "{\"session\":" + json_text(session) + ",\"port\":" + json_text(port) +
                          ",\"limit_min\":" + std::to_string(core.options.charge_limit_min) + "}");
    } else {
      core.db.query("UPDATE charge SET state='ended' WHERE session=?").bind(session).done();
      core.log.append(record::kChargeFailed, active->subject, "",
                      "{\"session\":" + json_text(session) + ",\"port\":" + json_text(port) +
                          ",\"evidence\":" + json_text(d.evidence) + "}");
    }
  } else {
    end_charge(core, *active, purpose, d.switched ? "off" : "unknown");
  }
  return flow::RiderChanged{rider_view(core, active->subject)};
}

// What a crash left behind: an intent to switch on whose outcome nobody saw counts as failed. Sessions that ran are
// ended by the keeper, which switches their port off first.
void settle_charges_at_start(Core& core) {
  std::vector<std::pair<std::string, Charge>> open;
  auto s = core.db
               .query(
                   "SELECT i.op, c.session, c.port, c.subject, c.state, c.since_mono, c.boot FROM intent i JOIN charge "
                   "c ON c.session=i.ref "
                   "WHERE i.kind='charge' AND i.resolved=0 AND i.run<>? AND c.state<>'ended'")
               .bind(core.run);
  while (s.row())
    open.emplace_back(s.text(0), Charge{s.text(1), s.text(2), s.text(3), s.text(4), s.integer(5), s.text(6)});
  for (const auto& [op, c] : open) {
    core.db.query("UPDATE intent SET resolved=1 WHERE op=?").bind(op).done();
    if (c.state != "intended") continue;
    core.db.query("UPDATE charge SET state='ended' WHERE session=?").bind(c.session).done();
    core.log.append(record::kChargeFailed, c.subject, "",
                    "{\"session\":" + json_text(c.session) + ",\"port\":" + json_text(c.port) +
                        ",\"evidence\":\"the program stopped before the outcome was seen\"}");
  }
}

std::vector<flow::PortView> port_views(Core& core) {
  std::vector<flow::PortView> out;
  for (const std::string& port : core.options.ports) {
    flow::PortView v{port, flow::PortState::free, 0};
    auto s = core.db.query("SELECT since_mono, limit_min, boot FROM charge WHERE port=? AND state<>'ended'").bind(port);
    if (s.row()) {
      v.state = flow::PortState::busy;
      const std::int64_t used = s.text(2) == core.clock.boot_id() ? (core.mono_ms() - s.integer(0)) / 60'000 : 0;
      v.minutes_left = static_cast<int>(std::max<std::int64_t>(0, s.integer(1) - used));
    } else if (has_fault(core, port)) {
      v.state = flow::PortState::fault;
    }
    out.push_back(v);
  }
  return out;
}

std::vector<flow::RunningCharge> running_charges(Core& core) {
  std::vector<flow::RunningCharge> out;
  auto s =
      core.db.query("SELECT port, since_mono, limit_min, run FROM charge WHERE state<>'ended' AND state='running'");
  while (s.row())
    out.push_back(
        {s.text(0), BootTime(base::Milliseconds(s.integer(1))), static_cast<int>(s.integer(2)), s.text(3) != core.run});
  return out;
}

std::optional<flow::ChargeView> charge_of(Core& core, const std::string& subject) {
  auto s = core.db
               .query(
                   "SELECT session, port, since_utc, since_mono, boot, limit_min FROM charge WHERE subject=? AND "
                   "state<>'ended' AND state='running'")
               .bind(subject);
  if (!s.row()) return std::nullopt;
  flow::ChargeView v{s.text(0), s.text(1), base::utc_from_ms(s.integer(2)), 0, static_cast<int>(s.integer(5))};
  if (s.text(4) == core.clock.boot_id()) v.minutes = static_cast<int>((core.mono_ms() - s.integer(3)) / 60'000);
  return v;
}

}  // namespace station::store
