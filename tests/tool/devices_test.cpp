#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

#include "devices/sim/station.h"
#include "sync/base/file.h"
#include "sync/tool/commands.h"

using namespace station;
using namespace station::tool;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

constexpr const char* kLockLine = "/dev/serial/by-id/usb-lock-line";

// The simulated station belongs to the test; a command gets its wires only.
class BorrowedLinks final : public link::Links {
 public:
  explicit BorrowedLinks(link::Links& links) : links_(links) {}
  base::Result<std::unique_ptr<link::ByteLink>> serial(const std::string& d, int b) override { return links_.serial(d, b); }
  base::Result<std::unique_ptr<link::KeySource>> keys(const std::string& d) override { return links_.keys(d); }
  base::Result<std::unique_ptr<link::Listener>> listener(const std::string& a) override { return links_.listener(a); }
  link::UsbBus& usb() override { return links_.usb(); }
  link::PortPower& port_power() override { return links_.port_power(); }

 private:
  link::Links& links_;
};

sim::StationPlan plan_of_station() {
  sim::StationPlan plan;
  plan.readers.push_back({"entry", "1-2", {}});
  plan.hubs.push_back({"shelf", "1-4", {}});
  sim::StationPlan::Line line;
  line.device = kLockLine;
  plan.lines.push_back(line);
  return plan;
}

// One person at a simulated station with a command line. Time is the clock's: waiting moves it.
struct Rig {
  Rig() : folder(std::filesystem::temp_directory_path() / ("devices_tool_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
    write("station.toml",
          "[[reader]]\nname = \"entry\"\nplace = \"1-2\"\n"
          "[[charging_hub]]\nname = \"shelf\"\nplace = \"1-4\"\nnever_off = [4]\n"
          "[[charging_hub.port]]\nname = \"P1\"\nhub_port = 1\n"
          "[[locker]]\nname = \"locker\"\ndevice = \"/dev/serial/by-id/usb-lock-line\"\n"
          "[[locker.board]]\nfamily = \"8A\"\naddress = 1\nlocks = 8\npolarity = \"closed_is_11\"\n"
          "[[locker.box]]\nname = \"A01\"\nsize = \"S\"\nboard = 1\nlock = 1\n"
          "[[locker.box]]\nname = \"A02\"\nsize = \"S\"\nboard = 1\nlock = 2\n");
  }
  ~Rig() { std::filesystem::remove_all(folder); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string config() const { return (folder / "station.toml").string(); }

  int run(std::vector<std::string> line, const std::string& input = {}) {
    std::istringstream in(input);
    std::ostringstream o, e;
    Io io{in, o, e, clock, random, {}, {}, {}};
    io.wait = [&](std::chrono::milliseconds time) {
      clock.advance(time);
      if (while_waiting) while_waiting();
      return true;
    };
    io.devices = [this]() -> base::Result<std::unique_ptr<link::Links>> {
      return std::unique_ptr<link::Links>(std::make_unique<BorrowedLinks>(station));
    };
    CommandList commands;
    add_decode_commands(commands);
    add_watch_commands(commands);
    add_power_commands(commands);
    add_box_commands(commands);
    line.insert(line.begin(), "devices");
    const int status = run_line(line, commands, io);
    out = o.str();
    err = e.str();
    return status;
  }
  int ask(std::vector<std::string> line) {
    line.insert(line.end(), {"--config", config()});
    return run(std::move(line));
  }
  std::vector<Json> lines() const {
    std::vector<Json> all;
    std::istringstream text(out);
    for (std::string line; std::getline(text, line);) all.push_back(Json::parse(line));
    return all;
  }
  // After so much of simulated time, once.
  void after(base::Milliseconds time, const std::function<void()>& hand) {
    const auto at = clock.mono() + time;
    while_waiting = [this, at, hand, done = false]() mutable {
      if (done || clock.mono() < at) return;
      done = true;
      hand();
    };
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  base::SeededRandom random{1};
  const std::filesystem::path folder;
  sim::Station station{plan_of_station(), clock, sim::Pace::stepped};
  std::function<void()> while_waiting;
  std::string out, err;
};

bool has_event(const std::vector<Json>& lines, const Json& wanted) {
  return std::any_of(lines.begin(), lines.end(), [&](const Json& line) {
    return std::all_of(wanted.items().begin(), wanted.items().end(),
                       [&](const auto& item) { return line.contains(item.key()) && line[item.key()] == item.value(); });
  });
}

}  // namespace

TEST_CASE("devices decode explains a frame as JSON and its status says whether it is whole", "[tool]") {
  Rig rig;
  CHECK(rig.run({"decode", "8A", "8A 01 01 11 9B"}) == kOk);
  Json json = Json::parse(rig.out);
  CHECK(json["valid"] == true);
  CHECK(json["hex"] == "8A0101119B");
  CHECK(json["errors"].empty());
  CHECK(rig.run({"decode", "wkly", "574B4C590B0082000100", "88", "--json"}) == kFound);
  json = Json::parse(rig.out);
  CHECK(json["valid"] == false);
  CHECK(json["errors"][0]["at"] == 10);
  CHECK(json["errors"][0]["expected"] == "81");
  CHECK(rig.run({"decode", "MODBUS", "0x01,0x05,0x00,0x00,0xFF,0x00,0x8C,0x3A", "--text"}) == kOk);
  CHECK_THAT(rig.out, Contains("MODBUS valid: write one coil"));
}

TEST_CASE("devices decode reads a capture line by line", "[tool]") {
  Rig rig;
  CHECK(rig.run({"decode", "KR-CU16", "-"}, "02 00 30 03 35\n\n02 10 30 03 3E\n") == kFound);
  const auto lines = rig.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["valid"] == true);
  CHECK(lines[1]["valid"] == false);
}

TEST_CASE("devices decode says what is wrong with its own line", "[tool]") {
  Rig rig;
  CHECK(rig.run({"decode", "CU48", "00"}) == kUsage);
  CHECK_THAT(rig.err, Contains("KR-CU16"));
  CHECK(rig.run({"decode", "8A", "8A 0"}) == kUsage);
  CHECK_THAT(rig.err, Contains("hexadecimal"));
  CHECK(rig.run({"decode", "8A", "8A 01"}) == kFound);
}

TEST_CASE("devices list names what is plugged in and what is missing", "[tool]") {
  Rig rig;
  CHECK(rig.run({"list", "--json"}) == kOk);
  CHECK(has_event(rig.lines(), {{"kind", "card reader"}, {"place", "1-2"}, {"state", "present"}}));
  CHECK(has_event(rig.lines(), {{"kind", "usb hub"}, {"place", "1-4"}, {"state", "present"}}));
  rig.station.unplug_reader("entry");
  CHECK(rig.ask({"list", "--json"}) == kFound);
  CHECK(has_event(rig.lines(), {{"name", "entry"}, {"state", "missing"}}));
  CHECK(rig.ask({"list"}) == kFound);
  CHECK_THAT(rig.out, Contains("MISSING  card reader    entry"));
}

TEST_CASE("devices watch prints one event a line", "[tool]") {
  Rig rig;
  rig.after(2s, [&] { rig.station.tap("entry", "04A1B2C3"); });
  CHECK(rig.run({"watch", "--json", "--for-ms", "6000"}) == kOk);
  CHECK(has_event(rig.lines(), {{"event", "reader-found"}, {"reader", "1-2"}}));
  CHECK(has_event(rig.lines(), {{"event", "card"}, {"reader", "1-2"}, {"uid", "04A1B2C3"}}));
  rig.after(2s, [&] { rig.station.remove_card("entry"); });
  rig.ask({"watch", "--json", "--for-ms", "5000"});
  CHECK(has_event(rig.lines(), {{"event", "removed"}, {"reader", "entry"}}));
  CHECK(has_event(rig.lines(), {{"event", "door"}, {"box", "A01"}, {"door", "closed"}}));
  rig.after(2s, [&] { rig.station.unplug_reader("entry"); });
  rig.run({"watch", "--json", "--for-ms", "6000"});
  CHECK(has_event(rig.lines(), {{"event", "reader-lost"}, {"reader", "1-2"}}));
}

TEST_CASE("devices read waits for one card, and for no longer than it is told", "[tool]") {
  Rig rig;
  rig.after(1s, [&] { rig.station.tap("entry", "04A1B2C3"); });
  CHECK(rig.run({"read", "--reader", "1-2", "--timeout-ms", "5000"}) == kOk);
  CHECK(rig.out == "04A1B2C3\n");
  rig.station.remove_card("entry");
  rig.while_waiting = {};
  const auto before = rig.clock.mono();
  CHECK(rig.ask({"read", "--reader", "entry", "--timeout-ms", "700"}) == kFound);
  CHECK(rig.clock.mono() - before < 900ms);
  CHECK_THAT(rig.err, Contains("no card on entry within 700 ms"));
  CHECK(rig.run({"read", "--reader", "1-9", "--timeout-ms", "700"}) == kFound);
  CHECK_THAT(rig.err, Contains("1-9"));
}

TEST_CASE("devices port switches what may be switched and reads it back", "[tool]") {
  Rig rig;
  CHECK(rig.ask({"port", "--hub", "shelf", "--port", "1", "on", "--json"}) == kOk);
  CHECK(rig.lines()[0]["power"] == "on");
  CHECK(rig.station.hub("shelf").powered(1));
  CHECK(rig.run({"port", "--hub", "1-4", "--port", "1", "off"}) == kOk);
  CHECK_THAT(rig.out, Contains("port 1: off"));
  CHECK_FALSE(rig.station.hub("shelf").powered(1));
  CHECK(rig.ask({"port", "--hub", "shelf", "--port", "4", "off"}) == kFound);
  CHECK_THAT(rig.err, Contains("never_off"));
  CHECK(rig.run({"port", "--hub", "1-4", "--port", "32", "status"}) == kUsage);
  CHECK(rig.run({"port", "--hub", "9-9", "--port", "1", "status"}) == kNoReach);
  CHECK(rig.run({"port", "--hub", "1-4", "--port", "1", "burn"}) == kUsage);
}

TEST_CASE("devices port tells of a port that does not obey", "[tool]") {
  Rig rig;
  CHECK(rig.run({"port", "--hub", "1-4", "--port", "1", "on"}) == kOk);
  rig.station.hub("shelf").set_health(1, sim::PortHealth::stuck_on);
  CHECK(rig.run({"port", "--hub", "1-4", "--port", "1", "off"}) == kFound);
  CHECK_THAT(rig.err, Contains("does not obey"));
}

TEST_CASE("devices box opens one box and believes its door only", "[tool]") {
  Rig rig;
  CHECK(rig.ask({"box", "status", "1:1", "--json"}) == kOk);
  CHECK(rig.lines()[0]["door"] == "closed");
  CHECK(rig.ask({"box", "open", "1:1", "--json"}) == kOk);
  CHECK(rig.lines()[0]["result"] == "opened");
  CHECK(rig.station.line("locker").board(1).door_open(1));
  CHECK(rig.station.line("locker").pulses() == 1);
  CHECK(rig.ask({"box", "open", "1:5"}) == kOk);  // a lock that no box uses yet
  rig.station.line("locker").board(1).set_lock(2, sim::LockState::jammed);
  CHECK(rig.ask({"box", "open", "A02"}) == kFound);
  CHECK_THAT(rig.out, Contains("not opened"));
  CHECK(rig.station.line("locker").violations().empty());
  CHECK(rig.ask({"box", "open", "1:9"}) == kUsage);
  CHECK(rig.ask({"box", "open", "Z9"}) == kUsage);
  CHECK(rig.run({"box", "open", "1:1"}) == kUsage);
  CHECK_THAT(rig.err, Contains("--config"));
}

TEST_CASE("devices box says why a silent board's door is unknown", "[tool]") {
  Rig rig;
  rig.station.line("locker").board(1).set_dead(true);
  CHECK(rig.ask({"box", "status", "A01"}) == kFound);
  CHECK_THAT(rig.out, Contains("box A01: unknown"));
  CHECK_THAT(rig.err, Contains("board.silent at locker board 1"));
}

TEST_CASE("devices test finds what is wrong and opens nothing", "[tool]") {
  Rig rig;
  CHECK(rig.ask({"test"}) == kOk);
  CHECK_THAT(rig.out, Contains("all devices are well"));
  CHECK(rig.station.line("locker").pulses() == 0);
  rig.station.line("locker").board(1).set_dead(true);
  rig.station.unplug_reader("entry");
  CHECK(rig.ask({"test"}) == kFound);
  CHECK_THAT(rig.out, Contains("board.silent locker board 1"));
  CHECK_THAT(rig.out, Contains("SILENT  card reader entry"));
}

TEST_CASE("devices commission leads through the locks and writes a record that the station reads", "[tool]") {
  Rig rig;
  std::string text = *base::read_file(rig.config());
  text.replace(text.find("polarity = \"closed_is_11\"\n"), 26, "");
  rig.write("station.toml", text);
  CHECK(rig.ask({"box", "status", "A01"}) == kFound);
  CHECK_THAT(rig.err, Contains("board.uncommissioned"));

  rig.while_waiting = [&] {
    for (const int lock : {1, 2}) rig.station.line("locker").board(1).close_door(lock);
  };
  // The person closes a door only after it was seen open.
  int waits = 0;
  rig.while_waiting = [&] {
    if (++waits % 4'000 != 0) return;
    for (const int lock : {1, 2}) rig.station.line("locker").board(1).close_door(lock);
  };
  const std::string record = (rig.folder / "locker.json").string();
  const int status = rig.run({"commission", "--config", rig.config(), "--record", record, "--who", "M-17"}, "\ny\ny\n");
  CAPTURE(rig.out, rig.err);
  CHECK(status == kOk);
  CHECK_THAT(rig.out, Contains("board 1: ready, polarity = \"closed_is_11\""));
  rig.while_waiting = {};
  text.replace(text.find("[[locker.board]]"), 0, "commissioning = \"locker.json\"\n");
  rig.write("station.toml", text);
  CHECK(rig.ask({"box", "status", "A01"}) == kOk);
}

TEST_CASE("a station's file that is wrong is told with file and line", "[tool]") {
  Rig rig;
  rig.write("station.toml", "[[reader]]\nname = \"entry\"\n");
  CHECK(rig.ask({"list"}) == kUsage);
  CHECK_THAT(rig.err, Contains("station.toml"));
  CHECK(rig.run({"list", "--config", "/nowhere/station.toml"}) == kUsage);
}
