#include "devices/sim/modbus_line.h"

#include <utility>

#include "sync/base/check.h"

namespace station::sim {

namespace mb = codec::modbus;
using mb::Function;

namespace {

void make_other_slave(base::Bytes& frame) {
  frame[0] = static_cast<std::uint8_t>(frame[0] + 1);
  frame.resize(frame.size() - 2);
  const std::uint16_t crc = mb::crc16(frame);
  frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8));
}

template <class Value>
Value value_at(const std::map<std::uint16_t, Value>& table, std::uint16_t address) {
  const auto it = table.find(address);
  return it == table.end() ? Value{} : it->second;
}

}  // namespace

mb::Reply SimModbusTable::obey(const mb::Request& request, Micros /*at*/) {
  const auto address = [&](std::size_t i) { return static_cast<std::uint16_t>(request.address + i); };
  mb::Bits bits;
  mb::Registers words;
  switch (request.function) {
    case Function::read_coils:
    case Function::read_inputs:
      for (std::size_t i = 0; i < request.count; ++i)
        bits.bits.push_back(value_at(request.function == Function::read_coils ? coils : inputs, address(i)));
      return bits;
    case Function::read_registers:
    case Function::read_input_registers:
      for (std::size_t i = 0; i < request.count; ++i)
        words.values.push_back(
            value_at(request.function == Function::read_registers ? registers : input_registers, address(i)));
      return words;
    case Function::write_coil:
      if (request.values[0] != mb::kCoilOn && request.values[0] != mb::kCoilOff) return mb::Exception{3};
      coils[request.address] = request.values[0] == mb::kCoilOn;
      break;
    case Function::write_coils:
      for (std::size_t i = 0; i < request.count; ++i) coils[address(i)] = request.values[i] != 0;
      break;
    case Function::write_register:
    case Function::write_registers:
      for (std::size_t i = 0; i < request.count; ++i) registers[address(i)] = request.values[i];
      break;
  }
  return mb::Written{};
}

void SimModbusLine::add(std::uint8_t slave, std::shared_ptr<SimModbusDevice> device) {
  std::lock_guard guard(mutex_);
  STATION_CHECK(slave != mb::kBroadcast && slaves_.emplace(slave, Slave{std::move(device), false, {}, {}}).second,
                "a slave's address is used once");
}

void SimModbusLine::set_dead(std::uint8_t slave, bool dead) {
  std::lock_guard guard(mutex_);
  slaves_.at(slave).dead = dead;
}

void SimModbusLine::spoil_replies(std::uint8_t slave, ReplyFault fault, int count) {
  std::lock_guard guard(mutex_);
  for (int i = 0; i < count; ++i) slaves_.at(slave).spoils.push_back(fault);
}

void SimModbusLine::refuse_with(std::uint8_t slave, std::uint8_t exception, int count) {
  std::lock_guard guard(mutex_);
  for (int i = 0; i < count; ++i) slaves_.at(slave).refusals.push_back(exception);
}

codec::FrameReader::Verdict SimModbusLine::front(std::span<const std::uint8_t> bytes) const {
  return mb::request_front(bytes, false);
}

void SimModbusLine::obey(std::span<const std::uint8_t> frame, Micros heard) {
  const auto request = mb::decode_request(frame);
  if (!request) return;
  for (auto& [address, slave] : slaves_) {
    if (slave.dead || (request->slave != mb::kBroadcast && request->slave != address)) continue;
    mb::Reply reply = mb::Exception{4};
    if (slave.refusals.empty()) {
      reply = slave.device->obey(*request, heard);
    } else {
      reply = mb::Exception{slave.refusals.front()};
      slave.refusals.pop_front();
    }
    if (request->slave == mb::kBroadcast) continue;
    std::optional<ReplyFault> fault;
    if (!slave.spoils.empty()) {
      fault = slave.spoils.front();
      slave.spoils.pop_front();
    }
    transmit_spoilt(mb::encode_reply(*request, reply), heard + delay_, fault, make_other_slave);
  }
}

void SimModbusLine::time_passes(Micros now) {
  for (auto& [address, slave] : slaves_) slave.device->time_passes(now);
}

}  // namespace station::sim
