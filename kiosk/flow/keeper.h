#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kiosk/flow/flow.h"

namespace station::flow {

// The station's side: carries every committed intent to the device and its outcome back to the ledger, whether or not
// the rider is still at the screen; ends charging at its limit; settles openings that a crash left open. One thread.
class Keeper {
 public:
  void on_reply(const Reply& reply, Desk& desk);
  void on_event(const devices::Event& event, Desk& desk);
  void on_tick(Desk& desk);

 private:
  void end_charge(const std::string& port, const std::string& reason, Desk& desk);

  struct Switch {
    std::string port;
    bool on = true;
  };
  std::map<std::string, Switch> switches_;       // op → what was intended
  std::map<std::string, std::uint64_t> ending_;  // ports whose end was asked for and is not settled → the request
  std::map<std::string, devices::Door> doors_;   // last believed door states
  BootTime next_housekeeping_{};
};

}  // namespace station::flow
