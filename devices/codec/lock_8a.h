#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "sync/base/bytes.h"

// Lock boards of the 8A/80 family (LOCKERS 3). Frames have no length field: what a reply means and how long it is
// follows from the outstanding request, never from the bytes alone. The last byte is the XOR of all before it.
namespace station::codec::lock_8a {

inline constexpr std::size_t kFrameSize = 5;  // every frame but the query-all reply
inline constexpr int kMaxAddress = 99;
inline constexpr int kMaxLocks = 24;

enum class Purpose : std::uint8_t { open_one, open_all, query_one, query_all };

struct Request {
  Purpose purpose = Purpose::query_all;
  std::uint8_t board = 1;
  std::uint8_t lock = 0;  // from 1; 0 for all
  bool operator==(const Request&) const = default;
};

using Frame = std::array<std::uint8_t, kFrameSize>;

// A lock number of 0 with open_one or query_one is a broken invariant: on the wire it would mean every lock.
Frame encode(const Request& request);
// The board's side of the wire.
std::optional<Request> decode_request(std::span<const std::uint8_t> frame);

// State of one feedback contact as sent: true for 11 or a set bit. What that says about a door is the lock's polarity.
struct OneState {
  std::uint8_t board = 0;
  std::uint8_t lock = 0;
  bool is_11 = false;
  bool operator==(const OneState&) const = default;
};
struct AllStates {
  std::uint8_t board = 0;
  std::vector<bool> is_11;  // [0] is lock 1; eight for each state byte
  bool operator==(const AllStates&) const = default;
};
using Reply = std::variant<OneState, AllStates>;

std::size_t reply_size(const Request& request, std::size_t status_bytes);

// The answer to `request`: head, board, lock, length and check byte all fit. An open-all reply is the command again and
// says nothing about any lock.
std::optional<Reply> decode_reply(const Request& request, std::span<const std::uint8_t> frame,
                                  std::size_t status_bytes);

// An unsolicited frame, head 81 or 82. A hint to read, never evidence.
std::optional<OneState> decode_push(std::span<const std::uint8_t> frame);

// Board address of any whole five-byte frame of a board with a correct check byte, whatever was asked.
std::optional<std::uint8_t> sender(std::span<const std::uint8_t> frame);

// How many state bytes a query-all reply of this board has, if the bytes are one. For the start-up check.
std::optional<std::size_t> status_bytes_of(std::uint8_t board, std::span<const std::uint8_t> frame);

// The board's side of the wire.
Frame encode_one(Purpose purpose, const OneState& state);
base::Bytes encode_all(const AllStates& states);  // a multiple of eight states
Frame encode_push(const OneState& state);

}  // namespace station::codec::lock_8a
