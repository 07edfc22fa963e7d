#pragma once

#include <string>

#include "devices/link/byte_link.h"

namespace station::link {

struct SerialSettings {
  std::string path;  // stable: /dev/serial/by-id/…, or a pseudo-terminal
  int baud = 9600;   // 8 data bits, no parity, 1 stop bit, no flow control
};

// A serial port or USB-serial adapter through termios.
class SerialLink final : public ByteLink {
 public:
  explicit SerialLink(SerialSettings settings);
  ~SerialLink() override;
  SerialLink(const SerialLink&) = delete;
  SerialLink& operator=(const SerialLink&) = delete;

  base::Result<void> open() override;
  void close() override;
  bool is_open() const override { return fd_ >= 0; }
  base::Result<void> write(std::span<const std::uint8_t> bytes) override;
  base::Result<std::size_t> read(std::span<std::uint8_t> into, base::Milliseconds limit) override;
  std::string name() const override { return settings_.path; }

 private:
  tl::unexpected<base::Error> lost(const char* doing, int error_number);

  const SerialSettings settings_;
  int fd_ = -1;
};

}  // namespace station::link
