#include "rig.h"

using namespace station;
using namespace station::test;

TEST_CASE("leaving closes the visit once, with its reason", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto w = rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  CHECK(rig.ledger->station().present == 1);
  rig.ask<flow::Done>(flow::LeaveStation{kWang, "rider"});
  rig.ask<flow::Done>(flow::LeaveStation{kWang, "rider"});
  CHECK(rig.bodies(record::kCheckedOut) == std::vector<json>{{{"visit", w.rider.visit}, {"reason", "rider"}}});
  CHECK(rig.ledger->station().present == 0);
  rig.consistent();
}

TEST_CASE("a visit stays open over a restart and ends by itself after its limit on the boot clock", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  rig.crash();
  CHECK(rig.ledger->station().present == 1);
  rig.clock.step_wall(24h);  // a wrong clock ends no visit
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(rig.ledger->station().present == 1);
  rig.clock.advance(4h);
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(rig.ledger->station().present == 0);
  CHECK(rig.bodies(record::kCheckedOut)[0]["reason"] == "timeout");
}

TEST_CASE("a visit of an earlier boot ends when either clock says that it lasted too long", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  rig.power_cut(1h);
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(rig.ledger->station().present == 1);
  rig.clock.step_wall(-1000h);
  rig.clock.advance(4h);
  rig.ask<flow::Done>(flow::Housekeep{});
  CHECK(rig.ledger->station().present == 0);
  rig.consistent();
}

TEST_CASE("the next local day earns points again; a clock that goes back does not", "[store]") {
  Rig rig("440902-007", "2026-11-22T15:50:00Z");  // 23:50 in China
  rig.add_wang();
  const auto visit = [&] {
    const int gained = rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"}).points_gained;
    rig.ask<flow::Done>(flow::LeaveStation{kWang, "rider"});
    return gained;
  };
  CHECK(visit() == 5);
  CHECK(visit() == 0);
  rig.clock.advance(20min);
  CHECK(visit() == 5);
  rig.clock.step_wall(-1h);
  CHECK(visit() == 0);
  CHECK(rig.wang().points == 10);
  CHECK(rig.wang().visits == 4);
  rig.consistent();
}

TEST_CASE("the balance is what the centre says up to a position, and what was earned here since", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});  // 5 points
  rig.feed(record::kFeedPoints, {{"subject", kWang}, {"balance", 40}, {"upto", {{"440902-008", 90}}}});
  CHECK(rig.wang().points == 45);
  rig.feed(
      record::kFeedPoints,
      {{"subject", kWang}, {"balance", 45}, {"upto", {{"440902-007", rig.ledger->log_size()}, {"440902-008", 90}}}});
  CHECK(rig.wang().points == 45);
  rig.ask<flow::RiderChanged>(flow::CompleteLesson{kWang, "", "S1", "L01", {"s1"}});
  CHECK(rig.wang().points == 55);
  rig.ask<flow::RiderChanged>(flow::CompleteLesson{kWang, "", "S2", "L01", {"s1"}});  // paid once
  CHECK(rig.wang().points == 55);
  CHECK(rig.wang().credits == 1);
  rig.consistent();
}
