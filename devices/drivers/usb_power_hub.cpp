#include "devices/drivers/usb_power_hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <set>

#include "devices/drivers/fault_set.h"
#include "sync/base/check.h"

namespace station::drivers {

using namespace std::chrono_literals;
using devices::Power;
using link::HubPort;

namespace {

constexpr auto kPeriod = 1s;
constexpr auto kMissingAfter = 10s;
constexpr int kMostTries = 3;
constexpr auto kComesBackWindow = 1min;
constexpr std::size_t kComesBack = 3;
// After an over-current a new order is obeyed only that much later; after a fourth within an hour a maintainer looks.
constexpr std::array<Milliseconds, 3> kPauses{10s, 30s, 120s};

Power power_of(bool on) { return on ? Power::on : Power::off; }

}  // namespace

std::string complaint_about(const PowerHubSettings& settings) {
  const std::string hub = fmt::format("charging hub {}: ", settings.name);
  if (settings.name.empty() || settings.place.empty()) return "a charging hub needs a name and a place";
  if (settings.ports.empty()) return hub + "it has no ports";
  if (settings.ganged && settings.ports.size() > 1) return hub + "a ganged hub is one charging port";
  std::set<std::string> names;
  std::set<int> numbers;
  for (const PowerHubSettings::Port& port : settings.ports) {
    if (port.name.empty() || !names.insert(port.name).second) return hub + "a port's name is empty or used twice";
    if (port.hub_port < 1 || !numbers.insert(port.hub_port).second)
      return hub + fmt::format("port {}: its number is below 1 or used twice", port.name);
    if (std::count(settings.never_off.begin(), settings.never_off.end(), port.hub_port) > 0)
      return hub + fmt::format("port {}: it is in never_off and cannot charge", port.name);
    if (port.usb3_port != 0 && settings.usb3_place.empty())
      return hub + fmt::format("port {}: its USB 3 half needs usb3_place", port.name);
  }
  return {};
}

struct UsbPowerHub::Impl {
  struct Port {
    PowerHubSettings::Port place;
    Power desired = Power::off;
    Power observed = Power::unknown;
    bool latched = false;   // over-current
    bool settled = false;   // read back as desired since it was last told
    int tries = 0;          // of switching, in a row
    std::optional<std::string> op_id;
    std::optional<std::uint32_t> count;  // of over-currents, as the kernel counts
    std::uint64_t differences = 0;
    std::deque<BootTime> came_back;
    std::deque<BootTime> overloads;  // of the last hour
    BootTime read_due{};
    Power told_desired = Power::off;
    Power told_observed = Power::unknown;
    bool told_latched = false;
  };

  Impl(PowerHubSettings s, link::PortPower& p, const base::Clock& c, EventSink e)
      : settings(std::move(s)), power(p), clock(c), sink(std::move(e)), faults(sink) {
    for (const auto& port : settings.ports) ports.emplace_back().place = port;
    absent_since = c.mono();
    health.place = settings.name;
    health.kind = "charging hub";
    health.since = absent_since;
  }

  bool allowed(int hub_port) const;
  std::string unusable() const;
  void look(BootTime now);
  void reconcile(Port& port, BootTime now);
  std::optional<link::PortReading> read(const Port& port);
  bool switch_to(const Port& port, bool on);
  void on_over_current(Port& port, const std::string& how, BootTime now);
  bool may_retry(Port& port, BootTime now);
  void different(Port& port, BootTime now);
  void answer(Port& port, const std::string& evidence, BootTime now);
  void tell(Port& port, BootTime now);
  void set_observed(Port& port, Power observed, BootTime now);
  void offline(const std::string& why, BootTime now);

  const PowerHubSettings settings;
  link::PortPower& power;
  const base::Clock& clock;
  const EventSink sink;
  FaultSet faults;
  DeviceHealth health;
  std::vector<Port> ports;
  std::optional<link::HubFacts> facts;
  std::string refusal;  // the hub is there but must not be used
  BootTime absent_since{};
  BootTime due{};
};

// Never off beats everything, whoever asks.
bool UsbPowerHub::Impl::allowed(int hub_port) const {
  return std::find(settings.never_off.begin(), settings.never_off.end(), hub_port) == settings.never_off.end();
}

std::string UsbPowerHub::Impl::unusable() const {
  using link::Switching;
  if (facts->switching == Switching::none) return "the hub cannot switch its ports";
  if (facts->switching == Switching::ganged && !settings.ganged) return "the hub switches all its ports together";
  for (const Port& port : ports)
    if (port.place.hub_port > facts->ports) return fmt::format("the hub has no port {}", port.place.hub_port);
  return {};
}

void UsbPowerHub::Impl::look(BootTime now) {
  const auto found = power.find(settings.place);
  if (!found) {
    if (found.error().code == base::Errc::not_found) {
      offline("the hub is not plugged in", now);
      if (now - absent_since >= kMissingAfter)
        faults.raise("hub.missing", settings.name, found.error().message, now);
    } else {
      offline("the hub does not answer", now);
      faults.raise("hub.silent", settings.name, found.error().message, now);
    }
    return;
  }
  faults.clear("hub.missing", settings.name, now);
  faults.clear("hub.silent", settings.name, now);
  if (!facts || facts->session != found->session) {
    facts = *found;
    // A hub that was plugged in again comes up with all ports on.
    for (Port& port : ports) {
      port.settled = false;
      port.tries = 0;
      port.count.reset();
    }
    health.since = now;
  }
  refusal = unusable();
  health.online = refusal.empty();
  health.note = refusal.empty() ? fmt::format("{} ports, {}", facts->ports, facts->note) : refusal;
  for (Port& port : ports)
    if (!refusal.empty()) faults.raise("port.disobeys", port.place.name, refusal, now);
}

void UsbPowerHub::Impl::offline(const std::string& why, BootTime now) {
  if (facts || health.online) absent_since = now;
  facts.reset();
  health.online = false;
  health.note = why;
  for (Port& port : ports) {
    set_observed(port, Power::unknown, now);
    if (port.op_id) answer(port, why, now);
  }
}

std::optional<link::PortReading> UsbPowerHub::Impl::read(const Port& port) {
  ++health.exchanges;
  auto reading = power.read({settings.place, port.place.hub_port});
  if (reading && port.place.usb3_port != 0) {
    // The socket carries power as long as one of its halves is on.
    const auto other = power.read({settings.usb3_place, port.place.usb3_port});
    if (!other) return std::nullopt;
    reading->powered = reading->powered || other->powered;
    reading->over_current = reading->over_current || other->over_current;
  }
  if (reading) return *reading;
  ++health.timeouts;
  return std::nullopt;
}

bool UsbPowerHub::Impl::switch_to(const Port& port, bool on) {
  if (!allowed(port.place.hub_port)) return false;
  ++health.exchanges;
  const HubPort main{settings.place, port.place.hub_port};
  if (port.place.usb3_port == 0) return power.set(main, on).has_value();
  const HubPort other{settings.usb3_place, port.place.usb3_port};
  const bool first = on ? power.set(main, on).has_value() : power.set(other, on).has_value();
  const bool second = on ? power.set(other, on).has_value() : power.set(main, on).has_value();
  return first && second;
}

void UsbPowerHub::Impl::on_over_current(Port& port, const std::string& how, BootTime now) {
  if (port.latched) return;
  port.latched = true;
  port.desired = Power::off;
  port.overloads.push_back(now);
  while (now - port.overloads.front() > 1h) port.overloads.pop_front();
  faults.raise("port.over_current", port.place.name, how, now);
  if (port.op_id) answer(port, how, now);
  tell(port, now);
}

bool UsbPowerHub::Impl::may_retry(Port& port, BootTime now) {
  const std::size_t times = port.overloads.size();
  if (times == 0 || times > kPauses.size() || now - port.overloads.back() < kPauses[times - 1]) return false;
  port.latched = false;
  faults.clear("port.over_current", port.place.name, now);
  return true;
}

void UsbPowerHub::Impl::different(Port& port, BootTime now) {
  ++port.differences;
  if (port.settled && port.desired == Power::off) {
    port.came_back.push_back(now);
    while (!port.came_back.empty() && now - port.came_back.front() > kComesBackWindow) port.came_back.pop_front();
    if (port.came_back.size() >= kComesBack)
      faults.raise("port.comes_back", port.place.name, "it switched itself on three times within a minute", now);
  }
  port.settled = false;
}

void UsbPowerHub::Impl::reconcile(Port& port, BootTime now) {
  if (now < port.read_due) return;
  const auto reading = read(port);
  port.read_due = now + kPeriod;
  if (!reading) {
    set_observed(port, Power::unknown, now);
    if (++port.tries >= kMostTries) {
      faults.raise("hub.silent", settings.name, fmt::format("port {} cannot be read", port.place.name), now);
      if (port.op_id) answer(port, "the port cannot be read", now);
    }
    return;
  }
  const bool counted = port.count && reading->over_current_count && *reading->over_current_count != *port.count;
  if (reading->over_current_count) port.count = reading->over_current_count;
  set_observed(port, power_of(reading->powered), now);
  // The bit stays set until the port is switched on again: only what follows our switching is news.
  const bool bit = reading->over_current && port.desired == Power::on && (port.settled || port.tries > 0);
  if (bit || counted) on_over_current(port, "the hub reports over-current", now);
  // Some hubs show an overload only as "off".
  if (!reading->powered && port.settled && port.desired == Power::on)
    on_over_current(port, "it went off by itself, as after an overload", now);
  if (port.observed == port.desired) {
    port.settled = true;
    port.tries = 0;
    faults.clear("port.disobeys", port.place.name, now);
    if (port.op_id) answer(port, fmt::format("hub port {} reads {}", port.place.hub_port, reading->powered ? "on" : "off"), now);
    return;
  }
  different(port, now);
  if (port.tries >= kMostTries) {
    const std::string detail = fmt::format(
        "told {} times to go {}, reads {}{}", port.tries, port.desired == Power::on ? "on" : "off",
        reading->powered ? "on" : "off",
        reading->powered ? "; power may still be on: unplug the hub's own supply" : "");
    faults.raise("port.disobeys", port.place.name, detail, now);
    if (port.op_id) answer(port, detail, now);
  }
  ++port.tries;
  ++health.retries;
  static_cast<void>(switch_to(port, port.desired == Power::on));
  port.read_due = now + (port.tries > kMostTries ? Milliseconds(kPeriod) : facts->power_good);
}

void UsbPowerHub::Impl::answer(Port& port, const std::string& evidence, BootTime now) {
  sink(devices::PortSwitched{*port.op_id, port.place.name, port.observed, evidence, now});
  port.op_id.reset();
  // Whoever was told that it did not go on has no session: it must not come on later, when the fault is gone.
  if (port.desired == Power::on && port.observed != Power::on) {
    port.desired = Power::off;
    port.settled = false;
    port.tries = 0;
    tell(port, now);
  }
}

void UsbPowerHub::Impl::set_observed(Port& port, Power observed, BootTime now) {
  port.observed = observed;
  tell(port, now);
}

void UsbPowerHub::Impl::tell(Port& port, BootTime now) {
  if (port.told_desired == port.desired && port.told_observed == port.observed && port.told_latched == port.latched)
    return;
  port.told_desired = port.desired;
  port.told_observed = port.observed;
  port.told_latched = port.latched;
  sink(devices::PortChanged{port.place.name, port.desired, port.observed, port.latched, now});
}

UsbPowerHub::UsbPowerHub(PowerHubSettings settings, link::PortPower& power, const base::Clock& clock, EventSink sink) {
  STATION_CHECK(complaint_about(settings).empty(), "the caller checks the settings");
  impl_ = std::make_unique<Impl>(std::move(settings), power, clock, std::move(sink));
}

UsbPowerHub::~UsbPowerHub() {
  if (!impl_->facts || !impl_->refusal.empty()) return;
  for (const Impl::Port& port : impl_->ports) static_cast<void>(impl_->switch_to(port, false));
}

std::string UsbPowerHub::name() const { return impl_->settings.name; }

Serves UsbPowerHub::serves() const {
  Serves serves;
  for (const auto& port : impl_->settings.ports) serves.ports.push_back(port.name);
  return serves;
}

void UsbPowerHub::handle(const devices::Command& command) {
  const auto* order = std::get_if<devices::SwitchPort>(&command);
  if (!order) return;
  const BootTime now = impl_->clock.mono();
  const auto port = std::find_if(impl_->ports.begin(), impl_->ports.end(),
                                 [&](const Impl::Port& p) { return p.place.name == order->port; });
  STATION_CHECK(port != impl_->ports.end(), "the device manager sends only what is served");
  if (port->op_id) impl_->answer(*port, "another order came first", now);
  port->op_id = order->op_id;
  if (!impl_->refusal.empty()) return impl_->answer(*port, impl_->refusal, now);
  if (order->on && port->latched && !impl_->may_retry(*port, now))
    return impl_->answer(*port, "latched off after over-current", now);
  port->desired = power_of(order->on);
  port->settled = false;
  port->tries = 0;
  port->read_due = now;
  impl_->due = now;
  impl_->tell(*port, now);
}

BootTime UsbPowerHub::step(BootTime now) {
  if (now >= impl_->due) {
    impl_->look(now);
    impl_->due = now + kPeriod;
  }
  BootTime next = impl_->due;
  if (!impl_->facts || !impl_->refusal.empty()) return next;
  for (Impl::Port& port : impl_->ports) {
    impl_->reconcile(port, now);
    next = std::min(next, port.read_due);
  }
  return std::max(next, now + 1ms);
}

bool UsbPowerHub::acknowledge(const std::string& code, const std::string& place) {
  for (Impl::Port& port : impl_->ports) {
    if (port.place.name != place || !impl_->faults.raised(code, place)) continue;
    const BootTime now = impl_->clock.mono();
    if (code == "port.over_current") {
      port.latched = false;
      port.overloads.clear();
    }
    if (code == "port.comes_back") port.came_back.clear();
    if (code != "port.over_current" && code != "port.comes_back") return false;
    impl_->faults.clear(code, place, now);
    impl_->tell(port, now);
    return true;
  }
  return false;
}

std::vector<DeviceHealth> UsbPowerHub::health() const { return {impl_->health}; }

}  // namespace station::drivers
