#include "sync/client/anchorer.h"

#include "tests/client/world.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;
using namespace std::chrono_literals;

namespace {

const base::SigningKey kCentre = key_number(2);
const std::string kCentreName = "centre/4409";

std::string signed_time(const std::string& nonce, base::UtcTime utc, const base::SigningKey& key = kCentre) {
  const std::string json = R"({"nonce":")" + nonce + R"(","utc":")" + base::iso8601(utc) + R"("})";
  return json + "\t" + kCentreName + "\t" + base::to_base64url(base::sign(key, json)) + "\n";
}

struct World {
  base::ManualClock clock{noon()};
  base::SeededRandom random{5};
  ScriptedTransport net;
  MemoryAnchors sink;
  Anchorer anchorer{sink, net, clock, random, {kCentreName, kCentre.public_key}};
  base::Milliseconds centre_ahead{0};
  base::Milliseconds trip{0};

  World() {
    net.otherwise = [this](const base::HttpRequest& r) -> Answer {
      clock.advance(trip / 2);
      const auto utc = clock.utc() + centre_ahead;
      clock.advance(trip - trip / 2);
      return base::HttpResponse{200, {}, signed_time(nonce(r), utc)};
    };
  }
  static std::string nonce(const base::HttpRequest& r) { return r.target.substr(r.target.find('=') + 1); }
  void step_and_wait() {
    const auto due = anchorer.step();
    if (due > clock.mono()) clock.advance(due - clock.mono());
  }
};

}  // namespace

TEST_CASE("an anchor gives the centre's time at the arrival of its answer, with half the trip as doubt", "[sync]") {
  World w;
  w.centre_ahead = 90s;
  w.trip = 400ms;
  const auto due = w.anchorer.step();
  CHECK(due == w.clock.mono() + 6h);
  REQUIRE(w.sink.anchors.size() == 1);
  const TimeAnchor& a = w.sink.anchors[0];
  CHECK(a.rtt == 400ms);
  CHECK(a.unc == 200ms);
  CHECK(a.mono == w.clock.mono());
  CHECK(a.utc == w.clock.utc() + 90s);
  CHECK(a.offset == -90s);
  CHECK(World::nonce(w.net.requests[0]).size() == 32);
}

TEST_CASE("every question has its own nonce", "[sync]") {
  World w;
  for (int i = 0; i < 3; ++i) w.step_and_wait();
  CHECK(w.net.requests[0].target != w.net.requests[1].target);
  CHECK(w.sink.anchors.size() == 3);
}

TEST_CASE("an answer of another key, to another question, or unsigned sets no time", "[sync]") {
  for (const Handler& handler : std::vector<Handler>{
           [](const base::HttpRequest& r) -> Answer {
             return base::HttpResponse{200, {}, signed_time(World::nonce(r), noon(), key_number(3))};
           },
           [](const base::HttpRequest&) -> Answer {
             return base::HttpResponse{200, {}, signed_time(std::string(32, '0'), noon())};
           },
           reply(200, ""), reply(200, R"({"nonce":"x","utc":"2026-11-24T12:00:00.000Z"})"), reply(200, "\t\t")}) {
    World w;
    w.net.script = {handler};
    w.step_and_wait();
    CHECK(w.anchorer.state().trouble == SyncTrouble::centre_lying);
    CHECK(w.sink.anchors.empty());
    w.step_and_wait();
    CHECK(w.sink.anchors.size() == 1);
  }
}

TEST_CASE("within one boot the centre's time may neither go back nor leap", "[sync]") {
  for (const auto jump : {-1h, 1h, -1h * 24 * 365}) {
    World w;
    w.step_and_wait();
    w.centre_ahead = jump;
    w.step_and_wait();
    CHECK(w.anchorer.state().trouble == SyncTrouble::centre_lying);
    CHECK(w.sink.anchors.size() == 1);
    w.centre_ahead = 0s;
    w.step_and_wait();
    CHECK(w.sink.anchors.size() == 2);
    CHECK(w.anchorer.state().trouble == SyncTrouble::none);
  }
}

TEST_CASE("a wrong wall clock of the station is no reason to doubt the centre", "[sync]") {
  World w;
  w.step_and_wait();
  w.clock.step_wall(-1h * 24 * 365);
  w.centre_ahead = 1h * 24 * 365;
  w.step_and_wait();
  CHECK(w.anchorer.state().trouble == SyncTrouble::none);
  REQUIRE(w.sink.anchors.size() == 2);
  CHECK(w.sink.anchors[1].offset == -1h * 24 * 365);
}

TEST_CASE("an answer that took too long sets no time", "[sync]") {
  World w;
  w.trip = 5'001ms;
  w.step_and_wait();
  CHECK(w.anchorer.state().trouble == SyncTrouble::timed_out);
  CHECK(w.sink.anchors.empty());
}
