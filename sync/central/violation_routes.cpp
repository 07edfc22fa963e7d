#include <fmt/format.h>

#include <map>

#include "sync/central/admin.h"
#include "sync/central/body.h"
#include "sync/central/courses.h"
#include "sync/central/csv.h"
#include "sync/central/people.h"
#include "sync/central/riders.h"

// Violations: files of the police come in, single ones are withdrawn.
namespace station::central {

using base::HttpResponse;

namespace {

constexpr auto kOldest = std::chrono::hours(24 * 730);
constexpr auto kClockSlack = std::chrono::minutes(10);
constexpr std::size_t kLongestId = 64;
constexpr std::size_t kLongestPlace = 200;

// ISO 8601 with a zone, or as spreadsheets write local time: 2026-11-20 14:03, 2026/11/20 14:03:05.
bool read_time(std::string text, base::UtcTime& out) {
  if (text.size() >= 16 && (text[10] == ' ' || text[10] == 'T')) {
    text[10] = 'T';
    for (const std::size_t i : {std::size_t{4}, std::size_t{7}})
      if (text[i] == '/') text[i] = '-';
    if (text.size() == 16) text += ":00";
    if (text.size() == 19) text += "+08:00";
  }
  return base::parse_iso8601(text, out);
}

struct Read {
  Violation violation;
  std::string problem;  // empty when the row is good
};

Read read_row(Context& c, const CsvTable& table) {
  Read read;
  Violation& v = read.violation;
  v.id = table["id"];
  v.code = table["code"];
  v.place = table["place"];
  const std::string& rider = table["rider"];
  const auto bad = [&](std::string why) {
    read.problem = std::move(why);
    return read;
  };
  if (v.id.empty() || v.id.size() > kLongestId) return bad("id: must be 1 to 64 bytes");
  if (rider.empty()) return bad("rider: is empty");
  v.subject = rider_subject(c.keys, rider);
  if (!rider_known(c.store, v.subject)) return bad("rider: nobody of this number is in the roster");
  if (!c.settings.codes.contains(v.code))
    return bad(fmt::format("code: {} is in no list of violations", v.code.substr(0, 20)));
  if (!read_time(table["at"], v.at)) return bad("at: no time; expected 2026-11-20T14:03:00+08:00 or 2026-11-20 14:03");
  if (v.at > c.now + kClockSlack) return bad("at: lies in the future");
  if (v.at < c.now - kOldest) return bad("at: lies more than 730 days back");
  if (v.place.size() > kLongestPlace) return bad("place: more than 200 bytes");
  return read;
}

std::string changes_json(const std::vector<CourseChange>& changes) {
  std::string out;
  for (const CourseChange& change : changes) out += (out.empty() ? "" : ",") + to_json(change);
  return "[" + out + "]";
}

HttpResponse post_violations(Context& c) {
  auto table = CsvTable::open(c.request.body, {"id", "rider", "code", "at", "place"});
  if (!table) throw Refusal{400, "csv", table.error().message};
  ImportReport report;
  std::set<std::string> touched;
  while (table->next()) {
    if (!table->problem().empty()) {
      report.reject(table->row(), table->problem());
      continue;
    }
    const Read read = read_row(c, *table);
    if (!read.problem.empty()) {
      report.reject(table->row(), read.problem);
      continue;
    }
    switch (import_violation(c, read.violation)) {
      case Imported::now:
        ++report.imported;
        touched.insert(read.violation.subject);
        break;
      case Imported::before:
        ++report.unchanged;
        break;
      case Imported::conflict:
        report.reject(table->row(), "id: stands for another violation already");
        break;
    }
  }
  std::vector<CourseChange> changes;
  for (const std::string& subject : touched)
    for (auto& change : recompute_courses(c, subject)) changes.push_back(std::move(change));
  if (report.imported > 0)
    audit(
        c, c.caller, "violations.import", "",
        fmt::format("imported {}, unchanged {}, rejected {}", report.imported, report.unchanged, report.rejected_rows));
  return import_answer(c, report, ",\"courses\":" + changes_json(changes));
}

HttpResponse post_withdraw(Context& c) {
  const Body body(c.request.body);
  const std::string reason = body.text("reason");
  check_name(reason, "reason");
  const std::vector<CourseChange> changes = withdraw_violation(c, c.captured.at(0), reason);
  audit(c, c.caller, "violations.withdraw", c.captured.at(0), reason);
  return json_answer(200, "{\"courses\":" + changes_json(changes) + "}");
}

}  // namespace

std::vector<Route> violation_routes() {
  return {{"POST", "/v1/violations", kAdministrator, post_violations},
          {"POST", "/v1/violations/*/withdraw", kAdministrator, post_withdraw}};
}

}  // namespace station::central
