#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sync/base/bytes.h"

// The centre's database behind one interface. SQL is written for SQLite and PostgreSQL alike: parameters $1, $2 … in
// the order of their first use, INSERT … ON CONFLICT, no sequences, no triggers, no foreign keys across keys.
namespace station::central {

// The disk or the database failed: final for this process. Thrown inside this folder only.
struct StorageError {
  std::string detail;
};
// The database refuses what one request wants to write (too long for an index, for example): of that request alone,
// which is rolled back to its savepoint.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A prepared statement in use: bind in order, then step through rows.
class Statement {
 public:
  virtual ~Statement() = default;
  virtual Statement& bind(std::int64_t v) = 0;
  virtual Statement& bind(std::string_view v) = 0;
  virtual Statement& bind_blob(std::string_view v) = 0;
  virtual Statement& bind_kept(std::string_view v) = 0;  // text that stays where it is until the statement has run
  Statement& bind(int v) { return bind(static_cast<std::int64_t>(v)); }
  Statement& bind(unsigned v) { return bind(static_cast<std::int64_t>(v)); }
  Statement& bind(std::uint64_t v) { return bind(static_cast<std::int64_t>(v)); }
  Statement& bind(bool v) { return bind(static_cast<std::int64_t>(v)); }
  Statement& bind(const char* v) { return bind(std::string_view(v)); }
  Statement& bind(const std::string& v) { return bind(std::string_view(v)); }

  virtual bool row() = 0;  // the next row, or false at the end
  void done() {            // runs to the end
    while (row()) {
    }
  }

  virtual std::int64_t integer(int column) const = 0;
  std::uint64_t position(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  // Valid until the next call of row() or the next use of this statement.
  virtual std::string_view view(int column) const = 0;
  std::string text(int column) const { return std::string(view(column)); }
};

// A record on its way into the table of the same name.
struct RecordRow {
  std::uint64_t pos = 0;
  int bucket = 0;
  std::string_view station;
  std::uint32_t inc = 1;
  std::uint64_t seq = 0;
  std::string_view type, subject, line;
};

// A copy of the whole store that is being made while the store is in use.
class StoreCopy {
 public:
  virtual ~StoreCopy() = default;
  virtual bool step() = 0;  // a part of it; false when the copy is complete and on the disk
};

// One connection and one thread. Every function throws StorageError when the disk or the database fails.
class Store {
 public:
  virtual ~Store() = default;

  // Compiled once and kept; `sql` must be a literal. One use at a time: ask again for each run.
  virtual Statement& prepared(const char* sql) = 0;
  // One statement that is not worth keeping.
  virtual std::unique_ptr<Statement> once(const std::string& sql) = 0;
  virtual std::int64_t changes() = 0;  // rows touched by the last statement
  // The one table that is written in bulk. The row is there for every later statement of this transaction.
  virtual void append(const RecordRow& row) = 0;

  virtual void begin() = 0;
  virtual void commit() = 0;  // returns when everything is on the disk
  virtual void rollback() = 0;
  virtual void savepoint() = 0;  // not nested
  virtual void release() = 0;
  virtual void rollback_to() = 0;

  // Outside of transactions. Null where the database brings a tool for it. Throws std::runtime_error, in step(), too,
  // when the target cannot be written; the store itself is as it was.
  virtual std::unique_ptr<StoreCopy> copy_to(const std::string& file) = 0;

  virtual const char* kind() const = 0;  // "sqlite" or "postgres"
};

}  // namespace station::central
