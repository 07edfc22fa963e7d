#include "kiosk/flow/flows.h"

namespace station::flow {

namespace {

// Choose a port, watch it, stop it. Power itself is switched by the keeper; this flow only shows what is committed.
class ChargeFlow final : public Flow {
 public:
  explicit ChargeFlow(Desk& desk) {
    state_.step = desk.rider->charge ? ChargeStep::running : ChargeStep::choose;
    refresh(desk);
  }

  Screen screen(const Desk& desk) const override {
    ChargeScreen s = state_;
    s.charge = desk.rider->charge;
    return s;
  }

  Move on_action(const Action& action, Desk& desk) override {
    state_.message.reset();
    if (std::holds_alternative<Back>(action)) return Home{};
    if (const auto* choose = std::get_if<ChoosePort>(&action); choose && state_.step == ChargeStep::choose) {
      state_.port = choose->port;
      state_.step = ChargeStep::switching_on;
      request_ = desk.ask(IntendCharge{desk.rider->subject, choose->port, true, "rider"});
    } else if (std::holds_alternative<StopCharge>(action) && state_.step == ChargeStep::running && desk.rider->charge) {
      state_.step = ChargeStep::switching_off;
      request_ = desk.ask(IntendCharge{desk.rider->subject, desk.rider->charge->port, false, "rider"});
    }
    return Stay{};
  }

  Move on_reply(const Reply& reply, Desk& desk) override {
    if (const auto* no = std::get_if<NotNow>(&reply.outcome); no && reply.id == request_) {
      state_.step = ChargeStep::choose;
      state_.message = Message{no->message_key, no->args, true};
      request_ = 0;
    } else if (std::holds_alternative<RiderChanged>(reply.outcome)) {
      refresh(desk);
    }
    return Stay{};
  }

  // Why an e-bike outlet did not go on; that it did not comes from the ledger.
  Move on_event(const devices::Event& event, Desk&) override {
    const auto* answer = std::get_if<devices::OutletAnswer>(&event);
    if (answer && answer->outlet == state_.port && state_.step == ChargeStep::switching_on)
      not_plugged_ = answer->result == devices::OutletResult::not_plugged;
    return Stay{};
  }

  Move on_tick(Desk& desk) override {
    // The station may have ended the session (limit, over-current) while the rider watches.
    if (state_.step == ChargeStep::running && !desk.rider->charge) refresh(desk);
    return Stay{};
  }

 private:
  void refresh(Desk& desk) {
    if (desk.rider->charge) {
      state_.step = ChargeStep::running;
      state_.port = desk.rider->charge->port;
      since_ = desk.rider->charge->since;
    } else if (state_.step == ChargeStep::running || state_.step == ChargeStep::switching_off) {
      state_.step = ChargeStep::ended;
      state_.minutes = static_cast<int>((desk.clock.utc() - since_).count() / 60'000);
    } else if (state_.step == ChargeStep::switching_on) {
      state_.step = ChargeStep::choose;
      state_.message = Message{not_plugged_ ? "charge.plug_in" : "charge.not_switched", {state_.port}, true};
      not_plugged_ = false;
    }
  }

  ChargeScreen state_;
  UtcTime since_{};
  std::uint64_t request_ = 0;
  bool not_plugged_ = false;
};

}  // namespace

std::unique_ptr<Flow> make_charge(Desk& desk) { return std::make_unique<ChargeFlow>(desk); }

}  // namespace station::flow
