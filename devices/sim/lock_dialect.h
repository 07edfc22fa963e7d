#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "devices/codec/frame_reader.h"
#include "devices/codec/lock_family.h"
#include "devices/codec/lock_profile.h"
#include "devices/sim/serial_peer.h"

namespace station::sim {

// What a request asks of a simulated lock board, in the words of no family.
struct LockOrder {
  enum class What { open_one, open_all, query_one, query_all, read_coil, coil_off, tell_pulse, refuse } what = What::refuse;
  int board = 1;
  int lock = 0;                        // from 1; 0 where the order is about the board
  std::optional<Milliseconds> pulse{};  // of an opening whose request carries it
};

// What the board has to say to an order.
struct LockAnswer {
  std::vector<bool> contacts;  // as the state bits go out; [0] is lock 1
  std::vector<bool> coils;     // powered?
  std::vector<bool> items;     // something is inside
  int status_bytes = 1;        // 8A
  Milliseconds pulse{500};
};

// The board's side of a family's bytes.
class LockDialect {
 public:
  virtual ~LockDialect() = default;
  virtual codec::FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const = 0;
  virtual std::optional<LockOrder> order(std::span<const std::uint8_t> frame) const = 0;
  // Empty when the family has no answer to it.
  virtual base::Bytes answer(std::span<const std::uint8_t> frame, const LockOrder& order, const LockAnswer& state) const = 0;
  virtual base::Bytes push(int board, int lock, bool contact) const = 0;
  virtual void make_other_board(base::Bytes& frame) const = 0;  // the same from a neighbour
};

// `profile` and `old_byte_order` are for Modbus boards; see SimLockBoardSettings.
std::unique_ptr<LockDialect> make_lock_dialect(codec::LockFamily family, const std::optional<codec::LockProfile>& profile,
                                               bool old_byte_order);

}  // namespace station::sim
