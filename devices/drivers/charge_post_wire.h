#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "devices/codec/dny.h"
#include "devices/link/listener.h"

namespace station::drivers {

// The TCP server for charging posts (CHARGERS 3.1 to 3.4): takes connections, finds frames, binds physical IDs to
// connections, the newest wins, and sends orders by the rules: half a second apart for each device, matched replies,
// one resend with the same message number. What frames mean is its owner's.
class ChargePostWire {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;
  using DeviceId = std::uint32_t;

  static constexpr Milliseconds kReplyTimeOut{15'000};
  static constexpr Milliseconds kBetweenOrders{500};
  static constexpr Milliseconds kDeadAfter{600'000};      // a connection without any bytes
  static constexpr Milliseconds kStrangerFor{60'000};     // a connection on which no listed device speaks
  static constexpr std::size_t kMostConnections = 64;
  static constexpr std::size_t kMostOrders = 64;          // that wait for one device

  // Called from poll(), on the thread of the bus.
  struct Owner {
    virtual ~Owner() = default;
    virtual void on_connected(DeviceId device, const std::string& peer, bool twice, BootTime now) = 0;
    virtual void on_lost(DeviceId device, const std::string& why, BootTime now) = 0;
    virtual void on_frame(const codec::dny::Frame& frame, BootTime now) = 0;  // of a listed device, no reply to an order
    // `reply`: nothing came, also after the resend, or the connection went.
    virtual void on_reply(std::uint64_t order, const codec::dny::Frame* reply, BootTime now) = 0;
    virtual void on_stranger(DeviceId device, const std::string& peer, BootTime now) = 0;
    virtual void on_listening(bool well, const std::string& why, BootTime now) = 0;
  };

  ChargePostWire(std::unique_ptr<link::Listener> listener, std::set<DeviceId> listed, Owner& owner);

  void poll(BootTime now);
  BootTime wake(BootTime now) const;

  bool connected(DeviceId device) const { return bound_.contains(device); }

  // An order with a number of ours; its fate is told by on_reply() with the returned number. `urgent`: before others.
  // Nothing when the device is not connected or too many wait. A question for the status has no fate: reports follow it.
  std::optional<std::uint64_t> order(DeviceId device, std::uint8_t command, base::Bytes data, bool urgent, BootTime now);
  // The order is not sent any more, nor sent again; its reply, if one still comes, answers nothing.
  void cancel(DeviceId device, std::uint64_t order);
  // An answer to a frame of the device, at once. Nothing happens without a connection: the device asks again.
  void answer(const codec::dny::Frame& asked, base::Bytes data);

  struct Figures {
    std::uint64_t frames = 0, orders = 0, resends = 0, timeouts = 0, damaged = 0, foreign = 0;
    Milliseconds last_latency{}, worst_latency{};
  };
  const Figures& figures(DeviceId device) { return figures_[device]; }
  BootTime heard(DeviceId device) const;

 private:
  struct Connection {
    std::uint64_t id = 0;
    std::unique_ptr<link::ByteLink> link;
    codec::dny::Stream stream;
    BootTime since{}, heard{};
    std::size_t damaged = 0;
  };
  struct Order {
    std::uint64_t id = 0;
    codec::dny::Frame frame;
    BootTime sent{};
    int tries = 0;
    bool urgent = false;
  };
  struct Bound {
    std::uint64_t connection = 0;
    std::deque<Order> waiting;   // not sent yet
    std::vector<Order> pending;  // sent, no reply yet
    BootTime free_at{};          // for the next order
    BootTime heard{};
  };

  void listen(BootTime now);
  void read(Connection& connection, BootTime now);
  void on_frame(Connection& connection, const codec::dny::Frame& frame, BootTime now);
  void send_due(DeviceId device, BootTime now);
  bool write(std::uint64_t connection, const codec::dny::Frame& frame);
  void close(std::uint64_t connection, const std::string& why, BootTime now);
  void unbind(DeviceId device, const std::string& why, BootTime now);
  Connection* find(std::uint64_t connection);

  const std::unique_ptr<link::Listener> listener_;
  const std::set<DeviceId> listed_;
  Owner& owner_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::map<DeviceId, Bound> bound_;
  std::map<DeviceId, Figures> figures_;
  std::map<DeviceId, std::uint16_t> numbers_;  // the last message number used
  std::uint64_t next_connection_ = 1, next_order_ = 1;
  BootTime listen_due_{};
  Milliseconds back_off_{0};
};

}  // namespace station::drivers
