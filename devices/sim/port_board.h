#pragma once

#include <vector>

#include "devices/codec/port_board.h"
#include "devices/sim/modbus_line.h"

namespace station::sim {

// A port board of our own map (CHARGERS 4) with its chargers, meters, limits and watchdog. Hands go through the line's
// with(). Ports count from 1, as on the label.
class SimPortBoard final : public SimModbusDevice {
 public:
  explicit SimPortBoard(int ports = 4) : ports_(static_cast<std::size_t>(ports)) {}

  void plug(int port, int watts, int full_after_s = 4 * 3600);
  void unplug(int port);
  void weld(int port);
  void heal(int port);
  void fault(int port, std::uint16_t bits);  // of codec::port_board::Fault; the board switches the port off
  void heat(int port, int celsius);
  void stop_timer(int port);                 // its own longest time no longer ends anything
  void ignore_limits(bool ignore);           // takes them and keeps others
  void set_version(std::uint16_t version) { version_ = version; }

  bool energised(int port) const;
  int watchdog_trips() const { return trips_; }
  int enabled() const { return enabled_; }   // how often a port was enabled

  codec::modbus::Reply obey(const codec::modbus::Request& request, Micros at) override;
  void time_passes(Micros now) override;

 private:
  struct Port {
    bool plugged = false, on = false, welded = false, timer = true;
    int demand_w = 0, full_after_s = 0, celsius = 25, most_w = 2000, longest_s = 36'000, seconds = 0;
    std::int64_t joule = 0;
    std::uint16_t faults = 0;
  };
  Port& at(int port) { return ports_.at(static_cast<std::size_t>(port - 1)); }
  int watts(const Port& port) const;
  void off(Port& port, std::uint16_t faults);
  codec::port_board::PortState state_of(const Port& port) const;

  std::vector<Port> ports_;
  std::uint16_t version_ = codec::port_board::kVersion, watchdog_s_ = 30;
  bool ignore_limits_ = false;
  Micros lived_{0}, heard_{0};
  bool began_ = false;
  int trips_ = 0, enabled_ = 0;
};

}  // namespace station::sim
