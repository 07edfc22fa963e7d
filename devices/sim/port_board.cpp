#include "devices/sim/port_board.h"

#include <algorithm>

namespace station::sim {

using namespace std::chrono_literals;
namespace map = codec::port_board;
namespace mb = codec::modbus;
using mb::Function;

void SimPortBoard::plug(int port, int watts_wanted, int full_after_s) {
  at(port).plugged = true;
  at(port).demand_w = watts_wanted;
  at(port).full_after_s = full_after_s;
}

void SimPortBoard::unplug(int port) { at(port).plugged = false; }
void SimPortBoard::weld(int port) { at(port).welded = true; }

void SimPortBoard::heal(int port) {
  at(port).welded = false;
  at(port).faults = 0;
  at(port).timer = true;
  at(port).celsius = 25;
}

void SimPortBoard::fault(int port, std::uint16_t bits) { off(at(port), bits); }
void SimPortBoard::heat(int port, int celsius) { at(port).celsius = celsius; }
void SimPortBoard::stop_timer(int port) { at(port).timer = false; }
void SimPortBoard::ignore_limits(bool ignore) { ignore_limits_ = ignore; }

bool SimPortBoard::energised(int port) const {
  const Port& p = ports_.at(static_cast<std::size_t>(port - 1));
  return p.on || p.welded;
}

int SimPortBoard::watts(const Port& port) const {
  if (!(port.on || port.welded) || !port.plugged) return 0;
  return port.seconds < port.full_after_s ? port.demand_w : port.demand_w * 3 / 100;
}

void SimPortBoard::off(Port& port, std::uint16_t faults) {
  port.on = false;
  port.faults |= faults;
}

map::PortState SimPortBoard::state_of(const Port& port) const {
  map::PortState s;
  s.state = port.on ? (port.seconds >= port.full_after_s ? 0x05 : 0x01) : port.plugged ? 0x02 : 0x00;
  s.faults = port.faults;
  if (port.welded && !port.on) s.faults |= map::Fault::welded;
  s.voltage = 2210;
  s.power = static_cast<std::uint16_t>(watts(port) * 10);
  s.current = static_cast<std::uint16_t>(watts(port) * 1000 / 221);
  s.energy = static_cast<std::uint32_t>(port.joule / 36'000);
  s.seconds = static_cast<std::uint16_t>(port.seconds);
  s.celsius = port.celsius;
  return s;
}

void SimPortBoard::time_passes(Micros now) {
  if (!began_) {
    began_ = true;
    lived_ = heard_ = now;
  }
  for (; lived_ + 1s <= now; lived_ += 1s) {
    // The board's watchdog: the master is silent.
    if (lived_ + 1s - heard_ >= std::chrono::seconds(watchdog_s_)) {
      bool any = false;
      for (Port& port : ports_) {
        any = any || port.on;
        if (port.on) off(port, map::Fault::watchdog);
      }
      trips_ += any ? 1 : 0;
    }
    for (Port& port : ports_) {
      if (!port.on) continue;
      ++port.seconds;
      port.joule += watts(port);
      if (watts(port) > port.most_w) off(port, map::Fault::over_power);
      else if (!port.plugged) off(port, 0);
      else if (port.timer && port.seconds >= port.longest_s) off(port, 0);
    }
  }
}

mb::Reply SimPortBoard::obey(const mb::Request& request, Micros at_time) {
  time_passes(at_time);
  heard_ = at_time;
  const std::size_t port = request.address / 16;
  const bool at_port = request.address % 16 == 0 && port < ports_.size();
  switch (request.function) {
    case Function::read_input_registers:
      if (!at_port || request.count != 9) return mb::Exception{2};
      return mb::Registers{map::registers_of(state_of(ports_[port]))};
    case Function::read_coils: {
      mb::Bits bits;
      for (std::size_t i = 0; i < request.count; ++i) bits.bits.push_back(i < ports_.size() && ports_[i].on);
      return bits;
    }
    case Function::write_coil: {
      if (request.address >= ports_.size()) return mb::Exception{2};
      Port& p = ports_[request.address];
      const bool on = request.values[0] == mb::kCoilOn;
      if (on && !p.on) {
        ++enabled_;
        p.on = true;
        p.seconds = 0;
        p.joule = 0;
        p.faults = 0;
      }
      if (!on) off(p, 0);
      return mb::Written{};
    }
    case Function::read_registers:
      if (request.address == map::kWatchdogRegister && request.count == 3)
        return mb::Registers{{watchdog_s_, static_cast<std::uint16_t>(ports_.size()), version_}};
      if (!at_port || request.count != 2) return mb::Exception{2};
      return mb::Registers{{static_cast<std::uint16_t>(ports_[port].most_w), static_cast<std::uint16_t>(ports_[port].longest_s)}};
    case Function::write_register:
      if (request.address != map::kWatchdogRegister) return mb::Exception{2};
      if (request.values[0] == 0) return mb::Exception{3};  // a watchdog that never bites is refused
      watchdog_s_ = request.values[0];
      return mb::Written{};
    case Function::write_registers:
      if (!at_port || request.values.size() != 2) return mb::Exception{2};
      if (ignore_limits_) return mb::Written{};
      ports_[port].most_w = request.values[0];
      ports_[port].longest_s = request.values[1];
      return mb::Written{};
    default:
      return mb::Exception{1};
  }
}

}  // namespace station::sim
