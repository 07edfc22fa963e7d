#include "devices/codec/frame_reader.h"

#include "sync/base/check.h"

namespace station::codec {

void FrameReader::feed(std::span<const std::uint8_t> bytes, base::BootTime now) {
  if (bytes.empty()) return;
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  last_fed_ = now;
  if (bytes_.size() > kLimit) {
    dropped_ += bytes_.size() - kLimit;
    drop(bytes_.size() - kLimit);
  }
}

std::optional<base::Bytes> FrameReader::next(const Judge& judge, base::BootTime now) {
  const bool ended = now >= gap_ends();
  while (!bytes_.empty()) {
    const Verdict verdict = judge(bytes_, ended);
    if (verdict.front == Verdict::whole) {
      STATION_CHECK(verdict.size > 0 && verdict.size <= bytes_.size(), "a whole frame lies within the bytes");
      base::Bytes frame(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(verdict.size));
      drop(verdict.size);
      return frame;
    }
    if (verdict.front == Verdict::beginning && !ended) return std::nullopt;
    ++dropped_;
    drop(1);
  }
  return std::nullopt;
}

void FrameReader::clear() {
  bytes_.clear();
  dropped_ = 0;
}

void FrameReader::drop(std::size_t count) {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace station::codec
