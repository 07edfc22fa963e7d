#include "devices/link/hub_control.h"

#include <fmt/format.h>

#include <algorithm>

namespace station::link {

using base::Errc;
using base::fail;

namespace {

constexpr base::Milliseconds kLimit{1'000};
constexpr std::uint8_t kHubClass = 0x09;
constexpr std::uint16_t kPowerFeature = 8;
constexpr unsigned kOverCurrent = 0x0008;
constexpr unsigned kPowerUsb2 = 0x0100;
constexpr unsigned kPowerUsb3 = 0x0200;

bool is_usb3(const UsbDevice& device) { return device.usb_version >= 0x0300; }

tl::unexpected<base::Error> refused(const std::string& hub, UsbError error) {
  const Errc code = error == UsbError::no_device ? Errc::not_found : error == UsbError::access ? Errc::denied : Errc::io;
  return fail(code, fmt::format("hub {}: {}", hub, to_string(error)));
}

}  // namespace

base::Result<UsbDevice> HubControl::device_at(const std::string& hub) {
  for (UsbDevice& device : bus_.scan())
    if (is_at(device, hub) && device.class_code == kHubClass) return std::move(device);
  return fail(Errc::not_found, fmt::format("no hub is plugged in at {}", hub));
}

base::Result<HubFacts> HubControl::find(const std::string& hub) {
  const auto device = device_at(hub);
  if (!device) return tl::unexpected(device.error());
  const UsbSetup request{0xA0, 0x06, static_cast<std::uint16_t>(is_usb3(*device) ? 0x2A00 : 0x2900), 0};
  const auto d = bus_.control(*device, request, is_usb3(*device) ? 12 : 71, kLimit);
  if (!d) return refused(hub, d.error());
  if (d->size() < 7) return fail(Errc::corrupt, fmt::format("hub {}: its descriptor is too short", hub));
  constexpr unsigned kSwitchingBits = 0x03;
  const unsigned switching = (*d)[3] & kSwitchingBits;
  HubFacts facts;
  facts.place = device->place;
  facts.serial = device->serial;
  facts.session = device->session;
  facts.ports = (*d)[2];
  facts.switching = switching == 0 ? Switching::ganged : switching == 1 ? Switching::each_port : Switching::none;
  facts.power_good = std::max(base::Milliseconds{100}, base::Milliseconds{2 * (*d)[5]});
  facts.note = "hub requests";
  return facts;
}

base::Result<void> HubControl::set(const HubPort& port, bool on) {
  const auto device = device_at(port.hub);
  if (!device) return tl::unexpected(device.error());
  const UsbSetup request{0x23, static_cast<std::uint8_t>(on ? 3 : 1), kPowerFeature, static_cast<std::uint16_t>(port.port)};
  if (const auto done = bus_.control(*device, request, 0, kLimit); !done) return refused(port.hub, done.error());
  return {};
}

base::Result<PortReading> HubControl::read(const HubPort& port) {
  const auto device = device_at(port.hub);
  if (!device) return tl::unexpected(device.error());
  const auto data = bus_.control(*device, {0xA3, 0x00, 0, static_cast<std::uint16_t>(port.port)}, 4, kLimit);
  if (!data) return refused(port.hub, data.error());
  if (data->size() < 4) return fail(Errc::corrupt, fmt::format("hub {}: a port status is too short", port.hub));
  const unsigned status = (*data)[0] | static_cast<unsigned>((*data)[1]) << 8;
  PortReading reading;
  reading.powered = (status & (is_usb3(*device) ? kPowerUsb3 : kPowerUsb2)) != 0;
  reading.over_current = (status & kOverCurrent) != 0;
  return reading;
}

}  // namespace station::link
