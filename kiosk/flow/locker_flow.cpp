#include "kiosk/flow/flows.h"

namespace station::flow {

namespace {

using namespace std::chrono_literals;

// Deposit and pick-up. An opening counts only when the ledger says so after the door read open; the lease changes only
// after the door read closed.
class LockerFlow final : public Flow {
 public:
  Screen screen(const Desk& desk) const override {
    LockerScreen s = state_;
    s.leases = desk.rider->leases;
    return s;
  }

  IdlePolicy idle() const override {
    return state_.step == LockerStep::opening || state_.step == LockerStep::open || state_.step == LockerStep::confirm
               ? IdlePolicy::never
               : IdlePolicy::sign_out;
  }
  bool holds_screen() const override { return idle() == IdlePolicy::never; }

  Move on_action(const Action& action, Desk& desk) override {
    leave_by_ = desk.now() + desk.settings.door_leave;
    if (std::holds_alternative<Back>(action)) {
      if (state_.step == LockerStep::opening || state_.step == LockerStep::open) return Stay{};
      if (state_.step == LockerStep::confirm) return Stay{};
      return Home{};
    }
    if (const auto* size = std::get_if<ChooseSize>(&action); size && at_rest() && request_ == 0) {
      state_.message.reset();
      request_ = desk.ask(HoldBox{desk.rider->subject, size->size});
    } else if (const auto* lease = std::get_if<OpenLease>(&action); lease && at_rest() && request_ == 0) {
      if (const LeaseView* view = desk.lease(lease->lease)) open(*view, lease->finish ? "pickup" : "mid", desk);

    } else if (const auto* used = std::get_if<BoxUsed>(&action); used && state_.step == LockerStep::confirm) {
      close(used->used, desk);
    } else if (std::holds_alternative<TryAgain>(action) && state_.step == LockerStep::failed) {
      state_.step = LockerStep::choose;
      state_.message.reset();
    }
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    const bool mine = request_ != 0 && reply.id == request_;
    if (mine) request_ = 0;
    if (const auto* held = std::get_if<BoxHeld>(&reply.outcome); held && mine) {
      open(LeaseView{held->lease, held->box, BoxSize::small, LeaseState::held, {}}, "deposit", desk);
    } else if (const auto* no = std::get_if<NotNow>(&reply.outcome); no && (mine || reply.id == open_request_)) {
      state_.step = LockerStep::choose;
      state_.message = Message{no->message_key, no->args, true};
    } else if (std::holds_alternative<RiderChanged>(reply.outcome)) {
      refresh(mine, desk);
    }
    return Stay{};
  }

  Move on_event(const devices::Event& event, Desk& desk) override {
    const auto* door = std::get_if<devices::DoorChanged>(&event);
    if (!door || door->box != state_.box) return Stay{};
    leave_by_ = desk.now() + desk.settings.door_leave;
    settle_door(desk);
    return Stay{};
  }

  Move on_tick(Desk& desk) override {
    // The rider went away from an open box: the screen is for the next one, the keeper settles the box when it closes.
    if (state_.step == LockerStep::open && desk.now() >= leave_by_) return Leave{};
    // Nobody answers: things in a box are never given up, so a deposit counts as used and a pick-up as not emptied.
    if (state_.step == LockerStep::confirm && desk.now() >= confirm_by_) close(state_.purpose != "pickup", desk);
    return Stay{};
  }

 private:
  bool at_rest() const {
    return state_.step == LockerStep::choose || state_.step == LockerStep::stored || state_.step == LockerStep::returned ||
           state_.step == LockerStep::failed;
  }

  void open(const LeaseView& lease, const char* purpose, Desk& desk) {
    state_.lease = lease.lease;
    state_.box = lease.box;
    state_.purpose = purpose;
    state_.message.reset();
    if (lease.state == LeaseState::open) {  // its rider had gone away from it: no second pulse
      state_.step = LockerStep::open;
      settle_door(desk);
      return;
    }
    state_.step = LockerStep::opening;
    desk.doors.erase(lease.box);  // what was read before the pulse says nothing
    open_request_ = desk.ask(IntendOpen{lease.lease, purpose});
  }

  void close(bool used, Desk& desk) {
    if (request_ != 0) return;
    request_ = desk.ask(CloseBox{state_.lease, state_.purpose, used});
  }

  // The lease as committed decides what the screen may say.
  void refresh(bool answers_me, Desk& desk) {
    const LeaseView* lease = desk.lease(state_.lease);
    if (state_.step == LockerStep::opening) {
      if (lease && lease->state == LeaseState::open) {
        state_.step = LockerStep::open;
        settle_door(desk);
      } else if (!lease || lease->state != LeaseState::opening) {
        state_.step = LockerStep::failed;
        state_.message = Message{"locker.not_opened", {state_.box}, true};
      }
    } else if (state_.step == LockerStep::confirm && answers_me) {
      const bool mine = lease != nullptr;
      state_.step = state_.purpose == "pickup" && !mine ? LockerStep::returned : mine ? LockerStep::stored : LockerStep::choose;
    }
  }

  void settle_door(Desk& desk) {
    const auto door = desk.doors.find(state_.box);
    if (door == desk.doors.end()) return;
    if (state_.step == LockerStep::open && door->second == devices::Door::closed) {
      state_.step = LockerStep::confirm;
      confirm_by_ = desk.now() + 60s;
    } else if (state_.step == LockerStep::confirm && door->second == devices::Door::open) {
      state_.step = LockerStep::open;
    }
  }

  LockerScreen state_;
  BootTime confirm_by_{};
  BootTime leave_by_{};
  std::uint64_t request_ = 0;       // a hold or a closing that the ledger has not answered yet
  std::uint64_t open_request_ = 0;  // the last intent to open
};

}  // namespace

std::unique_ptr<Flow> make_locker(Desk&) { return std::make_unique<LockerFlow>(); }

}  // namespace station::flow
