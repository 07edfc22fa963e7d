#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "devices/codec/lock_8a.h"
#include "devices/drivers/lock_protocol.h"
#include "sync/base/check.h"

namespace station::drivers {

namespace {

namespace a8 = codec::lock_8a;
using codec::FrameReader;

constexpr std::uint8_t kNobody8A = 0x7E;  // beyond every address that DIP switches can set

// Length and meaning of a reply follow from the question, never from the bytes alone (LOCKERS 3).
class Protocol8A final : public LockProtocol {
 public:
  explicit Protocol8A(const std::vector<LockBoardSettings>& boards) {
    for (const LockBoardSettings& board : boards)
      boards_.push_back({board.address, static_cast<std::size_t>(status_bytes_of(board))});
  }

  Traits traits() const override { return {}; }

  base::Bytes encode(const Question& question) const override {
    const a8::Frame frame = a8::encode(request_of(question));
    return {frame.begin(), frame.end()};
  }

  base::Bytes probe() const override {
    const a8::Frame frame = a8::encode({a8::Purpose::query_one, kNobody8A, 1});
    return {frame.begin(), frame.end()};
  }

  LineWire::Framing framing() const override {
    return {[this](auto asked, auto bytes, bool ended) { return front(asked, bytes, ended); },
            [this](auto asked, auto frame) { return kind(asked, frame); }};
  }

  Answer read(const Question& question, std::span<const std::uint8_t> frame) const override {
    const a8::Request request = request_of(question);
    const auto reply = a8::decode_reply(request, frame, status_bytes(request.board));
    STATION_CHECK(reply, "the wire matched it");
    if (const auto* all = std::get_if<a8::AllStates>(&*reply)) return All{all->is_11, {}};
    const bool bit = std::get<a8::OneState>(*reply).is_11;
    if (question.what == Question::What::open) return Obeyed{bit};
    return One{bit};
  }

  std::optional<int> hint_from(std::span<const std::uint8_t> frame) const override {
    const auto push = a8::decode_push(frame);
    if (!push) return std::nullopt;
    return push->board;
  }

  std::string misfit(const Question& question, std::span<const std::uint8_t> heard) const override {
    if (question.what != Question::What::read_all) return {};
    const auto board = static_cast<std::uint8_t>(question.board);
    const auto bytes = a8::status_bytes_of(board, heard);
    if (!bytes || *bytes == status_bytes(board)) return {};
    return fmt::format("its replies have {} state bytes, the configuration says {}", *bytes, status_bytes(board));
  }

 private:
  struct Board {
    int address;
    std::size_t status_bytes;
  };

  static a8::Request request_of(const Question& question) {
    const auto board = static_cast<std::uint8_t>(question.board);
    const auto lock = static_cast<std::uint8_t>(question.lock);
    switch (question.what) {
      case Question::What::open:
        return {a8::Purpose::open_one, board, lock};
      case Question::What::read_one:
        return {a8::Purpose::query_one, board, lock};
      case Question::What::read_all:
        return {a8::Purpose::query_all, board, 0};
      default:
        STATION_CHECK(false, "8A boards know no such question");
    }
  }

  std::size_t status_bytes(std::uint8_t address) const {
    const auto it = std::find_if(boards_.begin(), boards_.end(), [&](const Board& b) { return b.address == address; });
    return it == boards_.end() ? 1 : it->status_bytes;
  }

  FrameReader::Verdict front(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> bytes,
                             bool ended) const {
    const auto request = a8::decode_request(asked);
    const std::size_t expected = request ? a8::reply_size(*request, status_bytes(request->board)) : a8::kFrameSize;
    if (request && bytes.size() >= expected &&
        a8::decode_reply(*request, bytes.first(expected), status_bytes(request->board)))
      return {FrameReader::Verdict::whole, expected};
    if (bytes.size() >= a8::kFrameSize && a8::decode_push(bytes.first(a8::kFrameSize)))
      return {FrameReader::Verdict::whole, a8::kFrameSize};
    constexpr std::array<std::uint8_t, 4> kHeads{0x80, 0x81, 0x82, 0x8A};
    if (std::find(kHeads.begin(), kHeads.end(), bytes[0]) == kHeads.end()) return {};
    // A longer reply can begin with bytes that look like a shorter one: first let it become whole.
    if (bytes.size() < std::max(expected, a8::kFrameSize) && !ended) return {FrameReader::Verdict::beginning, 0};
    for (const std::size_t size : {a8::kFrameSize, expected}) {
      if (bytes.size() < size) continue;
      const auto whole = bytes.first(size);
      const bool other_board =
          request && size == expected && bytes[1] != request->board && a8::status_bytes_of(bytes[1], whole);
      if (a8::sender(whole) || other_board) return {FrameReader::Verdict::whole, size};
    }
    return {};
  }

  LineWire::Kind kind(std::span<const std::uint8_t> asked, std::span<const std::uint8_t> frame) const {
    const auto request = a8::decode_request(asked);
    if (request && a8::decode_reply(*request, frame, status_bytes(request->board))) return LineWire::Kind::reply;
    return a8::decode_push(frame) ? LineWire::Kind::hint : LineWire::Kind::foreign;
  }

  std::vector<Board> boards_;
};

}  // namespace

std::unique_ptr<LockProtocol> make_8a_protocol(const LockLineSettings& settings) {
  return std::make_unique<Protocol8A>(settings.boards);
}

}  // namespace station::drivers
