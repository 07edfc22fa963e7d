#include "devices/codec/modbus.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sync/base/check.h"

namespace station::codec::modbus {

namespace {

constexpr std::size_t kHead = 2;  // slave and function
constexpr std::size_t kCrc = 2;
constexpr std::size_t kFixedFrame = 8;  // slave, function, two numbers, CRC
constexpr std::uint8_t kExceptionBit = 0x80;

std::uint16_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void put_number(base::Bytes& bytes, std::uint16_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

void put_crc(base::Bytes& bytes) {
  const std::uint16_t crc = crc16(bytes);
  bytes.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
}

bool crc_fits(std::span<const std::uint8_t> frame) {
  // Over a frame with its own CRC the sum is zero.
  return frame.size() > kHead + kCrc - 1 && crc16(frame) == 0;
}

bool is_function(std::uint8_t code) {
  return (code >= 1 && code <= 6) || code == 15 || code == 16;
}

bool reads_bits(Function function) {
  return function == Function::read_coils || function == Function::read_inputs;
}

std::size_t bytes_for_bits(std::size_t bits) {
  return (bits + 7) / 8;
}

std::uint16_t most_of(Function function) {
  switch (function) {
    case Function::read_coils:
    case Function::read_inputs:
      return kMaxBits;
    case Function::read_registers:
    case Function::read_input_registers:
      return kMaxRegisters;
    case Function::write_coils:
      return kMaxWrittenBits;
    case Function::write_registers:
      return kMaxWrittenRegisters;
    case Function::write_coil:
    case Function::write_register:
      break;
  }
  return 1;
}

base::Bytes packed(const std::vector<bool>& bits) {
  base::Bytes bytes(bytes_for_bits(bits.size()));
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 1U << (i % 8));
  return bytes;
}

std::vector<bool> unpacked(std::span<const std::uint8_t> bytes, std::size_t count) {
  std::vector<bool> bits(count);
  for (std::size_t i = 0; i < count; ++i) bits[i] = (bytes[i / 8] >> (i % 8) & 1U) != 0;
  return bits;
}

// Length of the frame at the front, as its own first bytes say. Nothing: no frame begins so.
struct Length {
  bool known = false;
  std::size_t size = 0;
};
std::optional<Length> reply_length(std::span<const std::uint8_t> bytes) {
  if (bytes[0] > kMaxSlave) return std::nullopt;
  if (bytes.size() < kHead) return Length{};
  const std::uint8_t code = bytes[1];
  if ((code & kExceptionBit) != 0)
    return is_function(code & 0x7F) ? std::optional(Length{true, kExceptionSize}) : std::nullopt;
  if (!is_function(code)) return std::nullopt;
  if (!is_read(static_cast<Function>(code))) return Length{true, kFixedFrame};
  if (bytes.size() < kHead + 1) return Length{};
  return Length{true, kHead + 1 + std::size_t{bytes[2]} + kCrc};
}

std::optional<Length> request_length(std::span<const std::uint8_t> bytes) {
  if (bytes[0] > kMaxSlave) return std::nullopt;
  if (bytes.size() < kHead) return Length{};
  if (!is_function(bytes[1])) return std::nullopt;
  const auto function = static_cast<Function>(bytes[1]);
  if (function != Function::write_coils && function != Function::write_registers) return Length{true, kFixedFrame};
  if (bytes.size() < 7) return Length{};
  return Length{true, 7 + std::size_t{bytes[6]} + kCrc};
}

FrameReader::Verdict front(std::optional<Length> length, std::span<const std::uint8_t> bytes, bool ended) {
  if (!length || length->size > kMaxFrame) return {};
  if (!length->known || bytes.size() < length->size)
    return {ended ? FrameReader::Verdict::nothing : FrameReader::Verdict::beginning, 0};
  if (!crc_fits(bytes.first(length->size))) return {};
  return {FrameReader::Verdict::whole, length->size};
}

}  // namespace

Request read(std::uint8_t slave, Function function, std::uint16_t address, std::uint16_t count) {
  STATION_CHECK(is_read(function), "this function reads");
  return {slave, function, address, count, {}};
}

Request write_coil(std::uint8_t slave, std::uint16_t address, std::uint16_t raw) {
  return {slave, Function::write_coil, address, 1, {raw}};
}

Request write_register(std::uint8_t slave, std::uint16_t address, std::uint16_t value) {
  return {slave, Function::write_register, address, 1, {value}};
}

Request write_coils(std::uint8_t slave, std::uint16_t address, const std::vector<bool>& coils) {
  return {slave, Function::write_coils, address, static_cast<std::uint16_t>(coils.size()),
          std::vector<std::uint16_t>(coils.begin(), coils.end())};
}

Request write_registers(std::uint8_t slave, std::uint16_t address, std::vector<std::uint16_t> values) {
  const auto count = static_cast<std::uint16_t>(values.size());
  return {slave, Function::write_registers, address, count, std::move(values)};
}

bool is_read(Function function) {
  return static_cast<std::uint8_t>(function) <= static_cast<std::uint8_t>(Function::read_input_registers);
}

std::string complaint_about(const Request& request) {
  if (request.slave > kMaxSlave) return fmt::format("slave {} is beyond {}", request.slave, kMaxSlave);
  if (!is_function(static_cast<std::uint8_t>(request.function)))
    return fmt::format("function {} is not known", static_cast<int>(request.function));
  if (request.count < 1 || request.count > most_of(request.function))
    return fmt::format("a count of {} is not from 1 to {}", request.count, most_of(request.function));
  if (request.address + std::uint32_t{request.count} > 0x10000)
    return fmt::format("{} items from address {} run over the end", request.count, request.address);
  if (is_read(request.function)) {
    if (request.slave == kBroadcast) return "nobody answers a read of every slave";
    if (!request.values.empty()) return "a read carries no values";
  } else if (request.values.size() != request.count) {
    return fmt::format("{} values for a count of {}", request.values.size(), request.count);
  }
  return {};
}

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
  std::uint16_t crc = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ byte);
    for (int bit = 0; bit < 8; ++bit)
      crc = static_cast<std::uint16_t>((crc & 1U) != 0 ? (crc >> 1) ^ 0xA001U : crc >> 1);
  }
  return crc;
}

base::Bytes encode(const Request& request) {
  STATION_CHECK(complaint_about(request).empty(), "only requests of the protocol are sent");
  base::Bytes frame{request.slave, static_cast<std::uint8_t>(request.function)};
  put_number(frame, request.address);
  switch (request.function) {
    case Function::write_coil:
    case Function::write_register:
      put_number(frame, request.values[0]);
      break;
    case Function::write_coils: {
      put_number(frame, request.count);
      const base::Bytes data = packed(std::vector<bool>(request.values.begin(), request.values.end()));
      frame.push_back(static_cast<std::uint8_t>(data.size()));
      frame.insert(frame.end(), data.begin(), data.end());
      break;
    }
    case Function::write_registers:
      put_number(frame, request.count);
      frame.push_back(static_cast<std::uint8_t>(request.count * 2));
      for (const std::uint16_t value : request.values) put_number(frame, value);
      break;
    default:
      put_number(frame, request.count);
      break;
  }
  put_crc(frame);
  return frame;
}

std::optional<Request> decode_request(std::span<const std::uint8_t> frame) {
  if (frame.size() < kFixedFrame || !crc_fits(frame) || !is_function(frame[1])) return std::nullopt;
  Request request;
  request.slave = frame[0];
  request.function = static_cast<Function>(frame[1]);
  request.address = number_at(frame, 2);
  if (request.function == Function::write_coil || request.function == Function::write_register) {
    request.values = {number_at(frame, 4)};
  } else {
    request.count = number_at(frame, 4);
  }
  std::size_t size = kFixedFrame;
  if (request.function == Function::write_coils || request.function == Function::write_registers) {
    const bool bits = request.function == Function::write_coils;
    const std::size_t data = bits ? bytes_for_bits(request.count) : std::size_t{request.count} * 2;
    size = 7 + data + kCrc;
    if (frame.size() != size || frame[6] != data) return std::nullopt;
    if (bits) {
      const std::vector<bool> coils = unpacked(frame.subspan(7, data), request.count);
      request.values.assign(coils.begin(), coils.end());
    } else {
      for (std::size_t i = 0; i < request.count; ++i) request.values.push_back(number_at(frame, 7 + 2 * i));
    }
  }
  if (frame.size() != size || !complaint_about(request).empty()) return std::nullopt;
  return request;
}

std::string explain_exception(std::uint8_t code) {
  switch (code) {
    case 1:
      return "illegal function";
    case 2:
      return "illegal data address";
    case 3:
      return "illegal data value";
    case 4:
      return "slave device failure";
    case 5:
      return "acknowledged, not done yet";
    case 6:
      return "slave device busy";
    case 8:
      return "memory parity error";
    case 10:
      return "gateway path unavailable";
    case 11:
      return "gateway target did not answer";
    default:
      return fmt::format("exception {}", code);
  }
}

const char* to_string(Flaw flaw) {
  switch (flaw) {
    case Flaw::too_short:
      return "too short for a frame";
    case Flaw::crc:
      return "the CRC does not match";
    case Flaw::slave:
      return "another slave answered";
    case Flaw::function:
      return "another function was answered";
    case Flaw::length:
      return "the length does not fit what was asked";
    case Flaw::echo:
      return "another address, value or count was confirmed";
  }
  return "";
}

std::size_t reply_size(const Request& request) {
  if (!is_read(request.function)) return kFixedFrame;
  const std::size_t data =
      reads_bits(request.function) ? bytes_for_bits(request.count) : std::size_t{request.count} * 2;
  return kHead + 1 + data + kCrc;
}

std::variant<Reply, Flaw> decode_reply(const Request& request, std::span<const std::uint8_t> frame) {
  if (frame.size() < kExceptionSize) return Flaw::too_short;
  if (!crc_fits(frame)) return Flaw::crc;
  if (frame[0] != request.slave) return Flaw::slave;
  const auto function = static_cast<std::uint8_t>(request.function);
  if (frame[1] == (function | kExceptionBit)) {
    if (frame.size() != kExceptionSize) return Flaw::length;
    return Reply{Exception{frame[2]}};
  }
  if (frame[1] != function) return Flaw::function;
  if (frame.size() != reply_size(request)) return Flaw::length;
  if (!is_read(request.function)) {
    const bool one = request.function == Function::write_coil || request.function == Function::write_register;
    if (number_at(frame, 2) != request.address || number_at(frame, 4) != (one ? request.values[0] : request.count))
      return Flaw::echo;
    return Reply{Written{}};
  }
  const std::span<const std::uint8_t> data = frame.subspan(3, frame.size() - 3 - kCrc);
  if (frame[2] != data.size()) return Flaw::length;
  if (reads_bits(request.function)) return Reply{Bits{unpacked(data, request.count)}};
  Registers registers;
  for (std::size_t i = 0; i < request.count; ++i) registers.values.push_back(number_at(data, 2 * i));
  return Reply{std::move(registers)};
}

base::Bytes encode_reply(const Request& request, const Reply& reply) {
  base::Bytes frame{request.slave, static_cast<std::uint8_t>(request.function)};
  if (const auto* exception = std::get_if<Exception>(&reply)) {
    frame[1] = static_cast<std::uint8_t>(frame[1] | kExceptionBit);
    frame.push_back(exception->code);
  } else if (const auto* bits = std::get_if<Bits>(&reply)) {
    const base::Bytes data = packed(bits->bits);
    frame.push_back(static_cast<std::uint8_t>(data.size()));
    frame.insert(frame.end(), data.begin(), data.end());
  } else if (const auto* registers = std::get_if<Registers>(&reply)) {
    frame.push_back(static_cast<std::uint8_t>(registers->values.size() * 2));
    for (const std::uint16_t value : registers->values) put_number(frame, value);
  } else {
    const bool one = request.function == Function::write_coil || request.function == Function::write_register;
    put_number(frame, request.address);
    put_number(frame, one ? request.values.at(0) : request.count);
  }
  put_crc(frame);
  return frame;
}

FrameReader::Verdict reply_front(std::span<const std::uint8_t> bytes, bool ended) {
  return front(reply_length(bytes), bytes, ended);
}

FrameReader::Verdict request_front(std::span<const std::uint8_t> bytes, bool ended) {
  return front(request_length(bytes), bytes, ended);
}

base::Milliseconds silence_after_frame(int baud) {
  STATION_CHECK(baud > 0, "a line has a rate");
  // 11 bits a character, as the standard counts them, also where a line sends 10.
  return base::Milliseconds(std::max(2, (35 * 11 * 1000 / 10 + baud - 1) / baud));
}

}  // namespace station::codec::modbus
