// Certificates as codes, and resume codes between stations that have not synced.
#include <fmt/format.h>

#include "rig.h"
#include "sync/record/note.h"
#include "sync/rules/certificate_text.h"

using namespace station;
using namespace station::test;

namespace {

rules::CertificateText certificate_text() {
  rules::CertificateText t;
  t.number = rules::certificate_number("440902-008", at("2026-11-22T06:00:00Z"), 1);
  t.rider = kWang;
  t.course = "C1";
  t.course_version = "1";
  t.passed = at("2026-11-22T06:00:00Z");
  t.score_percent = 95;
  t.seed16 = "23fd5a8581f226a8";
  t.station = "440902-008";
  t.key_id = fmt::format("{:08x}", record::NoteKey{"440902-008", key_of(8).public_key}.id());
  return t;
}

// The centre tells station 440902-007 the key of another station.
void know_station(Rig& rig, const std::string& station, std::uint8_t key) {
  const record::Delegation d{station, 1, {station, key_of(key).public_key}, rig.clock.utc()};
  rig.feed(record::kFeedStationKey, {{"station", station}, {"inc", 1}, {"delegation", record::sign_delegation(d, "centre-440900", key_of(5))}});
}

json state_body(const rules::CertificateText& t, const std::string& state, const std::string& text) {
  return {{"number", t.number}, {"course", t.course}, {"subject", t.rider}, {"state", state},
          {"text", text},       {"reviewer", "desk 2"}, {"reason", state == "void" ? "wrong rider" : ""}, {"at", "2026-11-22T07:00:00.000Z"}};
}

std::string by_centre(rules::CertificateText t) {
  t.key_id = fmt::format("{:08x}", record::NoteKey{"centre-440900", key_of(5).public_key}.id());
  return rules::sign_certificate(t, key_of(5));
}

std::string verdict(Rig& rig, const std::string& text) {
  return rig.ask<flow::CertificateChecked>(flow::ReadCode{"", text}).verdict;
}

std::string pause_code(Rig& rig, const std::string& session, const std::string& step) {
  rig.clock.advance(5s);
  return rig.ask<flow::Attended>(flow::Attend{kWang, "C1", session, "L01", step, "pause", rig.clock.mono(), false, "order"})
      .resume_code;
}

}  // namespace

TEST_CASE("any station says what a certificate is worth, without a network", "[store]") {
  Rig rig;
  rig.add_wang();
  const auto t = certificate_text();
  const std::string text = rules::sign_certificate(t, key_of(8));
  CHECK(verdict(rig, "hello") == "certificate.invalid");
  CHECK(verdict(rig, text) == "certificate.invalid");  // no key of that station yet
  know_station(rig, "440902-008", 8);
  CHECK(verdict(rig, text) == "certificate.signed");
  CHECK(verdict(rig, rules::sign_certificate(t, key_of(9))) == "certificate.invalid");
  std::string altered = text;
  altered.replace(altered.find("|95|"), 4, "|99|");
  CHECK(verdict(rig, altered) == "certificate.invalid");

  // The centre's own certificate needs nothing else, and makes the station's good, too.
  CHECK(verdict(rig, by_centre(t)) == "certificate.confirmed");
  rig.feed(record::kFeedCertificate, state_body(t, "confirmed", by_centre(t)));
  CHECK(verdict(rig, text) == "certificate.confirmed");
  rig.feed(record::kFeedCertificate, state_body(t, "void", text));
  CHECK(verdict(rig, text) == "certificate.voided");
  CHECK(rig.ask<flow::CertificateChecked>(flow::ReadCode{"", by_centre(t)}).reason == "wrong rider");
  rig.crash();
  CHECK(verdict(rig, text) == "certificate.voided");
}

TEST_CASE("what does not come from the centre changes no certificate", "[store]") {
  Rig rig;
  const auto t = certificate_text();
  rig.feed(record::kFeedCertificate, state_body(t, "confirmed", rules::sign_certificate(t, key_of(8))));
  rig.feed(record::kFeedCertificate, state_body(t, "perhaps", by_centre(t)));
  auto other = t;
  other.number = rules::certificate_number("440902-008", t.passed, 2);
  rig.feed(record::kFeedCertificate, state_body(t, "void", by_centre(other)));
  CHECK(rig.bodies(record::kFeedRefused).size() == 3);
  know_station(rig, "440902-008", 8);
  CHECK(verdict(rig, rules::sign_certificate(t, key_of(8))) == "certificate.signed");
}

TEST_CASE("the pause page's code lets the rider go on at another station before any sync", "[store]") {
  Rig a("440902-007"), b("440902-008");
  b.identity.record_key = key_of(8);
  b.options.path = (b.folder.path() / "other.db").string();
  b.open();
  for (Rig* rig : {&a, &b}) {
    rig->add_wang();
    rig->add_content();
    rig->assign(a.order("C1"));
  }
  const std::string third = a.ledger->content()->lesson("L01")->steps[2].id;
  a.study("C1", "S1", 120s, "");
  const std::string code = pause_code(a, "S1", third);
  const auto form = rules::parse_resume(code);
  REQUIRE(form);
  CHECK(form->attempt == "S1");
  CHECK(form->rider == kWang);
  CHECK(form->lesson == "L01");
  CHECK(form->step == 3);
  CHECK(form->credited_s == 125);
  CHECK(code.size() < 300);

  CHECK(b.refused(flow::ReadCode{kWang, code}) == "resume.unknown_station");
  know_station(b, "440902-007", 1);
  CHECK(b.refused(flow::ReadCode{kLi, code}) == "resume.other_rider");
  CHECK(b.refused(flow::ReadCode{kWang, code + "x"}) == "resume.unreadable");
  const auto resumed = b.ask<flow::LessonResumed>(flow::ReadCode{kWang, code});
  CHECK(resumed.lesson == "L01");
  CHECK(resumed.step == third);
  CHECK(resumed.credited_s == 125);
  CHECK(b.bodies(record::kLessonResumed).at(0)["from"] == "440902-007");
  // What the code says is only shown: nothing is credited by it.
  CHECK(b.course("C1").credited_s == 0);

  // Having gone further here, the code would lead back.
  b.attend("C1", "S2", "start", b.ledger->content()->lesson("L01")->steps[4].id);
  CHECK(b.refused(flow::ReadCode{kWang, code}) == "resume.backwards");
  b.consistent();
}

TEST_CASE("a resume code ends after 72 hours, and is of no use for a finished lesson", "[store]") {
  Rig rig;
  rig.add_wang();
  rig.add_content();
  rig.assign(rig.order("C1"));
  rig.study("C1", "S1", 30s, "");
  const std::string code = pause_code(rig, "S1", rig.ledger->content()->lesson("L01")->steps[1].id);
  rig.ask<flow::LessonResumed>(flow::ReadCode{kWang, code});
  rig.clock.advance(72h + 1s);
  CHECK(rig.refused(flow::ReadCode{kWang, code}) == "resume.too_old");

  rig.study("C1", "S2", 30s, "");
  const std::string newer = pause_code(rig, "S2", rig.ledger->content()->lesson("L01")->steps[1].id);
  rig.ask<flow::RiderChanged>(flow::CompleteLesson{kWang, "C1", "S2", "L01", {"L01-1"}});
  CHECK(rig.refused(flow::ReadCode{kWang, newer}) == "resume.backwards");
}
