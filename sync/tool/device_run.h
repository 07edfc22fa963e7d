#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/assembly.h"
#include "devices/drivers/event_queue.h"
#include "sync/tool/cli.h"

// What the `devices` commands have in common.
namespace station::tool {

// Options that most of them take.
struct DeviceOptions {
  std::string config;  // a station's file; empty: what is plugged in, by its place
  bool json = false;
  void declare(Cli& cli);
};

// Readers, hubs and lockers of a station's file. Without a file nothing is configured.
base::Result<drivers::DeviceSettings> device_settings(const std::string& config);

// The machine's wires; the message of a failure is on io.err.
std::unique_ptr<link::Links> device_links(Io& io);

// Drivers that a command steps by itself until something happened.
class DriverRun {
 public:
  explicit DriverRun(Io& io) : io_(io) {}

  drivers::EventSink sink() { return queue_.sink(); }
  void add(std::unique_ptr<drivers::Driver> driver);
  bool has(const std::string& name) const;
  drivers::Driver* serving_box(const std::string& box) const;
  const std::vector<std::unique_ptr<drivers::Driver>>& drivers() const { return drivers_; }
  std::vector<drivers::ActiveFault> faults() const { return queue_.faults(); }

  enum class End { done, time_out, stopped };
  // `event` and `look` (called after each round of steps) answer true when the command has what it wants.
  End run(std::optional<base::Milliseconds> limit, const std::function<bool(const devices::Event&)>& event,
          const std::function<bool()>& look = {});

 private:
  Io& io_;
  drivers::EventQueue queue_;  // before the drivers: they post to it while they end
  std::vector<std::unique_ptr<drivers::Driver>> drivers_;
};

}  // namespace station::tool
