#include "devices/codec/code_line.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace std::chrono_literals;

namespace {

constexpr base::BootTime kStart{1s};

void feed(codec::CodeLine& line, const std::string& text, base::BootTime now) {
  line.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, now);
}

}  // namespace

TEST_CASE("a serial code ends at CR, LF or both, and two in one read are two", "[devices]") {
  codec::CodeLine line;
  feed(line, "12345678\r\nABCDEFGH\n", kStart);
  CHECK(line.next(kStart) == "12345678");
  CHECK(line.next(kStart) == "ABCDEFGH");
  CHECK_FALSE(line.next(kStart));
}

TEST_CASE("a serial code without an end is over after 100 ms of silence", "[devices]") {
  codec::CodeLine line;
  feed(line, "1234", kStart);
  feed(line, "5678", kStart + 50ms);
  CHECK_FALSE(line.next(kStart + 149ms));
  CHECK(line.gap_ends() == kStart + 150ms);
  CHECK(line.next(kStart + 150ms) == "12345678");
}

TEST_CASE("control bytes and overlong codes are damage up to their end", "[devices]") {
  codec::CodeLine line;
  feed(line, std::string("12\x1B[A34\r", 8) + "87654321\r", kStart);
  CHECK(line.next(kStart) == "87654321");
  CHECK(line.damaged() == 1);
  feed(line, std::string(1'025, 'x') + "\r", kStart);
  CHECK_FALSE(line.next(kStart));
  CHECK(line.damaged() == 2);
  feed(line, std::string(1'024, 'x') + "\r", kStart);
  CHECK(line.next(kStart)->size() == 1'024);
}
