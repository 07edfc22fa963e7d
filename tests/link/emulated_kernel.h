#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "devices/sim/usb_hub.h"
#include "tests/link/shared_clock.h"
#include "tests/link/usb_node.h"

namespace station::test {

// A kernel's USB and input side under umockdev: /sys and /dev of this process and its children show the devices that were
// plugged in, and behind the nodes sit the firmware models of devices/sim. The real libusb enumerates, opens, transfers
// and hears of changes there. One at a time.
class EmulatedKernel {
 public:
  explicit EmulatedKernel(const base::Clock& clock);
  ~EmulatedKernel();
  EmulatedKernel(const EmulatedKernel&) = delete;
  EmulatedKernel& operator=(const EmulatedKernel&) = delete;

  // At a place below the root hub of bus 1, "1-2" or "1-4.3"; what it is plugged into comes first. Every plugging gets a
  // new address, as in the kernel.
  void plug(const std::string& place, std::shared_ptr<sim::SimUsbDevice> device);
  // A hub gets the kernel's switches for its ports: writing 1 to PORT/disable switches off, and what hangs on the port
  // goes; 0 brings it back. Reading says what the hub says.
  void plug_hub(const std::string& place, std::shared_ptr<sim::SimUsbHub> hub, bool with_switches = true);
  void unplug(const std::string& place);  // first whatever hangs on it
  bool plugged(const std::string& place) const;

  UsbNode& node(const std::string& place);
  std::string switch_of(const std::string& hub, int port) const;  // "/sys/bus/usb/devices/…/disable"
  void over_current(const std::string& hub, int port);            // the kernel counts it

  void time_passed();
  bool quiet() const;
  std::optional<base::BootTime> due() const;

  std::uint64_t announcements() const;  // of devices that came or went, one event of libusb each

  UMockdevTestbed* testbed() const { return testbed_; }
  std::string root() const;  // the real folder

 private:
  struct Socket {
    std::string syspath;
    std::shared_ptr<sim::SimUsbDevice> device;
    std::shared_ptr<sim::SimUsbHub> hub;
    std::unique_ptr<UsbNode> node;
  };
  void announce(const std::string& place, const Socket& socket, int address);
  void make_switches(const std::string& place, const Socket& socket);
  void port_changed(const std::string& hub, int port, bool on);
  void watch_switches(const std::stop_token& stop);
  void obey_switch(const std::string& hub, int port);
  void show_switch(const std::string& hub, int port, bool on);
  std::string switch_file(const std::string& hub, int port) const;

  const base::Clock& clock_;
  UMockdevTestbed* const testbed_;
  std::unique_ptr<UsbNode> root_node_;
  mutable std::recursive_mutex mutex_;
  std::map<std::string, Socket> sockets_;
  std::vector<std::unique_ptr<UsbNode>> left_;  // nodes of devices that were unplugged
  std::map<std::string, std::shared_ptr<sim::SimUsbDevice>> dark_;  // on a port that is off
  std::map<int, std::pair<std::string, int>> switches_;             // by inotify watch
  int last_address_ = 1;
  std::uint64_t announcements_ = 0;
  int inotify_ = -1;
  int stop_ = -1;
  std::jthread thread_;
};

}  // namespace station::test
