#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "devices/drivers/driver.h"
#include "devices/drivers/event_queue.h"

namespace station::drivers {

// Devices that share one thread because they share one wire.
struct Bus {
  std::string name;
  std::vector<std::unique_ptr<Driver>> drivers;
};

enum class Running {
  threaded,  // one thread for each bus, and one that watches them, from construction to destruction
  stepped,   // the owner calls step(): simulated world, headless scripts
};

// The device manager: owns the drivers, routes commands to them by name and gathers their figures. Events come out of
// the queue that the drivers were made with. All functions but step() may be called from any thread. A bus whose step
// does not end within ten seconds raises bus.hangs, since a call into the kernel can hang for ever; others go on.
class DeviceHub {
 public:
  // Clock and queue must outlive the hub. No name may be served twice.
  DeviceHub(const base::Clock& clock, EventQueue& events, std::vector<Bus> buses, Running running);
  ~DeviceHub();  // asks the threads to stop and joins them; a step in progress is finished
  DeviceHub(const DeviceHub&) = delete;
  DeviceHub& operator=(const DeviceHub&) = delete;

  // Never waits. A name that nobody serves, or a bus that does not keep up, is answered at once: BoxOpening{refused},
  // PortSwitched{unknown}, OutletAnswer{refused}. Feedback without a reader's name goes to all readers.
  void command(const devices::Command& command);

  // Only Running::stepped: runs what is due; returns when something is due next.
  BootTime step(BootTime now);

  // The maintainer looked at a fault that does not end by itself; the driver answers with FaultCleared if it agrees.
  void acknowledge(const std::string& code, const std::string& place);

  // What the watchdog does every two seconds: raises and clears bus.hangs.
  void check_threads();

  std::vector<ActiveFault> faults() const { return events_.faults(); }
  std::vector<DeviceHealth> health() const;  // half a second behind at most

 private:
  struct Worker;
  void refuse(const devices::Command& command, const std::string& why);
  void feedback(const devices::ReaderFeedback& command);
  void release(const devices::ReleaseBoxes& command);
  void tell_outlets(const devices::Command& command);
  void watch_threads(const std::stop_token& stop);

  const base::Clock& clock_;
  EventQueue& events_;
  const Running running_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex check_mutex_;  // one check at a time
  std::jthread watchdog_;
};

}  // namespace station::drivers
