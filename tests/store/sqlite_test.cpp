#include "kiosk/store/sqlite.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace station::store;

TEST_CASE("a statement is known by its text, not by where the text lies", "[store]") {
  Database db(":memory:", true);
  char sql[] = "SELECT 1";
  CHECK(db.query(sql).number() == 1);
  std::memcpy(sql, "SELECT 2", sizeof sql);
  CHECK(db.query(sql).number() == 2);
  CHECK(db.query("SELECT 1").number() == 1);
}
