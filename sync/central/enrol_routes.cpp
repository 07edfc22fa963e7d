#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync/central/admin.h"
#include "sync/central/authority.h"
#include "sync/central/body.h"
#include "sync/central/people.h"
#include "sync/central/stations.h"
#include "sync/record/record.h"

// How stations come, stay and go: tokens, enrolment, renewal, revocation.
namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::uint64_t kLongestToken_h = 24;

const Authority& authority_of(const Work& work) {
  if (!work.options.authority) throw Refusal{503, "no_authority", "this centre signs no certificates"};
  return *work.options.authority;
}

void check_station_id(const std::string& station) {
  if (!record::is_station_id(station)) throw Refusal{400, "station", "\"station\" is not of the form 440902-007"};
}

base::PublicKey record_key_of(const std::string& hex) {
  const auto bytes = base::from_hex(hex);
  base::PublicKey key{};
  if (!bytes || bytes->size() != key.size()) throw Refusal{400, "invalid", "\"record_key\" must be 64 hex digits"};
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

IssuedCertificate issue(Work& work, const std::string& csr, const std::string& station, std::uint32_t inc) {
  const auto issued = authority_of(work).sign_station(csr, station, work.now, work.random);
  if (!issued) throw Refusal{400, "csr", issued.error().message};
  work.store
      .prepared("INSERT INTO station_certificate(serial, station, inc, not_after, revoked) VALUES($1, $2, $3, $4, 0)")
      .bind(issued->serial)
      .bind(station)
      .bind(inc)
      .bind(base::to_ms(issued->not_after))
      .done();
  return *issued;
}

void revoke_certificates(Work& work, const std::string& station) {
  work.store.prepared("UPDATE station_certificate SET revoked = $1 WHERE station = $2 AND revoked = 0")
      .bind(base::to_ms(work.now))
      .bind(station)
      .done();
}

HttpResponse post_enrol_token(Context& c) {
  const Body body(c.request.body);
  const std::string station = body.text("station"), name = body.text("name");
  check_station_id(station);
  check_name(name, "name");
  const auto hours = body.number("valid_h", kLongestToken_h, 1, kLongestToken_h);
  const Authority& authority = authority_of(c);
  const std::string token = new_secret(c.random);
  const base::UtcTime expires = c.now + std::chrono::hours(hours);
  c.store.prepared("DELETE FROM enrol_token WHERE station = $1 AND used = 0").bind(station).done();
  c.store.prepared("INSERT INTO enrol_token(hash, station, name, expires, used) VALUES($1, $2, $3, $4, 0)")
      .bind(hash_of_secret(token))
      .bind(station)
      .bind(name)
      .bind(base::to_ms(expires))
      .done();
  audit(c, c.caller, "station.enrol_token", station);
  return json_answer(200, Json{{"token", token},
                               {"station", station},
                               {"name", name},
                               {"expires", base::iso8601(expires)},
                               {"ca_sha256", authority.pin()}}
                              .dump());
}

// Takes the token out of circulation and returns the name that was given with it.
std::string use_token(Work& work, const std::string& token, const std::string& station) {
  const std::string hash = hash_of_secret(token);
  Statement& take = work.store.prepared(
      "UPDATE enrol_token SET used = $1 WHERE hash = $2 AND station = $3 AND used = 0 AND expires > $1");
  take.bind(base::to_ms(work.now)).bind(hash).bind(station).done();
  if (work.store.changes() != 1)
    throw Refusal{403, "denied", "the enrolment token is wrong, used or expired, or for another station"};
  Statement& find = work.store.prepared("SELECT name FROM enrol_token WHERE hash = $1");
  find.bind(hash);
  find.row();
  std::string name = find.text(0);
  find.done();
  return name;
}

HttpResponse post_enrol(Context& c) {
  const Body body(c.request.body);
  const std::string station = body.text("station");
  check_station_id(station);
  const std::string name = use_token(c, body.text("token"), station);
  const base::PublicKey record_key = record_key_of(body.text("record_key"));
  revoke_certificates(c, station);
  const Admission admission = admit_station(c, {station, name, record_key});
  const IssuedCertificate issued = issue(c, body.text("csr"), station, admission.inc);
  audit(c, {station, std::nullopt, ""}, "station.enrol", station, fmt::format("incarnation {}", admission.inc));
  return json_answer(200, Json{{"certificate", issued.pem},
                               {"ca", authority_of(c).certificate()},
                               {"inc", admission.inc},
                               {"city", c.options.city},
                               {"centre_key", c.keys.note.to_text()},
                               {"delegation", admission.delegation},
                               {"roster_key", base::to_hex(c.keys.roster_key)},
                               {"pin_pepper", base::to_hex(c.keys.pin_pepper)},
                               {"name", name}}
                              .dump());
}

// The certificate in use stays good until its end: an answer that is lost does no harm.
HttpResponse post_renew(Context& c) {
  const Body body(c.request.body);
  Statement& find = c.store.prepared("SELECT inc FROM station WHERE station = $1");
  find.bind(c.caller.station);
  find.row();
  const auto inc = static_cast<std::uint32_t>(find.integer(0));
  find.done();
  const IssuedCertificate issued = issue(c, body.text("csr"), c.caller.station, inc);
  audit(c, c.caller, "station.renew", c.caller.station);
  return json_answer(200, Json{{"certificate", issued.pem},
                               {"ca", authority_of(c).certificate()},
                               {"expires", base::iso8601(issued.not_after)}}
                              .dump());
}

HttpResponse post_revoke(Context& c) {
  const std::string& station = c.captured.at(0);
  const Body body(c.request.body);
  const std::string reason = body.text("reason");
  check_name(reason, "reason");
  Statement& find = c.store.prepared("SELECT inc FROM station WHERE station = $1");
  find.bind(station);
  if (!find.row()) throw Refusal{404, "not_found", "there is no station of this id"};
  const auto inc = static_cast<std::uint32_t>(find.integer(0));
  find.done();
  revoke_certificates(c, station);
  for (std::uint32_t i = 1; i <= inc; ++i) fence(c, station, i, reason);
  c.store.prepared("DELETE FROM enrol_token WHERE station = $1 AND used = 0").bind(station).done();
  audit(c, c.caller, "station.revoke", station, reason);
  return json_answer(200, Json{{"station", station}, {"inc", inc}, {"revoked", true}}.dump());
}

}  // namespace

std::set<std::string> revoked_serials(Store& store, base::UtcTime now) {
  std::set<std::string> out;
  Statement& s = store.prepared("SELECT serial FROM station_certificate WHERE revoked <> 0 AND not_after > $1");
  s.bind(base::to_ms(now));
  while (s.row()) out.insert(s.text(0));
  return out;
}

std::vector<Route> enrol_routes() {
  return {{"POST", "/v1/enrol-tokens", kAdministrator, post_enrol_token},
          {"POST", "/v1/enrol", kAnybody, post_enrol},
          {"POST", "/v1/renew", kStation, post_renew},
          {"POST", "/v1/stations/*/revoke", kAdministrator, post_revoke}};
}

}  // namespace station::central
