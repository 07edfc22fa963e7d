#include "sync/central/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/base/crypto.h"
#include "sync/central/body.h"

namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kIdDigits = 16;  // of the hash, to name a token without telling it
constexpr std::uint64_t kLongestToken_h = 24 * 366;
constexpr std::uint64_t kUsualToken_h = 24 * 90;
constexpr std::uint64_t kAuditPage = 1000;

HttpResponse post_token(Context& c) {
  const Body body(c.request.body);
  const auto role = role_of(body.text("role"));
  if (!role) throw Refusal{400, "invalid", "\"role\" must be administrator, reviewer, auditor or platform"};
  const std::string name = body.text("name");
  const auto hours = body.number("valid_h", kUsualToken_h, 1, kLongestToken_h);
  const std::string token = make_token(c, *role, name, std::chrono::hours(hours));
  const std::string id = hash_of_secret(token).substr(0, kIdDigits);
  audit(c, c.caller, "token.add", id, std::string(to_string(*role)) + " " + name);
  return json_answer(200, Json{{"token", token},
                               {"id", id},
                               {"role", to_string(*role)},
                               {"name", name},
                               {"expires", base::iso8601(c.now + std::chrono::hours(hours))}}
                              .dump());
}

HttpResponse get_tokens(Context& c) {
  std::string out;
  Statement& s = c.store.prepared("SELECT hash, role, name, expires, revoked FROM person_token ORDER BY expires, hash");
  while (s.row()) {
    Json row{{"id", s.text(0).substr(0, kIdDigits)},
             {"role", s.text(1)},
             {"name", s.text(2)},
             {"expires", base::iso8601(base::utc_from_ms(s.integer(3)))}};
    row["revoked"] = s.integer(4) ? Json(base::iso8601(base::utc_from_ms(s.integer(4)))) : Json();
    out += row.dump() + "\n";
  }
  return ndjson_answer(std::move(out));
}

HttpResponse delete_token(Context& c) {
  const std::string& id = c.captured.at(0);
  const auto bytes = base::from_hex(id);
  if (!bytes || id.size() != kIdDigits) throw Refusal{404, "not_found", "there is no token of this id"};
  Statement& find = c.store.prepared("SELECT hash, role, revoked FROM person_token WHERE hash >= $1 AND hash < $2");
  find.bind(base::to_hex(*bytes)).bind(base::to_hex(*bytes) + "g");
  if (!find.row()) throw Refusal{404, "not_found", "there is no token of this id"};
  const std::string hash = find.text(0), role = find.text(1);
  const bool gone = find.integer(2) != 0;
  find.done();
  if (!gone) {
    Statement& left = c.store.prepared(
        "SELECT count(*) FROM person_token WHERE role = 'administrator' AND revoked = 0 AND expires > $1 AND hash <> "
        "$2");
    left.bind(base::to_ms(c.now)).bind(hash);
    left.row();
    const bool last = role == to_string(Role::administrator) && left.integer(0) == 0;
    left.done();
    if (last) throw Refusal{409, "last", "this is the last administrator's token; make another one first"};
    c.store.prepared("UPDATE person_token SET revoked = $1 WHERE hash = $2").bind(base::to_ms(c.now)).bind(hash).done();
    audit(c, c.caller, "token.revoke", id);
  }
  return json_answer(200, Json{{"id", id}, {"revoked", true}}.dump());
}

HttpResponse get_audit(Context& c) {
  const auto after = c.asked_number("after", 0, 0, INT64_MAX);
  const auto limit = c.asked_number("limit", kAuditPage, 1, 10 * kAuditPage);
  Statement& s = c.store.prepared(
      "SELECT pos, at, name, role, action, object, detail FROM audit WHERE pos > $1 ORDER BY pos LIMIT $2");
  s.bind(after).bind(limit + 1);
  std::string out;
  std::uint64_t n = 0, cursor = after;
  bool more = false;
  while (s.row()) {
    if (n == limit) {
      more = true;
      break;
    }
    cursor = s.position(0);
    ++n;
    out += Json{{"pos", cursor},       {"at", base::iso8601(base::utc_from_ms(s.integer(1)))},
                {"name", s.text(2)},   {"role", s.text(3)},
                {"action", s.text(4)}, {"object", s.text(5)},
                {"detail", s.text(6)}}
               .dump() +
           "\n";
  }
  s.done();
  return ndjson_answer(out + Json{{"cursor", cursor}, {"more", more}, {"n", n}}.dump() + "\n");
}

}  // namespace

std::string hash_of_secret(std::string_view secret) {
  return base::to_hex(base::sha256(base::as_bytes(secret)));
}

std::string new_secret(base::Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  return base::to_base64url(bytes);
}

std::optional<Person> person_by_token(Store& store, std::string_view token, base::UtcTime now) {
  Statement& s = store.prepared("SELECT role, name FROM person_token WHERE hash = $1 AND revoked = 0 AND expires > $2");
  s.bind(hash_of_secret(token)).bind(base::to_ms(now));
  std::optional<Person> person;
  if (s.row())
    if (const auto role = role_of(s.view(0))) person = Person{*role, s.text(1)};
  s.done();
  return person;
}

std::string make_token(Work& work, Role role, const std::string& name, base::Milliseconds valid) {
  check_name(name, "name");
  const std::string token = new_secret(work.random);
  work.store.prepared("INSERT INTO person_token(hash, role, name, expires, revoked) VALUES($1, $2, $3, $4, 0)")
      .bind(hash_of_secret(token))
      .bind(to_string(role))
      .bind(name)
      .bind(base::to_ms(work.now + valid))
      .done();
  return token;
}

std::vector<TokenHash> valid_tokens(Store& store, base::UtcTime now) {
  std::vector<TokenHash> out;
  Statement& s = store.prepared("SELECT hash, role, expires FROM person_token WHERE revoked = 0 AND expires > $1");
  s.bind(base::to_ms(now));
  while (s.row())
    if (const auto role = role_of(s.view(1))) out.push_back({s.text(0), *role, base::utc_from_ms(s.integer(2))});
  return out;
}

void audit(Work& work, const Caller& who, std::string_view action, const std::string& object,
           const std::string& detail) {
  work.store
      .prepared(
          "INSERT INTO audit(pos, at, name, role, action, object, detail) "
          "SELECT coalesce(max(pos), 0) + 1, $1, $2, $3, $4, $5, $6 FROM audit")
      .bind(base::to_ms(work.now))
      .bind(who.station.empty() ? who.name : who.station)
      .bind(who.role ? to_string(*who.role) : (who.station.empty() ? "centre" : "station"))
      .bind(action)
      .bind(object)
      .bind(detail)
      .done();
}

void check_name(const std::string& name, const char* what) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (name.empty() || name.size() > kLongestName || control || !base::is_utf8(name))
    throw Refusal{400, "invalid", fmt::format("\"{}\" must be 1 to {} bytes of readable text", what, kLongestName)};
}

std::vector<Route> people_routes() {
  return {{"POST", "/v1/tokens", kAdministrator, post_token},
          {"GET", "/v1/tokens", kAdministrator, get_tokens},
          {"DELETE", "/v1/tokens/*", kAdministrator, delete_token},
          {"GET", "/v1/audit", kAdministrator | kAuditor, get_audit}};
}

}  // namespace station::central
