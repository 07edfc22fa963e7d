// xAPI statements and cmi5 verb orders: learning rules, section 12.
#include "sync/rules/xapi.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "sync/rules/cmi5.h"

using namespace station::rules;
using Json = nlohmann::json;

namespace {

const Json kSmallest = Json::parse(
    R"({"actor":{"mbox":"mailto:a@b.cn"},"verb":{"id":"http://adlnet.gov/expapi/verbs/answered"},"object":{"id":"http://x.cn/q1"}})");

const Json kFull = Json::parse(R"({"id":"6f1c2d3e-0000-4000-8000-000000000001",
 "actor":{"objectType":"Agent","name":"x","account":{"homePage":"https://r.example.cn","name":"R7"}},
 "verb":{"id":"http://adlnet.gov/expapi/verbs/answered","display":{"zh-CN":"a","en":"answered"}},
 "object":{"objectType":"Activity","id":"https://r.example.cn/q/Q01","definition":{"name":{"zh-Hans-CN":"a"},"type":"http://adlnet.gov/expapi/activities/cmi.interaction",
  "interactionType":"choice","correctResponsesPattern":["a[,]c"],"choices":[{"id":"a","description":{"en":"A"}},{"id":"c"}],"extensions":{"http://x.cn/e":null}}},
 "result":{"score":{"scaled":0.9,"raw":18,"min":0,"max":20},"success":true,"completion":true,"response":"a[,]c","duration":"PT1M30.5S","extensions":{"http://x.cn/e":{"a":null}}},
 "context":{"registration":"6f1c2d3e-0000-4000-8000-000000000002","instructor":{"mbox":"mailto:a@b.cn"},"team":{"objectType":"Group","member":[{"openid":"http://x.cn/o"}]},
  "contextActivities":{"parent":{"id":"http://x.cn/p"},"grouping":[{"id":"http://x.cn/g"}]},"revision":"1","platform":"kiosk","language":"zh-CN",
  "statement":{"objectType":"StatementRef","id":"6f1c2d3e-0000-4000-8000-000000000003"},"extensions":{}},
 "timestamp":"2026-11-22T07:15:00.123Z","stored":"2026-11-22T15:15:00+08:00","authority":{"mbox_sha1sum":"0123456789abcdef0123456789abcdef01234567"},"version":"1.0.0",
 "attachments":[{"usageType":"http://x.cn/u","display":{"en":"x"},"contentType":"text/plain","length":3,"sha2":"00"}]})");

std::string problem(const Json& statement) { return statement_problem(statement).value_or(""); }

// The full statement with one member replaced.
std::string with(const char* pointer, const char* value) {
  Json statement = kFull;
  statement[Json::json_pointer(pointer)] = Json::parse(value);
  return problem(statement);
}

}  // namespace

TEST_CASE("the smallest and a full statement are valid", "[rules]") {
  CHECK(problem(kSmallest).empty());
  CHECK(problem(kFull).empty());
}

TEST_CASE("what must be there, and nothing else, is looked for", "[rules]") {
  for (const char* name : {"actor", "verb", "object"}) {
    Json statement = kSmallest;
    statement.erase(name);
    CHECK(problem(statement) == std::string(name) + ": is missing");
  }
  CHECK(with("/Actor", "{}") == "Actor: has no place here");
  CHECK(with("/result/Success", "true") == "result.Success: has no place here");
  CHECK(with("/verb/id", "null") == "verb.id: must not be null");
  CHECK(with("/context/language", "null") == "context.language: must not be null");
  CHECK(with("/result/success", "\"true\"") == "result.success: is neither true nor false");
  CHECK(with("/result/score/raw", "\"18\"") == "result.score.raw: is no number");
  CHECK(with("/id", "\"6f1c2d3e-0000-4000-8000-00000000001\"") == "id: is no UUID");
  CHECK(problem(Json::array()) == "statement: is no object");
  CHECK(problem(Json("x")) == "statement: is no object");
}

TEST_CASE("actors are agents with one identity, or groups", "[rules]") {
  CHECK(with("/actor", R"({"mbox":"mailto:a@b.cn","openid":"http://x.cn"})").find("exactly one") != std::string::npos);
  CHECK(with("/actor", R"({"name":"x"})").find("exactly one") != std::string::npos);
  CHECK(with("/actor", R"({"mbox":"a@b.cn"})") == "actor.mbox: is not mailto: and an address");
  CHECK(with("/actor", R"({"mbox_sha1sum":"00"})") == "actor.mbox_sha1sum: is not 40 hex digits");
  CHECK(with("/actor", R"({"account":{"homePage":"https://x.cn","name":""}})") == "actor.account.name: is empty");
  CHECK(with("/actor", R"({"account":{"name":"a"}})") == "actor.account.homePage: is missing");
  CHECK(with("/actor", R"({"objectType":"agent","mbox":"mailto:a@b.cn"})") == "actor.objectType: is neither Agent nor Group");
  CHECK(with("/actor", R"({"objectType":"Group"})") == "actor.member: is missing");
  CHECK(with("/actor", R"({"objectType":"Group","mbox":"mailto:a@b.cn"})").empty());
  CHECK(with("/actor", R"({"objectType":"Group","member":[{"objectType":"Group","member":[]}]})") == "actor.member[0].objectType: is not Agent");
  CHECK(with("/actor", R"({"mbox":"mailto:a@b.cn","member":[]})") == "actor.member: has no place here");
}

TEST_CASE("objects are activities, actors, references or statements inside", "[rules]") {
  CHECK(with("/object/id", "\"L01\"") == "object.id: is no IRI");
  CHECK(with("/object/definition/interactionType", "\"quiz\"") == "object.definition.interactionType: is no kind of interaction");
  CHECK(with("/object/definition/scale", "[]") == "object.definition.scale: does not belong to this interactionType");
  CHECK(with("/object/definition/choices", R"([{"id":"a"},{"id":"a"}])") == "object.definition.choices[1].id: stands twice in the list");
  CHECK(with("/object/definition/correctResponsesPattern", "\"a\"") == "object.definition.correctResponsesPattern: is no list");
  CHECK(with("/object/definition", R"({"correctResponsesPattern":[]})") == "object.definition.correctResponsesPattern: needs an interactionType");
  CHECK(with("/object/definition/name", R"({"Chinese!":"a"})") == "object.definition.name.Chinese!: is no language tag");
  CHECK(with("/object/definition/extensions", R"({"e":1})").find("no IRI") != std::string::npos);
  Json statement = kSmallest;
  statement["object"] = {{"objectType", "StatementRef"}, {"id", "6f1c2d3e-0000-4000-8000-000000000003"}};
  statement["verb"]["id"] = "http://adlnet.gov/expapi/verbs/voided";
  CHECK(problem(statement).empty());
  statement["object"] = kSmallest["object"];
  CHECK(problem(statement) == "object: only a StatementRef can be voided");
  Json inner = kSmallest;
  inner["objectType"] = "SubStatement";
  statement = kSmallest;
  statement["object"] = inner;
  CHECK(problem(statement).empty());
  statement["object"]["id"] = "6f1c2d3e-0000-4000-8000-000000000003";
  CHECK(problem(statement) == "object.id: has no place here");
  statement["object"] = inner;
  statement["object"]["object"] = inner;
  CHECK(problem(statement) == "object.object.objectType: has no place here");
  statement = kSmallest;
  statement["object"] = {{"objectType", "Agent"}, {"mbox", "mailto:a@b.cn"}};
  CHECK(problem(statement).empty());
  statement["context"] = {{"platform", "kiosk"}};
  CHECK(problem(statement) == "context.platform: is only for an object that is an activity");
}

TEST_CASE("scores, contexts and the rest keep to their ranges", "[rules]") {
  CHECK(with("/result/score/scaled", "1.01") == "result.score.scaled: is not from -1 to 1");
  CHECK(with("/result/score/scaled", "-1").empty());
  CHECK(with("/result/score/min", "20") == "result.score: min is not below max");
  CHECK(with("/result/score/raw", "21") == "result.score.raw: is not between min and max");
  CHECK(with("/result/score/raw", "20").empty());
  CHECK(with("/context/team", R"({"mbox":"mailto:a@b.cn"})") == "context.team: is no group");
  CHECK(with("/context/statement", R"({"id":"6f1c2d3e-0000-4000-8000-000000000003"})") == "context.statement: is no StatementRef");
  CHECK(with("/context/contextActivities/child", "[]") == "context.contextActivities.child: has no place here");
  CHECK(with("/version", "\"1.1.0\"") == "version: does not start with 1.0.");
  CHECK(with("/version", "\"1.0.3\"").empty());
  CHECK(with("/timestamp", "\"2026-11-22\"") == "timestamp: is no ISO 8601 time");
  CHECK(with("/attachments/0/length", "\"3\"") == "attachments[0].length: is no whole number");
}

TEST_CASE("single values have the forms of their standards", "[rules]") {
  for (const char* good : {"2026-11-22T07:15:00Z", "2026-11-22T07:15:00.5+08:00", "2026-11-22T07:15", "20261122T071500Z",
                           "2026-11-22T07:15:00-0800", "2024-02-29T00:00:00Z", "2026-11-22T07:15:00+00:00"})
    CHECK(xapi::is_timestamp(good));
  for (const char* bad : {"2026-11-22T07:15:00-00:00", "2026-11-22T07:15:00-0000", "2026-02-29T00:00:00Z", "2026-11-22 07:15:00Z",
                          "2026-13-01T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T07:15:00.Z", "2026-11-22T07:15:00+8", ""})
    CHECK_FALSE(xapi::is_timestamp(bad));
  for (const char* good : {"PT0S", "P1Y2M3DT4H5M6S", "P4W", "PT1.5S", "P1D", "PT36H", "P0.5Y"}) CHECK(xapi::is_duration(good));
  for (const char* bad : {"P", "PT", "P1DT", "1D", "P1W2D", "P1D2W", "PT1.5M3S", "P1S", "PT1D", "PT.5S", "P1M1Y", "-P1D", "PT1"})
    CHECK_FALSE(xapi::is_duration(bad));
  for (const char* good : {"zh", "zh-CN", "zh-Hans-CN", "en-GB-oed", "i-klingon", "x-own", "de-1996", "sl-rozaj-biske", "en-a-bbb-x-a", "zh-cmn-Hans"})
    CHECK(xapi::is_language_tag(good));
  for (const char* bad : {"", "z", "zh_CN", "zh-", "Chinese!", "en-a", "de-1996-1996", "x", "123", "zh--CN", "abcdefghi"})
    CHECK_FALSE(xapi::is_language_tag(bad));
  for (const char* good : {"http://x.cn", "urn:a:b", "mailto:a@b", "tag:x.cn,2026:y", "https://x.cn/\xE8\xAF\xBE"}) CHECK(xapi::is_iri(good));
  for (const char* bad : {"", "L01", "http:", ":x", "1a:b", "http://x.cn/a b", "/v1/x", "http://x.cn/<a>"}) CHECK_FALSE(xapi::is_iri(bad));
  CHECK_FALSE(xapi::is_mailbox("mailto:a"));
  CHECK_FALSE(xapi::is_mailbox("mailto:a@b@c"));
}

TEST_CASE("a cmi5 session is closed and in order", "[rules]") {
  using V = std::vector<std::string>;
  CHECK(cmi5_session_in_order(V{"initialized", "terminated"}));
  CHECK(cmi5_session_in_order(V{"initialized", "completed", "passed", "abandoned"}));
  CHECK_FALSE(cmi5_session_in_order(V{}));
  CHECK_FALSE(cmi5_session_in_order(V{"initialized"}));
  CHECK_FALSE(cmi5_session_in_order(V{"initialized", "passed"}));
  CHECK_FALSE(cmi5_session_in_order(V{"passed", "initialized", "terminated"}));
  CHECK_FALSE(cmi5_session_in_order(V{"initialized", "terminated", "abandoned"}));
  CHECK_FALSE(cmi5_session_in_order(V{"initialized", "passed", "passed", "terminated"}));
  CHECK_FALSE(cmi5_session_in_order(V{"initialized", "passed", "failed", "terminated"}));
  CHECK_FALSE(cmi5_session_in_order(V{"initialized", "answered", "terminated"}));
}

TEST_CASE("a cmi5 registration passes and completes once", "[rules]") {
  using S = std::vector<std::vector<std::string>>;
  CHECK(cmi5_registration_in_order(S{}));
  CHECK(cmi5_registration_in_order(S{{"initialized", "failed", "terminated"}, {"initialized", "passed", "terminated"}}));
  CHECK_FALSE(cmi5_registration_in_order(S{{"initialized", "passed", "terminated"}, {"initialized", "failed", "terminated"}}));
  CHECK_FALSE(cmi5_registration_in_order(S{{"initialized", "passed", "terminated"}, {"initialized", "passed", "terminated"}}));
  CHECK_FALSE(cmi5_registration_in_order(S{{"initialized", "completed", "terminated"}, {"initialized", "completed", "abandoned"}}));
  CHECK_FALSE(cmi5_registration_in_order(S{{"initialized"}, {"initialized", "terminated"}}));
}
