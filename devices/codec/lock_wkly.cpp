#include "devices/codec/lock_wkly.h"

#include <algorithm>

#include "sync/base/check.h"

namespace station::codec::wkly {

namespace {

constexpr std::uint8_t kDone = 0x00;
constexpr std::uint8_t kFailed = 0xFF;
constexpr std::uint8_t kOpen = 0x00;
constexpr std::uint8_t kClosed = 0x01;
constexpr std::size_t kLengthAt = 4;

std::uint8_t xor_of(std::span<const std::uint8_t> bytes) {
  std::uint8_t x = 0;
  for (const std::uint8_t byte : bytes) x = static_cast<std::uint8_t>(x ^ byte);
  return x;
}

bool is_status(std::uint8_t byte) { return byte == kDone || byte == kFailed; }
bool is_door(std::uint8_t byte) { return byte == kOpen || byte == kClosed; }

}  // namespace

Frame about_channel(Command command, std::uint8_t board, std::uint8_t channel) {
  STATION_CHECK(command == Command::open_one || command == Command::query_one || command == Command::release,
                "this command names one channel");
  STATION_CHECK(channel > 0, "channels count from 1");
  return {board, command, {channel}};
}

Frame query_all(std::uint8_t board) { return {board, Command::query_all, {}}; }

base::Bytes encode(const Frame& frame) {
  STATION_CHECK(frame.data.size() <= kMostData, "the length fits one byte");
  base::Bytes bytes(kStart.begin(), kStart.end());
  bytes.push_back(static_cast<std::uint8_t>(kOverhead + frame.data.size()));
  bytes.push_back(frame.board);
  bytes.push_back(static_cast<std::uint8_t>(frame.command));
  bytes.insert(bytes.end(), frame.data.begin(), frame.data.end());
  bytes.push_back(xor_of(bytes));
  return bytes;
}

FrameReader::Verdict front(std::span<const std::uint8_t> bytes, bool ended) {
  const std::size_t known = std::min(bytes.size(), kStart.size());
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known), kStart.begin())) return {};
  const FrameReader::Verdict wait{ended ? FrameReader::Verdict::nothing : FrameReader::Verdict::beginning, 0};
  if (bytes.size() <= kLengthAt) return wait;
  const std::size_t size = bytes[kLengthAt];
  if (size < kOverhead) return {};
  if (bytes.size() < size) return wait;
  if (xor_of(bytes.first(size)) != 0) return {};
  return {FrameReader::Verdict::whole, size};
}

std::optional<Frame> decode(std::span<const std::uint8_t> bytes) {
  const FrameReader::Verdict verdict = bytes.empty() ? FrameReader::Verdict{} : front(bytes, true);
  if (verdict.front != FrameReader::Verdict::whole || verdict.size != bytes.size()) return std::nullopt;
  const auto data = bytes.subspan(kOverhead - 1, bytes.size() - kOverhead);
  return Frame{bytes[5], static_cast<Command>(bytes[6]), {data.begin(), data.end()}};
}

std::optional<OneDoor> one_door(const Frame& frame) {
  if (frame.command != Command::open_one && frame.command != Command::query_one) return std::nullopt;
  if (frame.data.size() != 3 || !is_status(frame.data[0]) || !is_door(frame.data[2])) return std::nullopt;
  return OneDoor{frame.data[0] == kDone, frame.data[1], frame.data[2] == kClosed};
}

std::optional<AllDoors> all_doors(const Frame& frame) {
  // Trap 4: the length must agree with the count byte.
  if (frame.command != Command::query_all || frame.data.size() < 2 || !is_status(frame.data[0])) return std::nullopt;
  if (frame.data.size() != std::size_t{frame.data[1]} + 2) return std::nullopt;
  AllDoors doors{frame.data[0] == kDone, {}};
  for (std::size_t i = 2; i < frame.data.size(); ++i) {
    if (!is_door(frame.data[i])) return std::nullopt;
    doors.closed.push_back(frame.data[i] == kClosed);
  }
  return doors;
}

std::optional<OneDoor> push(const Frame& frame) {
  if (frame.command != Command::push || frame.data.size() != 2 || !is_door(frame.data[1])) return std::nullopt;
  return OneDoor{true, frame.data[0], frame.data[1] == kClosed};
}

Frame one_door_reply(Command command, std::uint8_t board, const OneDoor& door) {
  return {board, command, {door.done ? kDone : kFailed, door.channel, door.closed ? kClosed : kOpen}};
}

Frame all_doors_reply(std::uint8_t board, const std::vector<bool>& closed) {
  Frame frame{board, Command::query_all, {kDone, static_cast<std::uint8_t>(closed.size())}};
  for (const bool one : closed) frame.data.push_back(one ? kClosed : kOpen);
  return frame;
}

Frame push_of(std::uint8_t board, std::uint8_t channel, bool closed) {
  return {board, Command::push, {channel, closed ? kClosed : kOpen}};
}

}  // namespace station::codec::wkly
