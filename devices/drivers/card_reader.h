#pragma once

#include <memory>
#include <optional>
#include <string>

#include "devices/drivers/driver.h"
#include "devices/link/port_power.h"
#include "devices/link/usb.h"

namespace station::drivers {

// Light and sound.
enum class ReaderLights {
  by_model,  // of models that are known to have them
  acr122,    // by the pseudo-APDUs of the ACR122U
  none,
};

struct CardReaderSettings {
  std::string name;      // "entry"
  std::string place;     // port path "1-2" or ID_PATH
  std::string id;        // "072f:2200"; empty: any
  std::string serial;    // cross-check; empty: any
  int interface = -1;    // -1: the contactless one, found by its name
  int slot = 0;
  bool allow_type_b = false;
  bool allow_tpdu = false;
  ReaderLights lights = ReaderLights::by_model;
  // The hub port that feeds it, for switching it off and on when nothing else helps; nothing: must not be switched.
  std::optional<link::HubPort> power_port;
};

// One contactless CCID reader (USB 2). Posts CardPresented, CardRemoved, CardRefused. Raises reader.missing,
// reader.busy, reader.replaced, reader.refused, reader.broken. The same card within 1.5 s of its removal is the same
// presentation and is not told again. Never waits: whatever arrives wakes it (wake_by).
class CardReader final : public Driver {
 public:
  // Bus, power and clock must outlive the driver. `power` may be null when the settings have no power_port.
  CardReader(CardReaderSettings settings, link::UsbBus& bus, link::PortPower* power, const base::Clock& clock,
             EventSink sink);
  ~CardReader() override;  // leaves its port powered

  std::string name() const override;
  Serves serves() const override;
  void handle(const devices::Command& command) override;
  BootTime step(BootTime now) override;
  void wake_by(std::function<void()> wake) override;
  std::vector<DeviceHealth> health() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::drivers
