#include <catch2/catch.hpp>

#include "kiosk/app/script.h"

namespace station::test {

using app::parse_script;
using Catch::Matchers::Contains;

namespace {

std::string complaint_of(const std::string& text) {
  const auto lines = parse_script(text, "day.script");
  REQUIRE_FALSE(lines);
  return lines.error().message;
}

}  // namespace

TEST_CASE("a script is lines of a verb and its words, with comments", "[app]") {
  const auto lines = parse_script("clock -9h\n\n# a rider\n  card 04A23B7C   # lays it on\nexpect text what to do\n", "day.script");
  REQUIRE(lines);
  REQUIRE(lines->size() == 3);
  CHECK((*lines)[1].number == 4);
  CHECK((*lines)[1].verb == "card");
  CHECK((*lines)[1].words == std::vector<std::string>{"04A23B7C"});
  CHECK((*lines)[2].text() == "expect text what to do");
}

TEST_CASE("a wrong line of a script is named with what was expected", "[app]") {
  CHECK_THAT(complaint_of("wait 5s\nfly away\n"), Contains("day.script:2: no verb \"fly\"; known are: board box card"));
  CHECK_THAT(complaint_of("wait soon"), Contains("day.script:1: \"wait soon\": expected: wait DURATION"));
  CHECK_THAT(complaint_of("network sideways"), Contains("network up|down"));
  CHECK_THAT(complaint_of("expect screen"), Contains("expect screen|widget"));
  CHECK_THAT(complaint_of("study for a"), Contains("study for DURATION"));
  CHECK_THAT(complaint_of("type 12x"), Contains("type DIGITS"));
  CHECK_THAT(complaint_of("wait 5s\nclock real"), Contains("clock must be the first verb"));
}

TEST_CASE("durations carry their unit", "[app]") {
  base::Milliseconds d{0};
  CHECK(app::parse_duration("250ms", d));
  CHECK(d.count() == 250);
  CHECK(app::parse_duration("4h", d));
  CHECK(d.count() == 4 * 3'600'000);
  CHECK_FALSE(app::parse_duration("5", d));
  CHECK_FALSE(app::parse_duration("-5s", d));
  CHECK_FALSE(app::parse_duration("s", d));
}

}  // namespace station::test
