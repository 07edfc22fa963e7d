#include <fmt/format.h>

#include <algorithm>

#include "devices/codec/explain_parts.h"
#include "devices/codec/lock_wkly.h"

namespace station::codec {

namespace {

constexpr std::size_t kDataAt = 7;
constexpr const char* kAsk = "kiosk->board";
constexpr const char* kTell = "board->kiosk";

const char* word_of(std::uint8_t command) {
  switch (static_cast<wkly::Command>(command)) {
    case wkly::Command::open_several:
      return "open several together";
    case wkly::Command::flash_lamp:
      return "flash a lamp";
    case wkly::Command::open_one:
      return "open one";
    case wkly::Command::query_one:
      return "query one";
    case wkly::Command::query_all:
      return "query all";
    case wkly::Command::push:
      return "push";
    case wkly::Command::open_all:
      return "open all one by one";
    case wkly::Command::open_in_turn:
      return "open several one by one";
    case wkly::Command::hold_on:
      return "hold a channel on";
    case wkly::Command::release:
      return "switch a held channel off";
  }
  return "unknown command";
}

void status(Explainer& x, std::size_t at) {
  x.number(at, "status", x.byte(at) == 0x00 ? "done" : x.byte(at) == 0xFF ? "failed" : "unknown");
  if (x.has(at) && x.byte(at) != 0x00 && x.byte(at) != 0xFF) x.wrong(at, "not a status", "00 or FF");
}

void door(Explainer& x, std::size_t at) {
  x.number(at, "door", x.byte(at) == 0x00 ? "open" : x.byte(at) == 0x01 ? "closed" : "unknown");
  if (x.has(at) && x.byte(at) > 0x01) x.wrong(at, "not a door state", "00 or 01");
}

const char* door_word(std::uint8_t byte) { return byte == 0x00 ? "open" : "closed"; }

// What the data holds follows from the command and from how much there is: requests are shorter than their replies.
bool data_of(Explainer& x, std::size_t count) {
  const auto command = static_cast<wkly::Command>(x.byte(6));
  const std::uint8_t board = x.byte(5);
  switch (command) {
    case wkly::Command::open_one:
    case wkly::Command::query_one:
      if (count == 1) {
        x.number(kDataAt, "channel");
        x.means(kAsk, fmt::format("{}: channel {} of board {}", word_of(x.byte(6)), x.byte(kDataAt), board));
        return true;
      }
      if (count != 3) return false;
      status(x, kDataAt);
      x.number(kDataAt + 1, "channel");
      door(x, kDataAt + 2);
      x.means(kTell, fmt::format("reply to {}: channel {} of board {} is {}", word_of(x.byte(6)), x.byte(kDataAt + 1),
                                 board, door_word(x.byte(kDataAt + 2))));
      return true;
    case wkly::Command::query_all: {
      if (count == 0) {
        x.means(kAsk, fmt::format("read every door of board {}", board));
        return true;
      }
      if (count < 2) return false;
      status(x, kDataAt);
      x.number(kDataAt + 1, "count", fmt::format("{} doors", x.byte(kDataAt + 1)));
      const std::size_t doors = count - 2;
      if (x.byte(kDataAt + 1) != doors)
        x.wrong(kDataAt + 1, "the count does not fit the length", hex_of(static_cast<std::uint8_t>(doors)));
      std::size_t open = 0;
      for (std::size_t i = 0; i < doors; ++i) {
        const std::size_t at = kDataAt + 2 + i;
        if (x.has(at) && x.byte(at) > 0x01) x.wrong(at, fmt::format("not a state of door {}", i + 1), "00 or 01");
        open += x.has(at) && x.byte(at) == 0x00 ? 1U : 0U;
      }
      x.bytes(kDataAt + 2, doors, "doors", fmt::format("{} of {} open, in the order of channels", open, doors));
      x.means(kTell, fmt::format("{} of {} doors of board {} are open", open, doors, board));
      return true;
    }
    case wkly::Command::push:
      if (count != 2) return false;
      x.number(kDataAt, "channel");
      door(x, kDataAt + 1);
      x.means(kTell, fmt::format("board {} says by itself: channel {} is {}", board, x.byte(kDataAt),
                                 door_word(x.byte(kDataAt + 1))));
      return true;
    case wkly::Command::open_several:
    case wkly::Command::open_in_turn:
      if (count == 1) {
        status(x, kDataAt);
        x.means(kTell, fmt::format("reply to {}", word_of(x.byte(6))));
        return true;
      }
      if (count < 2 || x.byte(kDataAt) != count - 1) return false;
      x.number(kDataAt, "count");
      x.bytes(kDataAt + 1, count - 1, "channels");
      x.means(kAsk, fmt::format("{}: {} channels of board {}", word_of(x.byte(6)), count - 1, board));
      return true;
    case wkly::Command::open_all:
      if (count > 1) return false;
      if (count == 1) status(x, kDataAt);
      x.means(count == 0 ? kAsk : kTell, count == 0 ? fmt::format("open every channel of board {}, one by one", board)
                                                    : std::string("reply to open all"));
      return true;
    case wkly::Command::flash_lamp:
    case wkly::Command::hold_on:
    case wkly::Command::release:
      if (count == 1) {
        x.number(kDataAt, "channel");
        x.means(kAsk, fmt::format("{}: channel {} of board {}", word_of(x.byte(6)), x.byte(kDataAt), board));
        return true;
      }
      if (count < 2 || count > 3) return false;
      status(x, kDataAt);
      x.number(kDataAt + 1, "channel");
      if (count == 3) x.number(kDataAt + 2, "state");
      x.means(kTell, fmt::format("reply to {}: channel {} of board {}", word_of(x.byte(6)), x.byte(kDataAt + 1), board));
      return true;
  }
  x.bytes(kDataAt, count, "data");
  x.warn("unknown command: other products use the same framing; it is counted and ignored");
  return true;
}

void check(Explainer& x, std::size_t size) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : x.part(0, size - 1)) sum = static_cast<std::uint8_t>(sum ^ byte);
  x.number(size - 1, "check byte", "XOR of all bytes before it, start code included");
  if (!x.has(size - 1) || x.byte(size - 1) == sum) return;
  x.wrong(size - 1, (x.byte(size - 1) ^ sum) == 0x09 ? "the check byte leaves the start code out"
                                                     : "the check byte does not match",
          hex_of(sum));
}

}  // namespace

Explanation explain_wkly(std::span<const std::uint8_t> bytes) {
  Explainer x("WKLY", bytes);
  x.bytes(0, 4, "start code", "WKLY");
  for (std::size_t i = 0; i < wkly::kStart.size(); ++i)
    if (x.has(i) && x.byte(i) != wkly::kStart[i]) {
      x.wrong(i, "the start code is not WKLY", hex_of(wkly::kStart[i]));
      if (i == 0 && x.byte(0) == 0x53) x.warn("53 4B 4C 59 is accepted by one public reader; what sends it is unknown");
      break;
    }
  x.number(4, "length", "of the whole frame");
  std::size_t size = x.byte(4);
  if (!x.has(4) || size < wkly::kOverhead) {
    if (x.has(4)) x.wrong(4, "no frame is that short", "08 or more");
    size = std::max(x.size(), wkly::kOverhead);
  } else if (x.size() < size) {
    x.wrong(4, fmt::format("the frame says {} bytes, there are {}", size, x.size()),
            x.size() >= wkly::kOverhead ? hex_of(static_cast<std::uint8_t>(std::min<std::size_t>(x.size(), 255)))
                                        : std::string("08 or more"));
  }
  x.number(5, "board");
  x.number(6, "command", word_of(x.byte(6)));
  if (x.has(6)) {
    x.name(word_of(x.byte(6)));
    if (!data_of(x, size - wkly::kOverhead)) {
      x.bytes(kDataAt, size - wkly::kOverhead, "data");
      x.wrong(4, fmt::format("this command has no frame of {} bytes", size));
    }
  }
  check(x, size);
  x.ends_at(size);
  const auto command = static_cast<wkly::Command>(x.byte(6));
  if (command == wkly::Command::hold_on) x.warn("never send this to a solenoid: it burns out");
  if (command == wkly::Command::open_several || command == wkly::Command::open_all ||
      command == wkly::Command::open_in_turn)
    x.warn("not used by the product: it opens one lock at a time");
  return x.take();
}

}  // namespace station::codec
