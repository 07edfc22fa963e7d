#include "devices/sim/pty.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace station::sim {

using namespace std::chrono_literals;
using base::Errc;
using base::fail;

namespace {

constexpr Milliseconds kLongestWait{100};  // a push can be queued by another thread at any time

tl::unexpected<base::Error> failed(const char* what, int master) {
  const int error_number = errno;
  if (master >= 0) ::close(master);
  return fail(Errc::io, std::string("cannot ") + what + " a pseudo-terminal: " + std::strerror(error_number));
}

}  // namespace

base::Result<std::unique_ptr<Pty>> Pty::open(SerialPeer& peer, const base::Clock& clock) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (master < 0) return failed("open", -1);
  std::array<char, 128> path{};
  if (grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, path.data(), path.size()) != 0)
    return failed("unlock", master);
  const int near_end = ::open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (near_end < 0) return failed("open the near end of", master);
  termios t{};
  if (tcgetattr(near_end, &t) != 0) {
    ::close(near_end);
    return failed("read the settings of", master);
  }
  cfmakeraw(&t);
  const int wake = tcsetattr(near_end, TCSANOW, &t) == 0 ? eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) : -1;
  if (wake < 0) {
    ::close(near_end);
    return failed("set up", master);
  }
  return std::unique_ptr<Pty>(new Pty(peer, clock, master, near_end, wake, path.data()));
}

Pty::Pty(SerialPeer& peer, const base::Clock& clock, int master, int keep_open, int wake, std::string path)
    : peer_(peer), clock_(clock), master_(master), keep_open_(keep_open), wake_(wake), path_(std::move(path)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Pty::~Pty() {
  thread_.request_stop();
  static_cast<void>(eventfd_write(wake_, 1));
  thread_.join();
  ::close(wake_);
  ::close(keep_open_);
  ::close(master_);
}

void Pty::run(const std::stop_token& stop) {
  std::array<std::uint8_t, 256> buffer{};
  while (!stop.stop_requested()) {
    Milliseconds wait = kLongestWait;
    if (const auto due = peer_.next()) wait = std::clamp(Milliseconds(*due - clock_.mono()), Milliseconds{0}, wait);
    std::array<pollfd, 2> ready{pollfd{master_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    static_cast<void>(::poll(ready.data(), ready.size(), static_cast<int>(wait.count())));
    const ssize_t n = ::read(master_, buffer.data(), buffer.size());
    if (n > 0) peer_.hear({buffer.data(), static_cast<std::size_t>(n)}, clock_.mono());
    // A near end that reads nothing fills the kernel's buffer; what does not fit is lost, as on a wire.
    const base::Bytes bytes = peer_.say(clock_.mono());
    if (!bytes.empty() && ::write(master_, bytes.data(), bytes.size()) < 0) continue;
  }
}

}  // namespace station::sim
