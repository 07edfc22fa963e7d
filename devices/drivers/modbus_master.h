#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "devices/codec/modbus.h"
#include "devices/drivers/line_wire.h"

namespace station::drivers {

struct ModbusSettings {
  int baud = 9600;
  base::Milliseconds time_out{300};
  base::Milliseconds quiet{300};        // silence after a time-out; at least the slowest slave's reply time
  base::Milliseconds turn_around{100};  // after a broadcast, for the slaves to obey
  int read_retries = 2;                 // of one request, beyond the first try
  base::Milliseconds patience{0};       // how long poll() may wait for bytes; zero in the simulated world
};

// What makes the replies to one request what they are, for LineWire users that speak Modbus.
LineWire::Framing modbus_framing();
LineWire::Rules modbus_rules(const ModbusSettings& settings);

// The master of one Modbus RTU line (LOCKERS 6), strict: a reply counts when slave, function, byte count, length and CRC
// fit the one request in flight, a confirmed write when also address and value do, and when nothing else came between
// the silences. Never blocks longer than `patience`. Writes are never repeated by themselves.
// A confirmed write is no proof that anything happened: read it back.
class ModbusMaster {
 public:
  using BootTime = base::BootTime;
  using Milliseconds = base::Milliseconds;

  struct LineUp {
    bool echo;  // the adapter returns what is sent; every exchange is checked against it
  };
  struct LineDown {
    std::string why;
  };
  struct Answered {
    codec::modbus::Request request;
    codec::modbus::Reply reply;  // an exception too; Written after a broadcast, which nobody confirmed
    Milliseconds latency{};      // of the try that succeeded
    int tries = 1;
  };
  enum class Why { silent, damaged, foreign };
  struct Failed {
    codec::modbus::Request request;
    Why why = Why::silent;  // of the last try
    int tries = 1;
  };
  using Happening = std::variant<LineUp, LineDown, Answered, Failed>;

  struct Counters {
    std::uint64_t exchanges = 0;  // tries
    std::uint64_t retries = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t damaged = 0;
    std::uint64_t foreign = 0;
    std::uint64_t exceptions = 0;
  };

  // The link is not open yet. Clock must outlive the master.
  ModbusMaster(std::unique_ptr<link::ByteLink> link, const base::Clock& clock, ModbusSettings settings);

  // What happened next, if anything did; call until nothing comes. May move `now` along by `patience`.
  std::optional<Happening> poll(BootTime& now);
  bool ready() const { return wire_.ready() && !again_; }
  bool up() const { return wire_.up(); }
  bool echo() const { return wire_.echo(); }

  // Only when ready(). Each request is answered by one Answered or Failed, or by LineDown. `retries`: beyond the first
  // try; reads have settings.read_retries, writes none unless the caller says that a repetition is harmless.
  void ask(const codec::modbus::Request& request, BootTime now, std::optional<int> retries = {});

  BootTime wake(BootTime now) const;
  const Counters& counters() const { return counters_; }

 private:
  void send(BootTime now);
  std::optional<Happening> on_reply(const LineWire::Replied& replied);
  std::optional<Happening> on_failure(Why why);

  const ModbusSettings settings_;
  LineWire wire_;
  codec::modbus::Request request_;
  int tries_ = 0;
  int retries_left_ = 0;
  bool again_ = false;  // the request waits for a quiet line to be sent once more
  Counters counters_;
};

}  // namespace station::drivers
