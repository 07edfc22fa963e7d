#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/codec/dny_order.h"
#include "devices/drivers/charge_post_wire.h"
#include "devices/drivers/charge_posts.h"
#include "devices/drivers/outlet_session.h"

namespace station::drivers {

// One DNY post: what its frames mean for its outlets, what its outlets want of the wire. Part of ChargePosts.
class ChargePost {
 public:
  struct Around {  // what all posts of the driver share
    ChargePostWire& wire;
    FaultSet& faults;
    const EventSink& sink;
    const base::Clock& clock;
    std::function<void(const std::string& post, const std::string& what)> alarm;  // everything off, everywhere
  };

  ChargePost(const ChargePostSettings& settings, Around around, BootTime now);

  // From the wire.
  void on_connected(const std::string& peer, bool twice, BootTime now);
  void on_lost(const std::string& why, BootTime now);
  void on_frame(const codec::dny::Frame& frame, BootTime now);
  bool on_reply(std::uint64_t order, const codec::dny::Frame* reply, BootTime now);  // false: not of this post

  // From the kiosk.
  OutletSession* outlet(const std::string& name);
  void start(const devices::StartOutlet& command, bool alarmed, BootTime now);
  void settlement_stored(const std::string& outlet, const std::string& order, BootTime now);

  void cut_all(const std::string& why, BootTime now);
  BootTime tick(BootTime now);
  bool acknowledge(const std::string& code, const std::string& place, BootTime now);
  DeviceHealth health();

  const ChargePostSettings& settings() const { return settings_; }

 private:
  struct Outlet final : OutletWire {
    Outlet(ChargePost& p, const ChargePostSettings::Outlet& where, FaultSet& faults, const EventSink& sink)
        : post(p), port(static_cast<std::uint8_t>(where.port - 1)),
          session({where.name, p.settings_.indoor, where.most_w}, *this, faults, sink) {}
    void send_start(const std::string& order, const devices::OutletLimits& limits) override;
    void send_stop(const std::string& order) override;
    void ask_status() override { post.ask(); }
    ChargePost& post;
    const std::uint8_t port;
    OutletSession session;
  };
  struct Sent {
    enum What { start, stop, other } what = other;
    Outlet* outlet = nullptr;
    std::string order;
  };
  struct Unacknowledged {
    codec::dny::Frame frame;
    BootTime since{};
  };

  void on(const codec::dny::Registration& m, BootTime now);
  void on(const codec::dny::Heartbeat& m, BootTime now);
  void on(const codec::dny::OldHeartbeat& m, BootTime now);
  void on(const codec::dny::PowerReport& m, BootTime now);
  void on(const codec::dny::Settlement& m, const codec::dny::Frame& frame, BootTime now);
  void on(const codec::dny::OldStart& m, BootTime now);
  void on(const codec::dny::Alarm& m, BootTime now);
  void on(const codec::dny::Cabinet& m, BootTime now);
  void on_charge_reply(const Sent& sent, const codec::dny::Frame* reply, BootTime now);
  void report(std::uint8_t port, OutletReading reading, BootTime now);
  void link(bool up, BootTime now);
  void ask();
  std::optional<std::uint64_t> send(std::uint8_t command, base::Bytes data, bool urgent, Sent sent, BootTime now);
  Outlet* at(std::uint8_t port);
  std::string reason_to_refuse(const Outlet& outlet, const devices::StartOutlet& command, bool alarmed) const;

  const ChargePostSettings settings_;
  const Around around_;
  std::vector<std::unique_ptr<Outlet>> outlets_;
  std::map<std::uint64_t, Sent> sent_;                    // orders under way
  std::map<std::string, Unacknowledged> unacknowledged_;  // settlements, by outlet and order
  std::optional<codec::dny::Registration> registration_;
  std::string mismatch_;
  bool up_ = false;  // connected and speaking
  bool door_open_ = false;
  bool limits_sent_ = false;  // on this connection
  BootTime since_{}, lost_at_{}, heartbeat_at_{}, new_heartbeat_at_{}, asked_at_{};
  bool asked_ = false, had_new_heartbeat_ = false;
  std::optional<BootTime> twice_at_;
  int voltage_ = 0;
};

// 32 lower-case hex digits, and back; an order that is none is a broken invariant.
std::string order_text(const codec::dny::Order& order);
codec::dny::Order order_bytes(const std::string& text);

}  // namespace station::drivers
