#include <fmt/format.h>

#include <algorithm>

#include "kiosk/store/parts.h"
#include "sync/base/id.h"
#include "sync/record/types.h"
#include "sync/rules/identity.h"

namespace station::store {

namespace {

struct Failures {
  int count = 0;
  std::int64_t left_ms = 0;  // of the current lock; <0: until the centre unlocks
};

const char* method_name(flow::Method m) {
  return m == flow::Method::card ? "card" : m == flow::Method::pin ? "pin" : "code";
}

std::string local_day(UtcTime t) {
  const base::LocalTime l = base::local_time(t);
  return fmt::format("{:04}-{:02}-{:02}", l.year, l.month, l.day);
}

std::string subject_by_card(Core& core, const std::string& uid) {
  Statement& s = core.db.prepared("SELECT subject FROM card WHERE hash=?").bind(base::pseudonym(core.identity.roster_key, "card", uid));
  if (!s.row()) return {};
  std::string subject = s.text(0);
  s.reset();
  return subject;
}

// The lock counts down on the boot clock only. After a restart the remaining time starts again from the boot, so neither
// a power cut nor a changed wall clock shortens it.
Failures failures_of(Core& core, const std::string& subject) {
  Statement& s = core.db.prepared("SELECT failures, left_ms, seen_mono, boot FROM pin_failure WHERE subject=?").bind(subject);
  if (!s.row()) return {};
  Failures f{static_cast<int>(s.integer(0)), s.integer(1)};
  const std::int64_t since = s.text(3) == core.clock.boot_id() ? core.mono_ms() - s.integer(2) : core.mono_ms();
  s.reset();
  if (f.left_ms > 0) f.left_ms = std::max<std::int64_t>(0, f.left_ms - since);
  return f;
}

void store_failures(Core& core, const std::string& subject, const Failures& f) {
  core.db.prepared("INSERT INTO pin_failure VALUES(?,?,?,?,?,?) ON CONFLICT(subject) DO UPDATE SET failures=excluded.failures, "
                   "left_ms=excluded.left_ms, seen_utc=excluded.seen_utc, seen_mono=excluded.seen_mono, boot=excluded.boot")
      .bind(subject)
      .bind(f.count)
      .bind(f.left_ms)
      .bind(core.utc_ms())
      .bind(core.mono_ms())
      .bind(core.clock.boot_id())
      .done();
}

void record_refusal(Core& core, const std::string& subject, const char* method, const char* reason) {
  core.log.append(record::kIdentityRefused, subject, "", fmt::format(R"({{"method":"{}","reason":"{}"}})", method, reason));
}

flow::Refusal locked_refusal(const Failures& f) {
  flow::Refusal r{flow::RefusalReason::locked, std::nullopt, 0};
  if (f.left_ms > 0) r.wait = base::Milliseconds(f.left_ms);
  return r;
}

// True, or the refusal to show. A failure is part of the transaction: it is on disk before anybody sees the answer.
std::optional<flow::Refusal> check_pin_of(Core& core, const std::string& subject, const std::string& pin) {
  Failures f = failures_of(core, subject);
  if (f.left_ms != 0) {
    record_refusal(core, subject, "pin", "locked");
    return locked_refusal(f);
  }
  Statement& s = core.db.prepared("SELECT pin FROM rider WHERE subject=?").bind(subject);
  std::string verifier;
  if (s.row()) {
    verifier = s.text(0);
    s.reset();
  }
  if (!verifier.empty() && base::check_pin(core.identity.pin_pepper, pin, verifier)) {
    if (f.count) core.db.prepared("DELETE FROM pin_failure WHERE subject=?").bind(subject).done();
    return std::nullopt;
  }
  ++f.count;
  const rules::PinLock lock = rules::pin_lock_after(f.count);
  f.left_ms = lock.until_centre ? -1 : lock.wait.count();
  store_failures(core, subject, f);
  record_refusal(core, subject, "pin", "wrong_pin");
  if (f.left_ms != 0) {
    core.log.append(record::kIdentityLocked, subject, "",
                    fmt::format(R"({{"failures":{},"until":{}}})", f.count,
                                f.left_ms < 0 ? "null" : "\"" + base::iso8601(core.clock.utc() + lock.wait) + "\""));
    return locked_refusal(f);
  }
  return flow::Refusal{flow::RefusalReason::wrong_pin, std::nullopt, rules::pin_tries_left(f.count)};
}

Outcome welcome(Core& core, const std::string& subject, flow::Method method) {
  flow::Welcome w;
  Statement& open = core.db.prepared("SELECT 1 FROM visit WHERE subject=? AND open=1").bind(subject);
  w.already_here = open.row();
  open.reset();
  if (!w.already_here) {
    const std::string visit = base::new_id(core.random);
    core.db.prepared("INSERT INTO visit VALUES(?,?,?,?,?,1)")
        .bind(visit)
        .bind(subject)
        .bind(core.utc_ms())
        .bind(core.mono_ms())
        .bind(core.clock.boot_id())
        .done();
    core.log.append(record::kCheckedIn, subject, "", fmt::format(R"({{"visit":"{}","method":"{}"}})", visit, method_name(method)));
    // One check-in a day earns points: the day is what the transfer rests on.
    w.points_gained = earn_points(core, subject, core.options.check_in_points, "check_in", local_day(core.clock.utc()));
  }
  w.rider = rider_view(core, subject);
  return w;
}

void close_visit(Core& core, const std::string& visit, const std::string& subject, const std::string& reason) {
  core.db.prepared("UPDATE visit SET open=0 WHERE visit=?").bind(visit).done();
  core.log.append(record::kCheckedOut, subject, "", fmt::format(R"({{"visit":"{}","reason":"{}"}})", visit, reason));
}

}  // namespace

Outcome tap_card(Core& core, const flow::TapCard& d) {
  const std::string subject = subject_by_card(core, d.uid);
  if (subject.empty()) {
    record_refusal(core, "", "card", "unknown_card");
    return flow::Refusal{flow::RefusalReason::unknown_card, std::nullopt, 0};
  }
  return welcome(core, subject, flow::Method::card);
}

Outcome enter_pin(Core& core, const flow::EnterPin& d) {
  Statement& s = core.db.prepared("SELECT subject FROM rider WHERE login=? AND login<>''")
                     .bind(base::pseudonym(core.identity.roster_key, "login", d.login));
  const std::string subject = s.row() ? s.text(0) : "";
  s.reset();
  if (subject.empty()) {
    // Failures of unknown numbers are counted like those of known ones, so that nobody can tell which numbers exist.
    const std::string stranger = "?" + base::pseudonym(core.identity.roster_key, "stranger", d.login);
    return *check_pin_of(core, stranger, d.pin);
  }
  if (auto refusal = check_pin_of(core, subject, d.pin)) return *refusal;
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
  return flow::Refusal{reason, std::nullopt, 0};
}

Outcome confirm_by_card(Core& core, const flow::ConfirmByCard& d) {
  const std::string subject = subject_by_card(core, d.uid);
  if (subject != d.subject) {
    record_refusal(core, subject, "card", subject.empty() ? "unknown_card" : "other_rider");
    return flow::Refusal{flow::RefusalReason::other_rider, std::nullopt, 0};
  }
  core.log.append(record::kCourseIdentified, d.subject, d.course,
                  fmt::format(R"({{"course":{},"method":"card"}})", json_text(d.course)));
  return flow::Confirmed{rider_view(core, d.subject)};
}

Outcome confirm_by_pin(Core& core, const flow::ConfirmByPin& d) {
  if (auto refusal = check_pin_of(core, d.subject, d.pin)) return *refusal;
  core.log.append(record::kCourseIdentified, d.subject, d.course,
                  fmt::format(R"({{"course":{},"method":"pin"}})", json_text(d.course)));
  return flow::Confirmed{rider_view(core, d.subject)};
}

Outcome leave_station(Core& core, const flow::LeaveStation& d) {
  Statement& s = core.db.prepared("SELECT visit FROM visit WHERE subject=? AND open=1").bind(d.subject);
  if (!s.row()) return flow::Done{};
  const std::string visit = s.text(0);
  s.reset();
  close_visit(core, visit, d.subject, d.reason);
  return flow::Done{};
}

void close_old_visits(Core& core) {
  std::vector<std::pair<std::string, std::string>> old;
  Statement& s = core.db.prepared("SELECT visit, subject FROM visit WHERE open=1 AND since_utc<?")
                     .bind(core.utc_ms() - core.options.visit_limit.count());
  while (s.row()) old.emplace_back(s.text(0), s.text(1));
  for (const auto& [visit, subject] : old) close_visit(core, visit, subject, "timeout");
}

int earn_points(Core& core, const std::string& subject, int points, const std::string& reason, const std::string& ref) {
  if (points <= 0) return 0;
  Statement& before = core.db.prepared("SELECT 1 FROM points_transfer WHERE subject=? AND reason=? AND ref=?").bind(subject).bind(reason).bind(ref);
  const bool paid = before.row();
  before.reset();
  if (paid) return 0;
  const std::string transfer = base::new_id(core.random);
  const std::uint64_t seq = core.log.append(
      record::kPointsEarned, subject, "",
      fmt::format(R"({{"transfer":"{}","points":{},"reason":"{}","ref":{}}})", transfer, points, reason, json_text(ref)));
  core.db.prepared("INSERT INTO points_transfer VALUES(?,?,?,?,?,?,?)")
      .bind(transfer)
      .bind(subject)
      .bind(points)
      .bind(reason)
      .bind(ref)
      .bind(local_day(core.clock.utc()))
      .bind(seq)
      .done();
  return points;
}

std::int64_t points_of(Core& core, const std::string& subject) {
  Statement& s = core.db.prepared(
      "SELECT COALESCE((SELECT balance FROM points_balance WHERE subject=?1),0) + COALESCE((SELECT SUM(points) FROM "
      "points_transfer WHERE subject=?1 AND seq >= COALESCE((SELECT upto FROM points_balance WHERE subject=?1),0)),0)").bind(subject);
  s.row();
  const std::int64_t points = s.integer(0);
  s.reset();
  return points;
}

}  // namespace station::store
