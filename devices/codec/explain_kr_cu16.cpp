#include <fmt/format.h>

#include <algorithm>

#include "devices/codec/explain_parts.h"
#include "devices/codec/lock_kr_cu16.h"

namespace station::codec {

namespace {

using kr_cu16::Command;
constexpr std::size_t kFirstData = 3;
constexpr const char* kOut = "kiosk->board";
constexpr const char* kIn = "board->kiosk";

const char* name_of(std::uint8_t command) {
  switch (static_cast<Command>(command)) {
    case Command::status:
      return "status of one board";
    case Command::open:
      return "open one lock";
    case Command::status_of_all:
      return "status of all boards";
    case Command::open_all:
      return "open all locks";
    case Command::status_reply:
      return "status reply";
    case Command::status_of_all_reply:
      return "reply to status of all boards";
    case Command::unlock_time:
      return "unlock time";
    case Command::unlock_time_reply:
      return "unlock time reply";
    case Command::delayed_unlock:
      return "delayed unlock";
    case Command::rate:
      return "set the rate of the line";
  }
  return "unknown command";
}

std::string labels_of(std::span<const std::uint8_t> two, bool value) {
  std::string text;
  for (std::size_t i = 0; i < two.size() * 8; ++i)
    if (((two[i / 8] >> (i % 8) & 1U) != 0) == value) text += fmt::format("{}{}", text.empty() ? "" : ", ", i + 1);
  return text.empty() ? "none" : text;
}

void explain_command(Explainer& x, std::size_t data) {
  const int board = x.byte(1) >> 4;
  const int lock = x.byte(1) & 0x0F;
  const auto command = static_cast<Command>(x.byte(2));
  switch (command) {
    case Command::status:
      x.means(kOut, fmt::format("read the hooks and sensors of board {}", board));
      break;
    case Command::open:
      x.means(kOut, fmt::format("open lock {} of board {}, lock {} on the label", lock, board, lock + 1));
      x.means("echo", "the same bytes come from an adapter that echoes; a reply to this command is not documented");
      break;
    case Command::status_of_all:
      x.means(kOut, "read every board on the line");
      break;
    case Command::open_all:
      x.means(kOut, fmt::format("open every lock of board {}", board));
      x.warn("every coil draws current at once: never sent by the product");
      break;
    case Command::status_reply:
      if (data != 4) break;
      x.bytes(kFirstData, 2, "hooks", "bit 0 for label: " + labels_of(x.part(kFirstData, 2), false) +
                                          "; which value is closed is the board's setting");
      x.bytes(kFirstData + 2, 2, "sensors", "something inside at label: " + labels_of(x.part(kFirstData + 2, 2), true));
      x.means(kIn, fmt::format("board {}: hook bit 0 at label {}; something inside at label {}", board,
                               labels_of(x.part(kFirstData, 2), false), labels_of(x.part(kFirstData + 2, 2), true)));
      return;
    case Command::unlock_time:
    case Command::unlock_time_reply: {
      const bool reply = command == Command::unlock_time_reply;
      if (data == 2) {
        x.big(kFirstData, 2, "unlock time", fmt::format("{} ms", x.big_at(kFirstData, 2) * 10));
        x.means(reply ? kIn : kOut, fmt::format("board {}: the coil is held {} ms", board, x.big_at(kFirstData, 2) * 10));
        if (x.big_at(kFirstData, 2) > 100) x.warn("more than 1 s of coil current: the product refuses the board");
        if (!reply) x.warn("sets the time; the product only asks");
        return;
      }
      if (data != 0) break;
      x.means(kOut, reply ? "frees a board that thinks it is busy (seen in one public driver)"
                          : fmt::format("ask board {} for its unlock time", board));
      break;
    }
    case Command::delayed_unlock:
      x.number(kFirstData, "delay", fmt::format("{} s", x.byte(kFirstData)));
      x.means(kOut, "unlock later");
      x.warn("never sent by the product: it would open after a restart");
      return;
    case Command::rate:
      x.number(kFirstData, "rate", "0 = 9600, 1 = 19200, 2 = 57600, 3 = 115200");
      x.means(kOut, "set the rate");
      x.warn("never sent by the product");
      return;
    case Command::status_of_all_reply:
      x.means(kIn, "its layout is not documented");
      break;
    default:
      x.warn("unknown command");
      break;
  }
  if (data > 0) x.bytes(kFirstData, data, "data");
}

}  // namespace

Explanation explain_kr_cu16(std::span<const std::uint8_t> bytes) {
  Explainer x("KR-CU16", bytes);
  x.number(0, "begin");
  x.expect(0, 0x02, "no frame of this family begins so");
  const int board = x.byte(1) >> 4;
  x.number(1, "address", board == kr_cu16::kEveryBoard
                             ? std::string("every board")
                             : fmt::format("board {}, lock {}", board, x.byte(1) & 0x0F));
  x.number(2, "command", name_of(x.byte(2)));
  if (x.has(2)) x.name(name_of(x.byte(2)));
  // The length that the command has; the nearest of them when the frame has another.
  const auto sizes = kr_cu16::data_sizes(x.byte(2));
  std::size_t data = sizes.front();
  for (const std::size_t one : sizes)
    if (x.size() >= one + kr_cu16::kOverhead) data = one;
  explain_command(x, data);
  const std::size_t end = kFirstData + data;
  x.number(end, "end");
  x.expect(end, 0x03, "the end mark");
  unsigned sum = 0;
  for (const std::uint8_t byte : x.part(0, end + 1)) sum += byte;
  x.number(end + 1, "sum", "low byte of the sum of all bytes before it");
  x.expect(end + 1, static_cast<std::uint8_t>(sum & 0xFF), "the sum does not match");
  x.ends_at(end + 2);
  return x.take();
}

}  // namespace station::codec
