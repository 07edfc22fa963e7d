#include <fmt/format.h>

#include "devices/codec/lock_kr_cu16.h"
#include "devices/drivers/lock_protocol.h"
#include "sync/base/check.h"

namespace station::drivers {

namespace {

namespace kr = codec::kr_cu16;

constexpr std::uint8_t kNobodyKr = 14;  // settings stop before it; 15 means every board

class ProtocolKrCu16 final : public LockProtocol {
 public:
  Traits traits() const override {
    Traits traits;
    traits.read_time_out = Milliseconds{300};
    traits.quiet = Milliseconds{300};
    traits.asks_pulse_length = true;
    traits.reads_one = false;
    return traits;
  }

  base::Bytes encode(const Question& question) const override {
    const auto board = static_cast<std::uint8_t>(question.board);
    switch (question.what) {
      case Question::What::open:
        return kr::encode({board, static_cast<std::uint8_t>(question.lock - 1), kr::Command::open, {}});
      case Question::What::read_all:  // with the lock half 0 (trap 6)
        return kr::encode({board, 0, kr::Command::status, {}});
      case Question::What::pulse_length:
        return kr::encode({board, 0, kr::Command::unlock_time, {}});
      case Question::What::free_board:
        return kr::encode({board, 0, kr::Command::unlock_time_reply, {}});
      default:
        STATION_CHECK(false, "KR-CU16 boards know no such question");
    }
  }

  base::Bytes probe() const override { return kr::encode({kNobodyKr, 0, kr::Command::status, {}}); }

  LineWire::Framing framing() const override {
    return {[](auto, auto bytes, bool ended) { return kr::front(bytes, ended); },
            [](auto asked, auto frame) { return kind(asked, frame); }};
  }

  Answer read(const Question& question, std::span<const std::uint8_t> bytes) const override {
    const auto frame = kr::decode(bytes);
    STATION_CHECK(frame, "the wire matched it");
    switch (question.what) {
      case Question::What::pulse_length:
        return PulseLength{kr::unlock_time(*frame).value()};
      case Question::What::open:
      case Question::What::free_board:
        return Obeyed{};
      default:
        break;
    }
    const auto status = kr::status(*frame);
    STATION_CHECK(status, "the wire matched it");
    return All{std::vector<bool>(status->hooks.begin(), status->hooks.end()),
               std::vector<bool>(status->items.begin(), status->items.end())};
  }

  std::optional<int> hint_from(std::span<const std::uint8_t> /*frame*/) const override { return std::nullopt; }

 private:
  static LineWire::Kind kind(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> bytes) {
    const auto frame = kr::decode(bytes);
    const auto question = kr::decode(asked);
    if (!frame || !question || frame->board != question->board) return LineWire::Kind::foreign;
    switch (question->command) {
      case kr::Command::status:
        return kr::status(*frame) ? LineWire::Kind::reply : LineWire::Kind::foreign;
      case kr::Command::unlock_time:
        return kr::unlock_time(*frame) ? LineWire::Kind::reply : LineWire::Kind::foreign;
      case kr::Command::open:
        // No reply is documented. Whatever of it comes is only noted, so it need not be understood.
        return frame->lock == question->lock ? LineWire::Kind::reply : LineWire::Kind::foreign;
      default:
        return LineWire::Kind::foreign;
    }
  }
};

}  // namespace

std::unique_ptr<LockProtocol> make_kr_cu16_protocol(const LockLineSettings& /*settings*/) {
  return std::make_unique<ProtocolKrCu16>();
}

}  // namespace station::drivers
