#include "sync/central/encoding.h"

#include <zlib.h>

#include <algorithm>

#include "sync/base/check.h"
#include "sync/base/crypto.h"

namespace station::central {

namespace {

constexpr std::size_t kShort = 1024;  // below this the head costs more than is saved
constexpr int kFast = 1;              // of both: pages are read once, and the link is rarely the bottleneck

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_zero_quality(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  const std::string_view value = trim(parameters.substr(q + 2));
  return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

std::string gzip(std::string_view plain) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  STATION_CHECK(deflateInit2(&stream, kFast, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib has memory");
  std::string out(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  STATION_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the buffer has the bound's size");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

Encoding best_encoding(std::string_view accept) {
  bool has_gzip = false, has_zstd = false;
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    const std::string_view part = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const std::size_t parameters = std::min(part.find(';'), part.size());
    const std::string_view name = trim(part.substr(0, parameters));
    if (is_zero_quality(part.substr(parameters))) continue;
    has_gzip = has_gzip || name == "gzip";
    has_zstd = has_zstd || name == "zstd";
  }
  return has_zstd ? Encoding::zstd : has_gzip ? Encoding::gzip : Encoding::none;
}

const char* to_string(Encoding encoding) {
  return encoding == Encoding::zstd ? "zstd" : encoding == Encoding::gzip ? "gzip" : "identity";
}

std::string compress(std::string_view plain, Encoding encoding) {
  return encoding == Encoding::zstd ? base::zstd_compress(plain, kFast) : gzip(plain);
}

bool is_compressible(std::string_view content_type, std::size_t bytes) {
  return bytes >= kShort && (content_type.starts_with("text/") || content_type.starts_with("application/x-ndjson") ||
                             content_type.starts_with("application/json"));
}

}  // namespace station::central
