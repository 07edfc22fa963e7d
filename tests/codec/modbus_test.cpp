#include "devices/codec/modbus.h"

#include <catch2/catch.hpp>
#include <string>

using namespace station;
using namespace station::codec::modbus;
using codec::FrameReader;

namespace {

base::Bytes bytes_of(std::string text) {
  std::erase(text, ' ');
  const auto bytes = base::from_hex(text);
  REQUIRE(bytes);
  return *bytes;
}

std::string packed(std::string text) {
  std::erase(text, ' ');
  return text;
}

Flaw flaw_of(const Request& request, const std::string& frame) {
  const auto result = decode_reply(request, bytes_of(frame));
  REQUIRE(std::holds_alternative<Flaw>(result));
  return std::get<Flaw>(result);
}

Reply reply_of(const Request& request, const std::string& frame) {
  const auto result = decode_reply(request, bytes_of(frame));
  REQUIRE(std::holds_alternative<Reply>(result));
  return std::get<Reply>(result);
}

}  // namespace

TEST_CASE("the CRC is the one of the standard", "[devices]") {
  CHECK(crc16(base::as_bytes("123456789")) == 0x4B37);
  CHECK(crc16({}) == 0xFFFF);
}

TEST_CASE("Modbus requests have the bytes of the documents", "[devices]") {
  struct Row {
    Request request;
    const char* frame;
  };
  // LOCKERS 6, and the examples of the Modbus application protocol 1.1b3, sections 6.1 to 6.12, with slave 17 (11 hex).
  const Row rows[] = {
      {write_coil(1, 0, kCoilOn), "01 05 00 00 FF 00 8C 3A"},
      {write_coil(1, 0, kCoilOff), "01 05 00 00 00 00 CD CA"},
      {write_coil(1, 1, kCoilOff), "01 05 00 01 00 00 9C 0A"},
      {write_coil(1, 0x0200, 7), "01 05 02 00 00 07 8D B0"},
      {write_coils(1, 0, std::vector<bool>(8, true)), "01 0F 00 00 00 08 01 FF BE D5"},
      {read(1, Function::read_coils, 0, 8), "01 01 00 00 00 08 3D CC"},
      {read(1, Function::read_inputs, 0, 8), "01 02 00 00 00 08 79 CC"},
      {read(1, Function::read_inputs, 0, 24), "01 02 00 00 00 18 78 00"},
      {read(0x11, Function::read_registers, 0x6B, 3), "11 03 00 6B 00 03 76 87"},
      {write_register(0x11, 1, 3), "11 06 00 01 00 03 9A 9B"},
      {write_registers(0x11, 1, {0x000A, 0x0102}), "11 10 00 01 00 02 04 00 0A 01 02 C6 F0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.frame);
    CHECK(base::to_hex_upper(encode(row.request)) == packed(row.frame));
    CHECK(decode_request(bytes_of(row.frame)) == row.request);
    const auto verdict = request_front(bytes_of(row.frame), false);
    CHECK(verdict.front == FrameReader::Verdict::whole);
    CHECK(verdict.size == bytes_of(row.frame).size());
  }
}

TEST_CASE("Modbus replies are read against the request that they answer", "[devices]") {
  const Request inputs = read(1, Function::read_inputs, 0, 8);
  CHECK(reply_of(inputs, "01 02 01 00 A1 88") == Reply{Bits{std::vector<bool>(8)}});
  CHECK(reply_of(read(1, Function::read_coils, 0, 8), "01 01 01 00 51 88") == Reply{Bits{std::vector<bool>(8)}});
  CHECK(reply_of(read(0x11, Function::read_registers, 0x6B, 3), "11 03 06 AE 41 56 52 43 40 49 AD") ==
        Reply{Registers{{0xAE41, 0x5652, 0x4340}}});
  CHECK(reply_of(write_coil(1, 0, kCoilOn), "01 05 00 00 FF 00 8C 3A") == Reply{Written{}});
  CHECK(reply_of(write_coil(1, 0, kCoilOn), "01 85 02 C3 51") == Reply{Exception{2}});

  CHECK(flaw_of(inputs, "02 02 01 00 A1 CC") == Flaw::slave);
  CHECK(flaw_of(inputs, "01 01 01 00 51 88") == Flaw::function);
  CHECK(flaw_of(read(1, Function::read_inputs, 0, 24), "01 02 01 00 A1 88") == Flaw::length);
  CHECK(flaw_of(write_coil(1, 0, kCoilOff), "01 05 00 00 FF 00 8C 3A") == Flaw::echo);
  CHECK(flaw_of(write_coil(1, 1, kCoilOn), "01 05 00 00 FF 00 8C 3A") == Flaw::echo);
  CHECK(flaw_of(inputs, "01 02 01 00 A1 89") == Flaw::crc);
  CHECK(flaw_of(inputs, "01 02 01") == Flaw::too_short);
  CHECK(flaw_of(inputs, "01 85 02 C3 51") == Flaw::function);
}

TEST_CASE("bits come lowest first and as many as were asked for", "[devices]") {
  const Request request = read(0x11, Function::read_coils, 0x13, 37);
  const Reply reply = reply_of(request, "11 01 05 CD 6B B2 0E 1B 45 E6");
  const auto& bits = std::get<Bits>(reply).bits;
  REQUIRE(bits.size() == 37);
  const int set[] = {0, 2, 3, 6, 7, 8, 9, 11, 13, 14};
  for (int i = 0; i < 15; ++i) {
    CAPTURE(i);
    CHECK(bits[static_cast<std::size_t>(i)] == (std::find(std::begin(set), std::end(set), i) != std::end(set)));
  }
  CHECK(base::to_hex_upper(encode_reply(request, reply)) == packed("11 01 05 CD 6B B2 0E 1B 45 E6"));
}

TEST_CASE("every single changed bit and every cut of a reply is noticed", "[devices]") {
  const Request request = read(0x11, Function::read_registers, 0x6B, 3);
  const base::Bytes good = bytes_of("11 03 06 AE 41 56 52 43 40 49 AD");
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    base::Bytes bad = good;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1U << (i % 8)));
    CHECK(std::holds_alternative<Flaw>(decode_reply(request, bad)));
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::span<const std::uint8_t> cut(good.data(), size);
    CHECK(std::holds_alternative<Flaw>(decode_reply(request, cut)));
    if (size == 0) continue;
    CHECK(reply_front(cut, false).front == FrameReader::Verdict::beginning);
    CHECK(reply_front(cut, true).front == FrameReader::Verdict::nothing);
  }
}

TEST_CASE("requests that the protocol does not know are complained about", "[devices]") {
  CHECK(complaint_about(read(1, Function::read_inputs, 0, 2000)).empty());
  CHECK_FALSE(complaint_about(read(1, Function::read_inputs, 0, 2001)).empty());
  CHECK_FALSE(complaint_about(read(1, Function::read_registers, 0, 126)).empty());
  CHECK_FALSE(complaint_about(read(1, Function::read_inputs, 0, 0)).empty());
  CHECK_FALSE(complaint_about(read(1, Function::read_inputs, 0xFFFF, 2)).empty());
  CHECK_FALSE(complaint_about(read(248, Function::read_inputs, 0, 1)).empty());
  CHECK_FALSE(complaint_about(read(kBroadcast, Function::read_inputs, 0, 1)).empty());
  CHECK_FALSE(complaint_about(Request{1, Function::write_coils, 0, 2, {1}}).empty());
  CHECK_FALSE(decode_request(bytes_of("01 02 00 00 00 00 78 0A")));  // of no inputs
}

TEST_CASE("the silence between frames follows the rate of the line", "[devices]") {
  CHECK(silence_after_frame(9600).count() == 5);   // 38.5 bits of 104 us
  CHECK(silence_after_frame(19200).count() == 3);
  CHECK(silence_after_frame(115200).count() == 2);  // 1.75 ms is the least
}
