#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "devices/drivers/fault_set.h"
#include "devices/link/usb.h"

namespace station::drivers {

// A USB device that is known by where it is plugged in (USB 5): finds it, cross-checks id and serial number, notices when
// it leaves. Raises KIND.missing and KIND.replaced. A device at another place is never used.
class DevicePlace {
 public:
  struct Wanted {
    std::string kind;    // "reader" or "scanner": the first word of its faults
    std::string name;    // in the words of the configuration
    std::string place;   // port path or ID_PATH
    std::string id;      // "072f:2200"; empty: any
    std::string serial;  // empty: any
    std::function<bool(const link::UsbDevice&)> fits;  // is of that kind at all
  };

  DevicePlace(Wanted wanted, link::UsbBus& bus, FaultSet& faults, BootTime now);

  // The device, when it is there. Scans when something changed and every five seconds, since events can be lost.
  std::optional<link::UsbDevice> look(BootTime now);
  bool still_there(const link::UsbDevice& device, BootTime now);
  void lost(BootTime now);  // it left: look for it from the beginning

  // When look() or still_there() has something to do without a change on the bus.
  BootTime wake() const { return present_ || missing_told_ ? scan_due_ : std::min(scan_due_, missing_due_); }
  void watch(std::function<void()> changed) { watch_ = bus_.watch(std::move(changed)); }

 private:
  void check(const link::UsbDevice& device, BootTime now);

  const Wanted wanted_;
  link::UsbBus& bus_;
  FaultSet& faults_;
  std::uint64_t seen_changes_ = ~std::uint64_t{0};
  BootTime scan_due_{};
  BootTime missing_due_;
  bool present_ = false;
  bool missing_told_ = false;
  std::unique_ptr<link::Watch> watch_;
};

}  // namespace station::drivers
