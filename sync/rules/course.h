#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sync/base/clock.h"
#include "sync/rules/counted_credit.h"

// The remediation course of one rider: its state is computed from a list of events (learning rules, 8.1-8.4). The same
// code runs at stations and at the centre. Pure values, any thread.
namespace station::rules {

using base::UtcTime;

enum class CourseKind : std::uint8_t { warning, training, throttle };

// Frozen when the course is opened (8.4): later changes of the settings never reach an open course.
struct CourseTerms {
  std::string course;
  std::string subject;  // the right rider, pseudonym
  CourseKind kind = CourseKind::training;
  bool confirm = false;                  // the warning must be read and confirmed
  std::int64_t required_ms = 1'800'000;  // counted credit; 0: no study time
  std::int64_t window_ms = kCreditWindowMs;
  std::vector<std::string> lessons;  // obligatory ones
  int items = 20;                    // of the examination; 0: none
  int pass = 18;
  int attempts_at_once = 2;  // so many without waiting, the later ones with other items; 0: without limit
  int attempts = 3;          // then a human decides; 0: without limit
  std::int64_t wait_ms = 24LL * 3'600'000;           // before an attempt beyond attempts_at_once
  std::int64_t deadline_ms = 15LL * 24 * 3'600'000;  // after assignment; 0: none
  std::int64_t identity_fresh_ms = 60'000;           // identity at most so long before the examination
};

// Project defaults of the three steps (8.3). A warning is read and confirmed; with `lesson`, one lesson and five items,
// four right, repeated at once with other items.
CourseTerms warning_terms(std::string course, std::string subject, std::optional<std::string> lesson = {});
CourseTerms training_terms(std::string course, std::string subject);
CourseTerms throttle_terms(std::string course,
                           std::string subject);  // training, and a throttle recommended to a reviewer

// What can happen to a course.
struct Assigned {
  std::string by;  // "ladder" or the administrator's name
  std::string reason;
};
struct RiderIdentified {  // id_ok
  std::string subject;
  std::string method;  // "pin", "card" or "code"
};
struct WarningConfirmed {
  std::string subject;
};
struct LessonStarted {
  std::string lesson;
};
struct LessonCompleted {
  std::string lesson;
};
struct ExamOpened {
  std::string attempt;
  std::vector<std::string> items;
  std::int64_t identity_age_ms = 0;  // boot clock: since the rider was identified
  std::int64_t credited_ms = 0;      // counted credit that the station saw: the number its decision rests on
};
struct ExamClosed {
  std::string attempt;
  int score = 0;
  bool critical_wrong = false;
  bool finished = true;  // false: given up or cut off; unanswered items count as wrong
};
struct RetryAllowed {
  std::string reviewer;  // needed where a human decides
  std::string reason;
};
struct CertificateIssued {
  std::string number;
};
struct CertificateVoided {
  std::string reviewer;  // both needed
  std::string reason;
  bool close = false;  // closed by the human instead of assigned again
};
struct ThrottleDecided {
  std::string reviewer;  // both needed: nothing throttles by itself
  std::string reason;
  bool confirmed = false;
};
struct Withdrawn {  // the violation was cancelled
  std::string reason;
};

using CourseFact =
    std::variant<Assigned, RiderIdentified, WarningConfirmed, LessonStarted, LessonCompleted, ExamOpened, ExamClosed,
                 RetryAllowed, CertificateIssued, CertificateVoided, ThrottleDecided, Withdrawn>;

struct CourseEvent {
  std::string id;  // of the record; the same id twice counts once
  UtcTime at;
  CourseFact fact;
};

// Evidence of study (study_total of all stations' streams).
struct CourseStudy {
  std::vector<Interval> credit;  // UTC
  bool overlap = false;
};

enum class CourseStage : std::uint8_t {
  none,  // not assigned
  assigned,
  identified,
  in_progress,
  exam_ready,  // also with an open attempt
  passed,      // the end of a warning
  failed,      // waiting time runs, or a human decides
  certified,
  expired,
  withdrawn,
  closed,  // by a human, after a voided certificate
};
const char* to_string(CourseStage stage);

// Why something happened, for the complaint chain: a code (the last part of its string key) and the numbers it rests
// on.
struct Why {
  std::string code;
  std::vector<std::pair<std::string, std::int64_t>> numbers;
  std::string who;   // reviewer or administrator
  std::string text;  // the reason that person gave
  bool operator==(const Why&) const = default;
};

struct CourseMove {
  CourseStage from = CourseStage::none;
  CourseStage to = CourseStage::none;
  UtcTime at;
  Why why;
};

struct IgnoredEvent {  // kept, shown to administrators, without effect
  std::string id;
  UtcTime at;
  std::string event;  // name of the fact, "exam_opened"
  Why why;
};

enum class Throttle : std::uint8_t { none, recommended, confirmed, declined };

struct OpenAttempt {
  std::string attempt;
  int no = 1;
  UtcTime opened;
};

struct CourseState {
  CourseStage stage = CourseStage::none;
  UtcTime since;
  UtcTime assigned_at;
  std::optional<UtcTime> deadline;

  CountedCredit credit;  // at the instant of the computation
  std::optional<UtcTime> credit_reached;
  std::int64_t missing_ms = 0;  // until the required credit; 0 once it was reached
  std::vector<std::string> lessons_missing;
  std::set<std::string> lessons_done;
  bool confirmed = false;

  int attempts = 0;  // closed ones
  std::optional<OpenAttempt> open_attempt;
  std::set<std::string> used_items;  // of all attempts of the course
  std::optional<UtcTime> retry_at;   // when the waiting time is over; set while it runs
  std::optional<UtcTime> last_closed;
  bool human = false;  // a person must decide about a further attempt
  int best_score = 0;
  std::string certificate;

  Throttle throttle = Throttle::none;
  Why throttle_why;

  bool review = false;  // goes to a reviewer; the rider's state is not touched
  std::vector<Why> review_why;

  std::vector<CourseMove> moves;
  std::vector<IgnoredEvent> ignored;
};

// The state at `now`, from the events in the order of the records. What time brings by itself (credit complete, waiting
// time over, deadline) happens between them at its own instant.
CourseState course_state(const CourseTerms& terms, std::span<const CourseEvent> events, const CourseStudy& study,
                         UtcTime now);

// May an attempt be opened at this instant, by a rider identified so long ago? `other_items_only` says that no used
// item may come again; a paper that has to repeat some waits until `repeats_from`.
struct AttemptVerdict {
  bool allowed = false;
  Why why;  // why not
  int no = 1;
  bool other_items_only = false;
  std::optional<UtcTime> repeats_from;
};
AttemptVerdict may_open_attempt(const CourseTerms& terms, const CourseState& state, std::int64_t identity_age_ms,
                                UtcTime now);

}  // namespace station::rules
