#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace {

const std::string kRider = "0123456789abcdef0123456789abcdef";

void add_plain(StationLog& log, int count) {
  for (int i = 0; i < count; ++i)
    log.add("clock.anchored", "", R"({"offset_ms":3,"rtt_ms":)" + std::to_string(i) + "}");
}

}  // namespace

TEST_CASE("the centre acknowledges a batch and hands out its lines byte for byte", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 5);
  const auto answer = city.send(log.push(0, 3));
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"status":"ok","next":3})");
  CHECK(city.send(log.push(3, 2)).body == R"({"status":"ok","next":5})");
  city.restart();
  CHECK(city.pull() == log.lines);
}

TEST_CASE("a batch that was committed without an answer is acknowledged again and stored once", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 4);
  city.send(log.push_all());
  city.restart();
  CHECK(city.send(log.push_all()).body == R"({"status":"ok","next":4})");
  CHECK(city.send(log.push(1, 2)).body == R"({"status":"ok","next":4})");
  CHECK(city.pull().size() == 4);
}

TEST_CASE("a batch that begins before the head brings only its new lines", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 9);
  city.send(log.push(0, 4));
  CHECK(city.send(log.push(2, 7)).body == R"({"status":"ok","next":9})");
  CHECK(city.pull() == log.lines);
}

TEST_CASE("a batch that begins after the head is a gap and tells where the centre stands", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 6);
  city.send(log.push(0, 2));
  const auto answer = city.send(log.push(3, 3));
  CHECK(answer.status == 409);
  CHECK(answer.body == R"({"status":"gap","next":2})");
}

TEST_CASE("two histories of one log are both kept and the incarnation is fenced", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 4);
  city.send(log.push_all());
  StationLog clone = log;
  clone.lines.resize(2);
  clone.add("clock.anchored", "", R"({"offset_ms":9,"rtt_ms":9})");
  const auto answer = city.send(clone.push(1, 2));
  CHECK(answer.status == 409);
  CHECK(answer.body == R"({"status":"fork","next":4})");
  add_plain(log, 1);
  const auto after = city.send(log.push(4, 1));
  CHECK(after.status == 403);
  CHECK(text_member(after.body, "status") == "fenced");
  CHECK(city.pull().size() == 4);
  CHECK(city.get("/v1/heads").body.find("two histories from position 2 on") != std::string::npos);

  const auto evidence = base::from_base64(text_member(city.get("/v1/forks", Role::auditor).body, "batch"));
  REQUIRE(evidence);
  const auto kept = record::decode_batch({reinterpret_cast<const char*>(evidence->data()), evidence->size()});
  REQUIRE(kept);
  CHECK(kept->lines.back() == clone.lines.back());

  // A new enrolment goes on with a log of its own.
  city.enrol_again(log);
  CHECK(log.inc == 2);
  log.lines.clear();
  add_plain(log, 1);
  CHECK(city.send(log.push_all()).status == 200);
}

TEST_CASE("another signed root of the same size is a fork even without lines", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 3);
  city.send(log.push_all());
  StationLog other = log;
  other.lines[0] = "another beginning";
  record::Batch batch{log.station, 1, 3, other.checkpoint(3), {}};
  const auto answer = city.send({"POST", "/v1/log", {}, record::encode_batch(batch), log.station});
  CHECK(answer.body == R"({"status":"fork","next":3})");
}

TEST_CASE("an enrolment fences the incarnation before it", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 2);
  city.send(log.push(0, 1));
  StationLog old = log;
  city.enrol_again(log);
  CHECK(city.send(old.push(1, 1)).status == 403);
  CHECK(city.pull().size() == 1);
}

TEST_CASE("what is not storable is refused with a reason and changes nothing", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  auto other = city.enrol("440902-008");
  add_plain(log, 3);
  auto send = [&](const record::Batch& batch) {
    return city.send({"POST", "/v1/log", {}, record::encode_batch(batch), log.station});
  };
  const auto refused = [](const HttpResponse& answer) {
    CHECK(answer.status == 422);
    CHECK(text_member(answer.body, "status") == "refused");
    return text_member(answer.body, "error");
  };
  CHECK_FALSE(refused(city.send({"POST", "/v1/log", {}, "no batch at all", log.station})).empty());

  auto batch = log.batch(0, 3);
  batch.lines[1][5] ^= 1;
  CHECK(refused(send(batch)) == "the lines do not give the root that the checkpoint states");

  batch = log.batch(0, 3);
  batch.checkpoint = log.checkpoint(2);
  CHECK(refused(send(batch)) == "the checkpoint is not the head of the log after these lines");

  batch = log.batch(0, 3);
  StationLog thief = log;
  thief.key = other.key;
  batch.checkpoint = thief.checkpoint(3);
  CHECK(refused(send(batch)).find("no valid signature") != std::string::npos);

  CHECK(refused(city.send({"POST", "/v1/log", {}, log.push_all().body, other.station})).find("speaks for station") !=
        std::string::npos);

  StationLog binary = log;
  binary.add_line("\xff\xfe");
  CHECK(refused(city.send(binary.push_all())) == "line 3 is not UTF-8 text");

  batch = log.batch(0, 3);
  batch.inc = 2;
  CHECK(send(batch).status == 403);
  CHECK(city.pull().empty());
  CHECK(city.send(log.push_all()).status == 200);
}

TEST_CASE("a person may hand in a batch from a stick, and its signature alone decides", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 2);
  HttpRequest request = log.push_all();
  request.peer.clear();
  request.headers = {{"authorization", "Bearer " + city.token(Role::administrator)}};
  CHECK(city.send(request).body == R"({"status":"ok","next":2})");
  request.headers = {{"authorization", "Bearer " + city.token(Role::auditor)}};
  CHECK(city.send(request).status == 403);
}

TEST_CASE("a line that is no record is kept as evidence and stops nothing", "[central]") {
  City city;
  auto log = city.enrol("440902-007");
  add_plain(log, 1);
  log.add_line("not a record");
  log.add_line(log.lines[0]);  // says position 0 and stands at 2
  log.add("points.earned", kRider, R"({"transfer":"t1","points":5,"reason":"check_in","ref":"2026-11-24"})");
  CHECK(city.send(log.push_all()).body == R"({"status":"ok","next":4})");
  CHECK(city.pull() == log.lines);
  const auto quarantine = lines_of(city.get("/v1/quarantine").body);
  REQUIRE(quarantine.size() == 2);
  CHECK(quarantine[0].find("\"seq\":1") != std::string::npos);
  CHECK(text_member(quarantine[1], "reason") == "the line names another place in the log than the one where it stands");
}

TEST_CASE("one bad request of a group leaves the others alone", "[central]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002"), three = city.enrol("440902-003");
  for (auto* log : {&one, &two, &three}) add_plain(*log, 3);
  auto bad = two.batch(0, 3);
  bad.lines[2] = "{}";
  const std::vector<HttpRequest> group{
      one.push(0, 2),
      {"POST", "/v1/log", {}, record::encode_batch(bad), two.station},
      {"POST", "/v1/violations", {}, "", ""},
      three.push_all(),
      one.push(2, 1),
      {"GET", "/v1/nowhere", {}, "", ""},
  };
  const auto answers = city.centre->handle(group);
  std::vector<int> statuses;
  for (const auto& a : answers) statuses.push_back(a.status);
  CHECK(statuses == std::vector<int>{200, 422, 401, 200, 200, 404});
  CHECK(city.pull("&station=440902-001") == one.lines);
  CHECK(city.pull("&station=440902-002").empty());
  CHECK(city.pull("&station=440902-003") == three.lines);
}

TEST_CASE("whatever way logs are cut, repeated and grouped, every record arrives once and in order", "[central]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    base::SeededRandom chance(seed);
    City city;
    std::vector<StationLog> logs;
    std::vector<std::uint64_t> sent(4);
    for (int i = 0; i < 4; ++i) {
      logs.push_back(city.enrol("440902-00" + std::to_string(i + 1)));
      for (std::uint64_t n = 20 + chance.below(60); n > 0; --n) {
        const std::string visit = "v" + std::to_string(i) + "-" + std::to_string(n);
        if (chance.below(3) == 0)
          logs.back().add("points.earned", kRider,
                          R"({"transfer":")" + visit + R"(","points":1,"reason":"check_in","ref":")" +
                              std::to_string(chance.below(40)) + "\"}");
        else
          logs.back().add("visit.checked_in", kRider, R"({"visit":")" + visit + R"(","method":"card"})");
      }
    }
    const auto finished = [&] {
      for (std::size_t i = 0; i < logs.size(); ++i)
        if (sent[i] < logs[i].lines.size()) return false;
      return true;
    };
    while (!finished()) {
      std::vector<HttpRequest> group;
      std::vector<std::size_t> who;
      for (std::uint64_t n = 1 + chance.below(6); n > 0; --n) {
        const std::size_t i = chance.below(logs.size());
        const std::uint64_t from = sent[i] - std::min(sent[i], chance.below(4)), left = logs[i].lines.size() - from;
        group.push_back(logs[i].push(from, left == 0 ? 0 : 1 + chance.below(std::min<std::uint64_t>(left, 15))));
        who.push_back(i);
      }
      const auto answers = city.centre->handle(group);
      for (std::size_t n = 0; n < group.size(); ++n) {
        REQUIRE(answers[n].status == 200);
        if (chance.below(4) == 0) continue;  // the answer is lost
        sent[who[n]] = std::stoull(answers[n].body.substr(answers[n].body.rfind(':') + 1));
      }
      if (chance.below(10) == 0) city.restart();
    }
    std::size_t total = 0;
    for (const auto& log : logs) {
      CHECK(city.pull("&station=" + log.station, 7) == log.lines);
      total += log.lines.size();
    }
    CHECK(city.pull().size() == total);
    const auto before = city.centre->projection_dump();
    REQUIRE(city.centre->rebuild());
    CHECK(before.value() == city.centre->projection_dump().value());
    CHECK(before->find("balance|") != std::string::npos);
  }
}
