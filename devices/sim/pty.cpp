#include "devices/sim/pty.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace station::sim {

using namespace std::chrono_literals;
using base::Errc;
using base::fail;

namespace {

tl::unexpected<base::Error> cannot(const char* what) {
  return fail(Errc::io, std::string("cannot ") + what + " a pseudo-terminal: " + std::strerror(errno));
}

}  // namespace

base::Result<std::unique_ptr<Pty>> Pty::open(SerialPeer& peer, const base::Clock& clock) {
  std::error_code error;
  std::string folder = (std::filesystem::temp_directory_path(error) / "station-line-XXXXXX").string();
  if (error || !mkdtemp(folder.data())) return cannot("name");
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return cannot("watch");
  std::unique_ptr<Pty> pty(new Pty(peer, clock, std::move(folder), wake));
  if (auto plugged = pty->plug(); !plugged) return tl::unexpected(plugged.error());
  pty->watch_ = peer.watch([wake] { static_cast<void>(eventfd_write(wake, 1)); });
  pty->thread_ = std::jthread([p = pty.get()](const std::stop_token& stop) { p->run(stop); });
  return pty;
}

Pty::Pty(SerialPeer& peer, const base::Clock& clock, std::string folder, int wake)
    : peer_(peer), clock_(clock), folder_(std::move(folder)), path_(folder_ + "/port"), wake_(wake) {}

Pty::~Pty() {
  if (thread_.joinable()) {
    thread_.request_stop();
    static_cast<void>(eventfd_write(wake_, 1));
    thread_.join();
  }
  watch_.reset();
  unplug();
  ::close(wake_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

base::Result<void> Pty::plug() {
  master_ = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  std::array<char, 128> name{};
  if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0 || ptsname_r(master_, name.data(), name.size()) != 0)
    return cannot("make");
  near_end_ = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios t{};
  if (near_end_ < 0 || tcgetattr(near_end_, &t) != 0) return cannot("set up");
  cfmakeraw(&t);
  if (tcsetattr(near_end_, TCSANOW, &t) != 0 || ::symlink(name.data(), path_.c_str()) != 0) return cannot("name");
  return {};
}

void Pty::unplug() {
  ::unlink(path_.c_str());
  if (near_end_ >= 0) ::close(near_end_);
  if (master_ >= 0) ::close(master_);
  near_end_ = master_ = -1;
}

void Pty::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "simulated line");
  while (!stop.stop_requested()) {
    if (peer_.plugged() && master_ < 0 && !plug()) unplug();
    if (!peer_.plugged() && master_ >= 0) unplug();
    int wait = -1;
    if (const auto due = peer_.next(); due && master_ >= 0)
      wait = static_cast<int>(std::max(Milliseconds(*due - clock_.mono()), Milliseconds{0}).count());
    std::array<pollfd, 2> ready{pollfd{wake_, POLLIN, 0}, pollfd{master_, POLLIN, 0}};
    static_cast<void>(::poll(ready.data(), master_ >= 0 ? 2 : 1, wait));
    eventfd_t woken = 0;
    static_cast<void>(eventfd_read(wake_, &woken));
    if (master_ >= 0) carry();
  }
}

void Pty::carry() {
  std::array<std::uint8_t, 256> buffer{};
  const ssize_t n = ::read(master_, buffer.data(), buffer.size());
  if (n > 0) peer_.hear({buffer.data(), static_cast<std::size_t>(n)}, clock_.mono());
  // A near end that reads nothing fills the kernel's buffer; what does not fit is lost, as on a wire.
  const base::Bytes bytes = peer_.say(clock_.mono());
  if (!bytes.empty()) static_cast<void>(!::write(master_, bytes.data(), bytes.size()));
}

}  // namespace station::sim
