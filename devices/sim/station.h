#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "devices/link/links.h"
#include "devices/sim/card_reader.h"
#include "devices/sim/charge_post.h"
#include "devices/sim/lock_board.h"
#include "devices/sim/port_board.h"
#include "devices/sim/scanners.h"
#include "devices/sim/usb_hub.h"
#include "devices/sim/usb_bus.h"
#include "sync/base/result.h"

namespace station::sim {

class Pty;
class SimPostDialer;

// Which devices a simulated station has. Names and places are those of the configuration.
struct StationPlan {
  struct Reader {
    std::string name = "entry";
    std::string place = "1-2";
    SimReaderSettings settings{};
  };
  struct Hub {
    std::string name = "shelf";
    std::string place = "1-4";
    SimUsbHubSettings settings{};
  };
  struct Line {
    std::string name = "locker";
    std::string device = "/dev/serial/by-id/usb-lock-line";
    std::vector<SimLockBoardSettings> boards{SimLockBoardSettings{}};
  };
  struct Post {
    std::string name = "yard";
    SimChargePostSettings settings{};
  };
  enum class ScannerKind { hid_pos, serial, wedge };
  struct Scanner {
    std::string name = "door";
    ScannerKind kind = ScannerKind::hid_pos;
    std::string place = "1-5";  // or the name of its node
  };
  std::vector<Reader> readers;
  std::vector<Hub> hubs;
  std::vector<Line> lines;
  std::vector<Scanner> scanners{};
  struct PortBoard {
    std::string name = "shed";
    std::string device = "/dev/serial/by-id/usb-ports";  // several boards may share a line
    int slave = 1;
    int ports = 4;
  };
  std::vector<PortBoard> port_boards{};
  std::vector<Post> posts{};  // all of them connect to where the station listens
};

enum class Pace {
  stepped,    // time is the clock's; reads never wait. For the simulated world and headless scripts
  real_time,  // lock boards sit behind pseudo-terminals, waits take time
};

// All simulated devices of one station, and the hands of the people there. Thread-safe. Outlives the drivers.
class Station final : public link::Links {
 public:
  Station(StationPlan plan, const base::Clock& clock, Pace pace);
  ~Station() override;

  // The wires, for drivers::assemble().
  base::Result<std::unique_ptr<link::ByteLink>> serial(const std::string& device, int baud) override;
  base::Result<std::unique_ptr<link::Listener>> listener(const std::string& address) override;
  base::Result<std::unique_ptr<link::KeySource>> keys(const std::string& device) override;
  link::UsbBus& usb() override { return bus_; }
  link::PortPower& port_power() override { return *power_; }

  // Hands. A name that the plan does not have is a broken invariant; has_reader() and the like ask first.
  bool has_reader(const std::string& name) const { return readers_.contains(name); }
  bool has_hub(const std::string& name) const { return hubs_.contains(name); }
  bool has_line(const std::string& name) const { return lines_.contains(name); }
  bool has_scanner(const std::string& name) const { return scanners_.contains(name); }
  bool has_post(const std::string& name) const { return posts_.contains(name); }

  void tap(const std::string& reader, const std::string& uid_hex);  // lays a card down and leaves it there
  void remove_card(const std::string& reader);
  void unplug_reader(const std::string& reader);
  void plug_reader(const std::string& reader);
  SimReader& reader(const std::string& name);  // for faults: stall, babble, silence, wrong numbers

  // A socket of a hub that a reader is plugged into ("1-4.3" on hub "1-4") feeds it: off is unplugged.

  void scan(const std::string& scanner, const std::string& code);  // holds a code before it
  void plug_scanner(const std::string& scanner, bool plugged);
  SimSerialScanner& serial_scanner(const std::string& scanner);  // of that kind
  SimWedge& wedge(const std::string& scanner);                   // of that kind
  SimUsbBus& bus() { return bus_; }                              // for devices that are in no plan

  void unplug_hub(const std::string& hub);
  void plug_hub(const std::string& hub);
  SimUsbHub& hub(const std::string& name);  // over_current(port), stick(port, …), powered(port)

  // Does something with a port board while its line stands still.
  void with_port_board(const std::string& name, const std::function<void(SimPortBoard&)>& hand);
  SimChargePost& post(const std::string& name);  // plug(port, watts), weld(port), alarm(4), hang_up(), …

  SimLockLine& line(const std::string& name);  // board(address).close_door(lock), .set_lock(lock, LockState::jammed), …

 private:
  const base::Clock& clock_;
  const Pace pace_;
  SimUsbBus bus_;
  std::unique_ptr<link::PortPower> power_;
  std::map<std::string, std::shared_ptr<SimReader>> readers_;
  std::map<std::string, std::shared_ptr<SimUsbHub>> hubs_;
  std::map<std::string, std::unique_ptr<SimLockLine>> lines_;
  struct Scanner {
    StationPlan::ScannerKind kind{};
    std::string place;
    std::shared_ptr<SimHidScanner> hid;
    std::unique_ptr<SimSerialScanner> serial;
    std::unique_ptr<SimWedge> wedge;
  };
  Scanner& scanner(const std::string& name);
  base::Result<std::unique_ptr<link::ByteLink>> wire_to(SerialPeer& peer, int baud);
  void feed_readers(const std::string& hub_place, SimUsbHub& hub);

  std::map<std::string, Scanner> scanners_;
  std::map<std::string, std::string> line_of_device_;
  std::map<std::string, std::string> places_;
  std::map<std::string, std::shared_ptr<SimChargePost>> posts_;
  std::map<std::string, std::unique_ptr<SimModbusLine>> port_lines_;  // by device
  std::map<std::string, std::pair<std::string, std::shared_ptr<SimPortBoard>>> port_boards_;  // name → device and board
  std::vector<std::unique_ptr<Pty>> ptys_;
  std::unique_ptr<SimPostDialer> dialer_;
};

}  // namespace station::sim
