#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "devices/link/watch.h"
#include "sync/base/bytes.h"
#include "sync/base/clock.h"

namespace station::sim {

using base::BootTime;
using base::Milliseconds;

// What sits at the far end of a serial line: hears bytes, answers bytes, each at its time. Thread-safe.
class SerialPeer {
 public:
  virtual ~SerialPeer() = default;
  virtual bool plugged() const = 0;  // false: reads and writes at the near end fail
  virtual void hear(std::span<const std::uint8_t> bytes, BootTime now) = 0;
  virtual base::Bytes say(BootTime now) = 0;         // everything that has crossed the wire by now
  virtual std::optional<BootTime> next() const = 0;  // when the next byte will have crossed
  virtual std::optional<BootTime> last() const = 0;  // when the last byte under way will have crossed

  // Whoever waits for next() is told when hands or the device itself changed something.
  [[nodiscard]] std::unique_ptr<link::Watch> watch(std::function<void()> changed) { return watchers_.add(std::move(changed)); }

 protected:
  void changed() { watchers_.notify(); }

 private:
  link::Watchers watchers_;
};

}  // namespace station::sim
