#include "sync/central/stations.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/central/progress.h"
#include "sync/record/record.h"
#include "sync/record/types.h"

namespace station::central {

namespace {

// CRC-32C (Castagnoli): the bucket decides where a station's rows lie when a city is spread over several servers, so it
// must never change.
std::uint32_t crc32c(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

}  // namespace

int bucket_of(std::string_view station) {
  return static_cast<int>(crc32c(station) % 256);
}

namespace {

struct Enrolment {
  std::string station, name, delegation;
  std::uint32_t inc = 1;
  base::PublicKey key{};
};

// Writes a new head, fences those before it and tells every station the key.
void open_log(Work& work, const Enrolment& e) {
  work.store.prepared("UPDATE station_head SET fenced='enrolled anew' WHERE station=$1 AND fenced=''")
      .bind(e.station)
      .done();
  work.store
      .prepared(
          "INSERT INTO station VALUES($1,$2,$3) ON CONFLICT(station) DO UPDATE SET name=excluded.name, "
          "inc=excluded.inc")
      .bind(e.station)
      .bind(e.name)
      .bind(e.inc)
      .done();
  work.store.prepared("INSERT INTO station_head VALUES($1,$2,$3,$4,$5,0,$6,'','',$7,0)")
      .bind(bucket_of(e.station))
      .bind(e.station)
      .bind(e.inc)
      .bind_blob({reinterpret_cast<const char*>(e.key.data()), e.key.size()})
      .bind(e.delegation)
      .bind_blob({})
      .bind(base::to_ms(work.now))
      .done();
  const nlohmann::json body{{"station", e.station}, {"inc", e.inc}, {"delegation", e.delegation}};
  work.feed.publish("city", record::kFeedStationKey, work.now, body.dump(),
                    "key|" + e.station + "|" + std::to_string(e.inc));
}

std::uint32_t known_incarnation(Store& store, const std::string& station, std::string* name = nullptr) {
  auto& s = store.prepared("SELECT inc, name FROM station WHERE station=$1");
  s.bind(station);
  if (!s.row()) return 0;
  if (name) *name = s.text(1);
  return static_cast<std::uint32_t>(s.integer(0));
}

}  // namespace

Admission admit_station(Work& work, const NewStation& station) {
  if (!record::is_station_id(station.station))
    throw Refusal{400, "station", "\"station\" is not of the form 440902-007"};
  Enrolment e{
      station.station, station.name, {}, known_incarnation(work.store, station.station) + 1, station.record_key};
  const bool again = e.inc > 1;
  {
    auto& s = work.store.prepared("SELECT CAST(value AS INTEGER) FROM meta WHERE key='inc_floor'");
    if (s.row()) e.inc = std::max(e.inc, static_cast<std::uint32_t>(s.integer(0)));
  }
  e.delegation =
      record::sign_delegation({e.station, e.inc, {e.station, e.key}, work.now}, work.keys.note.name, work.keys.signing);
  open_log(work, e);
  if (again) republish_balances(work, e.station);
  return {e.inc, e.delegation};
}

void adopt_station(Work& work, const std::string& delegation) {
  const auto opened = record::open_delegation(delegation, work.keys.note);
  if (!opened) throw Refusal{403, "delegation", opened.error().message};
  std::string name = opened->station;
  if (known_incarnation(work.store, opened->station, &name) >= opened->inc)
    throw Refusal{409, "known", "station " + opened->station + " is known in this incarnation or a later one"};
  open_log(work, {opened->station, name, delegation, opened->inc, opened->key.key});
}

void fence(Work& work, const std::string& station, std::uint32_t inc, const std::string& reason) {
  work.store.prepared("UPDATE station_head SET fenced=$1 WHERE station=$2 AND inc=$3 AND fenced=''")
      .bind(reason)
      .bind(station)
      .bind(inc)
      .done();
}

bool station_known(Store& store, const std::string& station) {
  auto& s = store.prepared("SELECT 1 FROM station WHERE station=$1");
  s.bind(station);
  return s.row();
}

std::optional<StationHead> find_head(Store& store, const std::string& station, std::uint32_t inc) {
  auto& s = store.prepared("SELECT key, next, edge, fenced, checkpoint FROM station_head WHERE station=$1 AND inc=$2");
  s.bind(station).bind(inc);
  if (!s.row()) return std::nullopt;
  StationHead head{station, inc, {}, s.position(1), {}, s.text(3), s.text(4)};
  const std::string_view key = s.view(0);
  if (key.size() != head.key.size()) throw StorageError{"the record key of station " + station + " is damaged"};
  std::copy(key.begin(), key.end(), head.key.begin());
  auto edge = record::RightEdge::restore(head.next, s.view(2));
  if (!edge) throw StorageError{"station " + station + ": " + edge.error().message};
  head.edge = std::move(*edge);
  return head;
}

}  // namespace station::central
