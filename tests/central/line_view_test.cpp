#include "sync/central/line_view.h"

#include <cctype>
#include <nlohmann/json.hpp>

#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

TEST_CASE("bodies are checked as a JSON parser checks them", "[central]") {
  const std::vector<std::string> seeds{
      R"({})",
      R"({"a":1,"b":[true,false,null],"c":{"d":"e\u00e9\n"}})",
      R"({"n":[0,-1,1.5,1e5,2E-3,0.1e+2],"s":"","o":[{},[]]})",
      "{\"wide\":\"\xE7\x8E\x8B\", \"space\" : [ 1 , 2 ]}",
  };
  base::SeededRandom chance(11);
  static constexpr std::string_view kAlphabet = "{}[]\",:\\0123456789.eE+-truefalsn u\t\n";
  int good = 0, bad = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[chance.below(seeds.size())];
    for (std::uint64_t n = chance.below(4); n > 0; --n) {
      const std::size_t at = chance.below(text.size());
      switch (chance.below(3)) {
        case 0:
          text[at] = kAlphabet[chance.below(kAlphabet.size())];
          break;
        case 1:
          text.insert(at, 1, kAlphabet[chance.below(kAlphabet.size())]);
          break;
        default:
          text.erase(at, 1);
      }
      if (text.empty()) text = "x";
    }
    const auto json = nlohmann::json::parse(text, nullptr, false);
    INFO(text);
    if (!base::is_utf8(text)) continue;                                     // refused before
    if (std::isspace(text.front()) || std::isspace(text.back())) continue;  // a body has no space around it
    // A lone surrogate is grammar for us and an error for the parser.
    if (text.find("\\u") != std::string::npos && json.is_discarded()) continue;
    REQUIRE(is_json_object(text) == json.is_object());
    ++(json.is_object() ? good : bad);
  }
  CHECK(good > 3000);
  CHECK(bad > 3000);
  CHECK_FALSE(is_json_object("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"));
}

TEST_CASE("a line is read the same the fast way and by the parser", "[central]") {
  StationLog log("440902-007", 1);
  log.add("visit.checked_in", "0123456789abcdef0123456789abcdef", R"({"visit":"v1","method":"card"})");
  log.add("complaint.filed", "", "{\"about\":\"\xE7\x8E\x8B\",\"n\":[1,{\"x\":\"\\\"\"}]}");
  base::SeededRandom chance(5);
  int read = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t seq = chance.below(2);
    std::string line = log.lines[seq];
    if (chance.below(3) > 0) {
      const std::size_t at = chance.below(line.size());
      if (chance.below(2) == 0)
        line[at] = static_cast<char>(0x20 + chance.below(0x5F));
      else
        line.erase(at, 1);
    }
    if (!base::is_utf8(line)) continue;
    const auto parsed = record::parse_line(line);
    const bool expected = parsed && parsed->station == log.station && parsed->inc == 1 && parsed->seq == seq;
    LineReader reader(log.station, 1);
    LineView view;
    std::string why;
    INFO(line);
    REQUIRE(reader.read(line, seq, view, why) == expected);
    if (expected) {
      REQUIRE(view.type == parsed->type);
      REQUIRE(view.subject == parsed->subject);
      REQUIRE(view.boot == parsed->boot);
      REQUIRE(view.mono_ms == parsed->mono_ms);
      REQUIRE(view.at == base::iso8601(parsed->at));
      REQUIRE(nlohmann::json::parse(view.body) == nlohmann::json::parse(parsed->body));
      ++read;
    } else {
      REQUIRE_FALSE(why.empty());
      ++refused;
    }
  }
  CHECK(read > 3000);
  CHECK(refused > 3000);
}

TEST_CASE("a plain text of a body is found without parsing, and nothing else is taken for it", "[central]") {
  CHECK(plain_member(R"({"a":{"course":"x"},"course":"c1","n":[1]})", "course") == "c1");
  CHECK(plain_member(R"({ "course" : "" })", "course") == "");
  CHECK(plain_member(R"({"course":"c1","session":"s","media":false})", "course") == "c1");
  CHECK(plain_member(R"({"course":"","session":"s"})", "course") == "");
  CHECK(plain_member(R"({"course":"c1","a":{"course":"x"}})", "course") == "c1");
  CHECK(plain_member(R"({"course":"c1","why":"course"})", "course") == "c1");
  CHECK_FALSE(plain_member(R"({"a":{"course":"x"}})", "course"));
  CHECK_FALSE(plain_member(R"({"course":"c1","course":"c2"})", "course"));
  CHECK_FALSE(plain_member(R"({"course":"c\u0031"})", "course"));
  CHECK_FALSE(plain_member(R"({"cours\u0065":"c2","course":"c1"})", "course"));
  CHECK_FALSE(plain_member(R"({"course":1})", "course"));
}
