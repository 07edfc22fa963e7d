#include "devices/sim/scanners.h"

#include <algorithm>

#include "devices/codec/wedge.h"

namespace station::sim {

namespace hid_pos = codec::hid_pos;
using base::Errc;
using base::fail;
using link::UsbError;

namespace {

constexpr Milliseconds kBetweenReports{10};

}  // namespace

// ---- HID point of sale

void SimHidScanner::scan(const std::string& code) { queue(hid_pos::encode(settings_.layout, code, "]Q1")); }

void SimHidScanner::scan_half(const std::string& code) {
  auto reports = hid_pos::encode(settings_.layout, code, "]Q1");
  if (!reports.empty()) reports.pop_back();
  queue(reports);
}

void SimHidScanner::send_report(base::Bytes report) { queue({std::move(report)}); }

void SimHidScanner::queue(const std::vector<base::Bytes>& reports) {
  {
    std::lock_guard lock(mutex_);
    BootTime at = clock_.mono();
    for (const base::Bytes& report : reports) reports_.push_back({at += kBetweenReports, report});
  }
  changed();
}

link::UsbDevice SimHidScanner::description() const {
  link::UsbDevice device;
  device.vendor = settings_.vendor;
  device.product = settings_.product;
  device.usb_version = 0x0200;
  device.name = "Simulated scanner";
  link::UsbInterface interface;
  interface.class_code = 0x03;
  interface.protocol = settings_.keyboard ? 1 : 0;
  const auto length = hid_pos::sample_descriptor().size();
  interface.extra = {0x09, 0x21, 0x11, 0x01, 0x00, 0x01, 0x22, static_cast<std::uint8_t>(length & 0xFF),
                     static_cast<std::uint8_t>(length >> 8)};
  interface.endpoints = {{0x81, 3, 64}};
  device.interfaces.push_back(std::move(interface));
  return device;
}

void SimHidScanner::plugged_in(BootTime now) { reset(now); }

void SimHidScanner::reset(BootTime) {
  std::lock_guard lock(mutex_);
  reports_.clear();
}

link::UsbResult<void> SimHidScanner::bulk_out(std::span<const std::uint8_t>, BootTime) {
  return tl::unexpected(UsbError::stall);
}

link::UsbResult<base::Bytes> SimHidScanner::take(Endpoint endpoint, BootTime now) {
  std::lock_guard lock(mutex_);
  if (endpoint != Endpoint::interrupt_in || reports_.empty() || reports_.front().at > now)
    return tl::unexpected(UsbError::timeout);
  base::Bytes report = std::move(reports_.front().bytes);
  reports_.pop_front();
  return report;
}

std::optional<BootTime> SimHidScanner::due(Endpoint endpoint) const {
  std::lock_guard lock(mutex_);
  if (endpoint != Endpoint::interrupt_in || reports_.empty()) return std::nullopt;
  return reports_.front().at;
}

void SimHidScanner::clear_halt(link::UsbPipe::Direction) {}

link::UsbResult<base::Bytes> SimHidScanner::control(const link::UsbSetup& setup, std::size_t in_size, BootTime) {
  const bool asks = setup.type == 0x81 && setup.request == 6 && setup.value == 0x2200;
  if (!asks || !settings_.describes_itself) return tl::unexpected(UsbError::stall);
  base::Bytes descriptor = hid_pos::sample_descriptor();
  if (descriptor.size() > in_size) descriptor.resize(in_size);
  return descriptor;
}

// ---- serial

void SimSerialScanner::scan(const std::string& code) {
  base::Bytes bytes(code.begin(), code.end());
  bytes.push_back('\r');
  send(std::move(bytes));
}

void SimSerialScanner::send(base::Bytes bytes) {
  {
    std::lock_guard lock(mutex_);
    const BootTime begin = std::max(clock_.mono(), bytes_.empty() ? BootTime{} : bytes_.back().at);
    // A byte of ten bits at 9600 baud takes 1.04 ms.
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes_.push_back({begin + Milliseconds{static_cast<std::int64_t>((i + 1) * 25 / 24)}, bytes[i]});
  }
  changed();
}

void SimSerialScanner::set_plugged(bool plugged) {
  {
    std::lock_guard lock(mutex_);
    plugged_ = plugged;
    bytes_.clear();
  }
  changed();
}

bool SimSerialScanner::plugged() const {
  std::lock_guard lock(mutex_);
  return plugged_;
}

base::Bytes SimSerialScanner::say(BootTime now) {
  std::lock_guard lock(mutex_);
  base::Bytes said;
  for (; !bytes_.empty() && bytes_.front().at <= now; bytes_.pop_front()) said.push_back(bytes_.front().byte);
  return said;
}

std::optional<BootTime> SimSerialScanner::next() const {
  std::lock_guard lock(mutex_);
  return bytes_.empty() ? std::nullopt : std::optional(bytes_.front().at);
}

std::optional<BootTime> SimSerialScanner::last() const {
  std::lock_guard lock(mutex_);
  return bytes_.empty() ? std::nullopt : std::optional(bytes_.back().at);
}

// ---- keyboard wedge

class SimWedge::Source final : public link::KeySource {
 public:
  Source(SimWedge& wedge, std::string name) : wedge_(wedge), name_(std::move(name)) {}
  ~Source() override { close(); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  base::Result<void> open() override {
    close();
    std::lock_guard lock(wedge_.mutex_);
    if (!wedge_.plugged_) return fail(Errc::not_found, "cannot open " + name_ + ": no such device");
    if (wedge_.held_) return fail(Errc::conflict, "cannot grab " + name_ + ": device or resource busy");
    wedge_.grabbed_ = true;
    wedge_.keys_.clear();
    session_ = wedge_.session_;
    open_ = true;
    return {};
  }

  void close() override {
    if (!open_) return;
    std::lock_guard lock(wedge_.mutex_);
    wedge_.grabbed_ = open_ = false;
  }

  bool is_open() const override { return open_; }

  base::Result<std::vector<link::KeyEvent>> read(Milliseconds limit) override {
    if (!open_) return fail(Errc::unavailable, name_ + " is not open");
    std::unique_lock lock(wedge_.mutex_);
    const auto ready = [&] { return !wedge_.keys_.empty() || wedge_.session_ != session_ || !wedge_.plugged_; };
    if (limit > Milliseconds{0}) wedge_.pressed_.wait_for(lock, limit, ready);
    if (wedge_.session_ != session_ || !wedge_.plugged_) {
      open_ = wedge_.grabbed_ = false;
      return fail(Errc::not_found, "cannot read from " + name_ + ": no such device");
    }
    std::vector<link::KeyEvent> keys(wedge_.keys_.begin(), wedge_.keys_.end());
    wedge_.keys_.clear();
    return keys;
  }

  std::string name() const override { return name_; }

 private:
  SimWedge& wedge_;
  const std::string name_;
  std::uint64_t session_ = 0;
  bool open_ = false;
};

void SimWedge::scan(const std::string& code) {
  std::vector<link::KeyEvent> keys;
  for (const codec::wedge::Key& key : codec::wedge::type_out(code)) keys.push_back({key.type, key.code, key.value});
  press(std::move(keys));
}

void SimWedge::press(std::vector<link::KeyEvent> keys) {
  {
    std::lock_guard lock(mutex_);
    if (!plugged_) return;
    if (grabbed_)
      keys_.insert(keys_.end(), keys.begin(), keys.end());
    else if (!held_)
      leaked_.insert(leaked_.end(), keys.begin(), keys.end());
  }
  pressed_.notify_all();
}

void SimWedge::set_plugged(bool plugged) {
  {
    std::lock_guard lock(mutex_);
    plugged_ = plugged;
    ++session_;
  }
  pressed_.notify_all();
}

void SimWedge::set_held(bool held) {
  std::lock_guard lock(mutex_);
  held_ = held;
}

std::vector<link::KeyEvent> SimWedge::leaked() const {
  std::lock_guard lock(mutex_);
  return leaked_;
}

std::unique_ptr<link::KeySource> SimWedge::source(std::string name) {
  return std::make_unique<Source>(*this, std::move(name));
}

}  // namespace station::sim
