#include "sync/record/verify.h"

#include <catch2/catch.hpp>
#include <map>

#include "sync/base/random.h"
#include "sync/record/merkle.h"
#include "sync/record/record.h"

using namespace station;
using namespace station::record;

namespace {

base::SigningKey key_number(std::uint64_t seed) {
  base::SeededRandom random(seed);
  return base::new_signing_key(random);
}

const base::SigningKey kCentreSecret = key_number(1);
const NoteKey kCentre{"centre-440902", kCentreSecret.public_key};

// A city of three stations whose lines arrived in turns.
struct City {
  struct Log {
    std::string station;
    base::SigningKey key;
    std::vector<std::string> lines;
    std::string delegation;
    SignedHead head(std::uint64_t size) const {
      const auto leaf = [this](std::uint64_t i) { return leaf_hash(lines[i]); };
      return {station, 1, sign_checkpoint({log_origin(station, 1), size, root_of(0, size, leaf)}, station, key), delegation,
              {}};
    }
    SignedHead head() const { return head(lines.size()); }
  };

  explicit City(std::uint64_t records = 20) {
    for (int i = 0; i < 3; ++i) {
      Log log{"440902-00" + std::to_string(i + 1), key_number(static_cast<std::uint64_t>(10 + i)), {}, {}};
      log.delegation = sign_delegation({log.station, 1, {log.station, log.key.public_key}, {}}, kCentre.name, kCentreSecret);
      logs.push_back(std::move(log));
    }
    for (std::uint64_t n = 0; n < records; ++n)
      for (Log& log : logs) {
        Record r;
        r.station = log.station;
        r.seq = n;
        r.type = "attendance.tick";
        r.boot = "00000000000000000000000000000001";
        r.mono_ms = static_cast<std::int64_t>(5000 * n);
        r.body = R"({"lesson":"L01","step":"L01-1"})";
        log.lines.push_back(to_line(r));
        lines.push_back(log.lines.back());
      }
    for (const Log& log : logs) heads.push_back(log.head());
  }

  CityVerdict verify(LogVerifier::Options options = {}) const {
    LogVerifier verifier(kCentre, options);
    for (const SignedHead& head : heads) verifier.add_head(head);
    for (std::size_t i = 0; i < lines.size(); ++i) verifier.add_line(lines[i], i + 1);
    return verifier.finish();
  }

  std::vector<Log> logs;
  std::vector<std::string> lines;  // as pulled
  std::vector<SignedHead> heads;
};

Fault first(const CityVerdict& verdict, std::size_t log) {
  REQUIRE(verdict.logs.at(log).fault_count > 0);
  return verdict.logs.at(log).faults.front();
}

}  // namespace

TEST_CASE("a whole city's log is valid and every record of it proven", "[record]") {
  const auto verdict = City().verify();
  CHECK(verdict.valid());
  CHECK(verdict.lines == 60);
  CHECK(verdict.verified == 60);
  REQUIRE(verdict.logs.size() == 3);
  CHECK(verdict.logs[2].station == "440902-003");
  CHECK(verdict.logs[2].head == 20);
  CHECK(verdict.logs[2].verified == 20);
}

TEST_CASE("an altered line is found between the heads around it", "[record]") {
  City city;
  city.heads.push_back(city.logs[1].head(8));
  city.heads.push_back(city.logs[1].head(12));
  std::string& line = city.lines[3 * 10 + 1];
  line[line.find("L01-1") + 4] = '2';
  const auto verdict = city.verify();
  const Fault fault = first(verdict, 1);
  CHECK(fault.kind == FaultKind::altered);
  CHECK(fault.seq == 8);
  CHECK(fault.until == 12);
  CHECK(fault.what == "records 8 to 11 are not what the station signed");
  CHECK(verdict.logs[1].verified == 8);
  CHECK(verdict.logs[0].fault_count == 0);
  CHECK(verdict.fault_count == 1);
}

TEST_CASE("a line that became unreadable is named itself", "[record]") {
  City city;
  const std::size_t at = 3 * 10 + 1;
  SECTION("behind its position") { city.lines[at][city.lines[at].find("\"at\"")] = '!'; }
  SECTION("before its position") { city.lines[at][0] = '['; }
  SECTION("altogether") { city.lines[at] = "garbage"; }
  const Fault fault = first(city.verify(), 1);
  CHECK(fault.kind == FaultKind::altered);
  CHECK(fault.seq == 10);
  CHECK(fault.until == 11);
  CHECK(fault.place == at + 1);
}

TEST_CASE("a missing line is named with its position, also the last ones", "[record]") {
  City city;
  city.lines.erase(city.lines.begin() + 3 * 10 + 1);
  city.lines.pop_back();
  const auto verdict = city.verify();
  CHECK(first(verdict, 1).what == "record 10 is missing");
  CHECK(first(verdict, 1).kind == FaultKind::missing);
  CHECK(first(verdict, 2).what == "record 19 is missing");
  CHECK(verdict.logs[0].fault_count == 0);
  city.lines.clear();
  CHECK(first(city.verify(), 0).what == "records 0 to 19 are missing");
}

TEST_CASE("a doubled line is named, and what it is", "[record]") {
  City city;
  city.lines.insert(city.lines.begin() + 3 * 10 + 2, city.lines[3 * 10 + 1]);
  CHECK(first(city.verify(), 1).what == "record 10: the same line stands here again");
  city = City();
  city.lines.insert(city.lines.begin() + 3 * 10 + 2, city.lines[3 * 2 + 1]);
  const auto verdict = city.verify();
  CHECK(first(verdict, 1).kind == FaultKind::doubled);
  CHECK(first(verdict, 1).place == 3 * 10 + 3);
  CHECK(first(verdict, 1).what == "record 2: a second line for this position");
  CHECK(verdict.verified == 60);
}

TEST_CASE("swapped lines are told apart from missing ones, near and far", "[record]") {
  City city;
  std::swap(city.lines[3 * 10], city.lines[3 * 11]);
  const auto verdict = city.verify();
  CHECK(first(verdict, 0).kind == FaultKind::swapped);
  CHECK(first(verdict, 0).seq == 10);
  CHECK(first(verdict, 0).what == "record 10 stands after record 11");
  CHECK(first(verdict, 0).place == 3 * 11 + 1);
  CHECK(verdict.logs[0].verified == 20);
  CHECK(verdict.fault_count == 1);

  City large(5000);
  const std::string early = large.lines[3];
  large.lines.erase(large.lines.begin() + 3);
  large.lines.push_back(early);
  const auto far = large.verify();
  CHECK(far.logs[0].faults.size() == 2);
  CHECK(far.logs[0].faults[0].kind == FaultKind::missing);
  CHECK(far.logs[0].faults[1].kind == FaultKind::swapped);
}

TEST_CASE("a line after the last signed head is a fault unless it may be newer", "[record]") {
  City city;
  city.heads[0] = city.logs[0].head(18);
  const auto verdict = city.verify();
  CHECK(first(verdict, 0).kind == FaultKind::unsigned_tail);
  CHECK(first(verdict, 0).seq == 18);
  CHECK(first(verdict, 0).until == 20);
  const auto newer = city.verify({true});
  CHECK(newer.valid());
  CHECK(newer.verified == 58);
}

TEST_CASE("lines of nobody are named", "[record]") {
  City city;
  const City::Log other = city.logs.back();
  city.heads.pop_back();
  const auto verdict = city.verify();
  CHECK(first(verdict, 2).kind == FaultKind::unknown_log);
  CHECK(first(verdict, 2).what == "there is no signed head of incarnation 1 of station 440902-003");
  City noisy;
  noisy.lines.push_back("free text");
  const auto loose = noisy.verify();
  CHECK_FALSE(loose.valid());
  REQUIRE(loose.elsewhere.size() == 1);
  CHECK(loose.elsewhere[0].kind == FaultKind::not_a_record);
  CHECK(loose.elsewhere[0].place == 61);
}

TEST_CASE("heads count only with the right signatures", "[record]") {
  City city;
  SECTION("of the station") {
    city.heads[0].checkpoint = City(21).logs[1].head().checkpoint;
    CHECK(first(city.verify(), 0).kind == FaultKind::bad_checkpoint);
  }
  SECTION("of the centre") {
    city.heads[0].delegation =
        sign_delegation({"440902-001", 1, {"440902-001", city.logs[0].key.public_key}, {}}, kCentre.name, key_number(99));
    CHECK(first(city.verify(), 0).kind == FaultKind::bad_delegation);
  }
  SECTION("of a delegation for this very log") {
    city.heads[0].delegation = city.logs[1].delegation;
    CHECK(first(city.verify(), 0).what == "the delegation is for incarnation 1 of station 440902-002");
  }
  SECTION("of one history") {
    City::Log other = city.logs[0];
    other.lines[3] = other.lines[4];
    city.heads.push_back(other.head());
    CHECK(first(city.verify(), 0).kind == FaultKind::two_histories);
  }
}

TEST_CASE("an odd line that the station did sign is no fault", "[record]") {
  City city;
  City::Log& log = city.logs[1];
  log.lines[10] = city.lines[3 * 10 + 1] = "=cmd()";
  log.lines[19] = city.lines[3 * 19 + 1] = "{}";
  city.heads[1] = log.head();
  CHECK(city.verify().valid());
  CHECK(city.verify().verified == 60);
}

TEST_CASE("each of a thousand tamperings is found in the log that it happened to", "[record]") {
  base::SeededRandom random(5);
  const City whole(8);
  for (int round = 0; round < 1000; ++round) {
    City city = whole;
    const std::size_t at = random.below(city.lines.size());
    const std::size_t log = at % 3;
    std::string& line = city.lines[at];
    switch (random.below(6)) {
      case 0: {  // one bit
        line[random.below(line.size())] ^= static_cast<char>(1U << random.below(7));
        break;
      }
      case 1:
        city.lines.erase(city.lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 2:
        city.lines.insert(city.lines.begin() + static_cast<std::ptrdiff_t>(random.below(24)), std::string(line));
        break;
      case 3: {
        const std::size_t other = (at + 3) % 24;
        std::swap(city.lines[at], city.lines[other]);
        break;
      }
      case 4:
        line.insert(random.below(line.size()), 1, static_cast<char>('0' + random.below(10)));
        break;
      default:
        line.erase(random.below(line.size()), 1);
        break;
    }
    const auto verdict = city.verify();
    INFO("round " << round);
    CHECK(verdict.logs.size() >= 3);
    CHECK_FALSE(verdict.valid());
    std::uint64_t here = 0;
    for (const auto& v : verdict.logs)
      if (v.station == whole.logs[log].station && v.inc == 1) here = v.fault_count;
    CHECK(here > 0);
  }
}

TEST_CASE("a certificate is checked offline with the delegation of its station", "[record]") {
  const City city;
  const City::Log& log = city.logs[0];
  rules::CertificateText text;
  base::parse_iso8601("2026-11-22T07:15:00Z", text.passed);
  text.number = rules::certificate_number(log.station, text.passed, 7);
  text.rider = "R0001";
  text.course = "retrain-2";
  text.course_version = "3";
  text.score_percent = 95;
  text.seed16 = "23fd5a8581f226a8";
  text.station = log.station;
  char id[9];
  std::snprintf(id, sizeof id, "%08x", NoteKey{log.station, log.key.public_key}.id());
  text.key_id = id;
  const std::string qr = rules::sign_certificate(text, log.key);
  const auto verdict = verify_certificate(qr, {city.logs[1].delegation, log.delegation}, kCentre);
  REQUIRE(verdict);
  CHECK(verdict->text == text);
  CHECK(verdict->inc == 1);

  CHECK(verify_certificate("RC1|nonsense", {log.delegation}, kCentre).error().code == base::Errc::invalid);
  CHECK(verify_certificate(qr, {city.logs[1].delegation}, kCentre).error().code == base::Errc::not_found);
  std::string forged = qr;
  forged.replace(forged.find("|95|"), 4, "|99|");
  CHECK(verify_certificate(forged, {log.delegation}, kCentre).error().code == base::Errc::denied);
  const NoteKey stranger{"centre-440902", key_number(99).public_key};
  CHECK(verify_certificate(qr, {log.delegation}, stranger).error().code == base::Errc::denied);
}
