#include "sync/record/course_progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>


namespace station::record {

using base::Errc;
using base::fail;
using Json = nlohmann::json;

namespace {

constexpr std::int64_t kWindowMs = 72LL * 3'600'000;        // counted credit looks back 72 hours
constexpr std::int64_t kThirdAttemptMs = 24LL * 3'600'000;  // the third attempt, 24 hours after the second closed
constexpr int kAttemptsBeforeHuman = 3;

UtcTime time_in(const Json& j, const char* key) {
  UtcTime t;
  if (!base::parse_iso8601(j.at(key).get<std::string>(), t))
    throw std::invalid_argument(std::string(key) + " is not a time");
  return t;
}

// Reads with one place that turns every kind of surprise into a value.
template <class T, class Read>
base::Result<T> guarded(const std::string& json, const char* what, Read read) {
  try {
    return read(Json::parse(json));
  } catch (const std::exception& e) {
    return fail(Errc::invalid, std::string(what) + ": " + e.what());
  }
}

void union_into(std::vector<CreditSpan>& spans) {
  std::sort(spans.begin(), spans.end(), [](const CreditSpan& a, const CreditSpan& b) { return a.from_ms < b.from_ms; });
  std::vector<CreditSpan> out;
  for (const CreditSpan& s : spans) {
    if (!out.empty() && s.from_ms <= out.back().to_ms) {
      out.back().to_ms = std::max(out.back().to_ms, s.to_ms);
    } else {
      out.push_back(s);
    }
  }
  spans = std::move(out);
}

std::int64_t length_of(const std::vector<CreditSpan>& spans) {
  std::int64_t sum = 0;
  for (const CreditSpan& s : spans) sum += s.to_ms - s.from_ms;
  return sum;
}

}  // namespace

std::string to_json(const CourseProgress& p) {
  Json credit = Json::array(), attempts = Json::array();
  for (const CreditSpan& s : p.credit) credit.push_back({s.from_ms, s.to_ms});
  for (const AttemptProgress& a : p.attempts)
    attempts.push_back({{"attempt", a.attempt},
                        {"no", a.no},
                        {"opened", base::iso8601(a.opened)},
                        {"items", a.items},
                        {"closed", a.closed},
                        {"closed_at", base::iso8601(a.closed_at)},
                        {"score", a.score},
                        {"of", a.of},
                        {"passed", a.passed},
                        {"finished", a.finished}});
  return Json{{"course", p.course},
              {"station", p.station},
              {"inc", p.inc},
              {"upto", p.upto},
              {"confirmed", p.confirmed},
              {"credit", credit},
              {"lessons_done", p.lessons_done},
              {"resume_lesson", p.resume_lesson},
              {"resume_step", p.resume_step},
              {"resume_at", base::iso8601(p.resume_at)},
              {"attempts", attempts},
              {"certificate", p.certificate},
              {"certificate_text", p.certificate_text},
              {"certificate_at", base::iso8601(p.certificate_at)}}
      .dump();
}

base::Result<CourseProgress> parse_course_progress(const std::string& json) {
  return guarded<CourseProgress>(json, "course progress", [](const Json& j) {
    CourseProgress p;
    p.course = j.at("course");
    p.station = j.at("station");
    p.inc = j.at("inc");
    p.upto = j.at("upto");
    p.confirmed = j.at("confirmed");
    for (const Json& s : j.at("credit")) p.credit.push_back({s.at(0), s.at(1)});
    p.lessons_done = j.at("lessons_done").get<std::set<std::string>>();
    p.resume_lesson = j.at("resume_lesson");
    p.resume_step = j.at("resume_step");
    p.resume_at = time_in(j, "resume_at");
    for (const Json& a : j.at("attempts"))
      p.attempts.push_back({a.at("attempt"), a.at("no"), time_in(a, "opened"),
                            a.at("items").get<std::vector<std::string>>(), a.at("closed"), time_in(a, "closed_at"),
                            a.at("score"), a.at("of"), a.at("passed"), a.at("finished")});
    p.certificate = j.at("certificate");
    p.certificate_text = j.at("certificate_text");
    p.certificate_at = time_in(j, "certificate_at");
    return p;
  });
}

std::string to_json(const CourseOrder& o) {
  Json violations = Json::array();
  for (const auto& v : o.violations)
    violations.push_back(
        {{"id", v.id}, {"code", v.code}, {"name", v.name}, {"at", base::iso8601(v.at)}, {"place", v.place}});
  Json json{{"course", o.course},
            {"subject", o.subject},
            {"level", o.level},
            {"kind", o.kind},
            {"profile", o.profile},
            {"required_s", o.required_s},
            {"questions", o.questions},
            {"pass", o.pass},
            {"lessons", o.lessons},
            {"assigned", base::iso8601(o.assigned)},
            {"deadline", base::iso8601(o.deadline)},
            {"reason", {{"window_days", o.window_days}, {"violations", violations}}}};
  // Only where a person decided, so that orders read by older programs stay what they were.
  if (o.attempts != kAttemptsBeforeHuman)
    json["further"] = {{"attempts", o.attempts}, {"by", o.allowed_by}, {"reason", o.allowed_reason}};
  return json.dump();
}

base::Result<CourseOrder> parse_course_order(const std::string& json) {
  return guarded<CourseOrder>(json, "course order", [](const Json& j) {
    CourseOrder o;
    o.course = j.at("course");
    o.subject = j.at("subject");
    o.level = j.at("level");
    o.kind = j.at("kind");
    o.profile = j.at("profile");
    o.required_s = j.at("required_s");
    o.questions = j.at("questions");
    o.pass = j.at("pass");
    o.lessons = j.at("lessons").get<std::vector<std::string>>();
    o.assigned = time_in(j, "assigned");
    o.deadline = time_in(j, "deadline");
    const Json& reason = j.at("reason");
    o.window_days = reason.at("window_days");
    for (const Json& v : reason.at("violations"))
      o.violations.push_back({v.at("id"), v.at("code"), v.at("name"), v.at("place"), time_in(v, "at")});
    if (j.contains("further")) {
      o.attempts = j.at("further").at("attempts");
      o.allowed_by = j.at("further").at("by");
      o.allowed_reason = j.at("further").at("reason");
    }
    if (o.kind != "warning" && o.kind != "training" && o.kind != "throttle")
      throw std::invalid_argument("\"kind\" is not warning, training or throttle");
    return o;
  });
}

std::string to_json(const CourseReview& r) {
  return Json{{"course", r.course},
              {"decision", r.decision},
              {"reviewer", r.reviewer},
              {"reason", r.reason},
              {"at", base::iso8601(r.at)}}
      .dump();
}

base::Result<CourseReview> parse_course_review(const std::string& json) {
  return guarded<CourseReview>(json, "course review", [](const Json& j) {
    return CourseReview{j.at("course"), j.at("decision"), j.at("reviewer"), j.at("reason"), time_in(j, "at")};
  });
}

CourseStanding standing_of(const CourseOrder& order, std::span<const CourseProgress> parts, bool withdrawn,
                           UtcTime now) {
  CourseStanding s;
  std::vector<CreditSpan> all;
  bool confirmed = false, passed = false, reached = false;
  std::vector<AttemptProgress> attempts;
  UtcTime resume_at{};
  for (const CourseProgress& p : parts) {
    all.insert(all.end(), p.credit.begin(), p.credit.end());
    s.lessons_done.insert(p.lessons_done.begin(), p.lessons_done.end());
    confirmed = confirmed || p.confirmed;
    attempts.insert(attempts.end(), p.attempts.begin(), p.attempts.end());
    if (!p.resume_lesson.empty() && p.resume_at >= resume_at) {
      resume_at = p.resume_at;
      s.resume_lesson = p.resume_lesson;
      s.resume_step = p.resume_step;
    }
    if (!p.certificate.empty()) {
      s.certificate = p.certificate;
      s.certificate_text = p.certificate_text;
      s.certificate_at = p.certificate_at;
    }
  }
  const std::int64_t separate = length_of(all);
  union_into(all);
  s.overlap = separate > length_of(all);

  // Counted credit: the part of the union inside the last 72 hours. Once it was reached it is not taken back by time
  // dropping out, so the best 72 hours so far decide.
  const std::int64_t now_ms = base::to_ms(now), start = now_ms - kWindowMs;
  for (const CreditSpan& c : all) s.credited_ms += std::max<std::int64_t>(0, c.to_ms - std::max(c.from_ms, start));
  for (const CreditSpan& c : all) {
    if (c.to_ms <= start) continue;
    s.dropping_ms = c.to_ms - std::max(c.from_ms, start);
    s.dropping_at = base::utc_from_ms(std::max(c.from_ms, start) + kWindowMs);
    break;
  }
  std::int64_t window = 0;
  std::size_t first = 0;  // the earliest span that reaches into the 72 hours before the end of the current one
  for (const CreditSpan& c : all) {
    const std::int64_t from = c.to_ms - kWindowMs;
    window += c.to_ms - c.from_ms;
    for (; all[first].to_ms <= from; ++first) window -= all[first].to_ms - all[first].from_ms;
    const std::int64_t counted = window - std::max<std::int64_t>(0, from - all[first].from_ms);
    reached = reached || counted >= std::int64_t{order.required_s} * 1000;
  }
  if (s.lessons_done.contains(s.resume_lesson)) s.resume_lesson = s.resume_step = "";

  std::sort(attempts.begin(), attempts.end(), [](const auto& a, const auto& b) { return a.opened < b.opened; });
  UtcTime last_closed{};
  for (const AttemptProgress& a : attempts) {
    s.used_items.insert(a.items.begin(), a.items.end());
    if (a.closed) {
      ++s.attempts;
      passed = passed || a.passed;
      last_closed = std::max(last_closed, a.closed_at);
    } else {
      s.open_attempt = a.attempt;
    }
  }

  if (withdrawn) {
    s.stage = Stage::withdrawn;
  } else if (order.kind == "warning") {
    s.stage = confirmed ? Stage::done : now > order.deadline ? Stage::expired : Stage::assigned;
  } else if (!s.certificate.empty() || passed) {
    s.stage = Stage::done;
  } else if (s.open_attempt) {
    s.stage = Stage::exam_open;
  } else if (s.attempts >= order.attempts) {
    s.stage = Stage::human;
  } else if (now > order.deadline) {
    s.stage = Stage::expired;
  } else if (s.attempts == 2 && now < last_closed + base::Milliseconds(kThirdAttemptMs)) {
    s.stage = Stage::retry_wait;
    s.retry_at = last_closed + base::Milliseconds(kThirdAttemptMs);
  } else if (reached || order.required_s == 0) {
    s.stage = Stage::exam_ready;
  } else {
    s.stage = s.credited_ms > 0 ? Stage::studying : Stage::assigned;
  }
  return s;
}

const char* to_string(Stage stage) {
  static constexpr const char* kNames[] = {"assigned", "studying", "exam_ready", "exam_open", "retry_wait",
                                           "human",    "done",     "expired",    "withdrawn"};
  return kNames[static_cast<std::size_t>(stage)];
}

}  // namespace station::record
