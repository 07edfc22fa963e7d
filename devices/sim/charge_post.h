#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "devices/codec/dny_order.h"
#include "devices/codec/dny_report.h"
#include "sync/base/clock.h"

namespace station::sim {

using base::BootTime;
using base::Milliseconds;

struct SimChargePostSettings {
  std::uint32_t device = 0x04AB373B;
  int ports = 2;
  Milliseconds latency{120};  // from hearing to answering, network included
  Milliseconds reconnect{5'000};
  Milliseconds heartbeat{180'000}, power_report{300'000}, register_again{180'000};
  Milliseconds settle_after{2'000}, settle_again{1'800'000}, settle_next{60'000};
  int float_s = 3'600;  // until "full"
};

// A DNY/AP3000 post (CHARGERS 3): chargers that are plugged in, relays, meters, memory for settlements, and the bytes
// that it says. Whoever carries the bytes calls connected(), hear(), say() (charge_post_links.h). Thread-safe.
class SimChargePost {
 public:
  SimChargePost(SimChargePostSettings settings, const base::Clock& clock);

  const SimChargePostSettings& settings() const { return settings_; }

  // People and mishaps. Ports count from 1, as on the label.
  void plug(int port, int watts, int full_after_s = 4 * 3600);
  void unplug(int port);
  void weld(int port);                             // the relay no longer opens
  void break_port(int port, std::uint8_t state);   // a state of CHARGERS 3.5 beyond 05
  void heal(int port);
  void over_current(int port);                     // the device cuts it off
  void heat(int port, int celsius);
  void alarm(std::uint8_t type, std::uint8_t where = 0);  // 2 … 6: the device switches everything off
  void stop_timer(int port);                       // its own longest time no longer ends anything
  void start_at_device(int port);                  // by card, under an order of its own
  void power_cut(Milliseconds down);               // what charged goes on charging afterwards; no settlement
  void reboot(Milliseconds down);                  // everything off, settled
  void hang_up();                                  // closes the connection and makes a new one
  void vanish();                                   // the same, but the station's end does not notice
  void set_mute(bool mute);                        // hears, acts and says nothing
  void lose(int frames);                           // of the next ones that it would say
  void corrupt(int frames);
  void duplicate(int frames);
  void delay(int frames, Milliseconds by);
  void lose_acknowledgements(int count);           // of settlements
  void lose_orders(int count);                     // does not hear the next orders
  void answer_starts_with(std::uint8_t result, int count = 1);

  // What is true, whatever was said.
  bool energised(int port);
  std::string order_on(int port);  // 32 hex digits, empty when off
  int starts() const;                    // start orders heard
  std::optional<Milliseconds> on_for(int port);
  struct Delivered {
    std::string order;
    int seconds = 0, watt_hours = 0;
    bool acknowledged = false;
  };
  std::vector<Delivered> delivered();
  std::vector<std::string> violations() const;  // of the protocol's rules by the station

  // The connection. `id` names one; say() and hear() of an old one do nothing.
  bool wants_connection();
  std::optional<BootTime> connects_at() const;
  std::uint64_t connected();
  bool alive(std::uint64_t id) const;      // false: closed, the station's end sees that
  void disconnected(std::uint64_t id);     // by the station
  void hear(std::uint64_t id, std::span<const std::uint8_t> bytes);
  base::Bytes say(std::uint64_t id);
  std::optional<BootTime> next() const;    // when it says or does something next

 private:
  struct Port {
    bool plugged = false, on = false, welded = false, timer = true;
    std::uint8_t broken = 0;
    int demand_w = 0, full_after_s = 0, celsius = 25;
    codec::dny::Order order{};
    std::uint8_t start_kind = 1;
    int on_s = 0, float_s = 0, longest_s = 0, overload_dw = 0, peak_w = 0;
    std::int64_t joule = 0;
    Milliseconds report_due{};
  };
  struct Stored {
    codec::dny::Settlement settlement;
    Milliseconds due{};
    std::uint16_t message = 0;
    std::size_t delivered = 0;
  };
  struct Under {
    Milliseconds due{};
    base::Bytes bytes;
  };

  Milliseconds catch_up();  // lives through the time that has passed; returns the device's own time
  void second();
  void flow(Port& port);
  int watts(const Port& port) const;
  std::uint8_t state_of(const Port& port) const;
  void cut(std::size_t index, std::uint8_t reason);
  void settle(std::size_t index, std::uint8_t reason);
  void talk();  // what is due to be said
  void send(std::uint8_t command, base::Bytes data, std::uint16_t message);
  void report(std::uint8_t command, base::Bytes data) { send(command, std::move(data), ++message_); }
  void heartbeat();
  void on_frame(const codec::dny::Frame& frame);
  void on_charge(const codec::dny::Frame& frame);
  void hang_up(bool noticed, Milliseconds down);
  Port& at(int port);

  const SimChargePostSettings settings_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Port> ports_;
  std::deque<Stored> memory_;
  std::vector<Delivered> delivered_;
  std::vector<std::string> violations_;
  Milliseconds now_{0}, shift_{0};  // own time, and what it is ahead of the station's boot clock
  Milliseconds lived_{0};  // whole seconds that the ports have lived through

  std::uint64_t connection_ = 0;  // 0: none
  std::uint64_t connections_ = 0;
  std::vector<std::uint64_t> half_open_;
  Milliseconds dial_at_{0}, down_until_{0};
  bool greeted_ = false, registered_ = false, know_time_ = false;
  Milliseconds register_due_{0}, heartbeat_due_{0}, time_due_{0}, last_said_{0};
  codec::dny::Stream stream_;
  std::deque<Under> under_way_;
  std::uint16_t message_ = 0;
  std::deque<std::pair<codec::dny::Frame, base::Bytes>> done_;  // the last orders with their answers
  base::Bytes last_reply_;
  std::optional<Milliseconds> order_heard_;
  std::optional<codec::dny::Alarm> alarm_;
  bool alarm_told_ = true, mute_ = false;
  int starts_ = 0, lose_ = 0, corrupt_ = 0, duplicate_ = 0, delay_ = 0, lose_acks_ = 0, lose_orders_ = 0;
  Milliseconds delay_by_{0};
  std::uint8_t forced_result_ = 0;
  int forced_ = 0;
  std::uint8_t card_orders_ = 0;
};

}  // namespace station::sim
