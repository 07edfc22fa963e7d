#include "sync/central/ingest.h"

#include <algorithm>

#include "sync/central/city_log.h"
#include "sync/central/epoch.h"
#include "sync/central/projector.h"
#include "sync/central/stations.h"

namespace station::central {

namespace {

IngestAnswer refuse(std::string why) {
  return {Ingested::refused, 0, std::move(why)};
}

// Two histories of one log: the other one is kept as it was sent, and nothing more of this incarnation is accepted.
IngestAnswer fork(Work& work, const StationHead& head, std::uint64_t at, std::string_view bytes) {
  work.store.prepared("INSERT INTO fork VALUES($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING")
      .bind(head.station)
      .bind(head.inc)
      .bind(at)
      .bind(base::to_hex(base::sha256(base::as_bytes(bytes))))
      .bind(base::to_ms(work.now))
      .bind_blob(bytes)
      .done();
  fence(work, head.station, head.inc, "two histories from position " + std::to_string(at) + " on");
  return {Ingested::fork, head.next, {}};
}

// The first position where the batch says otherwise than what is stored, or the end of what both have.
std::uint64_t first_difference(Store& store, const record::Batch& batch, std::uint64_t next) {
  const std::uint64_t both = std::min<std::uint64_t>(next, batch.from + batch.lines.size());
  if (batch.from >= both) return both;
  const auto stored = log_lines(store, batch.station, batch.inc, batch.from, both - batch.from);
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (stored[i] != batch.lines[i]) return batch.from + i;
  if (stored.size() != both - batch.from)
    throw StorageError{"records of station " + batch.station + " are missing below its head"};
  return both;
}

// Appends lines `skip` … of the batch, with their effects.
void append(Work& work, const StationHead& head, const record::Batch& batch, const std::vector<base::Digest>& leaves,
            std::size_t skip) {
  Store& store = work.store;
  const std::uint64_t count = batch.lines.size() - skip, first = record_head(store) + 1;
  store.prepared("INSERT INTO head VALUES('record',$1) ON CONFLICT(name) DO UPDATE SET pos=excluded.pos")
      .bind(first + count - 1)
      .done();
  const int bucket = bucket_of(head.station);
  Projector projector(work, head.station, head.inc, head.key, Publish::yes);
  LineReader reader(head.station, head.inc);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string& line = batch.lines[skip + i];
    const std::uint64_t pos = first + i, seq = head.next + i;
    LineView view;
    std::string why;
    const bool good = reader.read(line, seq, view, why);
    store.append({pos, bucket, head.station, head.inc, seq, view.type, view.subject, line});
    work.city.add(leaves[skip + i]);
    if (good) {
      projector.apply(pos, seq, view);
    } else {
      projector.quarantine(pos, seq, "", why);
    }
  }
  store.prepared("INSERT INTO log_run VALUES($1,$2,$3,$4,$5)")
      .bind(head.station)
      .bind(head.inc)
      .bind(head.next)
      .bind(count)
      .bind(first)
      .done();
  projector.finish();
}

// The head that stood before is kept where the log passes another 64 records.
void keep_earlier_head(Store& store, const StationHead& head, std::uint64_t end) {
  constexpr std::uint64_t kEvery = 64;
  if (head.checkpoint.empty() || head.next / kEvery == end / kEvery) return;
  store.prepared("INSERT INTO log_head VALUES($1,$2,$3,$4) ON CONFLICT DO NOTHING")
      .bind(head.station)
      .bind(head.inc)
      .bind(head.next)
      .bind(head.checkpoint)
      .done();
}

}  // namespace

ReadBatch read_batch(std::string_view bytes) {
  ReadBatch out{record::decode_batch(bytes), {}, {}, bytes.size()};
  if (!out.batch) return out;
  const auto& lines = out.batch->lines;
  out.leaves.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size() && out.fault.empty(); ++i) {
    if (!base::is_utf8(lines[i])) out.fault = "line " + std::to_string(out.batch->from + i) + " is not UTF-8 text";
    out.leaves.push_back(record::leaf_hash(lines[i]));
    out.bytes += lines[i].size() + 96;
  }
  return out;
}

IngestAnswer ingest(Work& work, std::string_view bytes, const ReadBatch& read, const std::string& sender) {
  const auto& batch = read.batch;
  if (!batch) return refuse(batch.error().message);
  if (!sender.empty() && batch->station != sender)
    return refuse("the certificate speaks for station " + sender + ", the batch for " + batch->station);
  auto head = find_head(work.store, batch->station, batch->inc);
  if (!head)
    return {Ingested::unknown, 0,
            "this centre has not enrolled incarnation " + std::to_string(batch->inc) + " of station " + batch->station};
  const auto checkpoint = record::open_checkpoint(batch->checkpoint, {batch->station, head->key});
  if (!checkpoint) return refuse(checkpoint.error().message);
  const std::uint64_t count = batch->lines.size(), end = batch->from + count;
  if (checkpoint->origin != record::log_origin(batch->station, batch->inc) || checkpoint->size != end)
    return refuse("the checkpoint is not the head of the log after these lines");
  if (!read.fault.empty()) return refuse(read.fault);
  if (!head->fenced.empty()) return {Ingested::fenced, head->next, head->fenced};
  if (batch->from > head->next) return {Ingested::gap, head->next, {}};

  const std::uint64_t same = first_difference(work.store, *batch, head->next);
  if (same < std::min(head->next, end)) return fork(work, *head, same, bytes);
  if (end < head->next) return {Ingested::ok, head->next, {}};
  record::RightEdge edge = head->edge;
  for (std::uint64_t i = head->next - batch->from; i < count; ++i) edge.append(read.leaves[i]);
  if (edge.root() != checkpoint->root) {
    // The same size with another signed root is a second history; beyond that, the lines may have been damaged.
    if (end == head->next) return fork(work, *head, end, bytes);
    return refuse("the lines do not give the root that the checkpoint states");
  }
  if (end == head->next && !head->checkpoint.empty()) return {Ingested::ok, head->next, {}};

  keep_earlier_head(work.store, *head, end);
  if (end > head->next) append(work, *head, *batch, read.leaves, static_cast<std::size_t>(head->next - batch->from));
  const std::string hashes = edge.serialise();
  work.store.prepared("UPDATE station_head SET next=$1, edge=$2, checkpoint=$3, seen=$4 WHERE station=$5 AND inc=$6")
      .bind(end)
      .bind_blob(hashes)
      .bind(batch->checkpoint)
      .bind(base::to_ms(work.now))
      .bind(batch->station)
      .bind(batch->inc)
      .done();
  return {Ingested::ok, end, {}};
}

std::vector<std::string> log_lines(Store& store, const std::string& station, std::uint32_t inc, std::uint64_t from,
                                   std::uint64_t count) {
  struct Run {
    std::uint64_t seq, n, pos;
  };
  std::vector<Run> runs;
  {
    auto& s = store.prepared(
        "SELECT seq, n, pos FROM log_run WHERE station=$1 AND inc=$2 AND seq<$3 AND seq>="
        "COALESCE((SELECT MAX(seq) FROM log_run WHERE station=$1 AND inc=$2 AND seq<=$4),0) ORDER BY seq");
    s.bind(station).bind(inc).bind(from + count).bind(from);
    while (s.row()) runs.push_back({s.position(0), s.position(1), s.position(2)});
  }
  std::vector<std::string> out;
  for (const Run& run : runs) {
    const std::uint64_t begin = std::max(run.seq, from), end = std::min(run.seq + run.n, from + count);
    if (begin >= end) continue;
    auto& s = store.prepared("SELECT line FROM record WHERE pos>=$1 AND pos<$2 ORDER BY pos");
    s.bind(run.pos + (begin - run.seq)).bind(run.pos + (end - run.seq));
    while (s.row()) out.push_back(s.text(0));
  }
  return out;
}

}  // namespace station::central
