#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/bytes.h"
#include "sync/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace station::store {

// A storage error is final: the caller stops confirming anything. Thrown inside this folder only; Ledger's public
// functions turn it into values.
struct StorageError {
  std::string detail;
};

class Statement;

// One connection, exclusive, WAL with FULL synchronisation, no memory mapping. One thread. The default VFS is used, so
// that faults can be injected underneath.
class Database {
 public:
  // Opens or creates. Throws StorageError with a sentence for the maintainer.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);                     // statements without parameters or results
  Statement& prepared(const char* sql);          // compiled once, kept; `sql` must be a literal
  std::int64_t changes() const;                  // rows touched by the last statement
  void check(int code, const char* what) const;  // throws StorageError unless OK, ROW or DONE

  sqlite3* handle() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
  std::vector<std::pair<const char*, std::unique_ptr<Statement>>> statements_;
};

// A prepared statement in use: bind in order, then step through rows. Resets itself when it goes out of use.
class Statement {
 public:
  Statement(Database& db, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& reset();
  Statement& bind(std::int64_t v);
  Statement& bind(int v) { return bind(static_cast<std::int64_t>(v)); }
  Statement& bind(std::uint64_t v) { return bind(static_cast<std::int64_t>(v)); }
  Statement& bind(std::string_view v);
  Statement& bind(const char* v) { return bind(std::string_view(v)); }
  Statement& bind(const std::string& v) { return bind(std::string_view(v)); }
  Statement& bind_blob(std::span<const std::uint8_t> v);
  Statement& bind_null();

  bool row();   // the next row, or false at the end
  void done();  // runs to the end, expecting no row

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  base::Bytes blob(int column) const;
  bool is_null(int column) const;

 private:
  Database& db_;
  sqlite3_stmt* statement_ = nullptr;
  int next_ = 1;
};

// Rolls back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& db);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& db_;
  bool open_ = true;
};

}  // namespace station::store
