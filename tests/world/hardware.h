#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/api/commands.h"
#include "devices/api/events.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/sim/station.h"
#include "kiosk/store/options.h"
#include "sync/base/random.h"

namespace station::world {

// The devices of one station, which outlive the program: a CCID reader, a switching USB hub, a locker of four boxes behind
// an 8A/80 board. The shipping drivers talk to them by the real bytes.
class Hardware {
 public:
  explicit Hardware(const base::Clock& clock);

  static std::vector<std::string> ports();
  static std::vector<store::BoxConfig> boxes();

  // What one run of the program holds of them.
  class Session {
   public:
    explicit Session(Hardware& hardware);
    void command(const devices::Command& command) { hub_->command(command); }
    void step(base::BootTime now) { hub_->step(now); }
    std::optional<devices::Event> take() { return events_->try_take(); }

   private:
    std::unique_ptr<drivers::EventQueue> events_;
    std::unique_ptr<drivers::DeviceHub> hub_;
  };
  Session plug_in() { return Session(*this); }

  void tap(const std::string& uid);  // until the card is taken away
  void take_card();
  void close_door(const std::string& box);
  void close_doors();
  void mishap(base::Random& random);
  void heal();

  int pulses(const std::string& box) const;
  std::vector<std::string> violations() const;
  std::vector<std::string> powered() const;  // names of ports

 private:
  sim::SimLockBoard& board() const { return station_->line("locker").board(1); }

  const base::Clock& clock_;
  std::unique_ptr<sim::Station> station_;
};

}  // namespace station::world
