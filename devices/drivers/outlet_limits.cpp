#include <fmt/format.h>

#include <algorithm>

#include "devices/drivers/outlet_session.h"

// Cut-offs and faults of a session (CHARGERS 6).
namespace station::drivers {

using namespace std::chrono_literals;
using devices::OutletResult;

void OutletSession::watch_heat(const OutletReading& reading, BootTime now) {
  if (!reading.celsius) return;
  const int c = *reading.celsius;
  faults_.set(c >= kAlarm_c, "outlet.hot", settings_.name, fmt::format("{} °C", c), now);
  bool rises = false;
  if (celsius_ && now - celsius_at_ >= 30s && now - celsius_at_ <= 10min) {
    const double minutes = std::chrono::duration<double, std::ratio<60>>(now - celsius_at_).count();
    rises = c > *celsius_ + kRise_c_per_min * minutes;
  }
  if (!celsius_ || now - celsius_at_ >= 30s) {
    celsius_ = c;
    celsius_at_ = now;
  }
  if (c >= kCut_c || rises) cut(c >= kCut_c ? "temperature" : "temperature rise", now);
}

void OutletSession::watch_power(const OutletReading& reading, BootTime now) {
  if (reading.watt_hours && limits_.most_wh > 0 && *reading.watt_hours >= limits_.most_wh) return cut("energy", now);
  if (!reading.watts) return;
  if (*reading.watts > limits_.most_w) return cut("power", now);
  peak_w_ = std::max({peak_w_, *reading.watts, reading.peak_watts.value_or(0)});
  // A second opinion on "full", for devices that do not notice.
  if (*reading.watts * 100 > peak_w_ * kFullPercent) return trickle_since_.reset();
  if (!trickle_since_) trickle_since_ = now;
  if (now - *trickle_since_ >= kFullFor && peak_w_ >= 30) cut("full", now);
}

void OutletSession::welded(const std::string& how, BootTime now) {
  faulty_ = true;
  faults_.raise("outlet.welded", settings_.name, how + "; cut the main contactor", now);
  const bool was_running = running();
  if (start_op_) answer_start(OutletResult::fault, how, now);
  if (stop_op_) answer_stop(OutletResult::fault, how, now);
  if (cut_.empty()) cut_ = "welded";
  go(State::fault, now);
  if (was_running && link_ && !order_.empty()) wire_.send_stop(order_);
}

void OutletSession::latch_welded(const std::string& detail, BootTime now) {
  faulty_ = true;
  faults_.raise("outlet.welded", settings_.name, detail, now);
  if (order_.empty()) go(State::fault, now);
}

void OutletSession::out_of_order(const std::string& how, BootTime now) {
  faulty_ = true;
  faults_.raise("outlet.fault", settings_.name, how, now);
  if (start_op_) answer_start(OutletResult::fault, how, now);
  if (running()) return cut("fault", now);
  if (order_.empty()) go(State::fault, now);
}

bool OutletSession::acknowledge(const std::string& code, BootTime now) {
  if (!faults_.raised(code, settings_.name)) return false;
  if (code != "outlet.welded" && code != "outlet.fault") return false;
  if (reading_ && (reading_->flow == Flow::welded || reading_->flow == Flow::broken)) return false;
  if (!order_.empty() && state_ != State::fault && state_ != State::settling) return false;
  faults_.clear(code, settings_.name, now);
  faulty_ = faults_.raised("outlet.welded", settings_.name) || faults_.raised("outlet.fault", settings_.name);
  if (faulty_) return true;
  if (order_.empty()) {
    rest(now);
  } else {
    settle_since_ = now;
    go(State::settling, now);
  }
  tell(now);
  return true;
}

}  // namespace station::drivers
