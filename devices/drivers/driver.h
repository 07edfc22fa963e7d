#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "devices/api/commands.h"
#include "devices/api/events.h"
#include "sync/base/clock.h"

namespace station::drivers {

using base::BootTime;
using base::Milliseconds;
using EventSink = std::function<void(devices::Event)>;

// Figures of one device for the maintainer screen.
struct DeviceHealth {
  std::string place;  // in the words of the configuration
  std::string kind;   // "lock board", "card reader", "charging hub"
  bool online = false;
  BootTime since{};  // of the present online state
  std::uint64_t exchanges = 0;
  std::uint64_t retries = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t damaged = 0;  // wrong check byte or length
  std::uint64_t foreign = 0;  // answers that were not asked for
  Milliseconds last_latency{};
  Milliseconds worst_latency{};
  // Filled in by the hub, over the time that it has run.
  std::uint64_t outages = 0;    // how often it went offline
  Milliseconds online_total{};  // how long it was online
  Milliseconds watched{};       // out of so much
  std::string note;  // firmware, echo, address: whatever helps to recognise the device
};

// Which names in commands this driver answers for.
struct Serves {
  std::vector<std::string> boxes;
  std::vector<std::string> ports;
  std::vector<std::string> readers;
  std::vector<std::string> outlets{};  // of e-bikes
};

// One device, or all devices of one line. Everything is called on the thread of its bus.
class Driver {
 public:
  virtual ~Driver() = default;
  virtual std::string name() const = 0;
  virtual Serves serves() const = 0;

  // A command for one of the names above. Its answer comes through the sink, now or from a later step.
  virtual void handle(const devices::Command& command) = 0;

  // Bounded work. Returns when it wants to be called again; earlier calls do no harm.
  virtual BootTime step(BootTime now) = 0;

  // Called once before the first step where a thread steps the driver: `wake`, from any thread, has it stepped soon. Without
  // it the owner steps at the times that step() asks for.
  virtual void wake_by(std::function<void()> /*wake*/) {}

  // A maintainer looked at a fault that does not end by itself. False when it is not this driver's, or still true.
  virtual bool acknowledge(const std::string& /*code*/, const std::string& /*place*/) { return false; }

  virtual std::vector<DeviceHealth> health() const = 0;
};

}  // namespace station::drivers
