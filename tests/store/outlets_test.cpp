#include <catch2/catch.hpp>

#include "sync/record/outlet_types.h"
#include "tests/store/rig.h"

using namespace station;
using namespace station::test;
using devices::OutletResult;
using devices::OutletState;

namespace {

struct OutletRig : Rig {
  OutletRig() {
    options.outlets = {{"E1", "yard", false, 500}, {"E2", "yard", false, 500}, {"E3", "hall", true, 500}};
    options.outlets_w = 1'000;
    open();
    add_wang();
    add_li();
  }
  flow::OutletIntended intend(const std::string& subject, const std::string& outlet) {
    return ask<flow::OutletIntended>(flow::IntendCharge{subject, outlet, true, "rider"});
  }
  flow::OutletIntended run(const std::string& subject, const std::string& outlet) {
    const auto intended = intend(subject, outlet);
    ask<flow::RiderChanged>(flow::RecordOutlet{intended.op, OutletResult::started, "test"});
    return intended;
  }
  devices::OutletSettled settlement(const std::string& order, const std::string& outlet = "E1", int wh = 480) {
    devices::OutletSettled s;
    s.outlet = outlet;
    s.order = order;
    s.device = "04AB373B/1";
    s.seconds = 3'600;
    s.watt_hours = wh;
    s.peak_w = 200;
    s.code = 1;
    s.reason = "full";
    s.stop = "Other";
    return s;
  }
  store::FireApproval approval() {
    return {{"E3"}, "fire department", "F-1", "2026-11-01", "2026-11-22", std::string(64, '0'), "17", "23"};
  }
  int count(std::string_view type) {
    int n = 0;
    const auto lines = ledger->lines(0, 100'000, 1 << 28);
    REQUIRE(lines);
    for (const std::string& line : *lines) n += record::parse_line(line)->type == type ? 1 : 0;
    return n;
  }
};

}  // namespace

TEST_CASE("an e-bike session goes from the intent to one settlement", "[store]") {
  OutletRig rig;
  const auto intended = rig.intend(kWang, "E1");
  CHECK(intended.on);
  CHECK(intended.session.size() == 32);
  CHECK(intended.limits.most_w == 500);
  CHECK(intended.limits.longest_s == 28'800);
  CHECK_FALSE(intended.limits.allowed_until);
  CHECK(rig.refused(flow::IntendCharge{kLi, "E1", true, "rider"}) == "charge.port_busy");
  const auto rider = rig.ask<flow::RiderChanged>(flow::RecordOutlet{intended.op, OutletResult::started, "test"}).rider;
  REQUIRE(rider.charge);
  CHECK(rider.charge->ebike);
  CHECK(rider.charge->port == "E1");
  devices::OutletChanged reading{"E1", OutletState::charging, intended.session, 180, 90, 1'800, {}, {}};
  const auto metered = rig.ask<flow::RiderChanged>(flow::NoteOutlet{reading}).rider;
  CHECK(metered.charge->watt_hours == 90);
  CHECK(metered.charge->watts == 180);
  const auto stop = rig.ask<flow::OutletIntended>(flow::IntendCharge{kWang, "E1", false, "rider"});
  CHECK_FALSE(stop.on);
  CHECK(stop.session == intended.session);
  rig.ask<flow::RiderChanged>(flow::RecordOutlet{stop.op, OutletResult::stopped, "test"});
  CHECK(rig.count(record::kOutletSettled) == 0);
  const auto stored = rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(intended.session)});
  CHECK(stored.order == intended.session);
  CHECK(rig.count(record::kOutletSettled) == 1);
  CHECK(rig.ledger->compare_with_log().empty());
}

TEST_CASE("a repeated settlement is acknowledged again and counted once, also after a power cut", "[store]") {
  OutletRig rig;
  const auto session = rig.run(kWang, "E1").session;
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session)});
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session)});
  rig.power_cut();
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session)});
  CHECK(rig.count(record::kOutletSettled) == 1);
  CHECK(rig.count(record::kOutletDisputed) == 0);
  CHECK(rig.ledger->compare_with_log().empty());
}

TEST_CASE("another settlement of the same session is a dispute and charges nothing more", "[store]") {
  OutletRig rig;
  const auto session = rig.run(kWang, "E1").session;
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session)});
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session, "E1", 490)});
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session, "E1", 490)});
  CHECK(rig.count(record::kOutletSettled) == 1);
  CHECK(rig.count(record::kOutletDisputed) == 1);
}

TEST_CASE("a settlement of no session of ours is an orphan and charges nobody", "[store]") {
  OutletRig rig;
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(std::string(32, 'a'))});
  CHECK(rig.count(record::kOutletOrphan) == 1);
  // Nor is an order of ours believed that another outlet settles; the true one still counts.
  const auto session = rig.run(kWang, "E1").session;
  auto elsewhere = rig.settlement(session, "E2");
  elsewhere.device = "04AB373B/2";
  rig.ask<flow::OutletStored>(flow::StoreSettlement{elsewhere});
  CHECK(rig.count(record::kOutletOrphan) == 2);
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session)});
  CHECK(rig.count(record::kOutletSettled) == 1);
}

TEST_CASE("an indoor outlet is intended only with a fire approval that holds, and never beyond it", "[store]") {
  OutletRig rig;
  CHECK(rig.refused(flow::IntendCharge{kWang, "E3", true, "rider"}) == "charge.indoor_go");
  SECTION("with an approval: until the end of its last day") {
    rig.options.approvals = {rig.approval()};
    rig.open();
    CHECK(rig.count(record::kFireApproval) == 1);
    const auto intended = rig.intend(kWang, "E3");
    REQUIRE(intended.limits.allowed_until);
    CHECK(base::iso8601(*intended.limits.allowed_until) == "2026-11-22T15:59:59.000Z");
    rig.clock.advance(11h);
    CHECK(rig.refused(flow::IntendCharge{kLi, "E3", true, "rider"}) == "charge.indoor_go");
  }
  SECTION("withdrawn while it charges: the session is taken up only to be ended") {
    rig.options.approvals = {rig.approval()};
    rig.open();
    rig.run(kWang, "E3");
    rig.options.approvals.clear();
    rig.open();
    CHECK(rig.count(record::kFireApproval) == 2);
    const auto open = rig.ledger->station().outlets;
    REQUIRE(open.size() == 1);
    CHECK(open[0].from_before);
    REQUIRE(open[0].limits.allowed_until);
    CHECK(*open[0].limits.allowed_until < rig.clock.utc());
  }
  SECTION("one person alone, another outlet, not yet, no number, or a region that forbids it") {
    auto alone = rig.approval(), other = rig.approval(), early = rig.approval(), numberless = rig.approval();
    alone.confirmed_by = alone.entered_by;
    other.outlets = {"E2"};
    early.issued = "2026-11-23";
    early.expires = "2027-11-23";
    numberless.document.clear();
    for (const auto& approval : {alone, other, early, numberless}) {
      rig.options.approvals = {approval};
      rig.open();
      CHECK(rig.refused(flow::IntendCharge{kWang, "E3", true, "rider"}) == "charge.indoor_go");
    }
    rig.options.approvals = {rig.approval()};
    rig.options.indoor_ebike_forbidden = true;
    rig.open();
    CHECK(rig.refused(flow::IntendCharge{kWang, "E3", true, "rider"}) == "charge.indoor_go");
  }
  CHECK(rig.ledger->compare_with_log().empty());
}

TEST_CASE("all sessions together stay within the station's power, and a rider has one", "[store]") {
  OutletRig rig;
  rig.options.outlets_w = 999;
  rig.open();
  const auto first = rig.run(kWang, "E1");
  CHECK(rig.refused(flow::IntendCharge{kLi, "E2", true, "rider"}) == "charge.no_power");
  CHECK(rig.refused(flow::IntendCharge{kWang, "E2", true, "rider"}) == "charge.one_each");
  CHECK(rig.refused(flow::IntendCharge{kWang, "P1", true, "rider"}) == "charge.one_each");
  CHECK(rig.refused(flow::IntendCharge{kLi, "E1", false, "rider"}) == "charge.not_yours");
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(first.session)});
  CHECK(rig.intend(kLi, "E2").on);
}

TEST_CASE("an alarm or a fault of the outlet or its post starts nothing, phones included", "[store]") {
  OutletRig rig;
  rig.ask<flow::Done>(flow::RaiseFault{"outlet.welded", "E1", ""});
  CHECK(rig.refused(flow::IntendCharge{kWang, "E1", true, "rider"}) == "charge.port_fault");
  CHECK(rig.intend(kWang, "E2").on);
  rig.ask<flow::Done>(flow::RaiseFault{"post.alarm", "hall", "smoke"});
  CHECK(rig.refused(flow::IntendCharge{kLi, "P1", true, "rider"}) == "charge.port_fault");
  for (const auto& port : rig.ledger->station().ports)
    CHECK(port.state == (port.name == "E2" ? flow::PortState::busy : flow::PortState::fault));
}

TEST_CASE("what the post refused is over at once, and what nobody knows waits for a settlement", "[store]") {
  OutletRig rig;
  const auto refused = rig.intend(kWang, "E1");
  CHECK_FALSE(rig.ask<flow::RiderChanged>(flow::RecordOutlet{refused.op, OutletResult::not_plugged, "x"}).rider.charge);
  CHECK(rig.count(record::kOutletFailed) == 1);
  const auto unknown = rig.intend(kWang, "E1");
  rig.ask<flow::RiderChanged>(flow::RecordOutlet{unknown.op, OutletResult::unknown, "x"});
  CHECK(rig.count(record::kOutletFailed) == 1);
  // It shows itself later: then it runs, and it can be stopped.
  devices::OutletChanged reading{"E1", OutletState::charging, unknown.session, 180, 90, 1'800, {}, {}};
  CHECK(rig.ask<flow::RiderChanged>(flow::NoteOutlet{reading}).rider.charge);
  CHECK(rig.count(record::kOutletStarted) == 1);
  CHECK(rig.ledger->compare_with_log().empty());
}

TEST_CASE("a day without a settlement is estimated from the meter, and a late settlement corrects it", "[store]") {
  OutletRig rig;
  const auto session = rig.run(kWang, "E1").session;
  devices::OutletChanged reading{"E1", OutletState::charging, session, 180, 90, 1'800, {}, {}};
  rig.ask<flow::RiderChanged>(flow::NoteOutlet{reading});
  reading.state = OutletState::settling;
  rig.ask<flow::RiderChanged>(flow::NoteOutlet{reading});
  rig.clock.advance(23h);
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(rig.count(record::kOutletEstimated) == 0);
  rig.clock.advance(2h);
  rig.ask<flow::Done>(flow::Housekeep{});
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(rig.count(record::kOutletEstimated) == 1);
  CHECK(rig.ledger->compare_with_log().empty());
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(session)});
  CHECK(rig.count(record::kOutletSettled) == 1);
  CHECK(rig.ledger->compare_with_log().empty());
}

TEST_CASE("after a crash an open session is taken up with what is left of its limits, and nothing is ended by itself",
          "[store]") {
  OutletRig rig;
  const auto intended = rig.run(kWang, "E1");
  rig.clock.advance(10min);
  rig.crash();
  auto open = rig.ledger->station().outlets;
  REQUIRE(open.size() == 1);
  CHECK(open[0].session == intended.session);
  CHECK(open[0].from_before);
  CHECK_FALSE(open[0].ending);
  CHECK(rig.clock.mono() - open[0].since == 600s);
  rig.power_cut(5min);
  open = rig.ledger->station().outlets;
  REQUIRE(open.size() == 1);
  CHECK(rig.clock.mono() - open[0].since >= 900s);
  CHECK(rig.clock.mono() - open[0].since < 960s);
  rig.ask<flow::OutletStored>(flow::StoreSettlement{rig.settlement(intended.session)});
  CHECK(rig.ledger->station().outlets.empty());
}
