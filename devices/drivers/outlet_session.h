#pragma once

#include <optional>
#include <string>

#include "devices/drivers/fault_set.h"

namespace station::drivers {

// What a device says about one outlet, in words that all wires share.
struct OutletReading {
  enum class Flow { off, plugged, full, charging, floating, broken, welded };
  Flow flow = Flow::off;
  std::string words;                 // the device's own state, for evidence
  std::optional<std::string> order;  // 32 hex digits; empty where this report does not say
  std::optional<int> watts{}, peak_watts{}, watt_hours{}, celsius{};
  std::optional<std::int64_t> seconds{};
};

// How a device took a start.
enum class StartReply {
  done,
  not_plugged,
  already,       // "already in that state": only its report tells under which order
  refused,       // nothing was switched; another time
  broken,        // nothing was switched; the outlet is faulty
  on_but_broken, // switched on, and faulty: off again at once
  on_but_welded,
  silent,        // also after the resend
};

// What a session asks of its wire. Results come back by on_start() and on_stop(), now or later.
class OutletWire {
 public:
  virtual ~OutletWire() = default;
  virtual void send_start(const std::string& order, const devices::OutletLimits& limits) = 0;
  virtual void send_stop(const std::string& order) = 0;
  virtual void ask_status() = 0;
};

struct OutletSettings {
  std::string name;  // "E1"
  bool indoor = false;
  int most_w = 500;
};

// One e-bike outlet and the session on it (CHARGERS 5 and 6), without I/O: every wire feeds it and obeys it. Starts
// nothing by itself, stops at every limit, believes only the device's own reports.
class OutletSession {
 public:
  static constexpr Milliseconds kFresh{400'000};          // two heartbeats and a little
  static constexpr Milliseconds kAskEvery{60'000};
  static constexpr Milliseconds kOrderWait{360'000};      // the next report that names the order
  static constexpr Milliseconds kGiveUpStart{600'000};
  static constexpr Milliseconds kStopAgain{30'000};
  static constexpr Milliseconds kWeldAfter{5'000};        // after off
  static constexpr int kWeldWatts = 10;
  static constexpr Milliseconds kSettleWait{35 * 60'000};  // a device repeats after 30 minutes
  static constexpr std::int64_t kLongest_s = 28'800;
  static constexpr Milliseconds kDeviceFirst{10'000};  // how long the device may take to end a session by itself
  static constexpr int kAlarm_c = 65, kCut_c = 75, kRise_c_per_min = 5;
  static constexpr int kFullPercent = 5;                  // of the session's peak, twice 5 minutes apart: nothing charges
  static constexpr Milliseconds kFullFor{300'000};

  OutletSession(OutletSettings settings, OutletWire& wire, FaultSet& faults, const EventSink& sink);

  // Orders of the kiosk. `refusal`: why the device cannot take a start now, empty if it can.
  void start(const devices::StartOutlet& command, const std::string& refusal, BootTime now, base::UtcTime utc);
  void stop(const devices::StopOutlet& command, BootTime now);
  void resume(const devices::ResumeOutlet& command, BootTime now);
  // A limit, a fault or an alarm: off as soon as the wire carries it, again and again until it is.
  void cut(const std::string& why, BootTime now);

  // What the wire says.
  void on_link(bool up, BootTime now);
  void on_reading(const OutletReading& reading, BootTime now);
  void on_start(StartReply reply, const std::string& evidence, BootTime now);
  void on_stop(bool done, const std::string& evidence, BootTime now);
  void on_settled(const std::string& order, BootTime now);

  // Time passes; returns when it has to pass again at the latest.
  BootTime tick(BootTime now, base::UtcTime utc);

  bool acknowledge(const std::string& code, BootTime now);
  void latch_welded(const std::string& detail, BootTime now);

  const OutletSettings& settings() const { return settings_; }
  devices::OutletState state() const { return state_; }
  const std::string& order() const { return order_; }
  const devices::OutletLimits& limits() const { return limits_; }
  const std::string& cut_reason() const { return cut_; }
  int peak_w() const { return peak_w_; }  // as far as it was reported
  // Power that the station has to count for it, W.
  int claims_w() const;

 private:
  using State = devices::OutletState;
  using Flow = OutletReading::Flow;

  bool running() const;
  void go(State state, BootTime now);
  void rest(BootTime now);  // no session any more: what the last report says
  void begin_stop(BootTime now);
  void answer_start(devices::OutletResult result, const std::string& evidence, BootTime now);
  void answer_stop(devices::OutletResult result, const std::string& evidence, BootTime now);
  void while_starting(const OutletReading& reading, BootTime now);
  void while_charging(const OutletReading& reading, BootTime now);
  void while_stopping(const OutletReading& reading, BootTime now);
  void watch_heat(const OutletReading& reading, BootTime now);
  void watch_power(const OutletReading& reading, BootTime now);
  void welded(const std::string& how, BootTime now);
  void out_of_order(const std::string& how, BootTime now);
  void tell(BootTime now);

  const OutletSettings settings_;
  OutletWire& wire_;
  FaultSet& faults_;
  const EventSink& sink_;

  State state_ = State::unknown;
  bool link_ = false;
  std::optional<OutletReading> reading_;
  BootTime reading_at_{};

  std::string order_;  // of the session, until it is settled
  devices::OutletLimits limits_;
  BootTime began_{};
  std::optional<std::string> start_op_, stop_op_;
  bool asked_ = false;       // starting: only a report that follows the question counts
  BootTime asked_at_{};
  std::optional<BootTime> nameless_since_;  // starting: charging, but under whose order?
  int stops_ = 0;            // tries, in a row
  BootTime stop_due_{};
  std::optional<BootTime> off_at_;  // the device said that it is off
  BootTime settle_since_{};
  bool faulty_ = false;      // stays in `fault` when the session is over
  std::string cut_;
  int peak_w_ = 0;
  std::optional<BootTime> trickle_since_;
  std::optional<int> celsius_;
  BootTime celsius_at_{};
  std::optional<devices::OutletChanged> told_;
};

}  // namespace station::drivers
