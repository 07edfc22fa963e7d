#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/central/routes.h"
#include "sync/record/course_tally.h"

// Study and points as they are passed on to the stations.
namespace station::central {

// One log's part of a course.
struct PartKey {
  std::string course, station;
  std::uint32_t inc = 1;
  auto operator<=>(const PartKey&) const = default;
};

// Running counts of the parts that are being studied, so that each record is read once. Of this run only: what is not
// here is counted from the records again.
class PartTallies {
 public:
  record::CourseTally& of(const PartKey& key);
  // A request begins; when it is rolled back, what it counted goes.
  void begin() { touched_.clear(); }
  void roll_back();
  void clear() { tallies_.clear(); }

 private:
  std::map<PartKey, record::CourseTally> tallies_;
  std::set<PartKey> touched_;  // since begin()
};

void add_course_record(Work& work, const PartKey& key, std::uint64_t seq, std::uint64_t pos);
// After records were added: the part is to be computed anew and passed on.
void mark_course_part(Work& work, const PartKey& key);

// Computed anew when records came since; nothing when there are none.
std::optional<record::CourseProgress> course_part(Work& work, const PartKey& key);
std::vector<record::CourseProgress> course_parts(Work& work, const std::string& course);

void publish_progress(Work& work, const PartKey& key);
// Study time whose turn it is (CentreOptions::progress_every).
void publish_due_progress(Work& work);

void publish_balance(Work& work, const std::string& subject);
// A station that begins a new log must not read the old log's positions into it.
void republish_balances(Work& work, const std::string& station);

}  // namespace station::central
