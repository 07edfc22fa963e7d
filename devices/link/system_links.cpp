#include "devices/link/system_links.h"

#include "devices/link/serial.h"

namespace station::link {

base::Result<std::unique_ptr<SystemLinks>> SystemLinks::open(const std::string& sysfs) {
  auto bus = LibusbBus::start(sysfs);
  if (!bus) return tl::unexpected(bus.error());
  return std::unique_ptr<SystemLinks>(new SystemLinks(std::move(*bus), sysfs));
}

base::Result<std::unique_ptr<ByteLink>> SystemLinks::serial(const std::string& device, int baud) {
  return std::make_unique<SerialLink>(SerialSettings{device, baud});
}

}  // namespace station::link
