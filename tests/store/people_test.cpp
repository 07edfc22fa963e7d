#include "rig.h"

using namespace station;
using namespace station::test;
using flow::RefusalReason;

TEST_CASE("a tapped card checks the rider in, with points once a day, and says who it is", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto w = rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  CHECK_FALSE(w.already_here);
  CHECK(w.points_gained == 5);
  CHECK(w.rider.name == "王师傅");
  CHECK(w.rider.last4 == "1207");
  CHECK(w.rider.has_pin);
  CHECK(w.rider.points == 5);
  CHECK(w.rider.visits == 1);
  CHECK_FALSE(w.rider.visit.empty());
  CHECK(w.rider.visit_since == rig.clock.utc());

  const auto again = rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  CHECK(again.already_here);
  CHECK(again.points_gained == 0);
  CHECK(again.rider.visit == w.rider.visit);
  CHECK(rig.bodies(record::kCheckedIn).size() == 1);
  rig.consistent();
}

TEST_CASE("an unknown card is refused and recorded without a subject", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto r = rig.ask<flow::Refusal>(flow::TapCard{"04000000", "R1"});
  CHECK(r.reason == RefusalReason::unknown_card);
  const auto log = rig.log();
  CHECK(log.back().type == record::kIdentityRefused);
  CHECK(log.back().subject.empty());
  CHECK(json::parse(log.back().body) == json{{"method", "card"}, {"reason", "unknown_card"}});
}

TEST_CASE("cards that cannot be used are refused with their reason", "[store]") {
  Rig rig;
  const std::pair<devices::CardProblem, RefusalReason> cases[] = {
      {devices::CardProblem::random_uid, RefusalReason::random_uid},
      {devices::CardProblem::not_allowed, RefusalReason::not_allowed},
      {devices::CardProblem::two_cards, RefusalReason::two_cards},
      {devices::CardProblem::unreadable, RefusalReason::unreadable}};
  for (const auto& [problem, reason] : cases) CHECK(rig.ask<flow::Refusal>(flow::BadCard{problem}).reason == reason);
  CHECK(rig.bodies(record::kIdentityRefused).size() == 4);
  CHECK(rig.bodies(record::kIdentityRefused)[1]["reason"] == "not_allowed");
}

TEST_CASE("number and PIN check in as a card does", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto w = rig.ask<flow::Welcome>(flow::EnterPin{"13812341207", "573912"});
  CHECK(w.rider.subject == kWang);
  CHECK(rig.bodies(record::kCheckedIn)[0]["method"] == "pin");
}

TEST_CASE("five wrong PINs lock for five minutes, and what remains survives crash, power cut and changed clock",
          "[store]") {
  Rig rig;
  rig.add_wang();
  for (int left = 4; left >= 1; --left) {
    const auto r = rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "111111"});
    CHECK(r.reason == RefusalReason::wrong_pin);
    CHECK(r.tries_left == left);
  }
  const auto fifth = rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "111111"});
  CHECK(fifth.reason == RefusalReason::locked);
  CHECK(fifth.wait == base::Milliseconds(5min));
  CHECK(rig.bodies(record::kIdentityLocked) ==
        std::vector<json>{{{"failures", 5}, {"until", "2026-11-22T06:05:00.000Z"}}});

  // The right PIN does not help now; asking does not lengthen the lock.
  rig.clock.advance(2min);
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).wait == base::Milliseconds(3min));
  rig.ask<flow::Done>(flow::Housekeep{});  // notes what remains
  rig.crash();
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).wait == base::Milliseconds(3min));
  rig.clock.step_wall(24h);
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).wait == base::Milliseconds(3min));
  rig.power_cut(10min);
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).wait == base::Milliseconds(3min));
  // Another rider, and the same rider's card, are not concerned.
  CHECK(rig.any(flow::TapCard{"04A23B7C", "R1"}).index() == flow::Outcome(flow::Welcome{}).index());
  rig.ask<flow::Done>(flow::LeaveStation{kWang, "rider"});
  rig.clock.advance(3min);
  rig.ask<flow::Welcome>(flow::EnterPin{"13812341207", "573912"});
  // Counted anew from here.
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "111111"}).tries_left == 4);
}

TEST_CASE("fifteen wrong PINs lock until the centre unlocks this rider at this station", "[store]") {
  Rig rig;
  rig.add_wang();
  for (int i = 0; i < 15; ++i) {
    rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "111111"});
    if (i == 4) rig.clock.advance(5min);
    if (i == 9) rig.clock.advance(1h);
  }
  const auto locked = rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"});
  CHECK(locked.reason == RefusalReason::locked);
  CHECK_FALSE(locked.wait);
  CHECK(rig.bodies(record::kIdentityLocked).back()["until"].is_null());
  rig.power_cut(24h);
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).reason == RefusalReason::locked);

  rig.feed(record::kFeedUnlock, {{"subject", kWang}, {"station", "440902-008"}});  // somewhere else
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).reason == RefusalReason::locked);
  rig.feed(record::kFeedUnlock, {{"subject", kWang}, {"station", "440902-007"}});
  rig.ask<flow::Welcome>(flow::EnterPin{"13812341207", "573912"});
}

TEST_CASE("a number that nobody has is answered as a wrong PIN, and locks like one", "[store]") {
  Rig rig;
  rig.add_wang();
  for (int left = 4; left >= 1; --left) {
    const auto r = rig.ask<flow::Refusal>(flow::EnterPin{"13700000000", "573912"});
    CHECK(r.reason == RefusalReason::wrong_pin);
    CHECK(r.tries_left == left);
  }
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13700000000", "573912"}).reason == RefusalReason::locked);
  for (const record::Record& r : rig.log()) CHECK(r.subject.empty());
  // A rider without a PIN is no easier to find.
  rig.feed(record::kFeedRider, rig.rider_body(kLi, "李师傅", "", "13900000000", ""));
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13900000000", ""}).reason == RefusalReason::wrong_pin);
}

TEST_CASE("the rider at the screen is confirmed by the own card or PIN only", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_li();
  CHECK(rig.ask<flow::Confirmed>(flow::ConfirmByCard{kWang, "04A23B7C", "C1"}).rider.subject == kWang);
  CHECK(rig.ask<flow::Confirmed>(flow::ConfirmByPin{kWang, "573912", "C1"}).rider.subject == kWang);
  CHECK(rig.bodies(record::kCourseIdentified) ==
        std::vector<json>{{{"course", "C1"}, {"method", "card"}}, {{"course", "C1"}, {"method", "pin"}}});
  CHECK(rig.ask<flow::Refusal>(flow::ConfirmByCard{kWang, "04FFEE11", "C1"}).reason == RefusalReason::other_rider);
  CHECK(rig.ask<flow::Refusal>(flow::ConfirmByCard{kWang, "04000000", "C1"}).reason == RefusalReason::other_rider);
  CHECK(rig.ask<flow::Refusal>(flow::ConfirmByPin{kWang, "804417", "C1"}).reason == RefusalReason::wrong_pin);
  CHECK(rig.bodies(record::kCourseIdentified).size() == 2);
}

TEST_CASE("the roster follows the centre: new card, moved number, new PIN, removed rider", "[store]") {
  Rig rig;
  rig.add_wang();
  CHECK(rig.ledger->station().riders == 1);
  rig.feed(record::kFeedRider, rig.rider_body(kWang, "王师傅", "04NEW0001", "13812341207", "946218"));
  CHECK(rig.ledger->station().riders == 1);
  CHECK(rig.ask<flow::Refusal>(flow::TapCard{"04A23B7C", "R1"}).reason == RefusalReason::unknown_card);
  rig.ask<flow::Welcome>(flow::TapCard{"04NEW0001", "R1"});
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "573912"}).reason == RefusalReason::wrong_pin);
  // The phone number now belongs to somebody else.
  rig.feed(record::kFeedRider, rig.rider_body(kLi, "李师傅", "", "13812341207", "804417"));
  CHECK(rig.ask<flow::Welcome>(flow::EnterPin{"13812341207", "804417"}).rider.subject == kLi);
  rig.feed(record::kFeedRiderRemoved, {{"subject", kWang}});
  CHECK(rig.ledger->station().riders == 1);
  CHECK(rig.ask<flow::Refusal>(flow::TapCard{"04NEW0001", "R1"}).reason == RefusalReason::unknown_card);
  CHECK(rig.wang().name.empty());
  rig.consistent();
}

TEST_CASE("what is erased about a rider is gone from the file", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  const std::string card = base::pseudonym(rig.identity.roster_key, "card", "04A23B7C");
  const auto in_file = [&](const std::string& text) {
    rig.ledger.reset();
    const auto file = base::read_file(rig.options.path);
    REQUIRE(file);
    rig.open();
    return file->find(text) != std::string::npos;
  };
  CHECK(in_file(card));
  rig.feed(record::kFeedRiderRemoved, {{"subject", kWang}});
  CHECK_FALSE(in_file(card));
  CHECK(rig.bodies(record::kCheckedIn).size() == 1);  // what happened stays, under the pseudonym
  rig.consistent();
}

TEST_CASE("a maintainer's card shows the maintainer's role", "[store]") {
  Rig rig;
  json body = rig.rider_body(kLi, "李师傅", "04FFEE11", "", "");
  body["role"] = "maintainer";
  rig.feed(record::kFeedRider, body);
  CHECK(rig.ask<flow::Welcome>(flow::TapCard{"04FFEE11", "R1"}).rider.role == flow::Role::maintainer);
}

TEST_CASE("neither the log nor the file holds a name, a number, a card or a PIN", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  rig.ask<flow::Refusal>(flow::EnterPin{"13812341207", "111111"});
  rig.ask<flow::ComplaintLodged>(flow::LodgeComplaint{kWang, "other", "", "unfair"});
  rig.ledger->close();
  rig.ledger.reset();
  const auto file = base::read_file(rig.options.path);
  REQUIRE(file);
  CHECK(file->find(kWang) != std::string::npos);
  for (const char* secret : {"王师傅", "13812341207", "04A23B7C", "573912", "111111"})
    CHECK(file->find(secret) == std::string::npos);
}
