#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "devices/link/watch.h"
#include "sync/base/bytes.h"
#include "sync/base/clock.h"
#include "sync/base/result.h"

// USB as the drivers see it. Real devices by libusb (libusb_bus.h), simulated ones by devices/sim: both carry the same
// bytes.
namespace station::link {

enum class UsbError {
  no_device,  // it left, or a reset of another program ended the transfer
  busy,       // another program or kernel driver holds the interface
  access,     // no permission: a udev rule is missing or has not run yet
  not_found,  // after a reset: the device came back as another one
  stall,      // the endpoint halted
  timeout,
  overflow,  // babble: more bytes than a packet may have
  io,
};
const char* to_string(UsbError error);

template <class T>
using UsbResult = tl::expected<T, UsbError>;

struct UsbEndpoint {
  std::uint8_t address = 0;  // bit 7: towards us
  std::uint8_t type = 0;     // 2 bulk, 3 interrupt
  std::uint16_t max_packet = 8;
};

struct UsbInterface {
  int number = 0;
  std::uint8_t class_code = 0;
  std::uint8_t subclass = 0;
  std::uint8_t protocol = 0;
  std::string name;   // its string descriptor, may be empty
  base::Bytes extra;  // class descriptors, those behind the last endpoint included
  std::vector<UsbEndpoint> endpoints;
};

struct UsbDevice {
  std::string place;             // port path, "1-2.3"
  std::string id_path;           // udev's ID_PATH, "pci-0000:00:14.0-usb-0:2.3"; empty when unknown
  std::uint64_t session = 0;     // differs for every plugging; addresses are used again, sessions are not
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::uint16_t usb_version = 0;  // bcdUSB: 0300 and above is a USB 3 hub
  std::uint8_t class_code = 0;    // 09 for hubs
  std::string serial;             // may be empty
  std::string name;               // product string, may be empty
  std::vector<UsbInterface> interfaces;
};

// "072f:2200", lower case.
std::string id_of(const UsbDevice& device);
// The configured place is a port path or an ID_PATH.
bool is_at(const UsbDevice& device, const std::string& place);

struct UsbSetup {
  std::uint8_t type = 0;
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
};

// One claimed interface of one device. One owner, one thread. The destructor cancels, waits for what is under way,
// releases and closes, in this order.
class UsbPipe {
 public:
  virtual ~UsbPipe() = default;

  // One bulk OUT message.
  virtual UsbResult<void> write(std::span<const std::uint8_t> message, base::Milliseconds limit) = 0;
  // One bulk IN transfer; `timeout` when none ended within `limit`, and nothing is lost by that: the transfer goes on.
  // An empty message is a zero-length packet. `limit` is at most 1.5 s; zero only looks.
  virtual UsbResult<base::Bytes> read(base::Milliseconds limit) = 0;
  // The next interrupt IN message; `timeout` as above, `not_found` without such an endpoint.
  virtual UsbResult<base::Bytes> next_notice(base::Milliseconds limit) = 0;

  enum class Direction { in, out };
  virtual UsbResult<void> clear_halt(Direction direction) = 0;
  // The whole device. Afterwards the pipe must be closed and opened again.
  virtual UsbResult<void> reset() = 0;

  // A request to the claimed interface on endpoint 0. IN answers the data.
  virtual UsbResult<base::Bytes> control(const UsbSetup& setup, std::size_t in_size, base::Milliseconds limit) = 0;

  // `arrived` is called, on any thread, when something waits for read() or next_notice(); it may only post and wake. Set
  // it before the first read.
  virtual void on_arrival(std::function<void()> arrived) = 0;
  // Simulated pipes know when the next message will have arrived; real ones answer nothing.
  virtual std::optional<base::BootTime> arrival() const { return std::nullopt; }
};

// Thread-safe.
class UsbBus {
 public:
  virtual ~UsbBus() = default;

  virtual std::vector<UsbDevice> scan() = 0;
  // Changes whenever a device came or went; looking at it costs nothing. Events can be lost: scan now and then anyway.
  virtual std::uint64_t changes() const = 0;
  // `changed` is called, on any thread, after changes() rose.
  [[nodiscard]] virtual std::unique_ptr<Watch> watch(std::function<void()> changed) = 0;
  // `read_size`: the longest bulk IN message. No SET_INTERFACE and no reset is sent.
  virtual UsbResult<std::unique_ptr<UsbPipe>> open(const UsbDevice& device, int interface, std::size_t read_size) = 0;
  // A request on endpoint 0 with recipient "other" or "device"; no interface is claimed. IN answers the data.
  virtual UsbResult<base::Bytes> control(const UsbDevice& device, const UsbSetup& setup, std::size_t in_size,
                                         base::Milliseconds limit) = 0;
  // Who holds the interface, for the maintainer: "driver pn533_usb" or "another program (pcscd?)".
  virtual std::string holder(const UsbDevice& device, int interface) = 0;
};

}  // namespace station::link
