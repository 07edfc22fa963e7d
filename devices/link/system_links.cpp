#include "devices/link/system_links.h"

#include "devices/link/evdev_keys.h"
#include "devices/link/serial.h"
#include "devices/link/tcp.h"

namespace station::link {

base::Result<std::unique_ptr<SystemLinks>> SystemLinks::open(const std::string& sysfs) {
  auto bus = LibusbBus::start(sysfs);
  if (!bus) return tl::unexpected(bus.error());
  return std::unique_ptr<SystemLinks>(new SystemLinks(std::move(*bus), sysfs));
}

base::Result<std::unique_ptr<ByteLink>> SystemLinks::serial(const std::string& device, int baud) {
  return std::make_unique<SerialLink>(SerialSettings{device, baud});
}

base::Result<std::unique_ptr<KeySource>> SystemLinks::keys(const std::string& device) {
  return std::make_unique<EvdevKeys>(device);
}

base::Result<std::unique_ptr<Listener>> SystemLinks::listener(const std::string& address) {
  auto listener = TcpListener::at(address);
  if (!listener) return tl::unexpected(listener.error());
  return std::unique_ptr<Listener>(std::move(*listener));
}

}  // namespace station::link
