#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

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

class Database;

// A prepared statement in use: bind in order, then step through rows. It is given back when the query goes out of
// scope, so no read stays open behind the back of the write-ahead log. The same statement is never in use twice at
// once.
class Query {
 public:
  Query(Database& db, sqlite3_stmt* statement, bool& busy);
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  template <class T>
  Query& bind(const T& value) & {
    put(value);
    return *this;
  }
  template <class T>
  Query&& bind(const T& value) && {
    put(value);
    return std::move(*this);
  }
  Query&& bind_blob(std::span<const std::uint8_t> value) &&;
  Query& bind_blob(std::span<const std::uint8_t> value) &;

  bool row();                                      // the next row, or false at the end
  void done();                                     // runs to the end, expecting no row
  std::int64_t number(std::int64_t fallback = 0);  // first column of the first row
  std::string word();                              // the same as text; empty without a row

  std::int64_t integer(int column) const;
  int small(int column) const { return static_cast<int>(integer(column)); }
  std::string text(int column) const;
  base::Bytes blob(int column) const;

 private:
  void need_memory() const;
  void put(std::int64_t v);
  void put(int v) { put(static_cast<std::int64_t>(v)); }
  void put(bool v) { put(static_cast<std::int64_t>(v)); }
  void put(std::uint64_t v) { put(static_cast<std::int64_t>(v)); }
  void put(std::string_view v);
  void put(const std::string& v) { put(std::string_view(v)); }
  void put(const char* v) { put(std::string_view(v)); }

  Database& db_;
  sqlite3_stmt* statement_;
  bool* busy_;
  int next_ = 1;
};

// One connection, exclusive, WAL with FULL synchronisation, no memory mapping. One thread. The default VFS is used, so
// that faults can be injected underneath.
class Database {
 public:
  // Opens, or creates where `create` allows it. Throws StorageError with a sentence for the maintainer.
  Database(const std::string& path, bool create);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql);                     // statements without parameters or results
  Query query(const char* sql);                  // compiled once and kept, known by its text
  std::int64_t changes() const;                  // rows touched by the last statement
  void check(int code, const char* what) const;  // throws StorageError unless OK, ROW or DONE

 private:
  void close();

  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    bool busy = false;
  };
  sqlite3* db_ = nullptr;
  std::string path_;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, Prepared, TextHash, std::equal_to<>> statements_;  // by their text
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
