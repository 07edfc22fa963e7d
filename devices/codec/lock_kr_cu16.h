#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "devices/codec/frame_reader.h"
#include "sync/base/bytes.h"
#include "sync/base/clock.h"

// KERONG KR-CU16 boards (LOCKERS 5): 02, address, command, data, 03, low byte of the sum of all before it. The address
// is the board in the high half and the lock in the low half; on the wire locks count from 0, on the label from 1.
namespace station::codec::kr_cu16 {

inline constexpr int kLocks = 16;
inline constexpr std::uint8_t kEveryBoard = 15;
inline constexpr std::size_t kOverhead = 5;  // all but the data
inline constexpr base::Milliseconds kTimeUnit{10};  // of the unlock time

enum class Command : std::uint8_t {
  status = 0x30,
  open = 0x31,
  status_of_all = 0x32,
  open_all = 0x33,  // never sent by us
  status_reply = 0x35,
  status_of_all_reply = 0x36,  // its layout is not documented
  unlock_time = 0x37,          // without data it asks
  unlock_time_reply = 0x38,    // inferred: the same two bytes. Bare, it frees a board that thinks it is busy
  delayed_unlock = 0x39,       // never sent by us
  rate = 0x40,                 // never sent by us
};

struct Frame {
  std::uint8_t board = 0;
  std::uint8_t lock = 0;  // from 0
  Command command = Command::status;
  base::Bytes data{};
  bool operator==(const Frame&) const = default;
};

base::Bytes encode(const Frame& frame);  // board or lock beyond 15 are a broken invariant
std::optional<Frame> decode(std::span<const std::uint8_t> bytes);  // exactly one whole frame
// There is no length field: the command says which lengths there are, and end mark and sum decide between them.
FrameReader::Verdict front(std::span<const std::uint8_t> bytes, bool ended);
std::span<const std::size_t> data_sizes(std::uint8_t command);  // ascending

// As sent; what a hook bit says about a door is the board's setting hook_closed_is.
struct Status {
  std::uint8_t board = 0;
  std::array<bool, kLocks> hooks{};
  std::array<bool, kLocks> items{};  // something is inside
  bool operator==(const Status&) const = default;
};
std::optional<Status> status(const Frame& frame);
Frame status_reply(const Status& status);

std::optional<base::Milliseconds> unlock_time(const Frame& frame);  // from a reply
Frame unlock_time_reply(std::uint8_t board, base::Milliseconds time);

}  // namespace station::codec::kr_cu16
