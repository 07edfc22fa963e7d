#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/drivers/driver.h"
#include "devices/drivers/fault_set.h"
#include "devices/link/byte_link.h"
#include "devices/link/keys.h"
#include "devices/link/usb.h"

namespace station::drivers {

// Where the codes of one scanner come from: its wire, opened and joined to whole texts.
class CodeFeed {
 public:
  virtual ~CodeFeed() = default;

  // `not_found`: nothing is plugged in there; `denied`: no permission yet; `conflict`: somebody else holds it; `invalid`:
  // it is no scanner that we can use. The message says which.
  virtual base::Result<void> open(BootTime now) = 0;
  virtual void close() = 0;
  // Texts that came; waits at most `patience`. After an error the feed is closed.
  virtual base::Result<std::vector<std::string>> poll(Milliseconds patience, BootTime now) = 0;
  // When poll() has something to do unless something arrives earlier.
  virtual BootTime wake() const = 0;
  // `arrived` is called, on any thread, when something waits to be polled, or the scanner came or went. False: nothing
  // will call it, poll() has to wait.
  virtual bool wake_by(std::function<void()> /*arrived*/) { return false; }
  virtual std::uint64_t damaged() const = 0;  // codes that came incomplete or broken
  virtual std::string note() const = 0;       // which scanner, how
};

// HID-POS by libusb, at its place on the bus.
std::unique_ptr<CodeFeed> hid_pos_feed(const std::string& name, const std::string& place, const std::string& id,
                                       link::UsbBus& bus, FaultSet& faults, BootTime now);
// USB serial: CDC-ACM or an adapter.
std::unique_ptr<CodeFeed> serial_feed(std::unique_ptr<link::ByteLink> wire, const base::Clock& clock);
// A keyboard wedge, taken away from everybody else.
std::unique_ptr<CodeFeed> wedge_feed(std::unique_ptr<link::KeySource> keys, const base::Clock& clock);

}  // namespace station::drivers
