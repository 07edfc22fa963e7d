#include "devices/link/libusb_bus.h"

#include <fmt/format.h>
#include <libusb.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "devices/link/libusb_pipe.h"

namespace station::link {

namespace {

using base::Milliseconds;

// A text attribute of the kernel's description; empty when there is none.
std::string attribute(const std::string& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  return text;
}

std::string place_of(libusb_device* device) {
  std::array<std::uint8_t, 8> ports{};
  const int depth = libusb_get_port_numbers(device, ports.data(), static_cast<int>(ports.size()));
  const int bus = libusb_get_bus_number(device);
  if (depth <= 0) return fmt::format("usb{}", bus);
  std::string place = fmt::format("{}-{}", bus, ports[0]);
  for (std::size_t i = 1; i < static_cast<std::size_t>(depth); ++i) place += fmt::format(".{}", ports[i]);
  return place;
}

// As udev's path_id writes it: the controller, then the ports.
std::string id_path_of(const std::string& sysfs, const std::string& place) {
  const auto dash = place.find('-');
  if (dash == std::string::npos) return {};
  std::error_code ignored;
  auto path = std::filesystem::canonical(sysfs + "/usb" + place.substr(0, dash), ignored);
  if (ignored) return {};
  const std::string controller = path.parent_path().filename().string();
  const bool pci = controller.size() == 12 && controller[4] == ':' && controller[7] == ':';
  return fmt::format("{}-{}-usb-0:{}", pci ? "pci" : "platform", controller, place.substr(dash + 1));
}

UsbInterface interface_of(const libusb_interface_descriptor& d, const std::string& sysfs, const std::string& place,
                          int configuration) {
  UsbInterface interface;
  interface.number = d.bInterfaceNumber;
  interface.class_code = d.bInterfaceClass;
  interface.subclass = d.bInterfaceSubClass;
  interface.protocol = d.bInterfaceProtocol;
  interface.name =
      attribute(fmt::format("{}/{}:{}.{}/interface", sysfs, place, configuration, interface.number));
  interface.extra.assign(d.extra, d.extra + d.extra_length);
  for (int i = 0; i < d.bNumEndpoints; ++i) {
    const libusb_endpoint_descriptor& e = d.endpoint[i];
    interface.endpoints.push_back({e.bEndpointAddress, static_cast<std::uint8_t>(e.bmAttributes & 0x03), e.wMaxPacketSize});
    // Some firmware puts its class descriptor behind the last endpoint.
    interface.extra.insert(interface.extra.end(), e.extra, e.extra + e.extra_length);
  }
  return interface;
}

}  // namespace

struct LibusbBus::Impl {
  libusb_context* context = nullptr;
  libusb_hotplug_callback_handle hotplug{};
  bool registered = false;
  std::string sysfs;
  std::atomic<std::uint64_t> changes{0};
  Watchers watchers;
  // A device keeps its session as long as libusb keeps the same object for it: a reference is held until it left.
  std::mutex mutex;
  std::vector<std::pair<libusb_device*, std::uint64_t>> known;
  std::uint64_t last_session = 0;
  std::jthread thread;

  // Nothing but a count and a wake: calls into libusb from here could never end.
  static int LIBUSB_CALL on_change(libusb_context*, libusb_device*, libusb_hotplug_event, void* self) {
    ++static_cast<Impl*>(self)->changes;
    static_cast<Impl*>(self)->watchers.notify();
    return 0;
  }

  void run(const std::stop_token& stop) const {
    while (!stop.stop_requested()) {
      timeval limit{60, 0};  // ended earlier by whatever happens, and by libusb_interrupt_event_handler
      libusb_handle_events_timeout_completed(context, &limit, nullptr);
    }
  }

  std::uint64_t session_of(libusb_device* device) {
    for (const auto& [one, session] : known)
      if (one == device) return session;
    known.emplace_back(libusb_ref_device(device), ++last_session);
    return last_session;
  }

  void forget_all_but(libusb_device** list, ssize_t count) {
    std::erase_if(known, [&](const auto& entry) {
      if (std::find(list, list + count, entry.first) != list + count) return false;
      libusb_unref_device(entry.first);
      return true;
    });
  }

  // A new reference, or null when that plugging is over.
  libusb_device* find(std::uint64_t session) {
    std::lock_guard lock(mutex);
    for (const auto& [device, its_session] : known)
      if (its_session == session) return libusb_ref_device(device);
    return nullptr;
  }
};

base::Result<std::unique_ptr<LibusbBus>> LibusbBus::start(std::string sysfs) {
  auto impl = std::make_unique<Impl>();
  impl->sysfs = std::move(sysfs);
  if (const int code = libusb_init(&impl->context); code != 0)
    return base::fail(base::Errc::unavailable, fmt::format("USB cannot be used: {}", libusb_error_name(code)));
  if (libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) != 0)
    impl->registered =
        libusb_hotplug_register_callback(
            impl->context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
            LIBUSB_HOTPLUG_ENUMERATE, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
            &Impl::on_change, impl.get(), &impl->hotplug) == 0;
  impl->thread = std::jthread([i = impl.get()](const std::stop_token& stop) { i->run(stop); });
  return std::unique_ptr<LibusbBus>(new LibusbBus(std::move(impl)));
}

LibusbBus::LibusbBus(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

LibusbBus::~LibusbBus() {
  if (impl_->registered) libusb_hotplug_deregister_callback(impl_->context, impl_->hotplug);
  impl_->thread.request_stop();
  libusb_interrupt_event_handler(impl_->context);
  impl_->thread.join();
  impl_->forget_all_but(nullptr, 0);
  libusb_exit(impl_->context);
}

std::vector<UsbDevice> LibusbBus::scan() {
  std::vector<UsbDevice> all;
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(impl_->context, &list);
  if (count < 0) return all;
  for (ssize_t i = 0; i < count; ++i) {
    libusb_device_descriptor d{};
    if (libusb_get_device_descriptor(list[i], &d) != 0) continue;
    UsbDevice device;
    device.place = place_of(list[i]);
    device.id_path = id_path_of(impl_->sysfs, device.place);
    device.vendor = d.idVendor;
    device.product = d.idProduct;
    device.usb_version = d.bcdUSB;
    device.class_code = d.bDeviceClass;
    device.serial = attribute(impl_->sysfs + "/" + device.place + "/serial");
    device.name = attribute(impl_->sysfs + "/" + device.place + "/product");
    libusb_config_descriptor* config = nullptr;
    if (libusb_get_active_config_descriptor(list[i], &config) == 0) {
      for (int n = 0; n < config->bNumInterfaces; ++n)
        if (config->interface[n].num_altsetting > 0)
          device.interfaces.push_back(interface_of(config->interface[n].altsetting[0], impl_->sysfs, device.place,
                                                   config->bConfigurationValue));
      libusb_free_config_descriptor(config);
    }
    std::lock_guard lock(impl_->mutex);
    device.session = impl_->session_of(list[i]);
    all.push_back(std::move(device));
  }
  {
    std::lock_guard lock(impl_->mutex);
    impl_->forget_all_but(list, count);
  }
  libusb_free_device_list(list, 1);
  return all;
}

std::uint64_t LibusbBus::changes() const { return impl_->changes; }

std::unique_ptr<Watch> LibusbBus::watch(std::function<void()> changed) { return impl_->watchers.add(std::move(changed)); }

UsbResult<std::unique_ptr<UsbPipe>> LibusbBus::open(const UsbDevice& device, int interface, std::size_t read_size) {
  libusb_device* found = impl_->find(device.session);
  if (!found) return tl::unexpected(UsbError::no_device);
  libusb_device_handle* handle = nullptr;
  int code = libusb_open(found, &handle);
  libusb_unref_device(found);
  if (code != 0) return tl::unexpected(usb_error(code));
  libusb_set_auto_detach_kernel_driver(handle, 1);
  code = libusb_claim_interface(handle, interface);
  const auto described = std::find_if(device.interfaces.begin(), device.interfaces.end(),
                                      [&](const UsbInterface& i) { return i.number == interface; });
  if (code != 0 || described == device.interfaces.end()) {
    libusb_close(handle);
    return tl::unexpected(code != 0 ? usb_error(code) : UsbError::not_found);
  }
  return open_pipe(handle, *described, read_size);
}

UsbResult<base::Bytes> LibusbBus::control(const UsbDevice& device, const UsbSetup& setup, std::size_t in_size,
                                          Milliseconds limit) {
  libusb_device* found = impl_->find(device.session);
  if (!found) return tl::unexpected(UsbError::no_device);
  libusb_device_handle* handle = nullptr;
  const int code = libusb_open(found, &handle);
  libusb_unref_device(found);
  if (code != 0) return tl::unexpected(usb_error(code));
  auto answer = control_transfer(handle, setup, in_size, limit);
  libusb_close(handle);
  return answer;
}

std::string LibusbBus::holder(const UsbDevice& device, int interface) {
  std::error_code none;
  const auto driver = std::filesystem::read_symlink(
      fmt::format("{}/{}:1.{}/driver", impl_->sysfs, device.place, interface), none);
  if (none || driver.filename() == "usbfs") return "another program (pcscd?)";
  return "driver " + driver.filename().string();
}

}  // namespace station::link
