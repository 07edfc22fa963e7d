#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/api/commands.h"
#include "devices/api/events.h"
#include "devices/drivers/lock_board.h"
#include "devices/sim/lock_board.h"
#include "devices/sim/memory_link.h"
#include "kiosk/store/options.h"
#include "sync/base/random.h"

namespace station::world {

// The devices of one station, which outlive the program: a locker of four boxes behind an 8A/80 board with the shipping
// driver over the real bytes.
class Hardware {
 public:
  explicit Hardware(const base::Clock& clock);

  static std::vector<std::string> ports() { return {}; }
  static std::vector<store::BoxConfig> boxes();

  // What one run of the program holds of them.
  class Session {
   public:
    explicit Session(Hardware& hardware);
    void command(const devices::Command& command) { driver_->handle(command); }
    void step(base::BootTime now);
    std::optional<devices::Event> take();

   private:
    Hardware& hardware_;
    std::unique_ptr<std::deque<devices::Event>> events_;
    drivers::EventSink sink_;
    std::unique_ptr<drivers::LockLine> driver_;
  };
  Session plug_in() { return Session(*this); }

  void tap(const std::string& uid) { cards_.push_back(uid); }
  void close_door(const std::string& box);
  void close_doors();
  void mishap(base::Random& random);
  void heal();

  int pulses(const std::string& box) const;
  std::vector<std::string> violations() const { return line_->violations(); }
  std::vector<std::string> powered() const { return {}; }

 private:
  const base::Clock& clock_;
  std::unique_ptr<sim::SimLockLine> line_;
  std::deque<std::string> cards_;
};

}  // namespace station::world
