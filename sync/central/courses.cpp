#include "sync/central/courses.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "sync/central/progress.h"
#include "sync/record/types.h"

namespace station::central {

using Json = nlohmann::ordered_json;
using record::CourseOrder;

namespace {

constexpr std::chrono::hours kDeadline{15 * 24};
constexpr std::size_t kMostCourses = 5000;  // in one list
constexpr int kWarningPassPercent = 80;     // where the profile names items but no pass mark

struct Stored {
  CourseOrder order;
  std::set<std::string> basis;  // the violations that brought this course about; its reason also lists older ones
  std::string withdrawn, review;
};

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> out;
  for (const auto& word : nlohmann::json::parse(text)) out.insert(word.get<std::string>());
  return out;
}

Stored read_course(Statement& s) {
  auto order = record::parse_course_order(s.text(0));
  if (!order) throw StorageError{order.error().message};
  return {std::move(*order), words_of(s.view(1)), s.text(2), s.text(3)};
}

std::vector<Stored> courses_of(Store& store, const std::string& subject) {
  std::vector<Stored> out;
  auto& s = store.prepared(
      "SELECT body, basis, withdrawn, review FROM course WHERE subject=$1 AND withdrawn='' ORDER BY assigned, course");
  s.bind(subject);
  while (s.row()) out.push_back(read_course(s));
  return out;
}

struct Known {
  rules::LadderViolation ladder;
  std::string code, place;
};

std::map<std::string, Known> violations_of(Store& store, const std::string& subject) {
  std::map<std::string, Known> out;
  auto& s = store.prepared("SELECT id, code, place, at, imported, withdrawn, reason FROM violation WHERE subject=$1");
  s.bind(subject);
  while (s.row()) {
    Known k;
    k.ladder.id = s.text(0);
    k.ladder.at = base::utc_from_ms(s.integer(3));
    k.ladder.imported = base::utc_from_ms(s.integer(4));
    if (s.integer(5) != 0) k.ladder.withdrawn = base::utc_from_ms(s.integer(5));
    k.ladder.withdrawn_reason = s.text(6);
    k.code = s.text(1);
    k.place = s.text(2);
    out.emplace(k.ladder.id, std::move(k));
  }
  return out;
}

const char* kind_of(rules::LadderAction action) {
  static constexpr std::array<const char*, 3> kKinds{"warning", "training", "throttle"};
  return kKinds[static_cast<std::size_t>(action)];
}

// What the level asks for, resting on these violations (oldest first).
void fill_order(Work& work, CourseOrder& order, int level, const std::vector<std::string>& ids,
                const std::map<std::string, Known>& known) {
  const rules::LadderStep& step = *rules::step_of(work.settings.ladder, level);
  order.level = level;
  order.kind = kind_of(step.action);
  order.profile = work.settings.ladder.id;
  order.required_s = step.study_min * 60;
  order.questions = step.quiz;
  order.pass = step.pass > 0 ? step.pass : (step.quiz * kWarningPassPercent + 99) / 100;
  order.window_days = work.settings.ladder.window_days;
  order.violations.clear();
  order.lessons.clear();
  for (const std::string& id : ids) {
    const Known& k = known.at(id);
    const auto code = work.settings.codes.find(k.code);
    const bool listed = code != work.settings.codes.end();
    order.violations.push_back({id, k.code, listed ? code->second.name_zh : k.code, k.place, k.ladder.at});
    if (listed && std::find(order.lessons.begin(), order.lessons.end(), code->second.lesson) == order.lessons.end())
      order.lessons.push_back(code->second.lesson);
  }
}

void store_course(Work& work, const CourseOrder& order, const std::set<std::string>& basis) {
  const std::string body = record::to_json(order);
  work.store
      .prepared(
          "INSERT INTO course VALUES($1,$2,$3,$4,$5,$6,$7,'',0,'') ON CONFLICT(course) DO UPDATE SET "
          "level=excluded.level, kind=excluded.kind, basis=excluded.basis, body=excluded.body")
      .bind(order.course)
      .bind(order.subject)
      .bind(order.level)
      .bind(order.kind)
      .bind(base::to_ms(order.assigned))
      .bind(Json(basis).dump())
      .bind(body)
      .done();
  work.feed.publish("city", record::kFeedCourse, work.now, body, "course|" + order.course);
}

void withdraw_course(Work& work, const CourseOrder& order, const std::string& reason) {
  work.store.prepared("UPDATE course SET withdrawn=$1, withdrawn_at=$2 WHERE course=$3")
      .bind(reason)
      .bind(base::to_ms(work.now))
      .bind(order.course)
      .done();
  const Json body{{"course", order.course}, {"reason", reason}};
  work.feed.publish("city", record::kFeedCourseWithdrawn, work.now, body.dump(), "withdraw|" + order.course);
}

std::string new_course_id(base::Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  return "c" + base::to_hex(bytes);
}

record::CourseStanding standing(Work& work, const Stored& c) {
  return record::standing_of(c.order, course_parts(work, c.order.course), !c.withdrawn.empty(), work.now);
}

int highest_without_throttle(const rules::LadderProfile& profile) {
  int level = 0;
  for (const auto& step : profile.steps) level += step.action != rules::LadderAction::throttle_recommend ? 1 : 0;
  return level;
}

// A course whose violations were cancelled in part asks for less: the same course at a lower level, so that what the
// rider studied stays. One whose own violations are all gone is withdrawn; what was finished stays finished.
std::optional<CourseChange> lower(Work& work, Stored& c, const std::map<std::string, Known>& known) {
  std::vector<std::string> left;
  std::string reason;
  std::set<std::string> basis;
  for (const auto& v : c.order.violations) {
    const auto it = known.find(v.id);
    if (it != known.end() && it->second.ladder.withdrawn) {
      reason = it->second.ladder.withdrawn_reason;
      continue;
    }
    left.push_back(v.id);
    if (c.basis.contains(v.id)) basis.insert(v.id);
  }
  if (left.size() == c.order.violations.size()) return std::nullopt;
  int level = 0;
  for (const auto& step : work.settings.ladder.steps) level += static_cast<int>(left.size()) >= step.count ? 1 : 0;
  const bool done = standing(work, c).stage == record::Stage::done;
  if (done && c.order.kind != "throttle") return std::nullopt;
  if (basis.empty() || level == 0) {
    withdraw_course(work, c.order, reason);
    return CourseChange{c.order, true, reason};
  }
  // A finished training must not turn into a warning that waits to be read: only the recommendation falls.
  if (done) level = std::max(level, highest_without_throttle(work.settings.ladder));
  fill_order(work, c.order, std::min(level, c.order.level), left, known);
  c.basis = basis;
  store_course(work, c.order, basis);
  return CourseChange{c.order, false, {}};
}

CourseRow row_of(Work& work, Stored stored) {
  CourseRow row;
  row.standing = standing(work, stored);
  row.order = std::move(stored.order);
  row.withdrawn = stored.withdrawn;
  if (!stored.review.empty()) {
    auto review = record::parse_course_review(stored.review);
    if (!review) throw StorageError{review.error().message};
    row.review = std::move(*review);
  }
  row.throttle = row.order.kind != "throttle" || !row.withdrawn.empty() ? "none"
                 : !row.review                                          ? "recommended"
                 : row.review->decision == "throttle"                   ? "confirmed"
                                                                        : "declined";
  return row;
}

}  // namespace

Imported import_violation(Work& work, const Violation& v) {
  {
    auto& s = work.store.prepared("SELECT subject, code, place, at FROM violation WHERE id=$1");
    s.bind(v.id);
    if (s.row())
      return s.view(0) == v.subject && s.view(1) == v.code && s.view(2) == v.place && s.integer(3) == base::to_ms(v.at)
                 ? Imported::before
                 : Imported::conflict;
  }
  work.store.prepared("INSERT INTO violation VALUES($1,$2,$3,$4,$5,$6,0,'')")
      .bind(v.id)
      .bind(v.subject)
      .bind(v.code)
      .bind(v.place)
      .bind(base::to_ms(v.at))
      .bind(base::to_ms(work.now))
      .done();
  return Imported::now;
}

std::vector<CourseChange> recompute_courses(Work& work, const std::string& subject) {
  const auto known = violations_of(work.store, subject);
  std::vector<CourseChange> changes;
  std::set<std::string> covered;
  for (Stored& course : courses_of(work.store, subject)) {
    for (const auto& v : course.order.violations) covered.insert(v.id);
    if (auto change = lower(work, course, known)) changes.push_back(std::move(*change));
  }
  std::vector<rules::LadderViolation> violations;
  for (const auto& [id, k] : known) violations.push_back(k.ladder);
  const rules::LadderLevel level = rules::level_at(work.settings.ladder, violations, work.now);
  std::set<std::string> basis;
  for (const std::string& id : level.violations)
    if (!covered.contains(id)) basis.insert(id);
  if (level.level == 0 || basis.empty()) return changes;
  CourseOrder order;
  order.course = new_course_id(work.random);
  order.subject = subject;
  order.assigned = work.now;
  order.deadline = work.now + kDeadline;
  fill_order(work, order, level.level, level.violations, known);
  store_course(work, order, basis);
  changes.push_back({std::move(order), false, {}});
  return changes;
}

std::vector<CourseChange> withdraw_violation(Work& work, const std::string& id, const std::string& reason) {
  std::string subject;
  {
    auto& s = work.store.prepared("SELECT subject FROM violation WHERE id=$1");
    s.bind(id);
    if (!s.row()) throw Refusal{404, "not_found", "there is no violation of this id"};
    subject = s.text(0);
  }
  work.store.prepared("UPDATE violation SET withdrawn=$1, reason=$2 WHERE id=$3 AND withdrawn=0")
      .bind(base::to_ms(work.now))
      .bind(reason)
      .bind(id)
      .done();
  return recompute_courses(work, subject);
}

std::vector<CourseRow> list_courses(Work& work, const std::string& stage, const std::string& subject) {
  std::vector<Stored> stored;
  {
    auto& s = work.store.prepared(
        "SELECT body, basis, withdrawn, review FROM course WHERE ($1='' OR subject=$1) ORDER BY assigned DESC, course "
        "LIMIT $2");
    s.bind(subject).bind(kMostCourses);
    while (s.row()) stored.push_back(read_course(s));
  }
  std::vector<CourseRow> rows;
  for (Stored& c : stored) {
    CourseRow row = row_of(work, std::move(c));
    if (stage.empty() || stage == record::to_string(row.standing.stage)) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CourseRow> waiting_reviews(Work& work) {
  std::vector<Stored> stored;
  {
    auto& s = work.store.prepared(
        "SELECT body, basis, withdrawn, review FROM course WHERE kind='throttle' AND withdrawn='' AND review='' ORDER "
        "BY "
        "assigned, course LIMIT $1");
    s.bind(kMostCourses);
    while (s.row()) stored.push_back(read_course(s));
  }
  std::vector<CourseRow> rows;
  for (Stored& c : stored) rows.push_back(row_of(work, std::move(c)));
  return rows;
}

CourseRow find_course(Work& work, const std::string& course) {
  auto& s = work.store.prepared("SELECT body, basis, withdrawn, review FROM course WHERE course=$1");
  s.bind(course);
  if (!s.row()) throw Refusal{404, "not_found", "there is no course of this id"};
  return row_of(work, read_course(s));
}

namespace {

// After the last attempt without a person: one more, with other items as far as there are any.
CourseRow allow_attempt(Work& work, const std::string& course, const std::string& reviewer, const std::string& reason) {
  CourseRow row = find_course(work, course);
  if (row.standing.stage != record::Stage::human)
    throw Refusal{409, "no_retry", "this course does not wait for a person to allow another attempt"};
  row.order.attempts = row.standing.attempts + 1;
  row.order.allowed_by = reviewer;
  row.order.allowed_reason = reason;
  std::set<std::string> basis;
  {
    auto& s = work.store.prepared("SELECT basis FROM course WHERE course=$1");
    s.bind(course);
    if (s.row()) basis = words_of(s.view(0));
  }
  store_course(work, row.order, basis);
  return find_course(work, course);
}

}  // namespace

CourseRow review_course(Work& work, const std::string& course, const std::string& decision, const std::string& reviewer,
                        const std::string& reason) {
  if (decision == "retry") return allow_attempt(work, course, reviewer, reason);
  if (decision != "throttle" && decision != "release" && decision != "dismiss")
    throw Refusal{400, "decision", "\"decision\" is not throttle, release, dismiss or retry"};
  CourseRow row = find_course(work, course);
  if (row.throttle == "none")
    throw Refusal{409, "no_throttle", "this course recommends no throttle, so there is nothing to decide"};
  if (row.review && row.review->decision == decision && row.review->reviewer == reviewer) return row;
  row.review = record::CourseReview{course, decision, reviewer, reason, work.now};
  row.throttle = decision == "throttle" ? "confirmed" : "declined";
  const std::string body = record::to_json(*row.review);
  work.store.prepared("UPDATE course SET review=$1 WHERE course=$2").bind(body).bind(course).done();
  work.feed.publish("city", record::kFeedReview, work.now, body, "review|" + course);
  return row;
}

std::string assign_again(Work& work, const std::string& course) {
  std::optional<Stored> stored;
  {
    auto& s = work.store.prepared("SELECT body, basis, withdrawn, review FROM course WHERE course=$1");
    s.bind(course);
    if (s.row()) stored = read_course(s);
  }
  if (!stored || !stored->withdrawn.empty()) return {};
  CourseOrder order = stored->order;
  order.course = new_course_id(work.random);
  order.assigned = work.now;
  order.deadline = work.now + kDeadline;
  store_course(work, order, stored->basis);
  return order.course;
}

std::string to_json(const CourseRow& row) {
  const auto& o = row.order;
  const auto& s = row.standing;
  Json violations = Json::array();
  for (const auto& v : o.violations)
    violations.push_back(
        Json{{"id", v.id}, {"code", v.code}, {"name", v.name}, {"at", base::iso8601(v.at)}, {"place", v.place}});
  Json json{{"course", o.course},
            {"subject", o.subject},
            {"level", o.level},
            {"kind", o.kind},
            {"state", record::to_string(s.stage)},
            {"throttle", row.throttle},
            {"assigned", base::iso8601(o.assigned)},
            {"deadline", base::iso8601(o.deadline)},
            {"required_s", o.required_s},
            {"credited_s", s.credited_ms / 1000},
            {"attempts", s.attempts},
            {"attempts_allowed", o.attempts},
            {"allowed_by", o.allowed_by},
            {"allowed_reason", o.allowed_reason},
            {"certificate", s.certificate},
            {"overlap", s.overlap},
            {"withdrawn", row.withdrawn},
            {"reason", Json{{"window_days", o.window_days}, {"violations", violations}}}};
  if (row.review)
    json["review"] = Json{{"decision", row.review->decision},
                          {"reviewer", row.review->reviewer},
                          {"reason", row.review->reason},
                          {"at", base::iso8601(row.review->at)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const CourseChange& change) {
  const auto& o = change.order;
  return Json{{"course", o.course}, {"subject", o.subject},          {"level", o.level},
              {"kind", o.kind},     {"withdrawn", change.withdrawn}, {"reason", change.reason}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace station::central
