// The running count of a course against a plain one that reads all records each time.
#include "sync/record/course_tally.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "sync/base/random.h"
#include "sync/record/types.h"

using namespace station;
using namespace station::record;
using nlohmann::json;

namespace {

// As the rules say it, from all records at once: streams by boot, credit by the rule of study time, everything united.
CourseProgress counted_anew(const std::string& course, const std::vector<Record>& records) {
  CourseProgress p;
  p.course = course;
  p.station = "440902-007";
  std::map<std::string, std::pair<std::int64_t, std::vector<rules::StudyEvent>>> boots;
  for (const Record& r : records) {
    p.inc = r.inc;
    p.upto = r.seq + 1;
    const json body = json::parse(r.body);
    if (body.at("course") != course) continue;
    if (r.type.starts_with(kAttendance)) {
      auto [it, fresh] = boots.try_emplace(r.boot);
      if (fresh) it->second.first = base::to_ms(r.at) - r.mono_ms;
      it->second.second.push_back(
          {r.mono_ms, *rules::study_kind(r.type.substr(kAttendance.size())), body.value("media", false)});
      p.resume_lesson = body.at("lesson");
      p.resume_step = body.at("step");
      p.resume_at = r.at;
    } else if (r.type == kWarningConfirmed) {
      p.confirmed = true;
    } else if (r.type == kLessonCompleted) {
      p.lessons_done.insert(body.at("lesson").get<std::string>());
    } else if (r.type == kExamOpened) {
      p.attempts.emplace_back();
      p.attempts.back().attempt = body.at("attempt");
      p.attempts.back().no = body.at("no");
      p.attempts.back().opened = r.at;
      p.attempts.back().items = {body.at("items")[0].at("id")};
    } else if (r.type == kExamClosed) {
      AttemptProgress& a = p.attempts.back();
      a.closed = true;
      a.closed_at = r.at;
      a.score = body.at("score");
      a.of = body.at("of");
      a.passed = body.at("passed");
      a.finished = body.at("finished");
    }
  }
  if (p.lessons_done.contains(p.resume_lesson)) p.resume_lesson = p.resume_step = "";
  std::vector<rules::Interval> all;
  for (const auto& [id, boot] : boots)
    for (const rules::Interval& i : rules::credited_intervals(boot.second))
      all.push_back({boot.first + i.begin, boot.first + i.end});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  for (const rules::Interval& i : all) {
    if (!p.credit.empty() && i.begin <= p.credit.back().to_ms)
      p.credit.back().to_ms = std::max(p.credit.back().to_ms, i.end);
    else
      p.credit.push_back({i.begin, i.end});
  }
  return p;
}

// What one station may write about two courses: sessions, power cuts, events that are written late, examinations.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  std::vector<Record> records(int n) {
    for (int i = 0; i < n; ++i) write_something();
    return std::move(log_);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_.next() % n; }

  void put(std::string_view type, json body, std::int64_t late_ms = 0) {
    body["course"] = below(10) == 0 ? "C2" : "C1";
    Record r;
    r.station = "440902-007";
    r.inc = 3;
    r.seq = log_.size();
    r.type = std::string(type);
    r.boot = "boot-" + std::to_string(boot_);
    r.mono_ms = std::max<std::int64_t>(0, mono_ - late_ms);
    r.at = base::utc_from_ms(boot_utc_ + r.mono_ms);
    r.body = body.dump();
    log_.push_back(std::move(r));
  }

  void write_something() {
    mono_ += below(20) == 0 ? static_cast<std::int64_t>(below(100'000)) : static_cast<std::int64_t>(below(9'000));
    if (below(60) == 0) {  // a power cut; the wall clock may have been set back meanwhile
      ++boot_;
      boot_utc_ += mono_ + static_cast<std::int64_t>(below(600'000)) - 200'000;
      mono_ = 0;
    }
    static constexpr std::array kKinds{"tick", "tick", "tick",        "input",    "input",        "start",
                                       "end",  "id_ok", "check_shown", "check_ok", "check_missed", "pause"};
    if (const auto what = below(100); what < 92) {
      json body{{"lesson", "L" + std::to_string(below(3))}, {"step", "s" + std::to_string(below(9))}};
      if (below(5) == 0) body["media"] = true;
      const auto late = below(8) == 0 ? static_cast<std::int64_t>(below(40'000)) : 0;
      put("attendance." + std::string(kKinds[below(kKinds.size())]), std::move(body), late);
    } else if (what < 94) {
      put(kLessonCompleted, {{"lesson", "L" + std::to_string(below(3))}});
    } else if (what < 95) {
      put(kWarningConfirmed, json::object());
    } else if (what < 97) {
      const std::string attempt = "a" + std::to_string(log_.size());
      put(kExamOpened, {{"attempt", attempt}, {"no", 1}, {"items", {{{"id", "Q" + attempt}}}}});
      const Record opened = log_.back();
      if (below(2) == 0) return;
      put(kExamClosed, {{"attempt", attempt}, {"score", 18}, {"of", 20}, {"passed", true}, {"finished", true}});
      json body = json::parse(log_.back().body);
      body["course"] = json::parse(opened.body)["course"];
      log_.back().body = body.dump();
    } else {
      put(kLessonAbandoned, {{"lesson", "L1"}, {"step", "s1"}});
    }
  }

  base::SeededRandom random_;
  std::vector<Record> log_;
  int boot_ = 0;
  std::int64_t mono_ = 1000, boot_utc_ = 1'764'000'000'000;
};

}  // namespace

TEST_CASE("a running count gives at every moment what counting all records anew gives", "[record]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    const std::vector<Record> log = History(seed).records(250);
    base::SeededRandom random(seed);
    CourseTally tally("C1", "440902-007");
    for (std::size_t n = 0; n < log.size(); ++n) {
      tally.add(log[n]);
      if (random.next() % 40 != 0 && n + 1 != log.size()) continue;
      const CourseProgress anew = counted_anew("C1", {log.begin(), log.begin() + static_cast<std::ptrdiff_t>(n + 1)});
      const CourseProgress running = tally.progress();
      INFO("after record " << n << "\n" << to_json(running) << "\n" << to_json(anew));
      REQUIRE(running == anew);
    }
    CHECK(course_progress("C1", "440902-007", log) == tally.progress());
  }
}

TEST_CASE("a record that is told twice counts once", "[record]") {
  const std::vector<Record> log = History(5).records(120);
  CourseTally once("C1", "440902-007"), twice("C1", "440902-007");
  for (const Record& r : log) once.add(r);
  for (std::size_t from = 0; from < log.size(); from += 40) {
    for (std::size_t n = from > 10 ? from - 10 : 0; n < std::min(log.size(), from + 40); ++n) twice.add(log[n]);
  }
  CHECK(once.progress() == twice.progress());
}

TEST_CASE("records of a wrong form are evidence without an effect", "[record]") {
  const auto with = [](std::string type, std::string body) {
    Record r;
    r.station = "440902-007";
    r.type = std::move(type);
    r.body = std::move(body);
    return r;
  };
  CourseTally tally("C1", "440902-007");
  std::uint64_t seq = 0;
  for (Record r : {with("attendance.start", R"({"course":"C1","media":"yes","lesson":"L1","step":"s1"})"),
                   with("attendance.dance", R"({"course":"C1"})"), with("attendance.tick", "no json"),
                   with("attendance.tick", R"({"course":7})"), with("exam.opened", R"({"course":"C1","attempt":"a"})"),
                   with("exam.closed", R"({"course":"C1","attempt":"a","score":"many"})"),
                   with("certificate.issued", R"({"course":"C1","number":"1"})")}) {
    r.seq = seq++;
    tally.add(r);
  }
  CourseProgress nothing;
  nothing.course = "C1";
  nothing.station = "440902-007";
  nothing.upto = seq;
  CHECK(tally.progress() == nothing);
}

TEST_CASE("72 hours that once held enough credit are enough, whatever drops out later", "[record]") {
  CourseOrder order;
  order.course = "C1";
  order.kind = "training";
  order.required_s = 1800;
  base::UtcTime t;
  REQUIRE(base::parse_iso8601("2026-11-20T00:00:00Z", t));
  order.deadline = t + std::chrono::hours(24 * 15);
  const std::int64_t zero = base::to_ms(t), minute = 60'000, hour = 60 * minute;
  CourseProgress part;
  part.course = "C1";
  // 20 minutes, then 10 exactly at the end of the 72 hours: the first millisecond is still inside.
  part.credit = {{zero, zero + 20 * minute}, {zero + 72 * hour - 10 * minute, zero + 72 * hour}};
  CHECK(standing_of(order, {&part, 1}, false, base::utc_from_ms(zero + 100 * hour)).stage == Stage::exam_ready);
  part.credit[1] = {zero + 72 * hour - 10 * minute + 1, zero + 72 * hour + 1};
  CHECK(standing_of(order, {&part, 1}, false, base::utc_from_ms(zero + 100 * hour)).stage == Stage::studying);
  // Many short visits, of which only those of the last days count together.
  part.credit.clear();
  for (int i = 0; i < 40; ++i) part.credit.push_back({zero + i * 5 * hour, zero + i * 5 * hour + 2 * minute});
  CHECK(standing_of(order, {&part, 1}, false, base::utc_from_ms(zero + 200 * hour)).stage == Stage::exam_ready);
  order.required_s = 1801;
  CHECK(standing_of(order, {&part, 1}, false, base::utc_from_ms(zero + 200 * hour)).stage == Stage::studying);
}
