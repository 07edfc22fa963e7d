#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "kiosk/store/parts.h"
#include "sync/record/note.h"
#include "sync/record/pack.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"

// Codes on paper and telephones: certificates, which anybody may show here, and resume codes.
namespace station::store {

namespace {

std::string key_id_text(const record::NoteKey& key) {
  return fmt::format("{:08x}", key.id());
}

record::NoteKey own_key(const Core& core) {
  return {core.identity.station, core.identity.record_key.public_key};
}

// The record key of a station by its id, by the centre's delegations.
std::optional<base::PublicKey> signer(Core& core, const std::string& station, const std::string& key_id) {
  if (station == core.identity.station && key_id == key_id_text(own_key(core))) return own_key(core).key;
  auto q = core.db.query("SELECT delegation FROM station_key WHERE station=? ORDER BY inc DESC").bind(station);
  while (q.row()) {
    const auto delegation = record::open_delegation(q.text(0), core.identity.centre);
    if (delegation && key_id_text(delegation->key) == key_id) return delegation->key.key;
  }
  return std::nullopt;
}

// Place of a step in a lesson from 1, as the newest content here has it; 0 where it does not know it.
int step_number(Core& core, const std::string& lesson_id, const std::string& step) {
  const auto content = core.content(core.pack_version);
  const record::Lesson* lesson = content ? content->lesson(lesson_id) : nullptr;
  if (!lesson) return 0;
  const auto it = std::find_if(lesson->steps.begin(), lesson->steps.end(),
                               [&](const record::Step& s) { return s.id == step; });
  return it == lesson->steps.end() ? 0 : static_cast<int>(it - lesson->steps.begin()) + 1;
}

// The furthest step of a lesson that this station knows of a rider: from its own sessions and from what the centre told
// of other stations'. -1 if none; beyond every step where the lesson is finished.
int known_step(Core& core, const std::string& subject, const std::string& lesson) {
  int known = -1;
  {
    auto q = core.db.query("SELECT step FROM study WHERE subject=? AND lesson=?").bind(subject).bind(lesson);
    while (q.row()) known = std::max(known, step_number(core, lesson, q.text(0)));
  }
  std::vector<std::string> courses;
  {
    auto q = core.db.query("SELECT course FROM course WHERE subject=?").bind(subject);
    while (q.row()) courses.push_back(q.text(0));
  }
  for (const std::string& id : courses) {
    const auto course = find_course(core, id);
    if (!course) continue;
    const Standing s = standing(core, *course);
    if (s.lessons_done.contains(lesson)) return std::numeric_limits<int>::max();
    if (s.resume_lesson == lesson) known = std::max(known, step_number(core, lesson, s.resume_step));
  }
  return known;
}

flow::CertificateChecked checked(Core& core, const std::string& text) {
  const auto form = rules::parse_certificate(text);
  if (!form) return {"certificate.invalid", "", form.error().message};
  const bool by_centre = form->key_id == key_id_text(core.identity.centre);
  const auto key = by_centre ? std::optional(core.identity.centre.key) : signer(core, form->station, form->key_id);
  if (!key) return {"certificate.invalid", form->number, "no key of this station is known here"};
  if (const auto opened = rules::open_certificate(text, *key); !opened)
    return {"certificate.invalid", form->number, opened.error().message};
  const CertificateState state = certificate_state(core, form->number);
  if (state.state == "void") return {"certificate.voided", form->number, state.reason};
  return {by_centre || state.state == "confirmed" ? "certificate.confirmed" : "certificate.signed", form->number, ""};
}

Outcome resumed(Core& core, const flow::ReadCode& d) {
  const auto form = rules::parse_resume(d.text);
  if (!form) return flow::NotNow{"resume.unreadable", {}};
  const auto key = signer(core, form->station, form->key_id);
  if (!key || !rules::open_resume(d.text, *key)) return flow::NotNow{"resume.unknown_station", {}};
  switch (rules::check_resume(*form, d.subject, known_step(core, d.subject, form->lesson), core.utc())) {
    case rules::ResumeVerdict::other_rider:
      return flow::NotNow{"resume.other_rider", {}};
    case rules::ResumeVerdict::too_old:
      return flow::NotNow{"resume.too_old", {}};
    case rules::ResumeVerdict::not_yet:
      return flow::NotNow{"resume.not_yet", {}};
    case rules::ResumeVerdict::backwards:
      return flow::NotNow{"resume.backwards", {}};
    case rules::ResumeVerdict::accepted:
      break;
  }
  const auto content = core.content(core.pack_version);
  const record::Lesson* lesson = content ? content->lesson(form->lesson) : nullptr;
  if (!lesson || lesson->steps.empty()) return flow::NotNow{"resume.no_lesson", {}};
  // Another version of the lesson may be shorter; the step begins anew, no credit is lost.
  const auto place = std::clamp<std::size_t>(static_cast<std::size_t>(form->step), 1, lesson->steps.size());
  const std::string step = lesson->steps[place - 1].id;
  core.log.append(record::kLessonResumed, d.subject, "",
                  fmt::format(R"({{"session":{},"lesson":{},"step":{},"from":{},"credited_s":{},"saved":"{}"}})",
                              json_text(form->attempt), json_text(form->lesson), json_text(step),
                              json_text(form->station), form->credited_s, base::iso8601(form->saved)));
  return flow::LessonResumed{form->lesson, step, form->credited_s};
}

}  // namespace

std::string resume_code(Core& core, const flow::Attend& d) {
  rules::ResumeText text;
  text.attempt = d.session;
  text.rider = d.subject;
  text.lesson = d.lesson;
  text.pack_version = std::to_string(core.pack_version);
  text.step = std::max(1, step_number(core, d.lesson, d.step));
  if (const auto course = find_course(core, d.course))
    text.credited_s = static_cast<int>(standing(core, *course).credited_ms / 1000);
  text.saved = std::chrono::floor<std::chrono::seconds>(core.utc());
  text.station = core.identity.station;
  text.key_id = key_id_text(own_key(core));
  for (const std::string* field : {&text.attempt, &text.rider, &text.lesson})
    if (!rules::is_code_field(*field)) return {};
  return rules::sign_resume(text, core.identity.record_key);
}

Outcome read_code(Core& core, const flow::ReadCode& d) {
  if (d.text.starts_with("RL1|")) return resumed(core, d);
  return checked(core, d.text);
}

CertificateState certificate_state(Core& core, const std::string& number) {
  auto q = core.db.query("SELECT state, text, reason FROM certificate_state WHERE number=?").bind(number);
  if (!q.row()) return {};
  return {q.text(0), q.text(1), q.text(2)};
}

void describe_certificate(Core& core, flow::CertificateView& view) {
  const CertificateState state = certificate_state(core, view.number);
  view.state = state.state;
  view.reason = state.reason;
  if (state.state == "confirmed") view.text = state.text;  // the centre's own signature supersedes the station's
}

void note_certificate(Core& core, const std::string& entry) {
  const auto body = nlohmann::json::parse(entry);
  const std::string number = body.at("number"), state = body.at("state"), text = body.at("text"),
                    reviewer = body.at("reviewer"), reason = body.at("reason");
  if (state != "confirmed" && state != "void") throw std::invalid_argument("\"state\" is neither confirmed nor void");
  const auto form = rules::parse_certificate(text);
  if (!form || form->number != number) throw std::invalid_argument("\"text\" is not this certificate");
  if (state == "confirmed" && !rules::open_certificate(text, core.identity.centre.key))
    throw std::invalid_argument("the centre has not signed \"text\"");
  core.db
      .query(
          "INSERT INTO certificate_state VALUES(?,?,?,?,?) ON CONFLICT(number) DO UPDATE SET state=excluded.state, "
          "text=excluded.text, reviewer=excluded.reviewer, reason=excluded.reason")
      .bind(number)
      .bind(state)
      .bind(text)
      .bind(reviewer)
      .bind(reason)
      .done();
}

}  // namespace station::store
