#include "devices/link/serial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace station::link {

using base::Errc;
using base::fail;

namespace {

std::optional<speed_t> speed_of(int baud) {
  switch (baud) {
    case 9600:
      return B9600;
    case 19200:
      return B19200;
    case 57600:
      return B57600;
    case 115200:
      return B115200;
    default:
      return std::nullopt;
  }
}

// Raw bytes, 8N1, no flow control, modem lines ignored.
bool set_raw(int fd, speed_t speed) {
  termios t{};
  if (tcgetattr(fd, &t) != 0) return false;
  cfmakeraw(&t);
  t.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | PARENB | CRTSCTS);
  t.c_cflag |= CS8 | CLOCAL | CREAD;
  t.c_iflag &= ~static_cast<tcflag_t>(IXON | IXOFF | IXANY);
  t.c_cc[VMIN] = 0;
  t.c_cc[VTIME] = 0;
  return cfsetspeed(&t, speed) == 0 && tcsetattr(fd, TCSANOW, &t) == 0 && tcflush(fd, TCIOFLUSH) == 0;
}

// Adapters that turn the line around by themselves and pseudo-terminals answer ENOTTY: that is fine (LOCKERS 2).
void ask_for_rs485(int fd) {
  serial_rs485 mode{};
  if (ioctl(fd, TIOCGRS485, &mode) != 0) return;
  mode.flags |= SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
  mode.flags &= ~static_cast<__u32>(SER_RS485_RX_DURING_TX);
  static_cast<void>(ioctl(fd, TIOCSRS485, &mode));
}

}  // namespace

SerialLink::SerialLink(SerialSettings settings) : settings_(std::move(settings)) {}

SerialLink::~SerialLink() {
  close();
}

base::Result<void> SerialLink::open() {
  close();
  const auto speed = speed_of(settings_.baud);
  if (!speed) return fail(Errc::invalid, fmt::format("{}: {} baud is not supported", settings_.path, settings_.baud));
  fd_ = ::open(settings_.path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) return lost("open", errno);
  // A second program on the same line would break "one request in flight". The kernel's claim does not bind root; the lock
  // binds every program of ours.
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) return lost("claim", errno == EWOULDBLOCK ? EBUSY : errno);
  if (ioctl(fd_, TIOCEXCL) != 0 && errno != ENOTTY) return lost("claim", errno);
  if (!set_raw(fd_, *speed)) return lost("set up", errno);
  ask_for_rs485(fd_);
  return {};
}

void SerialLink::close() {
  if (fd_ < 0) return;
  static_cast<void>(ioctl(fd_, TIOCNXCL));  // a pseudo-terminal keeps the claim while its far end lives
  ::close(fd_);
  fd_ = -1;
}

base::Result<void> SerialLink::write(std::span<const std::uint8_t> bytes) {
  if (fd_ < 0) return fail(Errc::unavailable, settings_.path + " is not open");
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    // Requests are far smaller than the kernel's buffer: a full buffer means that nothing drains it.
    if (n <= 0) return lost("write to", n < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

base::Result<std::size_t> SerialLink::read(std::span<std::uint8_t> into, base::Milliseconds limit) {
  if (fd_ < 0) return fail(Errc::unavailable, settings_.path + " is not open");
  pollfd ready{fd_, POLLIN, 0};
  const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
  if (count < 0 && errno != EINTR) return lost("wait for", errno);
  if (count <= 0) return std::size_t{0};
  const ssize_t n = ::read(fd_, into.data(), into.size());
  if (n > 0) return static_cast<std::size_t>(n);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
  // With VMIN 0 a plugged port has bytes when poll says so; no bytes means that the adapter or the far end is gone.
  return lost("read from", n < 0 ? errno : EIO);
}

tl::unexpected<base::Error> SerialLink::lost(const char* doing, int error_number) {
  close();
  const Errc code =
      error_number == ENOENT || error_number == ENODEV || error_number == ENXIO ? Errc::not_found : Errc::io;
  if (error_number == EBUSY)
    return fail(Errc::unavailable, fmt::format("cannot {} {}: another program has it; is station-kiosk running?", doing,
                                               settings_.path));
  return fail(code, fmt::format("cannot {} {}: {}", doing, settings_.path, std::strerror(error_number)));
}

}  // namespace station::link
