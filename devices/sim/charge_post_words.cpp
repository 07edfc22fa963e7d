#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "devices/sim/charge_post.h"

// What a simulated post says, and what it makes of orders.
namespace station::sim {

using namespace std::chrono_literals;
namespace dny = codec::dny;

namespace {

constexpr Milliseconds kLinkText{30'000};  // after so much silence it says "link"
constexpr Milliseconds kLeastBetweenOrders{500};
constexpr std::string_view kSimOfPost = "89860413161892009275";

}  // namespace

void SimChargePost::send(std::uint8_t command, base::Bytes data, std::uint16_t message) {
  if (mute_ || connection_ == 0) return;
  last_said_ = now_;
  if (lose_ > 0) {
    --lose_;
    return;
  }
  Under under{now_ + settings_.latency, dny::encode({settings_.device, message, command, std::move(data)})};
  if (delay_ > 0) {
    --delay_;
    under.due += delay_by_;
  }
  if (corrupt_ > 0) {
    --corrupt_;
    under.bytes[under.bytes.size() / 2] ^= 0x10;
  }
  if (!under_way_.empty()) under.due = std::max(under.due, under_way_.back().due);
  if (duplicate_ > 0) {
    --duplicate_;
    under_way_.push_back(under);
  }
  under_way_.push_back(std::move(under));
}

void SimChargePost::heartbeat() {
  dny::Heartbeat m;
  m.voltage = 2210;
  for (const Port& port : ports_) m.states.push_back(state_of(port));
  m.signal = 20;
  m.temperature = 25;
  for (const Port& port : ports_) m.temperature = std::max(*m.temperature, port.celsius);
  report(dny::code::kHeartbeat, dny::write_heartbeat(m));
}

void SimChargePost::talk() {
  if (!greeted_) {
    greeted_ = true;
    under_way_.push_back({now_ + settings_.latency, base::Bytes(kSimOfPost.begin(), kSimOfPost.end())});
  }
  if (!registered_ && now_ >= register_due_) {
    register_due_ = now_ + settings_.register_again;
    dny::Registration m{126, static_cast<std::uint8_t>(settings_.ports), 0, 0x21, 4, 110};
    report(dny::code::kRegistration, dny::write_registration(m));
  }
  if (!know_time_ && now_ >= time_due_) {
    time_due_ = now_ + settings_.register_again;
    report(dny::code::kTime, {});
  }
  if (!alarm_told_ && alarm_) {
    alarm_told_ = true;
    report(dny::code::kAlarm, {alarm_->type, alarm_->where, alarm_->inputs});
  }
  if (now_ >= heartbeat_due_) {
    heartbeat_due_ = now_ + settings_.heartbeat;
    heartbeat();
  }
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    Port& port = ports_[i];
    if (!port.on || now_ < port.report_due) continue;
    port.report_due = now_ + settings_.power_report;
    dny::PowerReport m;
    m.port = static_cast<std::uint8_t>(i);
    m.state = state_of(port);
    m.seconds = static_cast<std::uint16_t>(port.on_s);
    m.energy = static_cast<std::uint16_t>(port.joule / 36'000);
    m.start_kind = port.start_kind;
    m.power = static_cast<std::uint16_t>(watts(port) * 10);
    m.order = port.order;
    m.peak_power = static_cast<std::uint16_t>(port.peak_w * 10);
    m.ambient = 25;
    m.port_temperature = port.celsius;
    report(dny::code::kPower, dny::write_power(m));
  }
  if (!memory_.empty() && now_ >= memory_.front().due) {
    Stored& first = memory_.front();
    first.due = now_ + settings_.settle_again;
    report(dny::code::kSettlement, dny::write_settlement(first.settlement));
    first.message = message_;
  }
  if (now_ - last_said_ >= kLinkText && !mute_) {
    last_said_ = now_;
    under_way_.push_back({now_ + settings_.latency, {'l', 'i', 'n', 'k'}});
  }
}

void SimChargePost::on_frame(const dny::Frame& frame) {
  if (frame.command < 0x72) {  // an answer to what it said
    const bool well = !frame.data.empty() && frame.data[0] == 0;
    if (frame.command == dny::code::kRegistration && well) registered_ = true;
    if (frame.command == dny::code::kTime && frame.data.size() == 4) know_time_ = true;
    if (frame.command != dny::code::kSettlement || !well) return;
    if (lose_acks_ > 0) {
      --lose_acks_;
      return;
    }
    if (memory_.empty() || memory_.front().message != frame.message) return;
    delivered_[memory_.front().delivered].acknowledged = true;
    memory_.pop_front();
    if (!memory_.empty()) memory_.front().due = std::max(memory_.front().due, now_ + settings_.settle_next);
    return;
  }
  if (!dny::may_send(frame.command)) violations_.push_back(fmt::format("command {:02X} must never be sent", frame.command));
  if (order_heard_ && now_ - *order_heard_ < kLeastBetweenOrders)
    violations_.push_back(fmt::format("two orders within {} ms", (now_ - *order_heard_).count()));
  order_heard_ = now_;
  if (lose_orders_ > 0) {
    --lose_orders_;
    return;
  }
  for (const auto& [order, reply] : done_) {  // a resend: answered again, done once
    if (order.message != frame.message) continue;
    if (order != frame) violations_.push_back("a message number was used for two orders");
    return send(frame.command, reply, frame.message);
  }
  last_reply_ = {0};
  if (frame.command == dny::code::kStatus) {
    last_reply_.clear();
    dny::Registration m{126, static_cast<std::uint8_t>(settings_.ports), 0, 0x21, 4, 110};
    report(dny::code::kRegistration, dny::write_registration(m));
    return heartbeat();
  }
  if (frame.command == dny::code::kCharge) on_charge(frame);
  done_.emplace_back(frame, last_reply_);
  if (done_.size() > 8) done_.pop_front();
  send(frame.command, last_reply_, frame.message);
}

void SimChargePost::on_charge(const dny::Frame& frame) {
  const auto order = dny::read_charge(frame.data);
  if (!order) {
    violations_.push_back("an order 82 that cannot be read");
    return;
  }
  dny::ChargeReply reply;
  reply.order = order->order;
  reply.port = order->port;
  if (order->start) {
    ++starts_;
    if (order->longest_s == 0 || order->longest_s > 28'800) violations_.push_back("a start without a longest time");
    if (order->overload_dw == 0) violations_.push_back("a start without a power limit");
    if (order->value != 0) violations_.push_back("a preset, which would switch stop-when-full off");
  }
  if (order->port >= ports_.size()) {
    reply.result = 0x04;
  } else if (order->start) {
    Port& port = ports_[order->port];
    reply.result = alarm_ && dny::is_safety_alarm(alarm_->type) ? 0x0B
                   : port.broken != 0                           ? 0x08
                   : port.on                                    ? 0x02
                   : !port.plugged                              ? 0x01
                                                                : 0x00;
    if (forced_ > 0 && reply.result == 0x00) {
      --forced_;
      reply.result = forced_result_;
    }
    if (reply.result == 0x00 || reply.result == 0x03 || reply.result == 0x09) {  // "but done"
      port.on = true;
      port.on_s = port.float_s = port.peak_w = 0;
      port.joule = 0;
      port.order = order->order;
      port.start_kind = 1;
      port.longest_s = order->longest_s;
      port.overload_dw = order->overload_dw;
      port.report_due = now_ + settings_.power_report;
    }
  } else {
    Port& port = ports_[order->port];
    if (port.on && port.order == order->order) {
      cut(order->port, 0x07);
    } else {
      reply.result = 0x02;
    }
  }
  last_reply_ = dny::write_charge_reply(reply);
}

}  // namespace station::sim
