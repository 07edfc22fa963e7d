#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/driver.h"

namespace station::drivers {

struct ActiveFault {
  std::string code;
  std::string place;
  std::string detail;
  BootTime since;
};

// Events on their way up, from all drivers to the kiosk, and the list of faults as they pass. Thread-safe.
// Readings (doors, ports) beyond `readings` push out the oldest reading. Cards, codes, openings, switchings and faults
// are never dropped. Must outlive the drivers.
class EventQueue {
 public:
  // `wake` is called after every post, outside the lock, on the poster's thread.
  explicit EventQueue(std::size_t readings = 256, std::function<void()> wake = {});

  // A fault that is already raised, or cleared without being raised, is passed over.
  void post(devices::Event event);
  EventSink sink();

  std::optional<devices::Event> try_take();

  std::vector<ActiveFault> faults() const;  // oldest first
  std::size_t dropped() const;              // readings

 private:
  bool note_fault(const devices::Event& event);

  const std::size_t readings_limit_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::deque<devices::Event> events_;
  std::size_t readings_ = 0;
  std::size_t dropped_ = 0;
  std::vector<ActiveFault> faults_;
};

}  // namespace station::drivers
