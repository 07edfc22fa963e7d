#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "sync/central/body.h"
#include "sync/central/courses.h"
#include "sync/central/people.h"

// Courses and what reviewers decide about them.
namespace station::central {

using base::HttpResponse;

namespace {

constexpr std::size_t kLongestReason = 500;

std::string lines_of(const std::vector<CourseRow>& rows) {
  std::string out;
  for (const CourseRow& row : rows) out += to_json(row) + "\n";
  return out;
}

HttpResponse get_courses(Context& c) {
  return ndjson_answer(lines_of(list_courses(c, c.asked("state"), c.asked("subject"))));
}

// What waits for a reviewer, the oldest first.
HttpResponse get_reviews(Context& c) {
  return ndjson_answer(lines_of(waiting_reviews(c)));
}

HttpResponse post_review(Context& c) {
  const Body body(c.request.body);
  const std::string decision = body.text("decision"), reason = body.text("reason");
  if (reason.empty() || reason.size() > kLongestReason || !base::is_utf8(reason))
    throw Refusal{400, "invalid", "\"reason\" must say in 1 to 500 bytes why"};
  const CourseRow row = review_course(c, c.captured.at(0), decision, c.caller.name, reason);
  audit(c, c.caller, "course.review", c.captured.at(0), decision);
  return json_answer(200, to_json(row));
}

}  // namespace

std::vector<Route> course_routes() {
  return {{"GET", "/v1/courses", kAdministrator | kReviewer, get_courses},
          {"GET", "/v1/reviews", kAdministrator | kReviewer, get_reviews},
          {"POST", "/v1/courses/*/review", kReviewer, post_review}};
}

}  // namespace station::central
