#include "kiosk/flow/outlet_keeper.h"

#include <algorithm>

#include "devices/api/fault.h"

namespace station::flow {

void OutletKeeper::on_reply(const Reply& reply, Desk& desk) {
  if (const auto* intended = std::get_if<OutletIntended>(&reply.outcome)) {
    if (intended->on)
      desk.command(devices::StartOutlet{intended->op, intended->outlet, intended->session, intended->limits});
    else
      desk.command(devices::StopOutlet{intended->op, intended->outlet, intended->session});
  } else if (const auto* stored = std::get_if<OutletStored>(&reply.outcome)) {
    desk.command(devices::SettlementStored{stored->outlet, stored->order});
  }
}

void OutletKeeper::on_event(const devices::Event& event, Desk& desk) {
  if (const auto* answer = std::get_if<devices::OutletAnswer>(&event)) {
    desk.ask(RecordOutlet{answer->op_id, answer->result, answer->evidence});
  } else if (const auto* settled = std::get_if<devices::OutletSettled>(&event)) {
    desk.ask(StoreSettlement{*settled});
  } else if (const auto* changed = std::get_if<devices::OutletChanged>(&event)) {
    Noted& noted = noted_[changed->outlet];
    const bool news = noted.state != changed->state || noted.order != changed->order || noted.watt_hours != changed->watt_hours;
    noted = {changed->state, changed->order, changed->watt_hours};
    if (news && !changed->order.empty()) desk.ask(NoteOutlet{*changed});
  }
}

void OutletKeeper::on_tick(Desk& desk) {
  if (desk.station.id.empty()) return;  // the ledger has not told what there is
  if (!latched_) {
    latched_ = true;
    for (const FaultView& fault : desk.station.faults)
      if (devices::is_latched(fault.code)) desk.command(devices::LatchFault{fault.code, fault.place});
  }
  for (const OpenOutlet& open : desk.station.outlets)
    if (open.from_before && resumed_.insert(open.session).second) {
      const auto used = std::chrono::ceil<std::chrono::seconds>(desk.now() - open.since);
      desk.command(devices::ResumeOutlet{open.outlet, open.session, open.limits, std::max<std::int64_t>(0, used.count()), open.ending});
    }
}

}  // namespace station::flow
