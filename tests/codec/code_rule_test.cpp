#include "devices/codec/code_rule.h"

#include <catch2/catch.hpp>

using namespace station::codec;

TEST_CASE("only texts of a known form reach the program", "[devices]") {
  const CodeRule rule;
  CHECK(judge(rule, "RC1|3301060420012211010001|R-1|c|1|20261122T071500Z|95|0123456789abcdef|330106-042|k|AbC_-") ==
        CodeVerdict::accepted);
  CHECK(judge(rule, "123456") == CodeVerdict::accepted);
  CHECK(judge(rule, "12345678") == CodeVerdict::accepted);
  CHECK(judge(rule, "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln") == CodeVerdict::accepted);

  CHECK(judge(rule, "123") == CodeVerdict::too_short);
  CHECK(judge(rule, std::string(1'025, '1')) == CodeVerdict::too_long);
  for (const char* foreign :
       {"12345", "123456789", "https://example.org/pay?x=1", "wxp://f2f0AbCdEfGhIjKl", "hello world, how are you today",
        "RC1|with a blank in it|", "WIFI:T:WPA;S:net;P:secret;;", "'; DROP TABLE rider; --1234", "\x1B[2J\x1B[2J\x1B[2J\x1B[2J1"})
    CHECK(judge(rule, foreign) == CodeVerdict::foreign);
}

TEST_CASE("a rule accepts only the forms that it names", "[devices]") {
  CodeRule rule;
  rule.forms = {CodeForm::digits};
  CHECK(judge(rule, "123456") == CodeVerdict::accepted);
  CHECK(judge(rule, "RC1|0123456789|abcdef") == CodeVerdict::foreign);
  CodeForm form{};
  CHECK(code_form("signed", form));
  CHECK(form == CodeForm::signed_text);
  CHECK_FALSE(code_form("anything", form));
}
