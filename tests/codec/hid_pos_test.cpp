#include "devices/codec/hid_pos.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace station::codec::hid_pos;
using namespace std::chrono_literals;

namespace {

constexpr base::BootTime kStart{1s};

std::string code_of(const std::optional<std::variant<std::string, Damage>>& joined) {
  REQUIRE(joined);
  REQUIRE(std::holds_alternative<std::string>(*joined));
  return std::get<std::string>(*joined);
}

Damage damage_of(const std::optional<std::variant<std::string, Damage>>& joined) {
  REQUIRE(joined);
  REQUIRE(std::holds_alternative<Damage>(*joined));
  return std::get<Damage>(*joined);
}

}  // namespace

TEST_CASE("the layout comes from the scanner's report descriptor", "[devices]") {
  const auto layout = layout_of(sample_descriptor());
  REQUIRE(layout);
  CHECK(*layout == Layout{});  // the layout that the manuals print: AIM id at 2, 56 bytes at 5, more at byte 63
}

TEST_CASE("a keyboard's report descriptor has no report of decoded data", "[devices]") {
  // The boot keyboard of the HID specification, appendix B.1.
  const base::Bytes keyboard{0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01,
                             0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x05, 0x75, 0x01,
                             0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06,
                             0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0};
  CHECK_FALSE(layout_of(keyboard));
}

TEST_CASE("a report descriptor that is cut anywhere is read without harm", "[devices]") {
  const base::Bytes whole = sample_descriptor();
  for (std::size_t size = 0; size < whole.size(); ++size)
    if (const auto layout = layout_of(std::span(whole).first(size))) CHECK(layout->size <= kLongestReport);
}

TEST_CASE("a HID-POS code of one report is read, with its symbology", "[devices]") {
  base::Bytes report(64);
  report[0] = 0x02;
  report[1] = 8;
  report[2] = ']';
  report[3] = 'Q';
  report[4] = '1';
  const std::string text = "12345678";
  std::copy(text.begin(), text.end(), report.begin() + 5);
  Joiner joiner{Layout{}};
  CHECK(code_of(joiner.feed(report, kStart)) == text);
  CHECK(joiner.symbology() == "]Q1");
  CHECK_FALSE(joiner.gap_ends());
}

TEST_CASE("Newland's scanners carry data from byte 2", "[devices]") {
  base::Bytes report(64);
  report[0] = 0x02;
  report[1] = 3;
  report[2] = 'a';
  report[3] = 'b';
  report[4] = 'c';
  Joiner joiner{newland_layout()};
  CHECK(code_of(joiner.feed(report, kStart)) == "abc");
}

TEST_CASE("a HID-POS code longer than 56 bytes is joined; a missing continuation is discarded", "[devices]") {
  const std::string longer(150, 'x');
  const auto reports = encode(Layout{}, longer, "]Q1");
  REQUIRE(reports.size() == 3);
  Joiner joiner{Layout{}};
  CHECK_FALSE(joiner.feed(reports[0], kStart));
  CHECK_FALSE(joiner.feed(reports[1], kStart + 10ms));
  CHECK(code_of(joiner.feed(reports[2], kStart + 20ms)) == longer);

  CHECK_FALSE(joiner.feed(reports[0], kStart));
  CHECK_FALSE(joiner.expire(kStart + 299ms));
  CHECK(joiner.gap_ends() == kStart + 300ms);
  CHECK(joiner.expire(kStart + 300ms) == Damage::incomplete);
  CHECK(code_of(joiner.feed(encode(Layout{}, "12345678", "")[0], kStart + 400ms)) == "12345678");
}

TEST_CASE("a length beyond the data is damage, a code without end is dropped, another report is passed over", "[devices]") {
  Joiner joiner{Layout{}};
  base::Bytes report = encode(Layout{}, "12345678", "")[0];
  report[1] = 57;
  CHECK(damage_of(joiner.feed(report, kStart)) == Damage::length_beyond);
  CHECK(damage_of(joiner.feed(std::span(report).first(20), kStart)) == Damage::wrong_size);
  report[0] = 0x04;
  CHECK_FALSE(joiner.feed(report, kStart));
  CHECK_FALSE(joiner.feed({}, kStart));
  const base::Bytes again = encode(Layout{}, std::string(100, 'x'), "")[0];  // says that more follows
  for (int i = 0; i < 18; ++i) CHECK_FALSE(joiner.feed(again, kStart));
  CHECK(damage_of(joiner.feed(again, kStart)) == Damage::too_long);
}

TEST_CASE("the length of the report descriptor stands in the HID descriptor", "[devices]") {
  CHECK(descriptor_length(base::Bytes{0x09, 0x21, 0x11, 0x01, 0x00, 0x01, 0x22, 0x4F, 0x01}) == 0x14F);
  CHECK_FALSE(descriptor_length(base::Bytes{0x09, 0x21, 0x11}));
  CHECK_FALSE(descriptor_length({}));
}
