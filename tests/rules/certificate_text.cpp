// Certificates and resume codes: learning rules, sections 10 and 11; the examples are literal.
#include "sync/rules/certificate_text.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace station::rules;

namespace {
base::SigningKey printed_key() {
  std::array<std::uint8_t, 32> seed;
  for (std::size_t i = 0; i < 32; ++i) seed[i] = static_cast<std::uint8_t>(i);
  return base::signing_key_from_seed(seed);
}

base::UtcTime utc(const char* text) {
  base::UtcTime t;
  REQUIRE(base::parse_iso8601(text, t));
  return t;
}
}  // namespace

TEST_CASE("certificate number, payload and signature are the printed ones", "[rules]") {
  const auto key = printed_key();
  CHECK(base::to_hex(key.public_key) == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  base::UtcTime passed;
  REQUIRE(base::parse_iso8601("2026-11-22T07:15:00Z", passed));
  CHECK(certificate_number("330106-042", passed, 7) == "3301062611220004200072");
  const std::string text = sign_certificate(
      {"3301062611220004200072", "R0001", "retrain-2", "3", passed, 95, "23fd5a8581f226a8", "330106-042", "k1"}, key);
  CHECK(text ==
        "RC1|3301062611220004200072|R0001|retrain-2|3|20261122T071500Z|95|23fd5a8581f226a8|330106-042|k1|"
        "97t3_mwdtmnvGjOmIAM7PSXVXbhaH9tfDpv8p7EoyXUliX2I4yh8vt2D6qAbhNUlmnc20iCIyQ90TuARbxhnBg");
  CHECK(open_certificate(text, key.public_key));
  std::string forged = text;
  forged.replace(forged.find("|95|"), 4, "|99|");
  CHECK(open_certificate(forged, key.public_key).error().code == base::Errc::denied);
  forged = text;
  forged[5] = '4';
  CHECK(open_certificate(forged, key.public_key).error().code == base::Errc::invalid);
}

TEST_CASE("the resume code is the printed one", "[rules]") {
  const auto key = printed_key();
  base::UtcTime saved;
  REQUIRE(base::parse_iso8601("2026-11-22T07:15:00Z", saved));
  const std::string text = sign_resume(
      {"6f1c2d3e-0000-4000-8000-000000000001", "R0001", "L01", "3", 4, 185, saved, "330106-042", "k1"}, key);
  CHECK(text.substr(text.rfind('|') + 1) ==
        "W8TpKEHcwJ-byVVJ2kWNp3F0PX_tdihqqkIq6Qow8XP0Cj2hkEknS46NRjXNCoKwxsVmjpQyhafXX-z7EfVAAg");
  const auto back = open_resume(text, key.public_key);
  REQUIRE(back);
  CHECK(back->credited_s == 185);
}

TEST_CASE("check digits find a wrong digit and a swap of neighbours", "[rules]") {
  CHECK(luhn_digit("330106261122000420007") == '2');
  CHECK(luhn_digit("7992739871") == '3');
  CHECK(is_certificate_number("3301062611220004200072"));
  CHECK_FALSE(is_certificate_number("3301062611220004200073"));
  CHECK_FALSE(is_certificate_number("3301062611220004200702"));
  CHECK_FALSE(is_certificate_number("330106261122000420007"));
  CHECK_FALSE(is_certificate_number("33010626112200042000a2"));
  std::string no_such_day = "330106261332000420007";
  no_such_day += luhn_digit(no_such_day);
  CHECK_FALSE(is_certificate_number(no_such_day));
}

TEST_CASE("the number carries the local day", "[rules]") {
  CHECK(certificate_number("440902-7", utc("2026-11-22T16:30:00Z"), 12).substr(0, 21) == "440902261123000070012");
}

TEST_CASE("a certificate reads back as it was written", "[rules]") {
  const CertificateText c{"3301062611220004200072", "R0001",      "retrain-2", "3", utc("2026-11-22T07:15:00Z"), 95,
                          "23fd5a8581f226a8",       "330106-042", "k1"};
  const auto key = printed_key();
  const std::string text = sign_certificate(c, key);
  CHECK(text.size() < 200);
  const auto back = parse_certificate(text);
  REQUIRE(back);
  CHECK(*back == c);
  CHECK(*open_certificate(text, key.public_key) == c);
}

TEST_CASE("nothing but the stated form is read as a certificate or a resume code", "[rules]") {
  const std::string good =
      "RC1|3301062611220004200072|R0001|retrain-2|3|20261122T071500Z|95|23fd5a8581f226a8|330106-042|k1|"
      "97t3_mwdtmnvGjOmIAM7PSXVXbhaH9tfDpv8p7EoyXUliX2I4yh8vt2D6qAbhNUlmnc20iCIyQ90TuARbxhnBg";
  REQUIRE(parse_certificate(good));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return parse_certificate(text).has_value();
  };
  CHECK_FALSE(changed("|95|", "|095|"));
  CHECK_FALSE(changed("|95|", "|101|"));
  CHECK_FALSE(changed("|95|", "|-5|"));
  CHECK_FALSE(changed("20261122T071500Z", "20261122T0715 0Z"));
  CHECK_FALSE(changed("20261122T071500Z", "20261322T071500Z"));
  CHECK_FALSE(changed("23fd5a8581f226a8", "23FD5A8581F226A8"));
  CHECK_FALSE(changed("|R0001|", "||"));
  CHECK_FALSE(changed("|R0001|", "|R\n1|"));
  CHECK_FALSE(changed("RC1", "RC2"));
  CHECK_FALSE(changed("hnBg", "hnB"));
  CHECK_FALSE(parse_certificate(good + "|x"));
  CHECK_FALSE(parse_certificate(""));
  CHECK_FALSE(parse_resume(good));
  CHECK_FALSE(parse_resume("RL1|||||||||"));
  for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_certificate(good.substr(0, n)));
}

TEST_CASE("a signature of another key or over another text is refused", "[rules]") {
  const auto key = printed_key();
  std::array<std::uint8_t, 32> other_seed{};
  const auto other = base::signing_key_from_seed(other_seed);
  const ResumeText r{"a1", "R0001", "L01", "3", 4, 185, utc("2026-11-22T07:15:00Z"), "330106-042", "k1"};
  const std::string text = sign_resume(r, key);
  CHECK(open_resume(text, key.public_key));
  CHECK(open_resume(text, other.public_key).error().code == base::Errc::denied);
  std::string forged = text;
  forged.replace(forged.find("|185|"), 5, "|999|");
  CHECK(open_resume(forged, key.public_key).error().code == base::Errc::denied);
}

TEST_CASE("a resume code is for the same rider, for 72 hours, and never backwards", "[rules]") {
  const ResumeText r{"a1", "R0001", "L01", "3", 4, 185, utc("2026-11-22T07:15:00Z"), "330106-042", "k1"};
  CHECK(check_resume(r, "R0001", -1, utc("2026-11-22T08:00:00Z")) == ResumeVerdict::accepted);
  CHECK(check_resume(r, "R0001", 4, utc("2026-11-25T07:15:00Z")) == ResumeVerdict::accepted);
  CHECK(check_resume(r, "R0002", -1, utc("2026-11-22T08:00:00Z")) == ResumeVerdict::other_rider);
  CHECK(check_resume(r, "R0001", -1, utc("2026-11-25T07:15:00.001Z")) == ResumeVerdict::too_old);
  CHECK(check_resume(r, "R0001", 5, utc("2026-11-22T08:00:00Z")) == ResumeVerdict::backwards);
  CHECK(check_resume(r, "R0001", -1, utc("2026-11-22T07:05:00Z")) == ResumeVerdict::accepted);
  CHECK(check_resume(r, "R0001", -1, utc("2026-11-22T07:04:59Z")) == ResumeVerdict::not_yet);
}

TEST_CASE("ids that may stand in a code are checked where they come in", "[rules]") {
  CHECK(is_station_id("330106-042"));
  CHECK(is_station_id("330106-00042"));
  CHECK_FALSE(is_station_id("330106-000042"));
  CHECK_FALSE(is_station_id("330106"));
  CHECK_FALSE(is_station_id("330106-"));
  CHECK_FALSE(is_station_id("33010a-042"));
  CHECK(is_code_field("retrain-2"));
  CHECK_FALSE(is_code_field(""));
  CHECK_FALSE(is_code_field("a|b"));
}
