#include <fmt/format.h>

#include "devices/codec/explain_parts.h"
#include "devices/codec/lock_8a.h"

namespace station::codec {

namespace {

constexpr const char* kToBoard = "kiosk->board";
constexpr const char* kToKiosk = "board->kiosk";

struct Shape8A {
  bool all = false;           // the reply to "query all"
  std::size_t check_at = 4;
};

// A query-all reply of more than one state byte is told by its length; of one byte by nothing.
Shape8A shape_of(const Explainer& x) {
  const bool longer = x.byte(0) == 0x80 && (x.size() == 6 || x.size() == 7);
  return longer ? Shape8A{true, x.size() - 1} : Shape8A{};
}

std::string set_locks_of(std::span<const std::uint8_t> states) {
  std::string text;
  for (std::size_t i = states.size(); i-- > 0;)  // reversed: the last byte holds locks 1 to 8
    for (unsigned bit = 0; bit < 8; ++bit)
      if ((states[i] >> bit & 1U) != 0)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", (states.size() - 1 - i) * 8 + bit + 1);
  return text.empty() ? "no lock's bit is set" : "bits set for lock " + text;
}

const char* about_state(std::uint8_t state) {
  return state == 0x11 ? "closed if the contact is short when locked, open if it is short when open"
                       : "open if the contact is short when locked, closed if it is short when open";
}

void explain_open(Explainer& x) {
  const std::string lock = x.byte(2) == 0 ? std::string("every lock") : fmt::format("lock {}", x.byte(2));
  if (x.byte(3) == 0x11) {
    x.name(x.byte(2) == 0 ? "open all" : "open one");
    x.number(3, "code", "11: open, or the state in a reply");
    x.means(kToBoard, fmt::format("open {} of board {}", lock, x.byte(1)));
    if (x.byte(2) == 0)
      x.means(kToKiosk, "the answer to the same command: says nothing about any lock");
    else
      x.means(kToKiosk, fmt::format("reply to open {}: {}", lock, about_state(0x11)));
    x.means("echo", "the same bytes come from an adapter that echoes: no proof of anything");
    if (x.byte(2) == 0) x.warn("every coil of the board draws current: the product opens lock by lock");
  } else {
    x.name("reply to open one");
    x.number(3, "state", about_state(0x00));
    x.means(kToKiosk, fmt::format("reply to open {} of board {}: {}", lock, x.byte(1), about_state(0x00)));
    if (x.has(3) && x.byte(3) != 0x00) x.wrong(3, "neither an open command nor a state", "00 or 11");
  }
}

void explain_query(Explainer& x) {
  const bool one = x.byte(2) != 0;
  if (x.byte(3) == 0x33) {
    x.name(one ? "query one" : "query all");
    x.number(3, "code", "33: query");
    x.means(kToBoard, one ? fmt::format("read lock {} of board {}", x.byte(2), x.byte(1))
                          : fmt::format("read every lock of board {}", x.byte(1)));
    x.means(kToKiosk, "from a board with 8 locks: reply to query all, " + set_locks_of(x.part(2, 1)));
    return;
  }
  x.name("reply to query one");
  x.number(3, "state", about_state(x.byte(3)));
  x.means(kToKiosk, fmt::format("lock {} of board {}: {}", x.byte(2), x.byte(1), about_state(x.byte(3))));
  if (x.has(3) && x.byte(3) != 0x00 && x.byte(3) != 0x11)
    x.wrong(3, "neither a query nor a state", "00, 11 or 33");
}

void explain_push(Explainer& x) {
  x.name("push");
  x.number(3, "state", about_state(x.byte(3)));
  x.means(kToKiosk, fmt::format("board {} says by itself: lock {} {}", x.byte(1), x.byte(2), about_state(x.byte(3))));
  if (x.has(3) && x.byte(3) != 0x00 && x.byte(3) != 0x11) x.wrong(3, "not a state", "00 or 11");
  if (x.has(2) && x.byte(2) == 0) x.wrong(2, "a push names one lock", "1 or more");
  if (x.byte(0) == 0x82) x.warn("head 82 instead of 81: some boards only");
}

}  // namespace

Explanation explain_8a(std::span<const std::uint8_t> bytes) {
  Explainer x("8A", bytes);
  const Shape8A shape = shape_of(x);
  const std::uint8_t head = x.byte(0);
  const bool known = head == 0x8A || head == 0x80 || head == 0x81 || head == 0x82;
  x.number(0, "head", head == 0x8A ? "open" : head == 0x80 ? "query" : known ? "push" : "unknown");
  if (x.has(0) && !known) x.wrong(0, "no frame of this family begins so", "8A, 80, 81 or 82");
  x.number(1, "board");
  if (shape.all) {
    const auto states = x.part(2, shape.check_at - 3);
    x.name("reply to query all");
    x.bytes(2, states.size(), "states", set_locks_of(states));
    x.number(shape.check_at - 1, "code", "33: query");
    x.expect(shape.check_at - 1, 0x33, "the code of a query-all reply");
    x.means(kToKiosk, fmt::format("{} locks of board {}: {}", states.size() * 8, x.byte(1), set_locks_of(states)));
  } else {
    x.number(2, "lock", x.byte(2) == 0 ? "every lock" : "");
    if (head == 0x8A) explain_open(x);
    else if (head == 0x80) explain_query(x);
    else if (known) explain_push(x);
    else x.number(3, "code");
  }
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : x.part(0, shape.check_at)) sum = static_cast<std::uint8_t>(sum ^ byte);
  x.number(shape.check_at, "check byte", "XOR of all bytes before it");
  x.expect(shape.check_at, sum, "the check byte does not match");
  x.ends_at(shape.check_at + 1);
  if (x.byte(1) == 0 || x.byte(1) > lock_8a::kMaxAddress) x.warn("boards have addresses from 1 to 99");
  if (!shape.all && x.byte(3) != 0x33 && x.byte(2) > lock_8a::kMaxLocks) x.warn("boards have at most 24 locks");
  return x.take();
}

}  // namespace station::codec
