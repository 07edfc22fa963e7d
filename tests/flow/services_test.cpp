// Charging, boxes, and the keeper behind them.
#include "tests/flow/rig.h"

using namespace station;
using namespace station::test;

namespace {

RiderView charging(RiderView r, const base::Clock& clock) {
  r.charge = ChargeView{"s1", "P1", clock.utc(), 0, 120};
  return r;
}

RiderView with_lease(RiderView r, LeaseState state) {
  r.leases = {LeaseView{"l1", "A03", BoxSize::small, state, {}}};
  return r;
}

}  // namespace

TEST_CASE("a port is powered only after the intent was committed, and shown as running only after the read-back", "[flow]") {
  Rig rig;
  const RiderView rider = rider_named("a", "王师傅");
  rig.sign_in(rider);
  rig.act(Go{Place::charge, ""});
  rig.act(ChoosePort{"P1"});
  CHECK(rig.commanded<devices::SwitchPort>() == 0);
  CHECK(rig.screen<ChargeScreen>().step == ChargeStep::switching_on);
  rig.reply(rig.take<IntendCharge>().first, ChargeIntended{"op1", "P1", true});
  const auto command = rig.take_command<devices::SwitchPort>();
  CHECK(command.op_id == "op1");
  CHECK(command.on);
  rig.event(devices::PortSwitched{"op1", "P1", devices::Power::on, "read back on", rig.clock.mono()});
  const auto [id, outcome] = rig.take<RecordSwitch>();
  CHECK(outcome.switched);
  CHECK(rig.screen<ChargeScreen>().step == ChargeStep::switching_on);
  rig.reply(id, RiderChanged{charging(rider, rig.clock)});
  CHECK(rig.screen<ChargeScreen>().step == ChargeStep::running);
}

TEST_CASE("a port that does not switch is reported as not switched", "[flow]") {
  Rig rig;
  const RiderView rider = rider_named("a", "王师傅");
  rig.sign_in(rider);
  rig.act(Go{Place::charge, ""});
  rig.act(ChoosePort{"P1"});
  rig.reply(rig.take<IntendCharge>().first, ChargeIntended{"op1", "P1", true});
  rig.event(devices::PortSwitched{"op1", "P1", devices::Power::unknown, "no answer", rig.clock.mono()});
  const auto [id, outcome] = rig.take<RecordSwitch>();
  CHECK_FALSE(outcome.switched);
  rig.reply(id, RiderChanged{rider});
  CHECK(rig.screen<ChargeScreen>().step == ChargeStep::choose);
  CHECK(rig.screen<ChargeScreen>().message->key == "charge.not_switched");
}

TEST_CASE("the outcome is recorded although the rider has left the screen", "[flow]") {
  Rig rig;
  rig.sign_in(rider_named("a", "王师傅"));
  rig.act(Go{Place::charge, ""});
  rig.act(ChoosePort{"P1"});
  rig.act(SignOut{});
  rig.reply(rig.take<IntendCharge>().first, ChargeIntended{"op1", "P1", true});
  rig.event(devices::PortSwitched{"op1", "P1", devices::Power::on, "", rig.clock.mono()});
  CHECK(rig.take<RecordSwitch>().second.op == "op1");
}

TEST_CASE("charging ends at its limit, once, and again when the ledger did not agree the first time", "[flow]") {
  Rig rig;
  StationView station;
  station.charges = {RunningCharge{"P1", rig.clock.mono(), 2, false}};
  rig.put(station);
  rig.pass(119s);
  CHECK(rig.count<IntendCharge>() == 0);
  rig.pass(2s);
  CHECK(rig.count<IntendCharge>() == 1);
  const auto [id, intent] = rig.take<IntendCharge>();
  CHECK_FALSE(intent.on);
  CHECK(intent.reason == "limit");
  rig.pass(5s);
  CHECK(rig.count<IntendCharge>() == 0);
  rig.reply(id, NotNow{"charge.not_yours", {}});
  rig.pass(1s);
  CHECK(rig.count<IntendCharge>() == 1);
}

TEST_CASE("a session from before a restart is ended", "[flow]") {
  Rig rig;
  StationView station;
  station.charges = {RunningCharge{"P1", {}, 120, true}};
  rig.put(station);
  rig.pass(1s);
  CHECK(rig.take<IntendCharge>().second.reason == "restart");
}

TEST_CASE("over-current ends the session on that port only", "[flow]") {
  Rig rig;
  StationView station;
  station.charges = {RunningCharge{"P1", rig.clock.mono(), 120, false}, RunningCharge{"P2", rig.clock.mono(), 120, false}};
  rig.put(station);
  rig.event(devices::PortChanged{"P2", devices::Power::on, devices::Power::off, true, rig.clock.mono()});
  CHECK(rig.count<IntendCharge>() == 1);
  CHECK(rig.take<IntendCharge>().second.port == "P2");
}

TEST_CASE("a box is deposited into: opened is believed from the ledger, stored only after the door closed", "[flow]") {
  Rig rig;
  const RiderView rider = rider_named("a", "王师傅");
  rig.sign_in(rider);
  rig.act(Go{Place::locker, ""});
  rig.act(ChooseSize{BoxSize::small});
  rig.act(ChooseSize{BoxSize::small});  // a double tap holds one box
  CHECK(rig.count<HoldBox>() == 1);
  rig.reply(rig.take<HoldBox>().first, BoxHeld{"l1", "A03"});
  CHECK(rig.commanded<devices::OpenBox>() == 0);
  rig.reply(rig.take<IntendOpen>().first, BoxIntended{"op1", "l1", "A03"});
  CHECK(rig.take_command<devices::OpenBox>().box == "A03");
  CHECK(rig.screen<LockerScreen>().step == LockerStep::opening);
  rig.event(devices::DoorChanged{"A03", devices::Door::open, rig.clock.mono()});
  CHECK(rig.screen<LockerScreen>().step == LockerStep::opening);
  rig.event(devices::BoxOpening{"op1", "A03", devices::Opening::opened, "two reads", rig.clock.mono()});
  rig.reply(rig.take<RecordOpening>().first, RiderChanged{with_lease(rider, LeaseState::open)});
  CHECK(rig.screen<LockerScreen>().step == LockerStep::open);
  rig.act(Back{});  // an open door is not left
  CHECK(rig.screen<LockerScreen>().step == LockerStep::open);
  rig.event(devices::DoorChanged{"A03", devices::Door::closed, rig.clock.mono()});
  CHECK(rig.screen<LockerScreen>().step == LockerStep::confirm);
  rig.act(BoxUsed{true});
  rig.act(BoxUsed{true});
  CHECK(rig.count<CloseBox>() == 1);
  const auto [id, closed] = rig.take<CloseBox>();
  CHECK(closed.used);
  rig.reply(id, RiderChanged{with_lease(rider, LeaseState::occupied)});
  CHECK(rig.screen<LockerScreen>().step == LockerStep::stored);
}

TEST_CASE("a box that does not open says so and asks for no second pulse", "[flow]") {
  Rig rig;
  const RiderView rider = rider_named("a", "王师傅");
  rig.sign_in(rider);
  rig.act(Go{Place::locker, ""});
  rig.act(ChooseSize{BoxSize::medium});
  rig.reply(rig.take<HoldBox>().first, BoxHeld{"l1", "A03"});
  rig.reply(rig.take<IntendOpen>().first, BoxIntended{"op1", "l1", "A03"});
  rig.event(devices::BoxOpening{"op1", "A03", devices::Opening::not_opened, "still closed", rig.clock.mono()});
  rig.reply(rig.take<RecordOpening>().first, RiderChanged{rider});
  CHECK(rig.screen<LockerScreen>().step == LockerStep::failed);
  rig.pass(10s);
  CHECK(rig.commanded<devices::OpenBox>() == 1);
}

TEST_CASE("nobody answers after the door closed: a deposit counts as used, a pick-up as not emptied", "[flow]") {
  const std::string purpose = GENERATE(std::string("deposit"), std::string("pickup"));
  Rig rig;
  const RiderView rider = rider_named("a", "王师傅");
  rig.sign_in(purpose == "pickup" ? with_lease(rider, LeaseState::occupied) : rider);
  rig.act(Go{Place::locker, ""});
  if (purpose == "pickup") {
    rig.act(OpenLease{"l1", true});
  } else {
    rig.act(ChooseSize{BoxSize::small});
    rig.reply(rig.take<HoldBox>().first, BoxHeld{"l1", "A03"});
  }
  const auto [id, intent] = rig.take<IntendOpen>();
  CHECK(intent.purpose == purpose);
  rig.reply(id, BoxIntended{"op1", "l1", "A03"});
  rig.event(devices::BoxOpening{"op1", "A03", devices::Opening::opened, "", rig.clock.mono()});
  rig.reply(rig.take<RecordOpening>().first, RiderChanged{with_lease(rider, LeaseState::open)});
  rig.event(devices::DoorChanged{"A03", devices::Door::closed, rig.clock.mono()});
  rig.pass(60s);
  CHECK(rig.take<CloseBox>().second.used == (purpose == "deposit"));
}

namespace {

// A rider in front of their open box.
void open_a_box(Rig& rig, const RiderView& rider) {
  rig.sign_in(rider);
  rig.act(Go{Place::locker, ""});
  rig.act(ChooseSize{BoxSize::small});
  rig.reply(rig.take<HoldBox>().first, BoxHeld{"l1", "A03"});
  rig.reply(rig.take<IntendOpen>().first, BoxIntended{"op1", "l1", "A03"});
  rig.event(devices::DoorChanged{"A03", devices::Door::open, rig.clock.mono()});
  rig.event(devices::BoxOpening{"op1", "A03", devices::Opening::opened, "", rig.clock.mono()});
  rig.reply(rig.take<RecordOpening>().first, RiderChanged{with_lease(rider, LeaseState::open)});
  StationView station;
  station.open_boxes = {"A03"};
  rig.put(station);
}

}  // namespace

TEST_CASE("a rider who goes away from an open box gives the screen back, and the box stays theirs once it is closed", "[flow]") {
  Rig rig;
  open_a_box(rig, rider_named("a", "王师傅"));
  rig.pass(179s);
  CHECK(rig.screen<LockerScreen>().step == LockerStep::open);
  rig.pass(1s);
  CHECK_FALSE(rig.visit.frame().signed_in);
  rig.pass(10min);
  CHECK(rig.count<SettleBox>() == 0);
  rig.event(devices::DoorChanged{"A03", devices::Door::closed, rig.clock.mono()});
  rig.pass(2min);
  CHECK(rig.take<SettleBox>().second.box == "A03");
  rig.put(StationView{});
  rig.pass(10min);
  CHECK(rig.count<SettleBox>() == 0);
}

TEST_CASE("a rider who comes back to their open box goes on where they were, without a second pulse", "[flow]") {
  Rig rig;
  const RiderView rider = rider_named("a", "王师傅");
  open_a_box(rig, rider);
  CHECK(rig.commanded<devices::OpenBox>() == 1);
  rig.pass(3min);
  rig.sign_in(with_lease(rider, LeaseState::open));
  rig.act(Go{Place::locker, ""});
  rig.act(OpenLease{"l1", false});
  CHECK(rig.screen<LockerScreen>().step == LockerStep::open);
  rig.event(devices::DoorChanged{"A03", devices::Door::closed, rig.clock.mono()});
  rig.act(BoxUsed{true});
  CHECK(rig.count<CloseBox>() == 1);
  CHECK(rig.commanded<devices::OpenBox>() == 0);
}

TEST_CASE("after a crash the result of an opening is read from the door and the lock is never pulsed again", "[flow]") {
  Rig rig;
  StationView station;
  station.pending_openings = {PendingOpening{"op9", "A05"}};
  rig.put(station);
  rig.pass(5s);
  rig.event(devices::DoorChanged{"A05", devices::Door::open, rig.clock.mono()});
  const auto outcome = rig.take<RecordOpening>().second;
  CHECK(outcome.op == "op9");
  CHECK(outcome.result == devices::Opening::opened);
  CHECK(rig.commanded<devices::OpenBox>() == 0);
}

TEST_CASE("device faults reach the ledger with their end", "[flow]") {
  Rig rig;
  rig.event(devices::FaultRaised{"reader.missing", "reader", "unplugged", rig.clock.mono()});
  CHECK(rig.take<RaiseFault>().second.code == "reader.missing");
  rig.event(devices::FaultCleared{"reader.missing", "reader", rig.clock.mono()});
  CHECK(rig.take<ClearFault>().second.place == "reader");
}
