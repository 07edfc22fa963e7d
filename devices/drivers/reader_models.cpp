#include "devices/drivers/reader_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace station::drivers {

namespace wire = codec::ccid;

namespace {

constexpr std::array kReaders{
    ReaderModel{0x072F, 0x2200, "ACS ACR122U"},
    ReaderModel{0x072F, 0x90CC, "ACS ACR122U (early)"},
    ReaderModel{0x072F, 0x223B, "ACS ACR1252U"},
    ReaderModel{0x072F, 0x223E, "ACS ACR1252U without SAM"},
    ReaderModel{0x072F, 0x221A, "ACS ACR1251U"},
    ReaderModel{0x072F, 0x2303, "ACS ACR1552U"},
    ReaderModel{0x072F, 0x2308, "ACS ACR1552U without SAM"},
    ReaderModel{0x072F, 0x2301, "ACS ACR1581U"},
    ReaderModel{0x072F, 0x2224, "ACS ACR1281U"},
    ReaderModel{0x096E, 0x0608, "Feitian R502-CL"},
    ReaderModel{0x096E, 0x060D, "Feitian R502"},
    ReaderModel{0x31AA, 0x2000, "Circle CIR215"},
    ReaderModel{0x31AA, 0x2001, "Circle CIR215"},
    ReaderModel{0x31AA, 0x3002, "Circle CIR315 CL"},
    ReaderModel{0x04E6, 0x5790, "Identiv uTrust 3700 F"},
    ReaderModel{0x04E6, 0x5612, "Identiv uTrust 3720"},
    ReaderModel{0x04E6, 0x5293, "SCM SCL01x"},
    ReaderModel{0x076B, 0x5022, "HID OMNIKEY 5022"},
    ReaderModel{0x076B, 0x5023, "HID OMNIKEY 5023"},
    ReaderModel{0x076B, 0x5427, "HID OMNIKEY 5427CK"},
    ReaderModel{0x076B, 0x5422, "HID OMNIKEY 5422"},
    ReaderModel{0x257B, 0xC305, "Decard DC4"},
    ReaderModel{0x03EB, 0x6120, "Jinmuyu MR800"},
    ReaderModel{0x09D8, 0x0428, "Elatec TWN4"},
    ReaderModel{0x09D8, 0x0427, "Elatec TWN4 (TPDU)"},
};

constexpr std::uint8_t kVendorClass = 0xFF;

bool is_ccid(const link::UsbDevice& device, const link::UsbInterface& i) {
  if (i.subclass != 0 || i.protocol != 0 || !wire::find_descriptor(i.extra)) return false;
  // Some makers use a class of their own for the same messages: only what is known to speak them.
  return i.class_code == wire::kClass || (i.class_code == kVendorClass && find_model(device));
}

}  // namespace

const ReaderModel* find_model(const link::UsbDevice& device) {
  const auto it = std::find_if(kReaders.begin(), kReaders.end(), [&](const ReaderModel& m) {
    return m.vendor == device.vendor && m.product == device.product;
  });
  return it == kReaders.end() ? nullptr : &*it;
}

std::string describe(const link::UsbDevice& device) {
  const ReaderModel* model = find_model(device);
  return model ? fmt::format("{} {}", link::id_of(device), model->name) : link::id_of(device);
}

bool has_acr122_lights(const link::UsbDevice& device) { return device.vendor == 0x072F && device.product == 0x2200; }

const link::UsbInterface* contactless_interface(const link::UsbDevice& device, int wanted) {
  const link::UsbInterface* first = nullptr;
  for (const link::UsbInterface& i : device.interfaces) {
    if (!is_ccid(device, i)) continue;
    if (wanted >= 0) {
      if (i.number == wanted) return &i;
      continue;
    }
    for (const char* word : {"PICC", "CL", "Contactless"})
      if (i.name.find(word) != std::string::npos) return &i;
    const bool sam = i.name.find("SAM") != std::string::npos;
    if (!first && !sam) first = &i;
  }
  return first;
}

std::string objection_to(const link::UsbDevice& device, const wire::Descriptor& descriptor, int slot, bool allow_tpdu) {
  const wire::Level level = descriptor.level();
  const bool usable = level == wire::Level::short_apdu || level == wire::Level::extended_apdu ||
                      (level == wire::Level::tpdu && allow_tpdu);
  if (!usable) return fmt::format("reader {} works at {} level", link::id_of(device), wire::to_string(level));
  if (slot >= descriptor.slots) return fmt::format("it has no slot {}", slot);
  return {};
}

std::string foreign_protocol(const link::UsbDevice& device) {
  for (const link::UsbInterface& i : device.interfaces) {
    if (i.class_code == wire::kClass && (i.protocol == 1 || i.protocol == 2))
      return fmt::format("reader {} speaks ICCD (protocol {:02X}), which is not supported", link::id_of(device), i.protocol);
    if (i.class_code == kVendorClass && wire::find_descriptor(i.extra) && !find_model(device))
      return fmt::format("reader {} uses a class of its maker and is not a known model", link::id_of(device));
  }
  return {};
}

std::size_t bulk_packet(const link::UsbInterface& interface) {
  for (const link::UsbEndpoint& e : interface.endpoints)
    if (e.type == 2 && (e.address & 0x80) != 0) return e.max_packet;
  return 64;
}

bool has_notices(const link::UsbInterface& interface) {
  return std::any_of(interface.endpoints.begin(), interface.endpoints.end(),
                     [](const link::UsbEndpoint& e) { return e.type == 3 && (e.address & 0x80) != 0; });
}

}  // namespace station::drivers
