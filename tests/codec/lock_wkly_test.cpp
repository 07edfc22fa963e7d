#include "devices/codec/lock_wkly.h"

#include <catch2/catch.hpp>
#include <string>

using namespace station;
using namespace station::codec::wkly;
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

Frame frame_of(const std::string& text) {
  const auto frame = decode(bytes_of(text));
  REQUIRE(frame);
  return *frame;
}

std::string doors_reply(const char* door) {
  std::string text = "57 4B 4C 59 22 00 84 00 18";
  for (int i = 0; i < 24; ++i) text += std::string(" ") + door;
  return text + " B7";
}

}  // namespace

TEST_CASE("WKLY frames have the bytes of the documents", "[devices]") {
  struct Row {
    Frame frame;
    const char* bytes;
  };
  const Row rows[] = {
      {about_channel(Command::open_one, 0, 1), "57 4B 4C 59 09 00 82 01 83"},
      {about_channel(Command::open_one, 1, 1), "57 4B 4C 59 09 01 82 01 82"},
      {about_channel(Command::open_one, 1, 4), "57 4B 4C 59 09 01 82 04 87"},
      {about_channel(Command::query_one, 0, 1), "57 4B 4C 59 09 00 83 01 82"},
      {query_all(0), "57 4B 4C 59 08 00 84 85"},
      {Frame{0, Command::open_several, {3, 1, 2, 3}}, "57 4B 4C 59 0C 00 80 03 01 02 03 86"},
      {Frame{0, Command::flash_lamp, {0, 1}}, "57 4B 4C 59 0A 00 81 00 01 83"},
      {Frame{0, Command::open_all, {0}}, "57 4B 4C 59 09 00 86 00 86"},
      {Frame{0, Command::open_in_turn, {0}}, "57 4B 4C 59 09 00 87 00 87"},
      {one_door_reply(Command::open_one, 0, {true, 1, false}), "57 4B 4C 59 0B 00 82 00 01 00 81"},
      {one_door_reply(Command::query_one, 0, {true, 1, false}), "57 4B 4C 59 0B 00 83 00 01 00 80"},
      {push_of(0, 1, true), "57 4B 4C 59 0A 00 85 01 01 86"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    CHECK(base::to_hex_upper(encode(row.frame)) == packed(row.bytes));
    CHECK(decode(bytes_of(row.bytes)) == row.frame);
  }
}

TEST_CASE("WKLY replies say which doors are open", "[devices]") {
  CHECK(one_door(frame_of("57 4B 4C 59 0B 00 82 00 01 00 81")) == OneDoor{true, 1, false});
  CHECK(one_door(frame_of("57 4B 4C 59 0B 00 83 00 01 00 80")) == OneDoor{true, 1, false});
  CHECK(push(frame_of("57 4B 4C 59 0A 00 85 01 01 86")) == OneDoor{true, 1, true});
  const auto open = all_doors(frame_of(doors_reply("00")));
  const auto closed = all_doors(frame_of(doors_reply("01")));
  REQUIRE(open);
  REQUIRE(closed);
  CHECK(open->closed == std::vector<bool>(24, false));
  CHECK(closed->closed == std::vector<bool>(24, true));
  CHECK(base::to_hex_upper(encode(all_doors_reply(0, closed->closed))) == packed(doors_reply("01")));
  CHECK_FALSE(one_door(about_channel(Command::open_one, 0, 1)));  // the command, or its echo
  CHECK_FALSE(all_doors(query_all(0)));
}

TEST_CASE("a check byte that leaves the start code out is rejected", "[devices]") {
  CHECK_FALSE(decode(bytes_of("57 4B 4C 59 0B 00 82 00 01 00 88")));
}

TEST_CASE("a door count that does not fit the length is no reply", "[devices]") {
  CHECK_FALSE(all_doors(Frame{0, Command::query_all, {0, 3, 1, 1}}));
  CHECK_FALSE(all_doors(Frame{0, Command::query_all, {0, 2, 1, 2}}));  // no such door state
  CHECK_FALSE(all_doors(Frame{0, Command::query_all, {7, 2, 1, 1}}));  // no such status
  CHECK(all_doors(Frame{0, Command::query_all, {0xFF, 0}}) == AllDoors{false, {}});
}

TEST_CASE("WKLY frames are found in pieces, glued and behind noise", "[devices]") {
  const base::Bytes good = bytes_of("57 4B 4C 59 0B 00 83 00 01 00 80");
  for (std::size_t size = 1; size < good.size(); ++size) {
    const std::span<const std::uint8_t> cut(good.data(), size);
    CHECK(front(cut, false).front == FrameReader::Verdict::beginning);
    CHECK(front(cut, true).front == FrameReader::Verdict::nothing);
    CHECK_FALSE(decode(cut));
  }
  FrameReader reader;
  base::Bytes stream = bytes_of("57 4B 00 57 4B 4C 59 03");  // a false beginning and a length that no frame has
  stream.insert(stream.end(), good.begin(), good.end());
  stream.insert(stream.end(), good.begin(), good.end());
  const base::BootTime now{};
  const auto judge = [](std::span<const std::uint8_t> bytes, bool ended) { return front(bytes, ended); };
  int frames = 0;
  for (const std::uint8_t byte : stream) {
    reader.feed(std::span<const std::uint8_t>(&byte, 1), now);
    while (const auto frame = reader.next(judge, now)) {
      CHECK(*frame == good);
      ++frames;
    }
  }
  CHECK(frames == 2);
}

TEST_CASE("every single changed bit of a WKLY frame is noticed", "[devices]") {
  const base::Bytes good = bytes_of("57 4B 4C 59 0B 00 83 00 01 00 80");
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    base::Bytes bad = good;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1U << (i % 8)));
    CHECK_FALSE(decode(bad));
  }
}
