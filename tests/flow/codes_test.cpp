#include "tests/flow/rig.h"

using namespace station;
using namespace station::test;

namespace {

void scan(Rig& rig, const std::string& text) { rig.event(devices::CodeScanned{"door", text, rig.clock.mono()}); }

}  // namespace

TEST_CASE("a code that opens nothing here is told what to use instead, and nothing is asked of the ledger", "[flow]") {
  Rig rig;
  scan(rig, "12345678");
  const auto screen = std::get<RefusedScreen>(rig.visit.screen());
  CHECK(screen.message.key == "refused.unknown_code");
  CHECK(screen.message.args.empty());  // what it says is shown nowhere
  CHECK(screen.hint_key == "refused.unknown_code.hint");
  CHECK(rig.requests.empty());
  rig.pass(rig.settings.result + 1s);
  CHECK(std::holds_alternative<AttractScreen>(rig.visit.screen()));
}

TEST_CASE("a foreign code and a damaged one get their own words", "[flow]") {
  Rig rig;
  rig.event(devices::CodeRefused{"door", devices::CodeProblem::damaged, rig.clock.mono()});
  CHECK(std::get<RefusedScreen>(rig.visit.screen()).message.key == "refused.damaged_code");
  rig.event(devices::CodeRefused{"door", devices::CodeProblem::foreign, rig.clock.mono()});
  CHECK(std::get<RefusedScreen>(rig.visit.screen()).message.key == "refused.unknown_code");
}

TEST_CASE("a code scanned while somebody is signed in ends nothing and shows on the home screen only", "[flow]") {
  Rig rig;
  rig.card("04A23B7C");
  const auto [id, demand] = rig.take<TapCard>();
  rig.put(Reply{id, Welcome{rider_named("r1", "Wang"), false, 0}});
  const std::string greeting = name_of(rig.visit.screen());
  scan(rig, "12345678");
  CHECK(name_of(rig.visit.screen()) == greeting);
  rig.act(GoHome{});
  scan(rig, "12345678");
  const auto home = std::get<HomeScreen>(rig.visit.screen());
  REQUIRE(home.message);
  CHECK(home.message->key == "refused.unknown_code");
  CHECK(rig.visit.frame().signed_in);
}
