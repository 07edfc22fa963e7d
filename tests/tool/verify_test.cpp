#include <nlohmann/json.hpp>

#include "sync/rules/certificate_text.h"
#include "tests/tool/rig.h"

using namespace station;
using namespace station::tool::test;
using Json = nlohmann::json;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  return central::test::lines_of(text);
}
std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("a whole city is verified over the network and from an export", "[tool]") {
  CityRig rig;
  rig.fill(3, 10);
  const auto live = rig.ask({"verify"});
  INFO(live.err);
  CHECK(live.status == 0);
  CHECK(live.out.find("440902-002 incarnation 1: valid, 10 records proven\n") != std::string::npos);
  CHECK(live.out.ends_with("valid: 3 logs, 30 records, all of them proven by the stations' signed heads\n"));

  const auto exported = rig.ask({"export", rig.file("evidence")});
  CHECK(exported.status == 0);
  CHECK(exported.err == rig.file("evidence") + ": 3 logs, 30 records\n");
  const auto offline = rig.run({"verify", rig.file("evidence"), "--centre-key", rig.file("centre.vkey")});
  CHECK(offline.status == 0);
  CHECK(offline.out == live.out);
  CHECK(rig.ask({"export", rig.file("evidence")}).status == 2);

  const auto json = rig.ask({"verify", "--json", rig.file("evidence")});
  CHECK(Json::parse(json.out)["valid"] == true);
  CHECK(Json::parse(json.out)["verified"] == 30);
}

TEST_CASE("earlier heads narrow down where a line was altered", "[tool]") {
  CityRig rig;
  rig.fill(1, 200);
  REQUIRE(rig.ask({"export", rig.file("e")}).status == 0);
  auto lines = lines_of(rig.read("e/records.ndjson"));
  REQUIRE(lines.size() == 200);
  lines[150].replace(lines[150].find("\"rtt_ms\":") + 9, 1, "7");
  rig.write("e/records.ndjson", joined(lines));
  const auto ran = rig.ask({"verify", rig.file("e"), "--json"});
  CHECK(ran.status == 1);
  const Json fault = Json::parse(ran.out)["logs"][0]["faults"][0];
  CHECK(fault["kind"] == "altered");
  CHECK(fault["seq"] <= 150);
  CHECK(fault["until"] > 150);
  CHECK(fault["until"].get<int>() - fault["seq"].get<int>() <= 70);
}

TEST_CASE("what the city writes meanwhile is no fault of an export", "[tool]") {
  CityRig rig;
  rig.fill(2, 5);
  const Handler centre = rig.network;
  rig.network = [&](const base::HttpRequest& request) -> Answer {
    auto answer = centre(request);
    if (request.target == "/v1/heads?all=1") {
      rig.logs[0].add("clock.anchored", "", "{}");
      rig.push(rig.logs[0]);
    }
    return answer;
  };
  CHECK(rig.ask({"verify"}).status == 0);
  CHECK(rig.ask({"export", rig.file("evidence")}).status == 0);
  CHECK(rig.ask({"verify", rig.file("evidence")}).status == 0);
}

TEST_CASE("a pulled file, a spreadsheet and a stick are evidence, too", "[tool]") {
  CityRig rig;
  rig.fill(2, 9);
  REQUIRE(rig.ask({"heads", "-o", rig.file("heads.ndjson")}).status == 0);
  REQUIRE(rig.ask({"pull", "-o", rig.file("log.ndjson"), "--limit", "4"}).status == 0);
  REQUIRE(rig.ask({"pull", "-o", rig.file("log.csv"), "--format", "csv", "--limit", "4"}).status == 0);
  CHECK(rig.ask({"verify", rig.file("heads.ndjson"), rig.file("log.ndjson")}).status == 0);
  CHECK(rig.ask({"verify", rig.file("log.csv"), rig.file("heads.ndjson")}).status == 0);
  for (auto& log : rig.logs) {
    rig.write(log.station + "-a.batch", record::encode_batch(log.batch(0, 6)));
    rig.write(log.station + "-b.batch", record::encode_batch(log.batch(4, 5)));
  }
  const auto stick = rig.ask({"verify", rig.file("heads.ndjson"), rig.file("440902-001-a.batch"),
                              rig.file("440902-001-b.batch"), rig.file("440902-002-a.batch"), rig.file("440902-002-b.batch")});
  INFO(stick.out);
  CHECK(stick.status == 0);
  CHECK(rig.ask({"verify", rig.file("log.ndjson")}).status == 2);
  CHECK(rig.ask({"verify", rig.file("none.ndjson")}).status == 2);
}

TEST_CASE("faults are named with file and line", "[tool]") {
  CityRig rig;
  rig.fill(2, 10);
  REQUIRE(rig.ask({"export", rig.file("e")}).status == 0);
  auto lines = lines_of(rig.read("e/records.ndjson"));
  const auto verify = [&] {
    rig.write("e/records.ndjson", joined(lines));
    return rig.ask({"verify", rig.file("e")});
  };
  SECTION("a changed digit") {
    lines[4].replace(lines[4].find("\"rtt_ms\":") + 9, 1, "7");
    const auto ran = verify();
    CHECK(ran.status == 1);
    CHECK(ran.out.find("NOT VALID, 1 faults, 0 of 10 records proven\n  altered: records 0 to 9 are not what the station signed") !=
          std::string::npos);
    CHECK(ran.out.ends_with("NOT VALID: 1 faults in 1 of 2 logs\n"));
  }
  SECTION("a line that is no record any more") {
    lines[4] = "{" + lines[4];
    CHECK(verify().out.find("(" + rig.file("e/records.ndjson") + ":5)") != std::string::npos);
  }
  SECTION("a missing line") {
    lines.erase(lines.begin() + 4);
    CHECK(verify().out.find("  missing: record ") != std::string::npos);
  }
  SECTION("a foreign line") {
    lines.push_back("hello");
    CHECK(verify().out.find("not_a_record: this is no record line (" + rig.file("e/records.ndjson") + ":21)") != std::string::npos);
  }
  SECTION("a forged head") {
    auto heads = rig.read("e/heads.ndjson");
    heads.replace(heads.find("\\n10\\n"), 6, "\\n11\\n");
    rig.write("e/heads.ndjson", heads);
    CHECK(verify().out.find("  bad_checkpoint: ") != std::string::npos);
  }
  SECTION("another centre's key") {
    rig.write("centre.vkey", record::NoteKey{"centre-440902", rig.logs[0].key.public_key}.to_text());
    CHECK(verify().out.find("  bad_delegation: ") != std::string::npos);
  }
  SECTION("no key") {
    rig.write("centre.vkey", "rubbish");
    CHECK(verify().status == 2);
    CHECK(rig.run({"verify", rig.file("e")}).status == 2);
  }
}

TEST_CASE("a certificate is checked against the evidence", "[tool]") {
  CityRig rig;
  rig.fill(2, 4);
  auto& log = rig.logs[1];
  rules::CertificateText text{rules::certificate_number(log.station, central::test::noon(), 1), "R0001", "retrain-2", "3",
                              central::test::noon(), 95, "23fd5a8581f226a8", log.station, {}};
  char id[9];
  std::snprintf(id, sizeof id, "%08x", record::NoteKey{log.station, log.key.public_key}.id());
  text.key_id = id;
  const std::string qr = rules::sign_certificate(text, log.key);
  REQUIRE(rig.ask({"heads", "-o", rig.file("heads.ndjson")}).status == 0);
  REQUIRE(rig.ask({"pull", "-o", rig.file("log.ndjson")}).status == 0);
  const auto ran = rig.ask({"verify", rig.file("heads.ndjson"), rig.file("log.ndjson"), "--certificate", qr});
  CHECK(ran.status == 0);
  CHECK(ran.out.find("certificate " + text.number + ": signature valid; issued by station 440902-002 incarnation 1") != std::string::npos);
  CHECK(ran.out.find("its record is not among these lines") != std::string::npos);
  log.add("certificate.issued", "", R"({"course":"c","number":")" + text.number + R"(","text":")" + qr + R"("})");
  rig.push(log);
  CHECK(rig.ask({"verify", "--certificate", qr}).out.find("its record stands at line 9 of the pull") != std::string::npos);
  // The centre's own certificate in its place, and a list that says that it is void.
  rules::CertificateText own = text;
  std::snprintf(id, sizeof id, "%08x", rig.city.centre->keys().note.id());
  own.key_id = id;
  const std::string by_centre = rules::sign_certificate(own, rig.city.centre->keys().signing);
  CHECK(rig.ask({"verify", "--certificate", by_centre}).out.find("signature valid; issued by the centre for station 440902-002") != std::string::npos);
  const std::string list = R"({"number":")" + text.number + R"(","state":"void","reviewer":"desk 2","reason":"taken by somebody else"})" "\n";
  const auto voided = rig.ask({"verify", "--certificate", by_centre, "--revoked", rig.write("revoked.ndjson", list)});
  CHECK(voided.status == 1);
  CHECK(voided.out.find("certificate " + text.number + ": VOID; issued by") != std::string::npos);
  CHECK(voided.out.find("voided: taken by somebody else") != std::string::npos);
  const auto as_json = Json::parse(rig.ask({"verify", "--json", "--certificate", qr, "--revoked", rig.file("revoked.ndjson")}).out);
  CHECK(as_json["certificate"]["valid"] == false);
  CHECK(as_json["certificate"]["state"] == "void");
  std::string forged = qr;
  forged.replace(forged.find("|95|"), 4, "|99|");
  const auto refused = rig.ask({"verify", "--certificate", forged});
  CHECK(refused.status == 1);
  CHECK(refused.out.find("certificate: NOT VALID: ") != std::string::npos);
}
