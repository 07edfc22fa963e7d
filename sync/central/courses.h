#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/central/routes.h"
#include "sync/record/course_progress.h"

// Violations, the ladder and the courses that follow from them.
namespace station::central {

struct Violation {
  std::string id;       // of the authority that reports it
  std::string subject;  // pseudonym("rider", rider id)
  std::string code;     // of violation_codes.csv
  base::UtcTime at;
  std::string place;
  bool operator==(const Violation&) const = default;
};

enum class Imported : std::uint8_t {
  now,
  before,    // the same violation was there already
  conflict,  // the id is used for another one
};
// `code` must be known (Settings::codes). Does not recompute: a file is imported as a whole first.
Imported import_violation(Work& work, const Violation& violation);

struct CourseChange {
  record::CourseOrder order;
  bool withdrawn = false;  // else newly assigned
  std::string reason;      // of the withdrawal
};

// After imports or a withdrawal: assigns the course that the ladder asks for and withdraws what no longer rests on
// anything. Publishes course.assign and course.withdraw. The same state gives no change.
std::vector<CourseChange> recompute_courses(Work& work, const std::string& subject);

// Cancels a violation and recomputes. Refusal 404 when there is none of this id; the same withdrawal again changes
// nothing.
std::vector<CourseChange> withdraw_violation(Work& work, const std::string& id, const std::string& reason);

// A course as administrators and reviewers see it.
struct CourseRow {
  record::CourseOrder order;
  record::CourseStanding standing;
  std::string withdrawn;  // reason, or empty
  std::optional<record::CourseReview> review;
  // none, recommended (waits for a reviewer), confirmed or declined: only of throttle courses
  std::string throttle;
};
// All courses, newest first; `stage` empty or one of record::Stage, `subject` empty or a pseudonym.
std::vector<CourseRow> list_courses(Work& work, const std::string& stage, const std::string& subject = {});
// Recommended throttles that wait for a reviewer, the oldest first.
std::vector<CourseRow> waiting_reviews(Work& work);
// Refusal 404 when there is none.
CourseRow find_course(Work& work, const std::string& course);

// A named reviewer decides about a recommended throttle: throttle, release or dismiss (publishes course.review), or
// allows another attempt, retry, where the rider's attempts are used up (publishes course.assign).
CourseRow review_course(Work& work, const std::string& course, const std::string& decision, const std::string& reviewer,
                        const std::string& reason);

// The same order once more with a new id and a new deadline, after its certificate was voided. Returns the id; empty
// when there is no such course or it was withdrawn.
std::string assign_again(Work& work, const std::string& course);

std::string to_json(const CourseRow& row);
std::string to_json(const CourseChange& change);

}  // namespace station::central
