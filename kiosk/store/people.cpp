#include <fmt/format.h>

#include "kiosk/store/parts.h"
#include "sync/base/id.h"
#include "sync/record/types.h"
#include "sync/rules/identity.h"

namespace station::store {

namespace {

const char* method_name(flow::Method m) {
  return m == flow::Method::card ? "card" : m == flow::Method::pin ? "pin" : "code";
}

std::string subject_by_card(Core& core, const std::string& uid) {
  return core.db.query("SELECT subject FROM card WHERE hash=?")
      .bind(base::pseudonym(core.identity.roster_key, "card", uid))
      .word();
}

void record_refusal(Core& core, const std::string& subject, const char* method, const char* reason) {
  core.log.append(record::kIdentityRefused, subject, "",
                  fmt::format(R"({{"method":"{}","reason":"{}"}})", method, reason));
}

flow::Refusal refusal(flow::RefusalReason reason) {
  return {reason, std::nullopt, 0};
}

// Whose wrong PINs are counted. Numbers that nobody has are counted like those of riders, so that nobody can tell which
// numbers exist; in the log they stay without a subject.
struct Claimant {
  std::string key;
  std::string subject;  // empty: a number that nobody has
};

rules::PinState pin_state(Core& core, const std::string& key) {
  auto q = core.db.query("SELECT failures, until_centre, left_ms, noted_mono, boot FROM pin_failure WHERE subject=?")
               .bind(key);
  if (!q.row()) return {};
  return {q.small(0), q.integer(1) != 0, base::Milliseconds(q.integer(2)), q.text(4),
          BootTime(base::Milliseconds(q.integer(3)))};
}

void store_pin_state(Core& core, const std::string& key, const rules::PinState& s) {
  core.db
      .query(
          "INSERT INTO pin_failure VALUES(?,?,?,?,?,?) ON CONFLICT(subject) DO UPDATE SET failures=excluded.failures, "
          "until_centre=excluded.until_centre, left_ms=excluded.left_ms, noted_mono=excluded.noted_mono, "
          "boot=excluded.boot")
      .bind(key)
      .bind(s.failures)
      .bind(s.until_centre)
      .bind(std::int64_t{s.left.count()})
      .bind(base::to_ms(s.noted))
      .bind(s.boot)
      .done();
}

flow::Refusal locked_refusal(const rules::PinAccess& access) {
  flow::Refusal r = refusal(flow::RefusalReason::locked);
  if (!access.until_centre) r.wait = access.wait;
  return r;
}

// The same work whether or not there is a rider, so that the time of the answer tells nothing.
bool pin_fits(Core& core, const Claimant& who, const std::string& pin) {
  std::string verifier;
  if (!who.subject.empty()) verifier = core.db.query("SELECT pin FROM rider WHERE subject=?").bind(who.subject).word();
  if (!verifier.empty()) return base::check_pin(core.identity.pin_pepper, pin, verifier);
  if (core.stranger_pin.empty())
    core.stranger_pin =
        base::make_pin_verifier(core.identity.pin_pepper, base::new_id(core.random), core.options.pin_cost);
  (void)base::check_pin(core.identity.pin_pepper, pin, core.stranger_pin);
  return false;
}

// Nothing, or the refusal to show. A failure is part of the transaction: it is on disk before anybody sees the answer.
std::optional<flow::Refusal> check_pin_of(Core& core, const Claimant& who, const std::string& pin) {
  const rules::PinState state = pin_state(core, who.key);
  const std::string boot = core.clock.boot_id();
  const BootTime now = core.clock.mono();
  if (const auto access = rules::pin_access(state, boot, now); !access.allowed) {
    record_refusal(core, who.subject, "pin", "locked");
    return locked_refusal(access);
  }
  if (pin_fits(core, who, pin)) {
    if (state.failures > 0) core.db.query("DELETE FROM pin_failure WHERE subject=?").bind(who.key).done();
    return std::nullopt;
  }
  const rules::PinState failed = rules::pin_failed(state, boot, now);
  store_pin_state(core, who.key, failed);
  record_refusal(core, who.subject, "pin", "wrong_pin");
  const auto access = rules::pin_access(failed, boot, now);
  if (access.allowed) {
    flow::Refusal wrong = refusal(flow::RefusalReason::wrong_pin);
    wrong.tries_left = rules::pin_tries_left(failed.failures);
    return wrong;
  }
  const std::string until = access.until_centre ? "null" : json_text(base::iso8601(core.utc() + access.wait));
  core.log.append(record::kIdentityLocked, who.subject, "",
                  fmt::format(R"({{"failures":{},"until":{}}})", failed.failures, until));
  return locked_refusal(access);
}

Outcome welcome(Core& core, const std::string& subject, flow::Method method) {
  flow::Welcome w;
  w.already_here = core.db.query("SELECT 1 FROM visit WHERE subject=? AND open=1").bind(subject).row();
  if (!w.already_here) {
    const std::string visit = base::new_id(core.random);
    core.db.query("INSERT INTO visit VALUES(?,?,?,?,?,1)")
        .bind(visit)
        .bind(subject)
        .bind(core.utc_ms())
        .bind(core.mono_ms())
        .bind(core.clock.boot_id())
        .done();
    core.log.append(record::kCheckedIn, subject, "",
                    fmt::format(R"({{"visit":"{}","method":"{}"}})", visit, method_name(method)));
    // One check-in a day earns points: the day is what the transfer rests on.
    w.points_gained = earn_points(core, subject, core.options.check_in_points, "check_in", local_day(core.utc()));
  }
  w.rider = rider_view(core, subject);
  return w;
}

void confirmed(Core& core, const std::string& subject, const std::string& course, const char* method) {
  core.log.append(record::kCourseIdentified, subject, course,
                  fmt::format(R"({{"course":{},"method":"{}"}})", json_text(course), method));
  core.identified[course] = {subject, core.clock.mono()};
}

}  // namespace

Outcome tap_card(Core& core, const flow::TapCard& d) {
  const std::string subject = subject_by_card(core, d.uid);
  if (subject.empty()) {
    record_refusal(core, "", "card", "unknown_card");
    return refusal(flow::RefusalReason::unknown_card);
  }
  return welcome(core, subject, flow::Method::card);
}

Outcome enter_pin(Core& core, const flow::EnterPin& d) {
  const std::string subject = core.db.query("SELECT subject FROM rider WHERE login=? AND login<>''")
                                  .bind(base::pseudonym(core.identity.roster_key, "login", d.login))
                                  .word();
  Claimant who{subject, subject};
  if (subject.empty()) who.key = "?" + base::pseudonym(core.identity.roster_key, "stranger", d.login);
  if (auto refused = check_pin_of(core, who, d.pin)) return *refused;
  return welcome(core, subject, flow::Method::pin);
}

Outcome bad_card(Core& core, const flow::BadCard& d) {
  static constexpr std::pair<flow::RefusalReason, const char*> kReasons[] = {
      {flow::RefusalReason::random_uid, "random_uid"},
      {flow::RefusalReason::not_allowed, "not_allowed"},
      {flow::RefusalReason::two_cards, "two_cards"},
      {flow::RefusalReason::unreadable, "unreadable"}};
  const auto& [reason, word] = kReasons[static_cast<std::size_t>(d.problem)];
  record_refusal(core, "", "card", word);
  return refusal(reason);
}

Outcome confirm_by_card(Core& core, const flow::ConfirmByCard& d) {
  const std::string subject = subject_by_card(core, d.uid);
  if (subject.empty() || subject != d.subject) {
    record_refusal(core, subject, "card", subject.empty() ? "unknown_card" : "other_rider");
    return refusal(flow::RefusalReason::other_rider);
  }
  confirmed(core, d.subject, d.course, "card");
  return flow::Confirmed{rider_view(core, d.subject)};
}

Outcome confirm_by_pin(Core& core, const flow::ConfirmByPin& d) {
  if (auto refused = check_pin_of(core, {d.subject, d.subject}, d.pin)) return *refused;
  confirmed(core, d.subject, d.course, "pin");
  return flow::Confirmed{rider_view(core, d.subject)};
}

// A lock runs on the boot clock: noted now and then, so that a restart does not start the whole hour anew.
void note_pin_locks(Core& core) {
  std::vector<std::string> locked;
  {
    auto q = core.db.query("SELECT subject FROM pin_failure WHERE left_ms>0 AND until_centre=0");
    while (q.row()) locked.push_back(q.text(0));
  }
  for (const std::string& key : locked)
    store_pin_state(core, key, rules::pin_noted(pin_state(core, key), core.clock.boot_id(), core.clock.mono()));
}

}  // namespace station::store
