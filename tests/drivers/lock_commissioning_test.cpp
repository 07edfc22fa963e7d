#include "devices/drivers/lock_commissioning.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include "devices/sim/lock_board.h"
#include "devices/sim/memory_link.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using codec::LockFamily;

namespace {

codec::LockProfile relay_profile() {
  std::ifstream in(STATION_SOURCE_DIR "/config/lock_profiles/waveshare-relay-8ch-with-inputs.toml");
  std::stringstream text;
  text << in.rdbuf();
  const auto profile = codec::parse_lock_profile(text.str(), "profile");
  REQUIRE(profile);
  return *profile;
}

// One board and a person who closes what opened, if asked to.
struct Bench {
  explicit Bench(LockFamily family, const std::function<void(sim::SimLockBoardSettings&)>& change = {}) {
    sim::SimLockBoardSettings simulated;
    simulated.family = family;
    if (family == LockFamily::modbus) simulated.profile = relay_profile();
    if (family == LockFamily::kr_cu16) simulated.locks = 16;
    LockBoardSettings board;
    board.family = family;
    board.locks = simulated.locks;
    board.profile = simulated.profile;
    if (change) change(simulated);
    settings.name = "locker";
    settings.boards = {board};
    REQUIRE(complaint_about(settings).empty());
    line = std::make_unique<sim::SimLockLine>(std::vector{simulated});
  }
  ~Bench() { CHECK((violations_expected || line->violations().empty())); }

  void start() {
    work = std::make_unique<LockCommissioning>(settings, std::make_unique<sim::MemoryLink>(*line, clock), clock,
                                               [this](Milliseconds time) {
                                                 clock.advance(time);
                                                 if (during) during();
                                                 return !gives_up;
                                               });
  }
  LockFinding commission(int lock) {
    during = {};
    auto finding = work->try_lock({1, lock});
    REQUIRE(finding);
    during = [this, lock] { line->board(1).close_door(lock); };
    work->await_closed(*finding, 10s);
    during = {};
    work->confirm(*finding);
    return *finding;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  LockLineSettings settings;
  std::unique_ptr<sim::SimLockLine> line;
  std::unique_ptr<LockCommissioning> work;
  std::function<void()> during;
  bool gives_up = false;
  bool violations_expected = false;
};

}  // namespace

TEST_CASE("commissioning finds the polarity of every family, whichever it is", "[devices]") {
  const auto family = GENERATE(LockFamily::lock_8a, LockFamily::wkly, LockFamily::kr_cu16, LockFamily::modbus);
  const bool closed_is_one = family == LockFamily::wkly || GENERATE(true, false);
  CAPTURE(codec::to_string(family), closed_is_one);
  Bench bench(family, [&](auto& simulated) { simulated.closed_is_11 = closed_is_one; });
  bench.start();
  REQUIRE(bench.work->survey());
  CHECK(bench.work->boards()[0].answers);
  CHECK_FALSE(bench.work->echo());
  CHECK(bench.line->pulses() == 0);
  CHECK_FALSE(bench.work->shortcoming(1).empty());
  CHECK(bench.work->result().boards[0].polarity == Polarity::unknown);

  for (const int lock : {1, 3}) {
    const LockFinding finding = bench.commission(lock);
    CAPTURE(finding.evidence);
    CHECK(finding.moved == lock);
    CHECK(finding.closed_bit == closed_is_one);
    CHECK(finding.closed_again);
    CHECK(bench.line->board(1).pulses(lock) == 1);
  }
  CHECK(bench.work->shortcoming(1).empty());
  CHECK(bench.work->result().boards[0].polarity ==
        (closed_is_one ? Polarity::closed_is_11 : Polarity::closed_is_00));
}

TEST_CASE("a record carries what was found into the settings, and an edit is noticed", "[devices]") {
  Bench bench(LockFamily::lock_8a, [](auto& simulated) { simulated.closed_is_11 = false; });
  bench.start();
  REQUIRE(bench.work->survey());
  bench.commission(1);
  const std::string record = commissioning_record(*bench.work, "locker", "M-17", bench.clock.utc());
  LockLineSettings settings = bench.settings;
  REQUIRE(apply_commissioning(record, settings));
  CHECK(settings.boards[0].polarity == Polarity::closed_is_00);
  CHECK(settings.boards[0].status_bytes == 1);

  std::string edited = record;
  edited.replace(edited.find("closed_is_00"), 12, "closed_is_11");
  const auto refused = apply_commissioning(edited, settings);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("changed") != std::string::npos);
  CHECK_FALSE(apply_commissioning("{}", settings));
  CHECK_FALSE(apply_commissioning("not JSON", settings));
}

TEST_CASE("an echoing adapter is found during commissioning and proves nothing", "[devices]") {
  Bench bench(LockFamily::lock_8a);
  bench.line->set_echo(true);
  bench.start();
  REQUIRE(bench.work->survey());
  CHECK(bench.work->echo());
  CHECK(bench.commission(1).moved == 1);
  CHECK(bench.work->shortcoming(1).empty());

  Bench dead(LockFamily::modbus);
  dead.line->set_echo(true);
  dead.line->board(1).set_dead(true);
  dead.start();
  REQUIRE(dead.work->survey());
  CHECK_FALSE(dead.work->boards()[0].answers);
  CHECK_FALSE(dead.work->try_lock({1, 1}));
}

TEST_CASE("a lock that moves no contact, or another one's, is not commissioned", "[devices]") {
  Bench bench(LockFamily::lock_8a);
  bench.start();
  REQUIRE(bench.work->survey());
  bench.line->board(1).set_lock(1, sim::LockState::jammed);
  const auto stuck = bench.work->try_lock({1, 1});
  REQUIRE(stuck);
  CHECK_FALSE(stuck->moved);
  bench.work->confirm(*stuck);
  CHECK(bench.work->shortcoming(1).find("moved no contact") != std::string::npos);

  Bench other(LockFamily::lock_8a);
  other.start();
  REQUIRE(other.work->survey());
  LockFinding swapped = other.commission(2);
  swapped.lock.lock = 1;
  other.work->confirm(swapped);
  CHECK(other.work->shortcoming(1).find("contact of lock 2") != std::string::npos);
}

TEST_CASE("commissioning a relay board of the old byte order costs one short pulse more and refuses it", "[devices]") {
  Bench bench(LockFamily::modbus, [](auto& simulated) { simulated.old_byte_order = true; });
  bench.violations_expected = true;
  bench.start();
  REQUIRE(bench.work->survey());
  const auto finding = bench.work->try_lock({1, 1});
  REQUIRE(finding);
  CHECK(finding->coil_stuck);
  CHECK_FALSE(bench.line->board(1).coil_on(1));
  CHECK(bench.line->board(1).coil_on_time(1) < 1s);
  bench.work->confirm(*finding);
  CHECK(bench.work->shortcoming(1).find("stayed on") != std::string::npos);
}

TEST_CASE("a board of another size is told with its size", "[devices]") {
  Bench bench(LockFamily::lock_8a, [](auto& simulated) { simulated.locks = 24; });
  bench.start();
  REQUIRE(bench.work->survey());
  CHECK(bench.work->shortcoming(1).find("3 state bytes") != std::string::npos);
  CHECK(bench.line->pulses() == 0);
}

TEST_CASE("a line that is not there and a person who gives up end a commissioning", "[devices]") {
  Bench bench(LockFamily::lock_8a);
  bench.line->set_plugged(false);
  bench.start();
  CHECK_FALSE(bench.work->survey());

  Bench tired(LockFamily::lock_8a);
  tired.start();
  REQUIRE(tired.work->survey());
  tired.gives_up = true;
  CHECK_FALSE(tired.work->try_lock({1, 1}));
  CHECK(tired.line->pulses() == 0);
}
