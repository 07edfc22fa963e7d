#include "devices/sim/lock_dialect.h"

#include "devices/codec/lock_8a.h"
#include "devices/codec/lock_kr_cu16.h"
#include "devices/codec/lock_wkly.h"
#include "devices/codec/modbus.h"
#include "sync/base/check.h"

namespace station::sim {

using codec::FrameReader;
using What = LockOrder::What;

namespace {

namespace a8 = codec::lock_8a;
namespace wk = codec::wkly;
namespace kr = codec::kr_cu16;
namespace mb = codec::modbus;

std::size_t index_of(const LockOrder& order) { return static_cast<std::size_t>(order.lock - 1); }

class Dialect8A final : public LockDialect {
 public:
  FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const override {
    if (bytes.size() < a8::kFrameSize) return {FrameReader::Verdict::beginning, 0};
    if (a8::decode_request(bytes.first(a8::kFrameSize))) return {FrameReader::Verdict::whole, a8::kFrameSize};
    return {};
  }
  std::optional<LockOrder> order(std::span<const std::uint8_t> frame) const override {
    const auto request = a8::decode_request(frame);
    if (!request) return std::nullopt;
    constexpr What kWhat[] = {What::open_one, What::open_all, What::query_one, What::query_all};
    return LockOrder{kWhat[static_cast<std::size_t>(request->purpose)], request->board, request->lock};
  }
  base::Bytes answer(std::span<const std::uint8_t> frame, const LockOrder& order,
                     const LockAnswer& state) const override {
    const auto request = a8::decode_request(frame);
    if (order.what == What::query_all) {
      a8::AllStates all{request->board, state.contacts};
      all.is_11.resize(static_cast<std::size_t>(state.status_bytes) * 8);
      return a8::encode_all(all);
    }
    const bool bit = order.what == What::open_all || state.contacts[index_of(order)];  // the open-all reply is the command
    const a8::Frame reply = a8::encode_one(request->purpose, {request->board, request->lock, bit});
    return {reply.begin(), reply.end()};
  }
  base::Bytes push(int board, int lock, bool contact) const override {
    const a8::Frame frame =
        a8::encode_push({static_cast<std::uint8_t>(board), static_cast<std::uint8_t>(lock), contact});
    return {frame.begin(), frame.end()};
  }
  void make_other_board(base::Bytes& frame) const override {
    const auto other = static_cast<std::uint8_t>(frame[1] + 1);
    frame.back() = static_cast<std::uint8_t>(frame.back() ^ frame[1] ^ other);
    frame[1] = other;
  }
};

class DialectWkly final : public LockDialect {
 public:
  FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const override { return wk::front(bytes, false); }
  std::optional<LockOrder> order(std::span<const std::uint8_t> bytes) const override {
    const auto frame = wk::decode(bytes);
    if (!frame) return std::nullopt;
    const int lock = frame->data.size() == 1 ? frame->data[0] : 0;
    switch (frame->command) {
      case wk::Command::open_one:
        return LockOrder{What::open_one, frame->board, lock};
      case wk::Command::query_one:
        return LockOrder{What::query_one, frame->board, lock};
      case wk::Command::query_all:
        return LockOrder{What::query_all, frame->board, 0};
      case wk::Command::open_all:
        return LockOrder{What::open_all, frame->board, 0};
      case wk::Command::release:
        return LockOrder{What::coil_off, frame->board, lock};
      default:
        return std::nullopt;
    }
  }
  base::Bytes answer(std::span<const std::uint8_t> bytes, const LockOrder& order,
                     const LockAnswer& state) const override {
    const auto frame = wk::decode(bytes);
    switch (order.what) {
      case What::query_all:
        return wk::encode(wk::all_doors_reply(frame->board, state.contacts));
      case What::open_all:
        return wk::encode({frame->board, frame->command, {0x00}});
      default:
        return wk::encode(wk::one_door_reply(frame->command, frame->board,
                                             {true, static_cast<std::uint8_t>(order.lock), state.contacts[index_of(order)]}));
    }
  }
  base::Bytes push(int board, int lock, bool contact) const override {
    return wk::encode(wk::push_of(static_cast<std::uint8_t>(board), static_cast<std::uint8_t>(lock), contact));
  }
  void make_other_board(base::Bytes& frame) const override {
    const auto other = static_cast<std::uint8_t>(frame[5] + 1);
    frame.back() = static_cast<std::uint8_t>(frame.back() ^ frame[5] ^ other);
    frame[5] = other;
  }
};

class DialectKr final : public LockDialect {
 public:
  FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const override { return kr::front(bytes, false); }
  std::optional<LockOrder> order(std::span<const std::uint8_t> bytes) const override {
    const auto frame = kr::decode(bytes);
    if (!frame) return std::nullopt;
    switch (frame->command) {
      case kr::Command::open:
        return LockOrder{What::open_one, frame->board, frame->lock + 1};
      case kr::Command::open_all:
        return LockOrder{What::open_all, frame->board, 0};
      case kr::Command::status:
        return LockOrder{What::query_all, frame->board, 0};
      case kr::Command::unlock_time:
        return LockOrder{What::tell_pulse, frame->board, 0};
      default:
        return std::nullopt;
    }
  }
  base::Bytes answer(std::span<const std::uint8_t> /*frame*/, const LockOrder& order,
                     const LockAnswer& state) const override {
    const auto board = static_cast<std::uint8_t>(order.board);
    if (order.what == What::tell_pulse) return kr::encode(kr::unlock_time_reply(board, state.pulse));
    if (order.what != What::query_all) return {};  // no reply to an opening is documented
    kr::Status status;
    status.board = board;
    for (std::size_t i = 0; i < status.hooks.size() && i < state.contacts.size(); ++i) {
      status.hooks[i] = state.contacts[i];
      status.items[i] = state.items[i];
    }
    return kr::encode(kr::status_reply(status));
  }
  base::Bytes push(int /*board*/, int /*lock*/, bool /*contact*/) const override { return {}; }
  void make_other_board(base::Bytes& frame) const override {
    frame[1] = static_cast<std::uint8_t>(frame[1] + 0x10);
    frame.back() = static_cast<std::uint8_t>(frame.back() + 0x10);
  }
};

class DialectModbus final : public LockDialect {
 public:
  DialectModbus(codec::LockProfile profile, bool old_byte_order)
      : profile_(std::move(profile)), old_byte_order_(old_byte_order) {}

  FrameReader::Verdict front(std::span<const std::uint8_t> bytes) const override {
    return mb::request_front(bytes, false);
  }
  std::optional<LockOrder> order(std::span<const std::uint8_t> frame) const override {
    const auto request = mb::decode_request(frame);
    if (!request) return std::nullopt;
    const int board = request->slave;
    const auto lock = [&](std::uint16_t base) { return request->address - base + 1; };
    const auto within = [&](std::uint16_t base) {
      return request->address >= base && request->address + request->count <= base + profile_.locks;
    };
    if (request->function == profile_.door.function && within(profile_.door.base) &&
        !(request->function == mb::Function::read_coils && profile_.door.base != request->address))
      return LockOrder{request->count == 1 ? What::query_one : What::query_all, board,
                       request->count == 1 ? lock(profile_.door.base) : 0};
    if (request->function == mb::Function::read_coils && within(profile_.coil_base))
      return LockOrder{What::read_coil, board, lock(profile_.coil_base)};
    if (request->function == mb::Function::write_coil) return order_to_coil(*request);
    return LockOrder{What::refuse, board, 0};
  }
  base::Bytes answer(std::span<const std::uint8_t> frame, const LockOrder& order,
                     const LockAnswer& state) const override {
    const auto request = mb::decode_request(frame);
    switch (order.what) {
      case What::query_one:
        return mb::encode_reply(*request, mb::Bits{{state.contacts.at(index_of(order))}});
      case What::query_all: {
        mb::Bits bits{state.contacts};
        bits.bits.resize(request->count);
        return mb::encode_reply(*request, bits);
      }
      case What::read_coil: {
        const bool zero = profile_.unlock == codec::LockProfile::Unlock::write_zero;
        return mb::encode_reply(*request, mb::Bits{{state.coils.at(index_of(order)) != zero}});
      }
      case What::open_one:
      case What::coil_off:
        return mb::encode_reply(*request, mb::Written{});
      default:
        return mb::encode_reply(*request, mb::Exception{2});
    }
  }
  base::Bytes push(int /*board*/, int /*lock*/, bool /*contact*/) const override { return {}; }
  void make_other_board(base::Bytes& frame) const override {
    frame[0] = static_cast<std::uint8_t>(frame[0] + 1);
    frame.resize(frame.size() - 2);
    const std::uint16_t crc = mb::crc16(frame);
    frame.push_back(static_cast<std::uint8_t>(crc & 0xFF));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8));
  }

 private:
  LockOrder order_to_coil(const mb::Request& request) const {
    using Unlock = codec::LockProfile::Unlock;
    const std::uint16_t value = request.values[0];
    const int unlock = request.address - profile_.unlock_base + 1;
    const int coil = request.address - profile_.coil_base + 1;
    const bool is_unlock = unlock >= 1 && unlock <= profile_.locks;
    if (profile_.unlock == Unlock::flash && is_unlock) {
      const int units = old_byte_order_ ? (value & 0xFF) << 8 | value >> 8 : value;
      return {What::open_one, request.slave, unlock, units * profile_.unit};
    }
    const std::uint16_t opens = profile_.unlock == Unlock::write_zero ? mb::kCoilOff : mb::kCoilOn;
    if (profile_.unlock != Unlock::flash && is_unlock && value == opens) return {What::open_one, request.slave, unlock};
    if (coil >= 1 && coil <= profile_.locks && value != opens) return {What::coil_off, request.slave, coil};
    return {What::refuse, request.slave, 0};
  }

  const codec::LockProfile profile_;
  const bool old_byte_order_;
};

}  // namespace

std::unique_ptr<LockDialect> make_lock_dialect(codec::LockFamily family,
                                               const std::optional<codec::LockProfile>& profile, bool old_byte_order) {
  switch (family) {
    case codec::LockFamily::lock_8a:
      return std::make_unique<Dialect8A>();
    case codec::LockFamily::wkly:
      return std::make_unique<DialectWkly>();
    case codec::LockFamily::kr_cu16:
      return std::make_unique<DialectKr>();
    case codec::LockFamily::modbus:
      STATION_CHECK(profile, "a Modbus board has a profile");
      return std::make_unique<DialectModbus>(*profile, old_byte_order);
  }
  STATION_CHECK(false, "every family has a dialect");
}

}  // namespace station::sim
