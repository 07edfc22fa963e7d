#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "devices/link/usb.h"

namespace station::sim {

using base::BootTime;
using base::Milliseconds;

// The firmware side of one simulated USB device: hears what the host sends, has messages for it, each at its time.
// Thread-safe. The same model sits behind the scripted bus and behind emulated kernel nodes.
class SimUsbDevice {
 public:
  enum class Endpoint { bulk_in, interrupt_in };

  virtual ~SimUsbDevice() = default;
  virtual link::UsbDevice description() const = 0;  // place and session are filled in by the bus

  virtual void plugged_in(BootTime now) = 0;  // power comes: everything begins anew
  // A host opened the device; what an earlier one left unread is still queued.
  virtual void reset(BootTime now) = 0;

  virtual link::UsbResult<void> bulk_out(std::span<const std::uint8_t> message, BootTime now) = 0;
  // The next message that is due, an error for the host, or `timeout`: not yet (NAK).
  virtual link::UsbResult<base::Bytes> take(Endpoint endpoint, BootTime now) = 0;
  virtual std::optional<BootTime> due(Endpoint endpoint) const = 0;
  virtual void clear_halt(link::UsbPipe::Direction direction) = 0;
  virtual link::UsbResult<base::Bytes> control(const link::UsbSetup& setup, std::size_t in_size, BootTime now) = 0;

  // Whoever waits for due() or a message is told that hands changed something.
  [[nodiscard]] std::unique_ptr<link::Watch> watch(std::function<void()> changed) { return watchers_.add(std::move(changed)); }

 protected:
  void changed() { watchers_.notify(); }  // without a lock of the device's own

 private:
  link::Watchers watchers_;
};

// A bus of simulated devices without an operating system. Thread-safe.
class SimUsbBus final : public link::UsbBus {
 public:
  explicit SimUsbBus(const base::Clock& clock);
  ~SimUsbBus() override;

  void plug(const std::string& place, std::shared_ptr<SimUsbDevice> device);
  void unplug(const std::string& place);
  bool plugged(const std::string& place) const;
  void set_busy(const std::string& place, bool busy, std::string holder = "another program (pcscd?)");
  void refuse_access(const std::string& place, int times);  // permissions that settle late
  // What drivers did, in order: "open 1-2 interface 0", "reset 1-2", …
  std::vector<std::string> log() const;
  int open_pipes() const;

  std::vector<link::UsbDevice> scan() override;
  std::uint64_t changes() const override;
  std::unique_ptr<link::Watch> watch(std::function<void()> changed) override { return watchers_.add(std::move(changed)); }
  link::UsbResult<std::unique_ptr<link::UsbPipe>> open(const link::UsbDevice& device, int interface,
                                                       std::size_t read_size) override;
  link::UsbResult<base::Bytes> control(const link::UsbDevice& device, const link::UsbSetup& setup, std::size_t in_size,
                                       Milliseconds limit) override;
  std::string holder(const link::UsbDevice& device, int interface) override;

 private:
  class Pipe;
  struct Socket {
    std::shared_ptr<SimUsbDevice> device;
    std::unique_ptr<link::Watch> watch;
    std::uint64_t session = 0;
    bool busy = false;
    std::string holder;
    int access_refusals = 0;
  };

  void wake();  // whoever waits for a message
  std::uint64_t wakes();
  void sleep(std::uint64_t seen, Milliseconds limit);  // until wakes() differs from `seen`

  const base::Clock& clock_;
  link::Watchers watchers_;
  std::mutex wake_mutex_;  // taken alone, or inside a device's notice
  std::condition_variable woken_;
  std::uint64_t wakes_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Socket> sockets_;
  std::uint64_t changes_ = 0;
  std::uint64_t last_session_ = 0;
  std::vector<std::string> log_;
  int open_pipes_ = 0;
};

}  // namespace station::sim
