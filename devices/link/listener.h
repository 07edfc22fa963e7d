#pragma once

#include <memory>
#include <string>

#include "devices/link/byte_link.h"

namespace station::link {

// Where devices connect to the station by themselves. One owner, one thread. What it hands out is open already and
// cannot be opened again: a device that lost its connection makes a new one.
class Listener {
 public:
  virtual ~Listener() = default;

  virtual base::Result<void> open() = 0;
  virtual void close() = 0;
  virtual bool is_open() const = 0;

  // A connection that waits to be taken; null when there is none. Never waits.
  virtual base::Result<std::unique_ptr<ByteLink>> accept() = 0;

  // Simulated listeners know when the next device will connect; real ones answer nothing.
  virtual std::optional<base::BootTime> arrival() const { return std::nullopt; }

  virtual std::string name() const = 0;  // the address
};

}  // namespace station::link
