#include <fmt/format.h>

#include <algorithm>

#include "devices/codec/lock_wkly.h"
#include "devices/drivers/lock_protocol.h"
#include "sync/base/check.h"

namespace station::drivers {

namespace {

namespace wk = codec::wkly;

constexpr std::uint8_t kNobodyWkly = 0xFE;  // settings stop before it

// A state bit is 1 for "closed": the family says it in so many words, there is no polarity to find.
class ProtocolWkly final : public LockProtocol {
 public:
  explicit ProtocolWkly(const std::vector<LockBoardSettings>& boards) : boards_(boards) {}

  Traits traits() const override { return {}; }

  base::Bytes encode(const Question& question) const override {
    const auto board = static_cast<std::uint8_t>(question.board);
    const auto channel = static_cast<std::uint8_t>(question.lock);
    switch (question.what) {
      case Question::What::open:
        return wk::encode(wk::about_channel(wk::Command::open_one, board, channel));
      case Question::What::read_one:
        return wk::encode(wk::about_channel(wk::Command::query_one, board, channel));
      case Question::What::read_all:
        return wk::encode(wk::query_all(board));
      case Question::What::coil_off:
        return wk::encode(wk::about_channel(wk::Command::release, board, channel));
      default:
        STATION_CHECK(false, "WKLY boards know no such question");
    }
  }

  base::Bytes probe() const override { return wk::encode(wk::query_all(kNobodyWkly)); }

  LineWire::Framing framing() const override {
    return {[](auto, auto bytes, bool ended) { return wk::front(bytes, ended); },
            [](auto asked, auto frame) { return kind(asked, frame); }};
  }

  Answer read(const Question& question, std::span<const std::uint8_t> bytes) const override {
    const auto frame = wk::decode(bytes);
    STATION_CHECK(frame, "the wire matched it");
    if (question.what == Question::What::read_all) {
      const auto doors = wk::all_doors(*frame);
      if (!doors->done) return Declined{"the board says that the query failed"};
      const int locks = locks_of(question.board);
      if (static_cast<int>(doors->closed.size()) != locks)
        return Misfit{fmt::format("it says that it has {} doors, the configuration says {}", doors->closed.size(), locks)};
      return All{doors->closed, {}};
    }
    if (question.what == Question::What::coil_off) return Obeyed{};
    const auto door = wk::one_door(*frame);
    if (!door->done) return Declined{"the board says that it failed"};
    if (question.what == Question::What::open) return Obeyed{door->closed};
    return One{door->closed};
  }

  std::optional<int> hint_from(std::span<const std::uint8_t> bytes) const override {
    const auto frame = wk::decode(bytes);
    if (!frame || !wk::push(*frame)) return std::nullopt;
    return frame->board;
  }

 private:
  static LineWire::Kind kind(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> bytes) {
    const auto frame = wk::decode(bytes);
    const auto question = wk::decode(asked);
    if (frame && wk::push(*frame)) return LineWire::Kind::hint;
    if (!frame || !question || frame->board != question->board || frame->command != question->command)
      return LineWire::Kind::foreign;
    if (question->command == wk::Command::query_all)
      return wk::all_doors(*frame) ? LineWire::Kind::reply : LineWire::Kind::foreign;
    if (question->command == wk::Command::release) {
      const bool fits = frame->data.size() >= 2 && frame->data[1] == question->data[0];
      return fits ? LineWire::Kind::reply : LineWire::Kind::foreign;
    }
    const auto door = wk::one_door(*frame);
    return door && door->channel == question->data[0] ? LineWire::Kind::reply : LineWire::Kind::foreign;
  }

  int locks_of(int address) const {
    const auto it = std::find_if(boards_.begin(), boards_.end(),
                                 [&](const LockBoardSettings& b) { return b.address == address; });
    STATION_CHECK(it != boards_.end(), "only configured boards are asked");
    return it->locks;
  }

  const std::vector<LockBoardSettings> boards_;
};

}  // namespace

std::unique_ptr<LockProtocol> make_wkly_protocol(const LockLineSettings& settings) {
  return std::make_unique<ProtocolWkly>(settings.boards);
}

}  // namespace station::drivers
