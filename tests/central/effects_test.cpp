#include <nlohmann/json.hpp>

#include "sync/central/ingest.h"
#include "sync/central/progress.h"
#include "sync/record/course_progress.h"
#include "sync/record/feed.h"
#include "sync/record/types.h"
#include "sync/rules/certificate_text.h"
#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;

namespace {

const std::string kRider = "0123456789abcdef0123456789abcdef";

// The newest entry of a type that a station can see, its body; null when there is none.
Json newest(City& city, const std::string& station, std::string_view type) {
  Json body;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    const auto lines = lines_of(city.feed(station, after).body);
    const Json trailer = Json::parse(lines.back());
    more = trailer["more"];
    after = trailer["cursor"];
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      const auto entry = record::open_feed_line(lines[i], city.centre->keys().note);
      if (!entry) FAIL(entry.error().message);
      if (entry->type == type) body = Json::parse(entry->body);
    }
  }
  return body;
}

std::vector<std::string> reasons(City& city) {
  std::vector<std::string> out;
  for (const auto& line : lines_of(city.get("/v1/quarantine").body)) out.push_back(Json::parse(line)["reason"]);
  return out;
}

std::string points(const std::string& transfer, int n, const std::string& ref) {
  return Json{{"transfer", transfer}, {"points", n}, {"reason", "check_in"}, {"ref", ref}}.dump();
}

// Study of a course for some seconds, one event in ten.
void study(StationLog& log, base::UtcTime from, int seconds, const std::string& last = "pause") {
  const Json body{{"course", "c1"}, {"session", "s1"}, {"lesson", "L01"}, {"step", "L01-1"},
                  {"pack", 7},      {"media", false},  {"why", "order"}};
  for (int s = 0; s <= seconds; s += 10) {
    const std::string kind = s == 0 ? "start" : s == seconds ? last : "input";
    log.add("attendance." + kind, kRider, body.dump(), from + std::chrono::seconds(s), s * 1000);
  }
}

void exam(StationLog& log, bool passed) {
  log.add(
      "exam.opened", kRider,
      R"({"course":"c1","attempt":"a1","no":1,"seed":"00","pack":7,"items":[{"id":"Q01","version":1,"order":[0,1]}]})");
  log.add("exam.closed", kRider,
          Json{{"course", "c1"},
               {"attempt", "a1"},
               {"no", 1},
               {"score", 19},
               {"of", 20},
               {"critical_wrong", false},
               {"passed", passed},
               {"finished", true}}
              .dump());
}

void certify(StationLog& log, const std::string& rider = kRider) {
  rules::CertificateText text;
  text.number = rules::certificate_number(log.station, noon(), 1);
  text.rider = rider;
  text.course = "c1";
  text.course_version = "7";
  text.passed = noon();
  text.score_percent = 95;
  text.seed16 = "0011223344556677";
  text.station = log.station;
  text.key_id = "00000000";
  log.add("certificate.issued", kRider,
          Json{{"course", "c1"}, {"number", text.number}, {"text", rules::sign_certificate(text, log.key)}}.dump());
}

}  // namespace

TEST_CASE("a rider's balance goes to every station with the positions that it includes", "[central]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  one.add("clock.anchored", "", "{}");
  one.add("points.earned", kRider, points("t1", 5, "2026-11-23"));
  two.add("points.earned", kRider, points("t2", 7, "2026-11-24"));
  city.send(one.push_all());
  city.send(two.push_all());
  const Json balance = newest(city, "440902-002", record::kFeedPoints);
  CHECK(balance["balance"] == 12);
  CHECK(balance["upto"] == Json{{"440902-001", 2}, {"440902-002", 1}});
}

TEST_CASE("the same points are never given twice, and the refusal says why", "[central]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  one.add("points.earned", kRider, points("t1", 5, "2026-11-24"));
  two.add("points.earned", kRider, points("t2", 5, "2026-11-24"));  // checked in elsewhere without network
  two.add("points.earned", kRider, points("t3", 0, "2026-11-25"));
  two.add("points.earned", kRider, R"({"transfer":"t4"})");
  city.send(one.push_all());
  CHECK(city.send(two.push_all()).status == 200);
  CHECK(newest(city, "440902-001", record::kFeedPoints)["balance"] == 5);
  const auto why = reasons(city);
  REQUIRE(why.size() == 3);
  CHECK(why[0].find("given before") != std::string::npos);
  CHECK(why[1] == "a transfer is of 1 to 1,000,000 points");
  CHECK(why[2].find("not of the form") != std::string::npos);
}

TEST_CASE("a station that is enrolled anew gets balances that name none of its old positions", "[central]") {
  City city;
  auto one = city.enrol("440902-001");
  one.add("points.earned", kRider, points("t1", 5, "2026-11-24"));
  city.send(one.push_all());
  city.enrol_again(one);
  const Json balance = newest(city, "440902-001", record::kFeedPoints);
  CHECK(balance["balance"] == 5);
  CHECK(balance["upto"] == Json::object());
}

TEST_CASE("the other stations learn at once where a rider paused, by the same computation", "[central]") {
  City city;
  auto one = city.enrol("440902-001");
  city.enrol("440902-002");
  study(one, noon(), 120);
  city.send(one.push_all());
  const Json body = newest(city, "440902-002", record::kFeedProgress);
  REQUIRE(body.is_object());
  const auto published = record::parse_course_progress(body.dump());
  REQUIRE(published);
  std::vector<record::Record> records;
  for (const auto& line : one.lines) records.push_back(record::parse_line(line).value());
  CHECK(*published == record::course_progress("c1", "440902-001", records));
  CHECK(published->credit.front().to_ms - published->credit.front().from_ms == 120'000);
}

TEST_CASE("study that goes on is passed on once a minute", "[central]") {
  City city;
  auto one = city.enrol("440902-001");
  study(one, noon(), 120, "input");
  city.send(one.push(0, 7));
  CHECK(newest(city, "440902-001", record::kFeedProgress).is_null());
  city.clock.advance(std::chrono::seconds(61));
  city.centre->tick();
  CHECK(newest(city, "440902-001", record::kFeedProgress)["upto"] == 7);
  city.send(one.push(7, 6));
  city.clock.advance(std::chrono::seconds(30));
  city.centre->tick();
  CHECK(newest(city, "440902-001", record::kFeedProgress)["upto"] == 7);
  city.clock.advance(std::chrono::seconds(31));
  city.centre->tick();
  CHECK(newest(city, "440902-001", record::kFeedProgress)["upto"] == 13);
}

TEST_CASE("a certificate counts when its signature, its text and an examination stand behind it", "[central]") {
  City city;
  auto good = city.enrol("440902-001"), failed = city.enrol("440902-002"), forged = city.enrol("440902-003");
  exam(good, true);
  certify(good);
  exam(failed, false);
  certify(failed);
  exam(forged, true);
  certify(forged, "ffffffffffffffffffffffffffffffff");
  city.send(good.push_all());
  city.send(failed.push_all());
  city.send(forged.push_all());
  const auto list = lines_of(city.get("/v1/certificates").body);
  REQUIRE(list.size() == 1);
  CHECK(Json::parse(list[0])["station"] == "440902-001");
  CHECK(reasons(city) == std::vector<std::string>{"this station's log holds no passed examination of the course",
                                                  "the certificate's text says otherwise than its record"});
  CHECK(newest(city, "440902-002", record::kFeedProgress)["certificate"] == "");
}

TEST_CASE("visits, use, faults, complaints and versions are kept for administrators", "[central]") {
  City city;
  auto log = city.enrol("440902-001");
  log.add("station.started", "", R"({"version":"0.1.0","schema":1,"pack":0,"unclean":false})");
  log.add("content.applied", "", R"({"pack":"rider-safety","version":7,"sha256":"00"})");
  log.add("visit.checked_in", kRider, R"({"visit":"v1","method":"card"})");
  log.add("visit.checked_in", kRider, R"({"visit":"v2","method":"pin"})");
  log.add("visit.checked_out", kRider, R"({"visit":"v1","reason":"rider"})");
  log.add("visit.checked_out", kRider, R"({"visit":"v1","reason":"rider"})");
  log.add("device.fault_raised", "", R"({"code":"reader.silent","place":"reader","detail":"no answer"})");
  log.add("device.fault_raised", "", R"({"code":"box.jam","place":"box 3","detail":""})");
  log.add("device.fault_cleared", "", R"({"code":"reader.silent","place":"reader","detail":""})");
  log.add("complaint.filed", kRider, R"({"complaint":"k1","about":"box","ref":"l1","category":"not_opened"})");
  city.send(log.push_all());
  const Json station = Json::parse(lines_of(city.get("/v1/stations").body).at(0));
  CHECK(station["version"] == "0.1.0");
  CHECK(station["pack"] == 7);
  CHECK(station["faults"] == 1);
  CHECK(station["riders_inside"] == 1);
  CHECK(station["records"] == 10);
  CHECK(Json::parse(lines_of(city.get("/v1/faults").body).at(0))["place"] == "box 3");
  CHECK(Json::parse(lines_of(city.get("/v1/complaints").body).at(0))["complaint"] == "k1");
  const auto usage = lines_of(city.get("/v1/usage?from=2026-11-24").body);
  CHECK(std::count_if(usage.begin(), usage.end(), [](const std::string& line) {
          const Json row = Json::parse(line);
          return row["what"] == "visit.checked_in" && row["n"] == 2 && row["day"] == "2026-11-24";
        }) == 1);
  CHECK(reasons(city) == std::vector<std::string>{"there is no open visit of this id at this station"});
}

TEST_CASE("everything that follows from the records is the same when computed again", "[central]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  study(one, noon(), 300);
  exam(one, true);
  certify(one);
  study(two, noon() + std::chrono::minutes(10), 200, "input");
  two.add_line("damaged");
  for (auto* log : {&one, &two}) {
    log->add("points.earned", kRider, points("t-" + log->station, 5, "2026-11-24"));
    log->add("visit.checked_in", kRider, R"({"visit":"v)" + log->station + R"(","method":"card"})");
    log->add("device.fault_raised", "", R"({"code":"box.jam","place":"box 3","detail":""})");
    for (std::uint64_t at = 0; at < log->lines.size(); at += 5)
      city.send(log->push(at, std::min<std::uint64_t>(5, log->lines.size() - at)));
  }
  const auto before = city.centre->projection_dump();
  REQUIRE(before);
  for (const std::string table : {"certificate|", "course_part|", "quarantine|", "balance|", "visit|", "fault|"})
    CHECK(before->find(table) != std::string::npos);
  REQUIRE(city.centre->rebuild());
  CHECK(*before == city.centre->projection_dump().value());
}

namespace {

// What the centre holds about one log's part of course c1.
record::CourseProgress part_of(City& city, const StationLog& log) {
  std::optional<record::CourseProgress> part;
  REQUIRE(city.centre->transact([&](Work& work) { part = course_part(work, {"c1", log.station, log.inc}); }));
  return part.value_or(record::CourseProgress{});
}

record::CourseProgress counted_anew(const StationLog& log, std::size_t lines) {
  std::vector<record::Record> records;
  for (std::size_t i = 0; i < lines; ++i) records.push_back(record::parse_line(log.lines[i]).value());
  return record::course_progress("c1", log.station, records);
}

}  // namespace

TEST_CASE("the centre's running counts agree with the whole logs, however the records come", "[central]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    City city(seed);
    base::SeededRandom random(seed);
    StationLog logs[] = {city.enrol("440902-001"), city.enrol("440902-002")};
    for (StationLog& log : logs)
      for (int session = 0; session < 6; ++session)
        study(log, noon() + std::chrono::minutes(random.next() % 500), 20 + static_cast<int>(random.next() % 100),
              random.next() % 3 == 0 ? "tick" : "pause");
    std::size_t sent[] = {0, 0};
    while (sent[0] < logs[0].lines.size() || sent[1] < logs[1].lines.size()) {
      const std::size_t who = random.next() % 2;
      const StationLog& log = logs[who];
      const std::size_t n = std::min<std::size_t>(log.lines.size() - sent[who], 1 + random.next() % 30);
      if (n > 0) {
        CHECK(city.send(log.push(sent[who], n)).status == 200);
        sent[who] += n;
      }
      if (random.next() % 4 == 0) CHECK(city.send(log.push(0, std::max<std::size_t>(1, sent[who]))).status == 200);
      if (random.next() % 9 == 0) city.restart();
      if (random.next() % 3 == 0) {
        city.clock.advance(std::chrono::seconds(61));
        city.centre->tick();
      }
      if (sent[who] > 0) CHECK(part_of(city, log) == counted_anew(log, sent[who]));
    }
    const std::string before = city.centre->projection_dump().value();
    REQUIRE(city.centre->rebuild());
    CHECK(city.centre->projection_dump().value() == before);
  }
}

TEST_CASE("what a request counted that is rolled back counts nowhere", "[central]") {
  City city;
  auto one = city.enrol("440902-001");
  study(one, noon(), 120, "tick");
  city.send(one.push(0, 5));
  const auto before = part_of(city, one);
  const PartKey key{"c1", one.station, one.inc};
  const auto undone = city.centre->transact([&](Work& work) {
    CHECK(ingest(work, record::encode_batch(one.batch(5, 4)), one.station).what == Ingested::ok);
    CHECK(course_part(work, key)->upto == 9);
    throw Refusal{409, "no", "not this time"};
  });
  CHECK_FALSE(undone);
  CHECK(part_of(city, one) == before);
  // The station wrote something else at these places: nothing was acknowledged, so it may.
  StationLog other = one;
  other.lines.resize(5);
  study(other, noon() + std::chrono::minutes(5), 60, "pause");
  CHECK(city.send(other.push(5, other.lines.size() - 5)).status == 200);
  CHECK(part_of(city, other) == counted_anew(other, other.lines.size()));
}

namespace {

std::string certificate_number_of(const StationLog& log) {
  return rules::certificate_number(log.station, noon(), 1);
}

HttpResponse void_it(City& city, const std::string& number, const std::string& reason, const std::string& more = {}) {
  return city.send({"POST",
                    "/v1/certificates/" + number + "/void" + more,
                    {{"authorization", "Bearer " + city.token(Role::reviewer)}},
                    Json{{"reason", reason}}.dump(),
                    {}});
}

}  // namespace

TEST_CASE("the centre signs a certificate itself once the evidence is here, and every station hears of it", "[central]") {
  City city;
  auto log = city.enrol("440902-001");
  city.enrol("440902-002");
  exam(log, true);
  certify(log);
  city.send(log.push_all());
  const Json state = newest(city, "440902-002", record::kFeedCertificate);
  CHECK(state["number"] == certificate_number_of(log));
  CHECK(state["state"] == "confirmed");
  CHECK(state["course"] == "c1");
  CHECK(state["subject"] == kRider);
  const auto text = rules::open_certificate(state["text"].get<std::string>(), city.centre->keys().note.key);
  REQUIRE(text);
  CHECK(text->station == "440902-001");
  CHECK(text->score_percent == 95);
}

TEST_CASE("a reviewer voids a certificate with a reason, once, and stations hear why", "[central]") {
  City city;
  auto log = city.enrol("440902-001");
  exam(log, true);
  certify(log);
  city.send(log.push_all());
  const std::string number = certificate_number_of(log);
  CHECK(void_it(city, "4409022611220000200015", "no such").status == 404);
  CHECK(void_it(city, number, "").status == 400);
  CHECK(city.send({"POST", "/v1/certificates/" + number + "/void", {{"authorization", "Bearer " + city.token(Role::administrator)}}, Json{{"reason", "x"}}.dump(), {}}).status == 403);
  CHECK(void_it(city, number, "taken by somebody else").status == 200);
  const Json state = newest(city, "440902-001", record::kFeedCertificate);
  CHECK(state["state"] == "void");
  CHECK(state["reason"] == "taken by somebody else");
  CHECK(state["reviewer"] == "desk");
  CHECK(void_it(city, number, "taken by somebody else").status == 200);
  CHECK(void_it(city, number, "another reason").status == 409);
  const Json listed = Json::parse(lines_of(city.get("/v1/certificates").body).at(0));
  CHECK(listed["state"] == "void");
  CHECK(listed["reason"] == "taken by somebody else");
  // It stays void when everything is computed anew from the records.
  REQUIRE(city.centre->rebuild());
  CHECK(Json::parse(lines_of(city.get("/v1/certificates").body).at(0))["state"] == "void");
}
