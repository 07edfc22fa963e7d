#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/result.h"

namespace station::link {

// One event of a keyboard as the kernel writes it (linux/input.h): type 1 is a key, value 1 pressed, 0 released, 2
// repeated.
struct KeyEvent {
  std::uint16_t type = 0;
  std::uint16_t code = 0;
  std::int32_t value = 0;
  bool operator==(const KeyEvent&) const = default;
};

// A keyboard that only we hear. One owner, one thread. After an error it is closed; the owner opens it again.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // Takes the keyboard away from everybody else. `not_found`: not plugged in; `denied`: no permission; `conflict`:
  // somebody else holds it.
  virtual base::Result<void> open() = 0;
  virtual void close() = 0;
  virtual bool is_open() const = 0;
  // What came within `limit`, empty when nothing did.
  virtual base::Result<std::vector<KeyEvent>> read(base::Milliseconds limit) = 0;
  // Simulated sources know when everything now under way will have arrived.
  virtual std::optional<base::BootTime> arrival() const { return std::nullopt; }
  virtual std::string name() const = 0;
};

}  // namespace station::link
