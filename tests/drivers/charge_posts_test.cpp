#include "devices/drivers/charge_posts.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/link/tcp.h"
#include "devices/sim/charge_post_links.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using devices::OutletResult;
using devices::OutletState;

namespace {

constexpr const char* kOrderA = "0123456789abcdef0123456789abcdef";
constexpr const char* kOrderB = "fedcba9876543210fedcba9876543210";

ChargePostsSettings yard(bool indoor = false) {
  ChargePostsSettings settings;
  settings.listen = "127.0.0.1:0";
  ChargePostSettings post;
  post.name = "yard";
  post.device = 0x04AB373B;
  post.indoor = indoor;
  post.most_w = 900;
  post.outlets = {{"E1", 1, 500}, {"E2", 2, 500}};
  settings.posts.push_back(post);
  return settings;
}

// One post with two outlets, in memory. A violated rule of the protocol fails every test.
struct PostBench {
  explicit PostBench(const ChargePostsSettings& s = yard(), sim::SimChargePostSettings post_settings = {}) : settings(s) {
    post = std::make_shared<sim::SimChargePost>(post_settings, clock);
    boot();
  }
  ~PostBench() {
    for (const std::string& violation : post->violations()) UNSCOPED_INFO(violation);
    CHECK(post->violations().empty());
  }

  void boot() {
    hub.reset();
    sim::SimPosts posts = others;
    posts.push_back(post);
    Bus bus;
    bus.name = "posts";
    bus.drivers.push_back(
        std::make_unique<ChargePosts>(settings, std::make_unique<sim::MemoryListener>(posts), clock, queue.sink()));
    std::vector<Bus> buses;
    buses.push_back(std::move(bus));
    hub = std::make_unique<DeviceHub>(clock, queue, std::move(buses), Running::stepped);
  }
  void take() {
    while (auto event = queue.try_take()) {
      if (const auto* answer = std::get_if<devices::OutletAnswer>(&*event)) answers.push_back(*answer);
      if (const auto* change = std::get_if<devices::OutletChanged>(&*event)) outlets[change->outlet] = *change;
      if (const auto* settled = std::get_if<devices::OutletSettled>(&*event)) {
        settlements.push_back(*settled);
        if (stores) hub->command(devices::SettlementStored{settled->outlet, settled->order});
      }
    }
  }
  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (clock.mono() < end) {
      const auto due = std::min({hub->step(clock.mono()), end, clock.mono() + 1s});  // take() may give orders
      take();
      clock.advance(std::max<base::Milliseconds>(due - clock.mono(), 1ms));
    }
    take();
  }
  void ready() { run(10s); }
  devices::StartOutlet start_of(const std::string& order, const std::string& outlet = "E1") {
    devices::StartOutlet start{"op-" + order.substr(0, 4), outlet, order, {}};
    start.limits.most_w = 400;
    return start;
  }
  OutletResult start(const devices::StartOutlet& command, base::Milliseconds time = 5s) {
    answers.clear();
    hub->command(command);
    run(time);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].op_id == command.op_id);
    CHECK(answers[0].order == command.order);
    return answers[0].result;
  }
  OutletResult stop(const std::string& order, const std::string& outlet = "E1", base::Milliseconds time = 5s) {
    answers.clear();
    hub->command(devices::StopOutlet{"stop", outlet, order});
    run(time);
    REQUIRE(answers.size() == 1);
    return answers[0].result;
  }
  OutletState state(const std::string& outlet = "E1") { return outlets[outlet].state; }
  bool fault(const std::string& code, const std::string& place) const {
    for (const auto& f : queue.faults())
      if (f.code == code && f.place == place) return true;
    return false;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  const ChargePostsSettings settings;
  std::shared_ptr<sim::SimChargePost> post;
  sim::SimPosts others;
  EventQueue queue;
  std::unique_ptr<DeviceHub> hub;
  bool stores = true;
  std::vector<devices::OutletAnswer> answers;
  std::map<std::string, devices::OutletChanged> outlets;
  std::vector<devices::OutletSettled> settlements;
};

}  // namespace

TEST_CASE("a post that connects is bound, told the time and read at once, and nothing is switched on", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(2, 200);
  bench.ready();
  CHECK(bench.state("E1") == OutletState::idle);
  CHECK(bench.state("E2") == OutletState::plugged);
  CHECK(bench.post->starts() == 0);
  CHECK(bench.queue.faults().empty());
  REQUIRE(bench.hub->health().size() == 1);
  CHECK(bench.hub->health()[0].online);
  CHECK(bench.hub->health()[0].note.find("11220795") != std::string::npos);
  bench.run(20min);
  CHECK(bench.queue.faults().empty());
  CHECK(bench.state("E1") == OutletState::idle);
}

TEST_CASE("a session runs from the start to a settlement that is stored before it is acknowledged", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  CHECK(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  CHECK(bench.post->energised(1));
  CHECK(bench.post->order_on(1) == kOrderA);
  CHECK(bench.state() == OutletState::charging);
  bench.run(30min);
  CHECK(bench.outlets["E1"].watts == 200);
  CHECK(bench.outlets["E1"].watt_hours > 50);
  bench.stores = false;
  CHECK(bench.stop(kOrderA) == OutletResult::stopped);
  CHECK_FALSE(bench.post->energised(1));
  bench.run(10s);
  REQUIRE(bench.settlements.size() == 1);
  CHECK(bench.settlements[0].order == kOrderA);
  CHECK(bench.settlements[0].device == "04AB373B/1");
  CHECK(bench.settlements[0].watt_hours >= 90);
  CHECK(bench.settlements[0].stop == "Remote");
  CHECK(bench.settlements[0].by_station);
  CHECK_FALSE(bench.post->delivered()[0].acknowledged);
  // Not stored: the post says it again after half an hour.
  bench.run(31min);
  CHECK(bench.settlements.size() == 2);
  bench.hub->command(devices::SettlementStored{"E1", kOrderA});
  bench.run(5s);
  CHECK(bench.post->delivered()[0].acknowledged);
  bench.run(2h);
  CHECK(bench.settlements.size() == 2);
  CHECK(bench.state() == OutletState::plugged);
}

TEST_CASE("a lost acknowledgement brings the settlement again, and it is acknowledged again", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  bench.post->lose_acknowledgements(1);
  REQUIRE(bench.stop(kOrderA) == OutletResult::stopped);
  bench.run(5s);
  CHECK(bench.settlements.size() == 1);
  CHECK_FALSE(bench.post->delivered()[0].acknowledged);
  bench.run(31min);
  CHECK(bench.settlements.size() == 2);
  CHECK(bench.post->delivered()[0].acknowledged);
}

TEST_CASE("an indoor outlet without a valid fire approval gets no byte of a start", "[devices][posts]") {
  PostBench bench(yard(true));
  bench.post->plug(1, 200);
  bench.ready();
  auto start = bench.start_of(kOrderA);
  CHECK(bench.start(start) == OutletResult::refused);
  start.limits.allowed_until = bench.clock.utc() - 1s;
  CHECK(bench.start(start) == OutletResult::refused);
  CHECK(bench.post->starts() == 0);
  start.limits.allowed_until = bench.clock.utc() + 20min;
  CHECK(bench.start(start) == OutletResult::started);
  // The approval ends while it charges.
  bench.run(21min);
  CHECK_FALSE(bench.post->energised(1));
  REQUIRE(bench.settlements.size() == 1);
  CHECK(bench.settlements[0].cut == "approval");
}

TEST_CASE("limits that make no sense start nothing", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  const std::function<void(devices::StartOutlet&)> spoils[] = {
      [](auto& s) { s.limits.longest_s = 0; },      [](auto& s) { s.limits.longest_s = 28'801; },
      [](auto& s) { s.limits.most_w = 0; },         [](auto& s) { s.limits.most_w = 501; },
      [](auto& s) { s.order = "not an order"; },    [](auto& s) { s.order.clear(); },
      [](auto& s) { s.order = std::string(32, 'x'); },
  };
  for (const auto& spoil : spoils) {
    auto start = bench.start_of(kOrderA);
    spoil(start);
    CHECK(bench.start(start, 100ms) == OutletResult::refused);
  }
  bench.run(1min);
  CHECK(bench.post->starts() == 0);
}

TEST_CASE("the powers of all sessions stay within what the post has", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.post->plug(2, 200);
  bench.ready();
  auto first = bench.start_of(kOrderA);
  first.limits.most_w = 500;
  REQUIRE(bench.start(first) == OutletResult::started);
  auto second = bench.start_of(kOrderB, "E2");
  second.limits.most_w = 401;
  CHECK(bench.start(second) == OutletResult::refused);
  second.limits.most_w = 400;
  CHECK(bench.start(second) == OutletResult::started);
}

TEST_CASE("what the post answers to a start is what is told", "[devices][posts]") {
  struct Row {
    std::uint8_t result;
    OutletResult told;
    bool on_afterwards;
    OutletState state;
    const char* fault;
  };
  const Row rows[] = {
      {0x01, OutletResult::not_plugged, false, OutletState::plugged, ""},
      {0x03, OutletResult::fault, false, OutletState::fault, "outlet.fault"},
      {0x04, OutletResult::fault, false, OutletState::fault, "outlet.fault"},
      {0x05, OutletResult::refused, false, OutletState::plugged, ""},
      {0x06, OutletResult::refused, false, OutletState::plugged, ""},
      {0x07, OutletResult::fault, false, OutletState::fault, "outlet.fault"},
      {0x08, OutletResult::fault, false, OutletState::fault, "outlet.fault"},
      {0x09, OutletResult::fault, false, OutletState::fault, "outlet.welded"},
      {0x0A, OutletResult::fault, false, OutletState::fault, "outlet.fault"},
      {0x0C, OutletResult::refused, false, OutletState::plugged, ""},
      {0x0D, OutletResult::refused, false, OutletState::plugged, ""},
      {0x7F, OutletResult::refused, false, OutletState::plugged, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.result));
    PostBench bench;
    bench.post->plug(1, 200);
    bench.ready();
    bench.post->answer_starts_with(row.result);
    CHECK(bench.start(bench.start_of(kOrderA)) == row.told);
    bench.run(1min);
    CHECK(bench.post->energised(1) == row.on_afterwards);
    CHECK(bench.state() == row.state);
    if (*row.fault != '\0') CHECK(bench.fault(row.fault, "E1"));
    CHECK(bench.queue.faults().size() == (*row.fault != '\0' ? 1 : 0));
  }
}

TEST_CASE("a start that got no answer is sent again with its number, and then the post's report decides",
          "[devices][posts]") {
  SECTION("the answer is lost once: the resend is answered") {
    PostBench bench;
    bench.post->plug(1, 200);
    bench.ready();
    bench.post->lose(1);
    CHECK(bench.start(bench.start_of(kOrderA), 20s) == OutletResult::started);
    CHECK(bench.post->starts() == 1);
  }
  SECTION("the order is lost twice: the report shows that it does not charge") {
    PostBench bench;
    bench.post->plug(1, 200);
    bench.ready();
    bench.post->lose_orders(2);
    CHECK(bench.start(bench.start_of(kOrderA), 40s) == OutletResult::refused);
    CHECK(bench.post->starts() == 0);
    CHECK(bench.state() == OutletState::plugged);
  }
  SECTION("both answers are lost: a report with the order shows that it charges") {
    PostBench bench;
    bench.post->plug(1, 200);
    bench.ready();
    bench.post->lose(2);
    bench.answers.clear();
    bench.hub->command(bench.start_of(kOrderA));
    bench.run(40s);
    CHECK(bench.answers.empty());
    CHECK(bench.state() == OutletState::starting);
    bench.run(6min);
    REQUIRE(bench.answers.size() == 1);
    CHECK(bench.answers[0].result == OutletResult::started);
    CHECK(bench.state() == OutletState::charging);
    CHECK(bench.post->starts() == 1);
  }
  SECTION("the connection breaks in between: nothing is started again") {
    PostBench bench;
    bench.post->plug(1, 200);
    bench.ready();
    bench.post->lose_orders(1);
    bench.answers.clear();
    bench.hub->command(bench.start_of(kOrderA));
    bench.run(1s);
    bench.post->hang_up();
    bench.run(30s);
    REQUIRE(bench.answers.size() == 1);
    CHECK(bench.answers[0].result == OutletResult::refused);
    CHECK(bench.post->starts() == 0);
  }
}

TEST_CASE("every cut-off ends a session, and the settlement says why", "[devices][posts]") {
  struct Row {
    const char* name;
    std::function<void(PostBench&)> happens;
    base::Milliseconds within;
    int code;
    const char* cut;  // of the station; empty: the post did it
  };
  const Row rows[] = {
      {"the longest time, at the post", [](PostBench&) {}, 62min, 0x02, ""},
      {"the longest time, at the station", [](PostBench& b) { b.post->stop_timer(1); }, 62min, 0x07, "time"},
      {"energy", [](PostBench&) {}, 30min, 0x07, "energy"},
      {"more power than allowed", [](PostBench& b) { b.post->plug(1, 450); }, 6min, 0x06, ""},
      {"heat", [](PostBench& b) { b.post->heat(1, 76); }, 6min, 0x07, "temperature"},
      {"fast heat", [](PostBench& b) { b.run(6min); b.post->heat(1, 60); }, 6min, 0x07, "temperature rise"},
      {"pulled out", [](PostBench& b) { b.post->unplug(1); }, 1min, 0x05, ""},
      {"full", [](PostBench& b) { b.post->plug(1, 200, 60); }, 15min, 0x07, "full"},
      {"over-current", [](PostBench& b) { b.post->over_current(1); }, 1min, 0x0C, ""},
      {"broken", [](PostBench& b) { b.post->break_port(1, 0x08); }, 1min, 0x0E, "fault"},
      {"smoke", [](PostBench& b) { b.post->alarm(4); }, 1min, 0x18, "alarm"},
      {"reboot of the post", [](PostBench& b) { b.post->reboot(30s); }, 2min, 0x19, ""},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      PostBench bench;
      bench.post->plug(1, 200);
      bench.ready();
      auto start = bench.start_of(kOrderA);
      start.limits.longest_s = 3'600;
      if (std::string(row.cut) == "energy") start.limits.most_wh = 50;
      REQUIRE(bench.start(start) == OutletResult::started);
      row.happens(bench);
      bench.run(row.within);
      CHECK_FALSE(bench.post->energised(1));
      REQUIRE(bench.settlements.size() == 1);
      CHECK(bench.settlements[0].code == row.code);
      CHECK(bench.settlements[0].cut == row.cut);
      CHECK(bench.post->delivered()[0].acknowledged);
    }
  }
}

TEST_CASE("a trickle after full ends by the post's own float time where the station has no reason to cut", "[devices][posts]") {
  sim::SimChargePostSettings quick;
  quick.float_s = 120;
  PostBench bench(yard(), quick);
  bench.post->plug(1, 200, 60);
  bench.ready();
  REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  bench.run(5min);
  REQUIRE(bench.settlements.size() == 1);
  CHECK(bench.settlements[0].code == 0x01);
  CHECK(bench.settlements[0].reason == "full");
}

TEST_CASE("while the link is lost the post goes on by its own limits, and afterwards its report decides",
          "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  SECTION("a power cut: it goes on charging when the power is back") {
    bench.post->power_cut(20min);
    bench.run(15min);
    CHECK(bench.state() == OutletState::blind);
    CHECK(bench.start(bench.start_of(kOrderB, "E2")) == OutletResult::refused);
    bench.run(20min);
    CHECK(bench.state() == OutletState::charging);
    CHECK(bench.settlements.empty());
    CHECK(bench.stop(kOrderA) == OutletResult::stopped);
  }
  SECTION("it ends meanwhile: the settlement waits in the post") {
    bench.post->vanish();
    bench.post->unplug(1);
    bench.run(1min);
    CHECK(bench.settlements.size() == 1);
    CHECK(bench.state() == OutletState::idle);
  }
  SECTION("a stop that could not be sent is sent when the link is back") {
    bench.post->power_cut(20min);
    bench.run(15min);
    bench.answers.clear();
    bench.hub->command(devices::StopOutlet{"stop", "E1", kOrderA});
    bench.run(30min);
    REQUIRE(bench.answers.size() == 1);
    CHECK(bench.answers[0].result == OutletResult::stopped);
    CHECK_FALSE(bench.post->energised(1));
  }
}

TEST_CASE("a lost stop is repeated until the post reports that nothing flows", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  bench.post->lose_orders(5);
  bench.answers.clear();
  bench.hub->command(devices::StopOutlet{"stop", "E1", kOrderA});
  bench.run(3min);
  CHECK_FALSE(bench.post->energised(1));
  REQUIRE(bench.answers.size() == 1);  // one answer for each order, also after many tries
}

TEST_CASE("a welded relay is found after the stop, latched, and ends only by a person", "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  bench.post->weld(1);
  bench.answers.clear();
  bench.hub->command(devices::StopOutlet{"stop", "E1", kOrderA});
  bench.run(4min);
  CHECK(bench.fault("outlet.welded", "E1"));
  CHECK(bench.state() == OutletState::fault);
  CHECK(bench.settlements.size() == 1);
  bench.hub->acknowledge("outlet.welded", "E1");
  bench.run(1min);
  CHECK(bench.fault("outlet.welded", "E1"));  // it still is
  bench.post->heal(1);
  bench.run(4min);
  CHECK(bench.start(bench.start_of(kOrderB)) == OutletResult::refused);
  bench.hub->acknowledge("outlet.welded", "E1");
  bench.run(1s);
  CHECK_FALSE(bench.fault("outlet.welded", "E1"));
  CHECK(bench.start(bench.start_of(kOrderB)) == OutletResult::started);
}

TEST_CASE("smoke while two outlets charge: all off, latched over a restart, no start until a person came",
          "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.post->plug(2, 200);
  bench.ready();
  REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
  REQUIRE(bench.start(bench.start_of(kOrderB, "E2")) == OutletResult::started);
  bench.post->alarm(4);
  bench.run(10s);
  CHECK_FALSE(bench.post->energised(1));
  CHECK_FALSE(bench.post->energised(2));
  CHECK(bench.fault("post.alarm", "yard"));
  bench.run(3min);
  const int starts = bench.post->starts();
  CHECK(bench.start(bench.start_of("00000000000000000000000000000001")) == OutletResult::refused);
  bench.boot();
  bench.hub->command(devices::LatchFault{"post.alarm", "yard"});
  bench.ready();
  CHECK(bench.start(bench.start_of("00000000000000000000000000000002")) == OutletResult::refused);
  CHECK(bench.post->starts() == starts);
  bench.post->alarm(1);  // the sensor is quiet again
  bench.hub->acknowledge("post.alarm", "yard");
  bench.run(1s);
  CHECK_FALSE(bench.fault("post.alarm", "yard"));
  CHECK(bench.start(bench.start_of("00000000000000000000000000000003")) == OutletResult::started);
}

TEST_CASE("after a restart of the program nothing is switched on, and an open session is taken up again",
          "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  for (const base::Milliseconds moment : {1ms, 100ms, 300ms, 10'000ms}) {
    const int starts = bench.post->starts();
    const std::string order = "0000000000000000000000000000" + std::to_string(1000 + moment.count() % 1000);
    bench.hub->command(bench.start_of(order));
    bench.run(moment);
    const int sent = bench.post->starts();
    bench.boot();
    devices::ResumeOutlet resume{"E1", order, {}, 0, false};
    bench.hub->command(resume);
    bench.run(6min);
    CHECK(bench.post->starts() == sent);
    CHECK(sent <= starts + 1);
    if (!bench.post->order_on(1).empty()) {
      CHECK(bench.post->order_on(1) == order);
      CHECK(bench.state() == OutletState::charging);
      CHECK(bench.stop(order) == OutletResult::stopped);
    }
    bench.run(40min);
    CHECK_FALSE(bench.post->energised(1));
    CHECK(bench.state() == OutletState::plugged);
  }
  SECTION("a session that is over its time by then is stopped at once") {
    REQUIRE(bench.start(bench.start_of(kOrderA)) == OutletResult::started);
    bench.post->stop_timer(1);
    bench.boot();
    devices::ResumeOutlet resume{"E1", kOrderA, {}, 28'900, false};
    bench.hub->command(resume);
    bench.ready();
    CHECK_FALSE(bench.post->energised(1));
  }
}

TEST_CASE("what charges under an order that is not ours is nobody's, is not offered, and its settlement is an orphan",
          "[devices][posts]") {
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  bench.post->start_at_device(1);
  bench.run(6min);
  CHECK(bench.state() == OutletState::foreign);
  CHECK(bench.fault("outlet.foreign", "E1"));
  CHECK(bench.start(bench.start_of(kOrderA)) == OutletResult::busy);
  bench.run(70min);
  REQUIRE(bench.settlements.size() == 1);
  CHECK_FALSE(bench.settlements[0].by_station);
  CHECK(bench.state() == OutletState::plugged);
  CHECK_FALSE(bench.fault("outlet.foreign", "E1"));
}

TEST_CASE("a second device with the same number: the newest connection wins and it is told", "[devices][posts]") {
  PostBench bench;
  sim::SimChargePostSettings late;
  late.reconnect = 0ms;
  bench.ready();
  bench.others.push_back(std::make_shared<sim::SimChargePost>(late, bench.clock));
  bench.boot();
  bench.ready();
  bench.run(2min);
  CHECK(bench.fault("post.twice", "yard"));
}

TEST_CASE("a device that is not listed gets no answer and is told", "[devices][posts]") {
  PostBench bench;
  sim::SimChargePostSettings stranger;
  stranger.device = 0x04000007;
  bench.others.push_back(std::make_shared<sim::SimChargePost>(stranger, bench.clock));
  bench.boot();
  bench.run(30s);
  CHECK(bench.fault("post.stranger", "04000007"));
  CHECK(bench.state("E1") == OutletState::idle);
}

TEST_CASE("damage, loss and doubling on the way change nothing but the time it takes", "[devices][posts]") {
  const int kind = GENERATE(range(0, 5));
  CAPTURE(kind);
  PostBench bench;
  bench.post->plug(1, 200);
  bench.ready();
  if (kind == 0) bench.post->corrupt(1);
  if (kind == 1) bench.post->lose(1);
  if (kind == 2) bench.post->duplicate(3);
  if (kind == 3) bench.post->delay(1, 14s);
  if (kind == 4) bench.post->delay(1, 20s);
  CHECK(bench.start(bench.start_of(kOrderA), 60s) == OutletResult::started);
  CHECK(bench.post->starts() == 1);
  if (kind == 0) bench.post->corrupt(2);
  if (kind == 1) bench.post->lose(2);
  if (kind == 2) bench.post->duplicate(4);
  bench.answers.clear();
  bench.hub->command(devices::StopOutlet{"stop", "E1", kOrderA});
  bench.run(40min);
  CHECK_FALSE(bench.post->energised(1));
  CHECK(bench.answers.size() == 1);
  for (const auto& settled : bench.settlements) CHECK(settled.order == kOrderA);
  CHECK(bench.post->delivered().size() == 1);
  CHECK(bench.post->delivered()[0].acknowledged);
}

TEST_CASE("a post that falls silent is out of service until it speaks again", "[devices][posts]") {
  PostBench bench;
  bench.ready();
  bench.post->set_mute(true);
  bench.run(8min);
  CHECK(bench.fault("post.silent", "yard"));
  CHECK(bench.start(bench.start_of(kOrderA)) == OutletResult::refused);
  bench.run(10min);
  bench.post->set_mute(false);
  bench.run(5min);
  CHECK_FALSE(bench.fault("post.silent", "yard"));
  CHECK(bench.state() == OutletState::idle);
}

TEST_CASE("settings that cannot be are refused with a sentence", "[devices][posts]") {
  CHECK(complaint_about(yard()).empty());
  const std::function<void(ChargePostsSettings&)> spoils[] = {
      [](auto& s) { s.listen.clear(); },
      [](auto& s) { s.posts.clear(); },
      [](auto& s) { s.posts[0].device = 0x09000001; },
      [](auto& s) { s.posts[0].device = 0x04000000 | 10011001; },
      [](auto& s) { s.posts[0].outlets[1].port = 3; },
      [](auto& s) { s.posts[0].outlets[1].name = "E1"; },
      [](auto& s) { s.posts[0].outlets[1].port = 1; },
      [](auto& s) { s.posts[0].outlets[0].most_w = 3501; },
      [](auto& s) { s.posts.push_back(s.posts[0]); },
      [](auto& s) { s.posts[0].outlets.clear(); },
  };
  for (const auto& spoil : spoils) {
    auto settings = yard();
    spoil(settings);
    CHECK_FALSE(complaint_about(settings).empty());
  }
}

TEST_CASE("over TCP a session runs with the shipping listener", "[devices][posts]") {
  base::SystemClock clock;
  sim::SimChargePostSettings quick;
  quick.latency = 5ms;
  quick.reconnect = 1ms;
  quick.settle_after = 50ms;
  auto post = std::make_shared<sim::SimChargePost>(quick, clock);
  post->plug(1, 200);
  auto listener = link::TcpListener::at("127.0.0.1:0");
  REQUIRE(listener);
  REQUIRE((*listener)->open());
  sim::SimPostDialer dialer({post}, "127.0.0.1", (*listener)->port(), clock);
  std::mutex mutex;
  std::condition_variable ready;
  EventQueue queue(256, [&] {
    std::lock_guard lock(mutex);
    ready.notify_all();
  });
  Bus bus;
  bus.name = "posts";
  bus.drivers.push_back(std::make_unique<ChargePosts>(yard(), std::move(*listener), clock, queue.sink()));
  std::vector<Bus> buses;
  buses.push_back(std::move(bus));
  DeviceHub hub(clock, queue, std::move(buses), Running::threaded);
  // Waits for an event, not for a time; the limit only ends a failing test.
  const auto await = [&](const std::function<bool(const devices::Event&)>& wanted) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      while (const auto event = queue.try_take())
        if (wanted(*event)) return true;
      std::unique_lock lock(mutex);
      ready.wait_for(lock, 50ms);
    }
    return false;
  };
  REQUIRE(await([](const devices::Event& e) {
    const auto* changed = std::get_if<devices::OutletChanged>(&e);
    return changed && changed->outlet == "E1" && changed->state == OutletState::plugged;
  }));
  devices::StartOutlet start{"op", "E1", kOrderA, {}};
  hub.command(start);
  REQUIRE(await([](const devices::Event& e) {
    const auto* answer = std::get_if<devices::OutletAnswer>(&e);
    return answer && answer->result == OutletResult::started;
  }));
  CHECK(post->order_on(1) == kOrderA);
  hub.command(devices::StopOutlet{"stop", "E1", kOrderA});
  REQUIRE(await([](const devices::Event& e) {
    const auto* settled = std::get_if<devices::OutletSettled>(&e);
    return settled && settled->order == kOrderA;
  }));
  CHECK_FALSE(post->energised(1));
  CHECK(post->violations().empty());
}
