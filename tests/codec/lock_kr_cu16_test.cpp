#include "devices/codec/lock_kr_cu16.h"

#include <catch2/catch.hpp>
#include <string>

using namespace station;
using namespace station::codec::kr_cu16;
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

}  // namespace

TEST_CASE("KR-CU16 frames have the bytes of the documents", "[devices]") {
  struct Row {
    Frame frame;
    const char* bytes;
  };
  const Row rows[] = {
      {{0, 0, Command::status}, "02 00 30 03 35"},   {{1, 0, Command::status}, "02 10 30 03 45"},
      {{0, 0, Command::open}, "02 00 31 03 36"},     {{0, 7, Command::open}, "02 07 31 03 3D"},
      {{0, 15, Command::open}, "02 0F 31 03 45"},    {{1, 0, Command::open}, "02 10 31 03 46"},
      {{15, 0, Command::status_of_all}, "02 F0 32 03 27"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    CHECK(base::to_hex_upper(encode(row.frame)) == packed(row.bytes));
    CHECK(decode(bytes_of(row.bytes)) == row.frame);
  }
}

TEST_CASE("a KR-CU16 status lists hooks and sensors with the lowest lock first", "[devices]") {
  const auto empty = decode(bytes_of("02 00 35 FF FF 00 00 03 38"));
  REQUIRE(empty);
  Status expected;
  expected.hooks.fill(true);
  CHECK(status(*empty) == expected);

  const auto one = decode(bytes_of("02 00 35 FF 7F 01 80 03 39"));
  REQUIRE(one);
  expected.hooks[15] = false;
  expected.items[0] = expected.items[15] = true;
  CHECK(status(*one) == expected);
  CHECK(base::to_hex_upper(encode(status_reply(expected))) == packed("02 00 35 FF 7F 01 80 03 39"));
}

TEST_CASE("the unlock time counts in steps of 10 ms, high byte first", "[devices]") {
  using namespace std::chrono_literals;
  CHECK(unlock_time(unlock_time_reply(1, 60s)) == 60s);
  CHECK(unlock_time(Frame{0, 0, Command::unlock_time_reply, {0x00, 0x32}}) == 500ms);
  CHECK_FALSE(unlock_time(Frame{0, 0, Command::unlock_time_reply, {}}));
  CHECK_FALSE(unlock_time(Frame{0, 0, Command::unlock_time, {0x00, 0x32}}));
  const base::Bytes asked = encode({0, 0, Command::unlock_time, {}});
  CHECK(base::to_hex_upper(asked) == "020037033C");
  const base::Bytes set = encode({0, 0, Command::unlock_time, {0x00, 0x32}});
  CHECK(front(set, false).size == 7);
  CHECK(front(std::span<const std::uint8_t>(set).first(5), false).front == FrameReader::Verdict::beginning);
}

TEST_CASE("a KR-CU16 frame with a wrong sum is rejected", "[devices]") {
  CHECK_FALSE(decode(bytes_of("02 10 30 03 3E")));
}

TEST_CASE("cut KR-CU16 frames and changed bits are noticed", "[devices]") {
  const base::Bytes good = bytes_of("02 00 35 FF 7F 01 80 03 39");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::span<const std::uint8_t> cut(good.data(), size);
    CHECK_FALSE(decode(cut));
    if (size > 0) CHECK(front(cut, false).front == FrameReader::Verdict::beginning);
  }
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    base::Bytes bad = good;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1U << (i % 8)));
    CHECK_FALSE(decode(bad));
  }
}
