#include "devices/codec/port_board.h"

#include <algorithm>
#include <array>
#include <utility>

namespace station::codec::port_board {

using modbus::Function;

namespace {

constexpr std::uint16_t kStride = 16;     // registers from one port to the next
constexpr std::uint16_t kPortWords = 9;   // that mean something

std::uint16_t first_of(int port) { return static_cast<std::uint16_t>(kStride * port); }

}  // namespace

std::string faults_in_words(std::uint16_t bits) {
  static constexpr std::array<const char*, 12> kWords{
      "over-current",   "over-power", "over-temperature", "relay welded", "no current although enabled", "meter failed",
      "over-voltage", "under-voltage", "leakage",          "watchdog",     "smoke or fire",              "water"};
  std::string out;
  for (std::size_t bit = 0; bit < kWords.size(); ++bit)
    if ((bits >> bit & 1) != 0) out += (out.empty() ? "" : ", ") + std::string(kWords[bit]);
  return out;
}

modbus::Request read_port(std::uint8_t slave, int port) {
  return modbus::read(slave, Function::read_input_registers, first_of(port), kPortWords);
}

std::optional<PortState> port_state(const modbus::Registers& registers) {
  const auto& v = registers.values;
  if (v.size() != kPortWords || v[0] > 0xFF) return std::nullopt;
  PortState s;
  s.state = static_cast<std::uint8_t>(v[0]);
  s.faults = v[1];
  s.voltage = v[2];
  s.current = v[3];
  s.power = v[4];
  s.energy = static_cast<std::uint32_t>(v[5]) << 16 | v[6];
  s.seconds = v[7];
  if (v[8] != 0) s.celsius = static_cast<int>(v[8]) - 65;
  return s;
}

std::vector<std::uint16_t> registers_of(const PortState& s) {
  return {s.state,
          s.faults,
          s.voltage,
          s.current,
          s.power,
          static_cast<std::uint16_t>(s.energy >> 16),
          static_cast<std::uint16_t>(s.energy & 0xFFFF),
          s.seconds,
          static_cast<std::uint16_t>(s.celsius ? std::max(*s.celsius + 65, 1) : 0)};
}

modbus::Request read_coils(std::uint8_t slave, int ports) {
  return modbus::read(slave, Function::read_coils, 0, static_cast<std::uint16_t>(ports));
}

modbus::Request enable(std::uint8_t slave, int port, bool on) {
  return modbus::write_coil(slave, static_cast<std::uint16_t>(port), on ? modbus::kCoilOn : modbus::kCoilOff);
}

modbus::Request write_limits(std::uint8_t slave, int port, std::uint16_t most_w, std::uint16_t longest_s) {
  return modbus::write_registers(slave, first_of(port), {most_w, longest_s});
}

modbus::Request read_limits(std::uint8_t slave, int port) {
  return modbus::read(slave, Function::read_registers, first_of(port), 2);
}

modbus::Request read_identity(std::uint8_t slave) {
  return modbus::read(slave, Function::read_registers, kWatchdogRegister, 3);
}

modbus::Request write_watchdog(std::uint8_t slave, std::uint16_t seconds) {
  return modbus::write_register(slave, kWatchdogRegister, seconds);
}

}  // namespace station::codec::port_board
