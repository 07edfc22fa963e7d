#include <nlohmann/json.hpp>

#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;

namespace {

struct Desk {
  City city;
  std::string first = city.token(Role::administrator);
  std::string second = city.centre->new_token(Role::administrator, "second desk", std::chrono::hours(900)).value();
  StationLog log = city.enrol("440902-007");

  HttpResponse post(const std::string& token, const std::string& target, const std::string& body = {}) {
    return city.send({"POST", target, {{"authorization", "Bearer " + token}}, body, {}});
  }
  std::string subject() { return Json::parse(post(first, "/v1/riders/subject", R"({"rider":"R1"})").body).value("subject", ""); }
  std::string feed() { return city.feed("440902-007", 0, "&limit=1000").body; }

  Desk() {
    post(first, "/v1/riders", "rider,name,cards,login\nR1,Master Wang,04A1B2C3,13800000001\n");
    const std::string rider = subject();
    log.add("visit.checked_in", rider, R"({"visit":"v1","method":"card"})");
    log.add("points.earned", rider, R"({"transfer":"t1","points":5,"reason":"check_in","ref":"2026-11-24"})");
    city.send(log.push_all());
  }
  std::string propose() {
    return Json::parse(post(first, "/v1/riders/erase", R"({"rider":"R1","reason":"left the city"})").body)["proposal"];
  }
};

}  // namespace

TEST_CASE("a rider gets everything that is kept of him", "[central]") {
  Desk desk;
  const Json all = Json::parse(desk.post(desk.first, "/v1/riders/export", R"({"rider":"R1"})").body);
  CHECK(all["subject"] == desk.subject());
  CHECK(all["balance"] == 5);
  CHECK(all["visits"][0]["station"] == "440902-007");
  CHECK(all["transfers"][0]["reason"] == "check_in");
  CHECK(desk.post(desk.first, "/v1/riders/export", R"({"rider":"R2"})").status == 404);
  CHECK(desk.city.get("/v1/audit").body.find("riders.export") != std::string::npos);
}

TEST_CASE("one person proposes an erasure, another carries it out, and the log stays valid", "[central]") {
  Desk desk;
  const auto lines = desk.city.pull();
  CHECK(desk.feed().find("Master Wang") != std::string::npos);
  const std::string id = desk.propose();
  CHECK_FALSE(desk.subject().empty());  // nothing has happened yet
  const auto alone = desk.post(desk.first, "/v1/proposals/" + id + "/approve");
  CHECK(alone.status == 403);
  CHECK(alone.body.find("second person") != std::string::npos);
  CHECK(desk.post(desk.second, "/v1/proposals/" + id + "/approve").status == 200);
  CHECK(desk.subject().empty());
  CHECK(desk.feed().find("Master Wang") == std::string::npos);
  CHECK(desk.feed().find("rider.remove") != std::string::npos);
  CHECK(desk.city.pull() == lines);
  CHECK(desk.post(desk.second, "/v1/proposals/" + id + "/approve").status == 409);
  // The card is free again.
  CHECK(desk.post(desk.first, "/v1/riders", "rider,name,cards\nR5,Li,04A1B2C3\n").body.find("\"imported\":1") != std::string::npos);
  const std::string audit = desk.city.get("/v1/audit").body;
  CHECK(audit.find("riders.erase.proposed") != std::string::npos);
  CHECK(audit.find("riders.erase.approved") != std::string::npos);
}

TEST_CASE("a proposal that was rejected or grew old does nothing", "[central]") {
  Desk desk;
  const std::string rejected = desk.propose(), old = desk.propose();
  CHECK(desk.post(desk.second, "/v1/proposals/" + rejected + "/reject").status == 200);
  CHECK(desk.post(desk.second, "/v1/proposals/" + rejected + "/approve").status == 409);
  desk.city.clock.advance(std::chrono::hours(24 * 8));
  const auto late = desk.post(desk.second, "/v1/proposals/" + old + "/approve");
  CHECK(late.status == 409);
  CHECK(late.body.find("seven days") != std::string::npos);
  CHECK(desk.post(desk.second, "/v1/proposals/0000/approve").status == 404);
  CHECK_FALSE(desk.subject().empty());
}
