#include "kiosk/flow/keeper.h"

#include <algorithm>

namespace station::flow {

using namespace std::chrono_literals;

void Keeper::end_charge(const std::string& port, const std::string& reason, Desk& desk) {
  if (!ending_.contains(port)) ending_[port] = desk.ask(IntendCharge{"", port, false, reason});
}

void Keeper::on_reply(const Reply& reply, Desk& desk) {
  outlets_.on_reply(reply, desk);
  if (const auto* charge = std::get_if<ChargeIntended>(&reply.outcome)) {
    switches_[charge->op] = {charge->port, charge->on};
    desk.command(devices::SwitchPort{charge->op, charge->port, charge->on});
  } else if (const auto* box = std::get_if<BoxIntended>(&reply.outcome)) {
    desk.command(devices::OpenBox{box->op, box->box});
  } else {
    // The ledger did not agree to end it (somebody else did already): the next tick looks again.
    std::erase_if(ending_, [&](const auto& e) { return e.second == reply.id; });
  }
}

void Keeper::on_event(const devices::Event& event, Desk& desk) {
  outlets_.on_event(event, desk);
  if (const auto* e = std::get_if<devices::PortSwitched>(&event)) {
    const auto it = switches_.find(e->op_id);
    if (it == switches_.end()) return;
    const devices::Power wanted = it->second.on ? devices::Power::on : devices::Power::off;
    desk.ask(RecordSwitch{e->op_id, e->observed == wanted, e->evidence});
    ending_.erase(it->second.port);
    switches_.erase(it);
  } else if (const auto* changed = std::get_if<devices::PortChanged>(&event)) {
    for (const RunningCharge& c : desk.station.charges)
      if (c.port == changed->port && changed->over_current) end_charge(c.port, "over_current", desk);
  } else if (const auto* opening = std::get_if<devices::BoxOpening>(&event)) {
    desk.ask(RecordOpening{opening->op_id, opening->result, opening->evidence});
  } else if (const auto* door = std::get_if<devices::DoorChanged>(&event)) {
    desk.doors[door->box] = door->door;
    // After a crash the result is read from the door; the lock is never pulsed again.
    for (const PendingOpening& p : desk.station.pending_openings) {
      if (p.box != door->box || door->door == devices::Door::unknown) continue;
      const bool open = door->door == devices::Door::open;
      desk.ask(RecordOpening{p.op, open ? devices::Opening::opened : devices::Opening::unknown,
                             open ? "door read open after restart" : "door read closed after restart"});
    }
  } else if (const auto* raised = std::get_if<devices::FaultRaised>(&event)) {
    desk.ask(RaiseFault{raised->code, raised->place, raised->detail});
  } else if (const auto* cleared = std::get_if<devices::FaultCleared>(&event)) {
    desk.ask(ClearFault{cleared->code, cleared->place});
  }
}

// The rider at the screen is asked within a minute of closing the door. Where nobody asked, nobody knows what is inside:
// the box stays the rider's.
void Keeper::settle_left_boxes(Desk& desk) {
  std::erase_if(closed_, [&](const auto& c) { return !std::ranges::count(desk.station.open_boxes, c.first); });
  for (const std::string& box : desk.station.open_boxes) {
    const auto door = desk.doors.find(box);
    if (door == desk.doors.end() || door->second != devices::Door::closed) {
      closed_.erase(box);
    } else if (const auto [since, first] = closed_.try_emplace(box, desk.now()); !first && desk.now() - since->second >= 90s) {
      desk.ask(SettleBox{box});
      since->second = desk.now();
    }
  }
}

void Keeper::on_tick(Desk& desk) {
  outlets_.on_tick(desk);
  const bool alarm = std::ranges::count(desk.station.faults, std::string("post.alarm"), &FaultView::code) > 0;
  settle_left_boxes(desk);
  for (const RunningCharge& c : desk.station.charges) {
    if (c.from_before) {
      end_charge(c.port, "restart", desk);
    } else if (alarm) {
      end_charge(c.port, "fault", desk);  // smoke or water somewhere: no current anywhere
    } else if (desk.now() - c.since >= std::chrono::minutes(c.limit_min)) {
      end_charge(c.port, "limit", desk);
    }
  }
  if (desk.now() >= next_housekeeping_) {
    next_housekeeping_ = desk.now() + 30s;
    desk.ask(Housekeep{});
  }
}

}  // namespace station::flow
