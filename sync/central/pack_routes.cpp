#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "sync/central/people.h"
#include "sync/record/pack_signature.h"
#include "sync/record/types.h"

// Publishing content packs.
namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

record::PackLimits author_limits() {
  record::PackLimits limits;
  limits.strict = true;
  return limits;
}

// Refuses what would take stations back: a version goes up, and the same version is the same file.
bool is_there(Context& c, const record::Content& content, const std::string& sha256) {
  Statement& s = c.store.prepared("SELECT version, sha256 FROM pack WHERE name = $1 ORDER BY version DESC LIMIT 1");
  s.bind(content.pack);
  if (!s.row()) return false;
  const std::uint64_t newest = s.position(0);
  const bool same = newest == content.version && s.view(1) == sha256;
  s.done();
  if (!same && content.version <= newest)
    throw Refusal{409, "version",
                  "version " + std::to_string(newest) + " of this pack is published already; " +
                      "a change needs a higher version"};
  return same;
}

HttpResponse post_pack(Context& c) {
  const auto content = record::open_pack(c.request.body, author_limits());
  if (!content) throw Refusal{422, "pack", content.error().message};
  // Stations take only what the centre signed; an author's signature stays beside it.
  const auto pack = record::sign_pack(c.request.body, c.keys.note.name, c.keys.signing);
  if (!pack) throw Refusal{422, "pack", pack.error().message};
  const std::string sha256 = base::to_hex(base::sha256(base::as_bytes(*pack)));
  const bool there = is_there(c, *content, sha256);
  if (!there) {
    c.store.prepared("INSERT INTO pack(sha256, name, version, published, bytes) VALUES($1, $2, $3, $4, $5)")
        .bind(sha256)
        .bind(content->pack)
        .bind(content->version)
        .bind(base::to_ms(c.now))
        .bind_blob(*pack)
        .done();
    c.feed.publish("city", record::kFeedPack, c.now,
                   Json{{"pack", content->pack},
                        {"version", content->version},
                        {"sha256", sha256},
                        {"bytes", pack->size()}}
                       .dump(),
                   "pack|" + content->pack);
    audit(c, c.caller, "pack.publish", content->pack, "version " + std::to_string(content->version));
  }
  return json_answer(200, Json{{"pack", content->pack},
                               {"version", content->version},
                               {"sha256", sha256},
                               {"bytes", pack->size()},
                               {"unchanged", there}}
                              .dump());
}

HttpResponse get_packs(Context& c) {
  std::string out;
  Statement& s =
      c.store.prepared("SELECT name, version, sha256, published, length(bytes) FROM pack ORDER BY name, version DESC");
  while (s.row())
    out += Json{{"pack", s.text(0)},
                {"version", s.position(1)},
                {"sha256", s.text(2)},
                {"published", base::iso8601(base::utc_from_ms(s.integer(3)))},
                {"bytes", s.position(4)}}
               .dump() +
           "\n";
  return ndjson_answer(std::move(out));
}

}  // namespace

std::vector<Route> pack_routes() {
  return {{"POST", "/v1/packs", kAdministrator, post_pack}, {"GET", "/v1/packs", kAdministrator | kAuditor, get_packs}};
}

}  // namespace station::central
