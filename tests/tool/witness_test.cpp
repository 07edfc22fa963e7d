#include <nlohmann/json.hpp>

#include "tests/tool/rig.h"

using namespace station;
using namespace station::tool::test;
using Json = nlohmann::json;

namespace {

// The police, who have an auditor's token.
struct Police : CityRig {
  Police() { write("token", city.token(central::Role::auditor) + "\n"); }
  Ran look(std::vector<std::string> more = {}) {
    std::vector<std::string> line{"witness", "--state", file("seen"), "--key", file("witness.key"), "--name", "police.example"};
    line.insert(line.end(), more.begin(), more.end());
    return ask(line);
  }
  std::string witness_key(const Ran& ran) const { return ran.out.substr(ran.out.rfind(' ') + 1); }
};

}  // namespace

TEST_CASE("a witness signs what only grew, again and again", "[tool][city_log]") {
  Police rig;
  rig.fill(2, 150);
  const auto first = rig.look();
  INFO(first.out << first.err);
  REQUIRE(first.status == 0);
  CHECK(first.out.find("300 records, witnessed by police.example+") != std::string::npos);
  for (auto& log : rig.logs) {
    for (int i = 0; i < 40; ++i) log.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":2})");
    rig.push(log);
  }
  const auto second = rig.look();
  CHECK(second.status == 0);
  CHECK(second.out.find("380 records") != std::string::npos);
  CHECK(rig.witness_key(first) == rig.witness_key(second));
  const auto row = rig.ask({"witnesses"});
  CHECK(Json::parse(row.out)["size"] == 380);

  rig.write("police.vkey", rig.witness_key(first));
  const auto live = rig.ask({"verify", "--witness-key", rig.file("police.vkey")});
  INFO(live.out << live.err);
  CHECK(live.status == 0);
  CHECK(live.out.find("the city's log: valid, 380 records in the centre's order, 0 days closed, 380 records witnessed\n") !=
        std::string::npos);
}

TEST_CASE("a centre that rewrote what was witnessed is accused, and the proof is kept", "[tool][city_log]") {
  Police rig;
  rig.fill(1, 20);
  REQUIRE(rig.look().status == 0);
  const std::string seen = rig.read("seen");
  // The same centre with another history of the same city: its log has another content under the same origin.
  const auto& keys = rig.city.centre->keys();
  const auto honest = rig.network;
  auto head = record::open_checkpoint(seen, keys.note).value();
  std::uint64_t size = 25;
  rig.network = [&](const base::HttpRequest& request) -> Answer {
    if (request.target == "/v1/city/checkpoint") {
      auto lie = head;
      lie.size = size;
      lie.root[5] ^= 1;
      return base::HttpResponse{200, {}, record::sign_checkpoint(lie, keys.note.name, keys.signing)};
    }
    if (request.target.starts_with("/v1/city/consistency"))
      return base::HttpResponse{200, {}, R"({"from":20,"to":25,"proof":[")" + std::string(43, 'A') + R"(="]})"};
    return honest(request);
  };
  const auto rewritten = rig.look();
  CHECK(rewritten.status == 1);
  CHECK(rewritten.out.find("NOT CONSISTENT: the first 20 records are not those that were witnessed before") != std::string::npos);
  CHECK(rig.read("seen") == seen);
  CHECK(record::open_checkpoint(rig.read("seen.fault"), keys.note)->size == 25);
  size = 19;
  CHECK(rig.look().out.find("the city's log has shrunk from 20 to 19 records") != std::string::npos);
  head.origin = "rider-station-city/440902/ffff";
  size = 3;
  CHECK(rig.look().status == 1);
  CHECK(rig.look({"--new-log", "--keep"}).status == 0);
}

TEST_CASE("an export holds the city's own log, and a line that was moved or swapped between stations is found", "[tool][city_log]") {
  CityRig rig;
  rig.fill(2, 100);
  rig.city.clock.advance(std::chrono::hours(24));
  rig.city.centre->tick();
  REQUIRE(rig.ask({"export", rig.file("e")}).status == 0);
  const auto whole = rig.ask({"verify", rig.file("e"), "--json"});
  CHECK(whole.status == 0);
  CHECK(Json::parse(whole.out)["city_log"]["proven"] == 200);
  CHECK(Json::parse(whole.out)["city_log"]["days"] == 1);

  // Each station's log alone stays valid when lines of different stations change places.
  auto lines = central::test::lines_of(rig.read("e/records.ndjson"));
  std::size_t i = 0;
  while (lines[i].substr(0, 30) == lines[i + 1].substr(0, 30)) ++i;
  std::swap(lines[i], lines[i + 1]);
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  rig.write("e/records.ndjson", text);
  const auto swapped = rig.ask({"verify", rig.file("e"), "--json"});
  CHECK(swapped.status == 1);
  CHECK(Json::parse(swapped.out)["logs"][0]["valid"] == true);
  CHECK(Json::parse(swapped.out)["city_log"]["valid"] == false);

  auto notes = rig.read("e/city.notes");
  notes.replace(notes.find("440902-001 1 100"), 16, "440902-001 1 101");
  rig.write("e/city.notes", notes);
  CHECK(rig.ask({"verify", rig.file("e")}).out.find("its counts are not those that the centre signed") != std::string::npos);
}
