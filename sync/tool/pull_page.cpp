#include "sync/tool/pull_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/client/backoff.h"
#include "sync/record/json_text.h"

namespace station::tool {

using base::Errc;
using base::fail;

namespace {

constexpr int kTriesOfCutPage = 5;

// Line feeds outside quotes.
std::uint64_t csv_rows(std::string_view text) {
  std::uint64_t n = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) ++n;
  }
  return n;
}

std::string target_of(const PullQuery& query, const std::string& cursor) {
  return "/v1/records?" + query.text() + fmt::format("&limit={}", query.limit) +
         (cursor.empty() ? "" : "&cursor=" + url_part(cursor));
}

}  // namespace

std::string PullQuery::text() const {
  std::string out = csv ? "format=csv" : "format=ndjson";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += fmt::format("&{}={}", name, url_part(value));
  };
  add("type", type);
  add("station", station);
  add("subject", subject);
  add("from", from);
  add("to", to);
  return out;
}

base::Result<PullPage> read_page(std::string_view body, bool csv) {
  const auto cut = [] { return fail(Errc::corrupt, "the page was cut before its end"); };
  if (!body.ends_with('\n')) return cut();
  const std::size_t feed = body.substr(0, body.size() - 1).rfind('\n');
  const std::size_t begin = feed == std::string_view::npos ? 0 : feed + 1;
  std::string_view trailer = body.substr(begin);
  if (csv) {
    if (!trailer.starts_with('#')) return cut();
    trailer.remove_prefix(1);
  }
  const auto json = record::parse_json(trailer);
  PullPage page;
  page.rows = body.substr(0, begin);
  const auto number = [&](const char* key, std::uint64_t& out) {
    return json.contains(key) && record::whole_number(json[key], out);
  };
  if (!json.is_object() || !json.contains("cursor") || !json["cursor"].is_string() || !json.contains("more") ||
      !json["more"].is_boolean() || !number("n", page.n) || !number("lag", page.lag))
    return cut();
  page.cursor = json["cursor"].get<std::string>();
  page.more = json["more"].get<bool>();
  const auto lines = static_cast<std::uint64_t>(std::count(page.rows.begin(), page.rows.end(), '\n'));
  const bool head = csv && page.rows.starts_with("\xEF\xBB\xBF");
  if ((csv ? csv_rows(page.rows) : lines) != page.n + (head ? 1 : 0))
    return fail(Errc::corrupt, fmt::format("the page does not hold the {} records that its end speaks of", page.n));
  return page;
}

int pull_pages(Io& io, CentreAccess& centre, const PullQuery& query, std::string cursor,
               const std::function<int(const PullPage&)>& take) {
  client::Backoff backoff(io.random, {});
  int cut = 0;
  while (true) {
    const auto answer = centre.send(io, {"GET", target_of(query, cursor), {}, {}, {}});
    if (!answer) return explain(io, answer.error());
    if (answer->status != 200) return explain(io, *answer);
    const auto page = read_page(answer->body, query.csv);
    if (!page) {
      if (++cut == kTriesOfCutPage) {
        io.err << "station-tool: " << page.error().message << "\n";
        return kNoReach;
      }
      if (!io.wait(backoff.next())) return kNoReach;
      continue;
    }
    cut = 0;
    backoff.reset();
    if (const int status = take(*page); status != kOk || !page->more) return status;
    cursor = page->cursor;
  }
}

}  // namespace station::tool
