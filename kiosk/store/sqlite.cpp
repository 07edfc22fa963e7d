#include "kiosk/store/sqlite.h"

#include <sqlite3.h>

#include "sync/base/check.h"

namespace station::store {

Database::Database(const std::string& path, bool create) : path_(path) {
  const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string why = db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
    sqlite3_close_v2(db_);
    throw StorageError{path + ": cannot be opened: " + why};
  }
  try {
    // Exclusive locking comes first: with it, the write-ahead index stays in memory and no second process can join.
    run("PRAGMA locking_mode=EXCLUSIVE");
    const std::string journal = query("PRAGMA journal_mode=WAL").word();
    if (journal != "wal" && path != ":memory:")
      throw StorageError{path + ": no write-ahead log is possible on this disk"};
    run("PRAGMA synchronous=FULL");
    run("PRAGMA secure_delete=ON");  // what is erased about a person is gone from the file, too
    run("PRAGMA foreign_keys=ON");
    run("PRAGMA mmap_size=0");
    run("PRAGMA cache_size=-16000");
  } catch (...) {
    close();
    throw;
  }
}

Database::~Database() {
  close();
}

void Database::close() {
  for (auto& [sql, prepared] : statements_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(db_);
}

void Database::check(int code, const char* what) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const std::string why = sqlite3_errmsg(db_);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw StorageError{path_ + " is damaged (" + why + "): bring back the last backup, or enrol the station anew"};
    case SQLITE_FULL:
      throw StorageError{path_ + ": the disk is full"};
    case SQLITE_BUSY:
      throw StorageError{path_ + " is in use by another program"};
    default:
      throw StorageError{path_ + ": " + what + ": " + why};
  }
}

void Database::run(const char* sql) {
  check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), sql);
}

Query Database::query(const char* sql) {
  auto found = statements_.find(std::string_view(sql));
  if (found == statements_.end()) found = statements_.try_emplace(sql).first;
  Prepared& p = found->second;
  if (!p.statement) check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &p.statement, nullptr), sql);
  return {*this, p.statement, p.busy};
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(db_);
}

Query::Query(Database& db, sqlite3_stmt* statement, bool& busy) : db_(db), statement_(statement), busy_(&busy) {
  STATION_CHECK(!busy, "a statement is in use once at a time");
  busy = true;
}

Query::Query(Query&& other) noexcept
    : db_(other.db_), statement_(other.statement_), busy_(std::exchange(other.busy_, nullptr)), next_(other.next_) {}

Query::~Query() {
  if (!busy_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  *busy_ = false;
}

void Query::put(std::int64_t v) {
  db_.check(sqlite3_bind_int64(statement_, next_++, v), "bind");
}

void Query::put(std::string_view v) {
  db_.check(sqlite3_bind_text64(statement_, next_++, v.data() ? v.data() : "", v.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
            "bind");
}

Query& Query::bind_blob(std::span<const std::uint8_t> v) & {
  const void* data = v.empty() ? "" : static_cast<const void*>(v.data());
  db_.check(sqlite3_bind_blob64(statement_, next_++, data, v.size(), SQLITE_TRANSIENT), "bind");
  return *this;
}

Query&& Query::bind_blob(std::span<const std::uint8_t> v) && {
  return std::move(bind_blob(v));
}

bool Query::row() {
  const int code = sqlite3_step(statement_);
  db_.check(code, "database");
  return code == SQLITE_ROW;
}

void Query::done() {
  while (row()) {
  }
}

std::int64_t Query::number(std::int64_t fallback) {
  return row() ? integer(0) : fallback;
}

std::string Query::word() {
  return row() ? text(0) : std::string();
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

// No value is returned for NULL and for an empty blob, but also where there was no memory for it: that must not pass for
// an empty text.
void Query::need_memory() const {
  const int code = sqlite3_errcode(sqlite3_db_handle(statement_));
  if (code == SQLITE_NOMEM) db_.check(code, "database");
}

std::string Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!data) need_memory();
  return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

base::Bytes Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (!data) need_memory();
  return data ? base::Bytes(data, data + sqlite3_column_bytes(statement_, column)) : base::Bytes();
}

// IMMEDIATE: the write lock is taken at once, so nothing can fail halfway because of somebody else's lock.
Transaction::Transaction(Database& db) : db_(db) {
  db_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    db_.run("ROLLBACK");
  } catch (const StorageError&) {
    // The database rolled back by itself, or cannot be used any more: either way nothing was committed.
  }
}

void Transaction::commit() {
  db_.run("COMMIT");
  open_ = false;
}

}  // namespace station::store
