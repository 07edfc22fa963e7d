#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sync/central/store/store.h"

// One connection in pipeline mode. Private to this folder.
namespace station::central {

struct PgResultDeleter {
  void operator()(PGresult* r) const { PQclear(r); }
};
using PgResult = std::unique_ptr<PGresult, PgResultDeleter>;

// Text that PostgreSQL stores: UTF-8 without NUL. What is not becomes U+FFFD.
std::string_view storable_text(std::string_view text, std::string& scratch);

// Arguments of one statement, all in binary form.
class PgArguments {
 public:
  void clear();
  void add(std::int64_t v);
  void add_text(std::string_view v);
  void add_blob(std::string_view v);

  int count() const { return static_cast<int>(types_.size()); }
  const Oid* types() const { return types_.data(); }
  // Valid until the next change.
  const char* const* values();
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add_bytes(Oid type, std::string_view bytes);
  std::string bytes_;
  std::vector<std::size_t> offsets_;
  std::vector<Oid> types_;
  std::vector<int> lengths_, formats_;
  std::vector<const char*> values_;
  std::string scratch_;
};

// Rows of `record` on their way, in the binary form of COPY.
class PgRecords {
 public:
  void add(const RecordRow& row);
  std::size_t size() const { return bytes_.size(); }
  void cut(std::size_t size) { bytes_.resize(size); }
  std::string& bytes() { return bytes_; }

 private:
  void field(std::int64_t v);
  void field(std::string_view v);
  std::string bytes_;
  std::string scratch_;
};

class PgLink {
 public:
  explicit PgLink(const std::string& url);
  ~PgLink() { PQfinish(connection_); }
  PgLink(const PgLink&) = delete;
  PgLink& operator=(const PgLink&) = delete;

  // At once and outside of the pipeline; what came back.
  PgResult now(const char* sql);

  // Into the pipeline. `name` empty: not kept.
  void prepare(const std::string& name, const std::string& sql, const PgArguments& arguments);
  void run(const std::string& name, const std::string& sql, PgArguments& arguments);
  void run(const char* sql);
  // Waits for everything that was sent; the last result. Throws StorageError, or DataError for what one request alone
  // is to blame for.
  PgResult settle();
  bool settled() const { return waiting_ == 0; }
  void copy_records(const std::string& rows);

 private:
  void sent(int code);
  [[noreturn]] void lost() const;

  PGconn* connection_ = nullptr;
  std::size_t waiting_ = 0;  // results that are still to come
  PgResult last_;
};

}  // namespace station::central
