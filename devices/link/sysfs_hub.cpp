#include "devices/link/sysfs_hub.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace station::link {

using base::Errc;
using base::fail;

namespace {

std::optional<std::string> read_text(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::array<char, 64> buffer{};
  const ssize_t size = ::read(fd, buffer.data(), buffer.size());
  ::close(fd);
  if (size < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::optional<std::uint32_t> number_of(const std::string& text) {
  std::uint32_t value = 0;
  bool any = false;
  for (const char c : text) {
    if (c < '0' || c > '9') break;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
    any = true;
  }
  return any ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string SysfsHub::folder(const std::string& place, int port) const {
  const bool root_hub = place.starts_with("usb");
  const std::string interface = root_hub ? place.substr(3) + "-0:1.0" : place + ":1.0";
  return fmt::format("{}/{}/{}-port{}", root_, interface, place, port);
}

std::string SysfsHub::switch_of(const HubPort& port) {
  std::string place = port.hub;
  // An ID_PATH is looked up; a port path names the files directly.
  if (port.hub.find("-usb-") != std::string::npos) {
    const auto facts = fallback_.find(port.hub);
    if (!facts) return {};
    place = facts->place;
  }
  std::string file = folder(place, port.port) + "/disable";
  return ::access(file.c_str(), R_OK | W_OK) == 0 ? file : std::string{};
}

base::Result<HubFacts> SysfsHub::find(const std::string& hub) {
  auto facts = fallback_.find(hub);
  if (!facts) return facts;
  const std::string file = folder(facts->place, 1) + "/disable";
  if (::access(file.c_str(), W_OK) == 0)
    facts->note = "kernel switch";
  else
    facts->note = fmt::format("hub requests, because {}: {}; the kernel may undo them", file, std::strerror(errno));
  return facts;
}

base::Result<void> SysfsHub::set(const HubPort& port, bool on) {
  const std::string file = switch_of(port);
  if (file.empty()) return fallback_.set(port, on);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return fail(Errc::io, fmt::format("cannot open {}: {}", file, std::strerror(errno)));
  const bool written = ::write(fd, on ? "0" : "1", 1) == 1;
  const int error_number = errno;
  ::close(fd);
  if (!written) return fail(Errc::io, fmt::format("cannot write {}: {}", file, std::strerror(error_number)));
  return {};
}

base::Result<PortReading> SysfsHub::read(const HubPort& port) {
  const std::string file = switch_of(port);
  if (file.empty()) return fallback_.read(port);
  const auto disabled = read_text(file);
  if (!disabled) return fail(Errc::io, fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  PortReading reading;
  reading.powered = disabled->starts_with("0");
  const auto count = read_text(file.substr(0, file.rfind('/')) + "/over_current_count");
  if (count) reading.over_current_count = number_of(*count);
  return reading;
}

}  // namespace station::link
