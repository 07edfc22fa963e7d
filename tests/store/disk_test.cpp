#include <fstream>

#include "failing_disk.h"
#include "kiosk/store/schema.h"
#include "rig.h"

using namespace station;
using namespace station::test;
using Catch::Matchers::Contains;

namespace {

std::string why_not(Rig& rig) {
  rig.ledger.reset();
  const auto opened = store::Ledger::open(rig.identity, rig.options, rig.clock, rig.random);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == base::Errc::io);
  return opened.error().message;
}

// Changes the file behind the ledger's back.
void tamper(Rig& rig, const char* sql) {
  rig.ledger.reset();
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(rig.options.path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

void busy_day(Rig& rig) {
  rig.add_wang();
  rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
  rig.study("", "S1", 60s);
}

}  // namespace

TEST_CASE("a disk that fails at any write confirms nothing that is not there after the restart", "[store]") {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    for (int after = 0;; ++after) {
      FailingDisk disk;
      std::uint64_t announced = 0;
      Rig rig;
      rig.options.on_committed = [&](const std::string&, std::uint32_t, std::uint64_t seq, const base::Digest&) {
        announced = seq + 1;
      };
      rig.crash();
      rig.add_wang();
      disk.fail_after(after, code);
      const auto tap = rig.any(flow::TapCard{"04A23B7C", "R1"});
      const auto attended = rig.any(flow::Attend{kWang, "", "S1", "L01", "s1", "start", rig.clock.mono(), false, ""});
      const bool failed =
          std::holds_alternative<flow::StorageFailed>(tap) || std::holds_alternative<flow::StorageFailed>(attended);
      CHECK(rig.ledger->broken() == failed);
      if (failed) {
        // Final: nothing more is confirmed in this run, although the disk works again.
        disk.heal();
        const auto later = rig.any(flow::LeaveStation{kWang, "rider"});
        REQUIRE(std::holds_alternative<flow::StorageFailed>(later));
        CHECK_FALSE(std::get<flow::StorageFailed>(later).detail.empty());
        CHECK_FALSE(rig.ledger->set_confirmed(0));
        CHECK_FALSE(rig.ledger->lines(0, 1, 1000));
        CHECK_FALSE(rig.ledger->apply({}));
      }
      disk.heal();
      const std::uint64_t promised = announced;
      rig.crash();
      CHECK(rig.ledger->log_size() > promised);
      // What was not confirmed may be there all the same (the last sync failed), but never in part.
      const int visits = rig.wang().visits;
      CHECK(visits >= (std::holds_alternative<flow::Welcome>(tap) ? 1 : 0));
      CHECK(rig.bodies(record::kCheckedIn).size() == static_cast<std::size_t>(visits));
      CHECK(rig.wang().points == 5 * visits);
      rig.consistent();
      rig.ask<flow::Welcome>(flow::TapCard{"04A23B7C", "R1"});
      if (!failed) {
        CHECK(after > 3);
        break;
      }
      REQUIRE(after < 100);
    }
  }
}

TEST_CASE("a full disk is called so", "[store]") {
  FailingDisk disk;
  Rig rig;
  rig.add_wang();
  disk.fail_after(0, SQLITE_FULL);
  CHECK_THAT(rig.ask<flow::StorageFailed>(flow::TapCard{"04A23B7C", "R1"}).detail, Contains("disk is full"));
  CHECK(rig.ledger->station().id.empty());
}

TEST_CASE("a start on a disk that fails says so and leaves the file as it was", "[store]") {
  FailingDisk disk;
  Rig rig;
  busy_day(rig);
  const std::uint64_t size = rig.ledger->log_size();
  rig.ledger.reset();
  disk.fail_after(0, SQLITE_FULL);
  CHECK_THAT(why_not(rig), Contains("disk is full"));
  disk.heal();
  rig.open();
  CHECK(rig.ledger->log_size() == size + 1);
  rig.consistent();
}

TEST_CASE("a clean stop and a cut are told apart", "[store]") {
  Rig rig;
  rig.ledger->close();
  rig.open();
  rig.open();
  const auto starts = rig.bodies(record::kStationStarted);
  REQUIRE(starts.size() == 3);
  CHECK(starts[0]["unclean"] == false);
  CHECK(starts[1]["unclean"] == false);
  CHECK(starts[2]["unclean"] == true);
  CHECK(starts[2]["schema"] == store::schema_version());
}

TEST_CASE("a file that is no database is refused with a sentence", "[store]") {
  Rig rig;
  rig.ledger.reset();
  std::ofstream(rig.options.path, std::ios::trunc) << std::string(8192, 'x');
  CHECK_THAT(why_not(rig), Contains("is damaged") && Contains("backup"));
}

TEST_CASE("a damaged page is refused with a sentence", "[store]") {
  Rig rig;
  busy_day(rig);
  rig.ledger->close();
  rig.ledger.reset();
  {
    std::fstream file(rig.options.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const std::string noise(4096 * 8, '\x5a');
    file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
  CHECK_THAT(why_not(rig), Contains("is damaged"));
}

TEST_CASE("a database of a newer program is refused", "[store]") {
  Rig rig;
  tamper(rig, "PRAGMA user_version=99");
  CHECK_THAT(why_not(rig), Contains("newer program") && Contains("99"));
}

TEST_CASE("a database of another station or incarnation is refused", "[store]") {
  Rig rig;
  rig.identity.station = "440902-008";
  CHECK_THAT(why_not(rig), Contains("440902-007") && Contains("440902-008"));
  rig.identity.station = "440902-007";
  rig.identity.inc = 2;
  CHECK_THAT(why_not(rig), Contains("incarnation 1"));
}

TEST_CASE("a lost database is not replaced by an empty one unless that is wanted", "[store]") {
  Rig rig;
  rig.ledger.reset();
  rig.options.path += "-elsewhere";
  rig.options.create = false;
  CHECK_THAT(why_not(rig), Contains("cannot be opened"));
}

TEST_CASE("a second program cannot use the database", "[store]") {
  Rig rig;
  const auto second = store::Ledger::open(rig.identity, rig.options, rig.clock, rig.random);
  REQUIRE_FALSE(second);
  CHECK_THAT(second.error().message, Contains("in use"));
}

TEST_CASE("a changed, missing or cut record at the end of the log is found at start", "[store]") {
  const char* changes[] = {
      "UPDATE record SET line=replace(line,'attendance','attendanke') WHERE seq=(SELECT MAX(seq)-1 FROM record)",
      "DELETE FROM record WHERE seq=(SELECT MAX(seq) FROM record)",
      "DELETE FROM record WHERE seq=(SELECT MAX(seq)-2 FROM record)", "UPDATE log_head SET size=size-1",
      "UPDATE log_head SET edge=x'00'"};
  for (const char* change : changes) {
    Rig rig;
    busy_day(rig);
    tamper(rig, change);
    INFO(change);
    CHECK_FALSE(why_not(rig).empty());
  }
}

TEST_CASE("what does not follow from the log is found by the comparison", "[store]") {
  const std::pair<const char*, const char*> changes[] = {
      {"UPDATE points_transfer SET points=500", "points"},
      {"UPDATE visit SET open=0", "visits"},
      {"DELETE FROM points_transfer", "points"},
      {"INSERT INTO lesson_done VALUES('x','L02','',0)", "lessons"},
      {"INSERT INTO fault VALUES('port.silent','P1','',0)", "faults"},
      {"UPDATE record SET line=replace(line,'\"step\":\"s1\"','\"step\":\"s9\"') WHERE seq=5", "root"}};
  for (const auto& [change, word] : changes) {
    Rig rig;
    busy_day(rig);
    rig.grow(400);
    tamper(rig, change);
    rig.open();  // far from the end of the log: not seen at start
    INFO(change);
    CHECK_THAT(rig.ledger->compare_with_log(), Contains(word));
  }
}
