#include "rig.h"

using namespace station;
using namespace station::test;
using flow::LeaseState;
using flow::PortState;

namespace {

flow::PortView port(Rig& rig, const std::string& name) {
  for (const flow::PortView& p : rig.ledger->station().ports)
    if (p.name == name) return p;
  FAIL("no port " << name);
  return {};
}

std::string start_charge(Rig& rig, const char* subject, const char* name) {
  const auto intent = rig.ask<flow::ChargeIntended>(flow::IntendCharge{subject, name, true, "rider"});
  rig.ask<flow::RiderChanged>(flow::RecordSwitch{intent.op, true, "read back on"});
  return intent.op;
}

int free_boxes(Rig& rig, flow::BoxSize size) {
  for (const flow::BoxCount& c : rig.ledger->station().boxes)
    if (c.size == size) return c.free;
  return -1;
}

// Deposit as far as the open door.
flow::BoxIntended deposit(Rig& rig, const char* subject) {
  const auto held = rig.ask<flow::BoxHeld>(flow::HoldBox{subject, flow::BoxSize::small});
  return rig.ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "deposit"});
}

}  // namespace

TEST_CASE("charging starts when the read-back says so and ends with its minutes", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto intent = rig.ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", true, "rider"});
  CHECK(intent.on);
  CHECK(port(rig, "P1").state == PortState::busy);
  CHECK(rig.bodies(record::kChargeStarted).empty());
  const auto on = rig.ask<flow::RiderChanged>(flow::RecordSwitch{intent.op, true, "read back on"});
  REQUIRE(on.rider.charge);
  CHECK(on.rider.charge->port == "P1");
  rig.ask<flow::Done>(flow::RecordSwitch{intent.op, true, "again"});  // told twice

  rig.clock.advance(30min);
  CHECK(port(rig, "P1").minutes_left == 90);
  const auto off = rig.ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", false, "rider"});
  CHECK_FALSE(off.on);
  CHECK_FALSE(rig.ask<flow::RiderChanged>(flow::RecordSwitch{off.op, true, "read back off"}).rider.charge);
  CHECK(port(rig, "P1").state == PortState::free);
  const json ended = rig.bodies(record::kChargeEnded).at(0);
  CHECK(ended["minutes"] == 30);
  CHECK(ended["reason"] == "rider");
  CHECK(ended["power"] == "off");
  rig.consistent();
}

TEST_CASE("a port that does not switch on charges nobody", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto intent = rig.ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", true, "rider"});
  CHECK_FALSE(rig.ask<flow::RiderChanged>(flow::RecordSwitch{intent.op, false, "no answer"}).rider.charge);
  CHECK(rig.bodies(record::kChargeFailed).at(0)["evidence"] == "no answer");
  CHECK(port(rig, "P1").state == PortState::free);
  rig.consistent();
}

TEST_CASE("a port is refused when busy, faulty, unknown, somebody else's, or the rider charges already", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_li();
  start_charge(rig, kWang, "P1");
  CHECK(rig.refused(flow::IntendCharge{kLi, "P1", true, "rider"}) == "charge.port_busy");
  CHECK(rig.refused(flow::IntendCharge{kLi, "P1", false, "rider"}) == "charge.not_yours");
  CHECK(rig.refused(flow::IntendCharge{kWang, "P2", true, "rider"}) == "charge.one_each");
  CHECK(rig.refused(flow::IntendCharge{kLi, "P9", true, "rider"}) == "charge.port_fault");
  CHECK(rig.refused(flow::IntendCharge{kLi, "P2", false, "rider"}) == "charge.not_yours");
  rig.ask<flow::Done>(flow::RaiseFault{"port.silent", "P2", "no answer"});
  CHECK(port(rig, "P2").state == PortState::fault);
  CHECK(rig.refused(flow::IntendCharge{kLi, "P2", true, "rider"}) == "charge.port_fault");
}

TEST_CASE("while a charge is intended the rider cannot take a second port", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.ask<flow::ChargeIntended>(flow::IntendCharge{kWang, "P1", true, "rider"});
  CHECK(rig.refused(flow::IntendCharge{kWang, "P2", true, "rider"}) == "charge.one_each");
}

TEST_CASE("after a restart a running charge is the keeper's to end, and an intent without outcome has failed",
          "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_li();
  start_charge(rig, kWang, "P1");
  const auto lost = rig.ask<flow::ChargeIntended>(flow::IntendCharge{kLi, "P2", true, "rider"});
  rig.clock.advance(10min);
  rig.power_cut(10min);
  CHECK(rig.bodies(record::kChargeFailed).size() == 1);
  CHECK(port(rig, "P2").state == PortState::free);
  rig.ask<flow::Done>(flow::RecordSwitch{lost.op, true, "too late"});
  const auto running = rig.ledger->station().charges;
  REQUIRE(running.size() == 1);
  CHECK(running[0].from_before);
  const auto off = rig.ask<flow::ChargeIntended>(flow::IntendCharge{"", "P1", false, "restart"});
  rig.ask<flow::RiderChanged>(flow::RecordSwitch{off.op, true, "read back off"});
  CHECK(rig.bodies(record::kChargeEnded).at(0)["minutes"] == 0);  // nobody knows how long it had power
  CHECK(rig.bodies(record::kChargeEnded).at(0)["reason"] == "restart");
  CHECK(rig.ledger->station().charges.empty());
  rig.consistent();
}

TEST_CASE("a box is held, opened, used and picked up, each step on the log before it happens", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto held = rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small});
  CHECK(free_boxes(rig, flow::BoxSize::small) == 1);
  CHECK(rig.wang().leases.empty());
  const auto in = rig.ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "deposit"});
  CHECK(in.box == held.box);
  CHECK(rig.wang().leases.at(0).state == LeaseState::opening);
  CHECK(rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "door read open"})
            .rider.leases.at(0)
            .state == LeaseState::open);
  rig.ask<flow::Done>(flow::RecordOpening{in.op, devices::Opening::not_opened, "again"});  // the first report counts
  CHECK(rig.ask<flow::RiderChanged>(flow::CloseBox{held.lease, "deposit", true}).rider.leases.at(0).state ==
        LeaseState::occupied);

  const auto mid = rig.ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "mid"});
  rig.ask<flow::RiderChanged>(flow::RecordOpening{mid.op, devices::Opening::opened, "door read open"});
  rig.ask<flow::RiderChanged>(flow::CloseBox{held.lease, "mid", true});
  CHECK(rig.wang().leases.at(0).state == LeaseState::occupied);

  const auto out = rig.ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "pickup"});
  rig.ask<flow::RiderChanged>(flow::RecordOpening{out.op, devices::Opening::opened, "door read open"});
  CHECK(rig.ask<flow::RiderChanged>(flow::CloseBox{held.lease, "pickup", true}).rider.leases.empty());
  CHECK(rig.bodies(record::kLeaseEnded).at(0)["reason"] == "picked_up");
  CHECK(free_boxes(rig, flow::BoxSize::small) == 2);
  rig.consistent();
}

TEST_CASE("a hold leaves no trace: given back, replaced by the next one, run out or cut off", "[store]") {
  Rig rig;
  rig.add_wang();
  const std::size_t before = rig.ledger->log_size();
  const auto first = rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small});
  rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small});
  CHECK(free_boxes(rig, flow::BoxSize::small) == 1);
  rig.ask<flow::Done>(flow::ReleaseHold{first.lease});  // is gone already
  rig.clock.advance(61s);
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(free_boxes(rig, flow::BoxSize::small) == 2);
  const auto third = rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small});
  rig.ask<flow::Done>(flow::ReleaseHold{third.lease});
  CHECK(rig.refused(flow::IntendOpen{third.lease, "deposit"}) == "locker.not_possible");
  rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small});
  CHECK(rig.ledger->log_size() == before);
  rig.crash();
  CHECK(free_boxes(rig, flow::BoxSize::small) == 2);
}

TEST_CASE("the smallest box that fits is taken, the least used first, and never one twice", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_li();
  const auto a = deposit(rig, kWang);
  const auto b = deposit(rig, kLi);
  CHECK(a.box == "A01");
  CHECK(b.box == "A02");
  CHECK(rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small}).box == "B01");
  CHECK(rig.refused(flow::HoldBox{kLi, flow::BoxSize::small}) == "locker.none_free");
  CHECK(rig.refused(flow::IntendOpen{a.lease, "deposit"}) == "locker.not_possible");
  CHECK(rig.refused(flow::IntendOpen{"no-such-lease", "pickup"}) == "locker.not_possible");
  CHECK(rig.refused(flow::CloseBox{a.lease, "deposit", true}) == "locker.not_possible");
}

TEST_CASE("a door that stays shut ends the deposit and takes the box out of use until a maintainer clears it",
          "[store]") {
  Rig rig;
  rig.add_wang();
  const auto in = deposit(rig, kWang);
  CHECK(rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::not_opened, "two reads closed"})
            .rider.leases.empty());
  CHECK(rig.bodies(record::kLeaseEnded).at(0)["reason"] == "fault");
  CHECK(free_boxes(rig, flow::BoxSize::small) == 1);
  REQUIRE(rig.ledger->station().faults.size() == 1);
  CHECK(rig.ledger->station().faults[0].place == in.box);
  rig.ask<flow::Done>(flow::ClearFault{"box.not_opened", in.box});
  CHECK(free_boxes(rig, flow::BoxSize::small) == 2);
  rig.consistent();
}

TEST_CASE("a deposit of which nobody knows whether the door opened stays the rider's, and the box is looked at",
          "[store]") {
  Rig rig;
  rig.add_wang();
  const auto in = deposit(rig, kWang);
  const auto after = rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::unknown, "board silent"});
  CHECK(after.rider.leases.at(0).state == LeaseState::occupied);
  CHECK(rig.ledger->station().faults.at(0).code == "box.unclear");
  const auto out = rig.ask<flow::BoxIntended>(flow::IntendOpen{in.lease, "pickup"});
  rig.ask<flow::RiderChanged>(flow::RecordOpening{out.op, devices::Opening::opened, "door read open"});
  rig.ask<flow::RiderChanged>(flow::CloseBox{in.lease, "pickup", true});
  CHECK(free_boxes(rig, flow::BoxSize::small) == 1);  // until the fault is cleared
  rig.consistent();
}

TEST_CASE("a pick-up that fails keeps the rider's things theirs", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto in = deposit(rig, kWang);
  rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "open"});
  rig.ask<flow::RiderChanged>(flow::CloseBox{in.lease, "deposit", true});
  const auto out = rig.ask<flow::BoxIntended>(flow::IntendOpen{in.lease, "pickup"});
  const auto after = rig.ask<flow::RiderChanged>(flow::RecordOpening{out.op, devices::Opening::refused, "duty limit"});
  CHECK(after.rider.leases.at(0).state == LeaseState::occupied);
  CHECK(rig.ledger->station().faults.empty());
  rig.ask<flow::BoxIntended>(flow::IntendOpen{in.lease, "pickup"});
  rig.consistent();
}

TEST_CASE("after a crash in the middle of an opening the door decides, and the box stays with its rider", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto in = deposit(rig, kWang);
  CHECK(rig.ledger->station().pending_openings.empty());  // of this run: the answer will come
  rig.power_cut();
  const auto pending = rig.ledger->station().pending_openings;
  REQUIRE(pending.size() == 1);
  CHECK(pending[0].op == in.op);
  CHECK(pending[0].box == in.box);
  rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "door read open after restart"});
  CHECK(rig.ledger->station().pending_openings.empty());
  rig.power_cut();
  CHECK(rig.wang().leases.at(0).state == LeaseState::occupied);
  rig.ask<flow::BoxIntended>(flow::IntendOpen{in.lease, "pickup"});
  rig.consistent();
}

TEST_CASE("a box that its rider left open is named until it is settled, and stays theirs", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto in = deposit(rig, kWang);
  CHECK(rig.ledger->station().open_boxes.empty());
  rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "open"});
  CHECK(rig.ledger->station().open_boxes == std::vector{in.box});
  rig.ask<flow::Done>(flow::SettleBox{in.box});
  rig.ask<flow::Done>(flow::SettleBox{in.box});
  CHECK(rig.ledger->station().open_boxes.empty());
  CHECK(rig.wang().leases.at(0).state == LeaseState::occupied);
  rig.ask<flow::BoxIntended>(flow::IntendOpen{in.lease, "pickup"});
  rig.consistent();
}

TEST_CASE("a box taken out of the configuration is not offered, its lease goes on", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto in = deposit(rig, kWang);
  rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "open"});
  rig.ask<flow::RiderChanged>(flow::CloseBox{in.lease, "deposit", true});
  rig.options.boxes = {{"B01", flow::BoxSize::large}};
  rig.crash();
  CHECK(rig.wang().leases.at(0).box == in.box);
  CHECK(rig.ask<flow::BoxHeld>(flow::HoldBox{kWang, flow::BoxSize::small}).box == "B01");
}

TEST_CASE("faults are raised and cleared once each and shown to the maintainer", "[store]") {
  Rig rig;
  rig.ask<flow::Done>(flow::RaiseFault{"reader.missing", "R1", "unplugged"});
  rig.ask<flow::Done>(flow::RaiseFault{"reader.missing", "R1", "still unplugged"});
  const auto faults = rig.ledger->station().faults;
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].detail == "unplugged");
  rig.crash();
  CHECK(rig.ledger->station().faults.size() == 1);
  rig.ask<flow::Done>(flow::ClearFault{"reader.missing", "R1"});
  rig.ask<flow::Done>(flow::ClearFault{"reader.missing", "R1"});
  CHECK(rig.bodies(record::kFaultRaised).size() == 1);
  CHECK(rig.bodies(record::kFaultCleared).size() == 1);
  rig.consistent();
}

TEST_CASE("each complaint gets a receipt of its own", "[store]") {
  Rig rig;
  rig.add_wang();
  const std::string first =
      rig.ask<flow::ComplaintLodged>(flow::LodgeComplaint{kWang, "course", "C1", "wrong_rider"}).receipt;
  const std::string second =
      rig.ask<flow::ComplaintLodged>(flow::LodgeComplaint{kWang, "box", "A01", "jammed"}).receipt;
  CHECK(first == "440902-007-261122-0001");
  CHECK(second == "440902-007-261122-0002");
  rig.clock.advance(24h);
  CHECK(rig.ask<flow::ComplaintLodged>(flow::LodgeComplaint{kWang, "box", "A01", "jammed"}).receipt ==
        "440902-007-261123-0001");
  CHECK(rig.bodies(record::kComplaintFiled).at(0) ==
        json{{"complaint", first}, {"about", "course"}, {"ref", "C1"}, {"category", "wrong_rider"}});
  rig.consistent();
}
