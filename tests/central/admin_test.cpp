#include <nlohmann/json.hpp>
#include <set>

#include "sync/central/rider_import.h"
#include "sync/central/riders.h"
#include "sync/record/feed.h"
#include "sync/record/pack.h"
#include "sync/record/pack_signature.h"
#include "sync/record/types.h"
#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;

namespace {

// A desk with a token of one role.
struct Desk {
  City& city;
  std::string token;
  Desk(City& c, Role role = Role::administrator) : city(c), token(c.token(role)) {}

  HttpRequest request(const std::string& method, const std::string& target, const std::string& body = {}) const {
    return {method, target, {{"authorization", "Bearer " + token}}, body, {}};
  }
  HttpResponse send(const std::string& method, const std::string& target, const std::string& body = {}) const {
    return city.send(request(method, target, body));
  }
  Json post(const std::string& target, const std::string& body, int status = 200) const {
    const auto answer = send("POST", target, body);
    INFO(answer.body);
    REQUIRE(answer.status == status);
    return Json::parse(answer.body);
  }
};

std::vector<record::FeedEntry> entries_of(City& city, const std::string& station, std::string_view type) {
  std::vector<record::FeedEntry> out;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    const auto lines = lines_of(city.feed(station, after).body);
    const Json trailer = Json::parse(lines.back());
    more = trailer["more"];
    after = trailer["cursor"];
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      const auto entry = record::open_feed_line(lines[i], city.centre->keys().note);
      if (!entry) FAIL(entry.error().message);
      if (entry->type == type) out.push_back(*entry);
    }
  }
  return out;
}

const std::string kHead = "rider,name,cards,login,pin,last4,role\n";
const std::string kRiders =
    kHead + "R1,Wang,04A1B2C3D4E5F6,13812341207,739154,,\nR2,Li,04:A1:B2:C3:D4:E5:F7;0102030405,,,77,\n";

Json rejected(const Json& answer) {
  return answer.at("rejected");
}

}  // namespace

TEST_CASE("a roster comes in once, as pseudonyms, and says nothing when it comes again", "[central]") {
  City city;
  city.enrol("440902-001");
  const Desk desk(city);
  const Json first = desk.post("/v1/riders", kRiders);
  CHECK(first["imported"] == 2);
  CHECK(first["rejected"].empty());
  const auto entries = entries_of(city, "440902-001", record::kFeedRider);
  REQUIRE(entries.size() == 2);
  const auto& keys = city.centre->keys();
  const Json body = Json::parse(entries[0].body);
  CHECK(body["subject"] == base::pseudonym(keys.roster_key, "rider", "R1"));
  CHECK(body["name"] == "Wang");
  CHECK(body["cards"] == Json{base::pseudonym(keys.roster_key, "card", "04A1B2C3D4E5F6")});
  CHECK(body["login"] == base::pseudonym(keys.roster_key, "login", "13812341207"));
  CHECK(body["last4"] == "1207");
  CHECK(base::check_pin(keys.pin_pepper, "739154", body["pin"]));
  CHECK_FALSE(base::check_pin(keys.pin_pepper, "739155", body["pin"]));
  for (const char* secret : {"13812341207", "739154", "04A1B2C3D4E5F6", "\"R1\""})
    CHECK(entries[0].body.find(secret) == std::string::npos);

  const Json again = desk.post("/v1/riders", kRiders);
  CHECK(again["imported"] == 0);
  CHECK(again["unchanged"] == 2);
  CHECK(entries_of(city, "440902-001", record::kFeedRider).size() == 2);
}

TEST_CASE("an empty PIN leaves it, a dash takes it away, another one replaces it", "[central]") {
  City city;
  city.enrol("440902-001");
  const Desk desk(city);
  const auto pin_now = [&] {
    return Json::parse(entries_of(city, "440902-001", record::kFeedRider).back().body)["pin"].get<std::string>();
  };
  const auto import = [&](const std::string& pin) {
    return desk.post("/v1/riders", kHead + "R1,Wang,04A1B2C3,,\"" + pin + "\",,\n");
  };
  import("739154");
  const std::string first = pin_now();
  CHECK(import("")["unchanged"] == 1);
  CHECK(import(first)["unchanged"] == 1);
  CHECK(import("407318")["imported"] == 1);
  CHECK(pin_now() != first);
  CHECK(import("-")["imported"] == 1);
  CHECK(pin_now().empty());
}

TEST_CASE("every bad row of a roster is named with its reason, and the good ones count", "[central]") {
  City city;
  const Desk desk(city);
  const std::vector<std::pair<std::string, std::string>> rows{
      {",Wang,04A1B2C3,,,,", "rider: must be 1 to 64 bytes"},
      {"R3,,04A1B2C3,,,,", "name: must be 1 to 64 bytes"},
      {"R3,Wang,04A1B2,,,,", "cards: at most 8 card numbers in hex (4 to 10 bytes), separated by \";\""},
      {"R3,Wang,not hex,,,,", "cards: at most 8 card numbers in hex (4 to 10 bytes), separated by \";\""},
      {"R3,Wang,,12x4,,,", "login: 4 to 20 digits, or empty"},
      {"R3,Wang,,,,,", "neither a card nor a login"},
      {"R3,Wang,,13812341207,1234,,", "pin: "},
      {"R3,Wang,,13812341207,123456,,", "pin: "},
      {"R3,Wang,,13812349536,349536,,", "pin: "},
      {"R3,Wang,04A1B2C3,,,12345,", "last4: at most 4 letters or digits"},
      {"R3,Wang,04A1B2C3,,,,king", "role: rider or maintainer, or empty"},
      {"R3,Wang,04A1B2C3", "3 columns instead of 7"},
      {"R3,W\xC4\xE3,04A1B2C3,,,,", "name: not UTF-8; save the file as \"CSV UTF-8\""},
      {"R3,\"Wang,04A1B2C3,,,,", "a quoted field is not closed"},
      {"R1,Wang,04A1B2C3,,,,", "rider: stands in row 2 already"},
      {"R4,Zhao,04A1B2C3D4E5F6,,,,", "cards: one of them belongs to another rider already"},
      {"R5,Zhao,,13812341207,,,", "login: belongs to another rider already"},
  };
  std::string file = kHead + "R1,Wang,04A1B2C3D4E5F6,13812341207,,,\n";
  for (const auto& [row, reason] : rows) file += row + "\n";
  file += "R9,Sun,0909090909,,,,maintainer\n";
  const Json answer = desk.post("/v1/riders", file);
  CHECK(answer["imported"] == 2);
  REQUIRE(rejected(answer).size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].first);
    CHECK(rejected(answer)[i]["row"] == i + 3);
    CHECK(rejected(answer)[i]["reason"].get<std::string>().starts_with(rows[i].second));
  }
  const auto header = desk.send("POST", "/v1/riders", "rider,name\nR1,Wang\n");
  CHECK(header.status == 400);
  CHECK(Json::parse(header.body)["error"] ==
        "row 1: the column cards is missing; expected rider,name,cards and optionally login,pin,last4,role");
}

TEST_CASE("a dry run tells everything and changes nothing", "[central]") {
  City city;
  city.enrol("440902-001");
  const Desk desk(city);
  const Json dry = desk.post("/v1/riders?dry_run=1", kRiders);
  CHECK(dry["imported"] == 2);
  CHECK(dry["dry_run"] == true);
  CHECK(entries_of(city, "440902-001", record::kFeedRider).empty());
  CHECK(desk.post("/v1/riders", kRiders)["imported"] == 2);
  const std::string violations = "id,rider,code,at,place\nV1,R1,2004,2026-11-20 14:03,Main road\n";
  const Json tried = desk.post("/v1/violations?dry_run=1", violations);
  CHECK(tried["imported"] == 1);
  CHECK(tried["courses"].size() == 1);
  CHECK(lines_of(desk.send("GET", "/v1/courses").body).empty());
  CHECK(desk.post("/v1/violations", violations)["imported"] == 1);
  CHECK(desk.send("POST", "/v1/riders?dry_run=perhaps", kRiders).status == 400);
}

TEST_CASE("a large roster taken in parts gives the same answer as in one", "[central]") {
  City whole, parted;
  std::string file = kHead;
  for (int i = 0; i < 5'000; ++i) {
    const std::string n = std::to_string(i);
    if (i % 700 == 13) file += "\r\n";
    if (i % 900 == 17) file += "R" + n + ",\"broken,,,,,\n";
    if (i % 1'100 == 5) file += "R3,again,0101010101,,,,\n";
    file += "R" + n + ",\"Name, " + n + "\",," + std::to_string(10'000'000 + i) + "," + (i % 500 == 7 ? "739154" : "") +
            "," + (i % 1'300 == 9 ? "too long" : "") + ",\n";
  }
  const Desk at_whole(whole), at_parted(parted);
  RiderImport import(at_parted.request("POST", "/v1/riders", file), parted.centre->keys(), base::PinCost::test, 1'000);
  int parts = 0;
  while (auto part = import.next()) {
    ++parts;
    CHECK(part->body.find("739154") == std::string::npos);
    import.take(parted.send(*part));
  }
  CHECK(parts >= 5);
  const Json one = at_whole.post("/v1/riders", file), many = Json::parse(import.answer().body);
  CHECK(many["imported"] == one["imported"]);
  CHECK(many["imported"].get<int>() > 4'900);
  CHECK(many["rejected_rows"] == one["rejected_rows"]);
  std::set<std::size_t> rows_one, rows_many;
  for (const auto& r : one["rejected"]) rows_one.insert(r["row"].get<std::size_t>());
  for (const auto& r : many["rejected"]) rows_many.insert(r["row"].get<std::size_t>());
  CHECK(rows_many == rows_one);

  RiderImport again(at_parted.request("POST", "/v1/riders", file), parted.centre->keys(), base::PinCost::test);
  while (auto part = again.next()) again.take(parted.send(*part));
  CHECK(Json::parse(again.answer().body)["imported"] == 0);

  RiderImport refused({"POST", "/v1/riders", {}, file, {}}, parted.centre->keys(), base::PinCost::test);
  while (auto part = refused.next()) refused.take(parted.send(*part));
  CHECK(refused.answer().status == 401);
}

TEST_CASE("every bad row of a police file is named with its reason, and nothing counts twice", "[central]") {
  City city;
  const Desk desk(city);
  desk.post("/v1/riders", kRiders);
  const std::vector<std::pair<std::string, std::string>> rows{
      {"V1,R9,2004,2026-11-20 14:03,x", "rider: nobody of this number is in the roster"},
      {"V2,,2004,2026-11-20 14:03,x", "rider: is empty"},
      {"V3,R1,1999,2026-11-20 14:03,x", "code: 1999 is in no list of violations"},
      {"V4,R1,2004,yesterday,x", "at: no time; expected 2026-11-20T14:03:00+08:00 or 2026-11-20 14:03"},
      {"V5,R1,2004,2026-11-31 14:03,x", "at: no time; expected 2026-11-20T14:03:00+08:00 or 2026-11-20 14:03"},
      {"V6,R1,2004,2026-11-25 14:03,x", "at: lies in the future"},
      {"V7,R1,2004,2024-01-01 14:03,x", "at: lies more than 730 days back"},
      {",R1,2004,2026-11-20 14:03,x", "id: must be 1 to 64 bytes"},
      {"V8,R1,2004,2026-11-20 14:03," + std::string(201, 'x'), "place: more than 200 bytes"},
      {"V9,R1,2004,2026-11-20 14:03", "4 columns instead of 5"},
      {"V0,R1,2004,2026-11-20 14:03,\"a\"b", "text follows a quoted field"},
      {"G1,R2,2004,2026-11-20 14:03,x", "id: stands for another violation already"},
  };
  std::string file = "\xEF\xBB\xBFid,rider,code,at,place\r\nG1,R1,2004,2026-11-20 14:03,\"Main, road\"\r\n";
  for (const auto& [row, reason] : rows) file += row + "\r\n";
  file += "G2,R1,2007,2026/11/21 14:03:05,\r\nG3,R2,2007,2026-11-21T06:03:05Z,\r\n";
  const Json answer = desk.post("/v1/violations", file);
  CHECK(answer["imported"] == 3);
  CHECK(answer["courses"].size() == 2);
  REQUIRE(rejected(answer).size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].first);
    CHECK(rejected(answer)[i] == Json{{"row", i + 3}, {"reason", rows[i].second}});
  }
  const Json again = desk.post("/v1/violations", file);
  CHECK(again["imported"] == 0);
  CHECK(again["unchanged"] == 3);
  CHECK(again["courses"].empty());
  const Json gone = desk.post("/v1/violations/G3/withdraw", R"({"reason":"mistaken identity"})");
  CHECK(gone["courses"].size() == 1);
  CHECK(gone["courses"][0]["withdrawn"] == true);
  CHECK(desk.send("POST", "/v1/violations/G9/withdraw", R"({"reason":"x"})").status == 404);
  CHECK(desk.send("POST", "/v1/violations/G1/withdraw", R"({})").status == 400);
}

TEST_CASE("a throttle waits for a named reviewer", "[central]") {
  City city;
  city.enrol("440902-001");
  const Desk desk(city), reviewer(city, Role::reviewer);
  desk.post("/v1/riders", kRiders);
  desk.post("/v1/violations",
            "id,rider,code,at,place\nV1,R1,2004,2026-11-01 10:00,x\nV2,R1,2007,2026-11-02 10:00,x\n"
            "V3,R1,2012,2026-11-03 10:00,x\n");
  const auto waiting = lines_of(reviewer.send("GET", "/v1/reviews").body);
  REQUIRE(waiting.size() == 1);
  const std::string course = Json::parse(waiting[0])["course"];
  const std::string decision = R"({"decision":"dismiss","reason":"the officer withdrew one of the reports"})";
  CHECK(desk.send("POST", "/v1/courses/" + course + "/review", decision).status == 403);
  CHECK(reviewer.send("POST", "/v1/courses/" + course + "/review", R"({"decision":"dismiss","reason":""})").status ==
        400);
  reviewer.post("/v1/courses/" + course + "/review", decision);
  CHECK(lines_of(reviewer.send("GET", "/v1/reviews").body).empty());
  CHECK(entries_of(city, "440902-001", record::kFeedReview).size() == 1);
}

TEST_CASE("riders are removed, and unlocked at one station", "[central]") {
  City city;
  city.enrol("440902-001");
  city.enrol("440902-002");
  const Desk desk(city);
  desk.post("/v1/riders", kRiders);
  desk.post("/v1/riders/unlock", R"({"rider":"R1","station":"440902-002"})");
  CHECK(entries_of(city, "440902-001", record::kFeedUnlock).empty());
  CHECK(entries_of(city, "440902-002", record::kFeedUnlock).size() == 1);
  desk.post("/v1/riders/remove", R"({"rider":"R1"})");
  CHECK(entries_of(city, "440902-001", record::kFeedRiderRemoved).size() == 1);
  CHECK(desk.send("POST", "/v1/riders/remove", R"({"rider":"R1"})").status == 404);
  // The card is free for somebody else, and the same person can come back.
  CHECK(desk.post("/v1/riders", kHead + "R5,Zhao,04A1B2C3D4E5F6,,,,\n")["imported"] == 1);
  CHECK(desk.post("/v1/riders", kHead + "R1,Wang,,13812341207,,,\n")["imported"] == 1);
}

TEST_CASE("a pack is published once, only if its content is good, and versions only rise", "[central]") {
  City city;
  city.enrol("440902-001");
  const Desk desk(city);
  const auto pack = record::build_pack(std::filesystem::path(STATION_SOURCE_DIR) / "assets");
  REQUIRE(pack);
  const Json first = desk.post("/v1/packs", *pack);
  CHECK(first["unchanged"] == false);
  CHECK(desk.post("/v1/packs", *pack)["unchanged"] == true);
  const auto entries = entries_of(city, "440902-001", record::kFeedPack);
  REQUIRE(entries.size() == 1);
  CHECK(Json::parse(entries[0].body)["sha256"] == first["sha256"]);
  CHECK(city.send({"GET", "/v1/packs/" + first["sha256"].get<std::string>(), {}, {}, "440902-001"}).body == record::sign_pack(*pack, city.centre->keys().note.name, city.centre->keys().signing));

  CHECK(desk.send("POST", "/v1/packs", "no pack").status == 422);
  CHECK(desk.send("POST", "/v1/packs", pack->substr(0, pack->size() / 2)).status == 422);
  auto files = record::unpack(*pack)->files;
  for (auto& [name, text] : files)
    if (const auto at = text.find("summary"); name.starts_with("lessons/") && at != std::string::npos) {
      text.insert(text.find(':', at) + 1, " ");
      break;
    }
  const auto other = record::build_pack(files);
  REQUIRE(other);
  const auto same_version = desk.send("POST", "/v1/packs", *other);
  CHECK(same_version.status == 409);
}

TEST_CASE("every role may do its own and no more", "[central]") {
  City city;
  city.enrol("440902-001");
  const std::vector<std::pair<std::string, std::set<Role>>> routes{
      {"GET /v1/records", {Role::administrator, Role::auditor}},
      {"GET /v1/heads", {Role::administrator, Role::auditor}},
      {"GET /v1/audit", {Role::administrator, Role::auditor}},
      {"GET /v1/tokens", {Role::administrator}},
      {"POST /v1/tokens", {Role::administrator}},
      {"POST /v1/riders", {Role::administrator}},
      {"POST /v1/violations", {Role::administrator}},
      {"POST /v1/packs", {Role::administrator}},
      {"POST /v1/enrol-tokens", {Role::administrator}},
      {"POST /v1/stations/440902-001/revoke", {Role::administrator}},
      {"GET /v1/courses", {Role::administrator, Role::reviewer}},
      {"GET /v1/reviews", {Role::administrator, Role::reviewer}},
      {"POST /v1/courses/c1/review", {Role::reviewer}},
  };
  for (const auto role : {Role::administrator, Role::reviewer, Role::auditor, Role::platform}) {
    const Desk desk(city, role);
    for (const auto& [route, allowed] : routes) {
      INFO(to_string(role) << " " << route);
      const auto blank = route.find(' ');
      const int status = desk.send(route.substr(0, blank), route.substr(blank + 1)).status;
      CHECK((status == 403) == !allowed.contains(role));
    }
  }
  for (const auto& [route, allowed] : routes) {
    INFO(route);
    const auto blank = route.find(' ');
    HttpRequest request{route.substr(0, blank), route.substr(blank + 1), {}, {}, {}};
    CHECK(city.send(request).status == 401);
    request.headers = {{"authorization", "Bearer guessed"}};
    CHECK(city.send(request).status == 401);
    request.headers.clear();
    request.peer = "440902-001";
    CHECK(city.send(request).status == 403);
  }
}

TEST_CASE("tokens are added, listed without their secret, and end by revocation or time", "[central]") {
  City city;
  const Desk desk(city);
  const Json made = desk.post("/v1/tokens", R"({"role":"auditor","name":"city audit","valid_h":2})");
  const auto try_it = [&] {
    return city.send({"GET", "/v1/heads", {{"authorization", "Bearer " + made["token"].get<std::string>()}}, {}, {}})
        .status;
  };
  CHECK(try_it() == 200);
  const std::string list = desk.send("GET", "/v1/tokens").body;
  CHECK(list.find("city audit") != std::string::npos);
  CHECK(list.find(made["token"].get<std::string>()) == std::string::npos);
  city.clock.advance(std::chrono::hours(3));
  CHECK(try_it() == 401);

  const Json other = desk.post("/v1/tokens", R"({"role":"administrator","name":"second desk"})");
  const Desk second = [&] {
    Desk d(city);
    d.token = other["token"];
    return d;
  }();
  CHECK(second.send("GET", "/v1/heads").status == 200);
  CHECK(desk.send("DELETE", "/v1/tokens/" + other["id"].get<std::string>()).status == 200);
  CHECK(second.send("GET", "/v1/heads").status == 401);
  CHECK(desk.send("DELETE", "/v1/tokens/0123456789abcdef").status == 404);
  CHECK(desk.send("DELETE", "/v1/tokens/x").status == 404);
  for (const char* bad : {"", "[]", "{}", R"({"role":"king","name":"x"})", R"({"role":"auditor","name":""})",
                          R"({"role":"auditor","name":"x","valid_h":0})", R"({"role":"auditor","name":"x\n"})"})
    CHECK(desk.send("POST", "/v1/tokens", bad).status == 400);

  std::string actions;
  for (const auto& line : lines_of(desk.send("GET", "/v1/audit").body))
    if (const Json row = Json::parse(line); row.contains("action")) actions += row["action"].get<std::string>() + " ";
  CHECK(actions == "token.add token.add token.revoke ");
}

TEST_CASE("the last administrator cannot lock everybody out", "[central]") {
  City city;
  const Desk desk(city);
  const Json row = Json::parse(lines_of(desk.send("GET", "/v1/tokens").body).front());
  CHECK(desk.send("DELETE", "/v1/tokens/" + row["id"].get<std::string>()).status == 409);
  CHECK(desk.send("GET", "/v1/tokens").status == 200);
}
