#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "devices/codec/frame_reader.h"
#include "sync/base/bytes.h"

// Lock boards of the WKLY family (LOCKERS 4): start code, length of the whole frame, board, command, data, XOR of all
// bytes before it with the start code included. Boards from 0, channels from 1.
namespace station::codec::wkly {

inline constexpr std::array<std::uint8_t, 4> kStart{0x57, 0x4B, 0x4C, 0x59};
inline constexpr std::size_t kOverhead = 8;  // all but the data
inline constexpr std::size_t kMostData = 255 - kOverhead;
inline constexpr int kMaxBoard = 0xFD;
inline constexpr int kMaxChannels = 245;  // of a query-all reply

enum class Command : std::uint8_t {
  open_several = 0x80,  // several coils at once: never sent by us
  flash_lamp = 0x81,
  open_one = 0x82,
  query_one = 0x83,
  query_all = 0x84,
  push = 0x85,
  open_all = 0x86,
  open_in_turn = 0x87,
  hold_on = 0x88,  // burns a solenoid out: never sent by us
  release = 0x89,  // switches a held channel off
};

struct Frame {
  std::uint8_t board = 0;
  Command command = Command::query_all;  // any byte: unknown commands of related products are frames, too
  base::Bytes data{};
  bool operator==(const Frame&) const = default;
};

Frame about_channel(Command command, std::uint8_t board, std::uint8_t channel);  // open_one, query_one, release
Frame query_all(std::uint8_t board);

base::Bytes encode(const Frame& frame);  // more than kMostData bytes of data are a broken invariant
std::optional<Frame> decode(std::span<const std::uint8_t> bytes);  // exactly one whole frame
FrameReader::Verdict front(std::span<const std::uint8_t> bytes, bool ended);

// Replies. `done` is false when the board says that it failed; then the rest means nothing.
struct OneDoor {
  bool done = false;
  std::uint8_t channel = 0;
  bool closed = false;
  bool operator==(const OneDoor&) const = default;
};
struct AllDoors {
  bool done = false;
  std::vector<bool> closed;  // [0] is channel 1; as many as the board says it has
  bool operator==(const AllDoors&) const = default;
};
std::optional<OneDoor> one_door(const Frame& frame);   // the reply to open_one or query_one
std::optional<AllDoors> all_doors(const Frame& frame);  // the reply to query_all
std::optional<OneDoor> push(const Frame& frame);        // unsolicited; a hint to read, never evidence

// The board's side of the wire.
Frame one_door_reply(Command command, std::uint8_t board, const OneDoor& door);
Frame all_doors_reply(std::uint8_t board, const std::vector<bool>& closed);
Frame push_of(std::uint8_t board, std::uint8_t channel, bool closed);

}  // namespace station::codec::wkly
