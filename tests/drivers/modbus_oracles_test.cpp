#include <catch2/catch.hpp>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include "devices/drivers/modbus_master.h"
#include "devices/link/serial.h"
#include "devices/sim/modbus_line.h"
#include "devices/sim/pty.h"

// Our Modbus against implementations that we did not write, over pseudo-terminals: our simulated slave asked by mbpoll
// (libmodbus), and our master asking pymodbus.

using namespace station;
using namespace station::drivers;
using namespace std::chrono_literals;
using codec::modbus::Bits;
using codec::modbus::Exception;
using codec::modbus::Function;
using codec::modbus::Registers;
using codec::modbus::Reply;
using codec::modbus::Written;

namespace {

struct Output {
  int status = -1;
  std::string text;
};

Output output_of(const std::string& command) {
  Output output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe);
  std::array<char, 512> buffer{};
  while (const std::size_t n = ::fread(buffer.data(), 1, buffer.size(), pipe)) output.text.append(buffer.data(), n);
  output.status = WEXITSTATUS(::pclose(pipe));
  return output;
}

// Two pseudo-terminals whose far ends are joined: what is written to one comes out of the other.
class Cable {
 public:
  Cable() {
    for (int i = 0; i < 2; ++i) {
      master_[i] = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
      REQUIRE(master_[i] >= 0);
      REQUIRE(::grantpt(master_[i]) == 0);
      REQUIRE(::unlockpt(master_[i]) == 0);
      path_[i] = ::ptsname(master_[i]);
      near_[i] = ::open(path_[i].c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);  // keeps the pair alive
      termios raw{};
      REQUIRE(::tcgetattr(near_[i], &raw) == 0);
      ::cfmakeraw(&raw);
      REQUIRE(::tcsetattr(near_[i], TCSANOW, &raw) == 0);
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { carry(stop); });
  }
  ~Cable() {
    thread_.request_stop();
    thread_.join();
    for (int i = 0; i < 2; ++i) {
      ::close(near_[i]);
      ::close(master_[i]);
    }
  }
  const std::string& path(int end) const { return path_[end]; }

 private:
  void carry(const std::stop_token& stop) {
    std::array<char, 256> buffer{};
    while (!stop.stop_requested()) {
      std::array<pollfd, 2> ready{pollfd{master_[0], POLLIN, 0}, pollfd{master_[1], POLLIN, 0}};
      if (::poll(ready.data(), ready.size(), 20) <= 0) continue;
      for (int i = 0; i < 2; ++i) {
        if ((ready[static_cast<std::size_t>(i)].revents & POLLIN) == 0) continue;
        const ssize_t n = ::read(master_[i], buffer.data(), buffer.size());
        if (n > 0 && ::write(master_[1 - i], buffer.data(), static_cast<std::size_t>(n)) != n) return;
      }
    }
  }

  int master_[2]{};
  int near_[2]{};
  std::string path_[2];
  std::jthread thread_;
};

// The process that answers at one end of a cable, until it is no longer needed.
class PythonSlave {
 public:
  explicit PythonSlave(const std::string& port) {
    int pipe_ends[2];
    REQUIRE(::pipe2(pipe_ends, O_CLOEXEC) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::dup2(pipe_ends[1], STDOUT_FILENO);
      ::execl("/usr/bin/python3", "python3", STATION_SOURCE_DIR "/tests/drivers/modbus_server.py", port.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    std::array<char, 16> said{};
    pollfd ready{pipe_ends[0], POLLIN, 0};
    const bool spoke = ::poll(&ready, 1, 20'000) == 1 && ::read(pipe_ends[0], said.data(), said.size()) > 0;
    ::close(pipe_ends[0]);
    REQUIRE(spoke);
    REQUIRE(std::string(said.data()).starts_with("ready"));
  }
  ~PythonSlave() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_ = -1;
};

struct Master {
  explicit Master(const std::string& port)
      : master(std::make_unique<link::SerialLink>(link::SerialSettings{port, 9600}), clock, settings()) {}
  static ModbusSettings settings() {
    ModbusSettings s;
    s.time_out = 1s;  // a foreign process on a busy machine
    s.patience = 20ms;
    return s;
  }
  std::optional<ModbusMaster::Happening> next() {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      base::BootTime now = clock.mono();
      if (auto happening = master.poll(now)) return happening;
    }
    return std::nullopt;
  }
  ModbusMaster::Happening ask(const codec::modbus::Request& request) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!master.ready() && std::chrono::steady_clock::now() < end) {
      base::BootTime now = clock.mono();
      static_cast<void>(master.poll(now));
    }
    REQUIRE(master.ready());
    master.ask(request, clock.mono());
    const auto happening = next();
    REQUIRE(happening);
    return *happening;
  }
  Reply answer(const codec::modbus::Request& request) {
    const auto happening = ask(request);
    REQUIRE(std::holds_alternative<ModbusMaster::Answered>(happening));
    return std::get<ModbusMaster::Answered>(happening).reply;
  }

  base::SystemClock clock;
  ModbusMaster master;
};

}  // namespace

TEST_CASE("mbpoll reads and writes our simulated slave", "[devices][slow]") {
  base::SystemClock clock;
  sim::SimModbusLine line;
  const auto table = std::make_shared<sim::SimModbusTable>();
  table->inputs[2] = true;
  table->registers[4] = 1234;
  line.add(1, table);
  const auto pty = sim::Pty::open(line, clock);
  REQUIRE(pty);
  const std::string mbpoll = "mbpoll -m rtu -a 1 -b 9600 -P none -o 2 -0 -1 ";

  const Output inputs = output_of(mbpoll + "-t 1 -r 0 -c 4 " + (*pty)->path());
  CAPTURE(inputs.text);
  CHECK(inputs.status == 0);
  CHECK(inputs.text.find("[1]: \t0") != std::string::npos);
  CHECK(inputs.text.find("[2]: \t1") != std::string::npos);

  const Output registers = output_of(mbpoll + "-t 4 -r 4 -c 1 " + (*pty)->path());
  CAPTURE(registers.text);
  CHECK(registers.text.find("1234") != std::string::npos);

  const Output written = output_of("mbpoll -m rtu -a 1 -b 9600 -P none -o 2 -0 -t 0 -r 5 " + (*pty)->path() + " 1");
  CAPTURE(written.text);
  CHECK(written.status == 0);
  CHECK(line.with([&] { return table->coils[5]; }));
}

TEST_CASE("our master reads and writes pymodbus", "[devices][slow]") {
  Cable cable;
  PythonSlave slave(cable.path(1));
  Master ours(cable.path(0));

  std::vector<bool> expected(16);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = i % 3 == 0;
  CHECK(ours.answer(codec::modbus::read(1, Function::read_coils, 0, 16)) == Reply{Bits{expected}});
  CHECK(ours.answer(codec::modbus::read(1, Function::read_inputs, 0, 16)) == Reply{Bits{expected}});
  CHECK(ours.answer(codec::modbus::read(1, Function::read_registers, 10, 3)) == Reply{Registers{{30, 33, 36}}});
  CHECK(ours.answer(codec::modbus::read(1, Function::read_input_registers, 99, 1)) == Reply{Registers{{297}}});
  CHECK(ours.answer(codec::modbus::write_coil(1, 1, codec::modbus::kCoilOn)) == Reply{Written{}});
  CHECK(ours.answer(codec::modbus::read(1, Function::read_coils, 1, 1)) == Reply{Bits{{true}}});
  CHECK(ours.answer(codec::modbus::write_registers(1, 20, {7, 0xFFFF})) == Reply{Written{}});
  CHECK(ours.answer(codec::modbus::read(1, Function::read_registers, 20, 2)) == Reply{Registers{{7, 0xFFFF}}});
  CHECK(ours.answer(codec::modbus::write_coils(1, 30, {true, false, true})) == Reply{Written{}});
  CHECK(ours.answer(codec::modbus::read(1, Function::read_coils, 30, 3)) == Reply{Bits{{true, false, true}}});
  // An address that it does not have, and a pulse, which ordinary servers refuse (LOCKERS 6, trap 5).
  CHECK(ours.answer(codec::modbus::read(1, Function::read_registers, 150, 1)) == Reply{Exception{2}});
  CHECK(ours.answer(codec::modbus::write_coil(1, 0x0200, 7)) == Reply{Exception{2}});
  // Nobody has address 9.
  const auto nobody = ours.ask(codec::modbus::read(9, Function::read_coils, 0, 1));
  CHECK(std::holds_alternative<ModbusMaster::Failed>(nobody));
}
