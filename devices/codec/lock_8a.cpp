#include "devices/codec/lock_8a.h"

#include <algorithm>

#include "sync/base/check.h"

namespace station::codec::lock_8a {

namespace {

constexpr std::uint8_t kOpen = 0x8A;
constexpr std::uint8_t kQuery = 0x80;
constexpr std::uint8_t kPush = 0x81;
constexpr std::uint8_t kPushOfSomeBoards = 0x82;
constexpr std::uint8_t kOpenCode = 0x11;
constexpr std::uint8_t kQueryCode = 0x33;
constexpr std::uint8_t kState00 = 0x00;
constexpr std::uint8_t kState11 = 0x11;
constexpr std::size_t kAllOverhead = 4;  // head, board, 33, check byte
constexpr std::size_t kMaxStatusBytes = kMaxLocks / 8;

std::uint8_t check_byte(std::span<const std::uint8_t> bytes) {
  std::uint8_t x = 0;
  for (const std::uint8_t byte : bytes) x = static_cast<std::uint8_t>(x ^ byte);
  return x;
}

bool checks(std::span<const std::uint8_t> frame) {
  return !frame.empty() && check_byte(frame) == 0;
}

bool is_open(Purpose purpose) {
  return purpose == Purpose::open_one || purpose == Purpose::open_all;
}
bool is_all(Purpose purpose) {
  return purpose == Purpose::open_all || purpose == Purpose::query_all;
}

Frame frame_of(std::uint8_t head, std::uint8_t board, std::uint8_t lock, std::uint8_t code) {
  Frame frame{head, board, lock, code, 0};
  frame.back() = check_byte(frame);
  return frame;
}

std::optional<OneState> one_state(std::uint8_t head, std::span<const std::uint8_t> frame) {
  if (frame.size() != kFrameSize || frame[0] != head || !checks(frame)) return std::nullopt;
  if (frame[3] != kState00 && frame[3] != kState11) return std::nullopt;
  return OneState{frame[1], frame[2], frame[3] == kState11};
}

}  // namespace

Frame encode(const Request& request) {
  STATION_CHECK(is_all(request.purpose) == (request.lock == 0), "lock 0 means every lock of the board");
  return frame_of(is_open(request.purpose) ? kOpen : kQuery, request.board, request.lock,
                  is_open(request.purpose) ? kOpenCode : kQueryCode);
}

std::optional<Request> decode_request(std::span<const std::uint8_t> frame) {
  if (frame.size() != kFrameSize || !checks(frame)) return std::nullopt;
  const bool all = frame[2] == 0;
  if (frame[0] == kOpen && frame[3] == kOpenCode)
    return Request{all ? Purpose::open_all : Purpose::open_one, frame[1], frame[2]};
  if (frame[0] == kQuery && frame[3] == kQueryCode)
    return Request{all ? Purpose::query_all : Purpose::query_one, frame[1], frame[2]};
  return std::nullopt;
}

std::size_t reply_size(const Request& request, std::size_t status_bytes) {
  return request.purpose == Purpose::query_all ? kAllOverhead + status_bytes : kFrameSize;
}

std::optional<Reply> decode_reply(const Request& request, std::span<const std::uint8_t> frame,
                                  std::size_t status_bytes) {
  if (frame.size() != reply_size(request, status_bytes)) return std::nullopt;
  if (request.purpose == Purpose::query_all) {
    if (status_bytes_of(request.board, frame) != status_bytes) return std::nullopt;
    AllStates states{request.board, {}};
    // Reversed: the last state byte holds locks 1 to 8 (trap 2).
    for (std::size_t i = 0; i < status_bytes; ++i) {
      const std::uint8_t byte = frame[1 + status_bytes - i];
      for (unsigned bit = 0; bit < 8; ++bit) states.is_11.push_back(((byte >> bit) & 1U) != 0);
    }
    return states;
  }
  const auto state = one_state(is_open(request.purpose) ? kOpen : kQuery, frame);
  if (!state || state->board != request.board || state->lock != request.lock) return std::nullopt;
  if (request.purpose == Purpose::open_all && !state->is_11) return std::nullopt;
  return *state;
}

std::optional<OneState> decode_push(std::span<const std::uint8_t> frame) {
  auto state = one_state(kPush, frame);
  if (!state) state = one_state(kPushOfSomeBoards, frame);
  if (!state || state->lock == 0) return std::nullopt;
  return state;
}

std::optional<std::uint8_t> sender(std::span<const std::uint8_t> frame) {
  constexpr std::array kHeads{kOpen, kQuery, kPush, kPushOfSomeBoards};
  if (frame.size() != kFrameSize || !checks(frame)) return std::nullopt;
  if (std::find(kHeads.begin(), kHeads.end(), frame[0]) == kHeads.end()) return std::nullopt;
  if (frame[3] != kState00 && frame[3] != kState11) return std::nullopt;
  return frame[1];
}

std::optional<std::size_t> status_bytes_of(std::uint8_t board, std::span<const std::uint8_t> frame) {
  if (frame.size() <= kAllOverhead || frame.size() > kAllOverhead + kMaxStatusBytes) return std::nullopt;
  if (frame[0] != kQuery || frame[1] != board || frame[frame.size() - 2] != kQueryCode) return std::nullopt;
  if (!checks(frame)) return std::nullopt;
  return frame.size() - kAllOverhead;
}

Frame encode_one(Purpose purpose, const OneState& state) {
  return frame_of(is_open(purpose) ? kOpen : kQuery, state.board, state.lock, state.is_11 ? kState11 : kState00);
}

base::Bytes encode_all(const AllStates& states) {
  STATION_CHECK(!states.is_11.empty() && states.is_11.size() % 8 == 0, "query-all replies carry whole bytes");
  base::Bytes frame{kQuery, states.board};
  for (std::size_t byte = states.is_11.size() / 8; byte-- > 0;) {
    unsigned value = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) value |= states.is_11[byte * 8 + bit] ? 1U << bit : 0U;
    frame.push_back(static_cast<std::uint8_t>(value));
  }
  frame.push_back(kQueryCode);
  frame.push_back(check_byte(frame));
  return frame;
}

Frame encode_push(const OneState& state) {
  return frame_of(kPush, state.board, state.lock, state.is_11 ? kState11 : kState00);
}

}  // namespace station::codec::lock_8a
