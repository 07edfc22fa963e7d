#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sync/record/course_progress.h"
#include "sync/rules/study_time.h"

namespace station::record {

// The running count behind `course_progress`: each record of one station's log about one course is looked at once, and
// the progress can be asked for at any time. About 20 bytes a study event are kept. One thread.
class CourseTally {
 public:
  CourseTally(std::string course, std::string station);

  // In log order; records of other courses and positions below next() are passed over.
  void add(const Record& record);
  std::uint64_t next() const { return part_.upto; }
  CourseProgress progress() const;

 private:
  // One for each boot: its place on the UTC axis comes from its first event, the lengths from the boot clock only.
  struct Boot {
    std::int64_t utc_ms = 0;  // of the boot clock's zero
    std::vector<rules::StudyEvent> events;  // by t, in log order among equals
    rules::StudyClock clock;                // all of them applied
  };

  static void insert(Boot& boot, const rules::StudyEvent& event);

  CourseProgress part_;  // all but the credit; the resume point also where its lesson was finished
  std::map<std::string, Boot> boots_;
};

}  // namespace station::record
