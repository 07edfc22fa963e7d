#include "devices/codec/port_board.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace station::codec;

TEST_CASE("the map of port boards has the addresses of the document", "[devices]") {
  const auto poll = port_board::read_port(5, 2);
  CHECK(poll.function == modbus::Function::read_input_registers);
  CHECK(poll.address == 32);
  CHECK(poll.count == 9);
  CHECK(port_board::enable(5, 3, true) == modbus::write_coil(5, 3, 0xFF00));
  CHECK(port_board::enable(5, 3, false) == modbus::write_coil(5, 3, 0x0000));
  CHECK(port_board::write_limits(5, 1, 500, 28'800) == modbus::write_registers(5, 16, {500, 28'800}));
  CHECK(port_board::read_limits(5, 1).address == 16);
  CHECK(port_board::read_identity(5).address == 1000);
  CHECK(port_board::write_watchdog(5, 10) == modbus::write_register(5, 1000, 10));
}

TEST_CASE("a port's registers are read with the energy's high word first", "[devices]") {
  const auto state = port_board::port_state({{0x01, 0x0208, 2210, 905, 2000, 0x0001, 0x86A0, 3600, 95}});
  REQUIRE(state);
  CHECK(state->state == 1);
  CHECK(state->energy == 100'000);
  CHECK(state->power == 2000);
  CHECK(state->seconds == 3600);
  CHECK(state->celsius == 30);
  CHECK(port_board::faults_in_words(state->faults) == "relay welded, watchdog");
  CHECK(port_board::registers_of(*state) == std::vector<std::uint16_t>{0x01, 0x0208, 2210, 905, 2000, 0x0001, 0x86A0, 3600, 95});
  CHECK_FALSE(port_board::port_state({{0, 0, 0, 0, 0, 0, 0, 0, 0}})->celsius);
  CHECK_FALSE(port_board::port_state({{0, 0, 0}}));
  CHECK_FALSE(port_board::port_state({{0x0100, 0, 0, 0, 0, 0, 0, 0, 0}}));
}
