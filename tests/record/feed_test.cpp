#include "sync/record/feed.h"

#include <catch2/catch.hpp>

using namespace station;
using record::FeedEntry;

namespace {

base::SigningKey centre() {
  base::SeededRandom random(11);
  return base::new_signing_key(random);
}
record::NoteKey centre_key() {
  return {"centre/4409", centre().public_key};
}

FeedEntry example() {
  FeedEntry e{7, "station:440902-007", "rider.remove", {}, R"({"subject":"00112233445566778899aabbccddeeff"})"};
  base::parse_iso8601("2026-11-24T08:00:00.000Z", e.at);
  return e;
}

// A line whose signature is right and whose content is `json`.
std::string signed_line(const std::string& json) {
  return json + "\tcentre/4409\t" + base::to_base64url(base::sign(centre(), json));
}

}  // namespace

TEST_CASE("a feed line is JSON, key name and signature parted by tabs", "[record]") {
  const std::string line = record::sign_feed_line(example(), "centre/4409", centre());
  CHECK_THAT(line, Catch::StartsWith(
                       R"({"pos":7,"scope":"station:440902-007","type":"rider.remove","at":"2026-11-24T08:00:00.000Z",)"
                       R"("body":{"subject":"00112233445566778899aabbccddeeff"}})"
                       "\tcentre/4409\t"));
  const auto back = record::open_feed_line(line, centre_key());
  REQUIRE(back);
  CHECK(back->pos == 7);
  CHECK(back->scope == "station:440902-007");
  CHECK(back->type == "rider.remove");
  CHECK(back->at == example().at);
  CHECK(back->body == example().body);
}

TEST_CASE("a feed line with any changed byte is refused", "[record]") {
  const std::string line = record::sign_feed_line(example(), "centre/4409", centre());
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string bad = line;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    INFO("byte " << i);
    REQUIRE_FALSE(record::open_feed_line(bad, centre_key()));
  }
}

TEST_CASE("a feed line of another centre is denied", "[record]") {
  base::SeededRandom random(12);
  const auto other = base::new_signing_key(random);
  const auto r = record::open_feed_line(record::sign_feed_line(example(), "centre/4409", other), centre_key());
  REQUIRE_FALSE(r);
  CHECK(r.error().code == base::Errc::denied);
  CHECK_FALSE(record::open_feed_line(record::sign_feed_line(example(), "centre/3301", centre()), centre_key()));
}

TEST_CASE("a signed feed line of the wrong form is invalid, whatever it holds", "[record]") {
  const std::string ok = R"({"pos":7,"scope":"city","type":"t","at":"2026-11-24T08:00:00.000Z","body":{}})";
  REQUIRE(record::open_feed_line(signed_line(ok), centre_key()));
  for (const std::string& bad : {
           std::string("{}"),
           std::string("7"),
           std::string("{"),
           std::string(R"({"pos":0,"scope":"city","type":"t","at":"2026-11-24T08:00:00.000Z","body":{}})"),
           std::string(R"({"pos":-7,"scope":"city","type":"t","at":"2026-11-24T08:00:00.000Z","body":{}})"),
           std::string(R"({"pos":7.5,"scope":"city","type":"t","at":"2026-11-24T08:00:00.000Z","body":{}})"),
           std::string(R"({"pos":7,"scope":1,"type":"t","at":"2026-11-24T08:00:00.000Z","body":{}})"),
           std::string(R"({"pos":7,"scope":"city","type":"t","at":"yesterday","body":{}})"),
           std::string(R"({"pos":7,"scope":"city","type":"t","at":"2026-11-24T08:00:00.000Z","body":[]})"),
           R"({"pos":7,"scope":"city","type":"t","at":"2026-11-24T08:00:00.000Z","body":{"a":)" +
               std::string(200'000, '[') + std::string(200'000, ']') + "}}",
       }) {
    INFO(bad.substr(0, 200));
    const auto r = record::open_feed_line(signed_line(bad), centre_key());
    REQUIRE_FALSE(r);
    CHECK(r.error().code == base::Errc::invalid);
  }
  CHECK_FALSE(record::open_feed_line("", centre_key()));
  CHECK_FALSE(record::open_feed_line("\t\t", centre_key()));
}
