#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/record/record.h"

// What one station's records say about one course, and how several stations' parts add up. The station computes it for
// its own records, the centre for every station's; both by this code, so that they cannot disagree.
namespace station::record {

using base::UtcTime;

// Credited study time on the UTC axis, half open, milliseconds.
struct CreditSpan {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  bool operator==(const CreditSpan&) const = default;
};

struct AttemptProgress {
  std::string attempt;
  int no = 1;
  UtcTime opened;
  std::vector<std::string> items;
  bool closed = false;
  UtcTime closed_at;
  int score = 0;
  int of = 0;
  bool passed = false;
  bool finished = true;
  bool operator==(const AttemptProgress&) const = default;
};

struct CourseProgress {
  std::string course;
  std::string station;
  std::uint32_t inc = 1;
  std::uint64_t upto = 0;  // positions below this are included
  bool confirmed = false;  // warning read and confirmed
  std::vector<CreditSpan> credit;  // ascending, disjoint
  std::set<std::string> lessons_done;
  std::string resume_lesson, resume_step;  // of the latest attendance event outside a finished lesson
  UtcTime resume_at;
  std::vector<AttemptProgress> attempts;
  std::string certificate;  // number
  std::string certificate_text;
  UtcTime certificate_at;
  bool operator==(const CourseProgress&) const = default;
};

// Body of `course.progress`: the same object as JSON.
std::string to_json(const CourseProgress& progress);
base::Result<CourseProgress> parse_course_progress(const std::string& json);

// From this station's records of this course in log order; others are skipped.
CourseProgress course_progress(const std::string& course, const std::string& station, std::span<const Record> records);

// The order as the centre gave it (`course.assign`).
struct CourseOrder {
  std::string course;
  std::string subject;
  int level = 1;
  std::string kind;  // warning, training or throttle
  std::string profile;
  int required_s = 0;
  int questions = 20;
  int pass = 18;
  std::vector<std::string> lessons;
  UtcTime assigned, deadline;
  int window_days = 180;
  struct Violation {
    std::string id, code, name, place;
    UtcTime at;
  };
  std::vector<Violation> violations;
  int attempts = 3;  // then a person decides; more where one allowed it
  std::string allowed_by, allowed_reason;  // who allowed the latest further attempt, and why
};
std::string to_json(const CourseOrder& order);
base::Result<CourseOrder> parse_course_order(const std::string& json);

// The reviewer's decision on a throttle recommendation (`course.review`).
struct CourseReview {
  std::string course, decision, reviewer, reason;
  UtcTime at;
};
std::string to_json(const CourseReview& review);
base::Result<CourseReview> parse_course_review(const std::string& json);

enum class Stage { assigned, studying, exam_ready, exam_open, retry_wait, human, done, expired, withdrawn };

// Where the course stands, all stations together.
struct CourseStanding {
  Stage stage = Stage::assigned;
  std::int64_t credited_ms = 0;        // counted credit: union within the 72 hours before now
  std::int64_t dropping_ms = 0;        // of it, what drops out of the 72 hours next
  std::optional<UtcTime> dropping_at;
  bool overlap = false;  // credited at two places at once: counted once, a reviewer looks
  std::set<std::string> lessons_done;
  std::string resume_lesson, resume_step;
  int attempts = 0;  // closed
  std::optional<std::string> open_attempt;
  std::set<std::string> used_items;
  std::optional<UtcTime> retry_at;
  std::string certificate, certificate_text;
  UtcTime certificate_at;
};

CourseStanding standing_of(const CourseOrder& order, std::span<const CourseProgress> parts, bool withdrawn, UtcTime now);

const char* to_string(Stage stage);

}  // namespace station::record
