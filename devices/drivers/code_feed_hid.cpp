#include <fmt/format.h>

#include <algorithm>

#include "devices/codec/hid_pos.h"
#include "devices/drivers/code_feed.h"
#include "devices/drivers/device_place.h"

namespace station::drivers {

namespace {

using base::Errc;
using base::fail;
namespace hid_pos = codec::hid_pos;

constexpr std::uint8_t kHidClass = 0x03;
constexpr std::uint8_t kBootKeyboard = 0x01;
constexpr std::uint16_t kNewland = 0x1EAB;
constexpr Milliseconds kDescriptorLimit{1'000};
constexpr int kMostReports = 64;  // taken in one poll

const link::UsbInterface* scanner_interface(const link::UsbDevice& device) {
  const auto it = std::find_if(device.interfaces.begin(), device.interfaces.end(), [](const link::UsbInterface& i) {
    return i.class_code == kHidClass && i.protocol != kBootKeyboard;
  });
  return it == device.interfaces.end() ? nullptr : &*it;
}

bool is_hid(const link::UsbDevice& device) {
  return std::any_of(device.interfaces.begin(), device.interfaces.end(),
                     [](const link::UsbInterface& i) { return i.class_code == kHidClass; });
}

class HidPosFeed final : public CodeFeed {
 public:
  HidPosFeed(const std::string& name, const std::string& place, const std::string& id, link::UsbBus& bus, FaultSet& faults,
             BootTime now)
      : bus_(bus), place_({"scanner", name, place, id, "", &is_hid}, bus, faults, now) {}

  base::Result<void> open(BootTime now) override {
    if (!device_) device_ = place_.look(now);
    if (!device_) return fail(Errc::not_found, "nothing is plugged in there");
    const link::UsbInterface* interface = scanner_interface(*device_);
    if (!interface)
      return fail(Errc::invalid, fmt::format("scanner {} is set up as a keyboard; scan its setting for HID-POS", link::id_of(*device_)));
    auto pipe = bus_.open(*device_, interface->number, hid_pos::kLongestReport);
    if (!pipe) return refused(pipe.error(), interface->number, now);
    auto layout = described(**pipe, *interface);
    if (!layout && device_->vendor == kNewland) layout = hid_pos::newland_layout();
    if (!layout)
      return fail(Errc::invalid, fmt::format("scanner {} describes no report of decoded data", link::id_of(*device_)));
    pipe_ = std::move(*pipe);
    joiner_.emplace(*layout);
    note_ = fmt::format("{} {} at {}, HID-POS, data at byte {}", link::id_of(*device_), device_->name, device_->place,
                        layout->data_at);
    if (arrived_) pipe_->on_arrival(arrived_);
    static_cast<void>(pipe_->next_notice(Milliseconds{0}));  // begins to listen
    return {};
  }

  void close() override {
    pipe_.reset();
    joiner_.reset();
  }

  base::Result<std::vector<std::string>> poll(Milliseconds, BootTime now) override {
    if (!place_.still_there(*device_, now)) return gone(now);
    std::vector<std::string> codes;
    for (int i = 0; i < kMostReports; ++i) {
      const auto report = pipe_->next_notice(Milliseconds{0});
      if (!report && report.error() == link::UsbError::no_device) return gone(now);
      if (!report && report.error() != link::UsbError::timeout) {
        close();
        return fail(Errc::io, fmt::format("its reports end: {}", link::to_string(report.error())));
      }
      if (!report) break;
      const auto joined = joiner_->feed(*report, now);
      if (!joined) continue;
      if (const auto* code = std::get_if<std::string>(&*joined)) codes.push_back(*code);
      if (std::holds_alternative<hid_pos::Damage>(*joined)) ++damaged_;
    }
    if (joiner_->expire(now)) ++damaged_;
    return codes;
  }

  BootTime wake() const override {
    BootTime next = place_.wake();
    if (joiner_) next = std::min(next, joiner_->gap_ends().value_or(next));
    if (pipe_) next = std::min(next, pipe_->arrival().value_or(next));
    return next;
  }

  bool wake_by(std::function<void()> arrived) override {
    arrived_ = std::move(arrived);
    place_.watch(arrived_);
    return true;
  }

  std::uint64_t damaged() const override { return damaged_; }
  std::string note() const override { return note_; }

 private:
  tl::unexpected<base::Error> gone(BootTime now) {
    close();
    device_.reset();
    place_.lost(now);
    return fail(Errc::not_found, "it was unplugged");
  }

  tl::unexpected<base::Error> refused(link::UsbError error, int interface, BootTime now) {
    if (error == link::UsbError::no_device) return gone(now);
    if (error == link::UsbError::busy)
      return fail(Errc::conflict, fmt::format("scanner {} is used by {}", device_->place, bus_.holder(*device_, interface)));
    return fail(error == link::UsbError::access ? Errc::denied : Errc::io,
                fmt::format("scanner {} cannot be opened: {} (udev rule missing?)", device_->place, link::to_string(error)));
  }

  static std::optional<hid_pos::Layout> described(link::UsbPipe& pipe, const link::UsbInterface& interface) {
    const auto length = hid_pos::descriptor_length(interface.extra);
    const auto descriptor = pipe.control({0x81, 0x06, 0x2200, static_cast<std::uint16_t>(interface.number)},
                                         length.value_or(512), kDescriptorLimit);
    return descriptor ? hid_pos::layout_of(*descriptor) : std::nullopt;
  }

  link::UsbBus& bus_;
  DevicePlace place_;
  std::function<void()> arrived_;
  std::optional<link::UsbDevice> device_;
  std::unique_ptr<link::UsbPipe> pipe_;
  std::optional<hid_pos::Joiner> joiner_;
  std::uint64_t damaged_ = 0;
  std::string note_;
};

}  // namespace

std::unique_ptr<CodeFeed> hid_pos_feed(const std::string& name, const std::string& place, const std::string& id,
                                       link::UsbBus& bus, FaultSet& faults, BootTime now) {
  return std::make_unique<HidPosFeed>(name, place, id, bus, faults, now);
}

}  // namespace station::drivers
