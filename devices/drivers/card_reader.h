#pragma once

#include <functional>
#include <memory>
#include <string>

#include "devices/drivers/driver.h"
#include "devices/link/usb.h"

namespace station::drivers {

struct CardReaderSettings {
  std::string name;      // "entry"
  std::string place;     // port path "1-2" or ID_PATH
  std::string id;        // "072f:2200"; empty: any
  std::string serial;    // cross-check; empty: any
  int interface = -1;    // -1: the contactless one, found by its name
  int slot = 0;
  bool allow_type_b = false;
  bool allow_tpdu = false;
  // How long one step may wait for bytes. Zero in the simulated world; about 50 ms on a thread of its own.
  Milliseconds patience{0};
};

// Switches the reader's own hub port off and on again; false when that was not possible. May take 3 s.
using PowerCycle = std::function<bool()>;

// One contactless CCID reader (USB 2). Posts CardPresented, CardRemoved, CardRefused. Raises reader.missing,
// reader.busy, reader.replaced, reader.refused, reader.broken. The same card within 1.5 s of its removal is the same
// presentation and is not told again.
class CardReader final : public Driver {
 public:
  // Bus and clock must outlive the driver.
  CardReader(CardReaderSettings settings, link::UsbBus& bus, const base::Clock& clock, EventSink sink,
             PowerCycle power_cycle = {});
  ~CardReader() override;

  std::string name() const override;
  Serves serves() const override;
  void handle(const devices::Command& command) override;
  BootTime step(BootTime now) override;
  std::vector<DeviceHealth> health() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::drivers
