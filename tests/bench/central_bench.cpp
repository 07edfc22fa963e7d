// How many records the centre takes in and hands out, without its network: batches are decoded, verified, stored with
// their effects and committed. Beside it the bare insertion of the same rows at the same group size on the same disk.
// Usage: bench_central FOLDER [records] [lines in a batch] [batches in a group]
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "sync/base/clock.h"
#include "sync/base/random.h"
#include "sync/central/centre.h"
#include "sync/record/batch.h"
#include "sync/record/merkle.h"
#include "sync/record/note.h"
#include "sync/record/record.h"

using namespace station;
using Seconds = std::chrono::duration<double>;

namespace {

constexpr int kStations = 64;

struct Log {
  std::string station;
  base::SigningKey key;
  record::RightEdge edge;
  std::uint64_t size = 0;
};

std::string line_of(const Log& log, std::uint64_t seq, base::UtcTime at) {
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

double measure(const auto& what) {
  const auto begin = std::chrono::steady_clock::now();
  what();
  return Seconds(std::chrono::steady_clock::now() - begin).count();
}

void check(int code, sqlite3* db) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fmt::print(stderr, "sqlite: {}\n", sqlite3_errmsg(db));
  std::exit(1);
}

double bare_insert(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& batches,
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

std::uint64_t number(int argc, char** argv, int i, std::uint64_t fallback) {
  return argc > i ? std::strtoull(argv[i], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: bench_central FOLDER [records] [lines in a batch] [batches in a group]\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::uint64_t records = number(argc, argv, 2, 300'000), lines = number(argc, argv, 3, 100),
                      group = number(argc, argv, 4, 64);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  base::SystemClock clock;
  base::SystemRandom random;
  central::CentreOptions options;
  options.data = folder / "centre";
  options.config = std::string(STATION_SOURCE_DIR) + "/config";
  options.largest_group = group;
  auto centre = central::Centre::open(options, clock, random);
  if (!centre) {
    fmt::print(stderr, "{}\n", centre.error().message);
    return 1;
  }

  std::vector<Log> logs;
  for (int i = 0; i < kStations; ++i) {
    logs.push_back({fmt::format("440902-{:03}", i + 1), base::new_signing_key(random), {}, 0});
    if (!(*centre)->admit({logs.back().station, "bench", logs.back().key.public_key})) return 1;
  }
  std::vector<std::vector<std::string>> plain;
  std::vector<base::HttpRequest> requests;
  std::size_t wire = 0;
  const auto start = clock.utc();
  for (std::uint64_t n = 0; n < records; n += lines) {
    Log& log = logs[(n / lines) % logs.size()];
    record::Batch batch{log.station, 1, log.size, {}, {}};
    for (std::uint64_t i = 0; i < lines; ++i) {
      batch.lines.push_back(line_of(log, log.size++, start));
      log.edge.append(record::leaf_hash(batch.lines.back()));
    }
    batch.checkpoint =
        record::sign_checkpoint({record::log_origin(log.station, 1), log.size, log.edge.root()}, log.station, log.key);
    requests.push_back({"POST", "/v1/log", {}, record::encode_batch(batch), log.station});
    wire += requests.back().body.size();
    plain.push_back(std::move(batch.lines));
  }

  bool good = true;
  const double taken = measure([&] {
    for (std::size_t i = 0; i < requests.size(); i += group)
      for (const auto& answer :
           (*centre)->handle(std::span(requests).subspan(i, std::min<std::size_t>(group, requests.size() - i))))
        good = good && answer.status == 200;
  });
  if (!good) {
    fmt::print(stderr, "not every batch was taken\n");
    return 1;
  }
  const double bare = bare_insert(folder / "bare.db", plain, group);

  const std::string token = (*centre)->new_token(central::Role::auditor, "bench", std::chrono::hours(1)).value();
  std::uint64_t pulled = 0;
  const double out = measure([&] {
    std::string cursor;
    for (bool more = true; more;) {
      const auto page = (*centre)->handle(
          {"GET", "/v1/records?limit=10000&cursor=" + cursor, {{"authorization", "Bearer " + token}}, {}, {}});
      const std::size_t trailer = page.body.rfind("{\"cursor\":\"") + 11;
      cursor = page.body.substr(trailer, page.body.find('"', trailer) - trailer);
      more = page.body.find("\"more\":true", trailer) != std::string::npos;
      pulled += static_cast<std::uint64_t>(std::count(page.body.begin(), page.body.end(), '\n')) - 1;
    }
  });
  const auto n = static_cast<double>(records);
  fmt::print("records {}, batches of {}, groups of {}, {:.0f} bytes a record on the wire\n", records, lines, group,
             static_cast<double>(wire) / n);
  fmt::print("taken in and committed: {:9.0f} records/s\n", n / taken);
  fmt::print("bare insertion:         {:9.0f} records/s   ratio {:.2f}\n", n / bare, bare / taken);
  fmt::print("pulled:                 {:9.0f} records/s   ({} records)\n", static_cast<double>(pulled) / out, pulled);
  return 0;
}
