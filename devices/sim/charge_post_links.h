#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "devices/link/listener.h"
#include "devices/sim/charge_post.h"

namespace station::sim {

using SimPosts = std::vector<std::shared_ptr<SimChargePost>>;

// Where simulated posts connect, without an operating system: time is the clock's, nothing ever waits.
class MemoryListener final : public link::Listener {
 public:
  explicit MemoryListener(SimPosts posts) : posts_(std::move(posts)) {}

  base::Result<void> open() override;
  void close() override { open_ = false; }
  bool is_open() const override { return open_; }
  base::Result<std::unique_ptr<link::ByteLink>> accept() override;
  std::optional<base::BootTime> arrival() const override;
  std::string name() const override { return "simulated network"; }

 private:
  const SimPosts posts_;
  bool open_ = false;
};

// Simulated posts that dial a real TCP address, on a thread of their own, each byte at its time.
class SimPostDialer {
 public:
  // The clock must outlive it. Nobody needs to listen yet: posts dial again.
  SimPostDialer(SimPosts posts, std::string host, std::uint16_t port, const base::Clock& clock);
  ~SimPostDialer();
  SimPostDialer(const SimPostDialer&) = delete;
  SimPostDialer& operator=(const SimPostDialer&) = delete;

 private:
  void run(const std::stop_token& stop);

  const SimPosts posts_;
  const std::string host_;
  const std::uint16_t port_;
  const base::Clock& clock_;
  std::jthread thread_;
};

}  // namespace station::sim
