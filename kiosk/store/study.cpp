#include "kiosk/store/parts.h"
#include "sync/record/types.h"

namespace station::store {

namespace {

std::string attendance_body(Core& core, const flow::Attend& d) {
  std::string body = "{\"course\":" + json_text(d.course) + ",\"session\":" + json_text(d.session) +
                     ",\"lesson\":" + json_text(d.lesson) + ",\"step\":" + json_text(d.step) +
                     ",\"pack\":" + std::to_string(core.pack_version);
  if (d.media) body += ",\"media\":true";
  if (!d.why.empty()) body += ",\"why\":" + json_text(d.why);
  return body + "}";
}

}  // namespace

Outcome attend(Core& core, const flow::Attend& d) {
  core.log.append(std::string(record::kAttendance) + d.kind, d.subject, d.course, attendance_body(core, d), d.at);
  const bool closes = d.kind == "pause" || d.kind == "end";
  core.db
      .query(
          "INSERT INTO study VALUES(?,?,?,?,?,?) ON CONFLICT(session) DO UPDATE SET step=excluded.step, "
          "open=excluded.open")
      .bind(d.session)
      .bind(d.subject)
      .bind(d.course)
      .bind(d.lesson)
      .bind(d.step)
      .bind(!closes)
      .done();
  if (closes) keep_progress(core, d.course);
  return flow::Attended{d.kind, d.at, d.media, d.kind == "pause" ? resume_code(core, d) : std::string()};
}

Outcome complete_lesson(Core& core, const flow::CompleteLesson& d) {
  std::string steps;
  for (const std::string& s : d.steps) steps += (steps.empty() ? "" : ",") + json_text(s);
  const std::uint64_t seq =
      core.log.append(record::kLessonCompleted, d.subject, d.course,
                      "{\"course\":" + json_text(d.course) + ",\"session\":" + json_text(d.session) +
                          ",\"lesson\":" + json_text(d.lesson) + ",\"pack\":" + std::to_string(core.pack_version) +
                          ",\"steps\":[" + steps + "]}");
  core.db.query("INSERT INTO lesson_done VALUES(?,?,?,?) ON CONFLICT DO NOTHING")
      .bind(d.subject)
      .bind(d.lesson)
      .bind(d.course)
      .bind(seq)
      .done();
  core.db.query("UPDATE study SET open=0 WHERE session=?").bind(d.session).done();
  keep_progress(core, d.course);
  earn_points(core, d.subject, core.options.lesson_points, "lesson", d.lesson);
  return flow::RiderChanged{rider_view(core, d.subject)};
}

// Sessions that were open when the program stopped end at their last event; the evidence up to there counts.
void settle_study_at_start(Core& core) {
  struct Open {
    std::string session, subject, course, lesson, step;
  };
  std::vector<Open> open;
  {
    auto s = core.db.query("SELECT session, subject, course, lesson, step FROM study WHERE open=1");
    while (s.row()) open.push_back({s.text(0), s.text(1), s.text(2), s.text(3), s.text(4)});
  }
  for (const Open& o : open) {
    core.db.query("UPDATE study SET open=0 WHERE session=?").bind(o.session).done();
    core.log.append(record::kLessonAbandoned, o.subject, o.course,
                    "{\"course\":" + json_text(o.course) + ",\"session\":" + json_text(o.session) +
                        ",\"lesson\":" + json_text(o.lesson) + ",\"step\":" + json_text(o.step) + "}");
    keep_progress(core, o.course);
  }
}

std::vector<std::string> lessons_done(Core& core, const std::string& subject) {
  std::vector<std::string> out;
  auto s = core.db.query("SELECT DISTINCT lesson FROM lesson_done WHERE subject=? ORDER BY lesson").bind(subject);
  while (s.row()) out.push_back(s.text(0));
  return out;
}

}  // namespace station::store
