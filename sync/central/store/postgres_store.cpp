#include "sync/central/store/postgres_store.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <unordered_map>

#include "sync/central/store/postgres_link.h"
#include "sync/central/store/schema.h"
#include "sync/central/store/schema_text.h"

namespace station::central {

namespace {

constexpr std::size_t kMostRecordBytes = std::size_t{8} << 20;  // that wait for COPY
constexpr Oid kInt8Result = 20, kInt4Result = 23;

class PostgresStore;

class PostgresStatement final : public Statement {
 public:
  PostgresStatement(PostgresStore& store, std::string name, const std::string& sql)
      : store_(store),
        name_(std::move(name)),
        sql_(sql),
        query_(sql.starts_with("SELECT") || sql.find(" RETURNING ") != std::string::npos),
        reads_records_(sql.find("FROM record ") != std::string::npos || sql.find("JOIN record ") != std::string::npos ||
                       sql.ends_with("FROM record")) {}

  PostgresStatement& again() {
    arguments_.clear();
    result_.reset();
    row_ = -1;
    return *this;
  }

  using Statement::bind;
  Statement& bind(std::int64_t v) override {
    arguments_.add(v);
    return *this;
  }
  Statement& bind(std::string_view v) override {
    arguments_.add_text(v);
    return *this;
  }
  Statement& bind_blob(std::string_view v) override {
    arguments_.add_blob(v);
    return *this;
  }
  Statement& bind_kept(std::string_view v) override {
    arguments_.add_text(v);
    return *this;
  }

  bool row() override;

  std::int64_t integer(int column) const override {
    const std::string_view v = bytes(column);
    std::uint64_t out = 0;
    if (const Oid type = PQftype(result_.get(), column); type != kInt8Result && type != kInt4Result) {
      std::int64_t number = 0;
      std::from_chars(v.data(), v.data() + v.size(), number);
      return number;
    }
    for (const char c : v) out = out << 8 | static_cast<std::uint8_t>(c);
    return v.size() == 4 ? static_cast<std::int32_t>(out) : static_cast<std::int64_t>(out);
  }
  std::string_view view(int column) const override {
    const Oid type = PQftype(result_.get(), column);
    if (type != kInt8Result && type != kInt4Result) return bytes(column);
    if (shown_.size() <= static_cast<std::size_t>(column)) shown_.resize(static_cast<std::size_t>(column) + 1);
    std::string& text = shown_[static_cast<std::size_t>(column)];
    return text = std::to_string(integer(column));
  }

 private:
  std::string_view bytes(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }

  PostgresStore& store_;
  const std::string name_, sql_;
  const bool query_, reads_records_;
  bool prepared_ = false;
  PgArguments arguments_;
  PgResult result_;
  int row_ = -1;
  mutable std::vector<std::string> shown_;  // integers as text
};

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(const std::string& url) : link_(url) {
    link_.now("SET synchronous_commit=on");
    link_.now("SET jit=off");
    lock();
    const PgResult safe = link_.now("SELECT current_setting('fsync')='on' AND current_setting('full_page_writes')='on'");
    if (PQgetvalue(safe.get(), 0, 0)[0] != 't')
      spdlog::warn("this PostgreSQL server does not write through to its disk (fsync, full_page_writes): a power cut "
                   "can lose what was acknowledged");
    migrate();
  }

  Statement& prepared(const char* sql) override {
    auto& place = statements_[sql];
    if (!place)
      place = std::make_unique<PostgresStatement>(*this, "s" + std::to_string(statements_.size()), std::string(sql));
    return place->again();
  }
  std::unique_ptr<Statement> once(const std::string& sql) override {
    return std::make_unique<PostgresStatement>(*this, std::string(), sql);
  }
  std::int64_t changes() override {
    if (PgResult last = link_.settle()) last_ = std::move(last);
    const std::string_view n = last_ ? PQcmdTuples(last_.get()) : "";
    std::int64_t count = 0;
    std::from_chars(n.data(), n.data() + n.size(), count);
    return count;
  }
  void append(const RecordRow& row) override {
    records_.add(row);
    if (records_.size() > kMostRecordBytes) flush_records();
  }
  std::unique_ptr<StoreCopy> copy_to(const std::string&) override { return nullptr; }
  const char* kind() const override { return "postgres"; }

  void begin() override { link_.run("BEGIN"); }
  void commit() override {
    try {
      flush_records();
      link_.run("COMMIT");
      const PgResult done = link_.settle();
      // A transaction that had failed is rolled back by COMMIT without an error.
      if (std::string_view(PQcmdStatus(done.get())) != "COMMIT")
        throw StorageError{"PostgreSQL: nothing was committed"};
    } catch (const DataError& e) {
      throw StorageError{e.what()};
    }
  }
  void rollback() override {
    records_.cut(0);
    earlier_.clear();
    in_request_ = false;
    try {
      link_.settle();
    } catch (const std::exception&) {
      // The transaction ends anyway.
    } catch (const StorageError&) {
    }
    link_.run("ROLLBACK");
    link_.settle();
  }
  void savepoint() override {
    link_.run("SAVEPOINT request");
    in_request_ = true;
    mark_ = records_.size();
  }
  // Waits for what the request wrote, so that an error is its own and no other's.
  void release() override {
    link_.run("RELEASE request");
    link_.settle();
    in_request_ = false;
    earlier_.clear();
  }
  void rollback_to() override {
    try {
      link_.settle();
    } catch (const DataError&) {
      // It is what is being rolled back.
    }
    link_.run("ROLLBACK TO request");
    link_.settle();
    // Rows of requests before this one went out within its savepoint: they have to go again.
    records_.cut(mark_);
    records_.bytes().insert(0, earlier_);
    mark_ = records_.size();
    earlier_.clear();
  }

  PgLink& link() { return link_; }
  void flush_records() {
    if (records_.size() == 0) return;
    link_.copy_records(records_.bytes());
    if (in_request_) earlier_ += records_.bytes().substr(0, mark_);
    records_.cut(0);
    mark_ = 0;
  }

 private:
  // For as long as the connection lives. One that has just ended may still be on its way out.
  void lock() {
    link_.now("SET lock_timeout='5s'");
    try {
      link_.now("SELECT pg_advisory_lock(7350912044)");
    } catch (const StorageError&) {
      throw StorageError{"PostgreSQL: another centre has this database open"};
    }
    link_.now("SET lock_timeout=0");
  }

  void migrate() {
    link_.now("CREATE TABLE IF NOT EXISTS schema_version(version BIGINT PRIMARY KEY)");
    const PgResult known = link_.now("SELECT COALESCE(MAX(version),0) FROM schema_version");
    const int have = std::atoi(PQgetvalue(known.get(), 0, 0));
    const auto all = migrations();
    if (have > static_cast<int>(all.size()))
      throw StorageError{"written by a newer program (schema " + std::to_string(have) + ", this program knows " +
                         std::to_string(all.size()) + "): update the program"};
    for (int v = have; v < static_cast<int>(all.size()); ++v) {
      const Migration& m = all[static_cast<std::size_t>(v)];
      link_.now(("BEGIN;\n" + for_postgres(m.log) + for_postgres(m.admin) + "INSERT INTO schema_version VALUES(" +
                 std::to_string(v + 1) + ");\nCOMMIT")
                    .c_str());
    }
  }

  PgLink link_;
  PgResult last_;
  PgRecords records_;
  std::size_t mark_ = 0;  // bytes of records_ that are of earlier requests
  std::string earlier_;   // rows of earlier requests that were sent within this one's savepoint
  bool in_request_ = false;
  std::unordered_map<const char*, std::unique_ptr<PostgresStatement>> statements_;  // by the literal's address
};

bool PostgresStatement::row() {
  if (query_ && result_) return ++row_ < PQntuples(result_.get());
  if (reads_records_) store_.flush_records();
  PgLink& link = store_.link();
  if (!name_.empty() && !prepared_) {
    link.prepare(name_, sql_, arguments_);
    link.settle();  // after an error of an earlier statement it would not be prepared
    prepared_ = true;
  }
  link.run(name_, sql_, arguments_);
  if (!query_) return false;
  result_ = link.settle();
  row_ = 0;
  return PQntuples(result_.get()) > 0;
}

}  // namespace

std::unique_ptr<Store> open_postgres(const std::string& url) {
  return std::make_unique<PostgresStore>(url);
}

}  // namespace station::central
