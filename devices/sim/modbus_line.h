#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "devices/codec/modbus.h"
#include "devices/sim/paced_line.h"

namespace station::sim {

// What one simulated Modbus device does with requests. Called by its line, which holds its mutex: implementations need
// no lock of their own against the line, and hands that change them go through SimModbusLine::with().
class SimModbusDevice {
 public:
  using Micros = PacedLine::Micros;
  virtual ~SimModbusDevice() = default;
  // `request` names this device or every one. The answer to a broadcast is thrown away.
  virtual codec::modbus::Reply obey(const codec::modbus::Request& request, Micros at) = 0;
  // Called before each request and each look of the near end: pulses end, watchdogs bite.
  virtual void time_passes(Micros /*now*/) {}
};

// Coils, inputs and registers of a plain server: what was written is read back. For tests of the master itself.
class SimModbusTable : public SimModbusDevice {
 public:
  std::map<std::uint16_t, bool> coils, inputs;
  std::map<std::uint16_t, std::uint16_t> registers, input_registers;
  codec::modbus::Reply obey(const codec::modbus::Request& request, Micros at) override;
};

// A Modbus RTU line with its devices. Thread-safe.
class SimModbusLine final : public PacedLine {
 public:
  explicit SimModbusLine(int baud = 9600, Milliseconds delay = Milliseconds{10})
      : PacedLine(baud, Milliseconds{450}), delay_(delay) {}

  void add(std::uint8_t slave, std::shared_ptr<SimModbusDevice> device);

  void set_dead(std::uint8_t slave, bool dead);  // hears nothing, says nothing
  // The next `count` replies of this slave.
  void spoil_replies(std::uint8_t slave, ReplyFault fault, int count = 1);
  void refuse_with(std::uint8_t slave, std::uint8_t exception, int count = 1);

  // Runs `hand` while the line stands still.
  template <class Hand>
  auto with(Hand hand) {
    std::lock_guard guard(mutex_);
    return hand();
  }

 protected:
  codec::FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const override;
  void obey(std::span<const std::uint8_t> frame, Micros heard) override;
  void time_passes(Micros now) override;

 private:
  struct Slave {
    std::shared_ptr<SimModbusDevice> device;
    bool dead = false;
    std::deque<ReplyFault> spoils;
    std::deque<std::uint8_t> refusals;
  };
  const Milliseconds delay_;  // from the request's last byte to the reply's first
  std::map<std::uint8_t, Slave> slaves_;
};

}  // namespace station::sim
