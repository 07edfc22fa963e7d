#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sync/record/record.h"
#include "sync/rules/study_time.h"

// What riders did to learn, from the records of any number of stations: lesson visits, examinations, certificates. For
// exports; what counts for a course is decided by course_progress.h.
namespace station::record {

struct LessonVisit {
  std::string subject, course, session, lesson, station;  // course empty: of one's own accord
  base::UtcTime from, to;                                  // first and last event
  std::string end;                                         // pause, end, abandoned; empty while it is open
  std::int64_t credited_ms = 0;
  std::size_t steps = 0;  // different ones that were seen
  std::vector<std::pair<base::UtcTime, std::string>> completed;  // lessons finished during the visit
};

struct ExamAnswer {
  base::UtcTime at;
  std::string item, kind;  // kind of question ("single"), empty where the log does not say
  int version = 1;
  std::string response;  // as xAPI writes it: "0[,]2", "true", "15"
  bool right = false;
  std::int64_t took_ms = 0;
};

struct ExamVisit {
  std::string subject, course, attempt, station;
  int no = 1;
  base::UtcTime opened, closed;
  bool is_closed = false, passed = false, finished = true, critical_wrong = false;
  int score = 0, of = 0;
  std::string certificate;
  std::vector<ExamAnswer> answers;
};

class LearnerHistory {
 public:
  // Of each log in its order; several logs in any mixture. Records of other types and of wrong form are passed over.
  void add(const Record& record);

  // In the order of their first moment.
  std::vector<LessonVisit> visits() const;
  std::vector<ExamVisit> exams() const;

 private:
  struct OpenVisit {
    LessonVisit visit;
    std::vector<rules::StudyEvent> events;
    std::map<std::string, int> steps;
  };
  void attend(const Record& record, const std::string& kind);
  void exam(const Record& record);

  std::map<std::pair<std::string, std::string>, OpenVisit> visits_;  // by station and session
  std::map<std::string, ExamVisit> exams_;                           // by attempt
  std::map<std::string, std::string> kinds_;                         // hash of a question's text → kind
  std::map<std::string, std::vector<std::string>> paper_kinds_;      // attempt → kinds in paper order
};

// One row a visit or examination: UTF-8 with a byte-order mark, no names of persons.
std::string history_csv(const LearnerHistory& history);

// xAPI 1.0.3 statements (learning rules, 12), one JSON a line, by registration in the order of cmi5. The same records
// give the same ids, so that sending them again changes nothing. `home` is the IRI of the account system.
std::vector<std::string> xapi_statements(const LearnerHistory& history, const std::string& home);

}  // namespace station::record
