#include "devices/codec/dny_order.h"

#include <algorithm>
#include <array>

#include "devices/codec/dny_fields.h"

namespace station::codec::dny {

bool may_send(std::uint8_t command) {
  static constexpr std::array kAllowed{
      code::kOldHeartbeat, code::kCard,       code::kSettlement,      code::kOldStart,        code::kHostTime,
      code::kRegistration, code::kHeartbeat,  code::kTime,            code::kCabinetStop,     code::kStatus,
      code::kCharge,       code::kParameters1, code::kParameters2,    code::kLimits,          code::kRestart,
      code::kPreset,       code::kWorkMode,   code::kReadParameters1, code::kReadParameters2, code::kReadLimits,
      code::kFindMe,       code::kMute,       code::kForceDoor};
  return std::find(kAllowed.begin(), kAllowed.end(), command) != kAllowed.end();
}

base::Bytes write_charge(const Charge& m) {
  FieldWriter w;
  w.u8(m.mode).u32(m.balance).u8(m.port).u8(m.start ? 1 : 0).u16(m.value).bytes(m.order);
  w.u16(m.longest_s).u16(m.overload_dw);
  if (m.later) {
    const Charge::Later& l = *m.later;
    w.u8(l.lamp_off).u8(l.long_charge).u16(l.extra_float_s).u8(l.check_short_circuit ? 2 : 0);
    w.u8(l.ignore_unplugging).u8(l.full_in_any_case ? 1 : 0).u8(l.full_power_w).u8(l.longest_judging_min);
  }
  return w.take();
}

std::optional<Charge> read_charge(const base::Bytes& data) {
  FieldReader f(data);
  Charge m;
  m.mode = f.u8();
  m.balance = f.u32();
  m.port = f.u8();
  m.start = f.u8() == 1;
  m.value = f.u16();
  m.order = f.bytes<16>();
  if (!f.complete()) return std::nullopt;
  m.longest_s = f.maybe_u16().value_or(0);
  m.overload_dw = f.maybe_u16().value_or(0);
  if (f.left() < 9) return m;
  Charge::Later l;
  l.lamp_off = f.u8();
  l.long_charge = f.u8();
  l.extra_float_s = f.u16();
  l.check_short_circuit = f.u8() == 2;
  l.ignore_unplugging = f.u8();
  l.full_in_any_case = f.u8() == 1;
  l.full_power_w = f.u8();
  l.longest_judging_min = f.u8();
  m.later = l;
  return m;
}

base::Bytes write_parameters(const Parameters1& m) {
  FieldWriter w;
  w.u16(m.unplug_power).u16(m.unplug_s).u8(m.float_percent).u16(m.float_detection_s).u16(m.float_s).u16(m.heartbeat_s);
  return w.take();
}

std::optional<Parameters1> read_parameters_1(const base::Bytes& data) {
  FieldReader f(data);
  Parameters1 m;
  m.unplug_power = f.u16();
  m.unplug_s = f.u16();
  m.float_percent = f.u8();
  m.float_detection_s = f.u16();
  m.float_s = f.u16();
  m.heartbeat_s = f.u16();
  if (!f.complete()) return std::nullopt;
  return m;
}

base::Bytes write_parameters(const Parameters2& m) {
  FieldWriter w;
  w.u16(m.dynamic_overload_power).u16(m.dynamic_overload_s).u16(m.dynamic_overload_start_s);
  w.u8(m.interference_power).u16(m.interference_s).u16(m.second_float_point_s).u16(m.second_float_detection_s);
  w.u16(m.lowest_power).u16(m.lowest_power_at_s).u16(m.second_peak_s);
  w.u8(m.ambient_alarm_c).u8(m.port_alarm_c).u8(m.optical_off).u8(m.lamp);
  return w.take();
}

std::optional<Parameters2> read_parameters_2(const base::Bytes& data) {
  FieldReader f(data);
  Parameters2 m;
  m.dynamic_overload_power = f.u16();
  m.dynamic_overload_s = f.u16();
  m.dynamic_overload_start_s = f.u16();
  m.interference_power = f.u8();
  m.interference_s = f.u16();
  m.second_float_point_s = f.u16();
  m.second_float_detection_s = f.u16();
  m.lowest_power = f.u16();
  m.lowest_power_at_s = f.u16();
  m.second_peak_s = f.u16();
  m.ambient_alarm_c = f.u8();
  m.port_alarm_c = f.u8();
  if (!f.complete()) return std::nullopt;
  m.optical_off = f.maybe_u8().value_or(0);
  m.lamp = f.maybe_u8().value_or(1);
  return m;
}

base::Bytes write_limits(const Limits& m) {
  FieldWriter w;
  w.u16(m.longest_s).u16(m.overload_dw);
  if (m.over_voltage && m.under_voltage) w.u16(*m.over_voltage).u16(*m.under_voltage);
  return w.take();
}

std::optional<Limits> read_limits(const base::Bytes& data) {
  FieldReader f(data);
  Limits m;
  m.longest_s = f.u16();
  m.overload_dw = f.u16();
  if (!f.complete()) return std::nullopt;
  m.over_voltage = f.maybe_u16();
  m.under_voltage = f.maybe_u16();
  return m;
}

base::Bytes write_preset(const Preset& m) {
  FieldWriter w;
  w.u8(m.mode).u8(m.port).u16(m.value);
  return w.take();
}

std::optional<Preset> read_preset(const base::Bytes& data) {
  FieldReader f(data);
  Preset m;
  m.mode = f.u8();
  m.port = f.u8();
  m.value = f.u16();
  if (!f.complete()) return std::nullopt;
  return m;
}

base::Bytes write_cabinet_stop(std::uint8_t port, const Order& order) {
  FieldWriter w;
  w.u8(port).bytes(order);
  return w.take();
}

base::Bytes write_force_door(std::uint8_t port) {
  FieldWriter w;
  w.u8(0).u8(port);
  return w.take();
}

base::Bytes write_find_me(std::uint8_t seconds) { return {seconds}; }

base::Bytes write_result(std::uint8_t result) { return {result}; }

base::Bytes write_time(base::UtcTime utc) {
  FieldWriter w;
  w.u32(static_cast<std::uint32_t>(base::to_ms(utc) / 1000));
  return w.take();
}

base::Bytes write_start_seen(std::uint8_t port) {
  FieldWriter w;
  w.u8(port).u8(0);
  return w.take();
}

base::Bytes write_card_answer(const CardShown& card, std::uint8_t account_state) {
  FieldWriter w;
  w.bytes(card.card).u8(account_state).u8(0).u32(0).u8(card.port);
  return w.take();
}

}  // namespace station::codec::dny
