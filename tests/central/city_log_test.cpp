#include "sync/central/city_log.h"

#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;

namespace {

// The leaves of the whole city in the centre's order.
std::vector<base::Digest> leaves_of(City& city) {
  std::vector<base::Digest> out;
  for (const auto& line : city.pull()) out.push_back(record::leaf_hash(line));
  return out;
}

std::vector<base::Digest> proof_of(const Json& json) {
  std::vector<base::Digest> out;
  for (const auto& part : json.at("proof")) {
    const auto bytes = base::from_base64(part.get<std::string>());
    REQUIRE(bytes);
    REQUIRE(bytes->size() == 32);
    std::copy(bytes->begin(), bytes->end(), out.emplace_back().begin());
  }
  return out;
}

record::Checkpoint checkpoint(City& city) {
  const auto answer = city.get("/v1/city/checkpoint", Role::auditor);
  REQUIRE(answer.status == 200);
  return record::open_checkpoint(answer.body, city.centre->keys().note).value();
}

// 700 records of two stations, in turns: two full blocks and a part.
void fill(City& city, StationLog& one, StationLog& two) {
  for (int i = 0; i < 350; ++i)
    for (auto* log : {&one, &two}) log->add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":)" + std::to_string(i) + "}");
  for (std::uint64_t from = 0; from < 350; from += 50)
    for (auto* log : {&one, &two}) REQUIRE(city.send(log->push(from, 50)).status == 200);
}

}  // namespace

TEST_CASE("the city's log is a Merkle tree over every record in the centre's order", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  CHECK(checkpoint(city).size == 0);
  fill(city, one, two);
  const auto leaves = leaves_of(city);
  const auto head = checkpoint(city);
  CHECK(head.origin.starts_with("rider-station-city/440902/"));
  CHECK(head.size == 700);
  CHECK(head.root == record::root_of(0, 700, [&](std::uint64_t i) { return leaves[i]; }));
  city.restart();
  CHECK(checkpoint(city).root == head.root);
}

TEST_CASE("every record is proven to be in the city's log, at any size after it", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  fill(city, one, two);
  const auto leaves = leaves_of(city);
  for (const std::uint64_t size : {1u, 100u, 256u, 257u, 512u, 699u, 700u}) {
    const auto root = record::root_of(0, size, [&](std::uint64_t i) { return leaves[i]; });
    for (const std::uint64_t seq : {0u, 49u, 128u, 349u}) {
      const auto answer = city.get("/v1/city/inclusion?station=440902-001&inc=1&seq=" + std::to_string(seq) +
                                   "&size=" + std::to_string(size));
      const auto index = seq / 50 * 100 + seq % 50;
      if (index >= size) {
        CHECK(answer.status == 404);
        continue;
      }
      const Json json = Json::parse(answer.body);
      CHECK(json["index"] == index);
      CHECK(record::verify_inclusion(index, size, record::leaf_hash(one.lines[seq]), proof_of(json), root));
    }
  }
  CHECK(city.get("/v1/city/inclusion?station=440902-001&inc=1&seq=350").status == 404);
  CHECK(city.get("/v1/city/inclusion?station=440902-003&inc=1&seq=0").status == 404);
}

TEST_CASE("any two heads of the city's log are proven to be one history", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  fill(city, one, two);
  const auto leaves = leaves_of(city);
  const auto root = [&](std::uint64_t size) {
    return record::root_of(0, size, [&](std::uint64_t i) { return leaves[i]; });
  };
  for (const std::uint64_t from : {1u, 3u, 255u, 256u, 257u, 512u, 600u, 700u})
    for (const std::uint64_t to : {1u, 256u, 300u, 512u, 513u, 700u}) {
      if (from > to) continue;
      const Json json = Json::parse(
          city.get("/v1/city/consistency?from=" + std::to_string(from) + "&to=" + std::to_string(to)).body);
      CHECK(record::verify_consistency(from, to, root(from), root(to), proof_of(json)));
      if (from < to) CHECK_FALSE(record::verify_consistency(from, to, root(from), root(from), proof_of(json)));
    }
  CHECK(city.get("/v1/city/consistency?from=1&to=701").status == 400);
  CHECK(city.get("/v1/city/consistency?from=9&to=5").status == 400);
}

TEST_CASE("what is refused leaves no trace in the city's log", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  for (int i = 0; i < 3; ++i)
    for (auto* log : {&one, &two}) log->add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":1})");
  auto spoiled = two.batch(0, 3);
  spoiled.lines[1].back() = ' ';
  const std::vector<HttpRequest> group{
      one.push(0, 2), {"POST", "/v1/log", {}, record::encode_batch(spoiled), two.station}, one.push(2, 1), two.push(0, 3)};
  const auto answers = city.centre->handle(group);
  CHECK(answers[1].status == 422);
  const auto leaves = leaves_of(city);
  REQUIRE(leaves.size() == 6);
  CHECK(checkpoint(city).root == record::root_of(0, 6, [&](std::uint64_t i) { return leaves[i]; }));
}

TEST_CASE("a store without a city log gets one when it is opened", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  fill(city, one, two);
  const auto head = checkpoint(city);
  REQUIRE(city.centre->transact([](Work& work) {
    work.store.prepared("DELETE FROM city_log").done();
    work.store.prepared("DELETE FROM city_block").done();
  }));
  city.restart();
  CHECK(checkpoint(city).root == head.root);
  CHECK(checkpoint(city).size == 700);
}

TEST_CASE("a witness' signature is kept when it is of a head of this log", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  fill(city, one, two);
  base::SeededRandom random(8);
  const auto key = base::new_signing_key(random);
  const std::string head = city.get("/v1/city/checkpoint").body;
  const std::string auditor = city.token(Role::auditor);
  const auto hand_in = [&](const std::string& note, const std::string& name) {
    return city.send({"POST", "/v1/city/witness?name=" + name, {{"authorization", "Bearer " + auditor}}, note, {}}).status;
  };
  CHECK(hand_in(head, "police.example") == 400);  // without a signature of that name
  CHECK(hand_in(record::cosign_note(head, "police.example", key), "police.example") == 200);
  const auto& centre = city.centre->keys();
  auto other = record::open_checkpoint(head, centre.note).value();
  other.root[0] ^= 1;
  const auto forged = record::sign_checkpoint(other, centre.note.name, centre.signing);
  CHECK(hand_in(record::cosign_note(forged, "police.example", key), "police.example") == 409);
  CHECK(hand_in("rubbish", "police.example") == 400);
  const Json row = Json::parse(lines_of(city.get("/v1/city/witnesses").body).at(0));
  CHECK(row["name"] == "police.example");
  CHECK(row["size"] == 700);
  CHECK(record::open_checkpoint(row["note"].get<std::string>(), {"police.example", key.public_key}));
}

TEST_CASE("each day ends with signed counts of every station's log", "[central][city_log]") {
  City city;
  auto one = city.enrol("440902-001"), two = city.enrol("440902-002");
  one.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":1})");
  city.send(one.push_all());
  CHECK(lines_of(city.get("/v1/city/days").body).empty());
  city.clock.advance(std::chrono::hours(24));
  two.add("clock.anchored", "", R"({"offset_ms":1,"rtt_ms":1})");
  city.send(two.push_all());  // with it the day is over: in the same transaction
  city.clock.advance(std::chrono::hours(24));
  city.centre->tick();
  const auto days = lines_of(city.get("/v1/city/days").body);
  REQUIRE(days.size() == 2);
  const Json first = Json::parse(days[0]), second = Json::parse(days[1]);
  CHECK(first["day"] == "2026-11-24");
  CHECK(second["counts"] == "440902-001 1 1\n440902-002 1 1\n");
  const auto text = record::open_note(second["note"].get<std::string>(), city.centre->keys().note);
  REQUIRE(text);
  const auto lines = lines_of(*text);
  REQUIRE(lines.size() == 5);
  CHECK(lines[1] == "2026-11-25");
  CHECK(lines[2] == "2");
  CHECK(lines[4] == base::to_base64(base::sha256(base::as_bytes(second["counts"].get<std::string>()))));
}
