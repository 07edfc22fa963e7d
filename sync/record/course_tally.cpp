#include "sync/record/course_tally.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/record/types.h"
#include "sync/rules/counted_credit.h"

namespace station::record {

namespace {

void tally_attempt(CourseProgress& p, const Record& r, const nlohmann::json& body) {
  const std::string id = body.at("attempt").get<std::string>();
  auto it =
      std::find_if(p.attempts.begin(), p.attempts.end(), [&](const AttemptProgress& a) { return a.attempt == id; });
  if (r.type == kExamOpened) {
    if (it != p.attempts.end()) return;
    AttemptProgress a{id, body.at("no").get<int>(), r.at, {}, false, {}, 0, 0, false, true};
    for (const nlohmann::json& item : body.at("items")) a.items.push_back(item.at("id").get<std::string>());
    p.attempts.push_back(std::move(a));
  } else if (it != p.attempts.end() && !it->closed) {
    const int score = body.at("score").get<int>(), of = body.at("of").get<int>();
    const bool passed = body.at("passed").get<bool>(), finished = body.at("finished").get<bool>();
    it->closed = true;
    it->closed_at = r.at;
    it->score = score;
    it->of = of;
    it->passed = passed;
    it->finished = finished;
  }
}

}  // namespace

CourseTally::CourseTally(std::string course, std::string station) {
  part_.course = std::move(course);
  part_.station = std::move(station);
}

void CourseTally::insert(Boot& boot, const rules::StudyEvent& event) {
  const auto place =
      std::upper_bound(boot.events.begin(), boot.events.end(), event.t,
                       [](std::int64_t t, const rules::StudyEvent& e) { return t < e.t; });
  const bool last = place == boot.events.end();
  boot.events.insert(place, event);
  if (last) {
    boot.clock.apply(event);
    return;
  }
  // Written later than it happened, as a missed presence check is: what came after it may be credited otherwise.
  boot.clock = {};
  for (const rules::StudyEvent& e : boot.events) boot.clock.apply(e);
}

void CourseTally::add(const Record& r) {
  if (r.seq < part_.upto) return;
  part_.inc = r.inc;
  part_.upto = r.seq + 1;
  const nlohmann::json body = nlohmann::json::parse(r.body, nullptr, false);
  if (!body.is_object()) return;
  try {
    if (body.value("course", "") != part_.course) return;
    if (r.type.starts_with(kAttendance)) {
      const auto kind = rules::study_kind(r.type.substr(kAttendance.size()));
      if (!kind) return;
      const rules::StudyEvent event{r.mono_ms, *kind, body.value("media", false)};
      std::string lesson = body.value("lesson", ""), step = body.value("step", "");
      auto [it, fresh] = boots_.try_emplace(r.boot);
      if (fresh) it->second.utc_ms = base::to_ms(r.at) - r.mono_ms;
      insert(it->second, event);
      part_.resume_lesson = std::move(lesson);
      part_.resume_step = std::move(step);
      part_.resume_at = r.at;
    } else if (r.type == kWarningConfirmed) {
      part_.confirmed = true;
    } else if (r.type == kLessonCompleted) {
      part_.lessons_done.insert(body.at("lesson").get<std::string>());
    } else if (r.type == kExamOpened || r.type == kExamClosed) {
      tally_attempt(part_, r, body);
    } else if (r.type == kCertificateIssued) {
      std::string number = body.at("number").get<std::string>(), text = body.at("text").get<std::string>();
      part_.certificate = std::move(number);
      part_.certificate_text = std::move(text);
      part_.certificate_at = r.at;
    }
  } catch (const nlohmann::json::exception&) {
    // Stored as evidence all the same; its effect is nothing.
  }
}

CourseProgress CourseTally::progress() const {
  CourseProgress p = part_;
  if (p.lessons_done.contains(p.resume_lesson)) p.resume_lesson = p.resume_step = "";
  std::vector<rules::Interval> spans;
  for (const auto& [id, boot] : boots_)
    for (const rules::Interval& i : boot.clock.credited()) spans.push_back({boot.utc_ms + i.begin, boot.utc_ms + i.end});
  for (const rules::Interval& i : rules::union_of(spans)) p.credit.push_back({i.begin, i.end});
  return p;
}

CourseProgress course_progress(const std::string& course, const std::string& station, std::span<const Record> records) {
  CourseTally tally(course, station);
  for (const Record& r : records) tally.add(r);
  return tally.progress();
}

}  // namespace station::record
