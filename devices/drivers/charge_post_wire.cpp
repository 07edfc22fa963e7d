#include "devices/drivers/charge_post_wire.h"

#include <algorithm>
#include <array>

#include "devices/codec/dny_order.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
namespace dny = codec::dny;

namespace {

constexpr base::Milliseconds kLook{50};  // how often real connections are looked at: posts are in no hurry
constexpr base::Milliseconds kLastListenBackOff{30'000};
constexpr int kMostReads = 8;            // of one connection in one round

// Orders are 81 to 98 and 72; everything else comes unasked.
bool can_be_reply(std::uint8_t command) { return command >= 0x72; }

}  // namespace

ChargePostWire::ChargePostWire(std::unique_ptr<link::Listener> listener, std::set<DeviceId> listed, Owner& owner)
    : listener_(std::move(listener)), listed_(std::move(listed)), owner_(owner) {}

void ChargePostWire::poll(BootTime now) {
  listen(now);
  // By number: what happens in a round may close connections.
  std::vector<std::uint64_t> open;
  for (const auto& connection : connections_) open.push_back(connection->id);
  for (const std::uint64_t id : open)
    if (Connection* connection = find(id)) read(*connection, now);
  for (const DeviceId device : listed_) send_due(device, now);
}

void ChargePostWire::listen(BootTime now) {
  if (!listener_->is_open()) {
    if (now < listen_due_) return;
    if (const auto opened = listener_->open(); !opened) {
      back_off_ = std::min<Milliseconds>(back_off_ == 0ms ? Milliseconds(1s) : back_off_ * 2, kLastListenBackOff);
      listen_due_ = now + back_off_;
      return owner_.on_listening(false, opened.error().message, now);
    }
    back_off_ = 0ms;
    owner_.on_listening(true, {}, now);
  }
  for (std::size_t i = 0; i < kMostConnections; ++i) {
    auto accepted = listener_->accept();
    if (!accepted) {
      listen_due_ = now + 1s;
      return owner_.on_listening(false, accepted.error().message, now);
    }
    if (!*accepted) return;
    if (connections_.size() >= kMostConnections) {
      // The one that has been silent longest makes room, so that strangers cannot keep posts out.
      const auto oldest = std::min_element(connections_.begin(), connections_.end(),
                                           [](const auto& a, const auto& b) { return a->heard < b->heard; });
      close((*oldest)->id, "too many connections", now);
    }
    auto connection = std::make_unique<Connection>();
    connection->id = next_connection_++;
    connection->link = std::move(*accepted);
    connection->since = connection->heard = now;
    connections_.push_back(std::move(connection));
  }
}

void ChargePostWire::read(Connection& connection, BootTime now) {
  const std::uint64_t id = connection.id;
  std::array<std::uint8_t, 1024> buffer{};
  for (int i = 0; i < kMostReads; ++i) {
    const auto count = connection.link->read(buffer, 0ms);
    if (!count) return close(id, count.error().message, now);
    if (*count == 0) break;
    connection.heard = now;
    connection.stream.feed(std::span(buffer).first(*count), now);
  }
  while (const auto item = connection.stream.next(now)) {
    if (const auto* frame = std::get_if<dny::Frame>(&*item)) {
      on_frame(connection, *frame, now);
      if (!find(id)) return;
    }
    // Keep-alives and SIM numbers need no answer; that bytes came is what counts.
  }
  if (connection.stream.damaged() != connection.damaged) {
    for (auto& [device, bound] : bound_)
      if (bound.connection == id) figures_[device].damaged += connection.stream.damaged() - connection.damaged;
    connection.damaged = connection.stream.damaged();
  }
  if (connection.stream.hopeless()) return close(id, "it sends no frames", now);
  if (now - connection.heard >= kDeadAfter) return close(id, "no bytes for ten minutes", now);
  const bool used =
      std::any_of(bound_.begin(), bound_.end(), [id](const auto& b) { return b.second.connection == id; });
  if (!used && now - connection.since >= kStrangerFor) close(id, "no listed device speaks on it", now);
}

void ChargePostWire::on_frame(Connection& connection, const dny::Frame& frame, BootTime now) {
  const DeviceId device = frame.device;
  const std::uint64_t id = connection.id;
  if (!listed_.contains(device)) return owner_.on_stranger(device, connection.link->name(), now);
  const auto it = bound_.find(device);
  if (it != bound_.end() && it->second.connection > connection.id) {
    ++figures_[device].foreign;  // of a connection that a newer one has replaced
    return;
  }
  if (it == bound_.end() || it->second.connection < connection.id) {
    std::uint64_t old = 0;
    bool twice = false;
    if (it != bound_.end()) {
      old = it->second.connection;
      const Connection* before = find(old);
      // A device that made a new connection stops talking on the old one; two devices do not.
      twice = before && before->heard >= connection.since;
      unbind(device, "it connected anew", now);
    }
    Bound bound;
    bound.connection = connection.id;
    bound.free_at = now;
    bound_.emplace(device, std::move(bound));
    owner_.on_connected(device, connection.link->name(), twice, now);
    const bool others =
        std::any_of(bound_.begin(), bound_.end(), [old](const auto& b) { return b.second.connection == old; });
    if (old != 0 && !others) close(old, "a newer connection replaced it", now);
  }
  // What the owner sent on it may have failed already.
  const auto current = bound_.find(device);
  if (current == bound_.end() || current->second.connection != id) return;
  Bound& bound = current->second;
  bound.heard = now;
  Figures& figures = figures_[device];
  ++figures.frames;
  if (can_be_reply(frame.command)) {
    const auto pending = std::find_if(bound.pending.begin(), bound.pending.end(), [&](const Order& o) {
      return o.frame.message == frame.message && o.frame.command == frame.command;
    });
    if (pending == bound.pending.end()) {
      ++figures.foreign;  // a second reply, or one that came too late
      return;
    }
    figures.last_latency = now - pending->sent;
    figures.worst_latency = std::max(figures.worst_latency, figures.last_latency);
    const std::uint64_t order = pending->id;
    bound.pending.erase(pending);
    return owner_.on_reply(order, &frame, now);
  }
  owner_.on_frame(frame, now);
}

std::optional<std::uint64_t> ChargePostWire::order(DeviceId device, std::uint8_t command, base::Bytes data, bool urgent,
                                                   BootTime now) {
  STATION_CHECK(dny::may_send(command), "some commands destroy settlements, keys or firmware");
  const auto it = bound_.find(device);
  if (it == bound_.end() || it->second.waiting.size() >= kMostOrders) return std::nullopt;
  std::uint16_t& number = numbers_[device];
  if (++number == 0) number = 1;
  Order order{next_order_++, dny::Frame{device, number, command, std::move(data)}, {}, 0, urgent};
  const std::uint64_t id = order.id;
  auto& waiting = it->second.waiting;
  const auto at = urgent ? std::find_if(waiting.begin(), waiting.end(), [](const Order& o) { return !o.urgent; })
                         : waiting.end();
  waiting.insert(at, std::move(order));
  send_due(device, now);
  return id;
}

void ChargePostWire::cancel(DeviceId device, std::uint64_t order) {
  const auto it = bound_.find(device);
  if (it == bound_.end()) return;
  const auto is_it = [order](const Order& o) { return o.id == order; };
  std::erase_if(it->second.waiting, is_it);
  std::erase_if(it->second.pending, is_it);
}

void ChargePostWire::send_due(DeviceId device, BootTime now) {
  const auto it = bound_.find(device);
  if (it == bound_.end()) return;
  const std::uint64_t connection = it->second.connection;
  const auto still_bound = [&] {
    const auto again = bound_.find(device);
    return again != bound_.end() && again->second.connection == connection;
  };
  // Overdue replies first: a resend keeps its number.
  for (std::size_t i = 0; still_bound() && i < bound_.at(device).pending.size();) {
    Bound& bound = bound_.at(device);
    Order& order = bound.pending[i];
    if (now - order.sent < kReplyTimeOut) {
      ++i;
      continue;
    }
    Figures& figures = figures_[device];
    if (order.tries < 2) {
      if (now < bound.free_at) break;
      ++order.tries;
      ++figures.resends;
      order.sent = now;
      bound.free_at = now + kBetweenOrders;
      const dny::Frame frame = order.frame;
      ++i;
      if (!write(connection, frame)) return close(connection, "it takes no bytes", now);
      continue;
    }
    ++figures.timeouts;
    const std::uint64_t id = order.id;
    bound.pending.erase(bound.pending.begin() + static_cast<std::ptrdiff_t>(i));
    owner_.on_reply(id, nullptr, now);
  }
  if (!still_bound()) return;
  Bound& bound = bound_.at(device);
  if (bound.waiting.empty() || now < bound.free_at) return;
  Order order = std::move(bound.waiting.front());
  bound.waiting.pop_front();
  order.sent = now;
  order.tries = 1;
  bound.free_at = now + kBetweenOrders;
  ++figures_[device].orders;
  const dny::Frame frame = order.frame;
  // "Ask for status" is answered by reports, not by a reply.
  if (frame.command != dny::code::kStatus) bound.pending.push_back(std::move(order));
  if (!write(connection, frame)) close(connection, "it takes no bytes", now);
}

void ChargePostWire::answer(const dny::Frame& asked, base::Bytes data) {
  STATION_CHECK(dny::may_send(asked.command), "only what the protocol asks for is answered");
  const auto it = bound_.find(asked.device);
  if (it == bound_.end()) return;
  // A write that fails shows at the next read; the device asks again on its next connection.
  static_cast<void>(write(it->second.connection, {asked.device, asked.message, asked.command, std::move(data)}));
}

bool ChargePostWire::write(std::uint64_t id, const dny::Frame& frame) {
  Connection* connection = find(id);
  return connection && connection->link->write(dny::encode(frame)).has_value();
}

void ChargePostWire::close(std::uint64_t id, const std::string& why, BootTime now) {
  const auto it = std::find_if(connections_.begin(), connections_.end(), [id](const auto& c) { return c->id == id; });
  if (it == connections_.end()) return;
  (*it)->link->close();
  connections_.erase(it);
  std::vector<DeviceId> lost;
  for (const auto& [device, bound] : bound_)
    if (bound.connection == id) lost.push_back(device);
  for (const DeviceId device : lost) unbind(device, why, now);
}

void ChargePostWire::unbind(DeviceId device, const std::string& why, BootTime now) {
  const auto it = bound_.find(device);
  if (it == bound_.end()) return;
  const Bound bound = std::move(it->second);
  bound_.erase(it);
  owner_.on_lost(device, why, now);
  for (const Order& order : bound.pending) owner_.on_reply(order.id, nullptr, now);
  for (const Order& order : bound.waiting) owner_.on_reply(order.id, nullptr, now);
}

ChargePostWire::Connection* ChargePostWire::find(std::uint64_t id) {
  const auto it = std::find_if(connections_.begin(), connections_.end(), [id](const auto& c) { return c->id == id; });
  return it == connections_.end() ? nullptr : it->get();
}

base::BootTime ChargePostWire::heard(DeviceId device) const {
  const auto it = bound_.find(device);
  return it == bound_.end() ? BootTime{} : it->second.heard;
}

base::BootTime ChargePostWire::wake(BootTime now) const {
  if (!listener_->is_open()) return std::max(listen_due_, now);
  BootTime next = now + 60s;
  const auto by = [&next](const std::optional<BootTime>& at) {
    if (at) next = std::min(next, *at);
  };
  for (const auto& [device, bound] : bound_) {
    if (!bound.waiting.empty()) by(bound.free_at);
    for (const Order& order : bound.pending) by(std::max(order.sent + kReplyTimeOut, bound.free_at));
  }
  // Real connections are looked at regularly; simulated ones say when something will be there.
  const bool stepped = listener_->arrival().has_value();
  if (!stepped) by(now + kLook);
  if (stepped) by(listener_->arrival());
  for (const auto& connection : connections_) {
    by(connection->stream.waits_until());
    if (stepped) by(connection->link->arrival());
    by(connection->heard + kDeadAfter);
  }
  return std::max(next, now);
}

}  // namespace station::drivers
