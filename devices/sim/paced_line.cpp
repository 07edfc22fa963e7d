#include "devices/sim/paced_line.h"

#include <algorithm>

#include "sync/base/bytes.h"

namespace station::sim {

namespace {

constexpr std::size_t kMostHeard = 100'000;  // frames kept for tests; older ones are forgotten

}  // namespace

PacedLine::PacedLine(int baud, Milliseconds late_by) : byte_time_(10'000'000 / baud), late_by_(late_by) {}

void PacedLine::set_echo(bool echo) {
  std::lock_guard guard(mutex_);
  echo_ = echo;
}

void PacedLine::set_plugged(bool plugged) {
  std::lock_guard guard(mutex_);
  plugged_ = plugged;
  under_way_.clear();
  partial_.clear();
  changed();
}

void PacedLine::make_noise(base::Bytes bytes) {
  std::lock_guard guard(mutex_);
  transmit(bytes, now_);
}

std::vector<std::string> PacedLine::heard() const {
  std::lock_guard guard(mutex_);
  return heard_;
}

bool PacedLine::plugged() const {
  std::lock_guard guard(mutex_);
  return plugged_;
}

void PacedLine::hear(std::span<const std::uint8_t> bytes, BootTime now) {
  std::lock_guard guard(mutex_);
  const Micros from = inner(now);
  time_passes(from);
  if (!plugged_) return;
  if (echo_) transmit(bytes, from);
  partial_.insert(partial_.end(), bytes.begin(), bytes.end());
  while (!partial_.empty()) {
    const codec::FrameReader::Verdict verdict = front(partial_);
    if (verdict.front == codec::FrameReader::Verdict::beginning) break;
    const std::size_t size = verdict.front == codec::FrameReader::Verdict::whole ? verdict.size : 1;
    if (verdict.front == codec::FrameReader::Verdict::whole) {
      const base::Bytes frame(partial_.begin(), partial_.begin() + static_cast<std::ptrdiff_t>(size));
      if (heard_.size() >= kMostHeard) heard_.clear();
      heard_.push_back(base::to_hex_upper(frame));
      obey(frame, from + static_cast<int>(bytes.size()) * byte_time_);
    }
    partial_.erase(partial_.begin(), partial_.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

base::Bytes PacedLine::say(BootTime now) {
  std::lock_guard guard(mutex_);
  const Micros until = inner(now);
  time_passes(until);
  base::Bytes bytes;
  while (!under_way_.empty() && under_way_.front().due <= until) {
    bytes.push_back(under_way_.front().byte);
    under_way_.pop_front();
  }
  return bytes;
}

std::optional<BootTime> PacedLine::next() const {
  std::lock_guard guard(mutex_);
  if (under_way_.empty()) return std::nullopt;
  return outer(under_way_.front().due);
}

std::optional<BootTime> PacedLine::last() const {
  std::lock_guard guard(mutex_);
  if (under_way_.empty()) return std::nullopt;
  return outer(under_way_.back().due);
}

PacedLine::Micros PacedLine::inner(BootTime now) {
  const Micros t = now.time_since_epoch() + shift_;
  if (t < now_) shift_ += now_ - t;
  now_ = std::max(now_, t);
  return now_;
}

BootTime PacedLine::outer(Micros at) const {
  return BootTime(std::chrono::ceil<Milliseconds>(at - shift_));
}

void PacedLine::transmit(std::span<const std::uint8_t> bytes, Micros from) {
  for (const std::uint8_t byte : bytes) {
    from += byte_time_;
    const auto place = std::upper_bound(under_way_.begin(), under_way_.end(), from,
                                        [](Micros due, const ByteUnderWay& other) { return due < other.due; });
    under_way_.insert(place, {byte, from});
  }
  changed();
}

void PacedLine::transmit_spoilt(base::Bytes frame, Micros from, std::optional<ReplyFault> fault,
                                const std::function<void(base::Bytes&)>& at_other_address) {
  if (!fault) return transmit(frame, from);
  switch (*fault) {
    case ReplyFault::dropped:
      return;
    case ReplyFault::late:
      from += late_by_;
      break;
    case ReplyFault::half:
      frame.resize(frame.size() / 2);
      break;
    case ReplyFault::corrupt_check:
      frame.back() = static_cast<std::uint8_t>(frame.back() ^ 0x40U);
      break;
    case ReplyFault::noise_before: {
      // The last two look like the beginning of the reply.
      base::Bytes noise{0x00, 0xFF, 0x37};
      noise.insert(noise.end(), frame.begin(), frame.begin() + 2);
      frame.insert(frame.begin(), noise.begin(), noise.end());
      break;
    }
    case ReplyFault::wrong_address:
      at_other_address(frame);
      break;
  }
  transmit(frame, from);
}

}  // namespace station::sim
