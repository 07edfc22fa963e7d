#include <sqlite3.h>

#include <set>

#include "sync/rules/certificate_text.h"
#include "sync/tool/evidence.h"
#include "tests/support/figures.h"
#include "tests/tool/rig.h"

// Evidence in the hands of somebody who wants it to say something else: nothing that changes what it says goes unnoticed,
// and the verdict tells where.

using namespace station;
using namespace station::tool::test;
using record::FaultKind;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  return central::test::lines_of(text);
}
std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

// A city of two stations as an administrator exports it.
struct Exported : CityRig {
  Exported() {
    fill(2, 7);
    const auto ran = ask({"export", file("bundle")});
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    records = read("bundle/records.ndjson");
    heads = read("bundle/heads.ndjson");
    centre = city.centre->keys().note;
  }

  // As station-tool verify does with these two files.
  record::CityVerdict verify(const std::string& record_text, const std::string& head_text) const {
    write("bundle/records.ndjson", record_text);
    write("bundle/heads.ndjson", head_text);
    auto evidence = tool::Evidence::open({file("bundle")});
    REQUIRE(evidence);
    record::LogVerifier verifier(centre);
    const auto signed_heads = evidence->heads();
    REQUIRE(signed_heads);
    for (const auto& head : *signed_heads) verifier.add_head(head);
    REQUIRE(evidence->lines([&](std::string_view line, std::uint64_t place) { verifier.add_line(line, place); }));
    return verifier.finish();
  }
  record::CityVerdict verify_lines(const std::vector<std::string>& lines) const { return verify(joined(lines), heads); }

  std::string records, heads;
  record::NoteKey centre;
};

// A fault has a name, a position or a line, and a sentence.
bool says_what_and_where(const record::CityVerdict& verdict) {
  const auto good = [](const record::Fault& fault) {
    return !fault.what.empty() && std::string(to_string(fault.kind)).size() > 3 && fault.until >= fault.seq;
  };
  bool any = false;
  for (const auto& log : verdict.logs)
    for (const auto& fault : log.faults) {
      any = true;
      if (!good(fault)) return false;
    }
  for (const auto& fault : verdict.elsewhere) {
    any = true;
    if (!good(fault) || fault.place == 0) return false;
  }
  return any;
}

// Counts what was tried and what nobody noticed.
struct Tally {
  std::uint64_t tried = 0, undetected = 0;
  std::string first;
  void look(const record::CityVerdict& verdict, const std::string& what) {
    ++tried;
    if (!verdict.valid() && says_what_and_where(verdict)) return;
    ++undetected;
    if (first.empty()) first = what;
  }
  void check(const std::string& name) const {
    INFO(first);
    CHECK(undetected == 0);
    CHECK(tried > 0);
    test::figure("tamper." + name + ".tried", tried);
    test::figure("tamper." + name + ".undetected", undetected);
  }
};

std::string flipped(std::string text, std::size_t at, unsigned bits) {
  text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ bits);
  return text;
}

// What the centre says beside the evidence and no signature covers: why it shut a log out.
std::set<std::size_t> unsigned_places(const std::string& heads) {
  std::set<std::size_t> out;
  for (std::size_t at = 0; (at = heads.find("\"fenced\":\"", at)) != std::string::npos; ++at)
    for (std::size_t i = at; i < heads.find('\n', at); ++i) out.insert(i);
  for (std::size_t at = 0; (at = heads.find("\"size\":", at)) != std::string::npos; ++at)
    for (std::size_t i = at; i < heads.find(',', at) + 1; ++i) out.insert(i);
  return out;
}

std::string certificate_of(central::test::StationLog& log) {
  rules::CertificateText text{rules::certificate_number(log.station, central::test::noon(), 1),
                              "0123456789abcdef0123456789abcdef",
                              "retrain-2",
                              "3",
                              central::test::noon(),
                              95,
                              "23fd5a8581f226a8",
                              log.station,
                              {}};
  char id[9];
  std::snprintf(id, sizeof id, "%08x", record::NoteKey{log.station, log.key.public_key}.id());
  text.key_id = id;
  return rules::sign_certificate(text, log.key);
}

}  // namespace

TEST_CASE("every byte of the exported records counts", "[tamper]") {
  const Exported bundle;
  REQUIRE(bundle.verify(bundle.records, bundle.heads).valid());
  Tally tally;
  for (std::size_t at = 0; at < bundle.records.size(); ++at)
    for (const unsigned bits : {0x01u, 0x80u})
      tally.look(bundle.verify(flipped(bundle.records, at, bits), bundle.heads),
                 "byte " + std::to_string(at) + " of the records, bits " + std::to_string(bits));
  tally.check("record_bytes");
}

TEST_CASE("every byte of the exported heads counts that a signature covers, and others change no verdict", "[tamper]") {
  const Exported bundle;
  const auto beside = unsigned_places(bundle.heads);
  Tally tally;
  for (std::size_t at = 0; at < bundle.heads.size(); ++at) {
    const auto verdict = bundle.verify(bundle.records, flipped(bundle.heads, at, 0x01));
    if (!beside.contains(at)) {
      tally.look(verdict, "byte " + std::to_string(at) + " of the heads: " + bundle.heads.substr(at > 20 ? at - 20 : 0, 40));
    } else if (verdict.valid()) {
      CHECK(verdict.verified == 14);
    }
  }
  tally.check("head_bytes");
}

TEST_CASE("every byte of a certificate counts", "[tamper]") {
  Exported bundle;
  auto& log = bundle.logs[0];
  const std::string qr = certificate_of(log);
  std::vector<std::string> delegations;
  auto evidence = tool::Evidence::open({bundle.file("bundle")});
  REQUIRE(evidence);
  const auto signed_heads = evidence->heads().value();
  for (const auto& head : signed_heads) delegations.push_back(head.delegation);
  const auto whole = record::verify_certificate(qr, delegations, bundle.centre);
  INFO((whole ? std::string() : whole.error().message));
  REQUIRE(whole);
  std::uint64_t tried = 0, undetected = 0;
  std::string first;
  const auto must_fail = [&](const std::string& text) {
    ++tried;
    const auto verdict = record::verify_certificate(text, delegations, bundle.centre);
    if (!verdict && !verdict.error().message.empty()) return;
    ++undetected;
    if (first.empty()) first = text;
  };
  for (std::size_t at = 0; at < qr.size(); ++at) {
    for (unsigned bit = 1; bit < 256; bit <<= 1) must_fail(flipped(qr, at, bit));
    must_fail(qr.substr(0, at));
    must_fail(qr.substr(0, at) + qr.substr(at + 1));
    must_fail(qr.substr(0, at) + qr[at] + qr.substr(at));
  }
  // The other station signs the same text.
  rules::CertificateText text = rules::parse_certificate(qr).value();
  must_fail(rules::sign_certificate(text, bundle.logs[1].key));
  text.score_percent = 100;
  must_fail(rules::sign_certificate(text, bundle.logs[1].key));
  INFO(qr << "\n" << first);
  CHECK(undetected == 0);
  test::figure("tamper.certificate.tried", tried);
  test::figure("tamper.certificate.undetected", undetected);
}

TEST_CASE("no line can be taken out, put in, doubled, moved or exchanged", "[tamper]") {
  const Exported bundle;
  const auto lines = lines_of(bundle.records);
  const auto n = static_cast<std::ptrdiff_t>(lines.size());
  REQUIRE(n == 14);
  Tally tally;
  const auto station_of = [&](std::ptrdiff_t i) { return central::test::text_member(lines[static_cast<std::size_t>(i)], "station"); };
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::string at = " at line " + std::to_string(i + 1);
    auto without = lines;
    without.erase(without.begin() + i);
    tally.look(bundle.verify_lines(without), "a line less" + at);
    for (std::ptrdiff_t j = 0; j < n; ++j) {
      auto doubled = lines;
      doubled.insert(doubled.begin() + j, lines[static_cast<std::size_t>(i)]);
      tally.look(bundle.verify_lines(doubled), "a line twice" + at);
      if (j == i) continue;
      auto replaced = lines;
      replaced[static_cast<std::size_t>(i)] = lines[static_cast<std::size_t>(j)];
      tally.look(bundle.verify_lines(replaced), "a line in another's place" + at);
      // Lines of different stations have no order among each other.
      auto swapped = lines;
      std::swap(swapped[static_cast<std::size_t>(i)], swapped[static_cast<std::size_t>(j)]);
      const bool crosses = [&] {
        for (const auto& id : {std::string("440902-001"), std::string("440902-002")}) {
          std::vector<std::string> before, after;
          for (std::ptrdiff_t k = 0; k < n; ++k) {
            if (station_of(k) == id) before.push_back(lines[static_cast<std::size_t>(k)]);
            const std::string& line = swapped[static_cast<std::size_t>(k)];
            if (central::test::text_member(line, "station") == id) after.push_back(line);
          }
          if (before != after) return true;
        }
        return false;
      }();
      if (crosses) tally.look(bundle.verify_lines(swapped), "two lines swapped" + at);
    }
    for (const std::string& foreign : {std::string("{}"), std::string("hello"), std::string(300, 'x'), std::string("\x01")}) {
      auto more = lines;
      more.insert(more.begin() + i, foreign);
      tally.look(bundle.verify_lines(more), "a foreign line" + at);
    }
  }
  auto cut = lines;
  while (!cut.empty()) {
    cut.pop_back();
    tally.look(bundle.verify_lines(cut), "cut after " + std::to_string(cut.size()));
  }
  tally.check("lines");
}

TEST_CASE("a history that another key signed is no station's history", "[tamper]") {
  Exported bundle;
  auto& one = bundle.logs[0];
  auto& two = bundle.logs[1];
  const auto signed_heads = [&] {
    auto evidence = tool::Evidence::open({bundle.file("bundle")});
    REQUIRE(evidence);
    return evidence->heads().value();
  }();
  const auto delegation_of = [&](const std::string& station) {
    for (const auto& head : signed_heads)
      if (head.station == station) return head.delegation;
    return std::string();
  };
  // The whole log of the first station written anew with a change, by who holds another key.
  Tally tally;
  base::SeededRandom random(77);
  const base::SigningKey stranger = base::new_signing_key(random);
  for (const base::SigningKey& key : {two.key, stranger, bundle.logs[0].key}) {
    for (std::size_t changed = 0; changed < one.lines.size(); ++changed) {
      central::test::StationLog forged = one;
      std::string& line = forged.lines[changed];
      line.replace(line.find("\"rtt_ms\":") + 9, 1, "9");
      const bool same = line == one.lines[changed];
      if (same) continue;
      forged.key = key;
      for (const std::string& delegation :
           {delegation_of(one.station), delegation_of(two.station),
            record::sign_delegation({one.station, 1, {one.station, key.public_key}, central::test::noon()},
                                    bundle.centre.name, key)}) {
        record::LogVerifier verifier(bundle.centre);
        // The true heads are still in somebody's hands; with them even the station's own key cannot write a second history.
        for (const auto& head : signed_heads) verifier.add_head(head);
        verifier.add_head({one.station, 1, forged.checkpoint(forged.lines.size()), delegation, {}});
        std::uint64_t place = 0;
        for (const auto& l : forged.lines) verifier.add_line(l, ++place);
        for (const auto& l : two.lines) verifier.add_line(l, ++place);
        tally.look(verifier.finish(), "forged line " + std::to_string(changed));
      }
    }
  }
  tally.check("forged");
}

TEST_CASE("a centre whose database was edited by hand hands out what does not verify", "[tamper]") {
  std::vector<std::string> edits;
  for (int pos = 1; pos <= 14; ++pos) {
    const std::string at = " WHERE pos=" + std::to_string(pos);
    edits.push_back("UPDATE record SET line=replace(line,'rtt_ms','rtt_mS')" + at);
    edits.push_back("UPDATE record SET line=replace(line,'clock.anchored','clock.anchoreD')" + at);
    edits.push_back("UPDATE record SET line=''" + at);
    edits.push_back("DELETE FROM record" + at);
    edits.push_back("UPDATE record SET line=(SELECT line FROM record AS other WHERE other.pos=" +
                    std::to_string(pos % 14 + 1) + ")" + at);
  }
  edits.push_back("UPDATE station_head SET checkpoint=(SELECT checkpoint FROM station_head WHERE station='440902-002') "
                  "WHERE station='440902-001'");
  edits.push_back("UPDATE station_head SET delegation=(SELECT delegation FROM station_head WHERE station='440902-002') "
                  "WHERE station='440902-001'");
  Exported rig;
  rig.city.centre.reset();
  const std::string file = (rig.city.folder.path / "centre.db").string();
  const std::string whole = base::read_file(file).value();
  std::uint64_t undetected = 0;
  std::string first;
  for (const std::string& edit : edits) {
    std::filesystem::remove(file + "-wal");
    REQUIRE(base::write_file(file, whole));
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, edit.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_changes(db) > 0);
    sqlite3_close(db);
    rig.city.open();
    rig.write("token", rig.city.token(central::Role::administrator) + "\n");
    const auto ran = rig.ask({"verify"});
    if (ran.status == 0 || (ran.out + ran.err).empty()) {
      ++undetected;
      if (first.empty()) first = edit + "\n" + ran.out;
    }
    rig.city.centre.reset();
  }
  INFO(first);
  CHECK(undetected == 0);
  test::figure("tamper.database.tried", edits.size());
  test::figure("tamper.database.undetected", undetected);
}
