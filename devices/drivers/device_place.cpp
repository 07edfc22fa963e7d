#include "devices/drivers/device_place.h"

#include <fmt/format.h>

#include <algorithm>

namespace station::drivers {

using namespace std::chrono_literals;

namespace {

constexpr auto kDeviceScan = 5s;
constexpr auto kDeviceMissing = 10s;

}  // namespace

DevicePlace::DevicePlace(Wanted wanted, link::UsbBus& bus, FaultSet& faults, BootTime now)
    : wanted_(std::move(wanted)), bus_(bus), faults_(faults), missing_due_(now + kDeviceMissing) {}

std::optional<link::UsbDevice> DevicePlace::look(BootTime now) {
  const std::string missing = wanted_.kind + ".missing";
  if (bus_.changes() == seen_changes_ && now < scan_due_) {
    if (now >= missing_due_ && !missing_told_) {
      missing_told_ = true;
      faults_.raise(missing, wanted_.name, "nothing is plugged in at " + wanted_.place, now);
    }
    return std::nullopt;
  }
  seen_changes_ = bus_.changes();
  scan_due_ = now + kDeviceScan;
  std::string elsewhere;
  for (link::UsbDevice& candidate : bus_.scan()) {
    if (link::is_at(candidate, wanted_.place) && wanted_.fits(candidate)) {
      check(candidate, now);
      return std::move(candidate);
    }
    if (!wanted_.serial.empty() && candidate.serial == wanted_.serial) elsewhere = candidate.place;
  }
  if (now >= missing_due_ || !elsewhere.empty()) {
    missing_told_ = true;
    faults_.raise(missing, wanted_.name,
                  elsewhere.empty() ? fmt::format("no {} is plugged in at {}", wanted_.kind, wanted_.place)
                                    : fmt::format("it moved from {} to {}", wanted_.place, elsewhere),
                  now);
  }
  return std::nullopt;
}

void DevicePlace::check(const link::UsbDevice& device, BootTime now) {
  present_ = true;
  faults_.clear(wanted_.kind + ".missing", wanted_.name, now);
  const bool other_id = !wanted_.id.empty() && link::id_of(device) != wanted_.id;
  const bool other_serial = !wanted_.serial.empty() && device.serial != wanted_.serial;
  faults_.set(other_id || other_serial, wanted_.kind + ".replaced", wanted_.name,
              fmt::format("{} {} instead of {} {}", link::id_of(device), device.serial, wanted_.id, wanted_.serial), now);
}

bool DevicePlace::still_there(const link::UsbDevice& device, BootTime now) {
  if (bus_.changes() == seen_changes_ && now < scan_due_) return true;
  seen_changes_ = bus_.changes();
  scan_due_ = now + kDeviceScan;
  const auto all = bus_.scan();
  return std::any_of(all.begin(), all.end(), [&](const link::UsbDevice& candidate) {
    return candidate.session == device.session && candidate.place == device.place;
  });
}

void DevicePlace::lost(BootTime now) {
  missing_due_ = now + kDeviceMissing;
  present_ = missing_told_ = false;
  seen_changes_ = ~std::uint64_t{0};
}

}  // namespace station::drivers
