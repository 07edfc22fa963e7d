#include "sync/central/control.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace station::central {

using base::Errc;
using base::fail;

namespace {

constexpr std::size_t kLongestOrder = 4096;
constexpr int kReadLimit_ms = 5'000;

bool address_of(const std::filesystem::path& socket, sockaddr_un& out) {
  const std::string name = socket.string();
  out = {};
  out.sun_family = AF_UNIX;
  if (name.size() >= sizeof out.sun_path) return false;
  std::memcpy(out.sun_path, name.c_str(), name.size() + 1);
  return true;
}

const sockaddr* general(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // whoever asked has gone
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string read_line(int fd) {
  std::string line;
  char buffer[512];
  pollfd ready{fd, POLLIN, 0};
  while (line.size() < kLongestOrder && line.find('\n') == std::string::npos &&
         ::poll(&ready, 1, kReadLimit_ms) > 0) {
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0) break;
    line.append(buffer, static_cast<std::size_t>(n));
  }
  const std::size_t end = line.find('\n');
  return end == std::string::npos ? std::string() : line.substr(0, end);
}

}  // namespace

base::Result<std::unique_ptr<Control>> Control::open(const std::filesystem::path& socket,
                                                     std::function<std::string(const std::string&)> answer) {
  sockaddr_un address;
  if (!address_of(socket, address)) return fail(Errc::io, socket.string() + ": is too long for a socket");
  std::unique_ptr<Control> control(new Control());
  control->socket_ = socket;
  control->answer_ = std::move(answer);
  ::unlink(socket.c_str());  // of a run that was killed; the store's lock keeps a second server out
  control->listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(control->listener_, general(address), sizeof address) == 0;
  ::umask(before);
  if (!bound || ::listen(control->listener_, 4) != 0 || ::pipe2(control->wake_, O_CLOEXEC) != 0)
    return fail(Errc::io, socket.string() + ": " + std::strerror(errno));
  control->thread_ = std::thread([c = control.get()] { c->serve(); });
  return control;
}

Control::~Control() {
  if (thread_.joinable()) {
    ::close(wake_[1]);
    thread_.join();
    ::close(wake_[0]);
    ::unlink(socket_.c_str());
  }
  if (listener_ >= 0) ::close(listener_);
}

void Control::serve() {
  while (true) {
    pollfd ready[2] = {{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0 && errno != EINTR) return;
    if (ready[1].revents != 0) return;
    if (ready[0].revents == 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (const std::string line = read_line(client); !line.empty()) write_all(client, answer_(line) + "\n");
    ::close(client);
  }
}

base::Result<std::string> order(const std::filesystem::path& socket, const std::string& line) {
  sockaddr_un address;
  if (!address_of(socket, address)) return fail(Errc::io, socket.string() + ": is too long for a socket");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, general(address), sizeof address) != 0) {
    const int why = errno;
    ::close(fd);
    return fail(why == ENOENT || why == ECONNREFUSED ? Errc::unavailable : Errc::denied,
                socket.string() + ": " + std::strerror(why));
  }
  write_all(fd, line + "\n");
  std::string answer;
  char buffer[512];
  for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
  ::close(fd);
  while (answer.ends_with('\n')) answer.pop_back();
  if (answer.empty()) return fail(Errc::io, "the server ended before it answered");
  return answer;
}

}  // namespace station::central
