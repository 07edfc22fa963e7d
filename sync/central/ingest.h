#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/central/routes.h"
#include "sync/record/batch.h"
#include "sync/record/merkle.h"

// Stations' logs on their way in.
namespace station::central {

enum class Ingested : std::uint8_t { ok, gap, fork, fenced, refused, unknown };

struct IngestAnswer {
  Ingested what = Ingested::ok;
  std::uint64_t next = 0;  // the centre's next free position
  std::string error;       // when refused or unknown
};

// A batch taken apart and hashed. Needs no store, so that the network's threads do it for the one store thread.
struct ReadBatch {
  base::Result<record::Batch> batch;
  std::string fault;                  // why its lines cannot be stored, or empty
  std::vector<base::Digest> leaves;  // of its lines
  std::size_t bytes = 0;              // about what it holds in memory
};
ReadBatch read_batch(std::string_view bytes);

// One batch as it was sent (record/batch.h); `read` is what read_batch made of these bytes. `sender` is the station that the certificate proves, or empty where a
// person hands in a file: then the signature of the checkpoint alone speaks for the lines. What it changes is committed
// with the surrounding transaction.
IngestAnswer ingest(Work& work, std::string_view bytes, const ReadBatch& read, const std::string& sender);

inline IngestAnswer ingest(Work& work, std::string_view bytes, const std::string& sender) {
  return ingest(work, bytes, read_batch(bytes), sender);
}

// Lines `from` … `from + count - 1` of a log, as far as they are there.
std::vector<std::string> log_lines(Store& store, const std::string& station, std::uint32_t inc, std::uint64_t from,
                                   std::uint64_t count);

}  // namespace station::central
