#pragma once

#include <functional>
#include <memory>
#include <string>

#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "kiosk/app/config.h"
#include "kiosk/app/typed_fallback.h"

namespace station::app {

// Hands of simulated people at simulated devices. From any thread.
class Hands {
 public:
  virtual ~Hands() = default;
  virtual base::Result<void> lay_card(const std::string& uid) = 0;
  virtual void take_card() = 0;
  virtual void plug_reader(bool plugged) = 0;
  virtual void board_alive(bool alive) = 0;
  // `what`: close, open (by force), jam or heal. `not_found` names the boxes there are.
  virtual base::Result<void> box(const std::string& what, const std::string& name) = 0;
  // `what`: over-current, stick (the port ignores its switch) or heal.
  virtual base::Result<void> port(const std::string& what, const std::string& name) = 0;
  // `what`: plug or unplug a charger; weld, heat, over-current or heal the outlet; smoke, drop or reboot its post.
  virtual base::Result<void> outlet(const std::string& what, const std::string& name) = 0;
  // Holds a code before the first scanner.
  virtual base::Result<void> scan(const std::string& code) = 0;
  virtual void close_all_doors() = 0;
};

struct DeviceOptions {
  bool sim = false;
  drivers::Running running = drivers::Running::threaded;
};

// The devices of the configuration behind one hub: real ones, or simulated ones that speak the same bytes. Simulated ones
// with threads also obey commands on the Unix socket DATA/sim.sock (devices/sim/README.md).
class StationDevices {
 public:
  // `wake` is called on device threads after every event. Clock must outlive it.
  static base::Result<std::unique_ptr<StationDevices>> open(const KioskConfig& config, DeviceOptions options, const base::Clock& clock,
                                                            std::function<void()> wake);
  ~StationDevices();  // stops the device threads; ports go off

  drivers::EventQueue& events();
  drivers::DeviceHub& hub();
  Hands* hands();  // null with real devices
  TypedFallback& typed();

 private:
  struct Impl;
  explicit StationDevices(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::app
