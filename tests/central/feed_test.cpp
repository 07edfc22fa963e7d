#include "sync/central/feed.h"

#include <nlohmann/json.hpp>

#include "sync/central/routes.h"
#include "sync/record/feed.h"
#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;

namespace {

struct Page {
  std::vector<record::FeedEntry> entries;
  Json trailer;
};

Page read(City& city, const std::string& station, std::uint64_t after, const std::string& more = {}) {
  const auto answer = city.feed(station, after, more);
  REQUIRE(answer.status == 200);
  Page page;
  auto lines = lines_of(answer.body);
  page.trailer = Json::parse(lines.back());
  lines.pop_back();
  for (const auto& line : lines) {
    const auto entry = record::open_feed_line(line, city.centre->keys().note);
    if (!entry) FAIL(entry.error().message);
    page.entries.push_back(*entry);
  }
  return page;
}

std::uint64_t publish(City& city, const std::string& scope, const std::string& body, const std::string& topic = {}) {
  std::uint64_t pos = 0;
  REQUIRE(city.centre->transact(
      [&](Work& work) { pos = work.feed.publish(scope, "identity.unlock", work.now, body, topic); }));
  return pos;
}

}  // namespace

TEST_CASE("a station reads the city's entries and its own, signed and in order", "[central]") {
  City city;
  city.enrol("440902-007");
  city.enrol("440902-008");
  const std::uint64_t start = city.centre->feed_position("440902-007");
  publish(city, "station:440902-007", R"({"n":1})");
  publish(city, "station:440902-008", R"({"n":2})");
  publish(city, "city", R"({"n":3})");
  const Page page = read(city, "440902-007", start);
  REQUIRE(page.entries.size() == 2);
  CHECK(page.entries[0].body == R"({"n":1})");
  CHECK(page.entries[1].body == R"({"n":3})");
  CHECK(page.trailer == Json{{"cursor", start + 3}, {"more", false}, {"n", 2}});
  CHECK(read(city, "440902-008", start).entries.front().body == R"({"n":2})");
}

TEST_CASE("the feed comes in pages that say whether more follows", "[central]") {
  City city;
  city.enrol("440902-007");
  for (int i = 0; i < 5; ++i) publish(city, "city", "{}");
  std::uint64_t after = 0;
  std::vector<std::size_t> sizes;
  for (bool more = true; more;) {
    const Page page = read(city, "440902-007", after, "&limit=4");
    sizes.push_back(page.entries.size());
    after = page.trailer["cursor"];
    more = page.trailer["more"];
  }
  CHECK(sizes == std::vector<std::size_t>{4, 2});  // the station's own key came first
}

TEST_CASE("a request that would wait is marked only when there is nothing new", "[central]") {
  City city;
  city.enrol("440902-007");
  CHECK(base::header_of(city.feed("440902-007", 0, "&wait=30").headers, "x-park").empty());
  const std::uint64_t at = city.centre->feed_position("440902-007");
  CHECK(base::header_of(city.feed("440902-007", at, "&wait=30").headers, "x-park") == "30");
  CHECK(base::header_of(city.feed("440902-007", at).headers, "x-park").empty());
  publish(city, "station:440902-008", "{}");
  CHECK(city.centre->feed_position("440902-007") == at);
  publish(city, "station:440902-007", "{}");
  CHECK(city.centre->feed_position("440902-007") == at + 2);
  city.restart();
  CHECK(city.centre->feed_position("440902-007") == at + 2);
}

TEST_CASE("an entry replaces the earlier one of its topic", "[central]") {
  City city;
  city.enrol("440902-007");
  const std::uint64_t start = city.centre->feed_position("440902-007");
  publish(city, "city", R"({"n":1})", "rider|a");
  publish(city, "city", R"({"n":2})", "rider|b");
  publish(city, "city", R"({"n":3})", "rider|a");
  const Page page = read(city, "440902-007", start);
  REQUIRE(page.entries.size() == 2);
  CHECK(page.entries[0].body == R"({"n":2})");
  CHECK(page.entries[1].body == R"({"n":3})");
}

TEST_CASE("what a refused request published never reaches a station", "[central]") {
  City city;
  city.enrol("440902-007");
  const std::uint64_t start = city.centre->feed_position("440902-007");
  CHECK_FALSE(city.centre->transact([](Work& work) {
    work.feed.publish("city", "identity.unlock", work.now, "{}");
    throw Refusal{400, "no", "no"};
  }));
  CHECK(city.centre->feed_position("440902-007") == start);
  CHECK(read(city, "440902-007", start).entries.empty());
}

TEST_CASE("a store that has gone back publishes after everything that stations have seen", "[central]") {
  City city;
  city.enrol("440902-007");
  const std::uint64_t own = publish(city, "city", R"({"n":"since the start"})");
  const std::uint64_t seen = own + 40;  // the station knows a future that this copy has lost
  const Page page = read(city, "440902-007", seen);
  REQUIRE(page.entries.size() == 2);  // everything since this start, again
  CHECK(page.entries[1].body == R"({"n":"since the start"})");
  CHECK(page.entries[0].pos > seen);
  CHECK(publish(city, "city", "{}") == page.entries[1].pos + 1);
  CHECK(city.feed("440902-007", std::uint64_t{1} << 50).status == 400);
}

TEST_CASE("the feed is for enrolled stations only", "[central]") {
  City city;
  city.enrol("440902-007");
  CHECK(city.feed("440902-099", 0).status == 403);
  CHECK(city.feed("", 0).status == 401);
  CHECK(city.get("/v1/feed?after=0").status == 403);
  CHECK(city.feed("440902-007", 0, "&limit=0").status == 400);
  CHECK(city.feed("440902-007", 0, "&wait=x").status == 400);
}

TEST_CASE("the centre's time answers the station's own question", "[central]") {
  City city;
  city.enrol("440902-007");
  const std::string nonce = "00112233445566778899aabbccddeeff";
  const auto answer = city.send({"GET", "/v1/anchor?nonce=" + nonce, {}, {}, "440902-007"});
  REQUIRE(answer.status == 200);
  const std::size_t a = answer.body.find('\t'), b = answer.body.find('\t', a + 1);
  const std::string text = answer.body.substr(0, a);
  CHECK(text == R"({"nonce":")" + nonce + R"(","utc":"2026-11-24T12:00:00.000Z"})");
  CHECK(answer.body.substr(a + 1, b - a - 1) == city.centre->keys().note.name);
  const auto blob = base::from_base64url(answer.body.substr(b + 1, answer.body.size() - b - 2));
  REQUIRE(blob);
  base::Signature signature;
  REQUIRE(blob->size() == signature.size());
  std::copy(blob->begin(), blob->end(), signature.begin());
  CHECK(base::verify(city.centre->keys().note.key, text, signature));
  CHECK(city.send({"GET", "/v1/anchor?nonce=zz", {}, {}, "440902-007"}).status == 400);
}
