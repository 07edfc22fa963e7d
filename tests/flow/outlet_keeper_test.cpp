#include <catch2/catch.hpp>

#include "kiosk/flow/keeper.h"
#include "sync/base/clock.h"

using namespace station;
using namespace station::flow;
using namespace std::chrono_literals;

namespace {

struct KeeperBench {
  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  base::SeededRandom random{1};
  Desk desk{clock, random, Settings{}};
  Keeper keeper;

  KeeperBench() {
    clock.advance(1h);
    desk.station.id = "440902-007";
    keeper.on_tick(desk);
    desk.effects = {};
  }
  Effects reply(Outcome outcome) {
    keeper.on_reply({1, std::move(outcome)}, desk);
    return std::exchange(desk.effects, {});
  }
  Effects event(devices::Event event) {
    keeper.on_event(event, desk);
    return std::exchange(desk.effects, {});
  }
  Effects tick() {
    clock.advance(1s);
    keeper.on_tick(desk);
    return std::exchange(desk.effects, {});
  }
};

template <class T, class V>
const T* only(const std::vector<V>& of) {
  return of.size() == 1 ? std::get_if<T>(&of[0]) : nullptr;
}
template <class T>
const T* asked(const Effects& effects) {
  return effects.requests.size() == 1 ? std::get_if<T>(&effects.requests[0].demand) : nullptr;
}

constexpr const char* kSession = "0123456789abcdef0123456789abcdef";

}  // namespace

TEST_CASE("an outlet is started and stopped only by a committed intent, with its limits", "[flow]") {
  KeeperBench bench;
  devices::OutletLimits limits;
  limits.most_w = 400;
  auto effects = bench.reply(OutletIntended{"op1", "E1", kSession, true, limits});
  const auto* start = only<devices::StartOutlet>(effects.commands);
  REQUIRE(start);
  CHECK(start->op_id == "op1");
  CHECK(start->order == kSession);
  CHECK(start->limits == limits);
  effects = bench.reply(OutletIntended{"op2", "E1", kSession, false, limits});
  REQUIRE(only<devices::StopOutlet>(effects.commands));
  effects = bench.event(devices::OutletAnswer{"op2", "E1", kSession, devices::OutletResult::stopped, "off", {}});
  CHECK(effects.commands.empty());
  REQUIRE(asked<RecordOutlet>(effects));
  CHECK(asked<RecordOutlet>(effects)->op == "op2");
}

TEST_CASE("a settlement is acknowledged only after the ledger has stored it", "[flow]") {
  KeeperBench bench;
  devices::OutletSettled settled;
  settled.outlet = "E1";
  settled.order = kSession;
  auto effects = bench.event(settled);
  CHECK(effects.commands.empty());
  REQUIRE(asked<StoreSettlement>(effects));
  CHECK(bench.reply(StorageFailed{"the disk is full"}).commands.empty());
  effects = bench.reply(OutletStored{"E1", kSession});
  const auto* stored = only<devices::SettlementStored>(effects.commands);
  REQUIRE(stored);
  CHECK(stored->order == kSession);
}

TEST_CASE("what the outlet meters is noted when it changes, and only for a session", "[flow]") {
  KeeperBench bench;
  devices::OutletChanged reading{"E1", devices::OutletState::idle, "", 0, 0, 0, {}, {}};
  CHECK(bench.event(reading).requests.empty());
  reading = {"E1", devices::OutletState::charging, kSession, 180, 10, 60, {}, {}};
  CHECK(asked<NoteOutlet>(bench.event(reading)));
  CHECK(bench.event(reading).requests.empty());
  reading.watt_hours = 20;
  CHECK(asked<NoteOutlet>(bench.event(reading)));
}

TEST_CASE("after a restart open sessions are taken up once, latched faults held, and nothing is started", "[flow]") {
  KeeperBench bench;
  bench.keeper = Keeper();
  OpenOutlet open{"E1", kSession, {}, bench.clock.mono() - 90s, false, true};
  bench.desk.station.outlets = {open};
  bench.desk.station.faults = {{"post.alarm", "yard", "smoke", {}}, {"reader.missing", "entry", "", {}}};
  auto effects = bench.tick();
  REQUIRE(effects.commands.size() == 2);
  REQUIRE(std::holds_alternative<devices::LatchFault>(effects.commands[0]));
  CHECK(std::get<devices::LatchFault>(effects.commands[0]).place == "yard");
  REQUIRE(std::holds_alternative<devices::ResumeOutlet>(effects.commands[1]));
  CHECK(std::get<devices::ResumeOutlet>(effects.commands[1]).used_s == 91);
  CHECK(bench.tick().commands.empty());
  // A session of this run needs no taking up.
  open.session[0] = 'f';
  open.from_before = false;
  bench.desk.station.outlets = {open};
  CHECK(bench.tick().commands.empty());
}

TEST_CASE("smoke at a charging post ends phone charging as well", "[flow]") {
  KeeperBench bench;
  bench.desk.station.charges = {{"P1", bench.clock.mono(), 120, false}};
  CHECK(bench.tick().requests.empty());
  bench.desk.station.faults = {{"post.alarm", "yard", "smoke", {}}};
  const auto effects = bench.tick();
  REQUIRE(asked<IntendCharge>(effects));
  CHECK(asked<IntendCharge>(effects)->port == "P1");
  CHECK_FALSE(asked<IntendCharge>(effects)->on);
}
