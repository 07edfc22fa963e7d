#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sync/base/clock.h"
#include "sync/base/result.h"

namespace station::link {

struct HubPort {
  std::string hub;  // place of the hub: "1-4", or its ID_PATH
  int port = 1;     // as the hub counts, from 1
};

// What a hub says about one of its ports. Never what its socket really carries: software cannot see the voltage.
struct PortReading {
  bool powered = false;
  bool over_current = false;                        // now
  std::optional<std::uint32_t> over_current_count;  // wraps; only where the kernel counts
};

enum class Switching { each_port, ganged, none };

struct HubFacts {
  std::string place;  // port path now
  std::string serial;
  std::uint64_t session = 0;  // differs after every plugging
  int ports = 0;
  Switching switching = Switching::none;
  base::Milliseconds power_good{100};  // from switching on to a stable supply
  std::string note;                    // for the maintainer: which back-end, and why not the better one
};

// Power of hub ports. A call can take a third of a second, and hang in the kernel: on the hubs' own thread only.
class PortPower {
 public:
  virtual ~PortPower() = default;
  // `not_found`: no hub there.
  virtual base::Result<HubFacts> find(const std::string& hub) = 0;
  virtual base::Result<void> set(const HubPort& port, bool on) = 0;
  virtual base::Result<PortReading> read(const HubPort& port) = 0;
};

}  // namespace station::link
