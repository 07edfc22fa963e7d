#include "tests/crash/database.h"

#include <functional>
#include <string_view>
#include <vector>

namespace station::crash {

namespace {

struct Connection {
  sqlite3* db = nullptr;
  ~Connection() { sqlite3_close_v2(db); }
};

// Each row, its columns by their bytes; a sentence when it cannot be read.
template <class Row>
std::string each(sqlite3* db, const std::string& sql, Row row) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return sqlite3_errmsg(db);
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) row(statement);
  sqlite3_finalize(statement);
  return code == SQLITE_DONE ? "" : sqlite3_errmsg(db);
}

std::string_view column(sqlite3_stmt* statement, int i) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement, i))};
}

void mix(std::uint64_t& digest, std::string_view text) {
  digest = (digest ^ std::hash<std::string_view>{}(text)) * 0x9e3779b97f4a7c15ULL + text.size() + 1;
}

}  // namespace

Contents look_into(PowerDisk& disk, const Files& files, const std::string& path) {
  Contents out;
  disk.load(files);
  if (!files.contains(path)) return out;
  Connection connection;
  if (sqlite3_open_v2(path.c_str(), &connection.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
    return {0, "cannot be opened"};
  sqlite3* db = connection.db;
  const auto complain = [&out](const std::string& what) {
    if (out.damage.empty()) out.damage = what;
  };
  complain(each(db, "PRAGMA locking_mode=EXCLUSIVE", [](sqlite3_stmt*) {}));
  std::vector<std::string> tables;
  complain(each(db, "SELECT name FROM sqlite_schema WHERE type='table' ORDER BY name",
                [&](sqlite3_stmt* s) { tables.emplace_back(column(s, 0)); }));
  complain(each(db, "PRAGMA integrity_check", [&](sqlite3_stmt* s) {
    if (column(s, 0) != "ok") complain("integrity: " + std::string(column(s, 0)));
  }));
  complain(each(db, "PRAGMA foreign_key_check", [&](sqlite3_stmt*) { complain("a reference leads nowhere"); }));
  for (const std::string& table : tables) {
    mix(out.digest, table);
    complain(each(db, "SELECT * FROM \"" + table + "\"", [&](sqlite3_stmt* s) {
      for (int i = 0; i < sqlite3_column_count(s); ++i) mix(out.digest, column(s, i));
    }));
  }
  return out;
}

}  // namespace station::crash
