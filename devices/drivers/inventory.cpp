#include "devices/drivers/inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "devices/codec/ccid.h"

namespace station::drivers {

namespace {

constexpr std::uint8_t kHubClass = 0x09;

std::string about_switching(link::PortPower& power, const link::UsbDevice& device) {
  const auto facts = power.find(device.place);
  if (!facts) return facts.error().message;
  const char* switching = facts->switching == link::Switching::each_port ? "each port by itself"
                          : facts->switching == link::Switching::ganged  ? "all ports together"
                                                                         : "no port";
  return fmt::format("{} ports, switches {}{}", facts->ports, switching, facts->note.empty() ? "" : "; " + facts->note);
}

std::string about_reader(const link::UsbDevice& device) {
  std::string text;
  for (const link::UsbInterface& interface : device.interfaces) {
    if (interface.class_code != codec::ccid::kClass) continue;
    text += fmt::format("{}interface {}{}", text.empty() ? "" : ", ", interface.number,
                        interface.name.empty() ? "" : " \"" + interface.name + "\"");
    if (const auto descriptor = codec::ccid::find_descriptor(interface.extra))
      text += fmt::format(" ({}, {} slot{})", codec::ccid::to_string(descriptor->level()), descriptor->slots,
                          descriptor->slots == 1 ? "" : "s");
  }
  return text;
}

}  // namespace

const char* to_string(FoundDevice::Kind kind) {
  switch (kind) {
    case FoundDevice::Kind::card_reader:
      return "card reader";
    case FoundDevice::Kind::usb_hub:
      return "usb hub";
    case FoundDevice::Kind::serial_adapter:
      return "serial adapter";
  }
  return "";
}

std::vector<FoundDevice> inventory(link::Links& links, const std::filesystem::path& serial_names) {
  std::vector<FoundDevice> found;
  for (const link::UsbDevice& device : links.usb().scan()) {
    FoundDevice one{FoundDevice::Kind::card_reader, device.place, link::id_of(device), device.serial, device.name, {}};
    const bool reader = std::any_of(device.interfaces.begin(), device.interfaces.end(), [](const auto& interface) {
      return interface.class_code == codec::ccid::kClass;
    });
    if (reader) {
      one.note = about_reader(device);
      found.push_back(std::move(one));
    } else if (device.class_code == kHubClass) {
      one.kind = FoundDevice::Kind::usb_hub;
      one.note = about_switching(links.port_power(), device);
      found.push_back(std::move(one));
    }
  }
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(serial_names, none))
    found.push_back({FoundDevice::Kind::serial_adapter, entry.path().string(), {}, {}, entry.path().filename(), {}});
  std::sort(found.begin(), found.end(), [](const FoundDevice& a, const FoundDevice& b) {
    return std::pair(a.kind, a.place) < std::pair(b.kind, b.place);
  });
  return found;
}

}  // namespace station::drivers
