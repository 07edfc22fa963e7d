#include "sync/tool/device_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "devices/drivers/locker_config.h"
#include "sync/base/config.h"

namespace station::tool {

using namespace std::chrono_literals;

namespace {

constexpr base::Milliseconds kLongestRest{10};  // bytes of real devices come without being announced

drivers::CardReaderSettings reader_in(base::Config& c, const std::string& at) {
  drivers::CardReaderSettings r;
  r.name = c.text(at + ".name");
  r.place = c.text(at + ".place");
  r.id = c.text(at + ".id", "");
  r.serial = c.text(at + ".serial", "");
  r.interface = static_cast<int>(c.integer(at + ".interface", -1, 15, -1));
  r.slot = static_cast<int>(c.integer(at + ".slot", 0, 15, 0));
  r.allow_type_b = c.flag(at + ".allow_type_b", false);
  r.allow_tpdu = c.flag(at + ".allow_tpdu", false);
  return r;
}

drivers::PowerHubSettings hub_in(base::Config& c, const std::string& at) {
  drivers::PowerHubSettings h;
  h.name = c.text(at + ".name");
  h.place = c.text(at + ".place");
  h.ganged = c.flag(at + ".ganged", false);
  h.usb3_place = c.text(at + ".usb3", "");
  for (const std::int64_t port : c.integers(at + ".never_off", 1, 32)) h.never_off.push_back(static_cast<int>(port));
  for (std::size_t i = 0; i < c.count(at + ".port"); ++i) {
    const std::string p = fmt::format("{}.port.{}", at, i);
    h.ports.push_back({c.text(p + ".name"), static_cast<int>(c.integer(p + ".hub_port", 1, 32)),
                       static_cast<int>(c.integer(p + ".usb3_port", 0, 32, 0))});
  }
  return h;
}

}  // namespace

void DeviceOptions::declare(Cli& cli) {
  cli.option("--config", config, "the station's file (station.toml); without it devices are named by their place");
  cli.flag("--json", json, "one JSON object a line");
}

base::Result<drivers::DeviceSettings> device_settings(const std::string& config) {
  drivers::DeviceSettings settings;
  if (config.empty()) return settings;
  auto loaded = base::Config::load(config);
  if (!loaded) return tl::unexpected(loaded.error());
  base::Config& c = *loaded;
  const std::filesystem::path folder = std::filesystem::path(config).parent_path();
  for (std::size_t i = 0; i < c.count("reader"); ++i) settings.readers.push_back(reader_in(c, fmt::format("reader.{}", i)));
  for (std::size_t i = 0; i < c.count("charging_hub"); ++i)
    settings.hubs.push_back(hub_in(c, fmt::format("charging_hub.{}", i)));
  for (std::size_t i = 0; i < c.count("locker"); ++i) settings.lockers.push_back(drivers::read_locker(c, i, folder));
  if (const auto whole = c.finish_part(); !whole) return tl::unexpected(whole.error());
  return settings;
}

std::unique_ptr<link::Links> device_links(Io& io) {
  if (!io.devices) {
    io.err << "station-tool: devices cannot be reached from here\n";
    return nullptr;
  }
  auto links = io.devices();
  if (links) return std::move(*links);
  io.err << "station-tool: " << links.error().message << "\n";
  return nullptr;
}

void DriverRun::add(std::unique_ptr<drivers::Driver> driver) {
  drivers_.push_back(std::move(driver));
}

bool DriverRun::has(const std::string& name) const {
  return std::any_of(drivers_.begin(), drivers_.end(), [&](const auto& driver) { return driver->name() == name; });
}

drivers::Driver* DriverRun::serving_box(const std::string& box) const {
  for (const auto& driver : drivers_) {
    const auto boxes = driver->serves().boxes;
    if (std::find(boxes.begin(), boxes.end(), box) != boxes.end()) return driver.get();
  }
  return nullptr;
}

DriverRun::End DriverRun::run(std::optional<base::Milliseconds> limit,
                              const std::function<bool(const devices::Event&)>& event,
                              const std::function<bool()>& look) {
  const base::BootTime end = limit ? io_.clock.mono() + *limit : base::BootTime::max();
  for (;;) {
    const base::BootTime now = io_.clock.mono();
    base::BootTime due = now + kLongestRest;
    for (const auto& driver : drivers_) due = std::min(due, driver->step(now));
    while (const auto happened = queue_.try_take())
      if (event && event(*happened)) return End::done;
    if (look && look()) return End::done;
    if (io_.clock.mono() >= end) return End::time_out;
    const base::BootTime rest = io_.clock.mono();
    if (!io_.wait(std::clamp<base::Milliseconds>(std::min(due, end) - rest, 1ms, kLongestRest))) return End::stopped;
  }
}

}  // namespace station::tool
