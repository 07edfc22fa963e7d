#include "devices/link/evdev_keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/input.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace station::link {

using base::Errc;
using base::fail;

base::Result<void> EvdevKeys::open() {
  close();
  fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) return lost("open", errno);
  // Before the first read: a key that anybody else sees could operate the screen.
  if (ioctl(fd_, EVIOCGRAB, 1) != 0) return lost("grab", errno);
  return {};
}

void EvdevKeys::close() {
  if (fd_ < 0) return;
  ::close(fd_);  // ends the grab
  fd_ = -1;
}

base::Result<std::vector<KeyEvent>> EvdevKeys::read(base::Milliseconds limit) {
  if (fd_ < 0) return fail(Errc::unavailable, path_ + " is not open");
  std::vector<KeyEvent> keys;
  pollfd ready{fd_, POLLIN, 0};
  const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
  if (count < 0 && errno != EINTR) return lost("wait for", errno);
  if (count <= 0) return keys;
  std::array<input_event, 64> events{};
  const ssize_t n = ::read(fd_, events.data(), sizeof(events));
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return keys;
  if (n <= 0) return lost("read from", n < 0 ? errno : ENODEV);
  // The kernel hands out whole events only.
  for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(input_event); ++i)
    keys.push_back({events[i].type, events[i].code, events[i].value});
  return keys;
}

tl::unexpected<base::Error> EvdevKeys::lost(const char* doing, int error_number) {
  close();
  Errc code = Errc::io;
  if (error_number == ENOENT || error_number == ENODEV || error_number == ENXIO) code = Errc::not_found;
  if (error_number == EACCES || error_number == EPERM) code = Errc::denied;
  if (error_number == EBUSY) code = Errc::conflict;
  return fail(code, fmt::format("cannot {} {}: {}", doing, path_, std::strerror(error_number)));
}

}  // namespace station::link
