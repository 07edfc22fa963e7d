#include "devices/codec/dny.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "sync/base/check.h"

namespace station::codec::dny {

namespace {

constexpr std::string_view kHead = "DNY";
constexpr std::string_view kKeepAlive = "link";
constexpr std::string_view kSimHead = "8986";
constexpr std::size_t kSimLength = 20;
constexpr std::array<std::uint32_t, 3> kFallbackNumbers{10'011'001, 12'000'000, 13'000'001};

void put_le(base::Bytes& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint32_t get_le(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

std::uint16_t sum_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (const std::uint8_t b : bytes) sum += b;
  return static_cast<std::uint16_t>(sum);
}

// Do the bytes begin with `text`, or could they once more have come?
enum class Match { full, part, none };
Match match(std::span<const std::uint8_t> bytes, std::string_view text) {
  const std::size_t count = std::min(bytes.size(), text.size());
  for (std::size_t i = 0; i < count; ++i)
    if (bytes[i] != static_cast<std::uint8_t>(text[i])) return Match::none;
  return count == text.size() ? Match::full : Match::part;
}

bool is_sim_character(std::uint8_t byte) { return byte < 0x80 && std::isalnum(byte) != 0; }

}  // namespace

base::Bytes encode(const Frame& frame) {
  STATION_CHECK(frame.data.size() <= kMostData, "a frame has at most 256 bytes");
  base::Bytes out(kHead.begin(), kHead.end());
  out.reserve(frame.data.size() + kLeastLength + kOverhead);
  put_le(out, static_cast<std::uint32_t>(frame.data.size() + kLeastLength), 2);
  put_le(out, frame.device, 4);
  put_le(out, frame.message, 2);
  out.push_back(frame.command);
  out.insert(out.end(), frame.data.begin(), frame.data.end());
  put_le(out, sum_of(out), 2);
  return out;
}

std::optional<Frame> decode(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kLeastLength + kOverhead || match(bytes, kHead) != Match::full) return std::nullopt;
  const std::size_t length = get_le(bytes, 3, 2);
  if (length < kLeastLength || length > kMostLength || bytes.size() != length + kOverhead) return std::nullopt;
  if (get_le(bytes, bytes.size() - 2, 2) != sum_of(bytes.first(bytes.size() - 2))) return std::nullopt;
  Frame frame;
  frame.device = get_le(bytes, 5, 4);
  frame.message = static_cast<std::uint16_t>(get_le(bytes, 9, 2));
  frame.command = bytes[11];
  frame.data.assign(bytes.begin() + 12, bytes.end() - 2);
  return frame;
}

Kind kind_of(std::uint32_t device) {
  switch (device >> 24) {
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 9:
    case 10:
      return static_cast<Kind>(device >> 24);
    default:
      return Kind::unknown;
  }
}

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::unknown:
      break;
    case Kind::single_socket:
      return "single socket";
    case Kind::double_socket:
      return "double socket";
    case Kind::post_10:
      return "post with 10 ports";
    case Kind::post_16:
      return "post with 16 ports";
    case Kind::post_12:
      return "post with 12 ports";
    case Kind::bus_host:
      return "bus host";
    case Kind::leakage_host:
      return "host with leakage protection";
  }
  return "unknown kind";
}

int most_ports(Kind kind) {
  switch (kind) {
    case Kind::single_socket:
      return 1;
    case Kind::double_socket:
      return 2;
    case Kind::post_10:
      return 10;
    case Kind::post_16:
      return 16;
    case Kind::post_12:
      return 12;
    case Kind::unknown:
    case Kind::bus_host:
    case Kind::leakage_host:
      break;
  }
  return 0;
}

std::uint32_t number_of(std::uint32_t device) { return device & 0x00FF'FFFF; }

std::uint32_t device_id(Kind kind, std::uint32_t number) {
  return static_cast<std::uint32_t>(kind) << 24 | (number & 0x00FF'FFFF);
}

bool is_fallback_number(std::uint32_t number) {
  return std::find(kFallbackNumbers.begin(), kFallbackNumbers.end(), number) != kFallbackNumbers.end();
}

void Stream::feed(std::span<const std::uint8_t> bytes, base::BootTime /*now*/) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::optional<Stream::Item> Stream::next(base::BootTime now) {
  while (begin_ < bytes_.size()) {
    std::size_t size = 0;
    Item item;
    switch (look(size, item)) {
      case Front::whole:
        drop(size);
        if (std::holds_alternative<Frame>(item)) noise_ = 0;
        return item;
      case Front::beginning:
        if (!front_since_) front_since_ = now;
        if (now - *front_since_ < kPatience) return std::nullopt;
        [[fallthrough]];
      case Front::nothing:
        // The true head may lie inside of what did not check: only one byte goes.
        if (bytes_[begin_] == static_cast<std::uint8_t>(kHead[0]) && bytes_.size() - begin_ >= kHead.size()) ++damaged_;
        drop(1);
        ++noise_;
        break;
    }
  }
  return std::nullopt;
}

Stream::Front Stream::look(std::size_t& size, Item& item) const {
  const std::span<const std::uint8_t> bytes = std::span(bytes_).subspan(begin_);
  if (const Match head = match(bytes, kHead); head != Match::none) {
    if (bytes.size() < 5) return Front::beginning;
    const std::size_t length = get_le(bytes, 3, 2);
    if (length < kLeastLength || length > kMostLength) return Front::nothing;
    if (bytes.size() < length + kOverhead) return Front::beginning;
    auto frame = decode(bytes.first(length + kOverhead));
    if (!frame) return Front::nothing;
    size = length + kOverhead;
    item = std::move(*frame);
    return Front::whole;
  }
  if (const Match text = match(bytes, kKeepAlive); text != Match::none) {
    size = kKeepAlive.size();
    item = KeepAlive{};
    return text == Match::full ? Front::whole : Front::beginning;
  }
  if (match(bytes, kSimHead) == Match::none) return Front::nothing;
  const std::size_t have = std::min(bytes.size(), kSimLength);
  if (!std::all_of(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(have), is_sim_character))
    return Front::nothing;
  // A frame's head within the twenty characters: the number was cut short.
  if (std::search(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(have), kHead.begin(), kHead.end()) !=
      bytes.begin() + static_cast<std::ptrdiff_t>(have))
    return Front::nothing;
  if (have < kSimLength) return Front::beginning;
  size = kSimLength;
  item = SimNumber{std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kSimLength))};
  return Front::whole;
}

void Stream::drop(std::size_t count) {
  begin_ += count;
  front_since_.reset();
  if (begin_ < bytes_.size() && begin_ < kMostNoise) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
}

std::optional<base::BootTime> Stream::waits_until() const {
  if (!front_since_) return std::nullopt;
  return *front_since_ + kPatience;
}

void Stream::clear() {
  bytes_.clear();
  begin_ = noise_ = 0;
  front_since_.reset();
}

}  // namespace station::codec::dny
