#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace {

const std::string kRider = "0123456789abcdef0123456789abcdef";

void fill(StationLog& log, int count) {
  for (int i = 0; i < count; ++i) {
    log.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":2})");
    log.add("attendance.tick", kRider,
            R"({"course":"","session":"s","lesson":"L01","step":"L01-1","pack":7,"media":false})");
  }
}

std::string cursor_of(const HttpResponse& answer) {
  return text_member(lines_of(answer.body).back(), "cursor");
}

}  // namespace

TEST_CASE("a pull goes on where the last page ended and says how far it lies behind", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  fill(log, 3);
  city.send(log.push_all());
  const auto first = city.get("/v1/records?limit=4");
  CHECK(lines_of(first.body).back().find(R"("more":true,"n":4,"lag":2})") != std::string::npos);
  const auto second = city.get("/v1/records?limit=4&cursor=" + cursor_of(first));
  CHECK(lines_of(second.body).size() == 3);
  CHECK(lines_of(second.body).back().find(R"("more":false,"n":2,"lag":0})") != std::string::npos);
  const auto none = city.get("/v1/records?cursor=" + cursor_of(second));
  CHECK(lines_of(none.body).size() == 1);
  log.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":9})");
  city.send(log.push(6, 1));
  CHECK(lines_of(city.get("/v1/records?cursor=" + cursor_of(none)).body).front() == log.lines.back());
  CHECK(city.pull("", 1) == log.lines);
}

TEST_CASE("a pull can be narrowed by type, station and rider", "[central]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  fill(one, 3);
  fill(two, 2);
  city.send(one.push_all());
  city.send(two.push_all());
  CHECK(city.pull("&station=440902-002") == two.lines);
  CHECK(city.pull("&type=attendance.tick").size() == 5);
  CHECK(city.pull("&type=attendance.", 2).size() == 5);
  CHECK(city.pull("&type=attendance").empty());
  CHECK(city.pull("&subject=" + kRider + "&station=440902-001").size() == 3);
}

TEST_CASE("a cursor belongs to its filter and to its copy of the store", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  fill(log, 2);
  city.send(log.push_all());
  const std::string cursor = cursor_of(city.get("/v1/records?limit=1"));
  CHECK(city.get("/v1/records?cursor=" + cursor + "&type=attendance.").status == 400);
  CHECK(city.get("/v1/records?cursor=abc").status == 400);
  CHECK(city.get("/v1/records?limit=x").status == 400);
  CHECK(city.get("/v1/records?format=xml").status == 400);
  CHECK(city.get("/v1/records?format=csv&cursor=" + cursor).status == 200);

  City other(8);
  auto there = other.enrol("440902-007");
  fill(there, 2);
  other.send(there.push_all());
  const auto gone = other.get("/v1/records?cursor=" + cursor);
  CHECK(gone.status == 410);
  const std::string error = text_member(gone.body, "error");
  const std::string oldest = error.substr(error.rfind(' ') + 1);
  CHECK(lines_of(other.get("/v1/records?cursor=" + oldest).body).size() == 5);
}

TEST_CASE("spreadsheets get a byte-order mark, names, quoted fields and the trailer as a comment", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  log.add("complaint.filed", kRider, R"({"complaint":"c1","about":"box","ref":"a, \"b\"","category":"x"})");
  log.add_line("=cmd()");
  city.send(log.push_all());
  const auto answer = city.get("/v1/records?format=csv");
  CHECK(base::header_of(answer.headers, "content-type") == "text/csv; charset=utf-8");
  const auto lines = lines_of(answer.body);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "\xEF\xBB\xBFstation,inc,seq,type,at,subject,body,line\r");
  CHECK(lines[1].starts_with("440902-007,1,0,complaint.filed,2026-11-24T12:00:00.000Z," + kRider +
                             ",\"{\"\"complaint\"\":\"\"c1\"\","));
  CHECK(lines[2] == "440902-007,1,1,,,,,'=cmd()\r");
  CHECK(lines[3].starts_with("#{\"cursor\":"));
  CHECK(lines_of(city.get("/v1/records?format=csv&cursor=" + cursor_of(answer)).body).size() == 1);
}

TEST_CASE("heads name each log with its signed checkpoint and delegation", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  fill(log, 2);
  city.send(log.push_all());
  const auto lines = lines_of(city.get("/v1/heads", Role::auditor).body);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find(R"("station":"440902-007","inc":1,"size":4)") != std::string::npos);
  CHECK(lines[0].find("rider-station/440902-007/1") != std::string::npos);
}

TEST_CASE("each route is for its roles, and unknown paths and methods are told apart", "[central]") {
  City city;
  city.enrol("440902-007");
  CHECK(city.send({"GET", "/v1/health", {}, {}, {}}).status == 200);
  CHECK(city.send({"GET", "/v1/records", {}, {}, {}}).status == 401);
  CHECK(city.send({"GET", "/v1/records", {{"authorization", "Bearer nonsense"}}, {}, {}}).status == 401);
  CHECK(city.send({"GET", "/v1/records", {}, {}, "440902-007"}).status == 403);
  CHECK(city.get("/v1/records", Role::auditor).status == 200);
  CHECK(city.get("/v1/records", Role::reviewer).status == 403);
  CHECK(city.get("/v1/heads", Role::platform).status == 403);
  CHECK(city.get("/v1/nothing").status == 404);
  CHECK(city.send({"DELETE", "/v1/records", {}, {}, {}}).status == 405);
  const std::string token = city.centre->new_token(Role::auditor, "short", std::chrono::hours(1)).value();
  const HttpRequest request{"GET", "/v1/heads", {{"authorization", "Bearer " + token}}, {}, {}};
  CHECK(city.send(request).status == 200);
  city.clock.advance(std::chrono::hours(2));
  CHECK(city.send(request).status == 401);
}

TEST_CASE("a pull by time gives what stations wrote from then until then", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  for (int h = 0; h < 48; ++h) log.add("clock.anchored", "", R"({"offset_ms":0,"rtt_ms":1})", noon() + std::chrono::hours(h));
  city.send(log.push_all());
  const auto some = [&](const std::string& filter) { return city.pull(filter, 7).size(); };
  CHECK(some("&from=2026-11-24T12:00:00Z&to=2026-11-24T13:00:00Z") == 1);
  CHECK(some("&from=2026-11-26") == 20);  // from its midnight there on, 16:00 UTC of the day before
  CHECK(some("&to=2026-11-25") == 4);
  CHECK(some("&from=2026-11-25&to=2026-11-26") == 24);
  CHECK(some("&from=2030-01-01") == 0);
  const auto bad = city.get("/v1/records?from=yesterday");
  CHECK(bad.status == 400);
  const auto first = city.get("/v1/records?from=2026-11-25&limit=1");
  const std::string cursor = text_member(lines_of(first.body).back(), "cursor");
  CHECK(city.get("/v1/records?from=2026-11-25&cursor=" + cursor).status == 200);
  CHECK(city.get("/v1/records?from=2026-11-24&cursor=" + cursor).status == 400);
  CHECK(city.get("/v1/records?cursor=" + cursor).status == 400);
}

TEST_CASE("who pulls what, and how far behind, can be seen; a pull that begins is in the audit log", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  for (int i = 0; i < 10; ++i) log.add("clock.anchored", "", R"({"offset_ms":0,"rtt_ms":1})");
  city.send(log.push_all());
  const auto page = city.get("/v1/records?limit=4&station=440902-007", Role::auditor);
  const std::string cursor = text_member(lines_of(page.body).back(), "cursor");
  const auto pulls = lines_of(city.get("/v1/pulls").body);
  REQUIRE(pulls.size() == 1);
  CHECK(pulls[0].find(R"("role":"auditor","filter":"station=440902-007")") != std::string::npos);
  CHECK(pulls[0].find(R"("records":4,"lag":6)") != std::string::npos);
  city.get("/v1/records?limit=100&station=440902-007&cursor=" + cursor, Role::auditor);
  CHECK(city.get("/v1/pulls").body.find(R"("records":10,"lag":0)") != std::string::npos);
  const std::string audit = city.get("/v1/audit").body;
  const std::size_t first = audit.find("records.pull");
  REQUIRE(first != std::string::npos);
  CHECK(audit.find("records.pull", first + 1) == std::string::npos);
}
