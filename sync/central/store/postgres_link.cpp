#include "sync/central/store/postgres_link.h"

#include <cstring>

#include "sync/base/bytes.h"

namespace station::central {

namespace {

constexpr Oid kInt8 = 20, kText = 25, kBytea = 17;
constexpr std::size_t kMostWaiting = 256;  // their answers must fit into the socket's buffer

void big_endian(std::string& out, std::uint64_t v, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((v >> (8 * i)) & 0xFF);
}

std::string first_line(const char* text) {
  const std::string_view all = text ? text : "";
  return std::string(all.substr(0, all.find('\n')));
}

// What one statement is to blame for and not the database: data that cannot be stored (22), limits (54).
bool is_data_error(const PGresult* r) {
  const char* state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
  return state && (std::strncmp(state, "22", 2) == 0 || std::strncmp(state, "54", 2) == 0);
}

}  // namespace

std::string_view storable_text(std::string_view text, std::string& scratch) {
  if (base::is_utf8(text)) return text;
  scratch.clear();
  while (!text.empty()) {
    std::size_t n = 1;
    while (n <= 4 && n <= text.size() && !base::is_utf8(text.substr(0, n))) ++n;
    if (n <= 4 && n <= text.size()) {
      scratch += text.substr(0, n);
    } else {
      n = 1;
      scratch += "\xEF\xBF\xBD";
    }
    text.remove_prefix(n);
  }
  return scratch;
}

void PgArguments::clear() {
  bytes_.clear();
  offsets_.clear();
  types_.clear();
  lengths_.clear();
  formats_.clear();
}

void PgArguments::add_bytes(Oid type, std::string_view bytes) {
  offsets_.push_back(bytes_.size());
  types_.push_back(type);
  lengths_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(1);
  bytes_ += bytes;
}

void PgArguments::add(std::int64_t v) {
  std::string bytes;
  big_endian(bytes, static_cast<std::uint64_t>(v), 8);
  add_bytes(kInt8, bytes);
}
void PgArguments::add_text(std::string_view v) {
  add_bytes(kText, storable_text(v, scratch_));
}
void PgArguments::add_blob(std::string_view v) {
  add_bytes(kBytea, v);
}

const char* const* PgArguments::values() {
  values_.clear();
  for (const std::size_t offset : offsets_) values_.push_back(bytes_.data() + offset);
  return values_.data();
}

void PgRecords::field(std::int64_t v) {
  big_endian(bytes_, 8, 4);
  big_endian(bytes_, static_cast<std::uint64_t>(v), 8);
}
void PgRecords::field(std::string_view v) {
  const std::string_view text = storable_text(v, scratch_);
  big_endian(bytes_, text.size(), 4);
  bytes_ += text;
}

void PgRecords::add(const RecordRow& r) {
  big_endian(bytes_, 8, 2);
  field(static_cast<std::int64_t>(r.pos));
  field(std::int64_t{r.bucket});
  field(r.station);
  field(std::int64_t{r.inc});
  field(static_cast<std::int64_t>(r.seq));
  field(r.type);
  field(r.subject);
  field(r.line);
}

PgLink::PgLink(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_) != CONNECTION_OK) {
    const std::string why = first_line(PQerrorMessage(connection_));
    PQfinish(connection_);
    throw StorageError{"PostgreSQL: " + why};
  }
  PQsetClientEncoding(connection_, "UTF8");
  PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
  if (PQserverVersion(connection_) < 150000) {
    PQfinish(connection_);
    throw StorageError{"PostgreSQL: version 15 or newer is needed"};
  }
  PQenterPipelineMode(connection_);
}

void PgLink::lost() const {
  throw StorageError{"PostgreSQL: " + first_line(PQerrorMessage(connection_))};
}

void PgLink::sent(int code) {
  if (code != 1) lost();
  if (++waiting_ >= kMostWaiting) last_ = settle();
}

PgResult PgLink::now(const char* sql) {
  settle();
  if (PQexitPipelineMode(connection_) != 1) lost();
  PgResult result(PQexec(connection_, sql));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) lost();
  PQenterPipelineMode(connection_);
  return result;
}

void PgLink::prepare(const std::string& name, const std::string& sql, const PgArguments& arguments) {
  sent(PQsendPrepare(connection_, name.c_str(), sql.c_str(), arguments.count(), arguments.types()));
}

void PgLink::run(const std::string& name, const std::string& sql, PgArguments& a) {
  sent(name.empty() ? PQsendQueryParams(connection_, sql.c_str(), a.count(), a.types(), a.values(), a.lengths(),
                                        a.formats(), 1)
                    : PQsendQueryPrepared(connection_, name.c_str(), a.count(), a.values(), a.lengths(), a.formats(), 1));
}

void PgLink::run(const char* sql) {
  sent(PQsendQueryParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr, 1));
}

PgResult PgLink::settle() {
  if (waiting_ == 0) return std::move(last_);
  last_.reset();
  if (PQpipelineSync(connection_) != 1) lost();
  PgResult last, failed;
  for (; waiting_ > 0; --waiting_) {
    PgResult result(PQgetResult(connection_));
    if (!result) lost();
    const ExecStatusType status = PQresultStatus(result.get());
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (good) last = std::move(result);
    if (!good && !failed) failed = std::move(result);
    if (PgResult end(PQgetResult(connection_)); end) lost();
  }
  if (PgResult sync(PQgetResult(connection_)); !sync || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) lost();
  if (!failed) return last;
  const std::string why = "PostgreSQL: " + first_line(PQresultErrorMessage(failed.get()));
  if (is_data_error(failed.get())) throw DataError(why);
  throw StorageError{why};
}

void PgLink::copy_records(const std::string& rows) {
  static constexpr char kHeader[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
  static constexpr std::size_t kHeaderBytes = 19;
  static constexpr char kTrailer[] = "\377\377";
  settle();
  if (PQexitPipelineMode(connection_) != 1) lost();
  PgResult start(PQexec(connection_, "COPY record FROM STDIN (FORMAT binary)"));
  if (PQresultStatus(start.get()) != PGRES_COPY_IN) lost();
  if (PQputCopyData(connection_, kHeader, kHeaderBytes) != 1 ||
      PQputCopyData(connection_, rows.data(), static_cast<int>(rows.size())) != 1 ||
      PQputCopyData(connection_, kTrailer, 2) != 1 || PQputCopyEnd(connection_, nullptr) != 1)
    lost();
  PgResult end(PQgetResult(connection_));
  if (PQresultStatus(end.get()) != PGRES_COMMAND_OK)
    throw StorageError{"PostgreSQL: records: " + first_line(PQresultErrorMessage(end.get()))};
  while (PgResult more{PQgetResult(connection_)}) {
  }
  PQenterPipelineMode(connection_);
}

}  // namespace station::central
