#include <fmt/format.h>

#include <algorithm>

#include "kiosk/store/parts.h"
#include "sync/record/record.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"

namespace station::store {

namespace {

constexpr std::size_t kTallies = 2000;  // courses counted in memory; about 10 KB each after half an hour of study

// The course's count, with the records that came since it was last asked.
const record::CourseTally& tally_of(Core& core, const std::string& course) {
  if (core.tallies.size() >= kTallies && !core.tallies.contains(course)) core.tallies.clear();
  record::CourseTally& tally = core.tallies.try_emplace(course, course, core.identity.station).first->second;
  auto q = core.db.query("SELECT line FROM record WHERE course=? AND course<>'' AND seq>=? ORDER BY seq")
               .bind(course)
               .bind(tally.next());
  while (q.row()) {
    const auto r = record::parse_line(q.text(0));
    if (!r) throw StorageError{"a record of the log is damaged: " + r.error().message};
    tally.add(*r);
  }
  return tally;
}

// The snapshot, unless the course has newer records.
std::optional<record::CourseProgress> kept_progress(Core& core, const std::string& course) {
  const std::int64_t end =
      core.db.query("SELECT COALESCE(MAX(seq)+1, 0) FROM record WHERE course=? AND course<>''").bind(course).number();
  if (end == 0) return std::nullopt;
  auto q = core.db.query("SELECT body FROM progress WHERE course=? AND station=? AND inc=? AND upto=?")
               .bind(course)
               .bind(core.identity.station)
               .bind(std::int64_t{core.identity.inc})
               .bind(end);
  if (!q.row()) return std::nullopt;
  auto kept = record::parse_course_progress(q.text(0));
  return kept ? std::optional(*std::move(kept)) : std::nullopt;
}

flow::CourseStage shown_stage(record::Stage stage) {
  using record::Stage;
  switch (stage) {
    case Stage::assigned:
      return flow::CourseStage::assigned;
    case Stage::studying:
      return flow::CourseStage::studying;
    case Stage::exam_ready:
    case Stage::exam_open:
      return flow::CourseStage::exam_ready;
    case Stage::retry_wait:
      return flow::CourseStage::retry_wait;
    case Stage::human:
      return flow::CourseStage::human;
    case Stage::done:
      return flow::CourseStage::done;
    case Stage::expired:
      return flow::CourseStage::expired;
    case Stage::withdrawn:
      return flow::CourseStage::withdrawn;
  }
  return flow::CourseStage::human;
}

bool is_over(flow::CourseStage stage) {
  return stage == flow::CourseStage::done || stage == flow::CourseStage::expired ||
         stage == flow::CourseStage::withdrawn;
}

flow::CourseView view_of(Core& core, const Course& course, const Standing& s) {
  const record::CourseOrder& o = course.order;
  flow::CourseView v;
  v.course = o.course;
  v.kind = o.kind == "warning"    ? flow::CourseKind::warning
           : o.kind == "training" ? flow::CourseKind::training
                                  : flow::CourseKind::throttle;
  v.stage = shown_stage(s.stage);
  v.level = o.level;
  v.required_s = o.required_s;
  v.credited_s = static_cast<int>(s.credited_ms / 1000);
  v.questions = o.questions;
  v.pass = o.pass;
  v.attempts = s.attempts;
  v.retry_at = s.retry_at;
  v.deadline = o.deadline;
  for (const auto& x : o.violations) v.violations.push_back({x.id, x.code, x.name, x.place, x.at});
  v.window_days = o.window_days;
  v.lessons = o.lessons;
  v.lessons_done.assign(s.lessons_done.begin(), s.lessons_done.end());
  v.resume_lesson = s.resume_lesson;
  v.resume_step = s.resume_step;
  v.certificate = s.certificate;
  v.withdrawn_reason = course.withdrawn_reason;
  v.allowed_by = o.allowed_by;
  v.allowed_reason = o.allowed_reason;
  if (s.stage == record::Stage::exam_ready)
    if (const auto until = wait_for_items(core, course, s)) {
      v.stage = flow::CourseStage::retry_wait;
      v.retry_at = until;
    }
  if (!course.review.empty())
    if (const auto review = record::parse_course_review(course.review)) {
      v.decision = review->decision;
      v.reviewer = review->reviewer;
      v.decision_reason = review->reason;
    }
  return v;
}

Course read_course(Query& q) {
  auto order = record::parse_course_order(q.text(0));
  if (!order) throw StorageError{"a stored course is damaged: " + order.error().message};
  return {*std::move(order), q.integer(1) != 0, q.text(2), q.text(3)};
}

}  // namespace

std::optional<Course> find_course(Core& core, const std::string& course) {
  auto q = core.db.query("SELECT body, withdrawn, review, reason FROM course WHERE course=?").bind(course);
  if (!q.row()) return std::nullopt;
  return read_course(q);
}

record::CourseProgress own_progress(Core& core, const std::string& course) {
  // After a start the snapshot spares reading the log of courses that are only looked at.
  if (!core.tallies.contains(course))
    if (auto kept = kept_progress(core, course)) return *std::move(kept);
  return tally_of(core, course).progress();
}

void keep_progress(Core& core, const std::string& course) {
  if (course.empty()) return;
  const record::CourseProgress p = tally_of(core, course).progress();
  core.db
      .query(
          "INSERT INTO progress VALUES(?,?,?,?,?) ON CONFLICT(course, station, inc) DO UPDATE SET upto=excluded.upto, "
          "body=excluded.body")
      .bind(course)
      .bind(core.identity.station)
      .bind(std::int64_t{core.identity.inc})
      .bind(p.upto)
      .bind(record::to_json(p))
      .done();
}

Standing standing(Core& core, const Course& course) {
  std::vector<record::CourseProgress> parts{own_progress(core, course.order.course)};
  {
    auto q =
        core.db.query("SELECT body FROM progress WHERE course=? AND NOT (station=? AND inc=?) ORDER BY station, inc")
            .bind(course.order.course)
            .bind(core.identity.station)
            .bind(std::int64_t{core.identity.inc});
    while (q.row())
      if (auto p = record::parse_course_progress(q.text(0))) parts.push_back(*std::move(p));
  }
  Standing s{record::standing_of(course.order, parts, course.withdrawn, core.utc())};
  for (const record::CourseProgress& p : parts)
    for (const record::AttemptProgress& a : p.attempts) {
      if (a.closed) s.last_closed = std::max(s.last_closed, a.closed_at);
      if (!a.closed && &p != &parts.front()) s.elsewhere = std::max(s.elsewhere.value_or(a.opened), a.opened);
    }
  return s;
}

void add_courses(Core& core, flow::RiderView& rider) {
  std::vector<Course> courses;
  {
    auto q = core.db.query("SELECT body, withdrawn, review, reason FROM course WHERE subject=?").bind(rider.subject);
    while (q.row()) courses.push_back(read_course(q));
  }
  {
    auto q =
        core.db.query("SELECT number, course, text, at_utc, score FROM certificate WHERE subject=? ORDER BY at_utc")
            .bind(rider.subject);
    while (q.row())
      rider.certificates.push_back({q.text(0), q.text(1), q.text(2), base::utc_from_ms(q.integer(3)), q.small(4)});
  }
  for (const Course& course : courses) {
    const Standing s = standing(core, course);
    rider.courses.push_back(view_of(core, course, s));
    const bool known = std::any_of(rider.certificates.begin(), rider.certificates.end(),
                                   [&](const flow::CertificateView& c) { return c.number == s.certificate; });
    if (s.certificate.empty() || known) continue;
    const auto text = rules::parse_certificate(s.certificate_text);  // earned at another station
    rider.certificates.push_back(
        {s.certificate, course.order.course, s.certificate_text, s.certificate_at, text ? text->score_percent : 0});
  }
  for (flow::CertificateView& certificate : rider.certificates) describe_certificate(core, certificate);
  std::stable_sort(
      rider.courses.begin(), rider.courses.end(), [](const flow::CourseView& a, const flow::CourseView& b) {
        return std::tuple(is_over(a.stage), a.deadline, a.course) < std::tuple(is_over(b.stage), b.deadline, b.course);
      });
}

Outcome accept_warning(Core& core, const flow::AcceptWarning& d) {
  const auto course = find_course(core, d.course);
  if (!course || course->order.subject != d.subject || course->order.kind != "warning")
    return flow::NotNow{"course.not_found", {}};
  const Standing s = standing(core, *course);
  if (s.stage == record::Stage::done) return flow::RiderChanged{rider_view(core, d.subject)};  // confirmed before
  if (s.stage == record::Stage::withdrawn) return flow::NotNow{"course.withdrawn", {}};
  core.log.append(record::kWarningConfirmed, d.subject, d.course,
                  fmt::format(R"({{"course":{}}})", json_text(d.course)));
  keep_progress(core, d.course);
  return flow::RiderChanged{rider_view(core, d.subject)};
}

Outcome lodge_complaint(Core& core, const flow::LodgeComplaint& d) {
  // The rider's receipt, the same in the centre's list: station, day and number of the day, "440902-007-261125-0003".
  std::string day = local_day(core.utc()).substr(2);
  std::erase(day, '-');
  const std::string prefix = core.identity.station + "-" + day + "-";
  const std::int64_t number =
      core.db.query("SELECT COUNT(*) FROM complaint WHERE receipt>=?1 AND receipt<?1||'~'").bind(prefix).number() + 1 +
      1000 * (core.identity.inc - 1);
  const std::string receipt = prefix + fmt::format("{:04}", number);
  core.db.query("INSERT INTO complaint VALUES(?,?,?,?,?,?)")
      .bind(receipt)
      .bind(d.subject)
      .bind(d.about)
      .bind(d.ref)
      .bind(d.category)
      .bind(core.utc_ms())
      .done();
  core.log.append(record::kComplaintFiled, d.subject, "",
                  fmt::format(R"({{"complaint":{},"about":{},"ref":{},"category":{}}})", json_text(receipt),
                              json_text(d.about), json_text(d.ref), json_text(d.category)));
  return flow::ComplaintLodged{receipt};
}

}  // namespace station::store
