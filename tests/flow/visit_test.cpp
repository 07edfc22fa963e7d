#include "tests/flow/rig.h"

using namespace station;
using namespace station::test;

TEST_CASE("a card on the reader checks the rider in without a touch", "[flow]") {
  Rig rig;
  rig.card("04A23B7C");
  const auto [id, tap] = rig.take<TapCard>();
  CHECK(tap.uid == "04A23B7C");
  CHECK(rig.on<AttractScreen>());  // nothing is confirmed before the ledger has committed
  CHECK(rig.commanded<devices::ReaderFeedback>() == 0);
  rig.reply(id, Welcome{rider_named("a", "王师傅"), false, 5});
  CHECK(rig.screen<GreetingScreen>().points_gained == 5);
  CHECK(rig.take_command<devices::ReaderFeedback>().accepted);
  rig.pass(8s);
  CHECK(rig.on<AttractScreen>());
}

TEST_CASE("a second tap while the first is being decided asks nothing twice", "[flow]") {
  Rig rig;
  rig.card("04A23B7C");
  rig.card("04A23B7C");
  CHECK(rig.count<TapCard>() == 1);
}

TEST_CASE("an unknown card is told what to do now and the screen clears itself", "[flow]") {
  Rig rig;
  rig.card("FFFFFFFF");
  rig.reply(rig.take<TapCard>().first, Refusal{RefusalReason::unknown_card, {}, 0});
  CHECK(rig.screen<RefusedScreen>().hint_key == "refused.unknown_card.hint");
  CHECK_FALSE(rig.take_command<devices::ReaderFeedback>().accepted);
  rig.pass(8s);
  CHECK(rig.on<AttractScreen>());
}

TEST_CASE("a damaged card is recorded and refused", "[flow]") {
  Rig rig;
  rig.event(devices::CardRefused{"reader", devices::CardProblem::random_uid, rig.clock.mono()});
  const auto [id, bad] = rig.take<BadCard>();
  CHECK(bad.problem == devices::CardProblem::random_uid);
  rig.reply(id, Refusal{RefusalReason::random_uid, {}, 0});
  CHECK(rig.screen<RefusedScreen>().message.key == "refused.random_uid");
}

TEST_CASE("number and PIN check in, and what was typed is gone afterwards", "[flow]") {
  Rig rig;
  rig.act(Go{Place::keypad, ""});
  for (char c : std::string("13800000001")) rig.act(Key{c});
  rig.act(SubmitKeys{});
  CHECK(rig.screen<KeypadScreen>().purpose == KeypadPurpose::pin);
  for (char c : std::string("294173")) rig.act(Key{c});
  rig.act(SubmitKeys{});
  const auto [id, pin] = rig.take<EnterPin>();
  CHECK(pin.login == "13800000001");
  CHECK(pin.pin == "294173");
  CHECK(rig.screen<KeypadScreen>().busy);
  CHECK(rig.screen<KeypadScreen>().digits.empty());
  rig.act(Key{'1'});  // while the ledger decides nothing is typed
  CHECK(rig.screen<KeypadScreen>().digits.empty());
  rig.reply(id, Refusal{RefusalReason::wrong_pin, {}, 4});
  CHECK(rig.screen<KeypadScreen>().message->key == "refused.wrong_pin");
  CHECK(rig.screen<KeypadScreen>().message->args == std::vector<std::string>{"4"});
}

TEST_CASE("a locked PIN leaves the keypad with the waiting time in whole minutes", "[flow]") {
  Rig rig;
  rig.act(Go{Place::keypad, ""});
  for (char c : std::string("13800000001")) rig.act(Key{c});
  rig.act(SubmitKeys{});
  for (char c : std::string("294173")) rig.act(Key{c});
  rig.act(SubmitKeys{});
  rig.reply(rig.take<EnterPin>().first, Refusal{RefusalReason::locked, 290'001ms, 0});
  CHECK(rig.screen<RefusedScreen>().message.args == std::vector<std::string>{"5"});
}

TEST_CASE("an idle rider is warned, can stay, and is signed out", "[flow]") {
  Rig rig;
  rig.sign_in(rider_named("a", "王师傅"));
  rig.pass(29s);
  CHECK_FALSE(rig.visit.frame().idle_seconds_left);
  rig.pass(1s);
  CHECK(rig.visit.frame().idle_seconds_left == 20);
  rig.act(StillHere{});
  CHECK_FALSE(rig.visit.frame().idle_seconds_left);
  rig.pass(50s);
  CHECK(rig.on<AttractScreen>());
  CHECK_FALSE(rig.visit.frame().signed_in);
  CHECK(rig.count<LeaveStation>() == 0);  // the visit goes on; only the screen is given back
}

TEST_CASE("another rider's card replaces the session and nothing of the last rider stays", "[flow]") {
  Rig rig;
  rig.sign_in(rider_named("a", "王师傅"));
  rig.act(Go{Place::record, ""});
  rig.card("11223344");
  rig.reply(rig.take<TapCard>().first, Welcome{rider_named("b", "李师傅"), false, 5});
  CHECK(rig.screen<GreetingScreen>().rider.subject == "b");
  rig.act(GoHome{});
  CHECK(rig.screen<HomeScreen>().rider.subject == "b");
}

TEST_CASE("a late answer for the last rider does not reach the next one's screen", "[flow]") {
  Rig rig;
  RiderView a = rider_named("a", "王师傅");
  rig.sign_in(a);
  rig.act(SignOut{});
  rig.sign_in(rider_named("b", "李师傅"));
  a.points = 99;
  rig.reply(4711, RiderChanged{a});
  CHECK(rig.screen<HomeScreen>().rider.subject == "b");
}

TEST_CASE("check-out is asked of the ledger and says good-bye", "[flow]") {
  Rig rig;
  rig.sign_in(rider_named("a", "王师傅"));
  rig.act(CheckOut{});
  CHECK(rig.take<LeaveStation>().second.reason == "rider");
  CHECK(rig.screen<FarewellScreen>().name == "王师傅");
}

TEST_CASE("a storage failure takes the kiosk out of service at once and for good", "[flow]") {
  Rig rig;
  rig.sign_in(rider_named("a", "王师傅"));
  rig.reply(1, StorageFailed{"disk full"});
  CHECK(rig.screen<OutOfServiceScreen>().detail == "disk full");
  CHECK_FALSE(rig.visit.frame().signed_in);
  rig.card("04A23B7C");
  rig.act(GoHome{});
  CHECK(rig.on<OutOfServiceScreen>());
  CHECK(rig.count<TapCard>() == 0);
}

TEST_CASE("help opens from everywhere and leads back", "[flow]") {
  Rig rig;
  rig.act(Go{Place::help, ""});
  CHECK(rig.on<HelpScreen>());
  rig.act(Back{});
  CHECK(rig.on<AttractScreen>());
  rig.sign_in(rider_named("a", "王师傅"));
  rig.act(Go{Place::help, ""});
  rig.act(Back{});
  CHECK(rig.on<HomeScreen>());
}

TEST_CASE("a personal place is closed to somebody who is not signed in", "[flow]") {
  Rig rig;
  for (const Place p : {Place::charge, Place::locker, Place::lessons, Place::course, Place::record, Place::complaint}) {
    rig.act(Go{p, ""});
    CHECK(rig.on<AttractScreen>());
  }
}

TEST_CASE("a maintainer's home is the maintenance screen, also after help and after a card that is refused", "[flow]") {
  Rig rig;
  RiderView maintainer = rider_named("m", "陈师傅");
  maintainer.role = Role::maintainer;
  rig.card("04C0FFEE");
  rig.reply(rig.take<TapCard>().first, Welcome{maintainer, false, 0});
  REQUIRE(rig.on<MaintainerScreen>());
  rig.act(Go{Place::help, ""});
  rig.act(GoHome{});
  CHECK(rig.on<MaintainerScreen>());
  rig.card("04DEAD01");
  rig.reply(rig.take<TapCard>().first, Refusal{});
  CHECK(rig.on<MaintainerScreen>());
}
