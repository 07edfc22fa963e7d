#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/codec/modbus.h"

// The Modbus map of port boards that we specify (CHARGERS 4). Ports count from 0 here.
namespace station::codec::port_board {

inline constexpr int kMaxPorts = 16;
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::uint16_t kWatchdogRegister = 1000;  // seconds, then number of ports, then version of the map

struct Fault {
  enum Bit : std::uint16_t {
    over_current = 1 << 0,
    over_power = 1 << 1,
    over_temperature = 1 << 2,
    welded = 1 << 3,
    no_current = 1 << 4,
    meter_failed = 1 << 5,
    over_voltage = 1 << 6,
    under_voltage = 1 << 7,
    leakage = 1 << 8,
    watchdog = 1 << 9,
    smoke = 1 << 10,
    water = 1 << 11,
  };
};
std::string faults_in_words(std::uint16_t bits);

// One port, read in one request so that the two energy words belong together.
struct PortState {
  std::uint8_t state = 0;  // codes as in DNY heartbeats
  std::uint16_t faults = 0;
  std::uint16_t voltage = 0, current = 0, power = 0;  // 0.1 V, mA, 0.1 W
  std::uint32_t energy = 0;                           // of the session, 0.01 kWh
  std::uint16_t seconds = 0;                          // of the session
  std::optional<int> celsius;
};

modbus::Request read_port(std::uint8_t slave, int port);
std::optional<PortState> port_state(const modbus::Registers& registers);
std::vector<std::uint16_t> registers_of(const PortState& state);  // the board's side

modbus::Request read_coils(std::uint8_t slave, int ports);
modbus::Request enable(std::uint8_t slave, int port, bool on);
modbus::Request write_limits(std::uint8_t slave, int port, std::uint16_t most_w, std::uint16_t longest_s);
modbus::Request read_limits(std::uint8_t slave, int port);
modbus::Request read_identity(std::uint8_t slave);  // watchdog, ports, version
modbus::Request write_watchdog(std::uint8_t slave, std::uint16_t seconds);

}  // namespace station::codec::port_board
