#include "sync/record/batch.h"

#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/record/record.h"

namespace station::record {

using base::Errc;
using base::fail;

std::string encode_batch(const Batch& batch) {
  const nlohmann::ordered_json head{{"batch", 1},          {"station", batch.station},     {"inc", batch.inc},
                                    {"from", batch.from},  {"count", batch.lines.size()},  {"checkpoint", batch.checkpoint}};
  std::string plain = head.dump() + "\n";
  for (const auto& line : batch.lines) plain += line + "\n";
  return base::zstd_compress(plain);
}

base::Result<Batch> decode_batch(std::string_view bytes) {
  auto plain = base::zstd_decompress(bytes, kMaxBatchBytes + kMaxLineBytes + 8192);
  if (!plain) return tl::unexpected(plain.error());
  std::string_view rest = *plain;
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return fail(Errc::invalid, "batch: no heading line");
  const auto head = nlohmann::json::parse(rest.substr(0, end), nullptr, false);
  rest.remove_prefix(end + 1);
  Batch batch;
  std::size_t count = 0;
  try {
    if (!head.is_object() || head.at("batch") != 1) return fail(Errc::invalid, "batch: the heading is not of version 1");
    batch.station = head.at("station").get<std::string>();
    batch.inc = head.at("inc").get<std::uint32_t>();
    batch.from = head.at("from").get<std::uint64_t>();
    batch.checkpoint = head.at("checkpoint").get<std::string>();
    count = head.at("count").get<std::size_t>();
  } catch (const nlohmann::json::exception& e) {
    return fail(Errc::invalid, std::string("batch: heading: ") + e.what());
  }
  while (!rest.empty()) {
    const std::size_t stop = rest.find('\n');
    if (stop == std::string_view::npos) return fail(Errc::invalid, "batch: the last line is cut");
    batch.lines.emplace_back(rest.substr(0, stop));
    rest.remove_prefix(stop + 1);
  }
  if (batch.lines.size() != count || count > kMaxBatchLines)
    return fail(Errc::invalid, "batch: the number of lines does not fit the heading");
  return batch;
}

}  // namespace station::record
