#include "tests/app/station_rig.h"

namespace station::test {

TEST_CASE("a card checks in with points and leads home without a touch", "[app]") {
  StationRig rig;
  rig.rider("R1", "04A23B7C", "13800001207", "");
  rig.play(R"(expect screen attract
card 04A23B7C
expect screen greeting
until screen attract within 1m
card 04A23B7C
tap greeting.home
expect screen home)");
  CHECK(rig.records("visit.checked_in").size() == 1);
  CHECK(rig.records("points.earned").size() == 1);
}

TEST_CASE("number and PIN do as well, and wrong PINs lock after five", "[app]") {
  StationRig rig;
  rig.rider("R1", "04A23B7C", "13800001207", "204816");
  rig.play(R"(tap attract.number
type 13800001207
tap keypad.submit
type 998124
tap keypad.submit
expect widget message
type 204816
tap keypad.submit
expect screen greeting
tap greeting.home
tap home.sign_out
tap attract.number
type 13800001207
tap keypad.submit
type 998124
tap keypad.submit
type 998124
tap keypad.submit
type 998124
tap keypad.submit
type 998124
tap keypad.submit
expect screen keypad
type 998124
tap keypad.submit
expect screen refused)");
  CHECK(rig.records("identity.refused").size() == 6);
  CHECK(rig.records("identity.locked").size() == 1);
}

TEST_CASE("a box is believed open only after its door, and is given back once", "[app]") {
  StationRig rig;
  rig.rider("R1", "04A23B7C", "13800001207", "");
  rig.play(R"(wait 5s
card 04A23B7C
tap greeting.home
tap home.locker
tap locker.size.S
until widget locker.close_door within 10s
box close A01
until widget locker.used
tap locker.used
until widget locker.done
tap locker.done
tap home.locker
box jam A01
tap locker.open.*
until widget locker.again within 20s
box heal A01
tap locker.again
tap locker.open.*
until widget locker.close_door within 10s
box close A01
until widget locker.used
tap locker.used
until widget locker.done)");
  CHECK(rig.records("lease.started").size() == 1);
  CHECK(rig.records("lease.ended").size() == 1);
  CHECK(rig.records("box.result").size() == 3);
  CHECK(rig.difference_from_log().empty());
}

TEST_CASE("a port is charged to its limit, and switched off with its record when the program stops", "[app]") {
  StationRig rig;
  rig.rider("R1", "04A23B7C", "13800001207", "");
  rig.play(R"(card 04A23B7C
tap greeting.charge
tap charge.start
until widget charge.stop
wait 121m)");
  REQUIRE(rig.records("charge.ended").size() == 1);
  CHECK(rig.records("charge.ended")[0].find("\"reason\":\"limit\"") != std::string::npos);
  rig.play(R"(card 04A23B7C
tap greeting.charge
tap charge.start
until widget charge.stop)");
  rig.stop();
  rig.start();
  REQUIRE(rig.records("charge.ended").size() == 2);
  CHECK(rig.records("charge.ended")[1].find("\"reason\":\"restart\"") != std::string::npos);
  CHECK(rig.records("station.started")[1].find("\"unclean\":false") != std::string::npos);
}

TEST_CASE("a training course runs from the first minute to the certificate across a restart", "[app]") {
  StationRig rig;
  rig.content();
  rig.rider("R1", "04A23B7C", "13800001207", "204816");
  rig.course("C1", "R1", "training", 2);
  rig.play(R"(card 04A23B7C
tap greeting.course
tap course.start
type 204816
tap keypad.submit
until screen lessons
study until 7m
tap lesson.order
until screen paused
expect minutes 7)");
  rig.stop();
  rig.start();
  rig.play(R"(card 04A23B7C
tap greeting.course
expect minutes 7
tap course.start
type 204816
tap keypad.submit
until screen lesson
study until 30m
tap lesson.order
until screen paused
wait 10s
card 04A23B7C
tap greeting.course
tap course.exam
type 204816
tap keypad.submit
until screen exam
exam 19
tap result.certificate
expect screen certificate
expect widget certificate.qr)");
  CHECK(rig.records("certificate.issued").size() == 1);
  CHECK(rig.records("exam.answered").size() == 20);
  CHECK(rig.difference_from_log().empty());
}

TEST_CASE("whoever walks away is signed out after a warning, and the next sees nothing of them", "[app]") {
  StationRig rig;
  rig.rider("R1", "04A23B7C", "13800001207", "");
  rig.play(R"(card 04A23B7C
tap greeting.home
tap bar.language
wait 31s
expect widget idle.stay
tap idle.stay
expect no-widget idle.stay
wait 51s
expect screen attract)");
  CHECK(rig.stage().driver().ui().language() == "zh");
}

TEST_CASE("a reader that is gone is a fault for the maintainer", "[app]") {
  StationRig rig;
  rig.rider("M1", "04E6F708090A0B", "", "", "maintainer");
  rig.rider("R1", "04A23B7C", "", "");
  rig.play(R"(reader unplug
wait 15s
card 04A23B7C
expect screen attract
reader plug
wait 10s
card 04E6F708090A0B
expect screen maintainer)");
  CHECK(rig.records("device.fault_raised").size() == 1);
  CHECK(rig.records("device.fault_cleared").size() == 1);
}

TEST_CASE("a script that does not hold says what was on the screen", "[app]") {
  StationRig rig;
  const auto lines = app::parse_script("tap home.charge", "day.script");
  REQUIRE(lines);
  const auto done = app::ScriptPlayer(rig.stage(), {}).play(lines->front());
  REQUIRE_FALSE(done);
  CHECK_THAT(done.error().message, Catch::Matchers::Contains("home.charge") && Catch::Matchers::Contains("attract"));
  CHECK_THAT(rig.stage().seen(), Catch::Matchers::Contains("attract.number"));
}

}  // namespace station::test
