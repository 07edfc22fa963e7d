#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "sync/central/body.h"
#include "sync/central/courses.h"
#include "sync/central/people.h"
#include "sync/central/proposals.h"
#include "sync/central/riders.h"
#include "sync/record/types.h"

// What riders may ask for: everything that is known of them, and that it is forgotten. Records hold a pseudonym only and
// stay as they are, so every log stays valid; what could lead from the pseudonym to the person goes.
namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

std::string time_of(std::int64_t ms) {
  return ms == 0 ? std::string() : base::iso8601(base::utc_from_ms(ms));
}

Json violation_list(Store& store, const std::string& subject) {
  Json out = Json::array();
  auto& s = store.prepared("SELECT id, code, place, at, withdrawn, reason FROM violation WHERE subject=$1 ORDER BY at, id");
  s.bind(subject);
  while (s.row())
    out.push_back({{"id", s.text(0)}, {"code", s.text(1)}, {"place", s.text(2)}, {"at", time_of(s.integer(3))},
                   {"withdrawn", time_of(s.integer(4))}, {"reason", s.text(5)}});
  return out;
}

Json course_list(Context& c, const std::string& subject) {
  Json out = Json::array();
  for (const CourseRow& row : list_courses(c, "", subject)) out.push_back(Json::parse(to_json(row)));
  return out;
}

Json visits_of(Store& store, const std::string& subject) {
  Json out = Json::array();
  auto& s = store.prepared("SELECT visit, station, method, since, until FROM visit WHERE subject=$1 ORDER BY since, visit");
  s.bind(subject);
  while (s.row())
    out.push_back({{"visit", s.text(0)}, {"station", s.text(1)}, {"method", s.text(2)}, {"since", time_of(s.integer(3))},
                   {"until", time_of(s.integer(4))}});
  return out;
}

Json transfers_of(Store& store, const std::string& subject) {
  Json out = Json::array();
  auto& s = store.prepared("SELECT transfer, points, reason, basis, station, at FROM transfer WHERE subject=$1 ORDER BY at, transfer");
  s.bind(subject);
  while (s.row())
    out.push_back({{"transfer", s.text(0)}, {"points", s.integer(1)}, {"reason", s.text(2)}, {"ref", s.text(3)},
                   {"station", s.text(4)}, {"at", time_of(s.integer(5))}});
  return out;
}

Json certificates_of(Store& store, const std::string& subject) {
  Json out = Json::array();
  auto& s = store.prepared("SELECT number, course, station, at, text FROM certificate WHERE subject=$1 ORDER BY at, number");
  s.bind(subject);
  while (s.row())
    out.push_back({{"number", s.text(0)}, {"course", s.text(1)}, {"station", s.text(2)}, {"at", time_of(s.integer(3))},
                   {"text", s.text(4)}});
  return out;
}

Json complaints_of(Store& store, const std::string& subject) {
  Json out = Json::array();
  auto& s = store.prepared("SELECT complaint, about, ref, category, station, at FROM complaint WHERE subject=$1 ORDER BY at, complaint");
  s.bind(subject);
  while (s.row())
    out.push_back({{"complaint", s.text(0)}, {"about", s.text(1)}, {"ref", s.text(2)}, {"category", s.text(3)},
                   {"station", s.text(4)}, {"at", time_of(s.integer(5))}});
  return out;
}

std::string subject_of(Context& c, const Body& body) {
  const std::string subject = rider_subject(c.keys, body.text("rider"));
  if (!rider_known(c.store, subject)) throw Refusal{404, "not_found", "nobody of this number is in the roster"};
  return subject;
}

// The records themselves are pulled by their subject (GET /v1/records?subject=…).
HttpResponse post_export(Context& c) {
  const std::string subject = subject_of(c, Body(c.request.body));
  std::int64_t balance = 0;
  {
    auto& s = c.store.prepared("SELECT points FROM balance WHERE subject=$1");
    s.bind(subject);
    if (s.row()) balance = s.integer(0);
  }
  audit(c, c.caller, "riders.export", subject);
  return json_answer(200, Json{{"subject", subject},
                               {"balance", balance},
                               {"transfers", transfers_of(c.store, subject)},
                               {"visits", visits_of(c.store, subject)},
                               {"violations", violation_list(c.store, subject)},
                               {"courses", course_list(c, subject)},
                               {"certificates", certificates_of(c.store, subject)},
                               {"complaints", complaints_of(c.store, subject)}}
                              .dump(-1, ' ', false, Json::error_handler_t::replace));
}

HttpResponse post_erase(Context& c) {
  const Body body(c.request.body);
  return propose(c, "riders.erase", subject_of(c, body), body.text("reason"));
}

void forget_courses(Context& c, const std::string& subject) {
  std::vector<std::string> courses;
  {
    auto& s = c.store.prepared("SELECT course FROM course WHERE subject=$1");
    s.bind(subject);
    while (s.row()) courses.push_back(s.text(0));
  }
  for (const std::string& course : courses)
    for (const char* topic : {"course|", "review|"})
      c.store.prepared("DELETE FROM feed_entry WHERE topic=$1").bind(topic + course).done();
  c.store.prepared("DELETE FROM course WHERE subject=$1").bind(subject).done();
}

}  // namespace

// Violations, courses, cards, logins and the PIN go, and stations take the rider off their roster. Points, visits and
// certificates follow from the records and stay under the pseudonym that nobody can trace any more.
std::string erase_rider(Context& c, const Proposal& proposal) {
  const std::string& subject = proposal.object;
  if (!rider_known(c.store, subject)) throw Refusal{409, "gone", "this rider is not in the roster any more"};
  c.store.prepared("DELETE FROM violation WHERE subject=$1").bind(subject).done();
  const auto withdrawn = recompute_courses(c, subject);  // open courses rest on nothing now
  forget_courses(c, subject);
  c.store.prepared("DELETE FROM rider WHERE subject=$1").bind(subject).done();
  c.store.prepared("DELETE FROM rider_key WHERE subject=$1").bind(subject).done();
  c.feed.publish("city", record::kFeedRiderRemoved, c.now, Json{{"subject", subject}}.dump(), "rider|" + subject);
  return "erased, " + std::to_string(withdrawn.size()) + " open courses withdrawn";
}

std::vector<Route> rights_routes() {
  return {{"POST", "/v1/riders/export", kAdministrator, post_export},
          {"POST", "/v1/riders/erase", kAdministrator, post_erase}};
}

}  // namespace station::central
