#include <algorithm>

#include "sync/central/ingest.h"
#include "sync/central/routes.h"
#include "sync/record/json_text.h"

// What stations ask for: log, feed, packs, time.
namespace station::central {

namespace {

constexpr std::size_t kFeedPageBytes = std::size_t{1} << 20;
constexpr std::uint64_t kLargestLeap = 1'000'000'000;

base::HttpResponse post_log(Context& c) {
  const IngestAnswer a = c.read ? ingest(c, c.request.body, *c.read, c.caller.station)
                                : ingest(c, c.request.body, read_batch(c.request.body), c.caller.station);
  const std::string next = ",\"next\":" + std::to_string(a.next) + "}";
  switch (a.what) {
    case Ingested::ok:
      return json_answer(200, "{\"status\":\"ok\"" + next);
    case Ingested::gap:
      return json_answer(409, "{\"status\":\"gap\"" + next);
    case Ingested::fork:
      return json_answer(409, "{\"status\":\"fork\"" + next);
    case Ingested::fenced:
      return json_answer(403, "{\"status\":\"fenced\",\"error\":" + record::quoted_json(a.error) + next);
    case Ingested::refused:
      return json_answer(
          422, "{\"status\":\"refused\",\"code\":\"refused\",\"error\":" + record::quoted_json(a.error) + "}");
    case Ingested::unknown:
      break;
  }
  return error_answer(403, "unknown_incarnation", a.error);
}

base::HttpResponse get_feed(Context& c) {
  const std::uint64_t after = c.asked_number("after", 0, 0, std::uint64_t{1} << 62);
  const std::uint64_t limit = std::min<std::uint64_t>(c.asked_number("limit", 500, 1, UINT32_MAX), 5000);
  const std::uint64_t wait = c.asked_number("wait", 0, 0, 120);
  if (const std::uint64_t head = c.feed.head(); after > head) {
    if (after > head + kLargestLeap)
      throw Refusal{400, "parameter", "\"after\" lies far beyond everything that was ever published"};
    c.feed.leap_to(after, c.now);
  }
  const Feed::Page page = c.feed.read(c.caller.station, after, limit, kFeedPageBytes);
  std::string body;
  for (const std::string& line : page.lines) body += line + "\n";
  body += "{\"cursor\":" + std::to_string(page.cursor) + ",\"more\":" + (page.more ? "true" : "false") +
          ",\"n\":" + std::to_string(page.lines.size()) + "}\n";
  base::HttpResponse answer{200, {{"content-type", "text/plain; charset=utf-8"}}, std::move(body)};
  if (page.lines.empty() && wait > 0) answer.headers.emplace_back("x-park", std::to_string(wait));
  return answer;
}

base::HttpResponse get_pack(Context& c) {
  auto& s = c.store.prepared("SELECT bytes FROM pack WHERE sha256=$1");
  s.bind(c.captured.at(0));
  if (!s.row()) throw Refusal{404, "not_found", "there is no content pack with this hash"};
  return {200, {{"content-type", "application/octet-stream"}, {"cache-control", "immutable"}}, s.text(0)};
}

base::HttpResponse get_anchor(Context& c) {
  const std::string nonce = c.asked("nonce");
  if (nonce.size() < 16 || nonce.size() > 128 || !base::from_hex(nonce))
    throw Refusal{400, "parameter", "\"nonce\" is not 16 to 128 hex digits"};
  const std::string text = "{\"nonce\":" + record::quoted_json(nonce) + ",\"utc\":\"" + base::iso8601(c.now) + "\"}";
  const std::string signature = base::to_base64url(base::sign(c.keys.signing, text));
  return {200,
          {{"content-type", "text/plain; charset=utf-8"}, {"cache-control", "no-store"}},
          text + "\t" + c.keys.note.name + "\t" + signature + "\n"};
}

}  // namespace

std::vector<Route> station_routes() {
  return {{"POST", "/v1/log", kStation | kAdministrator, post_log},
          {"GET", "/v1/feed", kStation, get_feed},
          {"GET", "/v1/packs/*", kStation | kAdministrator | kAuditor, get_pack},
          {"GET", "/v1/anchor", kStation | kAdministrator | kAuditor, get_anchor}};
}

}  // namespace station::central
