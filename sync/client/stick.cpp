#include "sync/client/stick.h"

#include <fmt/format.h>

#include "sync/base/file.h"
#include "sync/record/batch.h"

namespace station::client {

base::Result<StickExport> export_to_stick(Outbox& outbox, const std::filesystem::path& folder) {
  const auto log = outbox.state();
  if (!log) return tl::unexpected(log.error());
  StickExport done;
  done.from = done.to = log->confirmed;
  while (done.to < log->size) {
    const auto lines = outbox.lines(done.to, record::kMaxBatchLines, record::kMaxBatchBytes);
    if (!lines) return tl::unexpected(lines.error());
    if (lines->empty() || lines->size() > log->size - done.to)
      return base::fail(base::Errc::io, fmt::format("the log's records from position {} on cannot be read", done.to));
    const auto checkpoint = outbox.checkpoint(done.to + lines->size());
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    // Zero-padded, so that a list of the files is in the order of the log.
    const auto file = folder / fmt::format("{}-{}-{:012}.batch", log->station, log->inc, done.to);
    const auto bytes = record::encode_batch({log->station, log->inc, done.to, *checkpoint, *lines});
    if (const auto written = base::write_file(file, bytes); !written) return tl::unexpected(written.error());
    done.files.push_back(file);
    done.to += lines->size();
  }
  return done;
}

}  // namespace station::client
