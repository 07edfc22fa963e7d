#include "devices/drivers/modbus_master.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "devices/sim/memory_link.h"
#include "devices/sim/modbus_line.h"

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using codec::modbus::Bits;
using codec::modbus::Exception;
using codec::modbus::Function;
using codec::modbus::Registers;
using codec::modbus::Reply;
using codec::modbus::Request;
using codec::modbus::Written;
using sim::ReplyFault;

namespace {

struct Bench {
  Bench() {
    line.add(1, table);
    line.add(2, other);
    master = std::make_unique<ModbusMaster>(std::make_unique<sim::MemoryLink>(line, clock), clock, ModbusSettings{});
    until_ready();
  }
  // Runs until something happened or `limit` passed.
  std::optional<ModbusMaster::Happening> run(base::Milliseconds limit = 5s) {
    const auto end = clock.mono() + limit;
    while (clock.mono() < end) {
      base::BootTime now = clock.mono();
      if (auto happening = master->poll(now)) return happening;
      clock.advance(std::max<base::Milliseconds>(std::min(master->wake(now), end) - now, 1ms));
    }
    return std::nullopt;
  }
  void until_ready() {
    for (int i = 0; i < 10'000 && !master->ready(); ++i) {
      base::BootTime now = clock.mono();
      if (const auto h = master->poll(now)) happened.push_back(*h);
      clock.advance(1ms);
    }
    REQUIRE(master->ready());
  }
  ModbusMaster::Happening ask(const Request& request, std::optional<int> retries = {}) {
    until_ready();
    master->ask(request, clock.mono(), retries);
    auto happening = run();
    REQUIRE(happening);
    return *happening;
  }
  Reply answer(const Request& request) {
    const auto happening = ask(request);
    REQUIRE(std::holds_alternative<ModbusMaster::Answered>(happening));
    tries = std::get<ModbusMaster::Answered>(happening).tries;
    return std::get<ModbusMaster::Answered>(happening).reply;
  }
  ModbusMaster::Why failure(const Request& request) {
    const auto happening = ask(request);
    REQUIRE(std::holds_alternative<ModbusMaster::Failed>(happening));
    tries = std::get<ModbusMaster::Failed>(happening).tries;
    return std::get<ModbusMaster::Failed>(happening).why;
  }

  base::ManualClock clock{base::utc_from_ms(1'790'000'000'000)};
  std::shared_ptr<sim::SimModbusTable> table = std::make_shared<sim::SimModbusTable>();
  std::shared_ptr<sim::SimModbusTable> other = std::make_shared<sim::SimModbusTable>();
  sim::SimModbusLine line;
  std::unique_ptr<ModbusMaster> master;
  std::vector<ModbusMaster::Happening> happened;
  int tries = 0;
};

const Request kReadInputs = codec::modbus::read(1, Function::read_inputs, 0, 8);
const Request kReadRegisters = codec::modbus::read(1, Function::read_registers, 0, 2);

}  // namespace

TEST_CASE("the Modbus master reads and writes what the slave holds", "[devices]") {
  Bench bench;
  bench.table->inputs[3] = true;
  std::vector<bool> expected(8);
  expected[3] = true;
  CHECK(bench.answer(kReadInputs) == Reply{Bits{expected}});
  CHECK(bench.answer(codec::modbus::write_registers(1, 0, {7, 0xABCD})) == Reply{Written{}});
  CHECK(bench.answer(kReadRegisters) == Reply{Registers{{7, 0xABCD}}});
  CHECK(bench.answer(codec::modbus::write_coil(1, 2, codec::modbus::kCoilOn)) == Reply{Written{}});
  CHECK(bench.table->coils[2]);
  CHECK_FALSE(bench.other->coils[2]);
  CHECK(bench.tries == 1);
}

TEST_CASE("an exception is an answer and not repeated", "[devices]") {
  Bench bench;
  bench.line.refuse_with(1, 2);
  CHECK(bench.answer(kReadInputs) == Reply{Exception{2}});
  CHECK(bench.tries == 1);
  CHECK(bench.master->counters().exceptions == 1);
}

TEST_CASE("a spoilt reply to a read is asked for again, and what comes then is right", "[devices]") {
  const auto fault = GENERATE(ReplyFault::corrupt_check, ReplyFault::late, ReplyFault::dropped, ReplyFault::half,
                              ReplyFault::noise_before, ReplyFault::wrong_address);
  CAPTURE(static_cast<int>(fault));
  Bench bench;
  bench.table->inputs[0] = true;
  bench.line.spoil_replies(1, fault);
  std::vector<bool> expected(8);
  expected[0] = true;
  CHECK(bench.answer(kReadInputs) == Reply{Bits{expected}});
  CHECK(bench.tries == 2);
}

TEST_CASE("retries are bounded, and a write is sent once", "[devices]") {
  Bench bench;
  bench.line.set_dead(1, true);
  const auto before = bench.line.heard().size();
  CHECK(bench.failure(kReadInputs) == ModbusMaster::Why::silent);
  CHECK(bench.tries == 3);
  CHECK(bench.failure(codec::modbus::write_register(1, 0, 1)) == ModbusMaster::Why::silent);
  CHECK(bench.tries == 1);
  CHECK(bench.line.heard().size() == before + 4);
  CHECK(bench.master->counters().timeouts == 4);
}

TEST_CASE("a late reply never answers a newer request", "[devices]") {
  // Read replies carry no address: the late bits of inputs 0 to 7 would fit the request for inputs 8 to 15.
  Bench bench;
  for (std::uint16_t i = 0; i < 8; ++i) bench.table->inputs[i] = true;
  bench.line.spoil_replies(1, ReplyFault::late, 3);
  bench.until_ready();
  bench.master->ask(kReadInputs, bench.clock.mono(), 0);
  const auto first = bench.run();
  REQUIRE(first);
  CHECK(std::holds_alternative<ModbusMaster::Failed>(*first));
  CHECK(bench.answer(codec::modbus::read(1, Function::read_inputs, 8, 8)) == Reply{Bits{std::vector<bool>(8)}});
}

TEST_CASE("an echoing adapter is found out, and its echo is never taken for a confirmation", "[devices]") {
  Bench bench;
  bench.line.set_plugged(false);
  REQUIRE(bench.run());  // the line went down
  bench.line.set_echo(true);
  bench.line.set_plugged(true);
  const auto up = bench.run(40s);
  REQUIRE(up);
  REQUIRE(std::holds_alternative<ModbusMaster::LineUp>(*up));
  CHECK(std::get<ModbusMaster::LineUp>(*up).echo);
  CHECK(bench.answer(codec::modbus::write_coil(1, 2, codec::modbus::kCoilOn)) == Reply{Written{}});
  bench.line.set_dead(1, true);
  CHECK(bench.failure(codec::modbus::write_coil(1, 2, codec::modbus::kCoilOff)) == ModbusMaster::Why::silent);
}

TEST_CASE("a broadcast is obeyed by every slave, answered by none, and followed by a pause", "[devices]") {
  Bench bench;
  bench.until_ready();
  const auto start = bench.clock.mono();
  bench.master->ask(codec::modbus::write_register(codec::modbus::kBroadcast, 5, 9), start);
  const auto happening = bench.run();
  REQUIRE(happening);
  CHECK(std::holds_alternative<ModbusMaster::Answered>(*happening));
  CHECK(bench.clock.mono() - start >= 100ms);
  CHECK(bench.table->registers[5] == 9);
  CHECK(bench.other->registers[5] == 9);
}

TEST_CASE("a line that fails in mid-request is told, opened again and used again", "[devices]") {
  Bench bench;
  bench.until_ready();
  bench.master->ask(kReadInputs, bench.clock.mono());
  bench.line.set_plugged(false);
  const auto down = bench.run();
  REQUIRE(down);
  CHECK(std::holds_alternative<ModbusMaster::LineDown>(*down));
  CHECK_FALSE(bench.master->ready());
  bench.line.set_plugged(true);
  const auto up = bench.run(40s);
  REQUIRE(up);
  CHECK(std::holds_alternative<ModbusMaster::LineUp>(*up));
  CHECK(bench.answer(kReadInputs) == Reply{Bits{std::vector<bool>(8)}});
}

TEST_CASE("between two frames the line is silent for three and a half characters", "[devices]") {
  Bench bench;
  CHECK(bench.answer(kReadInputs) == Reply{Bits{std::vector<bool>(8)}});
  const auto replied = bench.clock.mono();
  const auto frames = bench.line.heard().size();
  bench.master->ask(kReadInputs, replied);
  CHECK(bench.line.heard().size() == frames);  // not yet on the wire
  const auto happening = bench.run();
  REQUIRE(happening);
  // 5 ms silence, 8 bytes out, 10 ms of the slave, 6 bytes back.
  CHECK(bench.clock.mono() - replied >= 5ms + 8ms + 10ms + 6ms);
}
