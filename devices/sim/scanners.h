#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "devices/codec/hid_pos.h"
#include "devices/link/keys.h"
#include "devices/sim/serial_peer.h"
#include "devices/sim/usb_bus.h"

// Code scanners with hands that hold codes before them. Thread-safe.
namespace station::sim {

struct SimHidScannerSettings {
  std::uint16_t vendor = 0x0DB5;
  std::uint16_t product = 0x013A;
  bool keyboard = false;         // still set up as a keyboard, as delivered
  bool describes_itself = true;  // false: its report descriptor cannot be read
  codec::hid_pos::Layout layout{};
};

// HID point of sale: reports of 64 bytes on the interrupt endpoint.
class SimHidScanner final : public SimUsbDevice {
 public:
  SimHidScanner(SimHidScannerSettings settings, const base::Clock& clock) : settings_(settings), clock_(clock) {}

  void scan(const std::string& code);
  void scan_half(const std::string& code);         // all reports but the last
  void send_report(base::Bytes report);

  link::UsbDevice description() const override;
  void plugged_in(BootTime now) override;
  void reset(BootTime now) override;
  link::UsbResult<void> bulk_out(std::span<const std::uint8_t> message, BootTime now) override;
  link::UsbResult<base::Bytes> take(Endpoint endpoint, BootTime now) override;
  std::optional<BootTime> due(Endpoint endpoint) const override;
  void clear_halt(link::UsbPipe::Direction direction) override;
  link::UsbResult<base::Bytes> control(const link::UsbSetup& setup, std::size_t in_size, BootTime now) override;

 private:
  struct Due {
    BootTime at;
    base::Bytes bytes;
  };
  void queue(const std::vector<base::Bytes>& reports);

  const SimHidScannerSettings settings_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<Due> reports_;
};

// A serial scanner: bytes at 9600 baud, CR at the end.
class SimSerialScanner final : public SerialPeer {
 public:
  explicit SimSerialScanner(const base::Clock& clock) : clock_(clock) {}

  void scan(const std::string& code);
  void send(base::Bytes bytes);  // as they are
  void set_plugged(bool plugged);

  bool plugged() const override;
  void hear(std::span<const std::uint8_t>, BootTime) override {}
  base::Bytes say(BootTime now) override;
  std::optional<BootTime> next() const override;
  std::optional<BootTime> last() const override;

 private:
  struct Due {
    BootTime at;
    std::uint8_t byte;
  };
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<Due> bytes_;
  bool plugged_ = true;
};

// A keyboard wedge: key events as the kernel writes them, to whoever has grabbed it, else to the screen.
class SimWedge {
 public:
  explicit SimWedge(const base::Clock& clock) : clock_(clock) {}

  void scan(const std::string& code);
  void press(std::vector<link::KeyEvent> keys);
  void set_plugged(bool plugged);
  void set_held(bool held);  // another program has grabbed it

  // What reached the window system because nobody had grabbed the keyboard.
  std::vector<link::KeyEvent> leaked() const;

  // The near end. The wedge must outlive it.
  std::unique_ptr<link::KeySource> source(std::string name);

 private:
  class Source;
  friend class Source;

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<link::KeyEvent> keys_;
  std::vector<link::KeyEvent> leaked_;
  bool plugged_ = true;
  bool held_ = false;
  bool grabbed_ = false;
  std::uint64_t session_ = 0;  // of plugging
  std::condition_variable pressed_;
};

}  // namespace station::sim
