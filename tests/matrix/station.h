#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "devices/drivers/assembly.h"
#include "devices/drivers/event_queue.h"
#include "devices/drivers/hub.h"
#include "devices/sim/station.h"
#include "kiosk/flow/keeper.h"
#include "kiosk/store/ledger.h"

namespace station::matrix {

// Wires that end with the process: after a kill nothing more is said, as little as a destructor may want to.
class KillableLinks final : public link::Links {
 public:
  explicit KillableLinks(sim::Station& station) : station_(station), power_(station) {}
  void kill() { power_.dead = true; }

  base::Result<std::unique_ptr<link::ByteLink>> serial(const std::string& device, int baud) override {
    return station_.serial(device, baud);
  }
  base::Result<std::unique_ptr<link::KeySource>> keys(const std::string& device) override { return station_.keys(device); }
  base::Result<std::unique_ptr<link::Listener>> listener(const std::string& address) override {
    return station_.listener(address);
  }
  link::UsbBus& usb() override { return station_.usb(); }
  link::PortPower& port_power() override { return power_; }

 private:
  struct Power final : link::PortPower {
    explicit Power(sim::Station& s) : station(s) {}
    base::Result<link::HubFacts> find(const std::string& hub) override { return station.port_power().find(hub); }
    base::Result<void> set(const link::HubPort& port, bool on) override {
      if (dead) return base::fail(base::Errc::io, "the process is gone");
      return station.port_power().set(port, on);
    }
    base::Result<link::PortReading> read(const link::HubPort& port) override { return station.port_power().read(port); }
    sim::Station& station;
    bool dead = false;
  };
  sim::Station& station_;
  Power power_;
};

// One station under a seed: its devices with every fault that they know, riders who use it, and a program that is killed
// again and again. Ledger, keeper, drivers are the shipping ones; the bytes are real; time is simulated. Watches what
// must never happen.
class Station {
 public:
  Station(std::uint64_t seed, std::filesystem::path folder);
  ~Station();

  void live(base::Milliseconds time);
  // Everything works again, nobody comes any more, and time passes until all is settled.
  void heal();
  // What did happen although it must not, one sentence each.
  const std::vector<std::string>& broken() const { return broken_; }

  struct Counts {
    int kills = 0, openings = 0, pulses = 0, phone_charges = 0, sessions = 0, settled = 0, repeated = 0, orphans = 0, cards = 0,
        alarms = 0, mishaps = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Program {
    Program(Station& station, std::unique_ptr<store::Ledger> l);
    std::unique_ptr<store::Ledger> ledger;
    KillableLinks links;
    drivers::EventQueue events;
    flow::Desk desk;
    flow::Keeper keeper;
    std::deque<flow::Request> requests;
    std::unique_ptr<drivers::DeviceHub> hub;
    ~Program() { links.kill(); }
  };
  struct Lease {
    std::string lease, box, purpose;
  };

  void start();
  void kill();
  void second();
  void drain();
  void collect();
  void ask(flow::Demand demand);
  void on_reply(const flow::Reply& reply);
  void on_event(const devices::Event& event);
  void on_command(const devices::Command& command);

  // riders.cpp
  void rider();
  void hands();
  void mishap();
  void lock_mishap();
  void usb_mishap();
  void post_mishap();
  void maintainer();
  void mend();

  // watch.cpp
  void watch();
  void watch_boxes();
  void watch_phones();
  void watch_outlets();
  void check_log();
  void say(const std::string& what);

  bool alive() const { return program_ != nullptr; }
  int dice(int sides) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(sides))); }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[static_cast<std::size_t>(dice(static_cast<int>(of.size())))];
  }
  sim::SimLockBoard& board() { return devices_->line("locker").board(1); }

  const std::uint64_t seed_;
  const bool locks_, posts_;  // every third station has no lockers, every third no posts: they live faster
  const std::filesystem::path folder_;
  base::ManualClock clock_;
  base::SeededRandom random_;
  store::Identity identity_;
  store::LedgerOptions options_;
  std::unique_ptr<sim::Station> devices_;
  std::unique_ptr<Program> program_;
  std::optional<int> kill_in_;  // steps of the program
  std::uint64_t request_ = 1'000'000;
  bool quiet_ = false;  // healing
  bool dirty_ = true;
  std::vector<Lease> leases_;

  // What may be, against which what is is held.
  std::map<std::string, int> allowance_, pulses_;  // by box
  std::map<std::string, int> phone_on_s_, phone_idle_s_;
  std::set<std::string> orders_;                   // of starts that were committed
  std::map<std::string, int> starts_sent_;         // by post
  std::map<std::string, int> excused_s_;           // by outlet: how much later than its limit it may end
  std::set<std::string> card_orders_;
  std::optional<int> starts_at_alarm_;
  int taps_ = 0, presented_ = 0;
  std::set<std::string> muted_;
  std::set<int> unhealthy_ports_;
  bool hub_out_ = false;

  Counts counts_;
  std::vector<std::string> broken_;
};

}  // namespace station::matrix
