#include "devices/codec/code_line.h"

#include <utility>

namespace station::codec {

void CodeLine::feed(std::span<const std::uint8_t> bytes, base::BootTime now) {
  if (bytes.empty()) return;
  if (const auto ends = gap_ends(); ends && now >= *ends) end();
  last_ = now;
  for (const std::uint8_t byte : bytes) {
    if (byte == '\r' || byte == '\n') {
      end();
      continue;
    }
    spoilt_ = spoilt_ || byte < 0x20 || byte == 0x7F || text_.size() >= kLongest;
    if (!spoilt_) text_ += static_cast<char>(byte);
  }
}

std::optional<std::string> CodeLine::next(base::BootTime now) {
  if (const auto ends = gap_ends(); ends && now >= *ends) end();
  if (codes_.empty()) return std::nullopt;
  std::string code = std::move(codes_.front());
  codes_.pop_front();
  return code;
}

std::optional<base::BootTime> CodeLine::gap_ends() const {
  return text_.empty() && !spoilt_ ? std::nullopt : std::optional(last_ + kGap);
}

void CodeLine::clear() {
  codes_.clear();
  text_.clear();
  spoilt_ = false;
}

void CodeLine::end() {
  if (spoilt_) ++damaged_;
  if (!spoilt_ && !text_.empty()) codes_.push_back(text_);
  text_.clear();
  spoilt_ = false;
}

}  // namespace station::codec
