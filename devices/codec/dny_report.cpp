#include "devices/codec/dny_report.h"

#include "devices/codec/dny_fields.h"

namespace station::codec::dny {

namespace {

Registration read_registration(FieldReader& f) {
  Registration m;
  m.firmware = f.u16();
  m.ports = f.u8();
  m.virtual_id = f.u8();
  m.device_type = f.u8();
  m.work_mode = f.u8();
  m.power_firmware = f.maybe_u16();
  return m;
}

Heartbeat read_heartbeat(FieldReader& f) {
  Heartbeat m;
  m.voltage = f.u16();
  m.states = f.take(f.u8());
  m.signal = f.maybe_u8();
  m.temperature = f.maybe_celsius();
  return m;
}

OldHeartbeat read_old_heartbeat(FieldReader& f) {
  OldHeartbeat m;
  m.firmware = f.u16();
  m.voltage = f.u16();
  const std::uint8_t ports = f.u8();
  m.states = f.take(ports);
  for (int i = 0; i < ports; ++i) m.power.push_back(f.u16());
  for (int i = 0; i < ports; ++i) m.peak_power.push_back(f.maybe_u16().value_or(0));
  m.virtual_id = f.maybe_u8();
  m.signal = f.maybe_u8();
  m.device_type = f.maybe_u8();
  m.temperature = f.maybe_celsius();
  m.work_mode = f.maybe_u8();
  return m;
}

CardShown read_card(FieldReader& f) {
  CardShown m;
  m.card = f.bytes<4>();
  m.type = f.u8();
  m.port = f.u8();
  m.balance = f.maybe_u16().value_or(0);
  m.time = f.maybe_u32();
  if (const auto length = f.maybe_u8(); length && f.left() >= *length) m.second_card = f.take(*length);
  return m;
}

PowerReport read_power(FieldReader& f) {
  PowerReport m;
  m.port = f.u8();
  m.state = f.u8();
  m.seconds = f.u16();
  m.energy = f.u16();
  m.start_kind = f.u8();
  m.power = f.u16();
  m.most = f.maybe_u16();
  m.least = f.maybe_u16();
  m.average = f.maybe_u16();
  m.order = f.maybe_bytes<16>();
  static_cast<void>(f.maybe_u16());  // energy of the interval: to be ignored
  m.peak_power = f.maybe_u16();
  m.voltage = f.maybe_u16();
  m.current = f.maybe_u16();
  m.ambient = f.maybe_celsius();
  m.port_temperature = f.maybe_celsius();
  m.time = f.maybe_u32();
  m.occupied_minutes = f.maybe_u16();
  return m;
}

Settlement read_settlement(FieldReader& f) {
  Settlement m;
  m.seconds = f.u16();
  m.peak_power = f.u16();
  m.energy = f.u16();
  m.port = f.u8();
  m.start_kind = f.u8();
  m.card = f.bytes<4>();
  m.reason = f.u8();
  m.order = f.bytes<16>();
  m.first_peak = f.maybe_u16();
  m.time = f.maybe_u32();
  m.occupied_minutes = f.maybe_u16();
  return m;
}

OldStart read_old_start(FieldReader& f) {
  OldStart m;
  m.port = f.u8();
  m.start_kind = f.u8();
  m.card = f.bytes<4>();
  m.seconds = f.u16();
  m.order = f.maybe_bytes<16>();
  return m;
}

ChargeReply read_charge_reply(FieldReader& f) {
  ChargeReply m;
  m.result = f.u8();
  m.order = f.bytes<16>();
  m.port = f.u8();
  m.waiting_ports = f.maybe_u16().value_or(0);
  return m;
}

Report read_fields(std::uint8_t command, FieldReader& f) {
  switch (command) {
    case code::kRegistration:
      return read_registration(f);
    case code::kHeartbeat:
      return read_heartbeat(f);
    case code::kOldHeartbeat:
      return read_old_heartbeat(f);
    case code::kTime:
    case code::kHostTime:
      return TimeWish{};
    case code::kCard:
      return read_card(f);
    case code::kPower:
      return read_power(f);
    case code::kSettlement:
      return read_settlement(f);
    case code::kFull:
      return FullNotice{read_settlement(f)};
    case code::kOldStart:
      return read_old_start(f);
    case code::kCabinet:
      return Cabinet{f.u8(), f.u32(), f.u32()};
    case code::kAlarm:
      return Alarm{f.u8(), f.u8(), f.maybe_u8().value_or(0)};
    case code::kNotice:
      return PortNotice{f.u8(), f.u8(), f.bytes<16>()};
    case code::kWantsFirmware:
      return FirmwareWish{f.u8(), f.u16(), f.u32()};
    case code::kCharge:
      return read_charge_reply(f);
    case code::kCabinetStop:
      return CabinetStopReply{f.u8(), f.bytes<16>()};
    case code::kParameters1:
    case code::kParameters2:
    case code::kLimits:
    case code::kRestart:
    case code::kPreset:
    case code::kWorkMode:
    case code::kFindMe:
    case code::kMute:
    case code::kForceDoor:
      return PlainReply{f.u8()};
    default:
      return Other{};
  }
}

}  // namespace

std::optional<Report> read_report(const Frame& frame) {
  FieldReader fields(frame.data);
  Report report = read_fields(frame.command, fields);
  if (!fields.complete()) return std::nullopt;
  return report;
}

base::Bytes write_registration(const Registration& m) {
  FieldWriter w;
  w.u16(m.firmware).u8(m.ports).u8(m.virtual_id).u8(m.device_type).u8(m.work_mode);
  if (m.power_firmware) w.u16(*m.power_firmware);
  return w.take();
}

base::Bytes write_heartbeat(const Heartbeat& m) {
  FieldWriter w;
  w.u16(m.voltage).u8(static_cast<std::uint8_t>(m.states.size())).bytes(m.states);
  if (m.signal) w.u8(*m.signal).celsius(m.temperature);
  return w.take();
}

base::Bytes write_power(const PowerReport& m) {
  FieldWriter w;
  w.u8(m.port).u8(m.state).u16(m.seconds).u16(m.energy).u8(m.start_kind).u16(m.power);
  w.u16(m.most.value_or(m.power)).u16(m.least.value_or(m.power)).u16(m.average.value_or(m.power));
  w.bytes(m.order.value_or(Order{})).u16(0).u16(m.peak_power.value_or(m.power));
  w.u16(m.voltage.value_or(2200)).u16(m.current.value_or(0)).celsius(m.ambient).celsius(m.port_temperature);
  w.u32(m.time.value_or(0)).u16(m.occupied_minutes.value_or(0));
  return w.take();
}

base::Bytes write_settlement(const Settlement& m) {
  FieldWriter w;
  w.u16(m.seconds).u16(m.peak_power).u16(m.energy).u8(m.port).u8(m.start_kind).bytes(m.card).u8(m.reason);
  w.bytes(m.order);
  if (m.first_peak) w.u16(*m.first_peak);
  if (m.first_peak && m.time) w.u32(*m.time);
  return w.take();
}

base::Bytes write_charge_reply(const ChargeReply& m) {
  FieldWriter w;
  w.u8(m.result).bytes(m.order).u8(m.port).u16(m.waiting_ports);
  return w.take();
}

}  // namespace station::codec::dny
