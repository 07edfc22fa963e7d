// How long a million records of a hundred stations take to verify. Prints seconds and records a second.
#include <fmt/format.h>

#include <chrono>

#include "sync/base/random.h"
#include "sync/record/record.h"
#include "sync/record/verify.h"

using namespace station;
using namespace station::record;

namespace {

constexpr std::uint64_t kStations = 100, kRecords = 10'000;

std::string line_of(const std::string& station, std::uint64_t n) {
  Record r;
  r.station = station;
  r.seq = n;
  r.type = "attendance.tick";
  r.at = base::utc_from_ms(1'795'000'000'000 + static_cast<std::int64_t>(5000 * n));
  r.boot = "00000000000000000000000000000001";
  r.mono_ms = static_cast<std::int64_t>(5000 * n);
  r.subject = "0123456789abcdef0123456789abcdef";
  r.body = R"({"course":"c-1","session":"6f1c2d3e-0000-4000-8000-000000000001","lesson":"L01","step":"L01-1","pack":7,"media":false})";
  return to_line(r);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main() {
  base::SeededRandom random(1);
  const auto centre = base::new_signing_key(random);
  LogVerifier verifier({"centre", centre.public_key});
  std::vector<std::string> names;
  for (std::uint64_t s = 0; s < kStations; ++s) {
    const std::string name = fmt::format("440902-{:03}", s);
    const auto key = base::new_signing_key(random);
    RightEdge edge;
    for (std::uint64_t n = 0; n < kRecords; ++n) edge.append(leaf_hash(line_of(name, n)));
    verifier.add_head({name, 1, sign_checkpoint({log_origin(name, 1), kRecords, edge.root()}, name, key),
                       sign_delegation({name, 1, {name, key.public_key}, {}}, "centre", centre), {}});
    names.push_back(name);
  }
  double verifying = 0;
  std::uint64_t place = 0;
  std::vector<std::string> lines;
  for (std::uint64_t n = 0; n < kRecords; ++n) {
    lines.clear();
    for (const auto& name : names) lines.push_back(line_of(name, n));
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& line : lines) verifier.add_line(line, ++place);
    verifying += seconds_since(begin);
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto verdict = verifier.finish();
  verifying += seconds_since(begin);
  fmt::print("{} records: {:.2f} s, {:.0f} records/s, {}\n", verdict.verified, verifying,
             static_cast<double>(verdict.lines) / verifying, verdict.valid() ? "valid" : "NOT VALID");
  return verdict.valid() ? 0 : 1;
}
