#include <random>
#include <set>

#include "tests/store/rig.h"
#include "tests/support/figures.h"

using namespace station;
using namespace station::test;
using flow::RefusalReason;

namespace {

const std::string kNumber = "13812341207", kPin = "573912";

// Everything that somebody in front of the kiosk can do between two guesses.
enum class Trick { none, wait, kill, power, clock_back, clock_ahead, card, other_number, housekeep };
constexpr int kTricks = 9;

void play(Rig& rig, Trick trick, std::mt19937_64& chance) {
  const auto some = [&](std::int64_t most) { return base::Milliseconds(static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(most)) + 1); };
  switch (trick) {
    case Trick::none:
      break;
    case Trick::wait:
      rig.clock.advance(some(20'000));
      break;
    case Trick::kill:
      rig.crash();
      break;
    case Trick::power:
      rig.power_cut(some(60'000));
      break;
    case Trick::clock_back:
      rig.clock.step_wall(-some(40LL * 24 * 3'600'000));
      break;
    case Trick::clock_ahead:
      rig.clock.step_wall(some(40LL * 24 * 3'600'000));
      break;
    case Trick::card:
      rig.any(flow::TapCard{"04FFEE11", "R1"});
      break;
    case Trick::other_number:
      rig.any(flow::EnterPin{"13900000000", "000000"});
      break;
    case Trick::housekeep:
      rig.any(flow::Housekeep{});
      break;
  }
}

}  // namespace

TEST_CASE("no trick of restarts and clocks buys more than the allowed guesses", "[abuse]") {
  const std::uint64_t seeds = asked("STATION_ABUSE_SEEDS", 12);
  std::uint64_t guesses = 0, most_in_an_hour = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance(seed);
    Rig rig;
    rig.add_wang();
    rig.add_li();
    std::uint64_t compared = 0;  // guesses that were really compared with the PIN
    for (int i = 0; i < 150; ++i) {
      play(rig, static_cast<Trick>(chance() % kTricks), chance);
      const auto outcome = rig.any(flow::EnterPin{kNumber, std::to_string(600'000 + i)});
      REQUIRE(std::holds_alternative<flow::Refusal>(outcome));
      const auto& refusal = std::get<flow::Refusal>(outcome);
      ++guesses;
      if (refusal.reason == RefusalReason::wrong_pin || refusal.tries_left > 0) ++compared;
    }
    const std::size_t locks = rig.bodies(record::kIdentityLocked).size();
    compared += locks;  // the guess that locks was compared, too
    // Hours did not pass, whatever the wall clock said: five, and then five more after each lock of five minutes.
    CHECK(compared <= 15);
    most_in_an_hour = std::max(most_in_an_hour, compared);
    // Until the lock ends the right PIN is as good as a wrong one, and then it works or the centre must unlock.
    const auto right = rig.any(flow::EnterPin{kNumber, kPin});
    if (compared >= 5 && std::holds_alternative<flow::Welcome>(right)) {
      CHECK(compared < 15);
    }
    rig.consistent();
  }
  figure("abuse.pin.guesses", guesses);
  figure("abuse.pin.compared_at_most", most_in_an_hour);
}

TEST_CASE("fifteen wrong PINs in a row are the last, for years and through every trick, until the centre unlocks", "[abuse]") {
  Rig rig;
  rig.add_wang();
  std::mt19937_64 chance(3);
  std::size_t compared = 0;
  for (int i = 0; i < 400; ++i) {
    const auto outcome = rig.any(flow::EnterPin{kNumber, "000000"});
    REQUIRE(std::holds_alternative<flow::Refusal>(outcome));
    if (std::get<flow::Refusal>(outcome).reason == RefusalReason::wrong_pin) ++compared;
    rig.clock.advance(30min);
    if (i % 10 == 9) rig.power_cut(base::Milliseconds(1h));
  }
  CHECK(compared + rig.bodies(record::kIdentityLocked).size() == 15);
  rig.clock.advance(base::Milliseconds(24h * 365 * 3));
  CHECK(rig.ask<flow::Refusal>(flow::EnterPin{kNumber, kPin}).reason == RefusalReason::locked);
  rig.feed(record::kFeedUnlock, {{"subject", kWang}, {"station", rig.identity.station}});
  rig.ask<flow::Welcome>(flow::EnterPin{kNumber, kPin});
}

TEST_CASE("whatever is typed, tapped or signed by the centre, the ledger answers and stays whole", "[abuse]") {
  const std::string hostile[] = {
      "",
      "'; DROP TABLE record; --",
      "\" OR 1=1 --",
      "%_%",
      std::string("a\0b", 3),
      "\x01\x02\x1b[31m\x7f",
      "\xff\xfe\xc3\x28",
      "\xe2\x80\xae" "evil",
      "{\"a\":1}",
      "a|b|c\r\nd",
      "../../etc/passwd",
      std::string(5'000, 'A'),
      "-9223372036854775808",
      "\xf0\x9f\x98\x80",
  };
  Rig rig;
  rig.add_wang();
  rig.add_content();
  rig.assign(rig.order("C1"));
  std::uint64_t fed = 0;
  const auto survives = [&](flow::Demand demand) {
    ++fed;
    const auto outcome = rig.any(std::move(demand));
    CHECK_FALSE(std::holds_alternative<flow::StorageFailed>(outcome));
  };
  for (const std::string& s : hostile) {
    INFO(json(s).dump(-1, ' ', true, json::error_handler_t::replace));
    survives(flow::TapCard{s, s});
    survives(flow::EnterPin{s, s});
    survives(flow::ConfirmByCard{kWang, s, "C1"});
    survives(flow::ConfirmByPin{kWang, s, "C1"});
    // The rest comes from the program itself: any text, but text.
    if (base::is_utf8(s) && s.size() < 1'000) {
      survives(flow::ConfirmByCard{kWang, s, s});
      survives(flow::ConfirmByPin{kWang, s, s});
      survives(flow::ConfirmByPin{s, s, "C1"});
      survives(flow::LeaveStation{s, s});
      survives(flow::IntendCharge{s, s, true, s});
      survives(flow::IntendCharge{s, "P1", true, s});
      survives(flow::RecordSwitch{s, true, s});
      survives(flow::HoldBox{s, flow::BoxSize::small});
      survives(flow::IntendOpen{s, s});
      survives(flow::RecordOpening{s, devices::Opening::opened, s});
      survives(flow::CloseBox{s, s, true});
      survives(flow::ReleaseHold{s});
      survives(flow::Attend{kWang, s, s, s, s, "start", rig.clock.mono(), false, s});
      survives(flow::CompleteLesson{kWang, s, s, s, {s}});
      survives(flow::AcceptWarning{s, s});
      survives(flow::OpenExam{kWang, s});
      survives(flow::AnswerItem{s, -1, {-1, 999'999}, -1});
      survives(flow::CloseExam{s, true});
      survives(flow::LodgeComplaint{kWang, s, s, s});
      survives(flow::RaiseFault{s, s, s});
      survives(flow::ClearFault{s, s});
      survives(flow::LoadRider{s});
    }
    // Directives that are signed and nonsense all the same.
    for (const char* type :
         {"rider.upsert", "rider.remove", "course.assign", "course.withdraw", "course.progress", "course.review",
          "points.balance", "pack.publish", "station.key", "identity.unlock", "no.such.type"})
      for (const std::string& body :
           {s, std::string("{}"), json{{"subject", "x"}, {"name", "n"}}.dump(),
            "{\"subject\":" + json(s).dump(-1, ' ', false, json::error_handler_t::replace) + "}"}) {
        const record::FeedEntry entry{rig.ledger->feed_cursor() + 1, "city", type, rig.clock.utc(), body};
        ++fed;
        CHECK(rig.ledger->apply({&entry, 1}));
      }
    const std::string bytes = s;
    (void)rig.ledger->offer_pack({s, 9, s, 1}, bytes);
    CHECK_FALSE(rig.ledger->broken());
  }
  rig.consistent();
  rig.crash();
  rig.consistent();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  figure("abuse.kiosk.inputs", fed);
}
