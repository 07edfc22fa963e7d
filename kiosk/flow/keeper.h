#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kiosk/flow/flow.h"
#include "kiosk/flow/outlet_keeper.h"

namespace station::flow {

// The station's side: carries every committed intent to the device and its outcome back to the ledger, whether or not
// the rider is still at the screen; ends charging at its limit; settles openings that a crash left open, and boxes that
// riders walked away from. One thread.
class Keeper {
 public:
  void on_reply(const Reply& reply, Desk& desk);
  void on_event(const devices::Event& event, Desk& desk);
  void on_tick(Desk& desk);

 private:
  void settle_left_boxes(Desk& desk);
  void end_charge(const std::string& port, const std::string& reason, Desk& desk);

  struct Switch {
    std::string port;
    bool on = true;
  };
  OutletKeeper outlets_;
  std::map<std::string, Switch> switches_;       // op → what was intended
  std::map<std::string, std::uint64_t> ending_;  // ports whose end was asked for and is not settled → the request
  std::map<std::string, BootTime> closed_;       // boxes whose door was closed while their lease is open → since when
  BootTime next_housekeeping_{};
};

}  // namespace station::flow
