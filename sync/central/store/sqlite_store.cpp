#include "sync/central/store/sqlite_store.h"

#include <sqlite3.h>

#include <unordered_map>
#include <utility>

#include "sync/central/store/schema.h"

namespace station::central {

namespace {

class SqliteStatement final : public Statement {
 public:
  SqliteStatement(sqlite3* db, const char* sql) : db_(db) {
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr), sql);
  }
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  SqliteStatement& again() {
    sqlite3_reset(statement_);
    next_ = 1;
    return *this;
  }

  using Statement::bind;
  Statement& bind(std::int64_t v) override {
    check(sqlite3_bind_int64(statement_, next_++, v), "bind");
    return *this;
  }
  // Transient: callers often bind temporaries, and a copy costs far less than the row's way to the disk.
  Statement& bind(std::string_view v) override {
    check(sqlite3_bind_text64(statement_, next_++, v.data() ? v.data() : "", v.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
          "bind");
    return *this;
  }
  Statement& bind_blob(std::string_view v) override {
    check(sqlite3_bind_blob64(statement_, next_++, v.data() ? v.data() : "", v.size(), SQLITE_TRANSIENT), "bind");
    return *this;
  }

  Statement& bind_kept(std::string_view v) override {
    check(sqlite3_bind_text64(statement_, next_++, v.data() ? v.data() : "", v.size(), SQLITE_STATIC, SQLITE_UTF8),
          "bind");
    return *this;
  }

  bool row() override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
      const std::string why = sqlite3_errmsg(db_);
      sqlite3_reset(statement_);
      throw StorageError{"database: " + why};
    }
    sqlite3_reset(statement_);
    return false;
  }

  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  std::string_view view(int column) const override {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                : std::string_view();
  }

 private:
  void check(int code, const char* what) const {
    if (code != SQLITE_OK) throw StorageError{std::string(what) + ": " + sqlite3_errmsg(db_)};
  }

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int next_ = 1;
};

// What the store's connection writes between two steps goes into the copy, too, so it is of the moment when it ends.
class SqliteCopy final : public StoreCopy {
 public:
  SqliteCopy(sqlite3* source, const std::string& file) : file_(file) {
    if (sqlite3_open_v2(file.c_str(), &target_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) == SQLITE_OK)
      backup_ = sqlite3_backup_init(target_, "main", source, "main");
    if (!backup_) give_up(sqlite3_errmsg(target_));
  }
  ~SqliteCopy() override {
    sqlite3_backup_finish(backup_);
    sqlite3_close_v2(target_);
  }
  SqliteCopy(const SqliteCopy&) = delete;
  SqliteCopy& operator=(const SqliteCopy&) = delete;

  bool step() override {
    constexpr int kPages = 500;  // a few milliseconds, in which nobody is answered
    const int code = sqlite3_backup_step(backup_, kPages);
    if (code == SQLITE_OK) return true;
    if (code != SQLITE_DONE) throw std::runtime_error(file_ + ": " + sqlite3_errstr(code));
    if (sqlite3_backup_finish(std::exchange(backup_, nullptr)) != SQLITE_OK) throw std::runtime_error(file_ + ": " + sqlite3_errmsg(target_));
    return false;
  }

 private:
  [[noreturn]] void give_up(const std::string& why) {
    sqlite3_close_v2(target_);
    throw std::runtime_error(file_ + ": " + why);
  }

  const std::string file_;
  sqlite3* target_ = nullptr;
  sqlite3_backup* backup_ = nullptr;
};

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::string& path) {
    const int code =
        sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    try {
      if (code != SQLITE_OK) throw StorageError{db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code)};
      // Exclusive locking comes first: with it the write-ahead index stays in memory and no second process can join.
      run("PRAGMA locking_mode=EXCLUSIVE");
      run("PRAGMA journal_mode=WAL");
      run("PRAGMA synchronous=FULL");
      run("PRAGMA foreign_keys=ON");
      run("PRAGMA mmap_size=0");
      run("PRAGMA cache_size=-65536");
      run("PRAGMA wal_autocheckpoint=4000");
      migrate();
    } catch (const StorageError& e) {
      sqlite3_close_v2(db_);
      throw StorageError{path + ": " + e.detail};
    }
  }
  ~SqliteStore() override {
    statements_.clear();
    sqlite3_close_v2(db_);
  }
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Statement& prepared(const char* sql) override {
    const auto there = statements_.find(sql);
    if (there != statements_.end()) return there->second->again();
    auto statement = std::make_unique<SqliteStatement>(db_, sql);  // may throw: the map holds whole ones only
    return statements_.emplace(sql, std::move(statement)).first->second->again();
  }
  std::unique_ptr<Statement> once(const std::string& sql) override {
    return std::make_unique<SqliteStatement>(db_, sql.c_str());
  }
  std::int64_t changes() override { return sqlite3_changes64(db_); }
  void append(const RecordRow& r) override {
    prepared("INSERT INTO record VALUES($1,$2,$3,$4,$5,$6,$7,$8)")
        .bind(r.pos)
        .bind(r.bucket)
        .bind_kept(r.station)
        .bind(r.inc)
        .bind(r.seq)
        .bind_kept(r.type)
        .bind_kept(r.subject)
        .bind_kept(r.line)
        .done();
  }
  std::unique_ptr<StoreCopy> copy_to(const std::string& file) override {
    return std::make_unique<SqliteCopy>(db_, file);
  }
  const char* kind() const override { return "sqlite"; }

  void begin() override { prepared("BEGIN").done(); }
  void commit() override {
    settle();
    prepared("COMMIT").done();
  }
  // After some errors SQLite has rolled back already; a second time is no harm.
  void rollback() override {
    settle();
    if (!sqlite3_get_autocommit(db_)) prepared("ROLLBACK").done();
  }
  void savepoint() override { prepared("SAVEPOINT request").done(); }
  void release() override { prepared("RELEASE request").done(); }
  void rollback_to() override {
    settle();
    prepared("ROLLBACK TO request").done();
  }

 private:
  void run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
      throw StorageError{std::string(sql).substr(0, 200) + ": " + sqlite3_errmsg(db_)};
  }

  // A statement that was left before its last row would keep a read open over the end of the transaction.
  void settle() {
    for (auto& [sql, statement] : statements_) statement->again();
  }

  void migrate() {
    int have = 0;
    {
      SqliteStatement version(db_, "PRAGMA user_version");
      if (version.row()) have = static_cast<int>(version.integer(0));
    }
    const auto all = migrations();
    if (have > static_cast<int>(all.size()))
      throw StorageError{"written by a newer program (schema " + std::to_string(have) + ", this program knows " +
                         std::to_string(all.size()) + "): update the program"};
    for (int v = have; v < static_cast<int>(all.size()); ++v) {
      begin();
      run(all[static_cast<std::size_t>(v)].log);
      run(all[static_cast<std::size_t>(v)].admin);
      run(("PRAGMA user_version=" + std::to_string(v + 1)).c_str());
      commit();
    }
  }

  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, std::unique_ptr<SqliteStatement>> statements_;  // by the literal's address
};

}  // namespace

std::unique_ptr<Store> open_sqlite(const std::filesystem::path& file) {
  return std::make_unique<SqliteStore>(file.string());
}

}  // namespace station::central
