#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "devices/drivers/event_text.h"
#include "devices/drivers/inventory.h"
#include "devices/drivers/lock_board.h"
#include "sync/tool/commands.h"
#include "sync/tool/device_run.h"

namespace station::tool {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using drivers::FoundDevice;

constexpr base::Milliseconds kLookAgain{1'000};  // for readers that were plugged in meanwhile

std::unique_ptr<drivers::Driver> reader_driver(drivers::CardReaderSettings settings, link::Links& links, Io& io,
                                               const drivers::EventSink& sink) {
  settings.power_port.reset();  // a look at a reader is no reason to switch its power
  return std::make_unique<drivers::CardReader>(std::move(settings), links.usb(), nullptr, io.clock, sink);
}

drivers::CardReaderSettings reader_at(const std::string& place) {
  drivers::CardReaderSettings settings;
  settings.name = settings.place = place;
  return settings;
}

// ---- list

class ListDevices final : public Command {
 public:
  const char* name() const override { return "devices list"; }
  const char* help() const override { return "what is plugged in, and what is configured and missing"; }
  void declare(Cli& cli) override { options_.declare(cli); }
  int run(Io& io) override {
    const auto settings = device_settings(options_.config);
    if (!settings) {
      io.err << "station-tool: " << settings.error().message << "\n";
      return kUsage;
    }
    const auto links = device_links(io);
    if (!links) return kNoReach;
    const auto found = drivers::inventory(*links);
    std::map<std::string, std::string> names;  // by place
    int missing = 0;
    for (const auto& r : settings->readers) missing += take(io, FoundDevice::Kind::card_reader, r.name, r.place, *links, names);
    for (const auto& h : settings->hubs) missing += take(io, FoundDevice::Kind::usb_hub, h.name, h.place, *links, names);
    for (const auto& l : settings->lockers) {
      if (std::filesystem::exists(l.device))
        names[l.device] = l.line.name;
      else
        missing += tell_missing(io, FoundDevice::Kind::serial_adapter, l.line.name, l.device);
    }
    for (const FoundDevice& one : found) tell(io, one, names[one.place]);
    if (found.empty() && !options_.json) io.out << "no card reader, hub or serial adapter is plugged in\n";
    return missing > 0 ? kFound : kOk;
  }

 private:
  // A configured USB device: its name goes to the place where it is, or it is told as missing.
  int take(Io& io, FoundDevice::Kind kind, const std::string& name, const std::string& place, link::Links& links,
           std::map<std::string, std::string>& names) {
    for (const link::UsbDevice& device : links.usb().scan())
      if (link::is_at(device, place)) {
        names[device.place] = name;
        return 0;
      }
    return tell_missing(io, kind, name, place);
  }

  int tell_missing(Io& io, FoundDevice::Kind kind, const std::string& name, const std::string& place) {
    if (options_.json)
      io.out << Json{{"kind", to_string(kind)}, {"name", name}, {"place", place}, {"state", "missing"}}.dump() << "\n";
    else
      io.out << fmt::format("MISSING  {:<14} {:<12} {}  is configured there and not plugged in\n", to_string(kind), name, place);
    return 1;
  }

  void tell(Io& io, const FoundDevice& one, const std::string& name) {
    if (options_.json) {
      io.out << Json{{"kind", to_string(one.kind)}, {"name", name.empty() ? one.place : name}, {"place", one.place},
                     {"id", one.id},                {"serial", one.serial},                    {"product", one.product},
                     {"note", one.note},            {"state", "present"}}
                    .dump()
             << "\n";
      return;
    }
    io.out << fmt::format("present  {:<14} {:<12} {}{}{}{}\n", to_string(one.kind), name.empty() ? "-" : name, one.place,
                          one.id.empty() ? "" : "  " + one.id,
                          one.product.empty() || one.kind == FoundDevice::Kind::serial_adapter ? "" : "  " + one.product,
                          one.note.empty() ? "" : "  (" + one.note + ")");
  }

  DeviceOptions options_;
};

// ---- watch

// Prints what drivers tell, and turns "online" of readers into reader-found and reader-lost.
class EventPrinter {
 public:
  EventPrinter(Io& io, bool json) : io_(io), json_(json) {}

  void event(const devices::Event& event) {
    const auto* raised = std::get_if<devices::FaultRaised>(&event);
    const auto* cleared = std::get_if<devices::FaultCleared>(&event);
    if ((raised && raised->code == "reader.missing") || (cleared && cleared->code == "reader.missing")) return;
    line(json_ ? drivers::to_json_line(event) : drivers::to_text(event));
  }

  void look_at(const std::vector<std::unique_ptr<drivers::Driver>>& drivers) {
    for (const auto& driver : drivers) {
      if (driver->serves().readers.empty()) continue;
      const auto health = driver->health();
      const bool online = !health.empty() && health.front().online;
      bool& before = online_[driver->name()];
      if (online == before) continue;
      before = online;
      const char* what = online ? "reader-found" : "reader-lost";
      line(json_ ? Json{{"event", what}, {"reader", driver->name()}}.dump()
                 : fmt::format("{}: {}", driver->name(), online ? "reader found" : "reader lost"));
    }
  }

 private:
  void line(const std::string& text) {
    io_.out << text << "\n";
    io_.out.flush();
  }

  Io& io_;
  const bool json_;
  std::map<std::string, bool> online_;
};

class WatchDevices final : public Command {
 public:
  const char* name() const override { return "devices watch"; }
  const char* help() const override { return "one line for everything that cards, readers and doors do"; }
  void declare(Cli& cli) override {
    options_.declare(cli);
    cli.number("--for-ms", for_ms_, 0, 86'400'000, "stop after that time; 0: never");
  }
  int run(Io& io) override {
    const auto settings = device_settings(options_.config);
    if (!settings) {
      io.err << "station-tool: " << settings.error().message << "\n";
      return kUsage;
    }
    const auto links = device_links(io);
    if (!links) return kNoReach;
    DriverRun run(io);
    for (const auto& reader : settings->readers) run.add(reader_driver(reader, *links, io, run.sink()));
    for (const auto& locker : settings->lockers) {
      auto wire = links->serial(locker.device, drivers::baud_of(locker.line));
      if (!wire) {
        io.err << fmt::format("station-tool: locker {}: {}\n", locker.line.name, wire.error().message);
        return kNoReach;
      }
      drivers::LockLineSettings line = locker.line;
      line.patience = 0ms;
      run.add(std::make_unique<drivers::LockLine>(std::move(line), std::move(*wire), io.clock, run.sink()));
    }
    EventPrinter printer(io, options_.json);
    base::BootTime look_at = io.clock.mono();
    const auto look = [&] {
      if (options_.config.empty() && io.clock.mono() >= look_at) {
        add_new_readers(run, *links, io);
        look_at = io.clock.mono() + kLookAgain;
      }
      printer.look_at(run.drivers());
      return false;
    };
    static_cast<void>(look());
    run.run(for_ms_ == 0 ? std::nullopt : std::optional(base::Milliseconds(for_ms_)),
            [&](const devices::Event& event) {
              printer.event(event);
              return false;
            },
            look);
    return kOk;
  }

 private:
  static void add_new_readers(DriverRun& run, link::Links& links, Io& io) {
    for (const link::UsbDevice& device : links.usb().scan()) {
      const bool reader = std::any_of(device.interfaces.begin(), device.interfaces.end(),
                                      [](const auto& interface) { return interface.class_code == 0x0B; });
      if (reader && !run.has(device.place)) run.add(reader_driver(reader_at(device.place), links, io, run.sink()));
    }
  }

  DeviceOptions options_;
  std::uint64_t for_ms_ = 0;
};

// ---- read

class ReadCard final : public Command {
 public:
  const char* name() const override { return "devices read"; }
  const char* help() const override { return "wait for one card and print its number"; }
  void declare(Cli& cli) override {
    options_.declare(cli);
    cli.option("--reader", reader_, "its name in the station's file, or its place (\"1-2\")", Cli::Need::required);
    cli.number("--timeout-ms", timeout_ms_, 1, 86'400'000, "how long to wait [30000]");
  }
  int run(Io& io) override {
    const auto settings = device_settings(options_.config);
    if (!settings) {
      io.err << "station-tool: " << settings.error().message << "\n";
      return kUsage;
    }
    const auto links = device_links(io);
    if (!links) return kNoReach;
    drivers::CardReaderSettings wanted = reader_at(reader_);
    for (const auto& one : settings->readers)
      if (one.name == reader_) wanted = one;
    DriverRun run(io);
    run.add(reader_driver(wanted, *links, io, run.sink()));
    std::optional<devices::CardPresented> card;
    const auto end = run.run(base::Milliseconds(timeout_ms_), [&](const devices::Event& event) {
      if (const auto* shown = std::get_if<devices::CardPresented>(&event)) card = *shown;
      // A card that was taken away too quickly is told, and the wait goes on.
      if (std::get_if<devices::CardRefused>(&event)) io.err << "station-tool: " << drivers::to_text(event) << "\n";
      return card.has_value();
    });
    if (card) {
      io.out << (options_.json ? Json{{"event", "card"}, {"reader", reader_}, {"uid", card->uid}}.dump() : card->uid) << "\n";
      return kOk;
    }
    bool told = false;
    for (const auto& fault : run.faults()) {
      io.err << fmt::format("station-tool: {} at {}: {}\n", fault.code, fault.place, fault.detail);
      told = true;
    }
    const auto found = links->usb().scan();
    const bool there = std::any_of(found.begin(), found.end(), [&](const auto& d) { return link::is_at(d, wanted.place); });
    if (!told && !there) {
      io.err << fmt::format("station-tool: no reader is plugged in at {}; \"devices list\" shows what is\n", wanted.place);
      told = true;
    }
    if (end == DriverRun::End::time_out && !told)
      io.err << fmt::format("station-tool: no card on {} within {} ms\n", reader_, timeout_ms_);
    return kFound;
  }

 private:
  DeviceOptions options_;
  std::string reader_;
  std::uint64_t timeout_ms_ = 30'000;
};

}  // namespace

void add_watch_commands(CommandList& list) {
  list.push_back(std::make_unique<ListDevices>());
  list.push_back(std::make_unique<WatchDevices>());
  list.push_back(std::make_unique<ReadCard>());
}

}  // namespace station::tool
