#include "devices/sim/control_socket.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace station::sim {

using base::Errc;
using base::fail;

namespace {

tl::unexpected<base::Error> no_socket(const std::string& path, int fd) {
  const int error_number = errno;
  if (fd >= 0) ::close(fd);
  return fail(Errc::io, "cannot listen on " + path + ": " + std::strerror(error_number));
}

}  // namespace

base::Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::filesystem::path& path, Obey obey, Idle idle) {
  const std::string name = path.string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof(address.sun_path)) return fail(Errc::invalid, "the socket's path is too long: " + name);
  std::copy(name.begin(), name.end(), address.sun_path);
  const auto* target = reinterpret_cast<const sockaddr*>(&address);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return no_socket(name, fd);
  if (::connect(fd, target, sizeof(address)) == 0) {
    ::close(fd);
    return fail(Errc::conflict, "another program answers on " + name);
  }
  ::close(fd);
  ::unlink(name.c_str());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || ::bind(listener, target, sizeof(address)) != 0 || ::chmod(name.c_str(), 0600) != 0 ||
      ::listen(listener, 4) != 0)
    return no_socket(name, listener);
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return no_socket(name, listener);
  return std::unique_ptr<ControlSocket>(new ControlSocket(name, listener, wake, std::move(obey), std::move(idle)));
}

ControlSocket::ControlSocket(std::string path, int listener, int wake, Obey obey, Idle idle)
    : path_(std::move(path)), listener_(listener), wake_(wake), obey_(std::move(obey)), idle_(std::move(idle)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ControlSocket::~ControlSocket() {
  thread_.request_stop();
  static_cast<void>(eventfd_write(wake_, 1));
  thread_.join();
  ::close(listener_);
  ::close(wake_);
  ::unlink(path_.c_str());
}

void ControlSocket::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "sim hands");
  std::vector<Client> clients;
  while (!stop.stop_requested()) {
    const auto rest = idle_();
    std::vector<pollfd> ready{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Client& client : clients) ready.push_back({client.fd, POLLIN, 0});
    static_cast<void>(::poll(ready.data(), ready.size(), static_cast<int>(std::min<std::int64_t>(rest.count(), 3'600'000))));
    for (std::size_t i = clients.size(); i-- > 0;) {
      if (ready[i + 2].revents == 0 || serve(clients[i])) continue;
      ::close(clients[i].fd);
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if ((ready[1].revents & POLLIN) != 0) accept_one(clients);
  }
  for (const Client& client : clients) ::close(client.fd);
}

void ControlSocket::accept_one(std::vector<Client>& clients) const {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  if (clients.size() >= kMostClients) {
    ::close(fd);
    return;
  }
  clients.push_back({fd, {}});
}

// False: the client is done.
bool ControlSocket::serve(Client& client) {
  std::array<char, 1'024> buffer{};
  const ssize_t n = ::recv(client.fd, buffer.data(), buffer.size(), 0);
  if (n <= 0) return n < 0 && (errno == EAGAIN || errno == EINTR);
  client.input.append(buffer.data(), static_cast<std::size_t>(n));
  for (std::size_t end = client.input.find('\n'); end != std::string::npos; end = client.input.find('\n')) {
    std::string line = client.input.substr(0, end);
    client.input.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::string answer = obey_(line) + "\n";
    // Whoever does not read its answers is cut off.
    if (::send(client.fd, answer.data(), answer.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(answer.size())) return false;
  }
  return client.input.size() <= kLongestLine;
}

}  // namespace station::sim
