#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "devices/link/links.h"

namespace station::drivers {

// Something that is plugged in and may be a device of a station.
struct FoundDevice {
  enum class Kind { card_reader, usb_hub, serial_adapter } kind = Kind::card_reader;
  std::string place;  // port path "1-2", or "/dev/serial/by-id/…"
  std::string id;     // "072f:2200"; empty for serial adapters
  std::string serial;
  std::string product;
  std::string note;  // what a maintainer should know: interfaces, switching
};
const char* to_string(FoundDevice::Kind kind);

// Everything of these kinds on the machine, in the order of places. Asks hubs what they can switch; switches nothing.
std::vector<FoundDevice> inventory(link::Links& links, const std::filesystem::path& serial_names = "/dev/serial/by-id");

}  // namespace station::drivers
