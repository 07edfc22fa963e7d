#include <catch2/catch.hpp>

#include "sync/record/record.h"

using namespace station;
using record::parse_line;
using record::Record;
using record::to_line;

namespace {

const std::string kLine =
    R"({"v":1,"station":"440902-007","inc":1,"seq":1842,"type":"attendance.tick","at":"2026-11-22T06:14:03.120Z",)"
    R"("unc_ms":40,"clock":3,"boot":"5f1c0000000000000000000000000001","mono_ms":123456,)"
    R"("subject":"00112233445566778899aabbccddeeff","body":{"course":"c-1","media":false}})";

Record example() {
  Record r;
  r.station = "440902-007";
  r.seq = 1842;
  r.type = "attendance.tick";
  base::parse_iso8601("2026-11-22T06:14:03.120Z", r.at);
  r.unc_ms = 40;
  r.clock = record::ClockQuality::anchored;
  r.boot = "5f1c0000000000000000000000000001";
  r.mono_ms = 123456;
  r.subject = "00112233445566778899aabbccddeeff";
  r.body = R"({"course":"c-1","media":false})";
  return r;
}

// The example with one piece of text replaced.
std::string with(const std::string& from, const std::string& to) {
  std::string line = kLine;
  const std::size_t at = line.find(from);
  REQUIRE(at != std::string::npos);
  return line.replace(at, from.size(), to);
}

void refused(const std::string& line, const std::string& reason) {
  INFO(line.substr(0, 300));
  const auto r = parse_line(line);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == base::Errc::invalid);
  CHECK_THAT(r.error().message, Catch::Contains(reason));
}

}  // namespace

TEST_CASE("a record is written as the line of the design", "[record]") {
  CHECK(to_line(example()) == kLine);
}

TEST_CASE("a record line is read back as it was written", "[record]") {
  const auto r = parse_line(kLine);
  REQUIRE(r);
  CHECK(r->station == "440902-007");
  CHECK(r->inc == 1);
  CHECK(r->seq == 1842);
  CHECK(r->type == "attendance.tick");
  CHECK(base::iso8601(r->at) == "2026-11-22T06:14:03.120Z");
  CHECK(r->unc_ms == 40);
  CHECK(r->clock == record::ClockQuality::anchored);
  CHECK(r->boot == "5f1c0000000000000000000000000001");
  CHECK(r->mono_ms == 123456);
  CHECK(r->subject == "00112233445566778899aabbccddeeff");
  CHECK(r->body == R"({"course":"c-1","media":false})");
  CHECK(to_line(*r) == kLine);
}

TEST_CASE("an empty body is written as an empty object", "[record]") {
  Record r = example();
  r.body.clear();
  CHECK_THAT(to_line(r), Catch::EndsWith(R"("body":{}})"));
}

TEST_CASE("a record with bytes that are no UTF-8 is still written as a readable line", "[record]") {
  Record r = example();
  r.subject = "\xFF\xFE";
  const auto back = parse_line(to_line(r));
  REQUIRE(back);
  CHECK(back->subject == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("a line that to_line would not write is refused with its reason", "[record]") {
  refused("", "not a JSON object");
  refused("[1]", "not a JSON object");
  refused(kLine.substr(0, kLine.size() - 1), "not a JSON object");
  refused(kLine + "\n" + kLine, "line feed");
  refused(kLine + kLine, "not a JSON object");
  refused(with("\"v\":1", "\"v\":2"), "version");
  refused(with("\"v\":1", "\"v\":\"1\""), "version");
  refused(with("440902-007", "440902/007"), "440902-007");
  refused(with("440902-007", "440902-"), "440902-007");
  refused(with("\"inc\":1", "\"inc\":0"), "\"inc\"");
  refused(with("\"inc\":1", "\"inc\":4294967296"), "\"inc\"");
  refused(with("\"seq\":1842", "\"seq\":-1"), "\"seq\"");
  refused(with("\"seq\":1842", "\"seq\":1.5"), "\"seq\"");
  refused(with("\"seq\":1842", "\"seq\":18446744073709551615"), "\"seq\"");
  refused(with("attendance.tick", ""), "\"type\"");
  refused(with("2026-11-22T06:14:03.120Z", "2026-02-30T06:14:03.120Z"), "\"at\"");
  refused(with("2026-11-22T06:14:03.120Z", "2026-11-22T06:14:03Z"), "\"at\"");
  refused(with("2026-11-22T06:14:03.120Z", "2026-11-22T14:14:03.120+08:00"), "\"at\"");
  refused(with("\"clock\":3", "\"clock\":4"), "\"clock\"");
  refused(with("\"body\":{\"course\":\"c-1\",\"media\":false}", "\"body\":[]"), "\"body\"");
  refused(with("attendance.tick", "\xC0\xAF"), "not a JSON object");
}

TEST_CASE("a member twice, left out, added or out of order is refused", "[record]") {
  refused(with("\"seq\":1842", "\"seq\":1842,\"seq\":1843"), "in their order");
  refused(with(",\"unc_ms\":40", ""), "in their order");
  refused(with("\"v\":1", "\"extra\":0,\"v\":1"), "in their order");
  refused(with("\"inc\":1,\"seq\":1842", "\"seq\":1842,\"inc\":1"), "in their order");
}

TEST_CASE("a line longer than 64 KiB is refused, one of exactly 64 KiB is read", "[record]") {
  const std::size_t room = record::kMaxLineBytes - kLine.size();
  CHECK(parse_line(with("c-1", "c-1" + std::string(room, 'x'))));
  refused(with("c-1", "c-1" + std::string(room + 1, 'x')), "64 KiB");
}

TEST_CASE("thousands of open brackets do not end the program", "[record]") {
  const std::string deep = std::string(30'000, '[') + std::string(30'000, ']');
  refused(with("\"c-1\"", deep), "nested too deeply");
  const std::string brackets_in_text = "\"" + std::string(30'000, '[') + "\"";
  CHECK(parse_line(with("\"c-1\"", brackets_in_text)));
}

TEST_CASE("a station id is a division code, a dash and one to five digits", "[record]") {
  CHECK(record::is_station_id("440902-007"));
  CHECK(record::is_station_id("330106-1"));
  CHECK(record::is_station_id("330106-12345"));
  CHECK_FALSE(record::is_station_id("330106-123456"));
  CHECK_FALSE(record::is_station_id("33010-0012"));
  CHECK_FALSE(record::is_station_id("330106-"));
  CHECK_FALSE(record::is_station_id("330106-1a"));
  CHECK_FALSE(record::is_station_id(""));
}
