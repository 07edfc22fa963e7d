#include "devices/drivers/outlet_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/base/bytes.h"

namespace station::drivers {

using namespace std::chrono_literals;
using devices::OutletResult;

OutletSession::OutletSession(OutletSettings settings, OutletWire& wire, FaultSet& faults, const EventSink& sink)
    : settings_(std::move(settings)), wire_(wire), faults_(faults), sink_(sink) {}

bool OutletSession::running() const {
  return state_ == State::starting || state_ == State::charging || state_ == State::floating || state_ == State::blind;
}

int OutletSession::claims_w() const {
  return running() || state_ == State::stopping || (state_ == State::fault && !order_.empty()) ? limits_.most_w
         : state_ == State::foreign                                                           ? settings_.most_w
                                                                                               : 0;
}

// ---- orders of the kiosk

void OutletSession::start(const devices::StartOutlet& command, const std::string& refusal, BootTime now,
                          base::UtcTime utc) {
  const auto answer = [&](OutletResult result, const std::string& why) {
    sink_(devices::OutletAnswer{command.op_id, settings_.name, command.order, result, why, now});
  };
  // Before anything else: no byte of a start leaves the program for an indoor outlet without a valid approval.
  if (settings_.indoor && !(command.limits.allowed_until && utc < *command.limits.allowed_until))
    return answer(OutletResult::refused, "indoors, and no valid fire approval is on record");
  if (!refusal.empty()) return answer(OutletResult::refused, refusal);
  if (command.order.size() != 32 || !base::from_hex(command.order))
    return answer(OutletResult::refused, "the order is not 32 hex digits");
  const devices::OutletLimits& l = command.limits;
  if (l.longest_s < 1 || l.longest_s > kLongest_s || l.most_w < 1 || l.most_w > settings_.most_w)
    return answer(OutletResult::refused, fmt::format("{} s at {} W is beyond the outlet's limits", l.longest_s, l.most_w));
  if (!link_ || !reading_ || now - reading_at_ > kFresh)
    return answer(OutletResult::refused, "no fresh report of the outlet");
  if (faulty_ || state_ == State::fault) return answer(OutletResult::refused, "the outlet is out of service");
  if (state_ != State::idle && state_ != State::plugged) return answer(OutletResult::busy, "the outlet is in use");
  order_ = command.order;
  limits_ = l;
  start_op_ = command.op_id;
  began_ = now;
  asked_ = false;
  nameless_since_.reset();
  stops_ = 0;
  off_at_.reset();
  cut_.clear();
  peak_w_ = 0;
  trickle_since_.reset();
  go(State::starting, now);
  wire_.send_start(order_, limits_);
}

void OutletSession::stop(const devices::StopOutlet& command, BootTime now) {
  const auto answer = [&](OutletResult result, const std::string& why) {
    sink_(devices::OutletAnswer{command.op_id, settings_.name, command.order, result, why, now});
  };
  if (command.order != order_ || order_.empty()) {
    if (link_ && reading_ && now - reading_at_ <= kFresh && (state_ == State::idle || state_ == State::plugged))
      return answer(OutletResult::stopped, "the outlet reports: " + reading_->words);
    return answer(OutletResult::refused, "this session does not run here");
  }
  if (state_ == State::settling || (state_ == State::fault && off_at_))
    return answer(OutletResult::stopped, "it was off already");
  if (stop_op_) answer_stop(OutletResult::unknown, "another stop came", now);
  stop_op_ = command.op_id;
  if (state_ != State::stopping) begin_stop(now);
}

void OutletSession::resume(const devices::ResumeOutlet& command, BootTime now) {
  if (!order_.empty()) return;
  order_ = command.order;
  limits_ = command.limits;
  began_ = now - std::chrono::seconds(command.used_s);
  cut_.clear();
  off_at_.reset();
  stops_ = 0;
  peak_w_ = 0;
  trickle_since_.reset();
  go(command.ending ? State::stopping : State::blind, now);
  stop_due_ = now;
  if (!link_) return;
  wire_.ask_status();
  if (reading_ && now - reading_at_ <= kFresh) on_reading(OutletReading(*reading_), now);
}

void OutletSession::cut(const std::string& why, BootTime now) {
  if (!running()) return;
  if (cut_.empty()) cut_ = why;
  begin_stop(now);
}

void OutletSession::begin_stop(BootTime now) {
  if (start_op_) answer_start(OutletResult::unknown, "stopped before it was sure that it ran", now);
  stops_ = 0;
  off_at_.reset();
  go(State::stopping, now);
  stop_due_ = now;
  if (!link_) return;
  ++stops_;
  stop_due_ = now + kStopAgain;
  wire_.send_stop(order_);
}

// ---- what the wire says

void OutletSession::on_link(bool up, BootTime now) {
  if (up == link_) return;
  link_ = up;
  if (!up) {
    if (state_ == State::charging || state_ == State::floating) go(State::blind, now);
    if (state_ == State::idle || state_ == State::plugged || state_ == State::foreign) go(State::unknown, now);
    return;
  }
  if (state_ == State::starting) asked_ = false;  // what was under way is lost; ask anew
  if (!order_.empty()) wire_.ask_status();
  if (state_ == State::stopping) stop_due_ = now;
  if (state_ == State::starting) {
    asked_ = true;
    asked_at_ = now;
  }
}

void OutletSession::on_reading(const OutletReading& reading, BootTime now) {
  reading_ = reading;
  reading_at_ = now;
  watch_heat(reading, now);
  if (reading.flow == Flow::welded) {
    welded(reading.words, now);
    return tell(now);
  }
  if (reading.flow == Flow::broken) out_of_order(reading.words, now);
  if (state_ == State::starting) {
    while_starting(reading, now);
  } else if (state_ == State::charging || state_ == State::floating || state_ == State::blind) {
    while_charging(reading, now);
  } else if (state_ == State::stopping || state_ == State::settling || (state_ == State::fault && !order_.empty())) {
    while_stopping(reading, now);
  } else {
    rest(now);
  }
  tell(now);
}

void OutletSession::while_starting(const OutletReading& reading, BootTime now) {
  const bool flows = reading.flow == Flow::charging || reading.flow == Flow::floating;
  if (flows && reading.order) {
    if (*reading.order == order_) {
      go(reading.flow == Flow::floating ? State::floating : State::charging, now);
      answer_start(OutletResult::started, "it reports charging under this order", now);
      return watch_power(reading, now);
    }
    answer_start(OutletResult::busy, "it charges under another order", now);
    order_.clear();
    return rest(now);
  }
  if (!asked_) return;
  if (flows) {
    if (!nameless_since_) nameless_since_ = now;
    return;
  }
  if (reading.flow == Flow::broken) return;
  answer_start(OutletResult::refused, "no answer to the start, and it reports: " + reading.words, now);
  order_.clear();
  rest(now);
}

void OutletSession::while_charging(const OutletReading& reading, BootTime now) {
  const bool flows = reading.flow == Flow::charging || reading.flow == Flow::floating;
  const bool other = reading.order && *reading.order != order_;
  if (!flows || other) {  // it ended there; the settlement says why
    if (reading.flow == Flow::broken) return;
    settle_since_ = now;
    off_at_ = now;
    return go(State::settling, now);
  }
  go(reading.flow == Flow::floating ? State::floating : State::charging, now);
  watch_power(reading, now);
}

void OutletSession::while_stopping(const OutletReading& reading, BootTime now) {
  const bool flows = reading.flow == Flow::charging || reading.flow == Flow::floating;
  if (!flows) {
    if (state_ != State::stopping) return;
    answer_stop(OutletResult::stopped, "it reports: " + reading.words, now);
    off_at_ = now;
    settle_since_ = now;
    return go(State::settling, now);
  }
  if (reading.order && *reading.order != order_) {  // somebody else's by now: ours is over
    if (state_ == State::stopping) answer_stop(OutletResult::stopped, "it charges under another order", now);
    if (state_ == State::stopping) settle_since_ = now;
    return go(State::settling, now);
  }
  if (!off_at_ || now - *off_at_ < kWeldAfter) return;
  // It said off and is not: where a power is reported, that decides.
  if (!reading.watts || *reading.watts > kWeldWatts) welded("it draws power after it was switched off", now);
}

void OutletSession::rest(BootTime now) {
  if (faulty_ || !reading_) return go(faulty_ ? State::fault : State::unknown, now);
  switch (reading_->flow) {
    case Flow::off:
      faults_.clear("outlet.foreign", settings_.name, now);
      return go(State::idle, now);
    case Flow::plugged:
    case Flow::full:
      faults_.clear("outlet.foreign", settings_.name, now);
      return go(State::plugged, now);
    case Flow::charging:
    case Flow::floating:
      if (reading_->order)
        faults_.raise("outlet.foreign", settings_.name, "charging under order " + *reading_->order, now);
      return go(State::foreign, now);
    case Flow::broken:
    case Flow::welded:
      return go(State::fault, now);
  }
}

void OutletSession::on_start(StartReply reply, const std::string& evidence, BootTime now) {
  if (state_ != State::starting) {
    // The session is being ended meanwhile; what came on must go off again.
    if (state_ == State::stopping && reply != StartReply::silent) stop_due_ = std::min(stop_due_, now);
    return;
  }
  switch (reply) {
    case StartReply::done:
      go(State::charging, now);
      return answer_start(OutletResult::started, evidence, now);
    case StartReply::not_plugged:
    case StartReply::refused:
      answer_start(reply == StartReply::refused ? OutletResult::refused : OutletResult::not_plugged, evidence, now);
      order_.clear();
      return rest(now);
    case StartReply::broken:
      answer_start(OutletResult::fault, evidence, now);
      order_.clear();
      state_ = State::unknown;
      return out_of_order(evidence, now);
    case StartReply::on_but_broken:
    case StartReply::on_but_welded:
      answer_start(OutletResult::fault, evidence, now);
      if (reply == StartReply::on_but_welded) return welded(evidence, now);
      out_of_order(evidence, now);
      return;
    case StartReply::already:
    case StartReply::silent:
      asked_ = true;
      asked_at_ = now;
      wire_.ask_status();
      return;
  }
}

void OutletSession::on_stop(bool done, const std::string& evidence, BootTime now) {
  if (state_ == State::fault) {
    if (done && !off_at_) off_at_ = now;
    return;
  }
  if (state_ != State::stopping) return;
  if (done) {
    off_at_ = now;
    settle_since_ = now;
    answer_stop(OutletResult::stopped, evidence, now);
    go(State::settling, now);
    faults_.clear("outlet.disobeys", settings_.name, now);
    return;
  }
  answer_stop(OutletResult::unknown, evidence, now);
  wire_.ask_status();
}

void OutletSession::on_settled(const std::string& order, BootTime now) {
  if (order.empty() || order != order_) return;
  if (start_op_) answer_start(OutletResult::started, "it ran and is settled already", now);
  if (stop_op_) answer_stop(OutletResult::stopped, "it is settled", now);
  order_.clear();
  faults_.clear("outlet.disobeys", settings_.name, now);
  // The report from before the settlement still says "charging": the next one tells.
  if (reading_ && (reading_->flow == Flow::charging || reading_->flow == Flow::floating)) {
    reading_.reset();
    wire_.ask_status();
  }
  rest(now);
}

BootTime OutletSession::tick(BootTime now, base::UtcTime utc) {
  BootTime next = now + 1h;
  const auto by = [&next](BootTime at) { next = std::min(next, at); };
  if (running()) {
    const BootTime ends = began_ + std::chrono::seconds(limits_.longest_s) + kDeviceFirst;
    if (limits_.allowed_until && utc >= *limits_.allowed_until)
      cut("approval", now);
    else if (now >= ends)
      cut("time", now);
    by(ends);
    if (limits_.allowed_until) by(now + std::max<Milliseconds>(*limits_.allowed_until - utc, 1ms));
  }
  if (state_ == State::starting) by(began_ + kGiveUpStart);
  if (state_ == State::starting && asked_) {
    if (nameless_since_ && now - *nameless_since_ >= kOrderWait) {
      cut("whose order?", now);
    } else if (now - began_ >= kGiveUpStart && !nameless_since_) {
      answer_start(OutletResult::unknown, "no report for ten minutes", now);
      go(State::blind, now);
    } else if (link_ && now - asked_at_ >= kAskEvery) {
      asked_at_ = now;
      wire_.ask_status();
    }
    if (link_ && state_ == State::starting) by(asked_at_ + kAskEvery);
  }
  if (state_ == State::starting && !asked_ && now - began_ >= kGiveUpStart) {
    answer_start(OutletResult::unknown, "no report for ten minutes", now);
    go(State::blind, now);
  }
  const bool still_on = state_ == State::stopping || (state_ == State::fault && !order_.empty() && !off_at_);
  if (still_on && link_) {
    if (now >= stop_due_) {
      ++stops_;
      stop_due_ = now + kStopAgain;
      wire_.send_stop(order_);
      if (stops_ > 3) faults_.raise("outlet.disobeys", settings_.name, fmt::format("told {} times to stop", stops_), now);
    }
    by(stop_due_);
  }
  // Nobody need wait for ever: a late settlement is still taken.
  if (state_ == State::settling) {
    if (now - settle_since_ >= kSettleWait) {
      order_.clear();
      rest(now);
    }
    by(settle_since_ + kSettleWait);
  }
  if (state_ == State::idle || state_ == State::plugged || state_ == State::foreign) {
    if (now - reading_at_ > kFresh)
      go(State::unknown, now);
    else
      by(reading_at_ + kFresh + 1ms);
  }
  return std::max(next, now + 1ms);
}

// ---- telling

void OutletSession::answer_start(OutletResult result, const std::string& evidence, BootTime now) {
  if (!start_op_) return;
  sink_(devices::OutletAnswer{*start_op_, settings_.name, order_, result, evidence, now});
  start_op_.reset();
}

void OutletSession::answer_stop(OutletResult result, const std::string& evidence, BootTime now) {
  if (!stop_op_) return;
  sink_(devices::OutletAnswer{*stop_op_, settings_.name, order_, result, evidence, now});
  stop_op_.reset();
}

void OutletSession::go(State state, BootTime now) {
  if (state_ == State::settling && state == State::settling) return;
  state_ = state;
  tell(now);
}

void OutletSession::tell(BootTime now) {
  devices::OutletChanged change{settings_.name, state_, order_, 0, 0, 0, {}, now};
  if (reading_) {
    change.celsius = reading_->celsius;
    if (!order_.empty() && (!reading_->order || *reading_->order == order_)) {
      change.watts = reading_->watts.value_or(told_ ? told_->watts : 0);
      change.watt_hours = reading_->watt_hours.value_or(told_ ? told_->watt_hours : 0);
      change.seconds = reading_->seconds.value_or(told_ ? told_->seconds : 0);
    }
  }
  const auto same = [&](const devices::OutletChanged& t) {
    return t.state == change.state && t.order == change.order && t.watts == change.watts &&
           t.watt_hours == change.watt_hours && t.seconds == change.seconds && t.celsius == change.celsius;
  };
  if (told_ && same(*told_)) return;
  told_ = change;
  sink_(change);
}

}  // namespace station::drivers
