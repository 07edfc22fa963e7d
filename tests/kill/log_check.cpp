#include <sqlite3.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "sync/base/bytes.h"
#include "sync/record/merkle.h"
#include "sync/record/record.h"

// Looks into a database of a station or a centre after its program was killed: is everything there that the trace says
// was confirmed, once and in order, and does the file fit its own head?
// usage: log_check DATABASE TRACE [STATION]
namespace {

using namespace station;

struct Lines {
  std::map<std::uint64_t, std::string> by_seq;
  std::uint64_t doubled = 0;
};

int column_of(void* into, int n, char** values, char**) {
  auto& lines = *static_cast<Lines*>(into);
  if (n < 2 || !values[0] || !values[1]) return 0;
  if (!lines.by_seq.emplace(std::stoull(values[0]), values[1]).second) ++lines.doubled;
  return 0;
}
int word_of(void* into, int, char** values, char**) {
  if (values[0]) *static_cast<std::string*>(into) = values[0];
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: log_check DATABASE TRACE [STATION]\n");
    return 2;
  }
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    std::printf("%s cannot be opened\n", arguments[1]);
    return 1;
  }
  std::string integrity;
  sqlite3_exec(db, "PRAGMA integrity_check", word_of, &integrity, nullptr);
  Lines lines;
  const std::string where = count > 3 ? " WHERE station='" + std::string(arguments[3]) + "'" : "";
  const int read = sqlite3_exec(db, ("SELECT seq, line FROM record" + where).c_str(), column_of, &lines, nullptr);
  std::string edge;
  if (count == 3) sqlite3_exec(db, "SELECT hex(edge) FROM log_head", word_of, &edge, nullptr);
  if (count > 3)
    sqlite3_exec(db, ("SELECT hex(edge) FROM station_head" + where + " ORDER BY inc DESC LIMIT 1").c_str(), word_of, &edge,
                 nullptr);
  sqlite3_close(db);
  std::uint64_t faults = integrity == "ok" && read == SQLITE_OK ? 0 : 1;

  record::RightEdge log;
  std::uint64_t next = 0;
  for (const auto& [seq, line] : lines.by_seq) {
    if (seq != next++) ++faults;  // a hole
    if (!record::parse_line(line)) ++faults;
    log.append(record::leaf_hash(line));
  }
  const std::string bytes = log.serialise();
  const bool fits = base::to_hex_upper(base::as_bytes(bytes)) == edge;
  if (!fits) ++faults;
  faults += lines.doubled;

  std::uint64_t confirmed = 0, lost = 0;
  std::ifstream trace(arguments[2]);
  for (std::string text; std::getline(trace, text);) {
    std::istringstream words(text);
    std::string ack, type, leaf;
    std::uint64_t inc = 0, seq = 0;
    if (!(words >> ack >> type >> inc >> seq >> leaf) || leaf.size() != 64) continue;  // the kill cut it
    ++confirmed;
    const auto it = lines.by_seq.find(seq);
    if (it == lines.by_seq.end() || base::to_hex(record::leaf_hash(it->second)) != leaf) ++lost;
  }
  std::printf("confirmed %llu lost %llu records %zu faults %llu\n", static_cast<unsigned long long>(confirmed),
              static_cast<unsigned long long>(lost), lines.by_seq.size(), static_cast<unsigned long long>(faults));
  return lost + faults == 0 ? 0 : 1;
}
