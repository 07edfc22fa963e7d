#include "sync/client/puller.h"

#include "sync/record/feed.h"
#include "tests/client/world.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;
using namespace std::chrono_literals;

namespace {

const base::SigningKey kCentre = key_number(2);
const std::string kCentreName = "centre/4409";

std::string line(std::uint64_t pos, const std::string& scope = "city", const base::SigningKey& key = kCentre) {
  return record::sign_feed_line({pos, scope, "rider.remove", noon(), R"({"subject":"x"})"}, kCentreName, key) + "\n";
}
std::string trailer(std::size_t n, bool more = false, std::uint64_t cursor = 0) {
  return R"({"cursor":)" + std::to_string(cursor) + R"(,"more":)" + (more ? "true" : "false") + R"(,"n":)" +
         std::to_string(n) + "}\n";
}

struct World {
  base::ManualClock clock{noon()};
  base::SeededRandom random{5};
  ScriptedTransport net;
  MemoryFeed feed;
  Puller puller{"440902-007", feed, net, clock, random, {kCentreName, kCentre.public_key}};

  void step_and_wait() {
    const auto due = puller.step();
    if (due > clock.mono()) clock.advance(due - clock.mono());
  }
};

using Positions = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("entries are applied once, in order, and the next question starts behind them", "[sync]") {
  World w;
  w.net.script = {reply(200, line(1) + line(4, "station:440902-007") + trailer(2, true)),
                  reply(200, line(9) + trailer(1)), reply(200, trailer(0))};
  CHECK(w.puller.step() == w.clock.mono());
  CHECK(w.puller.step() == w.clock.mono());
  CHECK(w.puller.step() == w.clock.mono() + 5s);
  CHECK(w.feed.applied == Positions{1, 4, 9});
  CHECK(w.feed.transactions == 2);
  CHECK(w.net.requests[0].target == "/v1/feed?after=0&limit=500&wait=0");
  CHECK(w.net.requests[1].target == "/v1/feed?after=4&limit=500&wait=0");
  CHECK(w.net.requests[2].target == "/v1/feed?after=9&limit=500&wait=0");
  CHECK(w.puller.cursor() == 9);
  CHECK(w.puller.state().last_success == noon());
}

TEST_CASE("a long poll gives the centre time to answer and asks again at once", "[sync]") {
  World w;
  w.net.script = {reply(200, trailer(0))};
  CHECK(w.puller.step(25s) == w.clock.mono());
  CHECK(w.net.requests[0].target == "/v1/feed?after=0&limit=500&wait=25");
  CHECK(w.net.limits[0] == 55s);
}

TEST_CASE("a stream cut anywhere applies only whole signed entries and is repeated", "[sync]") {
  const std::string whole = line(1) + line(2) + line(3) + trailer(3);
  const std::size_t first = line(1).size(), second = first + line(2).size(), third = second + line(3).size();
  for (std::size_t cut = 0; cut < whole.size(); cut += cut + 7 < whole.size() ? 7 : 1) {
    INFO("cut after " << cut);
    World w;
    w.net.script = {reply(200, whole.substr(0, cut))};
    w.step_and_wait();
    const std::size_t entries = cut >= third ? 3 : cut >= second ? 2 : cut >= first ? 1 : 0;
    REQUIRE(w.feed.applied.size() == entries);
    REQUIRE(w.puller.state().trouble == SyncTrouble::cut);
    w.net.otherwise = [&](const base::HttpRequest&) -> Answer {
      std::string rest;
      for (std::uint64_t p = w.feed.at + 1; p <= 3; ++p) rest += line(p);
      return base::HttpResponse{200, {}, rest + trailer(3 - w.feed.at)};
    };
    w.step_and_wait();
    REQUIRE(w.feed.applied == Positions{1, 2, 3});
    REQUIRE(w.puller.state().trouble == SyncTrouble::none);
  }
}

TEST_CASE("a lying centre's lines are not applied", "[sync]") {
  struct Case {
    const char* what;
    std::string body;
    Positions applied;
  };
  const std::string good = line(11);
  std::string tampered = line(12);
  tampered.replace(tampered.find("\"x\""), 3, "\"y\"");
  const std::vector<Case> cases{
      {"signed by another key", good + line(12, "city", key_number(9)) + trailer(2), {11}},
      {"changed after signing", good + tampered + trailer(2), {11}},
      {"meant for another station", good + line(12, "station:440902-008") + trailer(2), {11}},
      {"going back", good + line(11) + trailer(2), {11}},
      {"before the cursor", line(10) + trailer(1), {}},
      {"long before the cursor", line(3) + trailer(1), {}},
      {"unsigned",
       R"({"pos":12,"scope":"city","type":"rider.remove","at":"x","body":{}})"
       "\n" +
           trailer(1),
       {}},
      {"trailer in the middle", good + trailer(1) + line(12), {11}},
      {"neither entry nor trailer", good + "hello\n" + trailer(1), {11}},
      {"more to come but nothing sent", trailer(0, true), {}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    World w;
    w.feed.at = 10;
    w.net.script = {reply(200, c.body)};
    const auto due = w.puller.step();
    CHECK(w.feed.applied == c.applied);
    CHECK(w.puller.state().trouble == SyncTrouble::centre_lying);
    CHECK(due > w.clock.mono());
  }
}

TEST_CASE("a trailer that does not fit what arrived is a cut stream", "[sync]") {
  World w;
  w.net.script = {reply(200, line(1) + trailer(2))};
  w.step_and_wait();
  CHECK(w.puller.state().trouble == SyncTrouble::cut);
  CHECK(w.feed.at == 1);
}

TEST_CASE("the cursor follows signed entries, never the trailer", "[sync]") {
  World w;
  w.net.script = {reply(200, line(5) + trailer(1, false, 1'000'000)), reply(200, trailer(0, false, 1'000'000)),
                  reply(200, trailer(0))};
  for (int i = 0; i < 3; ++i) w.step_and_wait();
  CHECK(w.feed.at == 5);
  CHECK(w.net.requests[2].target == "/v1/feed?after=5&limit=500&wait=0");
}

TEST_CASE("every status and failure of the feed has its word", "[sync]") {
  for (const auto& [handler, trouble] :
       std::vector<std::pair<Handler, SyncTrouble>>{{reply(401, ""), SyncTrouble::not_allowed},
                                                    {reply(403, ""), SyncTrouble::not_allowed},
                                                    {reply(404, ""), SyncTrouble::refused},
                                                    {reply(410, ""), SyncTrouble::refused},
                                                    {reply(429, "", {{"retry-after", "60"}}), SyncTrouble::busy},
                                                    {reply(500, ""), SyncTrouble::busy},
                                                    {broken(base::Errc::unavailable), SyncTrouble::network_down},
                                                    {broken(base::Errc::timeout), SyncTrouble::timed_out},
                                                    {broken(base::Errc::denied), SyncTrouble::tls_refused},
                                                    {broken(base::Errc::corrupt), SyncTrouble::cut}}) {
    World w;
    w.net.script = {handler, reply(200, line(1) + trailer(1))};
    w.step_and_wait();
    CHECK(w.puller.state().trouble == trouble);
    CHECK(w.puller.state().failures == 1);
    w.step_and_wait();
    CHECK(w.feed.applied == Positions{1});
    CHECK(w.puller.state().trouble == SyncTrouble::none);
  }
}

TEST_CASE("a full disk keeps the cursor where it was", "[sync]") {
  World w;
  w.net.otherwise = reply(200, line(1) + trailer(1));
  w.feed.disk_full = true;
  w.step_and_wait();
  CHECK(w.puller.state().trouble == SyncTrouble::disk);
  CHECK(w.feed.at == 0);
  w.feed.disk_full = false;
  w.step_and_wait();
  CHECK(w.feed.applied == Positions{1});
}

namespace {

const std::string kPack = "the bytes of a pack";

WantedPack wanted() {
  return {"rider-safety", 7, base::to_hex(base::sha256(base::as_bytes(kPack))), kPack.size()};
}

}  // namespace

TEST_CASE("an announced pack is fetched by its hash and stored", "[sync]") {
  World w;
  w.feed.wanted = wanted();
  w.net.script = {reply(200, kPack), reply(200, trailer(0))};
  w.step_and_wait();
  CHECK(w.net.requests[0].target == "/v1/packs/" + wanted().sha256);
  CHECK(w.feed.stored.at(7) == kPack);
  CHECK(w.puller.state().trouble == SyncTrouble::none);
}

TEST_CASE("a pack that arrives wrong is not stored, told, and tried again later", "[sync]") {
  for (const auto& [handler, trouble] :
       std::vector<std::pair<Handler, SyncTrouble>>{{reply(200, "the bytes of a pacK"), SyncTrouble::pack_corrupt},
                                                    {reply(200, "the bytes"), SyncTrouble::pack_corrupt},
                                                    {reply(200, kPack + "x"), SyncTrouble::pack_corrupt},
                                                    {reply(404, ""), SyncTrouble::refused},
                                                    {broken(base::Errc::unavailable), SyncTrouble::network_down}}) {
    World w;
    w.feed.wanted = wanted();
    int packs = 0;
    Handler pack_answer = handler;
    w.net.otherwise = [&](const base::HttpRequest& r) -> Answer {
      if (!r.target.starts_with("/v1/packs/")) return base::HttpResponse{200, {}, trailer(0)};
      ++packs;
      return pack_answer(r);
    };
    w.puller.step();
    CHECK(w.feed.stored.empty());
    CHECK(w.puller.state().trouble == trouble);
    CHECK(w.puller.state().last_success == noon());  // the feed itself goes on
    w.puller.step(25s);
    CHECK(packs == 1);
    pack_answer = reply(200, kPack);
    for (int i = 0; i < 3; ++i) w.step_and_wait();
    CHECK(packs == 2);
    CHECK(w.feed.stored.at(7) == kPack);
    CHECK(w.puller.state().trouble == SyncTrouble::none);
  }
}

TEST_CASE("a pack announced with an impossible size or hash is not asked for", "[sync]") {
  for (const WantedPack& bad : {WantedPack{"p", 1, std::string(64, 'a'), 1ULL << 40},
                                WantedPack{"p", 1, "../../etc", 5}, WantedPack{"p", 1, std::string(64, 'a'), 0}}) {
    World w;
    w.feed.wanted = bad;
    w.net.otherwise = reply(200, trailer(0));
    w.puller.step();
    CHECK(w.net.requests.size() == 1);
    CHECK(w.puller.state().trouble == SyncTrouble::pack_corrupt);
  }
}
