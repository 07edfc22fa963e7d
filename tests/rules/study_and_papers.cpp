// Vectors are the examples printed in the learning rules (sections 6.5, 9.4, 10, 11).
#include <catch2/catch.hpp>
#include <set>

#include "sync/rules/certificate_text.h"
#include "sync/rules/identity.h"
#include "sync/rules/paper.h"
#include "sync/rules/presence.h"
#include "sync/rules/study_time.h"

using namespace station;
using namespace station::rules;
using K = StudyKind;

TEST_CASE("a power cut loses at most what came after the last tick", "[rules]") {
  const StudyStream s{1'000'000, {{0, K::start}, {5000, K::tick}, {8000, K::input}, {10'000, K::tick}, {15'000, K::tick}}};
  const StudyTotal t = time_on_task(std::vector{s});
  CHECK(t.seconds == 15);
  CHECK_FALSE(t.overlap);
}

TEST_CASE("a missed check takes back everything since the last verification", "[rules]") {
  const StudyStream s{0, {{0, K::start}, {10'000, K::tick}, {20'000, K::tick}, {30'000, K::tick}, {33'000, K::check_shown},
                          {40'000, K::tick}, {50'000, K::tick}, {60'000, K::tick}, {63'000, K::check_missed},
                          {64'000, K::input}, {70'000, K::end}}};
  CHECK(time_on_task(std::vector{s}).seconds == 6);
}

TEST_CASE("time at two stations at once counts once and is flagged", "[rules]") {
  const std::vector<StudyStream> streams{{1'000'000, {{0, K::start}, {10'000, K::tick, true}, {20'000, K::end, true}}},
                                         {1'015'000, {{0, K::start}, {12'000, K::tick}, {24'001, K::end}}}};
  const StudyTotal t = time_on_task(streams);
  CHECK(t.seconds == 27);
  CHECK(t.overlap);
}

TEST_CASE("a stream delivered twice counts once and is not an overlap", "[rules]") {
  const StudyStream s{5, {{0, K::start}, {9000, K::tick}, {12'000, K::end}}};
  const StudyTotal t = time_on_task(std::vector{s, s});
  CHECK(t.seconds == 12);
  CHECK_FALSE(t.overlap);
}

TEST_CASE("the clock shown during study equals the credit computed afterwards", "[rules]") {
  base::SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<StudyEvent> events;
    StudyClock clock;
    std::int64_t t = 0;
    for (int i = 0; i < 60; ++i) {
      t += static_cast<std::int64_t>(random.below(14'000));
      const StudyEvent e{t, static_cast<StudyKind>(random.below(9)), random.below(4) == 0};
      events.push_back(e);
      clock.apply(e);
    }
    CHECK(clock.credited() == credited_intervals(events));
  }
}

TEST_CASE("presence checks come after three to seven minutes and never at the last place", "[rules]") {
  base::SeededRandom random(1);
  PresenceSchedule schedule(random);
  int last = -1;
  for (int i = 0; i < 300; ++i) {
    std::int64_t waited = 0;
    while (!schedule.due()) {
      schedule.run(milliseconds(1000));
      waited += 1000;
    }
    CHECK(waited >= 180'000);
    CHECK(waited <= 420'000);
    const int place = schedule.next_place(random);
    CHECK(place != last);
    CHECK((place >= 0 && place < 9));
    last = place;
    schedule.resolved(random);
  }
}

TEST_CASE("the paper of the printed request is the printed paper", "[rules]") {
  PaperRequest r{"retrain-2", "3", "R0001", 1, "", {{"L01", 2, 1}, {"L12", 1, 0}}, {},
                 {{"Q01", 2, "L01", 4, false, true},
                  {"Q02", 1, "L01", 2, false, false},
                  {"Q03", 1, "L01", 4, true, true},
                  {"Q33", 5, "L12", 4, false, true},
                  {"Q34", 1, "L12", 4, false, true}}};
  Paper p = draw_paper(r);
  CHECK(base::to_hex(p.seed) == "23fd5a8581f226a8c7f3d667307a71995341a9793f75c4d5e699df2be6d31684");
  REQUIRE(p.items.size() == 3);
  CHECK((p.items[0].id == "Q34" && p.items[0].order == std::vector{3, 0, 1, 2}));
  CHECK((p.items[1].id == "Q03" && p.items[1].order == std::vector{0, 1, 3, 2}));
  CHECK((p.items[2].id == "Q02" && p.items[2].order == std::vector{0, 1}));
  CHECK(p.problems.empty());

  r.attempt_no = 2;
  r.used = {"Q01", "Q03", "Q34"};
  p = draw_paper(r);
  CHECK(base::to_hex(p.seed) == "5233743647b27e9ef5bae99dbe3b6153d265a8ddebb26f4d9f7c175ce5275aca");
  REQUIRE(p.items.size() == 3);
  CHECK((p.items[0].id == "Q03" && p.items[0].order == std::vector{1, 2, 0, 3}));
  CHECK(p.items[1].id == "Q02");
  CHECK((p.items[2].id == "Q33" && p.items[2].order == std::vector{1, 0, 2, 3}));
  CHECK(p.repeated == std::vector<std::string>{"Q03"});
}

TEST_CASE("a paper with too few items says so", "[rules]") {
  const Paper p = draw_paper({"c", "1", "r", 1, "", {{"L01", 3, 0}}, {}, {{"Q01", 1, "L01", 4, false, true}}});
  CHECK(p.problems.size() == 1);
}

namespace {
base::SigningKey printed_key() {
  std::array<std::uint8_t, 32> seed;
  for (std::size_t i = 0; i < 32; ++i) seed[i] = static_cast<std::uint8_t>(i);
  return base::signing_key_from_seed(seed);
}
}  // namespace

TEST_CASE("certificate number, payload and signature are the printed ones", "[rules]") {
  const auto key = printed_key();
  CHECK(base::to_hex(key.public_key) == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  base::UtcTime passed;
  REQUIRE(base::parse_iso8601("2026-11-22T07:15:00Z", passed));
  CHECK(certificate_number("330106-042", passed, 7) == "3301062611220004200072");
  const std::string text = sign_certificate({"3301062611220004200072", "R0001", "retrain-2", "3", passed, 95, "23fd5a8581f226a8",
                                             "330106-042", "k1"},
                                            key);
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
  const std::string text =
      sign_resume({"6f1c2d3e-0000-4000-8000-000000000001", "R0001", "L01", "3", 4, 185, saved, "330106-042", "k1"}, key);
  CHECK(text.substr(text.rfind('|') + 1) == "W8TpKEHcwJ-byVVJ2kWNp3F0PX_tdihqqkIq6Qow8XP0Cj2hkEknS46NRjXNCoKwxsVmjpQyhafXX-z7EfVAAg");
  const auto back = open_resume(text, key.public_key);
  REQUIRE(back);
  CHECK(back->credited_s == 185);
}

TEST_CASE("wrong PINs lock for five minutes, an hour, until the centre unlocks", "[rules]") {
  using namespace std::chrono_literals;
  for (int n : {1, 4, 6, 9, 11, 14}) CHECK((pin_lock_after(n).wait == 0ms && !pin_lock_after(n).until_centre));
  CHECK(pin_lock_after(5).wait == 5min);
  CHECK(pin_lock_after(10).wait == 1h);
  CHECK(pin_lock_after(15).until_centre);
  CHECK(pin_tries_left(1) == 4);
  CHECK(pin_tries_left(7) == 3);
}

TEST_CASE("easy PINs are refused when they are set", "[rules]") {
  for (const char* easy : {"12345", "123456", "000000", "987654", "121121", "850613", "12a456", "19850613"}) {
    INFO(easy);
    CHECK(pin_complaint(easy) != nullptr);
  }
  for (const char* good : {"482915", "739164", "90571826"}) {
    INFO(good);
    CHECK(pin_complaint(good) == nullptr);
  }
}

TEST_CASE("identity numbers are checked by weights and date", "[rules]") {
  for (const char* good : {"11010519491231002X", "440524188001010014", "44090219950615001X", "440902198812030521",
                           "330106199202291039", "810000199001010019"})
    CHECK(is_resident_id(good));
  CHECK_FALSE(is_resident_id("330106199302291036"));
  CHECK_FALSE(is_resident_id("11010519491231002Y"));
}

TEST_CASE("phone numbers show their first three and last four digits", "[rules]") {
  CHECK(is_phone("13812341207"));
  CHECK_FALSE(is_phone("12812341207"));
  CHECK(mask_number("13812341207") == "138\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2" "1207");
}
