#pragma once

#include "devices/link/byte_link.h"
#include "devices/sim/serial_peer.h"

namespace station::sim {

// The near end of a line without an operating system: time is the clock's, reads never wait.
class MemoryLink final : public link::ByteLink {
 public:
  MemoryLink(SerialPeer& peer, const base::Clock& clock) : peer_(peer), clock_(clock) {}

  base::Result<void> open() override;
  void close() override { open_ = false; }
  bool is_open() const override { return open_; }
  base::Result<void> write(std::span<const std::uint8_t> bytes) override;
  base::Result<std::size_t> read(std::span<std::uint8_t> into, base::Milliseconds limit) override;
  std::optional<base::BootTime> arrival() const override { return peer_.last(); }
  std::string name() const override { return "simulated line"; }

 private:
  SerialPeer& peer_;
  const base::Clock& clock_;
  base::Bytes waiting_;
  bool open_ = false;
};

}  // namespace station::sim
