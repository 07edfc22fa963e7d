// Learner histories as exports: what they hold, and that learning record stores accept them.
#include "sync/record/learner_history.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sync/base/clock.h"
#include "sync/record/types.h"
#include "sync/rules/cmi5.h"
#include "sync/rules/xapi.h"

using namespace station;
using namespace station::record;
using nlohmann::json;

namespace {

const char* const kRider = "0000000000000000000000000000aaaa";

class Log {
 public:
  explicit Log(std::string station, std::int64_t at_s = 0) : station_(std::move(station)), now_ms_(at_s * 1000) {}

  void put(std::string_view type, json body, std::int64_t after_ms = 0) {
    now_ms_ += after_ms;
    Record r;
    r.station = station_;
    r.seq = records.size();
    r.type = std::string(type);
    r.boot = "b1";
    r.mono_ms = now_ms_;
    r.at = base::utc_from_ms(1'795'000'000'000 + now_ms_);
    r.subject = kRider;
    r.body = body.dump();
    records.push_back(std::move(r));
  }
  void attend(const std::string& kind, const std::string& session, const std::string& lesson = "L01",
              const std::string& course = "C1") {
    put("attendance." + kind, {{"course", course}, {"session", session}, {"lesson", lesson}, {"step", lesson + "-1"}}, 5000);
  }
  void visit(const std::string& session, const std::string& last, const std::string& lesson = "L01",
             const std::string& course = "C1") {
    attend("start", session, lesson, course);
    attend("tick", session, lesson, course);
    if (!last.empty()) attend(last, session, lesson, course);
  }
  void exam(const std::string& attempt, int no, int right, bool critical_wrong = false) {
    put(kExamItem, {{"text", "h1"}, {"item", "Q1"}, {"version", 2}, {"question", {{"key", {{"kind", "multiple"}}}}}});
    json items = json::array();
    for (int i = 0; i < 20; ++i) items.push_back({{"id", "Q" + std::to_string(i)}, {"version", 2}, {"order", {0, 1}}, {"text", "h1"}});
    put(kExamOpened, {{"course", "C1"}, {"attempt", attempt}, {"no", no}, {"seed", "00"}, {"pack", 1}, {"items", items}}, 1000);
    put(kExamAnswered, {{"course", "C1"}, {"attempt", attempt}, {"index", 0}, {"item", "Q0"}, {"version", 2}, {"chosen", {0, 2}}, {"right", true}, {"ms", 4100}}, 4100);
    put(kExamClosed, {{"course", "C1"}, {"attempt", attempt}, {"no", no}, {"score", right}, {"of", 20}, {"critical_wrong", critical_wrong}, {"passed", right >= 18 && !critical_wrong}, {"finished", true}}, 1000);
  }
  std::vector<Record> records;

 private:
  std::string station_;
  std::int64_t now_ms_;
};

LearnerHistory history_of(std::initializer_list<const Log*> logs) {
  LearnerHistory history;
  for (const Log* log : logs)
    for (const Record& r : log->records) history.add(r);
  return history;
}

// Every statement is valid, no id comes twice; the verbs of each registration by visit (that is, by initialized).
std::map<std::string, std::vector<std::vector<std::string>>> checked(const std::vector<std::string>& statements) {
  std::map<std::string, std::vector<std::vector<std::string>>> out;
  std::set<std::string> ids;
  static const std::set<std::string> kInOrder{"initialized", "passed", "failed", "completed", "terminated", "abandoned"};
  for (const std::string& line : statements) {
    const json s = json::parse(line);
    INFO(line);
    const auto problem = rules::statement_problem(s);
    INFO(problem.value_or(""));
    CHECK_FALSE(problem);
    CHECK(ids.insert(s["id"]).second);
    CHECK(s["actor"]["account"]["name"] == kRider);
    const std::string iri = s["verb"]["id"], verb = iri.substr(iri.rfind('/') + 1);
    auto& sessions = out[s["context"]["registration"]];
    if (verb == "initialized") sessions.emplace_back();
    if (kInOrder.contains(verb)) sessions.back().push_back(verb);
  }
  return out;
}

}  // namespace

TEST_CASE("a whole training becomes statements that a learning record store accepts, in the order of cmi5", "[record]") {
  Log a("440902-001"), b("440902-002", 3600);
  a.visit("s1", "pause");
  a.visit("s2", "end");
  a.put(kLessonCompleted, {{"course", "C1"}, {"session", "s2"}, {"lesson", "L01"}, {"pack", 1}, {"steps", {"L01-1"}}});
  a.visit("s3", "");
  a.put(kLessonAbandoned, {{"course", "C1"}, {"session", "s3"}, {"lesson", "L01"}, {"step", "L01-1"}});
  a.exam("t1", 1, 19, true);
  b.visit("s4", "pause");
  b.exam("t2", 2, 19);
  b.put(kCertificateIssued, {{"course", "C1"}, {"number", "4409022611220000200015"}, {"text", "RC1|…"}});
  const auto history = history_of({&b, &a});
  const auto registrations = checked(xapi_statements(history, "https://r.example.cn/"));
  REQUIRE(registrations.size() == 1);
  const auto& sessions = registrations.begin()->second;
  CHECK(rules::cmi5_registration_in_order(sessions));
  CHECK(sessions == std::vector<std::vector<std::string>>{{"initialized", "terminated"},
                                                          {"initialized", "terminated"},
                                                          {"initialized", "abandoned"},
                                                          {"initialized", "completed", "failed", "terminated"},
                                                          {"initialized", "terminated"},
                                                          {"initialized", "passed", "terminated"}});
  // The same records again, in another mixture, give the same bytes.
  CHECK(xapi_statements(history_of({&a, &b}), "https://r.example.cn") == xapi_statements(history, "https://r.example.cn/"));
}

TEST_CASE("statements carry time, score and response as the rules say", "[record]") {
  Log log("440902-001");
  log.visit("s1", "pause");
  log.exam("t1", 1, 18);
  json ended, passed, answered;
  for (const std::string& line : xapi_statements(history_of({&log}), "https://r.example.cn")) {
    json s = json::parse(line);
    const std::string verb = s["verb"]["display"]["en"];
    if (verb == "terminated" && ended.is_null()) ended = s;
    if (verb == "passed") passed = s;
    if (verb == "answered") answered = s;
  }
  CHECK(ended["result"]["duration"] == "PT10.000S");
  CHECK(ended["object"]["id"] == "https://r.example.cn/lesson/L01");
  CHECK(passed["result"]["score"]["scaled"] == 0.9);
  CHECK(passed["result"]["success"] == true);
  CHECK(answered["result"]["response"] == "0[,]2");
  CHECK(answered["result"]["duration"] == "PT4.100S");
  CHECK(answered["object"]["id"] == "https://r.example.cn/question/Q0/2");
  CHECK(answered["object"]["definition"]["interactionType"] == "choice");
  CHECK(answered["verb"]["display"].contains("zh-CN"));
}

TEST_CASE("a visit without an end stays open until the next one begins", "[record]") {
  Log log("440902-001");
  log.visit("s1", "");
  CHECK(checked(xapi_statements(history_of({&log}), "https://r.example.cn")).begin()->second ==
        std::vector<std::vector<std::string>>{{"initialized"}});
  log.visit("s2", "pause");
  CHECK(checked(xapi_statements(history_of({&log}), "https://r.example.cn")).begin()->second ==
        std::vector<std::vector<std::string>>{{"initialized", "abandoned"}, {"initialized", "terminated"}});
}

TEST_CASE("a lesson of one's own accord is a registration of its own and completed once", "[record]") {
  Log log("440902-001");
  for (const char* session : {"v1", "v2"}) {
    log.visit(session, "end", "L05", "");
    log.put(kLessonCompleted, {{"course", ""}, {"session", session}, {"lesson", "L05"}, {"pack", 1}, {"steps", json::array()}});
  }
  log.visit("s1", "pause");
  const auto registrations = checked(xapi_statements(history_of({&log}), "https://r.example.cn"));
  CHECK(registrations.size() == 2);
  std::vector<std::vector<std::string>> own;
  for (const auto& [id, sessions] : registrations)
    if (sessions.size() == 2) own = sessions;
  CHECK(own == std::vector<std::vector<std::string>>{{"initialized", "completed", "terminated"}, {"initialized", "terminated"}});
}

TEST_CASE("the history as a table has a row for each visit and examination and calculates nothing", "[record]") {
  Log log("440902-001");
  log.visit("=1+1", "pause");
  log.exam("t1", 1, 17);
  const std::string csv = history_csv(history_of({&log}));
  CHECK(csv.starts_with("\xEF\xBB\xBFkind,rider,course,id,lesson,station,from,to,ended,credited_s,steps,attempt,score,of,passed,certificate\r\n"));
  CHECK(csv.find("lesson," + std::string(kRider) + ",C1,'=1+1,L01,440902-001,") != std::string::npos);
  CHECK(csv.find(",pause,10,1,") != std::string::npos);
  CHECK(csv.find(",finished,,,1,17,20,no,\r\n") != std::string::npos);
}

TEST_CASE("records of a wrong form leave no trace in a history", "[record]") {
  LearnerHistory history;
  for (const char* type : {"attendance.tick", "exam.opened", "exam.answered", "exam.closed", "exam.item", "lesson.completed", "certificate.issued"})
    for (const char* body : {"", "{}", "[]", R"({"attempt":7,"session":7})", R"({"attempt":"a","items":7,"no":1,"course":"c"})"}) {
      Record r;
      r.type = type;
      r.body = body;
      history.add(r);
    }
  CHECK(history.exams().empty());
  CHECK(history.visits().empty());
}
