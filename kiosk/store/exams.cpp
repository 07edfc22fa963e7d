#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "kiosk/store/parts.h"
#include "sync/base/check.h"
#include "sync/base/id.h"
#include "sync/record/pack.h"
#include "sync/record/paper_text.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"
#include "sync/rules/paper.h"

namespace station::store {

using Json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr base::Milliseconds kFreshIdentity = 60s;   // before an attempt is opened or goes on
constexpr base::Milliseconds kOtherItemsWait = 24h;  // a second attempt that has to repeat items
constexpr base::Milliseconds kOpenElsewhere = 24h;   // so long an attempt that is open at another station blocks

std::string local_moment(UtcTime t) {
  const base::LocalTime l = base::local_time(t);
  return fmt::format("{:02}-{:02} {:02}:{:02}", l.month, l.day, l.hour, l.minute);
}

flow::NotNow not_now(std::string key, std::vector<std::string> args = {}) {
  return {std::move(key), std::move(args)};
}

// The blueprint's rows for as many questions as the order asks for: rows give up or gain one question in turn.
std::vector<rules::BlueprintRow> rows_for(const record::Blueprint& blueprint, int questions) {
  std::vector<rules::BlueprintRow> rows;
  int sum = 0;
  for (const auto& r : blueprint.rows) {
    rows.push_back({r.topic, r.count, r.critical});
    sum += r.count;
  }
  const auto smaller = [](const auto& a, const auto& b) { return a.count < b.count; };
  for (; sum > questions && !rows.empty(); --sum) {
    auto& most = *std::max_element(rows.begin(), rows.end(), smaller);
    if (most.count == 0) break;
    --most.count;
    most.critical = std::min(most.critical, most.count);
  }
  for (; sum < questions && !rows.empty(); ++sum) ++std::min_element(rows.begin(), rows.end(), smaller)->count;
  return rows;
}

std::vector<rules::PaperItem> live_items(Core& core, const record::Content& content) {
  std::vector<rules::PaperItem> items;
  const std::string day = local_day(core.utc());
  for (const auto& [id, q] : content.questions)
    if (q.validity.covers(core.identity.station, day))
      items.push_back({id, q.version, q.lesson, static_cast<int>(q.options.size()), q.critical, q.shuffle});
  return items;
}

struct Draw {
  rules::Paper paper;
  std::string course_version;
  std::vector<rules::BlueprintRow> rows;
};

std::optional<Draw> draw(Core& core, const Course& course, const Standing& s, int no) {
  const auto content = core.content(core.pack_version);
  const record::Blueprint* blueprint = content ? content->blueprint("training") : nullptr;
  if (!blueprint) return std::nullopt;
  rules::PaperRequest request;
  request.course_id = course.order.course;
  request.course_version = blueprint->version;
  request.rider_id = course.order.subject;
  request.attempt_no = no;
  request.salt = core.options.salt;
  request.blueprint = rows_for(*blueprint, course.order.questions);
  request.used.assign(s.used_items.begin(), s.used_items.end());
  request.items = live_items(core, *content);
  Draw out{rules::draw_paper(request), blueprint->version, request.blueprint};
  if (!out.paper.problems.empty() || out.paper.items.empty()) return std::nullopt;
  return out;
}

// One question of a paper as frozen: also what the answer is checked with, whatever later packs say.
struct FrozenItem {
  rules::DrawnItem drawn;
  rules::AnswerKey key;
  bool critical = false;
};

// An opened attempt of this station.
struct Attempt {
  std::string attempt, course, subject, course_version, seed;
  int no = 1;
  std::int64_t pack = 0;
  int pass = 0;
  std::vector<FrozenItem> paper;
  bool open = true;
};

std::string paper_json(const std::vector<FrozenItem>& paper) {
  Json items = Json::array();
  for (const FrozenItem& i : paper)
    items.push_back({{"id", i.drawn.id},
                     {"version", i.drawn.version},
                     {"order", i.drawn.order},
                     {"key", rules::to_json(i.key)},
                     {"critical", i.critical}});
  return items.dump();
}

// Papers of version 0.1 knew options only.
rules::AnswerKey read_key(const Json& item) {
  if (!item.contains("key")) {
    const auto kind = item.at("multiple").get<bool>() ? rules::QuestionKind::multiple : rules::QuestionKind::single;
    return {kind, item.at("right").get<std::vector<int>>()};
  }
  const auto key = rules::answer_key_from_json(item.at("key").get_ref<const std::string&>());
  if (!key) throw StorageError{"a stored paper is damaged: " + key.error().message};
  return *key;
}

std::vector<FrozenItem> read_paper(const std::string& text) {
  try {
    std::vector<FrozenItem> out;
    for (const Json& i : Json::parse(text))
      out.push_back(
          {{i.at("id"), i.at("version"), i.at("order").get<std::vector<int>>()}, read_key(i), i.at("critical")});
    return out;
  } catch (const Json::exception& e) {
    throw StorageError{std::string("a stored paper is damaged: ") + e.what()};
  }
}

std::optional<Attempt> read_attempt(Query q) {
  if (!q.row()) return std::nullopt;
  Attempt a;
  a.attempt = q.text(0);
  a.course = q.text(1);
  a.subject = q.text(2);
  a.no = q.small(3);
  a.pack = q.integer(4);
  a.course_version = q.text(5);
  a.seed = q.text(6);
  a.pass = q.small(7);
  a.paper = read_paper(q.text(8));
  a.open = q.integer(9) != 0;
  return a;
}

std::optional<Attempt> find_attempt(Core& core, const std::string& attempt) {
  return read_attempt(core.db.query("SELECT * FROM attempt WHERE attempt=?").bind(attempt));
}

std::optional<Attempt> open_attempt_of(Core& core, const std::string& course) {
  return read_attempt(core.db.query("SELECT * FROM attempt WHERE course=? AND open=1").bind(course));
}

int answered(Core& core, const std::string& attempt) {
  return static_cast<int>(core.db.query("SELECT COUNT(*) FROM answer WHERE attempt=?").bind(attempt).number());
}

flow::PaperOpened shown(Core& core, const Attempt& a) {
  flow::PaperView view;
  view.course = a.course;
  view.attempt = a.attempt;
  view.no = a.no;
  view.content = core.content(a.pack);
  for (const FrozenItem& i : a.paper)
    view.questions.push_back(
        {i.drawn.id, i.drawn.version, i.key.kind == rules::QuestionKind::multiple, i.drawn.order});
  view.answered = answered(core, a.attempt);
  return {std::move(view)};
}

bool identified_just_now(const Core& core, const std::string& subject, const std::string& course) {
  const auto it = core.identified.find(course);
  return it != core.identified.end() && it->second.subject == subject &&
         core.clock.mono() - it->second.at <= kFreshIdentity;
}

// Why no attempt may be opened, in the order in which a rider can do something about it.
std::optional<flow::NotNow> refusal_of(Core& core, const Course& course, const Standing& s) {
  using record::Stage;
  if (course.order.kind == "warning") return not_now("exam.none");
  switch (s.stage) {
    case Stage::withdrawn:
      return not_now("course.withdrawn");
    case Stage::done:
      return not_now("exam.passed_before");
    case Stage::expired:
      return not_now("course.expired");
    case Stage::human:
      return not_now("exam.human");
    case Stage::retry_wait:
      return not_now("exam.retry_wait", {local_moment(s.retry_at.value_or(core.utc()))});
    case Stage::assigned:
    case Stage::studying:
      return not_now("exam.not_ready");
    case Stage::exam_ready:
      if (const auto until = wait_for_items(core, course, s)) return not_now("exam.retry_wait", {local_moment(*until)});
      return std::nullopt;
    case Stage::exam_open:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<FrozenItem> frozen(const record::Content& content, const rules::Paper& paper) {
  std::vector<FrozenItem> items;
  for (const rules::DrawnItem& drawn : paper.items) {
    const record::Question* q = content.question(drawn.id);
    STATION_CHECK(q, "items are drawn from the content's questions");
    items.push_back({drawn, q->key(), q->critical});
  }
  return items;
}

// The text of each question stands once in the log, so that papers can be shown again without any content pack. The
// hash that an opened paper names it by.
std::string record_item(Core& core, const record::Content& content, const record::Question& q) {
  const std::string text = record::question_text(content, q), hash = record::question_hash(text);
  if (core.db.query("SELECT 1 FROM exam_item WHERE text=?").bind(hash).row()) return hash;
  const std::uint64_t seq =
      core.log.append(record::kExamItem, "", "",
                      fmt::format(R"({{"text":"{}","item":{},"version":{},"question":{}}})", hash, json_text(q.id),
                                  q.version, text));
  core.db.query("INSERT INTO exam_item VALUES(?,?)").bind(hash).bind(seq).done();
  return hash;
}

void record_opened(Core& core, const Attempt& a, const std::vector<rules::BlueprintRow>& blueprint) {
  const auto content = core.content(a.pack);
  Json items = Json::array(), rows = Json::array();
  for (const FrozenItem& i : a.paper)
    items.push_back({{"id", i.drawn.id},
                     {"version", i.drawn.version},
                     {"order", i.drawn.order},
                     {"text", record_item(core, *content, *content->question(i.drawn.id))}});
  for (const rules::BlueprintRow& row : blueprint)
    rows.push_back({{"topic", row.topic}, {"count", row.count}, {"critical", row.critical}});
  core.log.append(record::kExamOpened, a.subject, a.course,
                  fmt::format(R"({{"course":{},"attempt":"{}","no":{},"seed":"{}","pack":{},"course_version":{},)"
                              R"("pass":{},"blueprint":{},"items":{}}})",
                              json_text(a.course), a.attempt, a.no, a.seed, a.pack, json_text(a.course_version), a.pass,
                              rows.dump(), items.dump()));
}

rules::PaperScore score_of(Core& core, const Attempt& a) {
  std::vector<rules::AnsweredItem> items;
  for (const FrozenItem& i : a.paper) items.push_back({i.drawn.id, false, i.critical, 0});
  auto q = core.db.query("SELECT idx, right, took_ms FROM answer WHERE attempt=?").bind(a.attempt);
  while (q.row()) {
    auto& item = items.at(static_cast<std::size_t>(q.integer(0)));
    item.right = q.integer(1) != 0;
    item.took_ms = q.integer(2);
  }
  return rules::score_paper(items, a.pass);
}

std::optional<flow::CertificateView> stored_certificate(Core& core, const std::string& course) {
  auto q = core.db.query("SELECT number, course, text, at_utc, score FROM certificate WHERE course=?").bind(course);
  if (!q.row()) return std::nullopt;
  return flow::CertificateView{q.text(0), q.text(1), q.text(2), base::utc_from_ms(q.integer(3)), q.small(4)};
}

// The next number of the day. The wall clock may go back: then the numbers of that day go on. Each incarnation of the
// station has a thousand of its own.
std::string certificate_number(Core& core, UtcTime at) {
  const int first = static_cast<int>((core.identity.inc - 1) % 9) * 1000;
  const std::string prefix = rules::certificate_number(core.identity.station, at, 1).substr(0, 17);
  const auto used =
      core.db.query("SELECT COUNT(*) FROM certificate WHERE number>=?1 AND number<?1||'~'").bind(prefix).number();
  return rules::certificate_number(core.identity.station, at, first + static_cast<int>(used) + 1);
}

flow::CertificateView issue_certificate(Core& core, const Attempt& a, int percent) {
  const UtcTime now = core.utc();
  rules::CertificateText text;
  text.number = certificate_number(core, now);
  text.rider = a.subject;
  text.course = a.course;
  text.course_version = a.course_version;
  text.passed = std::chrono::floor<std::chrono::seconds>(now);
  text.score_percent = percent;
  text.seed16 = a.seed.substr(0, 16);
  text.station = core.identity.station;
  text.key_id = fmt::format("{:08x}", record::NoteKey{core.identity.station, core.identity.record_key.public_key}.id());
  flow::CertificateView c{text.number, a.course, rules::sign_certificate(text, core.identity.record_key), now, percent};
  core.log.append(
      record::kCertificateIssued, a.subject, a.course,
      fmt::format(R"({{"course":{},"number":"{}","text":{}}})", json_text(a.course), c.number, json_text(c.text)));
  core.db.query("INSERT INTO certificate VALUES(?,?,?,?,?,?)")
      .bind(c.number)
      .bind(a.course)
      .bind(a.subject)
      .bind(c.text)
      .bind(base::to_ms(now))
      .bind(percent)
      .done();
  earn_points(core, a.subject, core.options.certificate_points, "certificate", a.course);
  return c;
}

flow::ExamClosed closed(Core& core, const Attempt& a, const rules::PaperScore& score) {
  flow::ExamOutcome out;
  out.course = a.course;
  out.score = score.score;
  out.of = score.of;
  out.pass = a.pass;
  out.critical_wrong = score.critical_wrong;
  out.passed = score.passed;
  out.wrong_items = score.wrong;
  if (score.passed) out.certificate = stored_certificate(core, a.course);
  flow::RiderView rider = rider_view(core, a.subject);
  for (const flow::CourseView& c : rider.courses)
    if (c.course == a.course) out.retry_at = c.retry_at;
  return {std::move(out), std::move(rider)};
}

}  // namespace

std::optional<UtcTime> wait_for_items(Core& core, const Course& course, const Standing& s) {
  const UtcTime until = s.last_closed + kOtherItemsWait;
  if (s.attempts != 1 || core.utc() >= until) return std::nullopt;
  const auto drawn = draw(core, course, s, s.attempts + 1);
  if (!drawn || drawn->paper.repeated.empty()) return std::nullopt;
  return until;
}

Outcome open_exam(Core& core, const flow::OpenExam& d) {
  const auto course = find_course(core, d.course);
  if (!course || course->order.subject != d.subject) return not_now("course.not_found");
  const Standing s = standing(core, *course);
  if (auto no = refusal_of(core, *course, s)) return *no;
  if (!identified_just_now(core, d.subject, d.course)) return not_now("exam.identify_first");
  if (const auto open = open_attempt_of(core, d.course)) return shown(core, *open);  // goes on where it was left
  // An attempt left open at another station holds the rider up for a day: perhaps that station is only offline.
  if (s.elsewhere && core.utc() < *s.elsewhere + kOpenElsewhere) return not_now("exam.open_elsewhere");
  Attempt a;
  a.no = s.attempts + (s.open_attempt ? 2 : 1);
  const auto drawn = draw(core, *course, s, a.no);
  if (!drawn) return not_now("exam.no_paper");
  a.attempt = base::new_id(core.random);
  a.course = d.course;
  a.subject = d.subject;
  a.pack = core.pack_version;
  a.course_version = drawn->course_version;
  a.seed = base::to_hex(drawn->paper.seed);
  a.pass = course->order.pass;
  a.paper = frozen(*core.content(a.pack), drawn->paper);
  core.db.query("INSERT INTO attempt VALUES(?,?,?,?,?,?,?,?,?,1,0)")
      .bind(a.attempt)
      .bind(a.course)
      .bind(a.subject)
      .bind(a.no)
      .bind(a.pack)
      .bind(a.course_version)
      .bind(a.seed)
      .bind(a.pass)
      .bind(paper_json(a.paper))
      .done();
  record_opened(core, a, drawn->rows);
  keep_progress(core, a.course);
  return shown(core, a);
}

Outcome answer_item(Core& core, const flow::AnswerItem& d) {
  const auto a = find_attempt(core, d.attempt);
  if (!a || !a->open || d.index < 0 || static_cast<std::size_t>(d.index) >= a->paper.size())
    return not_now("exam.not_possible");
  {
    auto before = core.db.query("SELECT right FROM answer WHERE attempt=? AND idx=?").bind(d.attempt).bind(d.index);
    if (before.row()) return flow::ItemStored{d.index, before.integer(0) != 0};  // the first answer counts
  }
  if (d.index != answered(core, d.attempt)) return not_now("exam.not_possible");
  const FrozenItem& item = a->paper[static_cast<std::size_t>(d.index)];
  const rules::Response response{d.chosen, d.text, d.taps};
  const bool right = rules::is_right(item.key, response);
  core.log.append(
      record::kExamAnswered, a->subject, a->course,
      fmt::format(R"({{"course":{},"attempt":"{}","index":{},"item":{},"version":{},{},"right":{},"ms":{}}})",
                  json_text(a->course), a->attempt, d.index, json_text(item.drawn.id), item.drawn.version,
                  rules::response_members(item.key.kind, response), right, d.took_ms));
  core.db.query("INSERT INTO answer VALUES(?,?,?,?)").bind(d.attempt).bind(d.index).bind(right).bind(d.took_ms).done();
  return flow::ItemStored{d.index, right};
}

Outcome close_exam(Core& core, const flow::CloseExam& d) {
  const auto a = find_attempt(core, d.attempt);
  if (!a) return not_now("exam.not_possible");
  const rules::PaperScore score = score_of(core, *a);
  if (!a->open) return closed(core, *a, score);  // told twice: the first time counted
  const bool finished = d.finished && answered(core, d.attempt) == score.of;
  core.db.query("UPDATE attempt SET open=0, finished=? WHERE attempt=?").bind(finished).bind(d.attempt).done();
  core.log.append(
      record::kExamClosed, a->subject, a->course,
      fmt::format(R"({{"course":{},"attempt":"{}","no":{},"score":{},"of":{},"critical_wrong":{},"passed":{},)"
                  R"("finished":{}}})",
                  json_text(a->course), a->attempt, a->no, score.score, score.of, score.critical_wrong, score.passed,
                  finished));
  // A course that was withdrawn meanwhile has nothing to certify; one that was certified elsewhere has its certificate.
  const auto course = find_course(core, a->course);
  const bool wanted = course && !course->withdrawn && standing(core, *course).certificate.empty();
  if (score.passed && wanted) issue_certificate(core, *a, score.percent);
  keep_progress(core, a->course);
  drop_old_packs(core);
  return closed(core, *a, score);
}

}  // namespace station::store
