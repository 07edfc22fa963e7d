#include "devices/codec/lock_kr_cu16.h"

#include "sync/base/check.h"

namespace station::codec::kr_cu16 {

namespace {

constexpr std::uint8_t kBegin = 0x02;
constexpr std::uint8_t kEnd = 0x03;
constexpr std::size_t kCommandAt = 2;

constexpr std::array<std::size_t, 1> kNothing{0};
constexpr std::array<std::size_t, 1> kOneByte{1};
constexpr std::array<std::size_t, 1> kStatusData{4};
constexpr std::array<std::size_t, 2> kTimeData{0, 2};
constexpr std::array<std::size_t, 2> kOpenData{0, 4};             // some boards may answer with their status
constexpr std::array<std::size_t, 9> kAnyData{0, 1, 2, 3, 4, 5, 6, 7, 8};

std::uint8_t sum_of(std::span<const std::uint8_t> bytes) {
  unsigned sum = 0;
  for (const std::uint8_t byte : bytes) sum += byte;
  return static_cast<std::uint8_t>(sum & 0xFF);
}

void put_bits(base::Bytes& data, const std::array<bool, kLocks>& bits) {
  for (std::size_t byte = 0; byte < 2; ++byte) {
    unsigned value = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) value |= bits[byte * 8 + bit] ? 1U << bit : 0U;
    data.push_back(static_cast<std::uint8_t>(value));
  }
}

void take_bits(std::array<bool, kLocks>& bits, std::span<const std::uint8_t> data) {
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (data[i / 8] >> (i % 8) & 1U) != 0;
}

}  // namespace

std::span<const std::size_t> data_sizes(std::uint8_t command) {
  switch (static_cast<Command>(command)) {
    case Command::status:
    case Command::status_of_all:
    case Command::open_all:
      return kNothing;
    case Command::open:
      return kOpenData;
    case Command::status_reply:
      return kStatusData;
    case Command::unlock_time:
    case Command::unlock_time_reply:
      return kTimeData;
    case Command::delayed_unlock:
    case Command::rate:
      return kOneByte;
    case Command::status_of_all_reply:
      break;
  }
  return kAnyData;
}

base::Bytes encode(const Frame& frame) {
  STATION_CHECK(frame.board <= 15 && frame.lock < kLocks, "board and lock share one byte");
  base::Bytes bytes{kBegin, static_cast<std::uint8_t>(frame.board << 4 | frame.lock),
                    static_cast<std::uint8_t>(frame.command)};
  bytes.insert(bytes.end(), frame.data.begin(), frame.data.end());
  bytes.push_back(kEnd);
  bytes.push_back(sum_of(bytes));
  return bytes;
}

FrameReader::Verdict front(std::span<const std::uint8_t> bytes, bool ended) {
  if (bytes.empty() || bytes[0] != kBegin) return {};
  const FrameReader::Verdict wait{ended ? FrameReader::Verdict::nothing : FrameReader::Verdict::beginning, 0};
  if (bytes.size() <= kCommandAt) return wait;
  const auto sizes = data_sizes(bytes[kCommandAt]);
  for (const std::size_t data : sizes) {
    const std::size_t size = kOverhead + data;
    if (bytes.size() < size) break;
    if (bytes[size - 2] == kEnd && sum_of(bytes.first(size - 1)) == bytes[size - 1])
      return {FrameReader::Verdict::whole, size};
  }
  return bytes.size() < kOverhead + sizes.back() ? wait : FrameReader::Verdict{};
}

std::optional<Frame> decode(std::span<const std::uint8_t> bytes) {
  const FrameReader::Verdict verdict = front(bytes, true);
  if (verdict.front != FrameReader::Verdict::whole || verdict.size != bytes.size()) return std::nullopt;
  const auto data = bytes.subspan(3, bytes.size() - kOverhead);
  return Frame{static_cast<std::uint8_t>(bytes[1] >> 4), static_cast<std::uint8_t>(bytes[1] & 0x0F),
               static_cast<Command>(bytes[kCommandAt]), {data.begin(), data.end()}};
}

std::optional<Status> status(const Frame& frame) {
  if (frame.command != Command::status_reply || frame.data.size() != 4) return std::nullopt;
  Status status;
  status.board = frame.board;
  const std::span<const std::uint8_t> data(frame.data);
  take_bits(status.hooks, data.first(2));
  take_bits(status.items, data.subspan(2));
  return status;
}

Frame status_reply(const Status& status) {
  Frame frame{status.board, 0, Command::status_reply, {}};
  put_bits(frame.data, status.hooks);
  put_bits(frame.data, status.items);
  return frame;
}

std::optional<base::Milliseconds> unlock_time(const Frame& frame) {
  if (frame.command != Command::unlock_time_reply || frame.data.size() != 2) return std::nullopt;
  return (frame.data[0] << 8 | frame.data[1]) * kTimeUnit;
}

Frame unlock_time_reply(std::uint8_t board, base::Milliseconds time) {
  const auto units = static_cast<std::uint16_t>(time / kTimeUnit);
  return {board, 0, Command::unlock_time_reply,
          {static_cast<std::uint8_t>(units >> 8), static_cast<std::uint8_t>(units & 0xFF)}};
}

}  // namespace station::codec::kr_cu16
