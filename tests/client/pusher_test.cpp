#include "sync/client/pusher.h"

#include <set>

#include "sync/record/batch.h"
#include "tests/client/world.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;
using namespace std::chrono_literals;

namespace {

struct World {
  explicit World(std::size_t records, PushOptions options = {})
      : outbox(records), pusher(outbox, net, clock, random, options) {}

  // Steps when due, and moves time on to the next due step.
  void step_and_wait() {
    const auto due = pusher.step();
    if (due > clock.mono()) clock.advance(due - clock.mono());
  }
  record::Batch sent(std::size_t i) {
    const auto batch = record::decode_batch(net.requests.at(i).body);
    REQUIRE(batch);
    return *batch;
  }

  base::ManualClock clock{noon()};
  base::SeededRandom random{5};
  ScriptedTransport net;
  MemoryOutbox outbox;
  Pusher pusher;
};

// A centre that keeps what it gets, as the protocol says.
struct Centre {
  std::vector<std::string> lines;

  Answer operator()(const base::HttpRequest& request) {
    const auto batch = record::decode_batch(request.body);
    REQUIRE(batch);
    if (batch->from > lines.size())
      return base::HttpResponse{409, {}, R"({"status":"gap","next":)" + std::to_string(lines.size()) + "}"};
    for (std::size_t i = 0; i < batch->lines.size(); ++i) {
      const std::size_t at = batch->from + i;
      if (at < lines.size()) {
        if (lines[at] != batch->lines[i]) return base::HttpResponse{409, {}, R"({"status":"fork","next":0})"};
      } else {
        lines.push_back(batch->lines[i]);
      }
    }
    return base::HttpResponse{200, {}, R"({"status":"ok","next":)" + std::to_string(lines.size()) + "}"};
  }
};

}  // namespace

TEST_CASE("a log of a thousand records goes up in batches of at most 512", "[sync]") {
  World w(1'100);
  Centre centre;
  w.net.otherwise = std::ref(centre);
  for (int i = 0; i < 3; ++i) CHECK(w.pusher.step() >= w.clock.mono());
  CHECK(w.net.requests.size() == 3);
  CHECK(w.sent(0).lines.size() == 512);
  CHECK(w.sent(2).lines.size() == 1'100 - 1'024);
  CHECK(w.sent(0).checkpoint == *w.outbox.checkpoint(512));
  CHECK(centre.lines == w.outbox.all);
  CHECK(w.outbox.confirmed == 1'100);
  CHECK(w.pusher.waiting() == 0);
  CHECK(w.pusher.state().last_success == noon());
  CHECK(w.pusher.state().trouble == SyncTrouble::none);
}

TEST_CASE("a batch holds at most 256 KiB of lines", "[sync]") {
  World w(0);
  for (int i = 0; i < 10; ++i) w.outbox.add(std::string(60'000, 'x'));
  Centre centre;
  w.net.otherwise = std::ref(centre);
  w.pusher.step();
  CHECK(w.sent(0).lines.size() == 4);
}

TEST_CASE("a batch is a POST of zstd bytes to the log", "[sync]") {
  World w(2);
  w.net.script = {ok_next(2)};
  w.pusher.step();
  CHECK(w.net.requests[0].method == "POST");
  CHECK(w.net.requests[0].target == "/v1/log");
  CHECK(base::header_of(w.net.requests[0].headers, "content-type") == "application/x-station-batch");
  CHECK(w.sent(0).station == "440902-007");
  CHECK(w.sent(0).from == 0);
  CHECK(w.net.limits[0] == 30s);
}

TEST_CASE("with nothing to send no request goes out, and new records are seen soon or at once", "[sync]") {
  World w(0);
  CHECK(w.pusher.step() == w.clock.mono() + 2s);
  w.outbox.add();
  CHECK(w.pusher.step() == w.clock.mono() + 2s);
  CHECK(w.net.requests.empty());
  w.pusher.look_now();
  w.net.script = {ok_next(1)};
  w.pusher.step();
  CHECK(w.outbox.confirmed == 1);
}

TEST_CASE("when the answer is lost the same batch goes again, and the centre has everything once", "[sync]") {
  World w(3);
  Centre centre;
  const auto loses_the_answer = [&](const base::HttpRequest& request) -> Answer {
    REQUIRE(centre(request));
    return base::fail(base::Errc::unavailable, "connection reset");
  };
  w.net.script = {loses_the_answer};
  w.net.otherwise = std::ref(centre);
  w.step_and_wait();
  CHECK(w.outbox.confirmed == 0);
  CHECK(w.pusher.state().trouble == SyncTrouble::network_down);
  w.outbox.add();
  w.step_and_wait();
  CHECK(w.sent(1).from == 0);
  CHECK(centre.lines == w.outbox.all);
  CHECK(w.outbox.confirmed == 4);
}

TEST_CASE("a station that lost its note of the confirmation resends and goes on", "[sync]") {
  World w(5);
  Centre centre;
  centre.lines = w.outbox.all;
  w.net.otherwise = std::ref(centre);
  w.outbox.confirmed = 2;
  w.pusher.step();
  CHECK(w.outbox.confirmed == 5);
}

TEST_CASE("waits between failures grow to five minutes and are spread", "[sync]") {
  World w(1);
  w.net.otherwise = broken(base::Errc::unavailable);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 60; ++i) {
    const auto due = w.pusher.step();
    waits.push_back((due - w.clock.mono()).count());
    CHECK(w.pusher.state().next_try == due);
    CHECK(w.pusher.state().failures == i + 1);
    w.clock.advance(due - w.clock.mono());
  }
  CHECK(w.net.requests.size() == 60);
  CHECK(*std::min_element(waits.begin(), waits.end()) >= 1'000);
  CHECK(*std::max_element(waits.begin(), waits.end()) <= 300'000);
  CHECK(waits[0] <= 2'000);
  CHECK(waits[3] <= 16'000);
  CHECK(*std::max_element(waits.begin() + 20, waits.end()) > 200'000);
  CHECK(*std::min_element(waits.begin() + 20, waits.end()) < 100'000);
  CHECK(std::set<std::int64_t>(waits.begin(), waits.end()).size() > 50);
}

TEST_CASE("before it is due a step does nothing", "[sync]") {
  World w(1);
  w.net.script = {broken(base::Errc::timeout)};
  const auto due = w.pusher.step();
  w.clock.advance(due - w.clock.mono() - 1ms);
  CHECK(w.pusher.step() == due);
  w.pusher.look_now();
  CHECK(w.pusher.step() == due);
  CHECK(w.net.requests.size() == 1);
  w.net.script = {ok_next(1)};
  w.pusher.retry_now();
  w.pusher.step();
  CHECK(w.outbox.confirmed == 1);
}

TEST_CASE("the centre's Retry-After is obeyed, up to an hour", "[sync]") {
  for (int status : {429, 503}) {
    World w(1);
    w.net.script = {reply(status, "", {{"retry-after", "120"}}), reply(status, "", {{"retry-after", "999999999999"}})};
    auto due = w.pusher.step();
    CHECK(w.pusher.state().trouble == SyncTrouble::busy);
    CHECK(due - w.clock.mono() >= 120s);
    CHECK(due - w.clock.mono() <= 125s);
    w.clock.advance(due - w.clock.mono());
    due = w.pusher.step();
    CHECK(due - w.clock.mono() >= 3'600s);
    CHECK(due - w.clock.mono() <= 3'610s);
  }
}

TEST_CASE("every status has its word and confirms nothing", "[sync]") {
  struct Case {
    int status;
    std::string body;
    SyncTrouble trouble;
  };
  const std::vector<Case> cases{
      {200, "", SyncTrouble::centre_lying},
      {200, "<html>log in to the network</html>", SyncTrouble::centre_lying},
      {200, R"({"status":"ok"})", SyncTrouble::centre_lying},
      {200, R"({"status":"ok","next":-1})", SyncTrouble::centre_lying},
      {200, R"({"status":"ok","next":"3"})", SyncTrouble::centre_lying},
      {200, R"({"status":"gap","next":3})", SyncTrouble::centre_lying},
      {301, "", SyncTrouble::refused},
      {400, "", SyncTrouble::refused},
      {401, "", SyncTrouble::not_allowed},
      {403, "", SyncTrouble::not_allowed},
      {403, R"({"error":"this certificate was revoked","code":"revoked"})", SyncTrouble::not_allowed},
      {404, "", SyncTrouble::refused},
      {408, "", SyncTrouble::busy},
      {409, "", SyncTrouble::refused},
      {413, "", SyncTrouble::refused},
      {422, R"({"status":"refused","error":"not UTF-8"})", SyncTrouble::refused},
      {429, "", SyncTrouble::busy},
      {500, "", SyncTrouble::busy},
      {502, "", SyncTrouble::busy},
      {503, "", SyncTrouble::busy},
      {504, "", SyncTrouble::busy},
  };
  for (const Case& c : cases) {
    INFO(c.status << " " << c.body);
    World w(3);
    w.net.script = {reply(c.status, c.body), ok_next(3)};
    w.step_and_wait();
    CHECK(w.pusher.state().trouble == c.trouble);
    CHECK_FALSE(w.pusher.state().detail.empty());
    CHECK_FALSE(w.pusher.state().stopped);
    CHECK(w.outbox.confirmed == 0);
    CHECK(w.pusher.waiting() == 3);
    w.step_and_wait();  // it goes on by itself when the centre is well again
    CHECK(w.net.requests.size() == 2);
    CHECK(w.outbox.confirmed == 3);
    CHECK(w.pusher.state().trouble == SyncTrouble::none);
  }
}

TEST_CASE("every failure of the transport has its word", "[sync]") {
  for (const auto& [code, trouble] :
       std::vector<std::pair<base::Errc, SyncTrouble>>{{base::Errc::unavailable, SyncTrouble::network_down},
                                                       {base::Errc::timeout, SyncTrouble::timed_out},
                                                       {base::Errc::denied, SyncTrouble::tls_refused},
                                                       {base::Errc::corrupt, SyncTrouble::cut},
                                                       {base::Errc::io, SyncTrouble::disk}}) {
    World w(1);
    w.net.script = {broken(code, "because")};
    w.pusher.step();
    CHECK(w.pusher.state().trouble == trouble);
    CHECK(w.pusher.state().detail == "because");
    CHECK(std::string(to_key(trouble)).starts_with("sync."));
  }
}

TEST_CASE("an interrupted request is no failure", "[sync]") {
  World w(1);
  w.net.script = {broken(base::Errc::conflict), ok_next(1)};
  CHECK(w.pusher.step() == w.clock.mono());
  CHECK(w.pusher.state().trouble == SyncTrouble::none);
  w.pusher.step();
  CHECK(w.outbox.confirmed == 1);
}

TEST_CASE("a centre that says it holds more than was written is not believed", "[sync]") {
  World w(3);
  w.net.script = {ok_next(4), ok_next(18'446'744'073'709'551'615ULL)};
  w.step_and_wait();
  CHECK(w.pusher.state().trouble == SyncTrouble::centre_lying);
  w.step_and_wait();
  CHECK(w.pusher.state().trouble == SyncTrouble::centre_lying);
  CHECK(w.outbox.confirmed == 0);
}

TEST_CASE("a centre that accepts but does not move is not believed and not flooded", "[sync]") {
  World w(3);
  w.outbox.confirmed = 1;
  w.net.script = {ok_next(1), ok_next(0)};
  for (int i = 0; i < 2; ++i) {
    const auto due = w.pusher.step();
    CHECK(due > w.clock.mono());
    CHECK(w.pusher.state().trouble == SyncTrouble::centre_lying);
    CHECK(w.outbox.confirmed == 1);
    w.clock.advance(due - w.clock.mono());
  }
}

TEST_CASE("a centre restored from an old backup is filled up again", "[sync]") {
  World w(1'000);
  Centre centre;
  centre.lines.assign(w.outbox.all.begin(), w.outbox.all.begin() + 100);
  w.outbox.confirmed = 990;
  w.net.otherwise = std::ref(centre);
  CHECK(w.pusher.step() == w.clock.mono());
  CHECK(w.outbox.confirmed == 100);
  CHECK(w.pusher.waiting() == 900);
  for (int i = 0; i < 2; ++i) w.pusher.step();
  CHECK(centre.lines == w.outbox.all);
  CHECK(w.outbox.confirmed == 1'000);
  CHECK(w.pusher.state().trouble == SyncTrouble::none);
}

TEST_CASE("a gap that lies ahead is a lie", "[sync]") {
  World w(10);
  w.outbox.confirmed = 4;
  w.net.script = {reply(409, R"({"status":"gap","next":4})"), reply(409, R"({"status":"gap","next":7})")};
  for (int i = 0; i < 2; ++i) {
    w.step_and_wait();
    CHECK(w.pusher.state().trouble == SyncTrouble::centre_lying);
    CHECK(w.outbox.confirmed == 4);
  }
}

TEST_CASE("a centre that keeps going back is asked ever more rarely", "[sync]") {
  World w(10);
  w.outbox.confirmed = 9;
  w.net.script = {reply(409, R"({"status":"gap","next":8})"), reply(409, R"({"status":"gap","next":7})")};
  CHECK(w.pusher.step() == w.clock.mono());
  CHECK(w.pusher.step() > w.clock.mono());
  CHECK(w.pusher.state().trouble == SyncTrouble::centre_lying);
}

TEST_CASE("fork and fenced stop the pusher until the station is enrolled anew", "[sync]") {
  for (const auto& [status, body, trouble] : std::vector<std::tuple<int, std::string, SyncTrouble>>{
           {409, R"({"status":"fork","next":0})", SyncTrouble::forked},
           {403, R"({"status":"fenced"})", SyncTrouble::fenced}}) {
    World w(3);
    w.net.script = {reply(status, body)};
    w.pusher.step();
    CHECK(w.pusher.state().trouble == trouble);
    CHECK(w.pusher.state().stopped);
    CHECK_FALSE(w.pusher.state().next_try);
    for (int i = 0; i < 100; ++i) w.step_and_wait();
    w.pusher.retry_now();
    w.pusher.step();
    CHECK(w.net.requests.size() == 1);
    CHECK(w.outbox.confirmed == 0);

    w.outbox.inc = 2;
    w.net.script = {ok_next(3)};
    w.clock.advance(10s);
    w.pusher.step();
    CHECK_FALSE(w.pusher.state().stopped);
    CHECK(w.sent(1).inc == 2);
    CHECK(w.outbox.confirmed == 3);
  }
}

TEST_CASE("one line that the centre cannot store does not hold up the lines before it", "[sync]") {
  World w(100);
  Centre centre;
  w.net.otherwise = [&](const base::HttpRequest& request) -> Answer {
    const auto batch = record::decode_batch(request.body);
    REQUIRE(batch);
    if (batch->from <= 70 && batch->from + batch->lines.size() > 70)
      return base::HttpResponse{422, {}, R"({"status":"refused","error":"line 70"})"};
    return centre(request);
  };
  for (int i = 0; i < 30; ++i) w.step_and_wait();
  CHECK(w.outbox.confirmed == 70);
  CHECK(w.pusher.state().trouble == SyncTrouble::refused);
  w.net.otherwise = std::ref(centre);
  for (int i = 0; i < 10; ++i) w.step_and_wait();
  CHECK(centre.lines == w.outbox.all);
}

TEST_CASE("a full disk confirms nothing and is tried again", "[sync]") {
  World w(3);
  Centre centre;
  w.net.otherwise = std::ref(centre);
  w.outbox.confirm_fails = true;
  w.step_and_wait();
  CHECK(w.pusher.state().trouble == SyncTrouble::disk);
  CHECK(w.pusher.waiting() == 3);
  w.outbox.confirm_fails = false;
  w.step_and_wait();
  CHECK(w.outbox.confirmed == 3);
  CHECK(centre.lines == w.outbox.all);

  w.outbox.disk_full = true;
  w.clock.advance(1min);
  w.step_and_wait();
  CHECK(w.pusher.state().trouble == SyncTrouble::disk);
}

TEST_CASE("a store whose confirmation lies beyond its log is not believed", "[sync]") {
  World w(3);
  w.outbox.confirmed = 5;
  w.pusher.step();
  CHECK(w.pusher.state().trouble == SyncTrouble::disk);
  CHECK(w.net.requests.empty());
}
