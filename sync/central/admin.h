#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sync/central/routes.h"

// Administration: each group of routes in a file of its own. Private to this folder (and its tests).
namespace station::central {

std::vector<Route> enrol_routes();      // enrol-tokens, enrol, renew, stations/*/revoke
std::vector<Route> rider_routes();      // riders, riders/remove, riders/unlock
std::vector<Route> violation_routes();  // violations, violations/*/withdraw
std::vector<Route> certificate_routes();  // certificates/*/void
std::vector<Route> course_routes();     // courses, reviews, courses/*/review
std::vector<Route> pack_routes();       // packs
std::vector<Route> rights_routes();     // riders/export, riders/erase
std::vector<Route> city_routes();       // city/checkpoint, city/consistency, city/inclusion, city/witness …

// When the local day has changed: what the day before ended with, signed.
void close_day(Work& work);

// Serial numbers of station certificates that were revoked and have not ended by themselves.
std::set<std::string> revoked_serials(Store& store, base::UtcTime now);

bool rider_known(Store& store, const std::string& subject);

// What came of the rows of a file.
struct ImportReport {
  struct Rejected {
    std::size_t row;
    std::string reason;
  };
  std::uint64_t imported = 0, unchanged = 0, rejected_rows = 0;
  std::vector<Rejected> rejected;  // the first of them

  void reject(std::size_t row, std::string reason);
  // {"imported":…,"unchanged":…,"rejected":[{"row","reason"}],"rejected_rows":…,"dry_run":… <more>}
  std::string to_json(bool dry_run, const std::string& more = {}) const;
};

// The answer of an import: of a dry run everything is rolled back.
base::HttpResponse import_answer(const Context& context, const ImportReport& report, const std::string& more = {});
bool is_dry_run(const Context& context);

}  // namespace station::central
