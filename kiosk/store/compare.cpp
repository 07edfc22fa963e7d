#include <nlohmann/json.hpp>
#include <set>

#include "kiosk/store/parts.h"
#include "sync/record/outlet_types.h"
#include "sync/record/record.h"
#include "sync/record/types.h"

namespace station::store {

using Json = nlohmann::json;

namespace {

// The state that follows from the log alone.
struct Rebuilt {
  record::RightEdge edge;
  std::map<std::string, std::int64_t> points;    // transfer → points
  std::map<std::string, std::string> points_of;  // transfer → subject
  std::set<std::string> visits, open_visits;
  std::map<std::string, std::string> charges;             // session → port, not ended
  std::map<std::string, std::string> outlets;             // e-bike session → outlet, not closed
  std::map<std::string, std::string> leases;              // lease → box, not ended
  std::set<std::string> settled;                          // e-bike sessions
  std::set<std::string> openings;                         // op without a result
  std::set<std::pair<std::string, std::string>> lessons;  // subject, lesson
  std::map<std::string, std::vector<record::Record>> courses;
  std::set<std::string> attempts, open_attempts, items;
  std::map<std::string, int> answers;  // attempt → answered
  std::set<std::string> certificates, complaints;
  std::set<std::pair<std::string, std::string>> reviews;  // subject, place in the log with item and rating
  std::set<std::pair<std::string, std::string>> faults;
};

void apply(Rebuilt& s, const record::Record& r) {
  const Json body = Json::parse(r.body);
  const auto text = [&](const char* key) { return body.at(key).get<std::string>(); };
  if (r.type == record::kPointsEarned) {
    s.points[text("transfer")] = body.at("points");
    s.points_of[text("transfer")] = r.subject;
  } else if (r.type == record::kCheckedIn) {
    s.visits.insert(text("visit"));
    s.open_visits.insert(text("visit"));
  } else if (r.type == record::kCheckedOut) {
    s.open_visits.erase(text("visit"));
  } else if (r.type == record::kChargeIntended && body.at("on").get<bool>()) {
    s.charges[text("session")] = text("port");
  } else if (r.type == record::kChargeFailed || r.type == record::kChargeEnded) {
    s.charges.erase(text("session"));
  } else if (r.type == record::kOutletIntended && body.at("on").get<bool>()) {
    s.outlets[text("session")] = text("outlet");
  } else if (r.type == record::kOutletFailed || r.type == record::kOutletSettled || r.type == record::kOutletEstimated) {
    s.outlets.erase(text("session"));
    if (r.type == record::kOutletSettled && !s.settled.insert(text("session")).second)
      throw std::runtime_error("a session is settled twice");
  } else if (r.type == record::kLeaseStarted) {
    s.leases[text("lease")] = text("box");
  } else if (r.type == record::kLeaseEnded) {
    s.leases.erase(text("lease"));
  } else if (r.type == record::kBoxIntended) {
    s.openings.insert(text("op"));
  } else if (r.type == record::kBoxResult) {
    s.openings.erase(text("op"));
  } else if (r.type == record::kLessonCompleted) {
    s.lessons.emplace(r.subject, text("lesson"));
  } else if (r.type == record::kPracticeAnswered) {
    s.reviews.emplace(r.subject, std::to_string(r.seq) + " " + text("item") + " " + body.at("rating").dump());
  } else if (r.type == record::kExamItem) {
    if (!s.items.insert(text("text")).second) throw std::runtime_error("the text of a question stands there twice");
  } else if (r.type == record::kExamOpened) {
    s.attempts.insert(text("attempt"));
    s.open_attempts.insert(text("attempt"));
  } else if (r.type == record::kExamAnswered) {
    ++s.answers[text("attempt")];
  } else if (r.type == record::kExamClosed) {
    s.open_attempts.erase(text("attempt"));
  } else if (r.type == record::kCertificateIssued) {
    s.certificates.insert(text("number"));
  } else if (r.type == record::kComplaintFiled) {
    s.complaints.insert(text("complaint"));
  } else if (r.type == record::kFaultRaised) {
    s.faults.emplace(text("code"), text("place"));
  } else if (r.type == record::kFaultCleared) {
    s.faults.erase({text("code"), text("place")});
  }
  if (const std::string course = body.value("course", ""); !course.empty()) s.courses[course].push_back(r);
}

std::string read_log(Core& core, Rebuilt& s) {
  auto q = core.db.query("SELECT seq, course, line FROM record ORDER BY seq");
  while (q.row()) {
    const std::string line = q.text(2);
    const auto r = record::parse_line(line);
    const std::string place = "record " + std::to_string(s.edge.size());
    if (!r) return place + " is damaged: " + r.error().message;
    if (r->seq != s.edge.size() || q.integer(0) != static_cast<std::int64_t>(r->seq)) return place + " is out of order";
    s.edge.append(record::leaf_hash(line));
    try {
      apply(s, *r);
      if (Json::parse(r->body).value("course", "") != q.text(1)) return place + " is filed under another course";
    } catch (const std::exception& e) {
      return place + " (" + r->type + "): " + e.what();
    }
  }
  return {};
}

std::set<std::string> column(Query q) {
  std::set<std::string> out;
  while (q.row()) out.insert(q.text(0));
  return out;
}

std::map<std::string, std::string> columns(Query q) {
  std::map<std::string, std::string> out;
  while (q.row()) out[q.text(0)] = q.text(1);
  return out;
}

std::set<std::pair<std::string, std::string>> pairs(Query q) {
  std::set<std::pair<std::string, std::string>> out;
  while (q.row()) out.emplace(q.text(0), q.text(1));
  return out;
}

std::string compare_points(Core& core, const Rebuilt& s) {
  std::size_t rows = 0;
  auto q = core.db.query("SELECT transfer, subject, points FROM points_transfer");
  while (q.row()) {
    ++rows;
    const auto it = s.points.find(q.text(0));
    if (it == s.points.end() || it->second != q.integer(2) || s.points_of.at(q.text(0)) != q.text(1))
      return "the points of transfer " + q.text(0) + " differ from the log";
  }
  return rows == s.points.size() ? "" : "points of the log are missing";
}

std::string compare_courses(Core& core, const Rebuilt& s) {
  for (const auto& [course, records] : s.courses)
    if (record::course_progress(course, core.identity.station, records) != own_progress(core, course))
      return "the progress of course " + course + " differs from the log";
  auto q = core.db.query("SELECT attempt, COUNT(*) FROM answer GROUP BY attempt");
  std::size_t rows = 0;
  while (q.row()) {
    ++rows;
    const auto it = s.answers.find(q.text(0));
    if (it == s.answers.end() || it->second != q.small(1))
      return "the answers of attempt " + q.text(0) + " differ from the log";
  }
  return rows == s.answers.size() ? "" : "answers of the log are missing";
}

}  // namespace

std::string compare_log(Core& core) {
  Rebuilt s;
  if (std::string damage = read_log(core, s); !damage.empty()) return damage;
  if (s.edge.size() != core.log.size() || s.edge.root() != core.log.edge().root())
    return "the log's root differs from the stored right edge";
  const auto differ = [](const char* what) { return std::string(what) + " differ from the log"; };
  if (s.visits != column(core.db.query("SELECT visit FROM visit"))) return differ("visits");
  if (s.open_visits != column(core.db.query("SELECT visit FROM visit WHERE open=1"))) return differ("open visits");
  if (s.charges != columns(core.db.query("SELECT session, port FROM charge WHERE state<>'ended'")))
    return differ("charging sessions");
  if (s.outlets != columns(core.db.query("SELECT session, outlet FROM outlet_session WHERE state<>'closed'")))
    return differ("e-bike sessions");
  if (s.settled != column(core.db.query("SELECT session FROM outlet_session WHERE settled=1")))
    return differ("settlements");
  if (s.leases != columns(core.db.query("SELECT lease, box FROM lease WHERE state NOT IN ('ended','held')")))
    return differ("leases");
  if (s.openings != column(core.db.query("SELECT op FROM intent WHERE kind='box' AND resolved=0")))
    return differ("openings");
  if (s.lessons != pairs(core.db.query("SELECT DISTINCT subject, lesson FROM lesson_done")))
    return differ("finished lessons");
  if (s.reviews != pairs(core.db.query("SELECT subject, seq||' '||item||' '||rating FROM review")))
    return differ("answers in practice");
  if (s.attempts != column(core.db.query("SELECT attempt FROM attempt"))) return differ("attempts");
  if (s.items != column(core.db.query("SELECT text FROM exam_item"))) return differ("texts of questions");
  if (s.open_attempts != column(core.db.query("SELECT attempt FROM attempt WHERE open=1")))
    return differ("open attempts");
  if (s.certificates != column(core.db.query("SELECT number FROM certificate"))) return differ("certificates");
  if (s.complaints != column(core.db.query("SELECT receipt FROM complaint"))) return differ("complaints");
  if (s.faults != pairs(core.db.query("SELECT code, place FROM fault"))) return differ("faults");
  if (std::string points = compare_points(core, s); !points.empty()) return points;
  return compare_courses(core, s);
}

}  // namespace station::store
