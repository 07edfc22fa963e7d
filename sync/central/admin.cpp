#include "sync/central/admin.h"

#include <fmt/format.h>

#include "sync/central/people.h"
#include "sync/central/proposals.h"
#include "sync/record/json_text.h"

namespace station::central {

namespace {

constexpr std::size_t kReportedRows = 10'000;

}  // namespace

std::vector<Route> admin_routes() {
  std::vector<Route> all;
  for (const auto& part :
       {people_routes(), enrol_routes(), rider_routes(), violation_routes(), course_routes(), certificate_routes(), pack_routes(),
        city_routes(), rights_routes(), proposal_routes()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

void ImportReport::reject(std::size_t row, std::string reason) {
  ++rejected_rows;
  if (rejected.size() < kReportedRows) rejected.push_back({row, std::move(reason)});
}

std::string ImportReport::to_json(bool dry_run, const std::string& more) const {
  std::string rows;
  for (const auto& r : rejected)
    rows +=
        fmt::format("{}{{\"row\":{},\"reason\":{}}}", rows.empty() ? "" : ",", r.row, record::quoted_json(r.reason));
  return fmt::format("{{\"imported\":{},\"unchanged\":{},\"rejected\":[{}],\"rejected_rows\":{},\"dry_run\":{}{}}}",
                     imported, unchanged, rows, rejected_rows, dry_run, more);
}

bool is_dry_run(const Context& context) {
  const std::string word = context.asked("dry_run");
  if (word.empty() || word == "0") return false;
  if (word == "1") return true;
  throw Refusal{400, "parameter", "\"dry_run\" must be 0 or 1"};
}

base::HttpResponse import_answer(const Context& context, const ImportReport& report, const std::string& more) {
  const bool dry_run = is_dry_run(context);
  base::HttpResponse answer = json_answer(200, report.to_json(dry_run, more));
  if (dry_run) throw RolledBack{std::move(answer)};
  return answer;
}

}  // namespace station::central
