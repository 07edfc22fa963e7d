#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "sync/central/city_log.h"
#include "sync/central/epoch.h"
#include "sync/central/people.h"
#include "sync/record/note.h"
#include "sync/record/record.h"
#include "sync/rules/points.h"

// The city's own log: heads, proofs, witnesses, and what each day ended with.
namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLongestWitness = 128;

HttpResponse text_answer(std::string text) {
  return {200, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}

Json proof_json(const std::vector<base::Digest>& proof) {
  Json out = Json::array();
  for (const base::Digest& d : proof) out.push_back(base::to_base64(d));
  return out;
}

std::string city_origin(Work& work) {
  return "rider-station-city/" + work.options.city + "/" + epoch_of(work.store);
}

record::Checkpoint city_head(Work& work, std::uint64_t size) {
  return {city_origin(work), size,
          size == 0                  ? record::empty_root()
          : size == work.city.size() ? work.city.root()
                                     : work.city.root_at(size)};
}

HttpResponse get_checkpoint(Context& c) {
  return text_answer(record::sign_checkpoint(city_head(c, c.city.size()), c.keys.note.name, c.keys.signing));
}

HttpResponse get_consistency(Context& c) {
  const std::uint64_t size = c.city.size(), to = c.asked_number("to", size, 0, size),
                      from = c.asked_number("from", 0, 0, to);
  return json_answer(200, Json{{"from", from},
                               {"to", to},
                               {"proof", proof_json(from == 0 ? std::vector<base::Digest>() : c.city.consistency(from, to))}}
                              .dump());
}

// Of one record, named by its place in its station's log.
HttpResponse get_inclusion(Context& c) {
  const std::string station = c.asked("station");
  const auto inc = static_cast<std::uint32_t>(c.asked_number("inc", 1, 1, UINT32_MAX));
  const auto index = city_index(c.store, station, inc, c.asked_number("seq", 0, 0, INT64_MAX));
  const std::uint64_t all = c.city.size(), size = c.asked_number("size", all, 0, all);
  if (!index || *index >= size)
    throw Refusal{404, "not_found", "the city's log of this size does not hold this record"};
  std::string line;
  {
    auto& s = c.store.prepared("SELECT line FROM record WHERE pos=$1");
    s.bind(*index + 1);
    if (s.row()) line = s.text(0);
  }
  return json_answer(200, Json{{"index", *index},
                               {"size", size},
                               {"leaf", base::to_base64(record::leaf_hash(line))},
                               {"proof", proof_json(c.city.inclusion(*index, size))}}
                              .dump());
}

// A head that a second party has checked and signed. It must be one of ours.
HttpResponse post_witness(Context& c) {
  const std::string name = c.asked("name");
  if (name.empty() || name.size() > kLongestWitness || name == c.keys.note.name)
    throw Refusal{400, "parameter", "\"name\" must be the name of the witness' key"};
  const auto head = record::open_checkpoint(c.request.body, c.keys.note);
  if (!head) throw Refusal{400, "checkpoint", head.error().message};
  if (head->origin != city_origin(c) || head->size == 0 || head->size > c.city.size() ||
      c.city.root_at(head->size) != head->root)
    throw Refusal{409, "checkpoint", "this is no head of the city's log as it is now"};
  if (c.request.body.find("\n\xE2\x80\x94 " + name + " ") == std::string::npos)
    throw Refusal{400, "checkpoint", "the head carries no signature of this name"};
  c.store
      .prepared(
          "INSERT INTO city_witness VALUES($1,$2,$3,$4) ON CONFLICT(name) DO UPDATE SET size=excluded.size, "
          "at=excluded.at, note=excluded.note")
      .bind(name)
      .bind(head->size)
      .bind(base::to_ms(c.now))
      .bind(c.request.body)
      .done();
  return json_answer(200, Json{{"name", name}, {"size", head->size}}.dump());
}

HttpResponse get_witnesses(Context& c) {
  std::string out;
  auto& s = c.store.prepared("SELECT name, size, at, note FROM city_witness ORDER BY name");
  while (s.row())
    out += Json{{"name", s.text(0)},
                {"size", s.position(1)},
                {"at", base::iso8601(base::utc_from_ms(s.integer(2)))},
                {"note", s.text(3)}}
               .dump() +
           "\n";
  return ndjson_answer(std::move(out));
}

HttpResponse get_days(Context& c) {
  std::string out;
  auto& s = c.store.prepared("SELECT day, size, note, counts FROM day_close WHERE day>=$1 AND day<=$2 ORDER BY day");
  s.bind(c.asked("from", "0")).bind(c.asked("to", "9"));
  while (s.row())
    out += Json{{"day", s.text(0)}, {"size", s.position(1)}, {"note", s.text(2)}, {"counts", s.text(3)}}.dump() + "\n";
  return ndjson_answer(std::move(out));
}

std::string open_day(Store& store) {
  auto& s = store.prepared("SELECT value FROM meta WHERE key='open_day'");
  return s.row() ? s.text(0) : std::string();
}

// How far each station's log has come: a line for each, "440902-007 1 2301".
std::string log_counts(Store& store) {
  std::string out;
  auto& s = store.prepared("SELECT station, inc, next FROM station_head ORDER BY station, inc");
  while (s.row()) out += s.text(0) + " " + s.text(1) + " " + s.text(2) + "\n";
  return out;
}

// Size and root of the city's log and the hash of the counts.
std::string day_text(Work& work, const std::string& day, const std::string& counts) {
  const record::Checkpoint head = city_head(work, work.city.size());
  return head.origin + "/day\n" + day + "\n" + std::to_string(head.size) + "\n" + base::to_base64(head.root) + "\n" +
         base::to_base64(base::sha256(base::as_bytes(counts))) + "\n";
}

}  // namespace

void close_day(Work& work) {
  const std::string today = rules::local_day(work.now), open = open_day(work.store);
  if (open >= today) return;
  if (!open.empty()) {
    const std::string counts = log_counts(work.store);
    work.store.prepared("INSERT INTO day_close VALUES($1,$2,$3,$4) ON CONFLICT(day) DO NOTHING")
        .bind(open)
        .bind(work.city.size())
        .bind(record::sign_note(day_text(work, open, counts), work.keys.note.name, work.keys.signing))
        .bind(counts)
        .done();
  }
  work.store.prepared("INSERT INTO meta VALUES('open_day',$1) ON CONFLICT(key) DO UPDATE SET value=excluded.value")
      .bind(today)
      .done();
}

std::vector<Route> city_routes() {
  constexpr unsigned kReaders = kAdministrator | kAuditor;
  return {{"GET", "/v1/city/checkpoint", kReaders, get_checkpoint},
          {"GET", "/v1/city/consistency", kReaders, get_consistency},
          {"GET", "/v1/city/inclusion", kReaders, get_inclusion},
          {"POST", "/v1/city/witness", kAuditor, post_witness},
          {"GET", "/v1/city/witnesses", kReaders, get_witnesses},
          {"GET", "/v1/city/days", kReaders, get_days}};
}

}  // namespace station::central
