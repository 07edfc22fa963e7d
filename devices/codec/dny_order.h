#pragma once

#include <optional>

#include "devices/codec/dny_report.h"

// What the station says to posts (CHARGERS 3.6) and answers them (3.5). The functions give the data of a frame; the
// sender chooses device and message number.
namespace station::codec::dny {

// The commands that this product sends, answers included. Others destroy settlements, keys or firmware.
bool may_send(std::uint8_t command);

// 82: start or stop.
struct Charge {
  static constexpr std::uint8_t kTimed = 0, kMonthly = 1, kMetered = 2, kPerUse = 3;
  std::uint8_t mode = kTimed;
  std::uint32_t balance = 0;  // only for the spoken message
  std::uint8_t port = 0;      // FF: the device chooses
  bool start = true;
  std::uint16_t value = 0;  // seconds or energy; 0 = stop when full
  Order order{};
  std::uint16_t longest_s = 0;   // 0 = device's own
  std::uint16_t overload_dw = 0;  // 0.1 W; 0 = device's own
  // Later fields; the documented sample ends before them.
  struct Later {
    std::uint8_t lamp_off = 0, long_charge = 0;
    std::uint16_t extra_float_s = 0;
    bool check_short_circuit = false;  // 2 on the wire: 1 would mean no check
    std::uint8_t ignore_unplugging = 0;
    bool full_in_any_case = true;
    std::uint8_t full_power_w = 0, longest_judging_min = 0;
    bool operator==(const Later&) const = default;
  };
  std::optional<Later> later;
  bool operator==(const Charge&) const = default;
};
base::Bytes write_charge(const Charge&);
std::optional<Charge> read_charge(const base::Bytes& data);

struct Parameters1 {
  std::uint16_t unplug_power = 3, unplug_s = 10;
  std::uint8_t float_percent = 20;
  std::uint16_t float_detection_s = 1800, float_s = 3600, heartbeat_s = 180;
  bool operator==(const Parameters1&) const = default;
};
base::Bytes write_parameters(const Parameters1&);
std::optional<Parameters1> read_parameters_1(const base::Bytes& data);

struct Parameters2 {
  std::uint16_t dynamic_overload_power = 800, dynamic_overload_s = 30, dynamic_overload_start_s = 1800;
  std::uint8_t interference_power = 10;
  std::uint16_t interference_s = 300, second_float_point_s = 10800, second_float_detection_s = 300;
  std::uint16_t lowest_power = 300, lowest_power_at_s = 1800, second_peak_s = 300;
  std::uint8_t ambient_alarm_c = 80, port_alarm_c = 80;  // plain °C
  std::uint8_t optical_off = 0, lamp = 1;
  bool operator==(const Parameters2&) const = default;
};
base::Bytes write_parameters(const Parameters2&);
std::optional<Parameters2> read_parameters_2(const base::Bytes& data);

struct Limits {
  std::uint16_t longest_s = 28800, overload_dw = 20000;
  std::optional<std::uint16_t> over_voltage, under_voltage;  // 0.1 V; newer firmware only, both or none
  bool operator==(const Limits&) const = default;
};
base::Bytes write_limits(const Limits&);
std::optional<Limits> read_limits(const base::Bytes& data);

struct Preset {
  std::uint8_t mode = 1;  // 0 timed, 1 timed and stop when full, 2 metered and stop when full
  std::uint8_t port = 0;
  std::uint16_t value = 0;
};
base::Bytes write_preset(const Preset&);
std::optional<Preset> read_preset(const base::Bytes& data);

base::Bytes write_cabinet_stop(std::uint8_t port, const Order& order);
base::Bytes write_force_door(std::uint8_t port);
base::Bytes write_find_me(std::uint8_t seconds);

// Answers to reports.
base::Bytes write_result(std::uint8_t result);             // 01, 03, 20, 21
base::Bytes write_time(base::UtcTime utc);                  // 22, 12
base::Bytes write_start_seen(std::uint8_t port);            // 04
inline constexpr std::uint8_t kCardNotRegistered = 1;
base::Bytes write_card_answer(const CardShown& card, std::uint8_t account_state);  // 02

}  // namespace station::codec::dny
