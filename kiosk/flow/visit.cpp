#include "kiosk/flow/visit.h"

#include <algorithm>
#include <utility>

#include "kiosk/flow/flows.h"

namespace station::flow {

using namespace std::chrono_literals;

namespace {

const RiderView* rider_in(const Outcome& outcome) {
  if (const auto* o = std::get_if<Welcome>(&outcome)) return &o->rider;
  if (const auto* o = std::get_if<Confirmed>(&outcome)) return &o->rider;
  if (const auto* o = std::get_if<RiderChanged>(&outcome)) return &o->rider;
  if (const auto* o = std::get_if<ExamClosed>(&outcome)) return &o->rider;
  if (const auto* o = std::get_if<Practised>(&outcome)) return &o->rider;
  return nullptr;
}

}  // namespace

Visit::Visit(const base::Clock& clock, base::Random& random, Settings settings)
    : desk_(clock, random, settings), flow_(make_attract()), last_touch_(clock.mono()) {}

Visit::~Visit() = default;

Screen Visit::screen() const { return flow_->screen(desk_); }

Frame Visit::frame() const {
  Frame f;
  f.station = desk_.station;
  if (desk_.rider && desk_.rider->charge)
    for (PortView& p : f.station.ports)
      if (p.name == desk_.rider->charge->port) p.state = PortState::mine;
  f.sync = sync_;
  f.now = desk_.clock.utc();
  f.signed_in = personal();
  const bool may_end = flow_->idle() == IdlePolicy::sign_out;
  const BootTime warn = last_touch_ + desk_.settings.idle_warning;
  if (may_end && desk_.now() >= warn) f.idle_seconds_left = seconds_until(warn + desk_.settings.idle_grace, desk_.now());
  return f;
}

BootTime Visit::next_tick() const { return desk_.now() + (personal() ? 250ms : 1000ms); }

Effects Visit::on(const Input& input) {
  if (const auto* action = std::get_if<Action>(&input)) {
    on_action(*action);
  } else if (const auto* event = std::get_if<devices::Event>(&input)) {
    keeper_.on_event(*event, desk_);
    if (const auto* card = std::get_if<devices::CardPresented>(event)) {
      on_card(*card);
    } else if (const auto* bad = std::get_if<devices::CardRefused>(event)) {
      if (!flow_->holds_screen()) tap_request_ = desk_.ask(BadCard{bad->problem});
      desk_.command(devices::ReaderFeedback{bad->reader, false});
    } else if (std::holds_alternative<devices::CodeScanned>(*event)) {
      on_code({"refused.unknown_code", {}, true}, "refused.unknown_code.hint");
    } else if (const auto* code = std::get_if<devices::CodeRefused>(event)) {
      const bool damaged = code->problem == devices::CodeProblem::damaged;
      on_code({damaged ? "refused.damaged_code" : "refused.unknown_code", {}, true},
              damaged ? "refused.damaged_code.hint" : "refused.unknown_code.hint");
    } else {
      follow(flow_->on_event(*event, desk_));
    }
  } else if (const auto* reply = std::get_if<Reply>(&input)) {
    on_reply(*reply);
  } else if (const auto* station = std::get_if<StationView>(&input)) {
    desk_.station = *station;
  } else if (const auto* sync = std::get_if<SyncView>(&input)) {
    sync_ = *sync;
  } else {
    on_tick();
  }
  return std::exchange(desk_.effects, {});
}

void Visit::on_card(const devices::CardPresented& card) {
  if (out_of_service_) return;
  last_touch_ = desk_.now();
  if (flow_->takes_card()) {
    follow(flow_->on_event(card, desk_));
  } else if (flow_->holds_screen()) {
    desk_.command(devices::ReaderFeedback{card.reader, false});  // the rider in front is not interrupted
  } else if (tap_request_ == 0) {
    tap_request_ = desk_.ask(TapCard{card.uid, card.reader});
  }
}

// No code opens anything yet: whoever scans one is told what to use instead. Nobody who studies, sits an examination or has
// a door open is interrupted, and what a code says is shown nowhere.
void Visit::on_code(Message message, const std::string& hint_key) {
  if (out_of_service_ || flow_->holds_screen()) return;
  last_touch_ = desk_.now();
  if (!personal())
    flow_ = make_refused(std::move(message), hint_key, desk_);
  else if (std::holds_alternative<HomeScreen>(screen()))
    follow(Home{std::move(message)});
}

void Visit::on_reply(const Reply& reply) {
  if (const auto* failed = std::get_if<StorageFailed>(&reply.outcome)) {
    out_of_service_ = true;
    desk_.rider.reset();
    flow_ = make_out_of_service(failed->detail);
    return;
  }
  keeper_.on_reply(reply, desk_);
  const RiderView* rider = rider_in(reply.outcome);
  if (rider && desk_.rider && desk_.rider->subject == rider->subject) desk_.rider = *rider;

  if (const auto* welcome = std::get_if<Welcome>(&reply.outcome)) {
    if (reply.id == tap_request_) tap_request_ = 0;
    last_touch_ = desk_.now();
    const bool same = desk_.rider && desk_.rider->subject == welcome->rider.subject;
    flow_->on_leave(desk_);
    desk_.rider = welcome->rider;
    if (!same) desk_.confirmed_course.clear();
    if (same && welcome->rider.role == Role::rider) {
      flow_ = make_home();
      return;
    }
    desk_.command(devices::ReaderFeedback{"", true});
    flow_ = welcome->rider.role == Role::maintainer ? make_maintainer() : make_greeting(*welcome, desk_);
    return;
  }
  const auto* refusal = std::get_if<Refusal>(&reply.outcome);
  if (refusal && reply.id == tap_request_ && tap_request_ != 0) {
    tap_request_ = 0;
    desk_.command(devices::ReaderFeedback{"", false});
    const RefusalWords words = words_for(*refusal);
    if (personal()) {
      follow(Home{words.message});
    } else {
      flow_ = make_refused(words.message, words.hint_key, desk_);
    }
    return;
  }
  follow(flow_->on_reply(reply, desk_));
}

bool Visit::handle_common(const Action& action) {
  if (std::holds_alternative<SignOut>(action)) {
    sign_out(nullptr);
  } else if (std::holds_alternative<CheckOut>(action) && personal()) {
    const RiderView rider = *desk_.rider;
    desk_.ask(LeaveStation{rider.subject, "rider"});
    sign_out(make_farewell(rider, desk_));
  } else if (std::holds_alternative<GoHome>(action)) {
    follow(Home{});
  } else if (const auto* go = std::get_if<Go>(&action)) {
    switch (go->to) {
      case Place::help:
        flow_->on_leave(desk_);
        flow_ = make_help();
        break;
      case Place::keypad:
      case Place::maintainer: return false;
      default:
        if (!personal()) return false;
        flow_->on_leave(desk_);
        if (go->to == Place::charge) flow_ = make_charge(desk_);
        if (go->to == Place::locker) flow_ = make_locker(desk_);
        // Lessons of a course only for somebody who has proved who they are; the course's page asks for that.
        if (go->to == Place::lessons)
          flow_ = go->id.empty() || desk_.confirmed_course == go->id ? make_lessons(go->id) : make_course(go->id);
        if (go->to == Place::course) flow_ = make_course(go->id);
        if (go->to == Place::record) flow_ = make_record();
        if (go->to == Place::daily) flow_ = make_daily(desk_);
        if (go->to == Place::hazards) flow_ = make_hazards(desk_);
        if (go->to == Place::complaint) flow_ = make_complaint(go->id.empty() ? "other" : "course", go->id);
    }
  } else {
    return false;
  }
  return true;
}

void Visit::on_action(const Action& action) {
  if (out_of_service_) return;
  last_touch_ = desk_.now();
  const bool studying = flow_->idle() == IdlePolicy::own && flow_->holds_screen();
  if (!studying && handle_common(action)) return;
  follow(flow_->on_action(action, desk_));
}

void Visit::on_tick() {
  keeper_.on_tick(desk_);
  follow(flow_->on_tick(desk_));
  check_idle();
}

void Visit::check_idle() {
  if (flow_->idle() != IdlePolicy::sign_out) return;
  if (desk_.now() >= last_touch_ + desk_.settings.idle_warning + desk_.settings.idle_grace) sign_out(nullptr);
}

void Visit::follow(Move move) {
  if (auto* leave = std::get_if<Leave>(&move)) {
    sign_out(std::move(leave->then));
  } else if (auto* home = std::get_if<Home>(&move)) {
    if (personal() && desk_.rider->role == Role::maintainer) {
      flow_ = make_maintainer();
    } else if (personal()) {
      flow_ = make_home(std::move(home->message));
    } else {
      flow_ = make_attract();
    }
  } else if (auto* open = std::get_if<Open>(&move)) {
    flow_ = std::move(open->flow);
  }
}

// Everything personal is destroyed here: the next rider must not see what the last one did or typed.
void Visit::sign_out(std::unique_ptr<Flow> then) {
  flow_->on_leave(desk_);
  desk_.rider.reset();
  desk_.confirmed_course.clear();
  flow_ = then ? std::move(then) : make_attract();
  last_touch_ = desk_.now();
}

}  // namespace station::flow
