#pragma once

#include <cstddef>
#include <string>

#include "devices/codec/ccid.h"
#include "devices/link/usb.h"

namespace station::drivers {

// Known readers (USB 2.10), and how to find the contactless interface of any reader.
struct ReaderModel {
  std::uint16_t vendor;
  std::uint16_t product;
  const char* name;
};

const ReaderModel* find_model(const link::UsbDevice& device);
std::string describe(const link::UsbDevice& device);  // "072f:2200 ACS ACR122U", or the id alone

// Light and sound by the pseudo-APDUs of the ACR122U (USB 2.7).
bool has_acr122_lights(const link::UsbDevice& device);

// The configured interface, else the one named as contactless, else the first that is no SAM socket. Null when the
// device has no CCID interface.
const link::UsbInterface* contactless_interface(const link::UsbDevice& device, int wanted);

// What stands against using it, for the maintainer: exchange level, slot, another protocol. Empty: nothing.
std::string objection_to(const link::UsbDevice& device, const codec::ccid::Descriptor& descriptor, int slot,
                         bool allow_tpdu);
// A reader that speaks ICCD over control transfers, or a class of its own: "reader 072f:1234 speaks ICCD (protocol 01)".
std::string foreign_protocol(const link::UsbDevice& device);

std::size_t bulk_packet(const link::UsbInterface& interface);
bool has_notices(const link::UsbInterface& interface);

}  // namespace station::drivers
