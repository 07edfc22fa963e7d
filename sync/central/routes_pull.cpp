#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/central/cursor.h"
#include "sync/central/epoch.h"
#include "sync/central/line_view.h"
#include "sync/central/people.h"
#include "sync/central/routes.h"
#include "sync/central/stations.h"

// What administrators and auditors pull, and what they put right after a restore.
namespace station::central {

namespace {

constexpr std::uint64_t kMostRecords = 10'000;
constexpr std::size_t kPageBytes = std::size_t{8} << 20;
// Positions looked at for one page: a filter that fits nothing must not hold the store for a whole city's history.
constexpr std::uint64_t kWindow = 100'000;

std::string csv_field(std::string_view text) {
  // A spreadsheet takes what begins so for a formula.
  std::string plain(text);
  if (!plain.empty() && std::string_view("=+-@\t\r").find(plain[0]) != std::string_view::npos) plain.insert(0, 1, '\'');
  if (plain.find_first_of("\",\r\n") == std::string::npos) return plain;
  std::string out = "\"";
  for (const char c : plain) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string csv_row(std::string_view line, std::string_view station, std::uint32_t inc, std::uint64_t seq) {
  LineReader reader(station, inc);
  LineView view;
  std::string why;
  reader.read(line, seq, view, why);
  return std::string(station) + "," + std::to_string(inc) + "," + std::to_string(seq) + "," + csv_field(view.type) +
         "," + std::string(view.at) + "," + csv_field(view.subject) + "," + csv_field(view.body) + "," +
         csv_field(line) + "\r\n";
}

std::optional<base::UtcTime> asked_time(const Context& c, const char* name) {
  const std::string text = c.asked(name);
  if (text.empty()) return std::nullopt;
  base::UtcTime at;
  if (!base::parse_iso8601(text.size() == 10 ? text + "T00:00:00+08:00" : text, at))
    throw Refusal{400, "parameter", "\"" + std::string(name) + "\" is no time such as 2026-11-24T06:00:00Z, and no day"};
  return at;
}

PullFilter asked_filter(const Context& c) {
  constexpr std::size_t kLongest = 128;
  PullFilter filter{c.asked("type"), c.asked("station"), c.asked("subject"), asked_time(c, "from"), asked_time(c, "to")};
  for (const std::string* part : {&filter.type, &filter.station, &filter.subject})
    if (part->size() > kLongest || (!part->empty() && !base::is_utf8(*part)))
      throw Refusal{400, "parameter", "a filter is longer than 128 bytes or no text"};
  return filter;
}

// One page as it grows.
struct RecordPage {
  const PullFilter& filter;
  const std::uint64_t limit;
  const bool csv;
  std::string body;
  std::uint64_t pos, n = 0;

  bool full() const { return n >= limit || body.size() >= kPageBytes; }

  // A record as `pos, station, inc, seq, type, subject, line`.
  void take(const Statement& s) {
    pos = s.position(0);
    if (!filter.fits(s.view(4), s.view(1), s.view(5))) return;
    const std::string_view station = s.view(1), line = s.view(6);
    const auto inc = static_cast<std::uint32_t>(s.integer(2));
    if (filter.needs_time()) {
      LineReader reader(station, inc);
      LineView view;
      std::string why;
      if (!reader.read(line, s.position(3), view, why) || !filter.fits_time(view.time)) return;
    }
    ++n;
    if (csv) {
      body += csv_row(line, station, inc, s.position(3));
    } else {
      body += line;
      body += '\n';
    }
  }
};

// Positions after page.pos up to `end`, in steps, so that no more is read than the page needs.
void fill(Store& store, RecordPage& page, std::uint64_t end) {
  while (!page.full() && page.pos < end) {
    const std::uint64_t step = std::min(end, page.pos + std::clamp<std::uint64_t>(page.limit - page.n, 500, 5'000));
    auto& s = store.prepared(
        "SELECT pos, station, inc, seq, type, subject, line FROM record WHERE pos>$1 AND pos<=$2 ORDER BY pos");
    s.bind(page.pos).bind(step);
    while (!page.full() && s.row()) page.take(s);
    if (!page.full()) page.pos = step;
  }
}

// Who has been given what: one row for each consumer and filter, and an entry in the audit log when a pull begins.
void note_pull(Context& c, const PullFilter& filter, bool begins, const RecordPage& page) {
  const std::string text = filter.text();
  if (begins) audit(c, c.caller, "records.pull", text.empty() ? "everything" : text);
  c.store
      .prepared(
          "INSERT INTO pull VALUES($1,$2,$3,$4,$4,$5,$6) ON CONFLICT(name, filter) DO UPDATE SET role=excluded.role, "
          "last=excluded.last, pos=excluded.pos, records=pull.records+excluded.records")
      .bind(c.caller.name)
      .bind(text)
      .bind(to_string(*c.caller.role))
      .bind(base::to_ms(c.now))
      .bind(page.pos)
      .bind(page.n)
      .done();
}

base::HttpResponse get_records(Context& c) {
  const PullFilter filter = asked_filter(c);
  const std::string format = c.asked("format", "ndjson"), cursor = c.asked("cursor"), epoch = epoch_of(c.store);
  if (format != "ndjson" && format != "csv") throw Refusal{400, "parameter", "\"format\" is neither ndjson nor csv"};
  const bool csv = format == "csv";
  const std::uint64_t head = record_head(c.store);
  const std::uint64_t after = cursor.empty() ? 0 : open_cursor(cursor, epoch, filter, head);
  RecordPage page{filter, std::min(c.asked_number("limit", 1000, 1, UINT32_MAX), kMostRecords), csv, {}, after};
  // The byte-order mark and the names stand once, before the first page.
  if (csv && cursor.empty()) page.body = "\xEF\xBB\xBFstation,inc,seq,type,at,subject,body,line\r\n";
  fill(c.store, page, std::min(head, after + kWindow));
  if (page.n > 0 || cursor.empty()) note_pull(c, filter, cursor.empty(), page);
  const std::string trailer = "{\"cursor\":\"" + make_cursor(epoch, filter, page.pos) +
                              "\",\"more\":" + (page.pos < head ? "true" : "false") + ",\"n\":" + std::to_string(page.n) +
                              ",\"lag\":" + std::to_string(head - page.pos) + "}";
  page.body += (csv ? "#" : "") + trailer + (csv ? "\r\n" : "\n");
  return {200, {{"content-type", csv ? "text/csv; charset=utf-8" : "application/x-ndjson"}}, std::move(page.body)};
}

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string time_text(std::int64_t ms) {
  return ms == 0 ? std::string() : base::iso8601(base::utc_from_ms(ms));
}

// With all=1 also earlier heads, without the delegation, which stands in the line of the latest.
base::HttpResponse get_heads(Context& c) {
  std::string body;
  auto& s = c.store.prepared(
      "SELECT station, inc, next, checkpoint, delegation, fenced FROM station_head ORDER BY station, inc");
  while (s.row())
    body += one_line(Json{{"station", s.text(0)},
                          {"inc", s.integer(1)},
                          {"size", s.position(2)},
                          {"checkpoint", s.text(3)},
                          {"delegation", s.text(4)},
                          {"fenced", s.text(5)}});
  if (c.asked("all") == "1") {
    auto& earlier = c.store.prepared("SELECT station, inc, size, checkpoint FROM log_head ORDER BY station, inc, size");
    while (earlier.row())
      body += one_line(Json{{"station", earlier.text(0)},
                            {"inc", earlier.integer(1)},
                            {"size", earlier.position(2)},
                            {"checkpoint", earlier.text(3)},
                            {"delegation", ""},
                            {"fenced", ""}});
  }
  return ndjson_answer(std::move(body));
}

base::HttpResponse get_stations(Context& c) {
  std::string body;
  auto& s = c.store.prepared(
      "SELECT s.station, s.name, s.inc, h.next, h.fenced, h.admitted, h.seen, COALESCE(t.version,''), "
      "COALESCE(t.pack,0), COALESCE(t.started,0), (SELECT COUNT(*) FROM fault f WHERE f.station=s.station), "
      "(SELECT COUNT(*) FROM visit v WHERE v.station=s.station AND v.until=0) FROM station s JOIN station_head h ON "
      "h.station=s.station AND h.inc=s.inc LEFT JOIN station_state t ON t.station=s.station ORDER BY s.station");
  while (s.row())
    body += one_line(Json{{"station", s.text(0)},
                          {"name", s.text(1)},
                          {"inc", s.integer(2)},
                          {"records", s.position(3)},
                          {"fenced", s.text(4)},
                          {"enrolled", time_text(s.integer(5))},
                          {"last_batch", time_text(s.integer(6))},
                          {"version", s.text(7)},
                          {"pack", s.integer(8)},
                          {"started", time_text(s.integer(9))},
                          {"faults", s.integer(10)},
                          {"riders_inside", s.integer(11)}});
  return ndjson_answer(std::move(body));
}

base::HttpResponse get_quarantine(Context& c) {
  std::string body;
  auto& s = c.store.prepared(
      "SELECT pos, station, inc, seq, type, reason FROM quarantine WHERE pos>$1 ORDER BY pos LIMIT $2");
  s.bind(c.asked_number("after", 0, 0, INT64_MAX))
      .bind(std::min(c.asked_number("limit", 1000, 1, UINT32_MAX), kMostRecords));
  while (s.row())
    body += one_line(Json{{"pos", s.position(0)},
                          {"station", s.text(1)},
                          {"inc", s.integer(2)},
                          {"seq", s.position(3)},
                          {"type", s.text(4)},
                          {"reason", s.text(5)}});
  return ndjson_answer(std::move(body));
}

base::HttpResponse get_faults(Context& c) {
  std::string body;
  auto& s = c.store.prepared("SELECT station, code, place, detail, since FROM fault ORDER BY since, station, code");
  while (s.row())
    body += one_line(Json{{"station", s.text(0)},
                          {"code", s.text(1)},
                          {"place", s.text(2)},
                          {"detail", s.text(3)},
                          {"since", time_text(s.integer(4))}});
  return ndjson_answer(std::move(body));
}

base::HttpResponse get_complaints(Context& c) {
  std::string body;
  auto& s = c.store.prepared(
      "SELECT complaint, subject, about, ref, category, station, at FROM complaint ORDER BY at, complaint");
  while (s.row())
    body += one_line(Json{{"complaint", s.text(0)},
                          {"subject", s.text(1)},
                          {"about", s.text(2)},
                          {"ref", s.text(3)},
                          {"category", s.text(4)},
                          {"station", s.text(5)},
                          {"at", time_text(s.integer(6))}});
  return ndjson_answer(std::move(body));
}

base::HttpResponse get_certificates(Context& c) {
  std::string body;
  const std::string subject = c.asked("subject");
  auto& s = c.store.prepared(
      "SELECT c.number, c.course, c.subject, c.station, c.at, c.text, COALESCE(v.reviewer,''), COALESCE(v.reason,'') FROM "
      "certificate c LEFT JOIN certificate_void v ON v.number=c.number WHERE ($1='' OR c.subject=$1) ORDER BY c.at, "
      "c.number");
  s.bind(subject);
  while (s.row())
    body += one_line(Json{{"number", s.text(0)},
                          {"course", s.text(1)},
                          {"subject", s.text(2)},
                          {"station", s.text(3)},
                          {"at", time_text(s.integer(4))},
                          {"text", s.text(5)},
                          {"state", s.view(7).empty() ? "confirmed" : "void"},
                          {"reviewer", s.text(6)},
                          {"reason", s.text(7)}});
  return ndjson_answer(std::move(body));
}

base::HttpResponse get_usage(Context& c) {
  std::string body;
  auto& s =
      c.store.prepared("SELECT station, day, what, n FROM usage WHERE day>=$1 AND day<=$2 ORDER BY day, station, what");
  s.bind(c.asked("from", "0")).bind(c.asked("to", "9"));
  while (s.row())
    body += one_line(Json{{"station", s.text(0)}, {"day", s.text(1)}, {"what", s.text(2)}, {"n", s.integer(3)}});
  return ndjson_answer(std::move(body));
}

// Consumers and how far behind they are.
base::HttpResponse get_pulls(Context& c) {
  std::string body;
  const std::uint64_t head = record_head(c.store);
  auto& s = c.store.prepared("SELECT name, filter, role, begun, last, pos, records FROM pull ORDER BY name, filter");
  while (s.row())
    body += one_line(Json{{"name", s.text(0)},
                          {"role", s.text(2)},
                          {"filter", s.text(1)},
                          {"begun", time_text(s.integer(3))},
                          {"last", time_text(s.integer(4))},
                          {"records", s.position(6)},
                          {"lag", head - std::min(head, s.position(5))}});
  return ndjson_answer(std::move(body));
}

// The other histories of logs that exist twice, as they were sent: evidence.
base::HttpResponse get_forks(Context& c) {
  std::string body;
  auto& s = c.store.prepared("SELECT station, inc, seq, received, sha256, batch FROM fork ORDER BY received LIMIT 100");
  while (s.row())
    body += one_line(Json{{"station", s.text(0)},
                          {"inc", s.integer(1)},
                          {"seq", s.position(2)},
                          {"received", time_text(s.integer(3))},
                          {"sha256", s.text(4)},
                          {"batch", base::to_base64(base::as_bytes(s.view(5)))}});
  return ndjson_answer(std::move(body));
}

base::HttpResponse post_adopt(Context& c) {
  adopt_station(c, c.request.body);
  return json_answer(200, "{\"adopted\":true}");
}

base::HttpResponse get_health(Context&) {
  return json_answer(200, "{\"ok\":true,\"version\":1}");
}

}  // namespace

std::vector<Route> pull_routes() {
  constexpr unsigned kReaders = kAdministrator | kAuditor;
  return {{"GET", "/v1/records", kReaders, get_records},
          {"GET", "/v1/pulls", kReaders, get_pulls},
          {"GET", "/v1/heads", kReaders, get_heads},
          {"GET", "/v1/stations", kReaders, get_stations},
          {"GET", "/v1/forks", kReaders, get_forks},
          {"POST", "/v1/stations/adopt", kAdministrator, post_adopt},
          {"GET", "/v1/quarantine", kReaders, get_quarantine},
          {"GET", "/v1/faults", kReaders, get_faults},
          {"GET", "/v1/complaints", kReaders | kReviewer, get_complaints},
          {"GET", "/v1/certificates", kReaders, get_certificates},
          {"GET", "/v1/usage", kReaders, get_usage},
          {"GET", "/v1/health", kAnybody, get_health}};
}

}  // namespace station::central
