#include "sync/central/store/store.h"

#include "sync/central/store/move.h"
#include "sync/central/store/postgres_store.h"
#include "sync/central/store/schema_text.h"
#include "sync/central/store/sqlite_store.h"
#include "tests/central/city.h"

using namespace station;
using namespace station::central;
using namespace station::central::test;

namespace {

// The store of this run: SQLite, or PostgreSQL when STATION_POSTGRES names a server.
struct Shelf {
  Folder folder;
  Database database;
  std::unique_ptr<Store> store;

  Shelf() { open(); }
  void open() {
    store.reset();
    store = database.url().empty() ? open_sqlite(folder.path / "centre.db") : open_postgres(database.url());
  }
  void put(std::uint64_t pos, std::string_view line = "{}") {
    store->append({pos, 3, "440902-001", 1, pos - 1, "clock.anchored", "", line});
  }
  std::string positions() {
    std::string out;
    auto& s = store->prepared("SELECT pos FROM record ORDER BY pos");
    while (s.row()) out += s.text(0) + " ";
    return out;
  }
};

void set_meta(Store& store, std::string_view key, std::string_view value) {
  store.prepared("INSERT INTO meta VALUES($1,$2) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
      .bind(key)
      .bind(value)
      .done();
}

std::string meta(Store& store, std::string_view key) {
  auto& s = store.prepared("SELECT value FROM meta WHERE key=$1");
  s.bind(key);
  return s.row() ? s.text(0) : "-";
}

}  // namespace

TEST_CASE("a store gives back whole numbers, text and bytes as they were bound", "[central][store]") {
  Shelf shelf;
  Store& store = *shelf.store;
  const std::string bytes("\x00\xFF'\n", 4), text = "王师傅 \\ ' \" \t", line = R"({"a":"ü"})";
  store.begin();
  store.prepared("INSERT INTO pack VALUES($1,$2,$3,$4,$5)").bind("ab").bind(text).bind(-7).bind(INT64_MAX).bind_blob(bytes).done();
  CHECK(store.changes() == 1);
  shelf.put(1, line);
  store.commit();
  shelf.open();
  auto& s = shelf.store->prepared("SELECT name, version, published, bytes, length(bytes) FROM pack WHERE sha256=$1");
  s.bind("ab");
  REQUIRE(s.row());
  CHECK(s.view(0) == text);
  CHECK(s.integer(1) == -7);
  CHECK(s.integer(2) == INT64_MAX);
  CHECK(s.view(2) == "9223372036854775807");
  CHECK(s.view(3) == bytes);
  CHECK(s.integer(4) == 4);
  CHECK_FALSE(s.row());
  auto& r = shelf.store->prepared("SELECT line, seq, bucket FROM record WHERE pos=$1");
  r.bind(1);
  REQUIRE(r.row());
  CHECK(r.view(0) == line);
  CHECK(r.integer(1) == 0);
  CHECK(r.integer(2) == 3);
}

TEST_CASE("a store counts the rows that the last statement touched", "[central][store]") {
  Shelf shelf;
  Store& store = *shelf.store;
  store.begin();
  for (const char* key : {"a", "b", "c"}) set_meta(store, key, "1");
  store.prepared("INSERT INTO meta VALUES($1,'2') ON CONFLICT DO NOTHING").bind("a").done();
  CHECK(store.changes() == 0);
  store.prepared("UPDATE meta SET value='3' WHERE key<=$1").bind("b").done();
  CHECK(store.changes() == 2);
  store.once("DELETE FROM meta WHERE key='c'")->done();
  CHECK(store.changes() == 1);
  store.commit();
  CHECK(meta(store, "a") == "3");
}

TEST_CASE("what a savepoint takes back is gone, records too, and what stood before it stays", "[central][store]") {
  Shelf shelf;
  Store& store = *shelf.store;
  store.begin();
  store.savepoint();
  shelf.put(1);
  set_meta(store, "first", "kept");
  store.release();

  store.savepoint();
  shelf.put(2);
  set_meta(store, "second", "lost");
  const bool looked = GENERATE(false, true);
  if (looked) CHECK(shelf.positions() == "1 2 ");  // a row is there for every later statement
  store.rollback_to();
  store.release();
  CHECK(shelf.positions() == "1 ");

  store.savepoint();
  shelf.put(2, "another");
  store.release();
  store.savepoint();
  if (looked) CHECK(shelf.positions() == "1 2 ");
  store.rollback_to();
  store.release();
  store.commit();
  shelf.open();
  CHECK(shelf.positions() == "1 2 ");
  CHECK(meta(*shelf.store, "first") == "kept");
  CHECK(meta(*shelf.store, "second") == "-");
}

TEST_CASE("a transaction that is rolled back leaves nothing", "[central][store]") {
  Shelf shelf;
  shelf.store->begin();
  shelf.put(1);
  set_meta(*shelf.store, "a", "1");
  shelf.store->rollback();
  shelf.store->begin();
  set_meta(*shelf.store, "b", "1");
  shelf.store->commit();
  CHECK(shelf.positions().empty());
  CHECK(meta(*shelf.store, "a") == "-");
  CHECK(meta(*shelf.store, "b") == "1");
}

TEST_CASE("many statements in a row wait for nothing and lose nothing", "[central][store]") {
  Shelf shelf;
  Store& store = *shelf.store;
  store.begin();
  for (int i = 0; i < 1000; ++i) set_meta(store, "k" + std::to_string(i), std::to_string(i));
  for (std::uint64_t pos = 1; pos <= 500; ++pos) shelf.put(pos, std::string(2000, 'x'));
  store.commit();
  auto& s = store.prepared("SELECT COUNT(*) FROM meta WHERE key>='k'");
  REQUIRE(s.row());
  CHECK(s.integer(0) == 1000);
  auto& r = store.prepared("SELECT COUNT(*), MAX(pos) FROM record");
  REQUIRE(r.row());
  CHECK(r.integer(0) == 500);
  CHECK(r.integer(1) == 500);
}

TEST_CASE("text is ordered by its bytes", "[central][store]") {
  Shelf shelf;
  shelf.store->begin();
  for (const char* key : {"b", "B", "a-1", "a1", "é", "z"}) set_meta(*shelf.store, key, "");
  shelf.store->commit();
  std::string out;
  auto& s = shelf.store->prepared("SELECT key FROM meta ORDER BY key");
  while (s.row()) out += s.text(0) + " ";
  CHECK(out == "B a-1 a1 b z é ");
}

TEST_CASE("the columns that the schema's text names are those of the database", "[central][store][sqlite]") {
  Shelf shelf;
  std::size_t tables = 0;
  const auto count = shelf.store->once("SELECT COUNT(*) FROM sqlite_schema WHERE type='table'");
  REQUIRE(count->row());
  for (const Table& table : schema_tables()) {
    ++tables;
    std::string said, found;
    for (const Column& c : table.columns)
      said += c.name + (c.type == ColumnType::integer ? " INTEGER," : c.type == ColumnType::text ? " TEXT," : " BLOB,");
    const auto s = shelf.store->once("SELECT name, type FROM pragma_table_info('" + table.name + "')");
    while (s->row()) found += s->text(0) + " " + s->text(1) + ",";
    CHECK(said == found);
  }
  CHECK(static_cast<std::int64_t>(tables) == count->integer(0));
}

TEST_CASE("a record that names things at unbearable length harms nobody", "[central][store]") {
  City city;
  auto log = city.enrol("440902-007");
  const std::string rider = "0123456789abcdef0123456789abcdef", endless(5000, 'x');
  log.add("visit.checked_in", rider, R"({"visit":")" + endless + R"(","method":"card"})");
  log.add("attendance.tick", rider, R"({"course":")" + endless + R"(","session":"s"})");
  log.add("points.earned", endless, R"({"transfer":"t","points":1,"reason":"lesson","ref":"r"})");
  log.add("device.fault_raised", "", R"({"code":"F1","place":")" + endless + R"(","detail":"d"})");
  log.add("complaint.filed", rider, R"({"complaint":"a\u0000b","about":"box","ref":"\u0000","category":"c"})");
  log.add("visit.checked_in", rider, R"({"visit":"v1","method":"card"})");
  CHECK(city.send(log.push_all()).body == R"({"status":"ok","next":6})");
  CHECK(city.pull() == log.lines);
  CHECK(lines_of(city.get("/v1/quarantine").body).size() == 4);
  CHECK(city.get("/v1/records?subject=%00%ff%fe").status == 400);
  CHECK(city.get("/v1/certificates?subject=%00%ff").status == 200);
}

TEST_CASE("on PostgreSQL what one request cannot store costs that request alone", "[.][postgres]") {
  Shelf shelf;
  Store& store = *shelf.store;
  base::SeededRandom random(5);
  std::string noise;  // nothing that would become short by compression
  while (noise.size() < 9000) noise += std::to_string(random.next());
  store.begin();
  store.savepoint();
  set_meta(store, "good", "1");
  shelf.put(1);
  store.release();
  store.savepoint();
  shelf.put(2);
  set_meta(store, noise, "too long for an index");
  CHECK_THROWS_AS(store.release(), DataError);
  store.rollback_to();
  store.release();
  store.savepoint();
  set_meta(store, "after", "1");
  shelf.put(2);
  store.release();
  store.commit();
  CHECK(meta(store, "good") == "1");
  CHECK(meta(store, "after") == "1");
  CHECK(shelf.positions() == "1 2 ");
}

TEST_CASE("PostgreSQL lets one centre in, and a server that went away is an error", "[.][postgres]") {
  City city;
  auto log = city.enrol("440902-001");
  log.add("clock.anchored", "", "{}");
  city.send(log.push_all());
  run_sql(city.database.url(),
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=current_database() AND "
          "pid<>pg_backend_pid()");
  log.add("clock.anchored", "", "{}");
  CHECK(city.send(log.push_all()).status == 503);
  CHECK(city.centre->broken());
  city.restart();
  CHECK(city.send(log.push_all()).status == 200);
  CHECK(city.pull() == log.lines);
}

TEST_CASE("PostgreSQL holds records in partitions by their station's bucket", "[.][postgres]") {
  City city;
  for (int i = 1; i <= 40; ++i) {
    auto log = city.enrol("440902-" + std::to_string(100 + i));
    log.add("clock.anchored", "", "{}");
    city.send(log.push_all());
  }
  CHECK(run_sql(city.database.url(), "SELECT COUNT(*) FROM pg_inherits WHERE inhparent='record'::regclass") == "16");
  CHECK(std::stoi(run_sql(city.database.url(), "SELECT COUNT(DISTINCT tableoid) FROM record")) > 8);
  CHECK(run_sql(city.database.url(), "SELECT COUNT(*) FROM record") == "40");
}

TEST_CASE("a schema of a newer program is refused on PostgreSQL, too", "[.][postgres]") {
  Shelf shelf;
  shelf.store.reset();
  run_sql(shelf.database.url(), "INSERT INTO schema_version VALUES(1000)");
  try {
    open_postgres(shelf.database.url());
    FAIL("it was opened");
  } catch (const StorageError& e) {
    CHECK(e.detail.find("newer program") != std::string::npos);
  }
}

TEST_CASE("a city moves from SQLite to PostgreSQL and back and loses no position", "[.][postgres]") {
  Folder folder;
  Database database;
  base::ManualClock clock(noon());
  base::SeededRandom random(11);
  const auto open = [&](bool postgres) {
    CentreOptions options;
    options.data = folder.path;
    options.config = std::string(STATION_SOURCE_DIR) + "/config";
    options.pin_cost = base::PinCost::test;
    if (postgres) options.postgres = database.url();
    return Centre::open(std::move(options), clock, random);
  };
  const auto move = [&](bool to_postgres) {
    const auto sqlite = open_sqlite(folder.path / "centre.db"), postgres = open_postgres(database.url());
    return to_postgres ? move_city(*sqlite, *postgres, [](std::uint64_t) {})
                       : move_city(*postgres, *sqlite, [](std::uint64_t) {});
  };
  StationLog log("440902-007", 3);
  std::string cursor, token, dump;
  std::uint64_t feed = 0;
  {
    auto centre = open(false).value();
    log.inc = centre->admit({log.station, "North", log.key.public_key})->inc;
    for (int i = 0; i < 300; ++i)
      log.add("visit.checked_in", "0123456789abcdef0123456789abcdef",
              R"({"visit":"v)" + std::to_string(i) + R"(","method":"card"})");
    REQUIRE(centre->handle(log.push(0, 200)).status == 200);
    token = centre->new_token(Role::administrator, "desk", std::chrono::hours(99)).value();
    const auto page =
        centre->handle({"GET", "/v1/records?limit=150", {{"authorization", "Bearer " + token}}, {}, {}});
    cursor = text_member(lines_of(page.body).back(), "cursor");
    feed = centre->feed_position(log.station);
    dump = centre->projection_dump().value();
  }
  const Moved moved = move(true);
  CHECK(moved.records == 200);
  {
    const auto old = open(false);
    REQUIRE_FALSE(old);
    CHECK(old.error().message.find("moved to postgres") != std::string::npos);
    auto centre = open(true).value();
    CHECK(centre->projection_dump().value() == dump);
    CHECK(centre->feed_position(log.station) == feed);
    CHECK(centre->handle(log.push(100, 200)).body == R"({"status":"ok","next":300})");
    const auto page =
        centre->handle({"GET", "/v1/records?cursor=" + cursor, {{"authorization", "Bearer " + token}}, {}, {}});
    REQUIRE(page.status == 200);
    auto lines = lines_of(page.body);
    lines.pop_back();
    CHECK(lines == std::vector<std::string>(log.lines.begin() + 150, log.lines.end()));
    dump = centre->projection_dump().value();
  }
  CHECK_THROWS_AS(move(false), StorageError);  // the old store is not empty
  std::filesystem::rename(folder.path / "centre.db", folder.path / "old.db");
  std::filesystem::remove(folder.path / "centre.db-wal");
  CHECK(move(false).records == 300);
  auto centre = open(false).value();
  CHECK(centre->projection_dump().value() == dump);
  CHECK(centre->handle(log.push_all()).body == R"({"status":"ok","next":300})");
}
