#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "sync/base/clock.h"

namespace station::codec {

// Bytes of a serial code scanner to codes (USB 3.2): a code ends at CR or LF, or after 100 ms of silence. A code with
// control bytes inside, or longer than 1,024 bytes, is damaged and dropped up to its end.
class CodeLine {
 public:
  static constexpr base::Milliseconds kGap{100};
  static constexpr std::size_t kLongest = 1'024;

  void feed(std::span<const std::uint8_t> bytes, base::BootTime now);
  // The next whole code. Call it after everything that the line had was fed, so that silence is really silence.
  std::optional<std::string> next(base::BootTime now);

  std::optional<base::BootTime> gap_ends() const;
  std::uint64_t damaged() const { return damaged_; }
  void clear();

 private:
  void end();

  std::deque<std::string> codes_;
  std::string text_;
  bool spoilt_ = false;
  base::BootTime last_{};
  std::uint64_t damaged_ = 0;
};

}  // namespace station::codec
