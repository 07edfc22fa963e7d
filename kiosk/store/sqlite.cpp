#include "kiosk/store/sqlite.h"

#include <sqlite3.h>

#include <cstring>

namespace station::store {

Database::Database(const std::string& path) {
  const int code = sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const std::string why = db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
    sqlite3_close_v2(db_);
    throw StorageError{path + ": cannot be opened: " + why};
  }
  try {
    // Exclusive locking comes first: with it, the write-ahead index stays in memory and no second process can join.
    run("PRAGMA locking_mode=EXCLUSIVE");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("PRAGMA foreign_keys=ON");
    run("PRAGMA mmap_size=0");
    run("PRAGMA cache_size=-16000");
  } catch (const StorageError& e) {
    sqlite3_close_v2(db_);
    throw StorageError{path + ": " + e.detail};
  }
}

Database::~Database() {
  statements_.clear();
  sqlite3_close_v2(db_);
}

void Database::check(int code, const char* what) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  throw StorageError{std::string(what) + ": " + sqlite3_errmsg(db_)};
}

void Database::run(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), sql); }

Statement& Database::prepared(const char* sql) {
  for (auto& [key, statement] : statements_)
    if (key == sql || std::strcmp(key, sql) == 0) return statement->reset();
  statements_.emplace_back(sql, std::make_unique<Statement>(*this, sql));
  return *statements_.back().second;
}

std::int64_t Database::changes() const { return sqlite3_changes64(db_); }

Statement::Statement(Database& db, const char* sql) : db_(db) {
  db_.check(sqlite3_prepare_v3(db_.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr), sql);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  next_ = 1;
  return *this;
}

Statement& Statement::bind(std::int64_t v) {
  db_.check(sqlite3_bind_int64(statement_, next_++, v), "bind");
  return *this;
}

Statement& Statement::bind(std::string_view v) {
  db_.check(sqlite3_bind_text64(statement_, next_++, v.data() ? v.data() : "", v.size(), SQLITE_TRANSIENT, SQLITE_UTF8), "bind");
  return *this;
}

Statement& Statement::bind_blob(std::span<const std::uint8_t> v) {
  db_.check(sqlite3_bind_blob64(statement_, next_++, v.empty() ? "" : static_cast<const void*>(v.data()), v.size(),
                                SQLITE_TRANSIENT),
            "bind");
  return *this;
}

Statement& Statement::bind_null() {
  db_.check(sqlite3_bind_null(statement_, next_++), "bind");
  return *this;
}

bool Statement::row() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    const std::string why = sqlite3_errmsg(db_.handle());
    sqlite3_reset(statement_);
    throw StorageError{"database: " + why};
  }
  sqlite3_reset(statement_);
  return false;
}

void Statement::done() {
  while (row()) {
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

base::Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return data ? base::Bytes(data, data + sqlite3_column_bytes(statement_, column)) : base::Bytes();
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

// IMMEDIATE: the write lock is taken at once, so nothing can fail halfway because of somebody else's lock.
Transaction::Transaction(Database& db) : db_(db) { db_.run("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (open_) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  db_.run("COMMIT");
  open_ = false;
}

}  // namespace station::store
