// How many records the centre takes in and hands out, without its network: batches are decoded, verified, stored with
// their effects and committed. Beside it the bare insertion of the same rows at the same group size on the same disk.
// Usage: bench_central FOLDER [records] [lines in a batch] [batches in a group]
// On PostgreSQL: FSYNC=on POSTGRES_DIR=FOLDER tests/support/with_postgres bench_central FOLDER …
#include <malloc.h>

#include <algorithm>

#include "sync/central/centre.h"
#include "tests/bench/sample_log.h"

using namespace station;
using namespace station::bench;

namespace {

constexpr int kStations = 64;

std::uint64_t number(int argc, char** argv, int i, std::uint64_t fallback) {
  return argc > i ? std::strtoull(argv[i], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: bench_central FOLDER [records] [lines in a batch] [batches in a group]\n");
    return 2;
  }
  ::mallopt(M_TRIM_THRESHOLD, 32 << 20);  // as the server does
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
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
  if (const char* url = std::getenv("STATION_POSTGRES")) options.postgres = url;
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
    record::Batch batch = next_batch(log, lines, start);
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
