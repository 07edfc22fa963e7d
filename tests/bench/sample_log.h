#pragma once

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/crypto.h"
#include "sync/base/random.h"
#include "sync/record/batch.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"
#include "sync/record/record.h"

// Logs as stations write them, and the bare insertion of the same rows, for the measurements of the centre.
namespace station::bench {

using Seconds = std::chrono::duration<double>;

struct Log {
  std::string station;
  base::SigningKey key;
  record::RightEdge edge;
  std::uint64_t size = 0;
};

inline std::string line_of(const Log& log, std::uint64_t seq, base::UtcTime at) {
  record::Record r;
  r.station = log.station;
  r.seq = seq;
  r.at = at + std::chrono::seconds(seq * 6);
  r.boot = "5f1c0a77d2b94e0f8a1b2c3d4e5f6071";
  r.mono_ms = static_cast<std::int64_t>(seq) * 6000;
  r.clock = record::ClockQuality::anchored;
  r.unc_ms = 40;
  r.subject = fmt::format("{:032x}", (seq / 200) * 7919 + 13);
  if (seq % 100 == 0) {
    r.type = "visit.checked_in";
    r.body = fmt::format(R"({{"visit":"{}-{}","method":"card"}})", log.station, seq);
  } else {
    r.type = "attendance.tick";
    r.body = fmt::format(R"({{"course":"{}","session":"b7c9f2d4-3f1e-4c55-9a52-0d7e8f6a1b{:02x}","lesson":"L{:02}",)"
                         R"("step":"L{:02}-{}","pack":7,"media":false}})",
                         seq % 3 == 0 ? fmt::format("c{:016x}", seq / 200) : "", seq / 200 % 256, seq / 30 % 12 + 1,
                         seq / 30 % 12 + 1, seq % 6 + 1);
  }
  return record::to_line(r);
}

inline double measure(const auto& what) {
  const auto begin = std::chrono::steady_clock::now();
  what();
  return Seconds(std::chrono::steady_clock::now() - begin).count();
}

// The next `count` lines of a log, signed.
inline record::Batch next_batch(Log& log, std::uint64_t count, base::UtcTime start) {
  record::Batch batch{log.station, 1, log.size, {}, {}};
  for (std::uint64_t i = 0; i < count; ++i) {
    batch.lines.push_back(line_of(log, log.size++, start));
    log.edge.append(record::leaf_hash(batch.lines.back()));
  }
  batch.checkpoint =
      record::sign_checkpoint({record::log_origin(log.station, 1), log.size, log.edge.root()}, log.station, log.key);
  return batch;
}

inline void check(int code, sqlite3* db) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fmt::print(stderr, "sqlite: {}\n", sqlite3_errmsg(db));
  std::exit(1);
}

// Seconds that the rows alone take, in the same groups, durably.
inline double bare_insert(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& batches,
                   std::size_t group) {
  sqlite3* db = nullptr;
  check(sqlite3_open(file.c_str(), &db), db);
  for (const char* sql : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                          "CREATE TABLE record(pos INTEGER PRIMARY KEY, bucket INTEGER, station TEXT, inc INTEGER, seq "
                          "INTEGER, type TEXT, subject TEXT, line TEXT)"})
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), db);
  sqlite3_stmt* s = nullptr;
  check(sqlite3_prepare_v2(db, "INSERT INTO record VALUES(NULL,1,'440902-001',1,?,'attendance.tick',?,?)", -1, &s,
                           nullptr),
        db);
  const double seconds = measure([&] {
    for (std::size_t i = 0; i < batches.size(); i += group) {
      check(sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr), db);
      for (std::size_t j = i; j < std::min(i + group, batches.size()); ++j)
        for (const std::string& line : batches[j]) {
          sqlite3_bind_int64(s, 1, static_cast<sqlite3_int64>(j));
          sqlite3_bind_text(s, 2, "0123456789abcdef0123456789abcdef", 32, SQLITE_STATIC);
          sqlite3_bind_text(s, 3, line.data(), static_cast<int>(line.size()), SQLITE_STATIC);
          check(sqlite3_step(s), db);
          sqlite3_reset(s);
        }
      check(sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr), db);
    }
  });
  sqlite3_finalize(s);
  sqlite3_close(db);
  return seconds;
}

}  // namespace station::bench
