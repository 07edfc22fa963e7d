#include "tests/link/emulated_kernel.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "sync/base/check.h"

namespace station::test {

namespace {

const std::string kController = "/devices/pci0000:00/0000:00:14.0";

std::string parent_of(const std::string& place) {
  const auto dot = place.rfind('.');
  return dot == std::string::npos ? "" : place.substr(0, dot);
}

void put_word(base::Bytes& bytes, unsigned value) {
  bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
}

// Device descriptor and configuration, as the kernel keeps them in sysfs.
std::string descriptors_of(const link::UsbDevice& d) {
  base::Bytes device{18, 1};
  put_word(device, d.usb_version);
  device.insert(device.end(), {d.class_code, 0, 0, 64});
  put_word(device, d.vendor);
  put_word(device, d.product);
  put_word(device, 0x0214);
  device.insert(device.end(), {0, 0, 0, 1});
  base::Bytes parts;
  for (const link::UsbInterface& i : d.interfaces) {
    parts.insert(parts.end(), {9, 4, static_cast<std::uint8_t>(i.number), 0, static_cast<std::uint8_t>(i.endpoints.size()),
                               i.class_code, i.subclass, i.protocol, 0});
    parts.insert(parts.end(), i.extra.begin(), i.extra.end());
    for (const link::UsbEndpoint& e : i.endpoints) {
      parts.insert(parts.end(), {7, 5, e.address, e.type});
      put_word(parts, e.max_packet);
      parts.push_back(16);
    }
  }
  base::Bytes configuration{9, 2};
  put_word(configuration, static_cast<unsigned>(parts.size() + 9));
  configuration.insert(configuration.end(), {static_cast<std::uint8_t>(d.interfaces.size()), 1, 0, 0x80, 50});
  device.insert(device.end(), configuration.begin(), configuration.end());
  device.insert(device.end(), parts.begin(), parts.end());
  return base::to_hex_upper(device);
}

link::UsbDevice root_hub() {
  link::UsbDevice d;
  d.vendor = 0x1D6B;
  d.product = 0x0002;
  d.usb_version = 0x0200;
  d.class_code = 9;
  link::UsbInterface i;
  i.class_code = 9;
  i.endpoints = {{0x81, 3, 4}};
  d.interfaces.push_back(i);
  return d;
}

// One device in umockdev's words: path, properties, attributes.
std::string record(const std::string& syspath, const link::UsbDevice& d, int address) {
  return fmt::format(
      "P: {}\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: BUSNUM=001\nE: DEVNUM={:03}\nE: DEVNAME=/dev/bus/usb/001/{:03}\n"
      "E: MAJOR=189\nE: MINOR={}\nA: busnum=1\\n\nA: devnum={}\\n\nA: speed=12\\n\nA: bConfigurationValue=1\\n\n"
      "A: idVendor={:04x}\\n\nA: idProduct={:04x}\\n\nA: bcdDevice=0214\\n\nA: bDeviceClass={:02x}\\n\n{}{}"
      "H: descriptors={}\n",
      syspath, address, address, address - 1, address, d.vendor, d.product, d.class_code,
      d.serial.empty() ? "" : "A: serial=" + d.serial + "\\n\n", d.name.empty() ? "" : "A: product=" + d.name + "\\n\n",
      descriptors_of(d));
}

std::string interface_record(const std::string& syspath, const std::string& place, const link::UsbInterface& i) {
  return fmt::format("P: {0}/{1}:1.{2}\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\nA: bInterfaceNumber={2:02}\\n\n{3}", syspath,
                     place, i.number, i.name.empty() ? "" : "A: interface=" + i.name + "\\n\n");
}

void write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::trunc);
  out << text;
  STATION_CHECK(out.good(), "an attribute can be written");
}

}  // namespace

EmulatedKernel::EmulatedKernel(const base::Clock& clock) : clock_(clock), testbed_(umockdev_testbed_new()) {
  STATION_CHECK(umockdev_in_mock_environment() != 0, "the test runs with umockdev's preload library");
  sim::SimUsbHubSettings root;
  root.ganged = true;
  root_node_ = std::make_unique<UsbNode>(testbed_, "/dev/bus/usb/001/001", std::make_shared<sim::SimUsbHub>(root), clock_);
  STATION_CHECK(umockdev_testbed_add_from_string(testbed_, ("P: " + kController + "\nE: SUBSYSTEM=pci\n").c_str(), nullptr) != 0 &&
                    umockdev_testbed_add_from_string(testbed_, record(kController + "/usb1", root_hub(), 1).c_str(), nullptr) != 0,
                "the root hub can be announced");
  inotify_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  stop_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::jthread([this](const std::stop_token& stop) { watch_switches(stop); });
}

EmulatedKernel::~EmulatedKernel() {
  thread_.request_stop();
  static_cast<void>(eventfd_write(stop_, 1));
  thread_.join();
  for (auto& [place, socket] : sockets_)
    if (socket.hub) socket.hub->on_power({});
  sockets_.clear();
  left_.clear();
  root_node_.reset();
  ::close(inotify_);
  ::close(stop_);
  g_object_unref(testbed_);
}

std::string EmulatedKernel::root() const {
  g_autofree char* root = umockdev_testbed_get_root_dir(testbed_);
  return root;
}

void EmulatedKernel::plug(const std::string& place, std::shared_ptr<sim::SimUsbDevice> device) {
  std::lock_guard lock(mutex_);
  STATION_CHECK(!sockets_.contains(place), "one device in one socket");
  const std::string parent = parent_of(place);
  Socket socket;
  socket.syspath = (parent.empty() ? kController + "/usb1" : sockets_.at(parent).syspath) + "/" + place;
  socket.device = std::move(device);
  socket.device->plugged_in(clock_.mono());
  const int address = ++last_address_;
  socket.node = std::make_unique<UsbNode>(testbed_, fmt::format("/dev/bus/usb/001/{:03}", address), socket.device, clock_);
  announce(place, socket, address);
  sockets_.emplace(place, std::move(socket));
}

void EmulatedKernel::announce(const std::string& place, const Socket& socket, int address) {
  const link::UsbDevice d = socket.device->description();
  GError* error = nullptr;
  ++announcements_;
  umockdev_testbed_add_from_string(testbed_, record(socket.syspath, d, address).c_str(), &error);
  for (const link::UsbInterface& i : d.interfaces)
    if (!error) umockdev_testbed_add_from_string(testbed_, interface_record(socket.syspath, place, i).c_str(), &error);
  STATION_CHECK(error == nullptr, "a device can be announced");
}

void EmulatedKernel::plug_hub(const std::string& place, std::shared_ptr<sim::SimUsbHub> hub, bool with_switches) {
  std::lock_guard lock(mutex_);
  plug(place, hub);
  Socket& socket = sockets_.at(place);
  socket.hub = hub;
  if (with_switches) make_switches(place, socket);
  hub->on_power([this, place](int port, bool on) { port_changed(place, port, on); });
}

void EmulatedKernel::unplug(const std::string& place) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> below;
  for (const auto& [other, socket] : sockets_)
    if (other.starts_with(place + ".")) below.push_back(other);
  for (auto it = below.rbegin(); it != below.rend(); ++it) unplug(*it);
  const auto it = sockets_.find(place);
  STATION_CHECK(it != sockets_.end(), "something is plugged in there");
  if (it->second.hub) it->second.hub->on_power({});
  it->second.node->leave();
  const std::string sys = "/sys" + it->second.syspath;
  ++announcements_;
  umockdev_testbed_uevent(testbed_, sys.c_str(), "remove");
  for (const link::UsbInterface& i : it->second.device->description().interfaces)
    umockdev_testbed_remove_device(testbed_, fmt::format("{}/{}:1.{}", sys, place, i.number).c_str());
  umockdev_testbed_remove_device(testbed_, sys.c_str());
  std::erase_if(switches_, [&](const auto& entry) { return entry.second.first == place; });
  // Late reaps still arrive: the node itself stays until the test ends.
  static_cast<void>(left_.emplace_back(std::move(it->second.node)));
  sockets_.erase(it);
}

std::uint64_t EmulatedKernel::announcements() const {
  std::lock_guard lock(mutex_);
  return announcements_;
}

bool EmulatedKernel::plugged(const std::string& place) const {
  std::lock_guard lock(mutex_);
  return sockets_.contains(place);
}

UsbNode& EmulatedKernel::node(const std::string& place) {
  std::lock_guard lock(mutex_);
  return *sockets_.at(place).node;
}

// ---- ports

std::string EmulatedKernel::switch_file(const std::string& hub, int port) const {
  return fmt::format("{}/sys{}/{}:1.0/{}-port{}/", root(), sockets_.at(hub).syspath, hub, hub, port);
}

std::string EmulatedKernel::switch_of(const std::string& hub, int port) const {
  return fmt::format("/sys/bus/usb/devices/{}:1.0/{}-port{}/disable", hub, hub, port);
}

void EmulatedKernel::make_switches(const std::string& place, const Socket& socket) {
  for (int port = 1; port <= socket.hub->port_count(); ++port) {
    const std::string folder = switch_file(place, port);
    std::filesystem::create_directories(folder);
    write_file(folder + "over_current_count", "0\n");
    write_file(folder + "disable", "0\n");
    const int watch = inotify_add_watch(inotify_, (folder + "disable").c_str(), IN_CLOSE_WRITE);
    STATION_CHECK(watch >= 0, "a switch can be watched");
    switches_[watch] = {place, port};
  }
}

void EmulatedKernel::over_current(const std::string& hub, int port) {
  std::lock_guard lock(mutex_);
  sockets_.at(hub).hub->over_current(port);
  const std::string file = switch_file(hub, port) + "over_current_count";
  unsigned count = 0;
  std::ifstream(file) >> count;
  write_file(file, fmt::format("{}\n", count + 1));
}

void EmulatedKernel::show_switch(const std::string& hub, int port, bool on) {
  if (!sockets_.contains(hub)) return;
  const std::string folder = switch_file(hub, port);
  std::error_code none;
  if (!std::filesystem::exists(folder + "disable", none)) return;
  char now = 0;
  std::ifstream(folder + "disable") >> now;
  if (now != (on ? '0' : '1')) write_file(folder + "disable", on ? "0\n" : "1\n");
}

// The hub switched: what hangs on the port loses its power, or gets it back.
void EmulatedKernel::port_changed(const std::string& hub, int port, bool on) {
  std::lock_guard lock(mutex_);
  const std::string place = fmt::format("{}.{}", hub, port);
  if (!on && sockets_.contains(place)) {
    dark_[place] = sockets_.at(place).device;
    unplug(place);
  }
  if (const auto it = dark_.find(place); on && it != dark_.end()) {
    plug(place, it->second);
    dark_.erase(it);
  }
  show_switch(hub, port, on);
}

void EmulatedKernel::obey_switch(const std::string& hub, int port) {
  std::lock_guard lock(mutex_);
  if (!sockets_.contains(hub)) return;
  const auto device = sockets_.at(hub).hub;
  char wanted = 0;
  std::ifstream(switch_file(hub, port) + "disable") >> wanted;
  const bool on = wanted == '0';
  if (on == device->powered(port)) return;
  static_cast<void>(device->control({0x23, static_cast<std::uint8_t>(on ? 3 : 1), 8, static_cast<std::uint16_t>(port)}, 0, clock_.mono()));
  show_switch(hub, port, device->powered(port));  // a hub that ignores the request reads as before
}

void EmulatedKernel::watch_switches(const std::stop_token& stop) {
  alignas(inotify_event) std::array<char, 4'096> buffer{};
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> ready{pollfd{inotify_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    static_cast<void>(::poll(ready.data(), ready.size(), -1));
    const ssize_t n = ::read(inotify_, buffer.data(), buffer.size());
    for (ssize_t at = 0; at < n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      std::pair<std::string, int> which;
      {
        std::lock_guard lock(mutex_);
        const auto it = switches_.find(event->wd);
        if (it == switches_.end()) continue;
        which = it->second;
      }
      obey_switch(which.first, which.second);
    }
  }
}

// ---- time

void EmulatedKernel::time_passed() {
  std::lock_guard lock(mutex_);
  for (auto& [place, socket] : sockets_) socket.node->time_passed();
}

bool EmulatedKernel::quiet() const {
  std::lock_guard lock(mutex_);
  for (const auto& [place, socket] : sockets_)
    if (!socket.node->quiet()) return false;
  // A switch that was written and not yet obeyed.
  for (const auto& [watch, which] : switches_) {
    char now = 0;
    std::ifstream(switch_file(which.first, which.second) + "disable") >> now;
    if (now != (sockets_.at(which.first).hub->powered(which.second) ? '0' : '1')) return false;
  }
  return true;
}

std::optional<base::BootTime> EmulatedKernel::due() const {
  std::lock_guard lock(mutex_);
  std::optional<base::BootTime> next;
  for (const auto& [place, socket] : sockets_)
    if (const auto one = socket.node->due(); one && (!next || *one < *next)) next = one;
  return next;
}

}  // namespace station::test
