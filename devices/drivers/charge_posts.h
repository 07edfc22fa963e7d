#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "devices/drivers/driver.h"
#include "devices/link/listener.h"

namespace station::drivers {

struct ChargePostSettings {
  std::string name;          // "yard"
  std::uint32_t device = 0;  // physical ID as on the wire, 0x04AB373B
  bool indoor = false;
  bool cabinet = false;      // has doors: no start and no charging while one is open
  int most_w = 2000;         // of all its outlets together
  struct Outlet {
    std::string name;  // "E1", as riders see it
    int port = 1;      // as printed on the label, from 1
    int most_w = 500;  // at most 3500
  };
  std::vector<Outlet> outlets;
};

struct ChargePostsSettings {
  std::string name = "charging posts";
  std::string listen;  // "192.168.7.1:7054", an interface of an isolated network
  std::vector<ChargePostSettings> posts;
};

// Says what is wrong with the settings, or nothing.
std::string complaint_about(const ChargePostsSettings& settings);

// All DNY/AP3000 posts of a station (CHARGERS 3, 5, 6): binding, clock, heartbeats, sessions with their cut-offs,
// settlements that are acknowledged only after SettlementStored. Switches nothing on by itself; what charges when the
// program ends goes on by the device's own limits, which are always sent. Raises post.* and outlet.*.
class ChargePosts final : public Driver {
 public:
  // `settings` without complaint. Clock must outlive the driver.
  ChargePosts(ChargePostsSettings settings, std::unique_ptr<link::Listener> listener, const base::Clock& clock,
              EventSink sink);
  ~ChargePosts() override;

  std::string name() const override;
  Serves serves() const override;
  void handle(const devices::Command& command) override;
  BootTime step(BootTime now) override;
  bool acknowledge(const std::string& code, const std::string& place) override;
  std::vector<DeviceHealth> health() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::drivers
