#include "devices/drivers/charge_post.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace dny = codec::dny;
using Flow = OutletReading::Flow;

namespace {

constexpr auto kPostMissingAfter = 5min;
constexpr auto kPostSilentAfter = 400s;       // two heartbeats and a little
constexpr auto kOldHeartbeatOnly = 10min;  // answers to 01 only when no 21 came for so long
constexpr auto kAskAtMost = 5s;
constexpr auto kTwiceFor = 1h;

Flow flow_of(std::uint8_t state) {
  if (state == 0x01) return Flow::charging;
  if (state == 0x05) return Flow::floating;
  if (state == 0x00) return Flow::off;
  if (state == 0x02) return Flow::plugged;
  if (state == 0x03) return Flow::full;
  return dny::is_welded(state) ? Flow::welded : Flow::broken;
}

StartReply reply_of(std::uint8_t result) {
  switch (result) {
    case 0x00:
      return StartReply::done;
    case 0x01:
      return StartReply::not_plugged;
    case 0x02:
      return StartReply::already;
    case 0x03:
      return StartReply::on_but_broken;
    case 0x09:
      return StartReply::on_but_welded;
    case 0x04:
    case 0x07:
    case 0x08:
    case 0x0A:
    case 0x0B:
      return StartReply::broken;
    case 0x0E:
      return StartReply::silent;
    default:  // several ports, total power, voltage, and what is not documented
      return StartReply::refused;
  }
}

// 0.01 kWh to Wh, 0.1 W to W, rounded up: limits must not be missed by a fraction.
int watt_hours(std::uint16_t energy) { return static_cast<int>(energy) * 10; }
int watts(std::uint16_t power) { return (static_cast<int>(power) + 9) / 10; }

}  // namespace

std::string order_text(const dny::Order& order) { return base::to_hex(order); }

dny::Order order_bytes(const std::string& text) {
  const auto bytes = base::from_hex(text);
  STATION_CHECK(bytes && bytes->size() == 16, "an order is 32 hex digits");
  dny::Order order{};
  std::copy(bytes->begin(), bytes->end(), order.begin());
  return order;
}

void ChargePost::Outlet::send_start(const std::string& order, const devices::OutletLimits& limits) {
  // Never unlimited: the device's own clock and power limit act also when this program is gone.
  STATION_CHECK(limits.longest_s > 0 && limits.longest_s <= OutletSession::kLongest_s && limits.most_w > 0,
                "a start has a longest time and a power");
  dny::Charge charge;
  charge.port = port;
  charge.order = order_bytes(order);
  charge.longest_s = static_cast<std::uint16_t>(limits.longest_s);
  charge.overload_dw = static_cast<std::uint16_t>(limits.most_w * 10);
  if (post.registration_ && post.registration_->checks_short_circuit()) {
    charge.later = dny::Charge::Later{};
    charge.later->check_short_circuit = true;
  }
  const BootTime now = post.around_.clock.mono();
  if (!post.send(dny::code::kCharge, dny::write_charge(charge), false, {Sent::start, this, order}, now))
    session.on_start(StartReply::silent, "the post is not connected", now);
}

void ChargePost::Outlet::send_stop(const std::string& order) {
  dny::Charge charge;
  charge.port = port;
  charge.start = false;
  charge.order = order_bytes(order);
  // No start may come behind the stop: neither one that still waits nor the resend of one that got no answer.
  std::erase_if(post.sent_, [&](const auto& sent) {
    if (sent.second.outlet != this) return false;
    post.around_.wire.cancel(post.settings_.device, sent.first);
    return true;
  });
  const BootTime now = post.around_.clock.mono();
  static_cast<void>(post.send(dny::code::kCharge, dny::write_charge(charge), true, {Sent::stop, this, order}, now));
}

ChargePost::ChargePost(const ChargePostSettings& settings, Around around, BootTime now)
    : settings_(settings), around_(std::move(around)), since_(now), lost_at_(now) {
  for (const auto& outlet : settings_.outlets)
    outlets_.push_back(std::make_unique<Outlet>(*this, outlet, around_.faults, around_.sink));
}

std::optional<std::uint64_t> ChargePost::send(std::uint8_t command, base::Bytes data, bool urgent, Sent sent,
                                              BootTime now) {
  const auto id = around_.wire.order(settings_.device, command, std::move(data), urgent, now);
  // A connection that broke while it was sent has told so already.
  if (!id || !around_.wire.connected(settings_.device)) return std::nullopt;
  if (sent.what != Sent::other) sent_.emplace(*id, std::move(sent));
  return id;
}

void ChargePost::ask() {
  const BootTime now = around_.clock.mono();
  if (asked_ && now - asked_at_ < kAskAtMost) return;
  if (!send(dny::code::kStatus, {}, false, {}, now)) return;
  asked_ = true;
  asked_at_ = now;
}

ChargePost::Outlet* ChargePost::at(std::uint8_t port) {
  const auto it = std::find_if(outlets_.begin(), outlets_.end(), [port](const auto& o) { return o->port == port; });
  return it == outlets_.end() ? nullptr : it->get();
}

OutletSession* ChargePost::outlet(const std::string& name) {
  for (const auto& o : outlets_)
    if (o->session.settings().name == name) return &o->session;
  return nullptr;
}

// ---- from the wire

void ChargePost::on_connected(const std::string& peer, bool twice, BootTime now) {
  registration_.reset();
  limits_sent_ = false;
  asked_ = false;
  since_ = now;
  heartbeat_at_ = now;
  if (twice) {
    twice_at_ = now;
    around_.faults.raise("post.twice", settings_.name, "a second device with this number connected from " + peer, now);
  }
  around_.faults.clear("post.missing", settings_.name, now);
  link(true, now);
  ask();  // so that outlets are known at once, and not after the next heartbeat
}

void ChargePost::on_lost(const std::string& /*why*/, BootTime now) {
  lost_at_ = now;
  since_ = now;
  link(false, now);
}

void ChargePost::link(bool up, BootTime now) {
  if (up == up_) return;
  up_ = up;
  for (const auto& o : outlets_) o->session.on_link(up, now);
}

void ChargePost::on_frame(const dny::Frame& frame, BootTime now) {
  const auto report = dny::read_report(frame);
  if (!report) return;
  around_.faults.clear("post.silent", settings_.name, now);
  heartbeat_at_ = now;
  link(true, now);
  const auto answer = [&](base::Bytes data) { around_.wire.answer(frame, std::move(data)); };
  std::visit(
      [&](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, dny::Registration>) {
          answer(dny::write_result(0));
          on(m, now);
        } else if constexpr (std::is_same_v<M, dny::Heartbeat>) {
          had_new_heartbeat_ = true;
          new_heartbeat_at_ = now;
          answer(dny::write_result(0));
          on(m, now);
        } else if constexpr (std::is_same_v<M, dny::OldHeartbeat>) {
          // Answering both would end the newer kind.
          if (!had_new_heartbeat_ || now - new_heartbeat_at_ >= kOldHeartbeatOnly) answer(dny::write_result(0));
          on(m, now);
        } else if constexpr (std::is_same_v<M, dny::TimeWish>) {
          answer(dny::write_time(around_.clock.utc()));
        } else if constexpr (std::is_same_v<M, dny::CardShown>) {
          answer(dny::write_card_answer(m, dny::kCardNotRegistered));  // riders identify at the kiosk
        } else if constexpr (std::is_same_v<M, dny::OldStart>) {
          answer(dny::write_start_seen(m.port));
          on(m, now);
        } else if constexpr (std::is_same_v<M, dny::Settlement>) {
          on(m, frame, now);
        } else if constexpr (std::is_same_v<M, dny::PowerReport> || std::is_same_v<M, dny::Alarm> ||
                             std::is_same_v<M, dny::Cabinet>) {
          on(m, now);
        } else if constexpr (std::is_same_v<M, dny::PortNotice>) {
          if (m.type == 1 && settings_.cabinet)
            around_.faults.raise("post.door", settings_.name, fmt::format("the door of port {} is not closed", m.port + 1), now);
        }
      },
      *report);
}

void ChargePost::on(const dny::Registration& m, BootTime now) {
  registration_ = m;
  mismatch_.clear();
  for (const auto& o : outlets_)
    if (o->port >= m.ports)
      mismatch_ = fmt::format("it has {} ports, {} should be port {}", m.ports, o->session.settings().name, o->port + 1);
  around_.faults.set(!mismatch_.empty(), "post.mismatch", settings_.name, mismatch_, now);
  if (!m.online_mode()) static_cast<void>(send(dny::code::kWorkMode, {0}, false, {}, now));
  // The device's own limits, for whatever starts there without us.
  if (std::exchange(limits_sent_, true)) return;
  int most_w = 0;
  for (const auto& o : outlets_) most_w = std::max(most_w, o->session.settings().most_w);
  const dny::Limits limits{static_cast<std::uint16_t>(OutletSession::kLongest_s),
                           static_cast<std::uint16_t>(most_w * 10),
                           {},
                           {}};
  static_cast<void>(send(dny::code::kLimits, dny::write_limits(limits), false, {}, now));
}

void ChargePost::report(std::uint8_t port, OutletReading reading, BootTime now) {
  if (Outlet* o = at(port)) o->session.on_reading(reading, now);
}

void ChargePost::on(const dny::Heartbeat& m, BootTime now) {
  voltage_ = m.voltage;
  for (std::size_t i = 0; i < m.states.size(); ++i) {
    OutletReading r;
    r.flow = flow_of(m.states[i]);
    r.words = dny::port_state(m.states[i]);
    r.celsius = m.temperature;
    report(static_cast<std::uint8_t>(i), std::move(r), now);
  }
}

void ChargePost::on(const dny::OldHeartbeat& m, BootTime now) {
  voltage_ = m.voltage;
  for (std::size_t i = 0; i < m.states.size(); ++i) {
    OutletReading r;
    r.flow = flow_of(m.states[i]);
    r.words = dny::port_state(m.states[i]);
    if (dny::is_charging(m.states[i]) && i < m.power.size()) r.watts = watts(m.power[i]);
    r.celsius = m.temperature;
    report(static_cast<std::uint8_t>(i), std::move(r), now);
  }
}

void ChargePost::on(const dny::PowerReport& m, BootTime now) {
  OutletReading r;
  r.flow = flow_of(m.state);
  r.words = dny::port_state(m.state);
  if (m.order) r.order = order_text(*m.order);
  r.watts = watts(m.power);  // the most of the interval holds the inrush, which the device itself judges
  if (m.peak_power) r.peak_watts = watts(*m.peak_power);
  r.watt_hours = watt_hours(m.energy);
  r.seconds = m.seconds;
  if (m.port_temperature || m.ambient) r.celsius = std::max(m.port_temperature.value_or(-65), m.ambient.value_or(-65));
  report(m.port, std::move(r), now);
}

void ChargePost::on(const dny::OldStart& m, BootTime now) {
  OutletReading r;
  r.flow = Flow::charging;
  r.words = "started";
  if (m.order) r.order = order_text(*m.order);
  report(m.port, std::move(r), now);
}

void ChargePost::on(const dny::Settlement& m, const dny::Frame& frame, BootTime now) {
  const std::string order = order_text(m.order);
  Outlet* o = at(m.port);
  devices::OutletSettled settled;
  settled.outlet = o ? o->session.settings().name : fmt::format("{} port {}", settings_.name, m.port + 1);
  settled.order = order;
  settled.device = fmt::format("{:08X}/{}", frame.device, m.port + 1);
  settled.seconds = m.seconds;
  settled.watt_hours = watt_hours(m.energy);
  settled.peak_w = watts(m.peak_power);
  settled.code = m.reason;
  settled.reason = dny::settlement_reason(m.reason);
  settled.stop = dny::stop_reason(m.reason);
  settled.by_station = m.start_kind == 1;
  settled.at = now;
  if (o && o->session.order() == order) settled.cut = o->session.cut_reason();
  // Not acknowledged here: the device may forget it only after it is stored.
  unacknowledged_[settled.outlet + "/" + order] = {frame, now};
  if (o) o->session.on_settled(order, now);
  around_.sink(settled);
}

void ChargePost::settlement_stored(const std::string& outlet, const std::string& order, BootTime now) {
  const auto it = unacknowledged_.find(outlet + "/" + order);
  if (it == unacknowledged_.end()) return;  // it comes again, and is stored again without effect
  // On a connection that was made anew meanwhile the device waits for nothing and repeats it later.
  if (up_ && it->second.since >= since_) around_.wire.answer(it->second.frame, dny::write_result(0));
  unacknowledged_.erase(it);
  static_cast<void>(now);
}

void ChargePost::on(const dny::Alarm& m, BootTime now) {
  const std::string what = fmt::format("{}, sensor or port {}", dny::alarm_name(m.type), m.where);
  if (dny::is_safety_alarm(m.type)) around_.alarm(settings_.name, what);
  if (m.type == 7) {
    door_open_ = true;
    around_.faults.raise("post.door", settings_.name, what, now);
    cut_all("door", now);
  }
}

void ChargePost::on(const dny::Cabinet& m, BootTime now) {
  if (!settings_.cabinet) return;
  door_open_ = m.open_doors != 0;
  around_.faults.set(door_open_, "post.door", settings_.name, fmt::format("doors {:b}", m.open_doors), now);
  for (const auto& o : outlets_)
    if ((m.open_doors >> o->port & 1) != 0) o->session.cut("door", now);
}

bool ChargePost::on_reply(std::uint64_t order, const dny::Frame* reply, BootTime now) {
  const auto it = sent_.find(order);
  if (it == sent_.end()) return false;
  const Sent sent = std::move(it->second);
  sent_.erase(it);
  heartbeat_at_ = reply ? now : heartbeat_at_;
  on_charge_reply(sent, reply, now);
  return true;
}

void ChargePost::on_charge_reply(const Sent& sent, const dny::Frame* reply, BootTime now) {
  OutletSession& session = sent.outlet->session;
  std::optional<dny::ChargeReply> read;
  if (reply) {
    if (const auto report = dny::read_report(*reply)) read = std::get<dny::ChargeReply>(*report);
    // An answer about another session or port answers nothing.
    if (read && (order_text(read->order) != sent.order || read->port != sent.outlet->port)) read.reset();
  }
  if (session.order() != sent.order) return;  // that session is over
  const std::string words = read ? fmt::format("the post says: {}", dny::charge_result(read->result)) : "no answer";
  if (sent.what == Sent::start) {
    if (read && read->result == 0x0B) around_.alarm(settings_.name, "smoke, told in answer to a start");
    session.on_start(read ? reply_of(read->result) : StartReply::silent, words, now);
  } else {
    session.on_stop(read && (read->result == 0x00 || read->result == 0x02), words, now);
  }
}

// ---- from the kiosk

std::string ChargePost::reason_to_refuse(const Outlet& outlet, const devices::StartOutlet& command, bool alarmed) const {
  if (alarmed) return "an alarm is latched";
  if (!up_) return "the post is not connected";
  if (!mismatch_.empty()) return "the post is not what its configuration says";
  if (settings_.cabinet && door_open_) return "a door of the cabinet is open";
  int claimed = command.limits.most_w;
  for (const auto& o : outlets_)
    if (o.get() != &outlet) claimed += o->session.claims_w();
  if (claimed > settings_.most_w) return fmt::format("{} W together, the post has {} W", claimed, settings_.most_w);
  return {};
}

void ChargePost::start(const devices::StartOutlet& command, bool alarmed, BootTime now) {
  for (const auto& o : outlets_)
    if (o->session.settings().name == command.outlet)
      return o->session.start(command, reason_to_refuse(*o, command, alarmed), now, around_.clock.utc());
}

void ChargePost::cut_all(const std::string& why, BootTime now) {
  for (const auto& o : outlets_) o->session.cut(why, now);
}

BootTime ChargePost::tick(BootTime now) {
  BootTime next = now + 1h;
  const auto by = [&next](BootTime at) { next = std::min(next, at); };
  if (around_.wire.connected(settings_.device)) {
    if (up_ && now - heartbeat_at_ >= kPostSilentAfter) {
      around_.faults.raise("post.silent", settings_.name, "two heartbeats are missing", now);
      link(false, now);
    }
    if (up_) by(heartbeat_at_ + kPostSilentAfter);
  } else if (now - lost_at_ >= kPostMissingAfter) {
    around_.faults.raise("post.missing", settings_.name, fmt::format("{:08X} is not connected", settings_.device), now);
  } else {
    by(lost_at_ + kPostMissingAfter);
  }
  if (twice_at_ && now - *twice_at_ >= kTwiceFor) {
    around_.faults.clear("post.twice", settings_.name, now);
    twice_at_.reset();
  }
  if (twice_at_) by(*twice_at_ + kTwiceFor);
  for (const auto& o : outlets_) by(o->session.tick(now, around_.clock.utc()));
  return next;
}

bool ChargePost::acknowledge(const std::string& code, const std::string& place, BootTime now) {
  for (const auto& o : outlets_)
    if (o->session.settings().name == place) return o->session.acknowledge(code, now);
  if (place != settings_.name || !around_.faults.raised(code, place)) return false;
  if (code == "post.twice" || (code == "post.door" && !door_open_)) {
    around_.faults.clear(code, place, now);
    return true;
  }
  return false;
}

DeviceHealth ChargePost::health() {
  const ChargePostWire::Figures& f = around_.wire.figures(settings_.device);
  DeviceHealth h;
  h.place = settings_.name;
  h.kind = "charging post";
  h.online = up_;
  h.since = since_;
  h.exchanges = f.frames + f.orders;
  h.retries = f.resends;
  h.timeouts = f.timeouts;
  h.damaged = f.damaged;
  h.foreign = f.foreign;
  h.last_latency = f.last_latency;
  h.worst_latency = f.worst_latency;
  h.note = fmt::format("{:08X}, {} number {}", settings_.device, dny::to_string(dny::kind_of(settings_.device)),
                       dny::number_of(settings_.device));
  if (registration_) h.note += fmt::format(", V{}.{:02}", registration_->firmware / 100, registration_->firmware % 100);
  if (voltage_ > 0) h.note += fmt::format(", {}.{} V", voltage_ / 10, voltage_ % 10);
  return h;
}

}  // namespace station::drivers
