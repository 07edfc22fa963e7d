#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "devices/drivers/event_text.h"
#include "devices/drivers/lock_commissioning.h"
#include "sync/base/file.h"
#include "sync/tool/commands.h"
#include "sync/tool/device_run.h"

namespace station::tool {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr base::Milliseconds kDoorsKnown{8'000};
constexpr base::Milliseconds kAfterStart{4'200};  // every lock may have been pulsed just before: 3 s and its pulse
constexpr base::Milliseconds kOpening{60'000};

int complain(Io& io, const std::string& what, int status) {
  io.err << "station-tool: " << what << "\n";
  return status;
}

// A locker's line as a driver, on its own wire.
base::Result<std::unique_ptr<drivers::LockLine>> lock_line(const drivers::LockerSettings& locker, link::Links& links, Io& io,
                                                           const drivers::EventSink& sink) {
  auto wire = links.serial(locker.device, drivers::baud_of(locker.line));
  if (!wire) return tl::unexpected(wire.error());
  drivers::LockLineSettings line = locker.line;
  line.patience = 0ms;
  return std::make_unique<drivers::LockLine>(std::move(line), std::move(*wire), io.clock, sink);
}

const drivers::LockerSettings* locker_of(const drivers::DeviceSettings& settings, const std::string& box) {
  for (const auto& locker : settings.lockers)
    for (const drivers::BoxPlace& place : locker.line.boxes)
      if (place.box == box) return &locker;
  return nullptr;
}

// ---- box

class UseBox final : public Command {
 public:
  const char* name() const override { return "devices box"; }
  const char* help() const override { return "open one box, or say whether its door is open"; }
  void declare(Cli& cli) override {
    options_.declare(cli);
    cli.word("action", action_, {"open", "status"}, "open or status", Cli::Need::required);
    cli.argument("BOX", box_, "BOARD:LOCK with both numbers, or a box's name (\"A03\")");
    cli.option("--locker", locker_, "which locker, where the file has several");
  }
  int run(Io& io) override {
    auto settings = device_settings(options_.config);
    if (!settings) return complain(io, settings.error().message, kUsage);
    if (settings->lockers.empty()) return complain(io, "--config FILE with a [[locker]] says where the lock boards are", kUsage);
    auto found = find_box(*settings);
    if (!found) return complain(io, found.error().message, kUsage);
    const auto links = device_links(io);
    if (!links) return kNoReach;
    DriverRun run(io);
    auto line = lock_line(*found->locker, *links, io, run.sink());
    if (!line) return complain(io, fmt::format("locker {}: {}", found->locker->line.name, line.error().message), kNoReach);
    drivers::LockLine& locker = **line;
    run.add(std::move(*line));
    devices::Door door = devices::Door::unknown;
    const auto note = [&](const devices::Event& event) {
      const auto* changed = std::get_if<devices::DoorChanged>(&event);
      if (changed && changed->box == found->name) door = changed->door;
      return door != devices::Door::unknown;
    };
    if (run.run(kDoorsKnown, note) == DriverRun::End::stopped) return kFound;
    if (action_ == "status" || door == devices::Door::unknown) return tell_status(io, run, found->name, door);
    // The duty limits assume a pulse just before the start, and so does whoever waits here.
    run.run(kAfterStart, [&](const devices::Event& event) {
      static_cast<void>(note(event));
      return false;
    });
    return open(io, run, locker, found->name);
  }

 private:
  struct Found {
    const drivers::LockerSettings* locker;
    std::string name;
  };

  base::Result<Found> find_box(drivers::DeviceSettings& settings) const {
    const std::size_t colon = box_.find(':');
    if (colon == std::string::npos) {
      if (const auto* locker = locker_of(settings, box_)) return Found{locker, box_};
      return base::fail(base::Errc::not_found, fmt::format("no box \"{}\" in {}", box_, options_.config));
    }
    const auto number = [](const std::string& text) {
      const bool digits = !text.empty() && text.size() < 4 && text.find_first_not_of("0123456789") == std::string::npos;
      return digits ? std::stoi(text) : -1;
    };
    const int board = number(box_.substr(0, colon));
    const int lock = number(box_.substr(colon + 1));
    if (board < 0 || lock < 1) return base::fail(base::Errc::invalid, fmt::format("\"{}\" is not BOARD:LOCK, two numbers", box_));
    for (drivers::LockerSettings& locker : settings.lockers) {
      if (!locker_.empty() && locker.line.name != locker_) continue;
      const auto has = [&](const drivers::LockBoardSettings& b) { return b.address == board && lock <= b.locks; };
      if (!std::any_of(locker.line.boards.begin(), locker.line.boards.end(), has)) continue;
      for (const drivers::BoxPlace& place : locker.line.boxes)
        if (place.board == board && place.lock == lock) return Found{&locker, place.box};
      locker.line.boxes.push_back({box_, board, lock});  // a lock that no box uses yet
      return Found{&locker, box_};
    }
    return base::fail(base::Errc::not_found, fmt::format("{} has no board {} with a lock {}", options_.config, board, lock));
  }

  int tell_status(Io& io, const DriverRun& run, const std::string& name, devices::Door door) const {
    if (options_.json)
      io.out << Json{{"box", name}, {"door", drivers::to_string(door)}}.dump() << "\n";
    else
      io.out << fmt::format("box {}: {}\n", name, drivers::to_string(door));
    for (const auto& fault : run.faults())
      io.err << fmt::format("station-tool: {} at {}: {}\n", fault.code, fault.place, fault.detail);
    return door == devices::Door::unknown ? kFound : kOk;
  }

  int open(Io& io, DriverRun& run, drivers::LockLine& locker, const std::string& name) const {
    locker.handle(devices::OpenBox{"station-tool", name});
    std::optional<devices::BoxOpening> answer;
    run.run(kOpening, [&](const devices::Event& event) {
      if (const auto* opening = std::get_if<devices::BoxOpening>(&event)) answer = *opening;
      return answer.has_value();
    });
    if (!answer) return complain(io, fmt::format("box {}: no answer of the driver", name), kFound);
    if (options_.json)
      io.out << Json{{"box", name}, {"result", drivers::to_string(answer->result)}, {"evidence", answer->evidence}}.dump() << "\n";
    else
      io.out << fmt::format("box {}: {} ({})\n", name, drivers::to_string(answer->result), answer->evidence);
    return answer->result == devices::Opening::opened ? kOk : kFound;
  }

  DeviceOptions options_;
  std::string action_, box_, locker_;
};

// ---- test

class TestDevices final : public Command {
 public:
  const char* name() const override { return "devices test"; }
  const char* help() const override { return "ask every configured device and say what is wrong; switches and opens nothing"; }
  void declare(Cli& cli) override {
    options_.declare(cli);
    cli.number("--for-ms", for_ms_, 1'000, 600'000, "how long to watch them [8000]");
  }
  int run(Io& io) override {
    const auto settings = device_settings(options_.config);
    if (!settings) return complain(io, settings.error().message, kUsage);
    if (options_.config.empty()) return complain(io, "--config FILE says which devices the station has", kUsage);
    const auto links = device_links(io);
    if (!links) return kNoReach;
    DriverRun run(io);
    int wrong = 0;
    for (drivers::CardReaderSettings reader : settings->readers) {
      reader.power_port.reset();
      run.add(std::make_unique<drivers::CardReader>(std::move(reader), links->usb(), nullptr, io.clock, run.sink()));
    }
    for (const auto& locker : settings->lockers) {
      auto line = lock_line(locker, *links, io, run.sink());
      if (line) {
        run.add(std::move(*line));
        continue;
      }
      ++wrong;
      tell(io, "locker", locker.line.name, line.error().message);
    }
    for (const auto& hub : settings->hubs) wrong += test_hub(io, *links, hub);
    run.run(base::Milliseconds(for_ms_), {});
    for (const auto& driver : run.drivers())
      for (const drivers::DeviceHealth& health : driver->health()) {
        if (!health.online) ++wrong;
        tell_health(io, health);
      }
    for (const auto& fault : run.faults()) {
      ++wrong;
      tell(io, fault.code, fault.place, fault.detail);
    }
    if (!options_.json) io.out << (wrong == 0 ? "all devices are well\n" : fmt::format("{} findings\n", wrong));
    return wrong == 0 ? kOk : kFound;
  }

 private:
  int test_hub(Io& io, link::Links& links, const drivers::PowerHubSettings& hub) const {
    const auto facts = links.port_power().find(hub.place);
    if (!facts) {
      tell(io, "hub", hub.name, facts.error().message);
      return 1;
    }
    int wrong = 0;
    for (const auto& port : hub.ports) {
      const auto reading = links.port_power().read({hub.place, port.hub_port});
      if (reading && !reading->over_current) continue;
      ++wrong;
      tell(io, "port", port.name, reading ? "over-current" : reading.error().message);
    }
    if (facts->switching == link::Switching::none || (facts->switching == link::Switching::ganged && !hub.ganged)) {
      ++wrong;
      tell(io, "hub", hub.name, "it cannot switch its ports one by one");
    }
    if (wrong == 0 && !options_.json) io.out << fmt::format("ok     hub {} at {}, {} ports\n", hub.name, facts->place, facts->ports);
    if (wrong == 0 && options_.json)
      io.out << Json{{"device", hub.name}, {"kind", "charging hub"}, {"online", true}}.dump() << "\n";
    return wrong;
  }

  void tell(Io& io, const std::string& code, const std::string& place, const std::string& detail) const {
    if (options_.json)
      io.out << Json{{"fault", code}, {"place", place}, {"detail", detail}}.dump() << "\n";
    else
      io.out << fmt::format("FAULT  {} {}: {}\n", code, place, detail);
  }

  void tell_health(Io& io, const drivers::DeviceHealth& h) const {
    if (options_.json) {
      io.out << Json{{"device", h.place},
                     {"kind", h.kind},
                     {"online", h.online},
                     {"exchanges", h.exchanges},
                     {"retries", h.retries},
                     {"timeouts", h.timeouts},
                     {"damaged", h.damaged},
                     {"worst_latency_ms", h.worst_latency.count()},
                     {"note", h.note}}
                    .dump()
             << "\n";
      return;
    }
    io.out << fmt::format("{}  {} {}: {} exchanges, {} repeated, {} unanswered, {} damaged, slowest {} ms{}\n",
                          h.online ? "ok   " : "SILENT", h.kind, h.place, h.exchanges, h.retries, h.timeouts, h.damaged,
                          h.worst_latency.count(), h.note.empty() ? "" : "; " + h.note);
  }

  DeviceOptions options_;
  std::uint64_t for_ms_ = 8'000;
};

// ---- commission

class CommissionLocker final : public Command {
 public:
  const char* name() const override { return "devices commission"; }
  const char* help() const override { return "find out how a locker's boards are wired, lock by lock, and record it"; }
  void declare(Cli& cli) override {
    options_.declare(cli);
    cli.option("--locker", locker_, "which locker of the file; not needed when there is one");
    cli.option("--record", record_, "file for the record", Cli::Need::required);
    cli.option("--who", who_, "who commissions: a work number", Cli::Need::required);
    cli.flag("--survey", survey_only_, "only ask the boards, open nothing");
  }
  int run(Io& io) override {
    const auto settings = device_settings(options_.config);
    if (!settings) return complain(io, settings.error().message, kUsage);
    const drivers::LockerSettings* locker = nullptr;
    for (const auto& one : settings->lockers)
      if (locker_.empty() ? settings->lockers.size() == 1 : one.line.name == locker_) locker = &one;
    if (!locker) return complain(io, "--config FILE and --locker NAME say which locker it is", kUsage);
    const auto links = device_links(io);
    if (!links) return kNoReach;
    auto wire = links->serial(locker->device, drivers::baud_of(locker->line));
    if (!wire) return complain(io, fmt::format("locker {}: {}", locker->line.name, wire.error().message), kNoReach);
    drivers::LockCommissioning work(locker->line, std::move(*wire), io.clock, io.wait);
    if (const auto survey = work.survey(); !survey)
      return complain(io, fmt::format("locker {}: {}", locker->line.name, survey.error().message), kNoReach);
    tell_survey(io, work);
    if (!survey_only_) try_all(io, work, locker->line.boxes);
    return write_record(io, work, locker->line.name);
  }

 private:
  void tell_survey(Io& io, const drivers::LockCommissioning& work) const {
    io.out << (work.echo() ? "The adapter echoes what it sends; every exchange is checked against it.\n"
                           : "The adapter does not echo.\n");
    for (const auto& board : work.boards())
      io.out << fmt::format("board {}: {}\n", board.board.address,
                            board.answers ? board.reply : board.reply.empty() ? "no answer" : board.reply);
  }

  void try_all(Io& io, drivers::LockCommissioning& work, const std::vector<drivers::BoxPlace>& boxes) const {
    io.out << "Close all doors and press Enter. Then each lock is pulsed once; stay at the locker.\n";
    io.out.flush();
    std::string line;
    if (!std::getline(io.in, line)) return;
    for (const drivers::BoxPlace& place : boxes) {
      auto finding = work.try_lock({place.board, place.lock});
      if (!finding) {
        io.out << fmt::format("box {}: {}\n", place.box, finding.error().message);
        continue;
      }
      io.out << fmt::format("box {}: {}\n", place.box, finding->evidence);
      if (finding->coil_stuck) {
        io.out << "The coil stayed on and was switched off: this board reads pulse times otherwise. It cannot be used.\n";
        work.confirm(*finding);
        return;
      }
      io.out << fmt::format("Did the door of box {} open, and no other? y or n: ", place.box);
      io.out.flush();
      if (!std::getline(io.in, line)) return;
      if (line != "y" && line != "Y") {
        finding->moved.reset();
        work.confirm(*finding);
        continue;
      }
      io.out << "Close it.\n";
      io.out.flush();
      work.await_closed(*finding, 120s);
      work.confirm(*finding);
    }
  }

  int write_record(Io& io, const drivers::LockCommissioning& work, const std::string& line) const {
    const std::string text = drivers::commissioning_record(work, line, who_, io.clock.utc());
    if (const auto written = base::write_file(record_, text); !written)
      return complain(io, written.error().message, kNoReach);
    int short_of = 0;
    const drivers::LockLineSettings result = work.result();
    for (const auto& board : result.boards) {
      const std::string missing = work.shortcoming(board.address);
      if (!missing.empty()) ++short_of;
      const char* polarity = board.polarity == drivers::Polarity::closed_is_11   ? "closed_is_11"
                             : board.polarity == drivers::Polarity::closed_is_00 ? "closed_is_00"
                                                                                 : "unknown";
      io.out << fmt::format("board {}: {}\n", board.address,
                            missing.empty() ? fmt::format("ready, polarity = \"{}\"", polarity) : "NOT READY, " + missing);
    }
    io.out << fmt::format("The record is in {}; name it in the station's file: commissioning = \"…\" under [[locker]].\n", record_);
    return short_of == 0 ? kOk : kFound;
  }

  DeviceOptions options_;
  std::string locker_, record_, who_;
  bool survey_only_ = false;
};

}  // namespace

void add_box_commands(CommandList& list) {
  list.push_back(std::make_unique<UseBox>());
  list.push_back(std::make_unique<TestDevices>());
  list.push_back(std::make_unique<CommissionLocker>());
}

}  // namespace station::tool
