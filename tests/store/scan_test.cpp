#include <sqlite3.h>

#include "rig.h"

using namespace station;
using namespace station::test;

namespace {

sqlite3* opened = nullptr;

int remember(sqlite3* db, const char**, const void*) {
  opened = db;
  return SQLITE_OK;
}

// Tells which connection the next ledger opens.
struct Watch {
  Watch() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&remember)); }
  ~Watch() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&remember)); }
};

std::string number(int n) {
  return std::to_string(13'000'000'000 + n);
}
std::string subject(int n) {
  return "0000000000000000000000000000" + std::to_string(1000 + n);
}
std::string card(int n) {
  return "04AA" + std::to_string(1000 + n);
}

}  // namespace

// With a partial index a query must repeat the index's condition, or SQLite quietly reads the whole table: right with
// ten riders, minutes with half a million.
TEST_CASE("no request reads a whole table of riders, visits, records, leases or courses", "[store]") {
  constexpr int kRiders = 30;
  Watch watch;
  Rig rig;
  rig.add_content();
  for (int n = 0; n < kRiders; ++n) {
    rig.feed(record::kFeedRider, rig.rider_body(subject(n), "王师傅", card(n), number(n), ""));
    auto order = rig.order("C" + std::to_string(n), n % 2 ? "warning" : "training");
    order.subject = subject(n);
    order.required_s = 0;
    rig.assign(order);
  }
  for (int n = 0; n < kRiders; ++n) {
    const std::string who = subject(n), course = "C" + std::to_string(n);
    rig.ask<flow::Welcome>(flow::TapCard{card(n), "R1"});
    rig.ask<flow::Refusal>(flow::EnterPin{number(n), "111111"});
    const auto on = rig.ask<flow::ChargeIntended>(flow::IntendCharge{who, "P1", true, "rider"});
    rig.ask<flow::RiderChanged>(flow::RecordSwitch{on.op, true, "on"});
    const auto off = rig.ask<flow::ChargeIntended>(flow::IntendCharge{who, "P1", false, "rider"});
    rig.ask<flow::RiderChanged>(flow::RecordSwitch{off.op, true, "off"});
    const auto held = rig.ask<flow::BoxHeld>(flow::HoldBox{who, flow::BoxSize::small});
    const auto in = rig.ask<flow::BoxIntended>(flow::IntendOpen{held.lease, "deposit"});
    rig.ask<flow::RiderChanged>(flow::RecordOpening{in.op, devices::Opening::opened, "open"});
    rig.ask<flow::RiderChanged>(flow::CloseBox{held.lease, "deposit", false});
    rig.ask<flow::Attended>(flow::Attend{who, course, course, "L01", "s1", "start", rig.clock.mono(), false, ""});
    rig.ask<flow::Attended>(flow::Attend{who, course, course, "L01", "s1", "end", rig.clock.mono(), false, ""});
    rig.ask<flow::RiderChanged>(flow::CompleteLesson{who, course, course, "L01", {"s1"}});
    if (n % 2) {
      rig.ask<flow::RiderChanged>(flow::AcceptWarning{who, course});
    } else {
      rig.ask<flow::Confirmed>(flow::ConfirmByCard{who, card(n), course});
      const auto paper = rig.ask<flow::PaperOpened>(flow::OpenExam{who, course}).paper;
      rig.ask<flow::ItemStored>(flow::AnswerItem{paper.attempt, 0, {0}, 2'000});
      rig.ask<flow::ExamClosed>(flow::CloseExam{paper.attempt, false});
    }
    rig.ask<flow::ComplaintLodged>(flow::LodgeComplaint{who, "other", "", "unfair"});
    rig.ask<flow::Done>(flow::LeaveStation{who, "rider"});
    rig.feed(record::kFeedPoints, {{"subject", who}, {"balance", 1}, {"upto", json::object()}});
    rig.ask<flow::Done>(flow::Housekeep{});
    (void)rig.ledger->station();
    (void)rig.ledger->lines(rig.ledger->log_size() - 1, 1, 1000);
    (void)rig.ledger->checkpoint(rig.ledger->log_size());
  }
  REQUIRE(opened);
  int statements = 0;
  for (sqlite3_stmt* s = sqlite3_next_stmt(opened, nullptr); s; s = sqlite3_next_stmt(opened, s)) {
    const int steps = sqlite3_stmt_status(s, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
    const int runs = std::max(1, sqlite3_stmt_status(s, SQLITE_STMTSTATUS_RUN, 0));
    INFO(sqlite3_sql(s));
    CHECK(steps / runs <= 4);
    ++statements;
  }
  CHECK(statements > 60);
  rig.consistent();
}
