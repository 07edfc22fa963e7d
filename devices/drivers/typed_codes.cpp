#include "devices/drivers/typed_codes.h"

#include <utility>

namespace station::drivers {

std::optional<std::string> TypedCodes::press(char key, BootTime now) {
  std::optional<std::string> code = next(now);
  if (key == '\n') return code ? code : end();
  if (text_.empty()) first_ = now;
  last_ = now;
  if (text_.size() <= kMost) text_ += key;
  return code;
}

std::optional<std::string> TypedCodes::next(BootTime now) {
  const auto ends = gap_ends();
  return ends && now >= *ends ? end() : std::nullopt;
}

std::optional<BootTime> TypedCodes::gap_ends() const {
  return text_.empty() ? std::nullopt : std::optional(last_ + kSilence);
}

std::optional<std::string> TypedCodes::end() {
  const std::string text = std::exchange(text_, {});
  if (text.size() < kFewest || text.size() > kMost) return std::nullopt;
  const auto gaps = static_cast<std::int64_t>(text.size()) - 1;
  return last_ - first_ <= kMeanGap * gaps ? std::optional(text) : std::nullopt;
}

}  // namespace station::drivers
