#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "sync/base/bytes.h"
#include "sync/base/clock.h"

namespace station::codec {

// Collects the bytes of a line into frames. Frames arrive in pieces, glued together or behind noise: what cannot begin
// a frame is dropped one byte at a time, and silence inside a frame ends it (LOCKERS 3, parser).
class FrameReader {
 public:
  static constexpr base::Milliseconds kGap{30};
  static constexpr std::size_t kLimit = 512;  // more than any frame; beyond it the oldest bytes are dropped

  // What the bytes at the front are.
  struct Verdict {
    enum Front { whole, beginning, nothing } front = nothing;
    std::size_t size = 0;  // of a whole frame
  };
  // `ended`: the line fell silent, no more bytes belong to these.
  using Judge = std::function<Verdict(std::span<const std::uint8_t> bytes, bool ended)>;

  void feed(std::span<const std::uint8_t> bytes, base::BootTime now);

  // The next whole frame. Call it after everything that the line had was fed, so that silence is really silence.
  std::optional<base::Bytes> next(const Judge& judge, base::BootTime now);

  void clear();
  std::size_t dropped() const { return dropped_; }  // bytes since clear()
  bool empty() const { return bytes_.empty(); }
  base::BootTime gap_ends() const { return last_fed_ + kGap; }

 private:
  void drop(std::size_t count);

  base::Bytes bytes_;
  base::BootTime last_fed_{};
  std::size_t dropped_ = 0;
};

}  // namespace station::codec
