#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/tool/commands.h"
#include "sync/tool/device_run.h"

namespace station::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr base::Milliseconds kSettle{50};  // beyond what the hub says about itself

class SwitchHubPort final : public Command {
 public:
  const char* name() const override { return "devices port"; }
  const char* help() const override { return "switch one port of a charging hub, or ask it"; }
  void declare(Cli& cli) override {
    options_.declare(cli);
    cli.option("--hub", hub_, "its name in the station's file, or its place (\"1-4\")", Cli::Need::required);
    cli.number("--port", port_, 1, 32, "number of the port, as the hub counts");
    cli.word("action", action_, {"on", "off", "status"}, "on, off or status", Cli::Need::required);
  }
  int run(Io& io) override {
    const auto settings = device_settings(options_.config);
    if (!settings) return wrong(io, settings.error().message, kUsage);
    if (port_ == 0) return wrong(io, "--port NUMBER is needed", kUsage);
    const auto links = device_links(io);
    if (!links) return kNoReach;
    drivers::PowerHubSettings hub;
    hub.name = hub.place = hub_;
    for (const auto& one : settings->hubs)
      if (one.name == hub_) hub = one;
    link::PortPower& power = links->port_power();
    const auto facts = power.find(hub.place);
    if (!facts) return wrong(io, fmt::format("hub {}: {}", hub_, facts.error().message), kNoReach);
    if (static_cast<int>(port_) > facts->ports)
      return wrong(io, fmt::format("hub {} has {} ports, there is no port {}", hub_, facts->ports, port_), kUsage);
    const link::HubPort port{hub.place, static_cast<int>(port_)};
    if (action_ != "status") {
      if (const std::string no = reason_to_refuse(hub, *facts); !no.empty()) return wrong(io, no, kFound);
      if (const auto set = power.set(port, action_ == "on"); !set)
        return wrong(io, fmt::format("hub {} port {}: {}", hub_, port_, set.error().message), kNoReach);
      static_cast<void>(io.wait(facts->power_good + kSettle));
    }
    const auto reading = power.read(port);
    if (!reading) return wrong(io, fmt::format("hub {} port {}: {}", hub_, port_, reading.error().message), kNoReach);
    tell(io, hub, *facts, *reading);
    if (action_ == "status" || reading->powered == (action_ == "on")) return kOk;
    return wrong(io, fmt::format("hub {} port {} does not obey: it says that it is {}", hub_, port_,
                                 reading->powered ? "on" : "off"),
                 kFound);
  }

 private:
  static int wrong(Io& io, const std::string& what, int status) {
    io.err << "station-tool: " << what << "\n";
    return status;
  }

  std::string reason_to_refuse(const drivers::PowerHubSettings& hub, const link::HubFacts& facts) const {
    const auto never = std::find(hub.never_off.begin(), hub.never_off.end(), static_cast<int>(port_));
    if (never != hub.never_off.end())
      return fmt::format("port {} of hub {} is in never_off: it feeds the station itself and is not switched", port_, hub_);
    if (facts.switching == link::Switching::none)
      return fmt::format("hub {} cannot switch its ports; use one with power switching of each port", hub_);
    if (facts.switching == link::Switching::ganged && !hub.ganged)
      return fmt::format("hub {} switches all its ports together: port {} cannot be switched alone", hub_, port_);
    return {};
  }

  void tell(Io& io, const drivers::PowerHubSettings& hub, const link::HubFacts& facts, const link::PortReading& reading) const {
    if (options_.json) {
      Json json{{"hub", hub.name}, {"place", facts.place}, {"port", port_}, {"power", reading.powered ? "on" : "off"}};
      json["over_current"] = reading.over_current;
      json["over_current_count"] = reading.over_current_count ? Json(*reading.over_current_count) : Json(nullptr);
      io.out << json.dump() << "\n";
      return;
    }
    io.out << fmt::format("hub {} port {}: {}{}{}\n", hub.name, port_, reading.powered ? "on" : "off",
                          reading.over_current ? ", over-current" : "",
                          reading.over_current_count ? fmt::format(", over-current counted {} times", *reading.over_current_count)
                                                     : std::string());
  }

  DeviceOptions options_;
  std::string hub_;
  std::uint64_t port_ = 0;
  std::string action_;
};

}  // namespace

void add_power_commands(CommandList& list) {
  list.push_back(std::make_unique<SwitchHubPort>());
}

}  // namespace station::tool
