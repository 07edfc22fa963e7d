#pragma once

#include <string>

#include "devices/link/keys.h"

namespace station::link {

// A keyboard through its kernel event node, grabbed: while it is open neither the window system nor an input method sees
// its keys.
class EvdevKeys final : public KeySource {
 public:
  // "/dev/input/by-path/…-event-kbd"
  explicit EvdevKeys(std::string path) : path_(std::move(path)) {}
  ~EvdevKeys() override { close(); }
  EvdevKeys(const EvdevKeys&) = delete;
  EvdevKeys& operator=(const EvdevKeys&) = delete;

  base::Result<void> open() override;
  void close() override;
  bool is_open() const override { return fd_ >= 0; }
  base::Result<std::vector<KeyEvent>> read(base::Milliseconds limit) override;
  std::string name() const override { return path_; }

 private:
  tl::unexpected<base::Error> lost(const char* doing, int error_number);

  const std::string path_;
  int fd_ = -1;
};

}  // namespace station::link
