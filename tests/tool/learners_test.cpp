// What the tool says about learners and questions from pulled records.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/record/types.h"
#include "tests/tool/rig.h"

using namespace station;
using namespace station::tool::test;
using Json = nlohmann::json;

namespace {

const char* const kRider = "0123456789abcdef0123456789abcdef";

Json question(int n) {
  const auto text = [](const std::string& t) { return Json{{"zh", "z " + t}, {"en", t}}; };
  return {{"id", "Q" + std::to_string(n)},
          {"version", 1},
          {"stem", text("Question " + std::to_string(n))},
          {"options", {text("stop"), text("go"), text("look")}},
          {"lefts", Json::array()},
          {"critical", n == 0},
          {"key", {{"kind", "single"}, {"right", {0}}}},
          {"law", {{"law", "Law"}, {"article", "38"}}}};
}

// `riders` take the same two questions; the first is wrong for all but every tenth, who all choose option 2.
std::string exams(int riders) {
  central::test::StationLog log("440902-001", 5);
  for (int n = 0; n < 2; ++n)
    log.add(record::kExamItem, "", Json{{"text", "h" + std::to_string(n)}, {"item", "Q" + std::to_string(n)}, {"version", 1}, {"question", question(n)}}.dump());
  for (int r = 0; r < riders; ++r) {
    const std::string attempt = "a" + std::to_string(r), course = "c" + std::to_string(r);
    log.add("exam.opened", kRider,
            Json{{"course", course}, {"attempt", attempt}, {"no", 1}, {"seed", "00"}, {"pack", 7}, {"course_version", "1"}, {"pass", 2}, {"blueprint", Json::array()},
                 {"items", {{{"id", "Q0"}, {"version", 1}, {"order", {2, 0, 1}}, {"text", "h0"}}, {{"id", "Q1"}, {"version", 1}, {"order", {0, 1, 2}}, {"text", "h1"}}}}}
                .dump());
    const bool first = r % 10 == 0, second = r % 2 == 0;
    log.add("exam.answered", kRider, Json{{"course", course}, {"attempt", attempt}, {"index", 0}, {"item", "Q0"}, {"version", 1}, {"chosen", {first ? 0 : 2}}, {"right", first}, {"ms", 3000}}.dump());
    log.add("exam.answered", kRider, Json{{"course", course}, {"attempt", attempt}, {"index", 1}, {"item", "Q1"}, {"version", 1}, {"chosen", {second ? 0 : 1}}, {"right", second}, {"ms", 2000 + r}}.dump());
    log.add("exam.closed", kRider, Json{{"course", course}, {"attempt", attempt}, {"no", 1}, {"score", first + second}, {"of", 2}, {"critical_wrong", !first}, {"passed", first && second}, {"finished", true}}.dump());
  }
  std::string out;
  for (const std::string& line : log.lines) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("a past paper is shown from pulled records, in the order in which its rider saw it", "[tool]") {
  Rig rig;
  const std::string log = rig.write("log.ndjson", exams(3));
  const auto list = rig.run({"paper", log});
  CHECK(list.status == 0);
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 3);
  const auto page = rig.run({"paper", log, "--attempt", "a1", "--language", "en"});
  INFO(page.out << page.err);
  CHECK(page.status == 0);
  CHECK(page.out.find("1. Q0 version 1, single, critical\n   Question 0\n   A  look  [chosen]\n   B  stop  [right]\n   C  go\n") != std::string::npos);
  CHECK(page.out.find("answered after 3.0 s: wrong") != std::string::npos);
  CHECK(page.out.find("0 of 2 right, not passed, a critical question was wrong") != std::string::npos);
  CHECK(rig.run({"paper", log, "--attempt", "a1"}).out.find("z Question 0") != std::string::npos);
  const auto json = rig.run({"paper", log, "--attempt", "a1", "--json"});
  CHECK(Json::parse(json.out)["items"][0]["order"] == Json({2, 0, 1}));
  CHECK(rig.run({"paper", log, "--attempt", "a1", "--json"}).out == json.out);
  CHECK(rig.run({"paper", log, "--attempt", "a9"}).status == 1);
  CHECK(rig.run({"paper", rig.file("nowhere")}).status == 2);
}

TEST_CASE("a question that everybody gets wrong in the same way is flagged for a reviewer", "[tool]") {
  Rig rig;
  const std::string log = rig.write("log.ndjson", exams(120));
  const auto report = rig.run({"item-report", log});
  INFO(report.out << report.err);
  CHECK(report.status == 0);
  CHECK(report.out.starts_with("item,version,n,facility,discrimination_index,median_ms,timed,flags\r\n"));
  CHECK(report.out.find("Q0,1,120,0.1,") != std::string::npos);
  CHECK(report.out.find(",3000,12,too_hard distractor_beats_key\r\n") != std::string::npos);
  CHECK(report.out.find("Q1,1,120,0.5,") != std::string::npos);
  CHECK(report.out.find(",2059,60,\r\n") != std::string::npos);
  const auto flagged = rig.run({"item-report", log, "--flagged"});
  CHECK(flagged.out.find("Q1,") == std::string::npos);
  // Fewer than a hundred first attempts say nothing.
  CHECK(rig.run({"item-report", rig.write("few.ndjson", exams(99)), "--flagged"}).out.find("Q0,") == std::string::npos);
}

TEST_CASE("histories are exported as a table and as statements, each record once", "[tool]") {
  Rig rig;
  const std::string log = rig.write("log.ndjson", exams(2) + exams(2));
  const auto csv = rig.run({"history", log});
  CHECK(csv.status == 0);
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 3);
  const auto statements = rig.run({"xapi-export", log, "--home", "https://riders.example.cn", "-o", rig.file("out.ndjson")});
  CHECK(statements.status == 0);
  const std::string text = rig.read("out.ndjson");
  std::string cases = "[";
  for (const auto& line : central::test::lines_of(text)) cases += (cases.size() > 1 ? "," : "") + line;
  CHECK(rig.run({"xapi-validate"}, cases + "]").status == 0);
  CHECK(text.find("https://riders.example.cn/question/Q0/1") != std::string::npos);
  CHECK(rig.run({"xapi-export", log, "--subject", "ffffffffffffffffffffffffffffffff"}).out.empty());
}
