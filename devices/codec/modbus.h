#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "devices/codec/frame_reader.h"
#include "sync/base/bytes.h"

// Modbus RTU (LOCKERS 6): slave, function, data, CRC-16 with the low byte first; numbers have the high byte first.
// A reply means something only together with the request that it answers.
namespace station::codec::modbus {

enum class Function : std::uint8_t {
  read_coils = 1,
  read_inputs = 2,
  read_registers = 3,
  read_input_registers = 4,
  write_coil = 5,
  write_register = 6,
  write_coils = 15,
  write_registers = 16,
};

inline constexpr std::uint8_t kBroadcast = 0;  // every slave obeys, none answers
inline constexpr std::uint8_t kMaxSlave = 247;
inline constexpr std::size_t kMaxFrame = 256;
inline constexpr std::size_t kExceptionSize = 5;
inline constexpr std::uint16_t kCoilOn = 0xFF00;
inline constexpr std::uint16_t kCoilOff = 0x0000;
inline constexpr std::uint16_t kMaxBits = 2000;       // read at once
inline constexpr std::uint16_t kMaxRegisters = 125;   // read at once
inline constexpr std::uint16_t kMaxWrittenBits = 1968;
inline constexpr std::uint16_t kMaxWrittenRegisters = 123;

struct Request {
  std::uint8_t slave = 1;
  Function function = Function::read_coils;
  std::uint16_t address = 0;
  std::uint16_t count = 1;  // of coils, inputs or registers; 1 with functions 05 and 06
  // What is written, nothing when reading. One raw value with function 05 (FF00, 0000 or what a board documents, a pulse
  // length for example) and 06; 0 or 1 for each coil with 0F; registers with 10.
  std::vector<std::uint16_t> values{};
  bool operator==(const Request&) const = default;
};

Request read(std::uint8_t slave, Function function, std::uint16_t address, std::uint16_t count);
Request write_coil(std::uint8_t slave, std::uint16_t address, std::uint16_t raw);
Request write_register(std::uint8_t slave, std::uint16_t address, std::uint16_t value);
Request write_coils(std::uint8_t slave, std::uint16_t address, const std::vector<bool>& coils);
Request write_registers(std::uint8_t slave, std::uint16_t address, std::vector<std::uint16_t> values);
bool is_read(Function function);

// Says what is wrong with a request (slave, counts, what goes with which function), or nothing.
std::string complaint_about(const Request& request);

std::uint16_t crc16(std::span<const std::uint8_t> bytes);

base::Bytes encode(const Request& request);  // a request with a complaint is a broken invariant
std::optional<Request> decode_request(std::span<const std::uint8_t> frame);  // the slave's side of the wire

struct Bits {
  std::vector<bool> bits;  // as many as asked for
  bool operator==(const Bits&) const = default;
};
struct Registers {
  std::vector<std::uint16_t> values;  // as many as asked for
  bool operator==(const Registers&) const = default;
};
// The slave says that it did what it was told: the same bytes as an echoing adapter returns, so never a proof.
struct Written {
  bool operator==(const Written&) const = default;
};
struct Exception {
  std::uint8_t code = 0;
  bool operator==(const Exception&) const = default;
};
using Reply = std::variant<Bits, Registers, Written, Exception>;

std::string explain_exception(std::uint8_t code);

// What makes a frame something else than the reply to a request; the first of these in order.
enum class Flaw {
  too_short,
  crc,
  slave,       // another slave's
  function,    // another function's
  length,      // the byte count or the length does not fit what was asked
  echo,        // a write reply that names another address, value or count
};
const char* to_string(Flaw flaw);

std::variant<Reply, Flaw> decode_reply(const Request& request, std::span<const std::uint8_t> frame);
std::size_t reply_size(const Request& request);  // of a reply that is no exception

// The slave's side of the wire: a reply that fits the request.
base::Bytes encode_reply(const Request& request, const Reply& reply);

// What stands at the front of received bytes: `whole` is any reply with a right CRC, of whatever slave and function.
FrameReader::Verdict reply_front(std::span<const std::uint8_t> bytes, bool ended);
// The same for the slave's side.
FrameReader::Verdict request_front(std::span<const std::uint8_t> bytes, bool ended);

// The silence that ends a frame: 3.5 characters, at least 1.75 ms, in whole milliseconds and rounded up.
base::Milliseconds silence_after_frame(int baud);

}  // namespace station::codec::modbus
