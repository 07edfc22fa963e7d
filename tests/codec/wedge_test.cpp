#include "devices/codec/wedge.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace station::codec::wedge;
using namespace std::chrono_literals;

namespace {

constexpr base::BootTime kStart{1s};
constexpr std::uint16_t kKey = 1, kSyn = 0, kDropped = 3, kEnter = 28;

void feed(Typist& typist, const std::vector<Key>& keys, base::BootTime now = kStart) {
  for (const Key& key : keys) typist.feed(key, now);
}

std::optional<std::string> number(const char* format, const char* typed) {
  const auto found = card_format(format);
  REQUIRE(found);
  const auto bytes = card_number(*found, typed);
  return bytes ? std::optional(base::to_hex_upper(*bytes)) : std::nullopt;
}

}  // namespace

TEST_CASE("keys become the text that a scanner types, capitals and signs included", "[devices]") {
  Typist typist;
  const std::string text = "RC1|Ab-9_~x.Z+/=:";
  feed(typist, type_out(text));
  CHECK(typist.next(kStart) == text);
  CHECK(typist.discarded() == 0);
}

TEST_CASE("keypad digits and the keypad's Enter count as well", "[devices]") {
  Typist typist;
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{79, 80, 81, 75, 76, 77, 71, 72, 73, 82}) typist.feed({kKey, code, 1}, kStart);
  typist.feed({kKey, 96, 1}, kStart);
  CHECK(typist.next(kStart) == "1234567890");
}

TEST_CASE("auto-repeat and SYN_DROPPED never reach a card number", "[devices]") {
  Typist typist;
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{2, 3, 4, 5}) {
    typist.feed({kKey, code, 1}, kStart);
    typist.feed({kKey, code, 2}, kStart);
    typist.feed({kKey, code, 2}, kStart);
    typist.feed({kKey, code, 0}, kStart);
  }
  typist.feed({kKey, kEnter, 1}, kStart);
  CHECK(typist.next(kStart) == "1234");

  feed(typist, {{kKey, 2, 1}, {kKey, 3, 1}, {kSyn, kDropped, 0}, {kKey, 4, 1}, {kSyn, 0, 0}, {kKey, 5, 1}, {kKey, 6, 1}});
  typist.feed({kKey, kEnter, 1}, kStart);
  CHECK_FALSE(typist.next(kStart));  // what came before and after belonged together
  CHECK(typist.discarded() == 1);
  feed(typist, type_out("56789"));
  CHECK(typist.next(kStart) == "56789");
}

TEST_CASE("keys that could operate a program never become text", "[devices]") {
  Typist typist;
  const std::uint16_t key = GENERATE(as<std::uint16_t>{}, 1, 29, 56, 59, 87, 103, 111, 125);  // Escape, Ctrl, Alt, F1, F11, up, delete, Super
  feed(typist, {{kKey, 2, 1}, {kKey, 3, 1}, {kKey, key, 1}, {kKey, 4, 1}, {kKey, 5, 1}, {kKey, kEnter, 1}});
  CHECK_FALSE(typist.next(kStart));
  CHECK(typist.discarded() == 1);
}

TEST_CASE("a line ends after 100 ms of silence; shorter than 4 or longer than 64 characters is discarded", "[devices]") {
  Typist typist;
  feed(typist, {{kKey, 2, 1}, {kKey, 3, 1}, {kKey, 4, 1}, {kKey, 5, 1}});
  CHECK_FALSE(typist.next(kStart + 99ms));
  CHECK(typist.next(kStart + 100ms) == "1234");
  feed(typist, type_out("123"));
  feed(typist, type_out(std::string(65, '7')));
  CHECK_FALSE(typist.next(kStart));
  CHECK(typist.discarded() == 2);
  feed(typist, type_out(std::string(64, '7')));
  CHECK(typist.next(kStart)->size() == 64);
}

TEST_CASE("each wedge format decodes the known card; a wrong setting never yields a valid card", "[devices]") {
  // Card 04 A2 3B 7C.
  const std::vector<std::pair<const char*, const char*>> typed{{"hex", "04A23B7C"},          {"hex_reversed", "7C3BA204"},
                                                               {"dec10", "0077740924"},      {"dec10_reversed", "2084282884"},
                                                               {"dec8", "10632060"},         {"wg26", "16215228"}};
  for (const auto& [format, text] : typed) {
    CAPTURE(format);
    const bool whole = keeps_whole_number(*card_format(format));
    CHECK(number(format, text) == (whole ? "04A23B7C" : "A23B7C"));
    for (const auto& [other, other_text] : typed) CHECK((other == format || number(other, text) != "04A23B7C"));
  }
  CHECK(number("wg26", "162,15228") == "A23B7C");
  CHECK_FALSE(number("dec10", "77740924"));     // a digit is missing
  CHECK_FALSE(number("dec10", "4294967296"));   // more than four bytes hold
  CHECK_FALSE(number("wg26", "25615228"));
  CHECK_FALSE(number("hex", "04A23B7"));
  CHECK_FALSE(number("hex", "04A23B7G"));
  CHECK_FALSE(card_format("guess"));
}
