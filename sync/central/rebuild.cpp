#include <algorithm>
#include <array>

#include "sync/central/progress.h"
#include "sync/central/projector.h"
#include "sync/central/stations.h"

namespace station::central {

namespace {

struct Projection {
  const char* table;
  const char* dump;  // in a fixed order
};

constexpr std::array<Projection, 12> kProjections{{
    {"quarantine", "SELECT pos, station, inc, seq, type, reason FROM quarantine ORDER BY pos"},
    {"course_record", "SELECT course, station, inc, seq, pos FROM course_record ORDER BY course, station, inc, seq"},
    {"course_part", "SELECT course, station, inc, body FROM course_part ORDER BY course, station, inc"},
    {"certificate", "SELECT number, course, subject, station, inc, seq, at, text FROM certificate ORDER BY number"},
    {"transfer",
     "SELECT transfer, subject, points, reason, basis, station, inc, seq, at FROM transfer ORDER BY transfer"},
    {"balance", "SELECT subject, points FROM balance ORDER BY subject"},
    {"balance_upto", "SELECT subject, station, inc, next FROM balance_upto ORDER BY subject, station"},
    {"visit", "SELECT visit, station, subject, method, since, until FROM visit ORDER BY visit"},
    {"usage", "SELECT station, day, what, n FROM usage ORDER BY station, day, what"},
    {"fault", "SELECT station, code, place, detail, since FROM fault ORDER BY station, code, place"},
    {"complaint", "SELECT complaint, subject, about, ref, category, station, at FROM complaint ORDER BY complaint"},
    {"station_state", "SELECT station, version, pack, started FROM station_state ORDER BY station"},
}};

struct Row {
  std::uint64_t pos, seq;
  std::string station;
  std::uint32_t inc;
  std::string line;
};

std::vector<Row> rows_after(Store& store, std::uint64_t pos, std::size_t limit) {
  std::vector<Row> rows;
  auto& s = store.prepared("SELECT pos, seq, station, inc, line FROM record WHERE pos>$1 ORDER BY pos LIMIT $2");
  s.bind(pos).bind(limit);
  while (s.row())
    rows.push_back({s.position(0), s.position(1), s.text(2), static_cast<std::uint32_t>(s.integer(3)), s.text(4)});
  return rows;
}

std::vector<PartKey> all_parts(Store& store) {
  std::vector<PartKey> keys;
  auto& s = store.prepared("SELECT course, station, inc FROM course_part ORDER BY course, station, inc");
  while (s.row()) keys.push_back({s.text(0), s.text(1), static_cast<std::uint32_t>(s.integer(2))});
  return keys;
}

}  // namespace

void rebuild_projections(Work& work) {
  work.tallies.clear();
  for (const Projection& p : kProjections) work.store.once(std::string("DELETE FROM ") + p.table)->done();
  std::uint64_t pos = 0;
  while (true) {
    const auto rows = rows_after(work.store, pos, 5000);
    if (rows.empty()) break;
    pos = rows.back().pos;
    for (std::size_t i = 0; i < rows.size();) {
      const Row& first = rows[i];
      const auto head = find_head(work.store, first.station, first.inc);
      if (!head) throw StorageError{"a record of station " + first.station + " belongs to no enrolled log"};
      Projector projector(work, first.station, first.inc, head->key, Publish::no);
      LineReader reader(first.station, first.inc);
      for (; i < rows.size() && rows[i].station == head->station && rows[i].inc == head->inc; ++i) {
        LineView view;
        std::string why;
        if (reader.read(rows[i].line, rows[i].seq, view, why)) {
          projector.apply(rows[i].pos, rows[i].seq, view);
        } else {
          projector.quarantine(rows[i].pos, rows[i].seq, "", why);
        }
      }
      projector.finish();
    }
  }
}

std::string dump_projections(Work& work) {
  for (const PartKey& key : all_parts(work.store)) course_part(work, key);
  std::string out;
  for (const Projection& p : kProjections) {
    const std::string sql(p.dump);
    const auto columns =
        std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(sql.find(" FROM ")), ',') + 1;
    const auto s = work.store.once(sql);
    while (s->row()) {
      out += p.table;
      for (int i = 0; i < columns; ++i) {
        out += '|';
        out += s->view(i);
      }
      out += '\n';
    }
  }
  return out;
}

}  // namespace station::central
