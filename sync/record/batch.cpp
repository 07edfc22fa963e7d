#include "sync/record/batch.h"

#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/record/json_text.h"
#include "sync/record/record.h"

namespace station::record {

using base::Errc;
using base::fail;

std::string encode_batch(const Batch& batch) {
  const nlohmann::ordered_json head{
      {"batch", 1},         {"station", batch.station},    {"inc", batch.inc},
      {"from", batch.from}, {"count", batch.lines.size()}, {"checkpoint", batch.checkpoint}};
  std::string plain = head.dump() + "\n";
  for (const auto& line : batch.lines) plain += line + "\n";
  return base::zstd_compress(plain);
}

namespace {

// The heading without the lines; `count` is what it says about them.
base::Result<Batch> read_heading(std::string_view text, std::uint64_t& count) {
  const auto head = parse_json(text);
  Batch batch;
  std::uint64_t version = 0, inc = 0;
  const auto number = [&](const char* key, std::uint64_t& out) {
    const auto it = head.find(key);
    return it != head.end() && whole_number(*it, out);
  };
  const auto word = [&](const char* key, std::string& out) {
    const auto it = head.find(key);
    if (it == head.end() || !it->is_string()) return false;
    out = it->get<std::string>();
    return true;
  };
  if (!head.is_object() || !number("batch", version) || version != 1)
    return fail(Errc::invalid, "batch: the heading is not of version 1");
  if (!word("station", batch.station) || !is_station_id(batch.station))
    return fail(Errc::invalid, "batch: \"station\" is not of the form 440902-007");
  if (!number("inc", inc) || inc < 1 || inc > 0xFFFFFFFF) return fail(Errc::invalid, "batch: \"inc\" is out of range");
  if (!number("from", batch.from)) return fail(Errc::invalid, "batch: \"from\" is not a position");
  if (!number("count", count) || count > kMaxBatchLines)
    return fail(Errc::invalid, "batch: \"count\" is not a number up to 512");
  if (!word("checkpoint", batch.checkpoint)) return fail(Errc::invalid, "batch: \"checkpoint\" is missing");
  batch.inc = static_cast<std::uint32_t>(inc);
  return batch;
}

}  // namespace

base::Result<Batch> decode_batch(std::string_view bytes) {
  constexpr std::size_t kMaxHeadingBytes = 8192;
  auto plain = base::zstd_decompress(bytes, kMaxHeadingBytes + kMaxBatchBytes);
  if (!plain) return tl::unexpected(plain.error());
  std::string_view rest = *plain;
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return fail(Errc::invalid, "batch: no heading line");
  if (end >= kMaxHeadingBytes || rest.size() - end - 1 > kMaxBatchBytes)
    return fail(Errc::invalid, "batch: longer than a batch may be");
  std::uint64_t count = 0;
  auto batch = read_heading(rest.substr(0, end), count);
  if (!batch) return batch;
  rest.remove_prefix(end + 1);
  batch->lines.reserve(count);
  while (!rest.empty()) {
    const std::size_t stop = rest.find('\n');
    if (stop == std::string_view::npos) return fail(Errc::invalid, "batch: the last line is cut");
    if (batch->lines.size() == count) return fail(Errc::invalid, "batch: more lines than the heading says");
    batch->lines.emplace_back(rest.substr(0, stop));
    rest.remove_prefix(stop + 1);
  }
  if (batch->lines.size() != count) return fail(Errc::invalid, "batch: fewer lines than the heading says");
  return batch;
}

}  // namespace station::record
