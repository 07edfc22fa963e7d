#include "devices/drivers/modbus_master.h"

#include <algorithm>
#include <utility>

#include "sync/base/check.h"

namespace station::drivers {

namespace wire_format = codec::modbus;
using codec::FrameReader;

namespace {

// Nobody may have the last address, so that only an adapter's echo returns this question.
const wire_format::Request kToNobody{wire_format::kMaxSlave, wire_format::Function::read_coils, 0, 1, {}};

FrameReader::Verdict front_of_reply(std::span<const std::uint8_t> /*asked*/, std::span<const std::uint8_t> bytes,
                                    bool ended) {
  return wire_format::reply_front(bytes, ended);
}

LineWire::Kind kind_of_reply(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> frame) {
  const auto request = wire_format::decode_request(asked);
  if (!request) return LineWire::Kind::foreign;
  return std::holds_alternative<wire_format::Reply>(wire_format::decode_reply(*request, frame)) ? LineWire::Kind::reply
                                                                                               : LineWire::Kind::foreign;
}

}  // namespace

LineWire::Framing modbus_framing() {
  return {front_of_reply, kind_of_reply};
}

LineWire::Rules modbus_rules(const ModbusSettings& settings) {
  LineWire::Rules rules;
  rules.probe = wire_format::encode(kToNobody);
  rules.quiet = settings.quiet;
  rules.between = wire_format::silence_after_frame(settings.baud);
  rules.whole_only = true;
  rules.patience = settings.patience;
  return rules;
}

ModbusMaster::ModbusMaster(std::unique_ptr<link::ByteLink> link, const base::Clock& clock, ModbusSettings settings)
    : settings_(settings), wire_(std::move(link), clock, modbus_framing(), modbus_rules(settings)) {}

void ModbusMaster::ask(const wire_format::Request& request, BootTime now, std::optional<int> retries) {
  STATION_CHECK(ready(), "one request in flight on a line");
  const std::string complaint = wire_format::complaint_about(request);
  STATION_CHECK(complaint.empty(), "only requests of the protocol are sent");
  STATION_CHECK(request.slave != wire_format::kMaxSlave, "the last address belongs to nobody");
  request_ = request;
  tries_ = 0;
  retries_left_ = std::max(0, retries.value_or(wire_format::is_read(request.function) ? settings_.read_retries : 0));
  send(now);
}

void ModbusMaster::send(BootTime now) {
  again_ = false;
  ++tries_;
  ++counters_.exchanges;
  if (tries_ > 1) ++counters_.retries;
  const bool answered = request_.slave != wire_format::kBroadcast;
  wire_.ask({wire_format::encode(request_), answered ? settings_.time_out : settings_.turn_around, answered}, now);
}

std::optional<ModbusMaster::Happening> ModbusMaster::poll(BootTime& now) {
  if (again_ && wire_.ready()) send(now);
  const auto happening = wire_.poll(now);
  if (!happening) {
    if (again_ && wire_.ready()) send(now);
    return std::nullopt;
  }
  if (const auto* up = std::get_if<LineWire::LineUp>(&*happening)) return LineUp{up->echo};
  if (const auto* down = std::get_if<LineWire::LineDown>(&*happening)) {
    again_ = false;
    return LineDown{down->why};
  }
  if (const auto* replied = std::get_if<LineWire::Replied>(&*happening)) return on_reply(*replied);
  if (const auto* nothing = std::get_if<LineWire::Unanswered>(&*happening)) {
    if (nothing->foreign) return on_failure(Why::foreign);
    if (!nothing->heard.empty()) return on_failure(Why::damaged);
    return on_failure(Why::silent);
  }
  ++counters_.foreign;
  return std::nullopt;
}

std::optional<ModbusMaster::Happening> ModbusMaster::on_reply(const LineWire::Replied& replied) {
  if (request_.slave == wire_format::kBroadcast)
    return Answered{request_, wire_format::Written{}, replied.latency, tries_};
  const auto reply = wire_format::decode_reply(request_, replied.frame);
  STATION_CHECK(std::holds_alternative<wire_format::Reply>(reply), "the wire matched it");
  if (std::holds_alternative<wire_format::Exception>(std::get<wire_format::Reply>(reply))) ++counters_.exceptions;
  return Answered{request_, std::get<wire_format::Reply>(reply), replied.latency, tries_};
}

std::optional<ModbusMaster::Happening> ModbusMaster::on_failure(Why why) {
  why == Why::damaged ? ++counters_.damaged : ++counters_.timeouts;
  if (retries_left_ == 0) return Failed{request_, why, tries_};
  --retries_left_;
  again_ = true;
  return std::nullopt;
}

ModbusMaster::BootTime ModbusMaster::wake(BootTime now) const {
  return again_ && wire_.ready() ? now : wire_.wake(now);
}

}  // namespace station::drivers
