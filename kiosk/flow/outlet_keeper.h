#pragma once

#include <map>
#include <set>
#include <string>

#include "kiosk/flow/flow.h"

namespace station::flow {

// The keeper's part for e-bike outlets: committed intents to the device, its answers, meter values and settlements to the
// ledger, and a settlement's acknowledgement only after the ledger has stored it. After a restart it takes open sessions
// up again and holds latched faults; it switches nothing on. One thread.
class OutletKeeper {
 public:
  void on_reply(const Reply& reply, Desk& desk);
  void on_event(const devices::Event& event, Desk& desk);
  void on_tick(Desk& desk);

 private:
  struct Noted {
    devices::OutletState state = devices::OutletState::unknown;
    std::string order;
    int watt_hours = 0;
  };
  std::map<std::string, Noted> noted_;  // by outlet: what the ledger knows
  std::set<std::string> resumed_;       // sessions of an earlier run that the device was told of
  bool latched_ = false;                // faults of an earlier run were handed to the devices
};

}  // namespace station::flow
