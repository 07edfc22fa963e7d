#include "sync/client/backoff.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "sync/record/json_text.h"

namespace station::client {

using std::chrono::milliseconds;

milliseconds Backoff::next(milliseconds at_least) {
  milliseconds ceiling = options_.first;
  for (int i = 0; i <= failures_ && ceiling < options_.most; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, options_.most);
  ++failures_;
  const auto spread = static_cast<std::uint64_t>((ceiling - options_.first).count()) + 1;
  const milliseconds drawn = options_.first + milliseconds(random_.below(spread));
  return std::min(at_least, options_.longest_asked) + drawn;
}

milliseconds retry_after(const base::HttpResponse& response) {
  const std::string text = base::header_of(response.headers, "retry-after");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) return std::chrono::hours(24);
  if (error != std::errc() || end != text.data() + text.size()) return milliseconds(0);
  return std::chrono::seconds(seconds);
}

SyncTrouble trouble_of(base::Errc code) {
  switch (code) {
    case base::Errc::timeout:
      return SyncTrouble::timed_out;
    case base::Errc::denied:
      return SyncTrouble::tls_refused;
    case base::Errc::corrupt:
      return SyncTrouble::cut;
    case base::Errc::io:
      return SyncTrouble::disk;
    default:
      return SyncTrouble::network_down;
  }
}

SyncTrouble trouble_of_status(int status) {
  if (status == 401 || status == 403) return SyncTrouble::not_allowed;
  if (status == 408 || status == 429 || status >= 500) return SyncTrouble::busy;
  return SyncTrouble::refused;
}

std::string sentence_of(const base::HttpResponse& response) {
  constexpr std::size_t kLongest = 300;
  if (response.body.size() < 64 * 1024) {
    const auto json = record::parse_json(response.body);
    if (json.is_object() && json.contains("error") && json["error"].is_string()) {
      const auto text = json["error"].get<std::string>();
      if (!text.empty() && text.size() <= kLongest) return text;
    }
  }
  return "the centre answered " + std::to_string(response.status);
}

}  // namespace station::client
