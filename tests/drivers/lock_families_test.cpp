#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>

#include "devices/codec/lock_profile.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/drivers/lock_board.h"
#include "devices/sim/lock_board.h"
#include "devices/sim/memory_link.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using codec::LockFamily;
using devices::Door;
using devices::Opening;
using sim::ReplyFault;

namespace {

codec::LockProfile profile_of(const std::string& name) {
  std::ifstream in(STATION_SOURCE_DIR "/config/lock_profiles/" + name + ".toml");
  std::stringstream text;
  text << in.rdbuf();
  const auto profile = codec::parse_lock_profile(text.str(), name);
  REQUIRE(profile);
  return *profile;
}

// A family, its board as configured and the same as simulated.
struct Kind {
  const char* name;
  LockBoardSettings board;
  sim::SimLockBoardSettings simulated;
};

Kind kind_of(const char* name, LockFamily family, const std::string& profile = {}) {
  Kind kind{name, {}, {}};
  kind.board.family = kind.simulated.family = family;
  kind.board.polarity = family == LockFamily::wkly ? Polarity::unknown : Polarity::closed_is_11;
  kind.board.locks = kind.simulated.locks = family == LockFamily::kr_cu16 ? 16 : 8;
  if (!profile.empty()) kind.board.profile = kind.simulated.profile = profile_of(profile);
  return kind;
}

std::vector<Kind> all_kinds() {
  return {kind_of("8A", LockFamily::lock_8a), kind_of("WKLY", LockFamily::wkly), kind_of("KR-CU16", LockFamily::kr_cu16),
          kind_of("flash", LockFamily::modbus, "waveshare-relay-8ch-with-inputs"),
          kind_of("pulse coil", LockFamily::modbus, "station-lock-board")};
}

// One line with one board, in memory. A violated duty limit fails the test, unless it is said to be expected.
struct Bench {
  explicit Bench(const Kind& kind, bool start = true) : line({kind.simulated}), settings(settings_of(kind)) {
    if (start) boot();
  }
  ~Bench() { CHECK((violations_expected || line.violations().empty())); }

  static LockLineSettings settings_of(const Kind& kind) {
    LockLineSettings settings;
    settings.name = "locker";
    settings.boards = {kind.board};
    settings.boxes = {{"A01", kind.board.address, 1}, {"A02", kind.board.address, 2}};
    REQUIRE(complaint_about(settings).empty());
    return settings;
  }
  void boot() {
    hub.reset();
    Bus bus;
    bus.name = "locker";
    bus.drivers.push_back(
        std::make_unique<LockLine>(settings, std::make_unique<sim::MemoryLink>(line, clock), clock, queue.sink()));
    std::vector<Bus> buses;
    buses.push_back(std::move(bus));
    hub = std::make_unique<DeviceHub>(clock, queue, std::move(buses), Running::stepped);
  }
  void run(base::Milliseconds time) {
    const auto end = clock.mono() + time;
    while (clock.mono() < end) {
      const auto due = std::min(hub->step(clock.mono()), end);
      clock.advance(std::max<base::Milliseconds>(due - clock.mono(), 1ms));
    }
    while (auto event = queue.try_take()) {
      if (const auto* opening = std::get_if<devices::BoxOpening>(&*event)) answers.push_back(*opening);
      if (const auto* door = std::get_if<devices::DoorChanged>(&*event)) doors[door->box] = door->door;
    }
  }
  Opening open(const std::string& box, base::Milliseconds time = 40s) {
    answers.clear();
    hub->command(devices::OpenBox{"op", box});
    run(time);
    REQUIRE(answers.size() == 1);
    return answers[0].result;
  }
  bool fault(const std::string& code, const std::string& place = "locker board 1") const {
    for (const auto& f : queue.faults())
      if (f.code == code && f.place == place) return true;
    return false;
  }
  sim::SimLockBoard& board() { return line.board(1); }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  sim::SimLockLine line;
  LockLineSettings settings;
  EventQueue queue;
  std::unique_ptr<DeviceHub> hub;
  std::vector<devices::BoxOpening> answers;
  std::map<std::string, Door> doors;
  bool violations_expected = false;
};

}  // namespace

TEST_CASE("every family reads its doors, opens with one pulse and sees the door close", "[devices]") {
  for (const Kind& kind : all_kinds()) {
    DYNAMIC_SECTION(kind.name) {
      Bench bench(kind);
      bench.run(5s);
      CHECK(bench.doors["A01"] == Door::closed);
      CHECK(bench.line.pulses() == 0);
      CHECK(bench.queue.faults().empty());
      CHECK(bench.open("A01", 10s) == Opening::opened);
      CHECK(bench.board().pulses(1) == 1);
      CHECK(bench.line.pulses() == 1);
      CHECK(bench.doors["A01"] == Door::open);
      CHECK(bench.doors["A02"] == Door::closed);
      bench.board().close_door(1);
      bench.run(3s);
      CHECK(bench.doors["A01"] == Door::closed);
      CHECK(bench.queue.faults().empty());
    }
  }
}

TEST_CASE("in every family what is told is what the doors really do", "[devices]") {
  struct Row {
    const char* name;
    std::function<void(Bench&)> spoil;
    Opening result;
    int pulses;
    bool really_open;
  };
  const std::vector<Row> rows{
      {"jammed", [](Bench& b) { b.board().set_lock(1, sim::LockState::jammed); }, Opening::not_opened, 3, false},
      {"no feedback", [](Bench& b) { b.board().set_lock(1, sim::LockState::no_feedback); }, Opening::not_opened, 3, true},
      {"open reply dropped", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::dropped); }, Opening::opened, 1, true},
      {"open reply damaged", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::corrupt_check); }, Opening::opened, 1,
       true},
      {"open reply late", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::late); }, Opening::opened, 1, true},
      {"half an open reply", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::half); }, Opening::opened, 1, true},
      {"noise before the open reply", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::noise_before); },
       Opening::opened, 1, true},
      {"open reply of another board", [](Bench& b) { b.board().spoil_open_replies(ReplyFault::wrong_address); },
       Opening::opened, 1, true},
      {"every reply late for a while", [](Bench& b) { b.board().spoil_replies(ReplyFault::late, 2); }, Opening::opened, 1,
       true},
      {"dead board", [](Bench& b) { b.board().set_dead(true); }, Opening::unknown, 1, false},
      {"adapter unplugged", [](Bench& b) { b.line.set_plugged(false); }, Opening::refused, 0, false},
  };
  for (const Kind& kind : all_kinds()) {
    for (const Row& row : rows) {
      DYNAMIC_SECTION(kind.name << ": " << row.name) {
        Bench bench(kind);
        bench.run(5s);
        row.spoil(bench);
        const Opening result = bench.open("A01", 60s);
        CAPTURE(bench.answers[0].evidence);
        CHECK(result == row.result);
        CHECK(bench.board().pulses(1) <= row.pulses);
        CHECK(bench.line.pulses() == bench.board().pulses(1));
        CHECK(bench.board().door_open(1) == row.really_open);
      }
    }
  }
}

TEST_CASE("in every family an echoing adapter without a board opens nothing", "[devices]") {
  for (const Kind& kind : all_kinds()) {
    DYNAMIC_SECTION(kind.name) {
      Bench bench(kind, false);
      bench.line.set_echo(true);
      bench.boot();
      bench.run(5s);
      CHECK(bench.fault("bus.echo", "locker"));
      CHECK(bench.open("A01", 10s) == Opening::opened);
      bench.board().close_door(1);
      bench.run(5s);
      bench.board().set_dead(true);
      CHECK(bench.open("A01", 60s) != Opening::opened);
      CHECK(bench.doors["A01"] == Door::unknown);
    }
  }
}

TEST_CASE("a door that springs shut before the second read is not told as opened", "[devices]") {
  for (const Kind& kind : all_kinds()) {
    DYNAMIC_SECTION(kind.name) {
      Bench bench(kind);
      bench.run(5s);
      bench.board().set_lock(1, sim::LockState::bouncing);
      const Opening result = bench.open("A01", 60s);
      CHECK(result != Opening::opened);
      CHECK(bench.board().pulses(1) <= 3);
    }
  }
}

TEST_CASE("a board whose polarity nobody found opens nothing and knows no door", "[devices]") {
  for (Kind kind : all_kinds()) {
    if (kind.board.family == LockFamily::wkly) continue;  // says it in so many words
    kind.board.polarity = Polarity::unknown;
    DYNAMIC_SECTION(kind.name) {
      Bench bench(kind);
      bench.run(10s);
      CHECK(bench.fault("board.uncommissioned"));
      CHECK(bench.open("A01", 5s) == Opening::refused);
      CHECK(bench.answers[0].evidence.find("commission") != std::string::npos);
      CHECK(bench.doors.empty());
      CHECK(bench.line.pulses() == 0);
    }
  }
}

TEST_CASE("inverted contacts take a board out of service instead of telling closed doors as open", "[devices]") {
  for (const Kind& kind : all_kinds()) {
    if (kind.board.family == LockFamily::wkly) continue;
    DYNAMIC_SECTION(kind.name) {
      Bench bench(kind);
      bench.board().miswire();
      bench.run(20s);
      CHECK(bench.fault("board.mismatch"));
      CHECK(bench.open("A01", 5s) == Opening::refused);
      CHECK(bench.line.pulses() == 0);
    }
  }
}

TEST_CASE("an emergency opens every box once, one after the other, and is latched until a person ends it", "[devices]") {
  for (const Kind& kind : all_kinds()) {
    DYNAMIC_SECTION(kind.name) {
      Bench bench(kind);
      bench.settings.boxes.clear();
      for (int lock = 1; lock <= 6; ++lock) bench.settings.boxes.push_back({fmt::format("B{}", lock), 1, lock});
      bench.boot();
      bench.run(6s);
      bench.board().set_lock(2, sim::LockState::jammed);
      CHECK(bench.open("B5", 5s) == Opening::opened);
      bench.answers.clear();
      bench.hub->command(devices::ReleaseBoxes{"fire", "smoke"});
      bench.run(30s);
      REQUIRE(bench.answers.size() == 6);
      for (const auto& answer : bench.answers) {
        CAPTURE(answer.op_id, answer.evidence);
        CHECK(answer.op_id == "fire/" + answer.box);
        CHECK((answer.result == Opening::opened) == (answer.box != "B2"));
      }
      for (int lock = 1; lock <= 6; ++lock) {
        CHECK(bench.board().pulses(lock) == 1);  // B5 stood open already
        CHECK(bench.board().door_open(lock) == (lock != 2));
      }
      CHECK(bench.fault("box.released", "locker"));
      bench.board().close_door(1);
      bench.run(10s);
      CHECK(bench.open("B1", 5s) == Opening::refused);
      bench.hub->acknowledge("box.released", "locker");
      bench.run(1s);
      CHECK_FALSE(bench.fault("box.released", "locker"));
      CHECK(bench.open("B1", 10s) == Opening::opened);
      CHECK_FALSE(bench.fault("box.unexpected_open", "B1"));
    }
  }
}

TEST_CASE("an emergency that comes during an opening waits for it, and a silent board's boxes are told", "[devices]") {
  Bench bench(kind_of("8A", LockFamily::lock_8a));
  bench.run(5s);
  bench.hub->command(devices::OpenBox{"op", "A01"});
  bench.hub->command(devices::ReleaseBoxes{"fire", "staff key"});
  bench.run(20s);
  REQUIRE(bench.answers.size() == 3);
  for (const auto& answer : bench.answers) CHECK(answer.result == Opening::opened);
  CHECK(bench.line.pulses() == 2);

  Bench silent(kind_of("8A", LockFamily::lock_8a));
  silent.board().set_dead(true);
  silent.run(10s);
  silent.hub->command(devices::ReleaseBoxes{"fire", "staff key"});
  silent.run(5s);
  REQUIRE(silent.answers.size() == 2);
  for (const auto& answer : silent.answers) CHECK(answer.result == Opening::refused);
}

TEST_CASE("a WKLY board with another number of doors is out of service", "[devices]") {
  Kind kind = kind_of("WKLY", LockFamily::wkly);
  kind.simulated.locks = 24;
  Bench bench(kind);
  bench.run(10s);
  CHECK(bench.fault("board.mismatch"));
  CHECK(bench.open("A01", 5s) == Opening::refused);
}

TEST_CASE("a KR-CU16 board that holds its coils too long is refused", "[devices]") {
  Kind kind = kind_of("KR-CU16", LockFamily::kr_cu16);
  kind.simulated.pulse = 60s;
  Bench bench(kind);
  bench.run(10s);
  CHECK(bench.fault("board.mismatch"));
  CHECK(bench.open("A01", 5s) == Opening::refused);
  CHECK(bench.line.pulses() == 0);
}

TEST_CASE("a KR-CU16 board that does not tell its unlock time needs a measured pulse", "[devices]") {
  Kind kind = kind_of("KR-CU16", LockFamily::kr_cu16);
  kind.simulated.tells_pulse = false;
  SECTION("not measured") {
    Bench bench(kind);
    bench.run(20s);
    CHECK(bench.fault("board.mismatch"));
    CHECK(bench.open("A01", 5s) == Opening::refused);
  }
  SECTION("measured") {
    kind.board.pulse_measured = true;
    Bench bench(kind);
    bench.run(20s);
    CHECK_FALSE(bench.fault("board.mismatch"));
    CHECK(bench.open("A01", 10s) == Opening::opened);
  }
}

TEST_CASE("KR-CU16 boards are asked with lock 0 and freed after an opening where that is set", "[devices]") {
  Kind kind = kind_of("KR-CU16", LockFamily::kr_cu16);
  kind.board.clear_busy_after_open = true;
  Bench bench(kind);
  bench.run(5s);
  CHECK(bench.open("A02", 10s) == Opening::opened);
  const auto heard = bench.line.heard();
  const auto times = [&](const std::string& frame) { return std::count(heard.begin(), heard.end(), frame); };
  CHECK(times("0211310347") == 1);  // board 1, lock 2 of the label
  CHECK(times("021038034D") == 1);
  CHECK(times("0210300345") > 5);
}

TEST_CASE("a relay board that reads the pulse time the other way round is switched off and out of service", "[devices]") {
  Kind kind = kind_of("flash", LockFamily::modbus, "waveshare-relay-8ch-with-inputs");
  kind.simulated.old_byte_order = true;
  Bench bench(kind);
  bench.violations_expected = true;
  bench.run(5s);
  bench.hub->command(devices::OpenBox{"op", "A01"});
  bench.run(10s);
  CHECK_FALSE(bench.board().coil_on(1));
  CHECK(bench.board().coil_on_time(1) <= 800ms);  // instead of 128 s
  CHECK(bench.fault("board.coil_stuck"));
  bench.board().close_door(1);
  bench.run(5s);
  CHECK(bench.open("A02", 5s) == Opening::refused);
  bench.hub->acknowledge("board.coil_stuck", "locker board 1");
  bench.run(1s);
  CHECK_FALSE(bench.fault("board.coil_stuck"));
}

TEST_CASE("no forbidden Modbus frame ever leaves the driver", "[devices]") {
  for (const char* profile : {"waveshare-relay-8ch-with-inputs", "station-lock-board"}) {
    Bench bench(kind_of("relay", LockFamily::modbus, profile));
    bench.run(5s);
    CHECK(bench.open("A01", 10s) == Opening::opened);
    bench.board().close_door(1);
    bench.run(5s);
    bench.board().set_lock(2, sim::LockState::jammed);
    CHECK(bench.open("A02", 40s) == Opening::not_opened);
    for (const std::string& hex : bench.line.heard()) {
      const auto request = codec::modbus::decode_request(*base::from_hex(hex));
      REQUIRE(request);
      CHECK(request->slave != codec::modbus::kBroadcast);
      CHECK(request->function != codec::modbus::Function::write_coils);
      if (request->function != codec::modbus::Function::write_coil) continue;
      CHECK(request->values[0] != 0x5500);
      CHECK((request->values[0] <= 10 || request->values[0] == codec::modbus::kCoilOn));
      CHECK(request->address != 0x00FF);
      CHECK(request->address < 0x0208);
    }
  }
}

TEST_CASE("a silent board's WKLY openings are settled by its doors", "[devices]") {
  Kind kind = kind_of("WKLY", LockFamily::wkly);
  kind.simulated.answers_open = false;
  Bench bench(kind);
  bench.run(5s);
  CHECK(bench.open("A01", 20s) == Opening::opened);
  CHECK(bench.board().pulses(1) == 1);
}

TEST_CASE("pushes of a board bring a read forward, and are no evidence", "[devices]") {
  Kind kind = kind_of("WKLY", LockFamily::wkly);
  kind.simulated.pushes = true;
  Bench bench(kind);
  bench.run(5s);
  bench.board().force_open(2);
  bench.run(3s);
  CHECK(bench.doors["A02"] == Door::open);
  CHECK(bench.fault("box.unexpected_open", "A02"));
}

TEST_CASE("settings that do not fit a family are complained about", "[devices]") {
  const auto complaint = [](LockBoardSettings board) {
    LockLineSettings settings;
    settings.name = "locker";
    settings.boards = {std::move(board)};
    return complaint_about(settings);
  };
  LockBoardSettings board = kind_of("KR-CU16", LockFamily::kr_cu16).board;
  CHECK(complaint(board).empty());
  board.address = 0;
  CHECK(complaint(board).empty());
  board.address = 10;
  CHECK_FALSE(complaint(board).empty());
  board = kind_of("WKLY", LockFamily::wkly).board;
  board.address = 0;
  CHECK(complaint(board).empty());
  board = kind_of("8A", LockFamily::lock_8a).board;
  board.address = 0;
  CHECK_FALSE(complaint(board).empty());
  board.family = LockFamily::modbus;
  board.address = 1;
  CHECK(complaint(board).find("profile") != std::string::npos);
  board = kind_of("flash", LockFamily::modbus, "waveshare-relay-8ch-with-inputs").board;
  board.pulse = 600ms;
  CHECK_FALSE(complaint(board).empty());
}

TEST_CASE("a profile names file, line and what was expected", "[devices]") {
  const auto wrong = [](const std::string& text) {
    const auto profile = codec::parse_lock_profile(text, "board.toml");
    REQUIRE_FALSE(profile);
    return profile.error().message;
  };
  const std::string good = "name = \"x\"\nlocks = 4\n[unlock]\nkind = \"pulse_coil\"\nbase = 0\nmax_ms = 500\n[door]\nfc = 2\nbase = 0\n";
  CHECK(codec::parse_lock_profile(good, "board.toml"));
  CHECK(wrong("name = \"x\"\nlocks = 4\n[unlock]\nkind = \"timed\"\nbase = 0\nmax_ms = 500\n[door]\nfc = 2\nbase = 0\n")
            .find("board.toml:4") != std::string::npos);
  CHECK_FALSE(wrong("name = \"x\"\n").empty());
  CHECK_FALSE(wrong(good + "colour = 1\n").empty());
}
