#include "devices/sim/charge_post_links.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace station::sim {

using namespace std::chrono_literals;
using base::Errc;
using base::fail;

namespace {

// The station's end of one connection.
class PostLink final : public link::ByteLink {
 public:
  PostLink(std::shared_ptr<SimChargePost> post, std::uint64_t id) : post_(std::move(post)), id_(id) {}
  ~PostLink() override { close(); }

  base::Result<void> open() override { return fail(Errc::unavailable, "the post has to connect anew"); }
  void close() override {
    if (open_) post_->disconnected(id_);
    open_ = false;
  }
  bool is_open() const override { return open_; }
  base::Result<void> write(std::span<const std::uint8_t> bytes) override {
    if (!open_ || !post_->alive(id_)) return fail(Errc::io, "the post closed the connection");
    post_->hear(id_, bytes);
    return {};
  }
  base::Result<std::size_t> read(std::span<std::uint8_t> into, base::Milliseconds /*limit*/) override {
    const base::Bytes bytes = post_->say(id_);
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    if (waiting_.empty() && (!open_ || !post_->alive(id_))) return fail(Errc::unavailable, "the post closed the connection");
    const std::size_t size = std::min(into.size(), waiting_.size());
    std::copy_n(waiting_.begin(), size, into.begin());
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    return size;
  }
  std::optional<base::BootTime> arrival() const override { return post_->next(); }
  std::string name() const override { return "simulated post"; }

 private:
  const std::shared_ptr<SimChargePost> post_;
  const std::uint64_t id_;
  base::Bytes waiting_;
  bool open_ = true;
};

int dial(const std::string& host, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  static_cast<void>(inet_pton(AF_INET, host.c_str(), &to.sin_addr));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) == 0)
    return fd;
  ::close(fd);
  return -1;
}

struct Line {
  std::shared_ptr<SimChargePost> post;
  int fd = -1;
  std::uint64_t id = 0;

  void hang_up() {
    if (fd < 0) return;
    ::close(fd);
    fd = -1;
    post->disconnected(id);
  }
  // What has to be carried now, both ways.
  void carry() {
    std::array<std::uint8_t, 512> buffer{};
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return hang_up();
    if (n > 0) post->hear(id, std::span(buffer).first(static_cast<std::size_t>(n)));
    const base::Bytes bytes = post->say(id);
    if (!bytes.empty() && ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return hang_up();
    if (!post->alive(id)) hang_up();
  }
};

}  // namespace

base::Result<void> MemoryListener::open() {
  open_ = true;
  return {};
}

base::Result<std::unique_ptr<link::ByteLink>> MemoryListener::accept() {
  for (const auto& post : posts_)
    if (post->wants_connection()) return std::unique_ptr<link::ByteLink>(std::make_unique<PostLink>(post, post->connected()));
  return std::unique_ptr<link::ByteLink>();
}

std::optional<base::BootTime> MemoryListener::arrival() const {
  base::BootTime next = base::BootTime::max();
  for (const auto& post : posts_)
    if (const auto at = post->connects_at()) next = std::min(next, *at);
  return next;
}

SimPostDialer::SimPostDialer(SimPosts posts, std::string host, std::uint16_t port, const base::Clock& clock)
    : posts_(std::move(posts)), host_(std::move(host)), port_(port), clock_(clock) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

SimPostDialer::~SimPostDialer() {
  thread_.request_stop();
  thread_.join();
}

void SimPostDialer::run(const std::stop_token& stop) {
  std::vector<Line> lines;
  for (const auto& post : posts_) lines.push_back({post, -1, 0});
  while (!stop.stop_requested()) {
    std::vector<pollfd> ready;
    Milliseconds wait = 100ms;  // hands may do something at any time
    for (Line& line : lines) {
      if (line.fd < 0 && line.post->wants_connection()) {
        line.fd = dial(host_, port_);
        if (line.fd >= 0) line.id = line.post->connected();
      }
      if (line.fd < 0) continue;
      ready.push_back({line.fd, POLLIN, 0});
      if (const auto next = line.post->next()) wait = std::clamp(Milliseconds(*next - clock_.mono()), 0ms, wait);
    }
    static_cast<void>(::poll(ready.data(), ready.size(), static_cast<int>(wait.count())));
    for (Line& line : lines)
      if (line.fd >= 0) line.carry();
  }
  for (Line& line : lines) line.hang_up();
}

}  // namespace station::sim
