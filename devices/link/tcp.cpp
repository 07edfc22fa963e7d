#include "devices/link/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace station::link {

using base::Errc;
using base::fail;

namespace {

constexpr int kBacklog = 64;

std::string words_of(const sockaddr_in& peer) {
  char text[INET_ADDRSTRLEN] = "";
  static_cast<void>(inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text));
  return std::string(text) + ":" + std::to_string(ntohs(peer.sin_port));
}

void set_option(int fd, int level, int option, int value) {
  // An option that the system does not know costs promptness, nothing else.
  static_cast<void>(setsockopt(fd, level, option, &value, sizeof value));
}

}  // namespace

base::Result<std::unique_ptr<TcpListener>> TcpListener::at(const std::string& address) {
  const auto wrong = [&] {
    return fail(Errc::invalid, "\"" + address + "\" is not an address of the form 192.168.7.1:7054");
  };
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return wrong();
  const std::string host = address.substr(0, colon);
  in_addr parsed{};
  if (inet_pton(AF_INET, host.c_str(), &parsed) != 1) return wrong();
  unsigned port = 0;
  const char* end = address.data() + address.size();
  const auto [rest, error] = std::from_chars(address.data() + colon + 1, end, port);
  if (error != std::errc() || rest != end || port > 65535) return wrong();
  return std::unique_ptr<TcpListener>(new TcpListener(host, static_cast<std::uint16_t>(port)));
}

TcpListener::~TcpListener() { close(); }

base::Result<void> TcpListener::open() {
  close();
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return failed("make a socket for");
  set_option(fd_, SOL_SOCKET, SO_REUSEADDR, 1);  // connections of the last run may linger
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_port = htons(port_);
  static_cast<void>(inet_pton(AF_INET, host_.c_str(), &own.sin_addr));
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return failed("use");
  if (::listen(fd_, kBacklog) != 0) return failed("listen on");
  socklen_t size = sizeof own;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size) == 0) port_ = ntohs(own.sin_port);
  return {};
}

void TcpListener::close() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
}

base::Result<std::unique_ptr<ByteLink>> TcpListener::accept() {
  if (fd_ < 0) return fail(Errc::unavailable, name() + " is not open");
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    // One that went away again before it was taken, or no room now: the listener itself is well.
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED || errno == EMFILE || errno == ENFILE)
      return std::unique_ptr<ByteLink>();
    return failed("take a connection on");
  }
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);  // finds peers that lost their power
  return std::unique_ptr<ByteLink>(std::make_unique<TcpLink>(fd, words_of(peer)));
}

tl::unexpected<base::Error> TcpListener::failed(const char* doing) {
  const int error_number = errno;
  close();
  return fail(Errc::io, std::string("cannot ") + doing + " " + name() + ": " + std::strerror(error_number));
}

base::Result<void> TcpLink::open() {
  if (fd_ >= 0) return {};
  return fail(Errc::unavailable, peer_ + " has to connect anew");
}

void TcpLink::close() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
}

base::Result<void> TcpLink::write(std::span<const std::uint8_t> bytes) {
  if (fd_ < 0) return fail(Errc::unavailable, peer_ + " is not connected");
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    // Frames are far smaller than the kernel's buffer: a full one means that the peer takes nothing any more.
    if (n <= 0) return lost("write to", n < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

base::Result<std::size_t> TcpLink::read(std::span<std::uint8_t> into, base::Milliseconds limit) {
  if (fd_ < 0) return fail(Errc::unavailable, peer_ + " is not connected");
  if (limit.count() > 0) {
    pollfd ready{fd_, POLLIN, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
    if (count < 0 && errno != EINTR) return lost("wait for", errno);
    if (count <= 0) return std::size_t{0};
  }
  const ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
  if (n > 0) return static_cast<std::size_t>(n);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
  if (n == 0) {
    close();
    return fail(Errc::unavailable, peer_ + " closed the connection");
  }
  return lost("read from", errno);
}

tl::unexpected<base::Error> TcpLink::lost(const char* doing, int error_number) {
  close();
  return fail(Errc::io, std::string("cannot ") + doing + " " + peer_ + ": " + std::strerror(error_number));
}

}  // namespace station::link
