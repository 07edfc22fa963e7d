#include "sync/client/sync_agent.h"

#include <thread>

#include "sync/base/file.h"
#include "sync/client/stick.h"
#include "sync/record/batch.h"
#include "tests/client/world.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;
using namespace std::chrono_literals;

namespace {

struct World {
  explicit World(std::size_t records) : outbox(records) {
    net.otherwise = [this](const base::HttpRequest& r) -> Answer {
      if (!online) return base::fail(base::Errc::unavailable, "no network");
      if (r.method == "POST") {
        const auto batch = record::decode_batch(r.body);
        REQUIRE(batch);
        return base::HttpResponse{
            200, {}, R"({"status":"ok","next":)" + std::to_string(batch->from + batch->lines.size()) + "}"};
      }
      if (r.target.starts_with("/v1/feed"))
        return base::HttpResponse{200,
                                  {},
                                  R"({"cursor":0,"more":false,"n":0})"
                                  "\n"};
      return base::HttpResponse{404, {}, R"({"error":"no anchors here","code":"not_found"})"};
    };
  }
  base::ManualClock clock{noon()};
  base::SeededRandom random{5};
  ScriptedTransport net;
  MemoryOutbox outbox;
  MemoryFeed feed;
  MemoryAnchors anchors;
  bool online = true;
  SyncAgent agent{outbox, feed, anchors, net, clock, random, "440902-007", {"centre/4409", key_number(2).public_key}};
};

}  // namespace

TEST_CASE("one step pushes, asks the time and asks the feed", "[sync]") {
  World w(3);
  w.agent.step();
  REQUIRE(w.net.requests.size() == 3);
  CHECK(w.net.requests[0].target == "/v1/log");
  CHECK(w.net.requests[1].target.starts_with("/v1/anchor"));
  CHECK(w.net.requests[2].target.starts_with("/v1/feed"));
  const SyncState s = w.agent.state();
  CHECK(s.waiting == 0);
  CHECK(s.confirmed == 3);
  CHECK(s.last_success() == noon());
  CHECK(s.clock.trouble == SyncTrouble::refused);
  CHECK(s.trouble() == SyncTrouble::refused);
}

TEST_CASE("the state says how many records wait, since when and why", "[sync]") {
  World w(3);
  w.agent.step();
  w.online = false;
  for (int i = 0; i < 4; ++i) w.outbox.add();
  w.agent.nudge();
  w.clock.advance(10min);
  const auto due = w.agent.step();
  CHECK(due > w.clock.mono());
  const SyncState s = w.agent.state();
  CHECK(s.waiting == 4);
  CHECK(s.last_success() == noon());
  CHECK(s.trouble() == SyncTrouble::network_down);
  CHECK(std::string(to_key(s.trouble())) == "sync.network_down");
}

TEST_CASE("a nudge sends a new record at once, but does not break a back-off; a person does", "[sync]") {
  World w(0);
  w.agent.step();
  w.outbox.add();
  w.agent.step();
  CHECK(w.outbox.confirmed == 0);
  w.agent.nudge();
  w.agent.step();
  CHECK(w.outbox.confirmed == 1);

  w.online = false;
  w.outbox.add();
  w.agent.nudge();
  w.agent.step();
  w.online = true;
  w.agent.nudge();
  w.agent.step();
  CHECK(w.outbox.confirmed == 1);
  w.agent.retry_now();
  w.agent.step();
  CHECK(w.outbox.confirmed == 2);
}

namespace {

// Holds the feed back until interrupted, as a centre with nothing new does.
class HoldingTransport : public Transport {
 public:
  base::Result<base::HttpResponse> send(const base::HttpRequest& r, std::chrono::milliseconds) override {
    std::unique_lock lock(mutex_);
    if (interrupted_) return base::fail(base::Errc::conflict, "interrupted");
    if (r.method == "POST") {
      const auto batch = record::decode_batch(r.body);
      return base::HttpResponse{
          200, {}, R"({"status":"ok","next":)" + std::to_string(batch->from + batch->lines.size()) + "}"};
    }
    if (!r.target.ends_with("wait=25"))
      return base::HttpResponse{200,
                                {},
                                R"({"more":false,"n":0})"
                                "\n"};
    holding_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return interrupted_; });
    holding_ = false;
    return base::fail(base::Errc::conflict, "interrupted");
  }
  void interrupt() override { set(true); }
  void resume() override { set(false); }
  void wait_until_holding() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return holding_; });
  }

 private:
  void set(bool interrupted) {
    std::lock_guard lock(mutex_);
    interrupted_ = interrupted;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool interrupted_ = false;
  bool holding_ = false;
};

// Only the sync thread calls it, but the test adds records.
class SharedOutbox : public MemoryOutbox {
 public:
  base::Result<LogState> state() override {
    std::lock_guard lock(mutex);
    return MemoryOutbox::state();
  }
  base::Result<std::vector<std::string>> lines(std::uint64_t from, std::size_t lines, std::size_t bytes) override {
    std::lock_guard lock(mutex);
    return MemoryOutbox::lines(from, lines, bytes);
  }
  base::Result<std::string> checkpoint(std::uint64_t size) override {
    std::lock_guard lock(mutex);
    return MemoryOutbox::checkpoint(size);
  }
  std::mutex mutex;
};

}  // namespace

TEST_CASE("a new record ends a quiet long poll and goes up, and stopping ends the thread", "[sync]") {
  HoldingTransport net;
  SharedOutbox outbox;
  MemoryFeed feed;
  MemoryAnchors anchors;
  base::SystemClock clock;
  base::SystemRandom random;
  SyncOptions options;
  options.quiet_after = 0s;
  SyncAgent agent(outbox, feed, anchors, net, clock, random, "440902-007", {"centre/4409", {}}, options);
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t confirmed = 0;
  {
    std::jthread thread([&](std::stop_token stop) {
      agent.run(stop, [&](const SyncState& s) {
        std::lock_guard lock(mutex);
        confirmed = s.confirmed;
        changed.notify_all();
      });
    });
    for (std::uint64_t n = 1; n <= 3; ++n) {
      net.wait_until_holding();
      {
        std::lock_guard lock(outbox.mutex);
        outbox.add();
      }
      agent.nudge();
      std::unique_lock lock(mutex);
      REQUIRE(changed.wait_for(lock, 10s, [&] { return confirmed == n; }));
    }
    net.wait_until_holding();
  }
  CHECK(outbox.confirmed == 3);
}

TEST_CASE("a stick takes everything unconfirmed as batches, and confirms nothing", "[sync]") {
  MemoryOutbox outbox(600);
  outbox.confirmed = 10;
  const auto folder = std::filesystem::temp_directory_path() / "station-stick-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto done = export_to_stick(outbox, folder);
  REQUIRE(done);
  CHECK(done->from == 10);
  CHECK(done->to == 600);
  REQUIRE(done->files.size() == 2);
  CHECK(done->files[0].filename() == "440902-007-1-000000000010.batch");
  CHECK(outbox.confirmed == 10);
  const auto bytes = base::read_file(done->files[1]);
  REQUIRE(bytes);
  const auto batch = record::decode_batch(*bytes);
  REQUIRE(batch);
  CHECK(batch->from == 522);
  CHECK(batch->lines.size() == 78);
  CHECK(batch->checkpoint == *outbox.checkpoint(600));
  std::filesystem::remove_all(folder);

  const auto gone = export_to_stick(outbox, folder);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == base::Errc::io);
}
