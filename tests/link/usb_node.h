#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "devices/sim/usb_bus.h"
#include "tests/link/umockdev.h"

namespace station::test {

// What was asked of a node since it was made.
struct NodeCounts {
  int claims = 0, releases = 0, resets = 0, clear_halts = 0, detached = 0, set_interfaces = 0, empty_reaps = 0;
};

// One usbfs node ("/dev/bus/usb/001/003") in an emulated kernel: answers ioctl calls of any number of clients with a
// firmware model behind it. It finishes URBs as the model has messages for them, on a thread of its own.
class UsbNode {
 public:
  UsbNode(UMockdevTestbed* testbed, std::string path, std::shared_ptr<sim::SimUsbDevice> device, const base::Clock& clock);
  ~UsbNode();
  UsbNode(const UsbNode&) = delete;
  UsbNode& operator=(const UsbNode&) = delete;

  void leave();                      // unplugged: all waiting URBs end, new ones are refused
  void set_busy(bool busy);          // a claim is refused
  void time_passed();                // the clock was moved
  bool quiet() const;                // nothing waits to be reaped or handed to whoever submitted it, nothing is due
  std::optional<base::BootTime> due() const;
  NodeCounts counts() const;

 private:
  struct Urb {
    UMockdevIoctlData* data = nullptr;
    UMockdevIoctlClient* client = nullptr;
    usbdevfs_urb* urb() const;
  };

  static gboolean on_ioctl(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self);
  static void on_closed(gpointer self, GObject* client);
  using Lock = std::unique_lock<std::mutex>;
  bool answer(UMockdevIoctlClient* client, Lock& lock, int& result, int& error);
  bool submit(UMockdevIoctlClient* client, Lock& lock, int& result, int& error);
  bool reap(UMockdevIoctlClient* client, int& result, int& error);
  bool discard(UMockdevIoctlClient* client, int& result, int& error);
  void start(Urb urb, Lock& lock);
  void finish(Urb urb, int status, std::size_t length);
  bool try_finish(Urb& urb);
  void show_ready();
  void pump(const std::stop_token& stop);

  UMockdevTestbed* const testbed_;
  const std::string path_;
  const std::shared_ptr<sim::SimUsbDevice> device_;
  const base::Clock& clock_;
  UMockdevIoctlBase* base_ = nullptr;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Urb> waiting_;   // IN, the model has nothing for them yet
  std::deque<Urb> finished_;  // not yet reaped
  std::set<GObject*> clients_;
  NodeCounts counts_;
  bool gone_ = false;
  bool busy_ = false;
  bool stirred_ = false;  // look again
  bool handing_over_ = false;  // libusb reaped something; it looks again only after its callback
  int fifo_ = -1;
  bool ready_shown_ = true;
  std::unique_ptr<link::Watch> watch_;
  std::jthread thread_;
};

}  // namespace station::test
