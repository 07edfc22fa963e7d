#include "devices/codec/explain.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

using namespace station;
using codec::Explanation;
using Json = nlohmann::json;

namespace {

base::Bytes bytes_of(std::string text) {
  std::erase(text, ' ');
  const auto bytes = base::from_hex(text);
  REQUIRE(bytes);
  return *bytes;
}

// The frames of the documents, with what is known about each.
const Json& documented() {
  static const Json frames = [] {
    std::ifstream in(STATION_SOURCE_DIR "/tests/codec/frames.json");
    return Json::parse(in);
  }();
  return frames;
}

Explanation explain(const std::string& family, const std::string& hex) {
  const auto explanation = codec::decode(family, bytes_of(hex));
  REQUIRE(explanation);
  return *explanation;
}

// What holds for any explanation, whatever the bytes are.
void check_sound(const Explanation& e) {
  CAPTURE(e.family, base::to_hex_upper(e.bytes));
  REQUIRE(e.valid == e.errors.empty());
  for (const auto& field : e.fields) REQUIRE(field.at + field.size <= std::max(e.bytes.size(), field.at));
  const Json json = Json::parse(codec::to_json_line(e));
  REQUIRE(json["valid"] == e.valid);
  REQUIRE_FALSE(codec::to_text(e).empty());
}

bool says(const Explanation& e, const std::string& words) {
  return codec::to_text(e).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("every frame of the documents is explained as what it is", "[devices]") {
  REQUIRE(documented().size() >= 90);
  for (const Json& frame : documented()) {
    const std::string family = frame["family"], hex = frame["hex"], name = frame["name"];
    CAPTURE(family, hex, name);
    REQUIRE(codec::find_frame_family(family));
    const Explanation e = explain(family, hex);
    check_sound(e);
    CHECK(e.valid == frame["valid"].get<bool>());
    CHECK_FALSE(e.name.empty());
    CHECK_FALSE(e.fields.empty());
    if (e.valid) CHECK_FALSE(e.meanings.empty());
    // The direction is one of those that the frame can have.
    const std::string direction = frame["direction"];
    const bool told = std::any_of(e.meanings.begin(), e.meanings.end(),
                                  [&](const auto& m) { return m.direction == direction; });
    if (e.valid && family != "DNY" && family != "DNY-TEXT") CHECK(told);
  }
}

TEST_CASE("the fields of a valid frame cover every byte once", "[devices]") {
  for (const Json& frame : documented()) {
    if (!frame["valid"].get<bool>()) continue;
    const Explanation e = explain(frame["family"], frame["hex"]);
    CAPTURE(e.family, base::to_hex_upper(e.bytes));
    std::vector<int> covered(e.bytes.size());
    for (const auto& field : e.fields)
      for (std::size_t i = 0; i < field.size; ++i) ++covered[field.at + i];
    CHECK(covered == std::vector<int>(e.bytes.size(), 1));
  }
}

TEST_CASE("a damaged frame is told with the byte, what was expected and what was found", "[devices]") {
  struct Row {
    const char* family;
    const char* hex;
    std::size_t at;
    const char* expected;
    const char* found;
  };
  const Row rows[] = {
      {"8A", "80 01 01 00 B3", 4, "80", "B3"},
      {"8A", "81 01 01 00 8A", 4, "81", "8A"},
      {"8A", "8C 01 01 11 9D", 0, "8A, 80, 81 or 82", "8C"},
      {"WKLY", "57 4B 4C 59 0B 00 82 00 01 00 88", 10, "81", "88"},
      {"WKLY", "57 4B 4D 59 0B 00 82 00 01 00 80", 2, "4C", "4D"},
      {"KR-CU16", "02 10 30 03 3E", 4, "45", "3E"},
      {"MODBUS", "01 05 00 00 FF 00 8C 3B", 7, "3A", "3B"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.family, row.hex);
    const Explanation e = explain(row.family, row.hex);
    CHECK_FALSE(e.valid);
    REQUIRE_FALSE(e.errors.empty());
    CHECK(e.errors[0].at == row.at);
    CHECK(e.errors[0].expected == row.expected);
    CHECK(e.errors[0].found == row.found);
  }
  CHECK(says(explain("WKLY", "57 4B 4C 59 0B 00 82 00 01 00 88"), "leaves the start code out"));
  CHECK(says(explain("MODBUS", "01 05 00 00 FF 00 3A 8C"), "swapped"));
}

TEST_CASE("bytes that are missing or too many are told", "[devices]") {
  CHECK(says(explain("8A", "8A 01 01"), "the frame ends before"));
  CHECK(says(explain("8A", "8A 01 01 11 9B 00"), "more bytes follow"));
  CHECK(says(explain("WKLY", "57 4B 4C 59 22 00 84 00 18 00"), "says 34 bytes, there are 10"));
  CHECK(says(explain("KR-CU16", "02 00 35 FF FF"), "the frame ends before"));
  CHECK(says(explain("MODBUS", "01 02"), "too short"));
  CHECK(says(explain("CCID", "62 00 00 00 00 00 07"), "the frame ends before"));
  for (const auto& family : codec::frame_families()) CHECK_FALSE(explain(std::string(family.name), "").valid);
}

TEST_CASE("frames with several meanings are told with all of them", "[devices]") {
  CHECK(explain("8A", "8A 01 01 11 9B").meanings.size() == 3);  // command, reply, echo
  CHECK(explain("8A", "80 01 01 33 B3").meanings.size() == 2);  // query, or the state of an eight-lock board
  CHECK(explain("MODBUS", "01 05 00 00 FF 00 8C 3A").meanings.size() == 2);
}

TEST_CASE("commands that nobody should send are explained with a warning", "[devices]") {
  for (const char* hex : {"01 05 02 00 07 00 CE 42", "01 05 00 00 55 00 F2 9A", "01 0F 00 00 00 08 01 FF BE D5"})
    CHECK(says(explain("MODBUS", hex), "never send this"));
  CHECK(says(explain("MODBUS", "01 05 02 00 07 00 CE 42"), "179.2 s"));
  CHECK_FALSE(says(explain("MODBUS", "01 05 02 00 00 07 8D B0"), "warning"));
  CHECK(says(explain("MODBUS", "01 05 02 00 00 07 8D B0"), "700 ms"));
}

TEST_CASE("values are read as the documents say", "[devices]") {
  CHECK(says(explain("8A", "80 01 00 02 01 33 B1"), "bits set for lock 1, 10"));
  CHECK(says(explain("8A", "80 01 80 00 00 33 32"), "bits set for lock 24"));
  CHECK(says(explain("KR-CU16", "02 00 35 FF 7F 01 80 03 39"), "something inside at label 1, 16"));
  CHECK(says(explain("KR-CU16", "02 10 31 03 46"), "lock 0 of board 1"));
  CHECK(says(explain("MODBUS", "01 85 02 C3 51"), "illegal data address"));
  // USB 2.4: GetSlotStatus, and a card's number with 9000 behind it.
  CHECK(says(explain("CCID", "65 00 00 00 00 00 01 00 00 00"), "GetSlotStatus"));
  CHECK(says(explain("CCID", "80 06 00 00 00 00 02 00 00 00 04 A2 3B 7C 90 00"), "status word 9000"));
  CHECK(explain("ccid", "50 03").valid);
}

TEST_CASE("an unknown family is nothing", "[devices]") {
  CHECK_FALSE(codec::decode("CU48", bytes_of("00")));
  CHECK(codec::find_frame_family("kr-cu16"));
}

TEST_CASE("no bytes of any kind make a decoder fail", "[devices]") {
  std::mt19937 random(20261125);
  std::uniform_int_distribution<int> byte(0, 255), length(0, 300);
  for (const auto& family : codec::frame_families()) {
    const std::string name(family.name);
    for (int i = 0; i < 3'000; ++i) {
      base::Bytes bytes(static_cast<std::size_t>(i % 10 == 0 ? length(random) : length(random) % 24));
      for (auto& b : bytes) b = static_cast<std::uint8_t>(byte(random));
      check_sound(*codec::decode(name, bytes));
    }
  }
  for (const Json& frame : documented()) {
    const std::string family = frame["family"];
    const base::Bytes good = bytes_of(frame["hex"]);
    for (std::size_t size = 0; size < good.size(); ++size)
      check_sound(*codec::decode(family, std::span<const std::uint8_t>(good).first(size)));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      base::Bytes bad = good;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
      check_sound(*codec::decode(family, bad));
    }
    // Of one family, read as every other.
    for (const auto& other : codec::frame_families()) check_sound(*codec::decode(std::string(other.name), good));
  }
}
