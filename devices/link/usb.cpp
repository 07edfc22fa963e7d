#include "devices/link/usb.h"

#include <fmt/format.h>

namespace station::link {

const char* to_string(UsbError error) {
  switch (error) {
    case UsbError::no_device:
      return "the device is gone";
    case UsbError::busy:
      return "the interface is in use";
    case UsbError::access:
      return "no permission";
    case UsbError::not_found:
      return "not found";
    case UsbError::stall:
      return "the endpoint stalled";
    case UsbError::timeout:
      return "no answer in time";
    case UsbError::overflow:
      return "more bytes than allowed";
    case UsbError::io:
      return "input/output error";
  }
  return "unknown error";
}

std::string id_of(const UsbDevice& device) { return fmt::format("{:04x}:{:04x}", device.vendor, device.product); }

bool is_at(const UsbDevice& device, const std::string& place) {
  return !place.empty() && (device.place == place || device.id_path == place);
}

}  // namespace station::link
