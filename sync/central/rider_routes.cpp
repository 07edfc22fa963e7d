#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "sync/central/admin.h"
#include "sync/central/body.h"
#include "sync/central/csv.h"
#include "sync/central/people.h"
#include "sync/central/riders.h"
#include "sync/record/record.h"
#include "sync/record/types.h"
#include "sync/rules/identity.h"

// The roster: who may come, by pseudonyms. Names as shown on screens are passed on and not kept; cards, logins and
// rider numbers are never written down.
namespace station::central {

using base::HttpResponse;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLongestRider = 64;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostCards = 8;

struct Roster {
  Context& c;
  std::size_t first_row;  // of a file that is sent in parts: what to add to row numbers
  ImportReport report;
  std::unordered_map<std::string, std::size_t> rows;  // subject → row of this file
};

struct RiderRow {
  std::string rider, subject, name, login, pin, last4;
  bool maintainer = false;
  std::vector<std::string> cards;  // pseudonyms, like login
  std::string problem;             // empty when the row is good
};

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// UIDs have 4, 7 or 10 bytes; cards of shops have others.
bool read_cards(const base::MacKey& key, const std::string& text, RiderRow& out) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    std::string uid = text.substr(at, end - at);
    std::erase_if(uid, [](char c) { return c == ' ' || c == ':'; });
    at = end + 1;
    if (uid.empty()) continue;
    const auto bytes = base::from_hex(uid);
    if (!bytes || bytes->size() < 4 || bytes->size() > 10 || out.cards.size() == kMostCards) return false;
    out.cards.push_back(base::pseudonym(key, "card", base::to_hex_upper(*bytes)));
  }
  std::sort(out.cards.begin(), out.cards.end());
  out.cards.erase(std::unique(out.cards.begin(), out.cards.end()), out.cards.end());
  return true;
}

RiderRow read_row(const CentreKeys& keys, const CsvTable& table) {
  const base::MacKey& key = keys.roster_key;
  RiderRow row;
  const auto bad = [&](std::string why) {
    row.problem = std::move(why);
    return row;
  };
  const std::string& rider = table["rider"];
  if (rider.empty() || rider.size() > kLongestRider) return bad("rider: must be 1 to 64 bytes");
  row.subject = rider_subject(keys, rider);
  row.rider = rider;
  row.name = table["name"];
  if (row.name.empty() || row.name.size() > kLongestName) return bad("name: must be 1 to 64 bytes");
  if (!read_cards(key, table["cards"], row))
    return bad("cards: at most 8 card numbers in hex (4 to 10 bytes), separated by \";\"");
  const std::string login = rules::normal_phone(table["login"]);
  if (!login.empty()) {
    if (!is_digits(login) || login.size() < 4 || login.size() > 20) return bad("login: 4 to 20 digits, or empty");
    row.login = base::pseudonym(key, "login", login);
  }
  row.last4 = table["last4"];
  if (row.last4.empty() && !login.empty()) row.last4 = rules::last4(login);
  if (row.last4.size() > 4 ||
      !std::all_of(row.last4.begin(), row.last4.end(), [](unsigned char c) { return std::isalnum(c) != 0; }))
    return bad("last4: at most 4 letters or digits");
  if (const std::string& role = table["role"]; !role.empty() && role != "rider" && role != "maintainer")
    return bad("role: rider or maintainer, or empty");
  row.maintainer = table["role"] == "maintainer";
  row.pin = table["pin"];
  if (auto problem = pin_problem(row.pin, login); !problem.empty()) return bad(std::move(problem));
  if (row.cards.empty() && row.login.empty()) return bad("neither a card nor a login");
  return row;
}

// Cards and logins that belong to somebody else; the column concerned, or empty.
const char* taken(Store& store, const RiderRow& row) {
  const auto is_other = [&](const std::string& key) {
    Statement& s = store.prepared("SELECT subject FROM rider_key WHERE key = $1");
    s.bind(key);
    const bool other = s.row() && s.view(0) != row.subject;
    s.done();
    return other;
  };
  if (!row.login.empty() && is_other(row.login)) return "login: belongs to another rider already";
  for (const auto& card : row.cards)
    if (is_other(card)) return "cards: one of them belongs to another rider already";
  return nullptr;
}

struct Stored {
  std::string digest, pin;
};
Stored find_rider(Store& store, const std::string& subject) {
  Statement& s = store.prepared("SELECT digest, pin, removed FROM rider WHERE subject = $1");
  s.bind(subject);
  Stored stored;
  if (s.row()) {
    stored = {s.text(0), s.text(1)};
    if (s.integer(2) != 0) stored.digest.clear();
  }
  s.done();
  return stored;
}

std::string verifier_for(Context& c, const RiderRow& row, const std::string& stored) {
  if (row.pin.empty()) return stored;
  if (row.pin == "-") return {};
  return is_clear_pin(row.pin) ? rider_verifier(c.keys, c.options.pin_cost, row.rider, row.pin) : row.pin;
}

std::string upsert_body(const RiderRow& row, const std::string& pin) {
  Json body{{"subject", row.subject},  {"name", row.name}, {"cards", row.cards},
            {"login", row.login},      {"pin", pin},       {"last4", row.last4},
            {"consent", Json::array()}};
  if (row.maintainer) body["role"] = "maintainer";
  return body.dump();
}

void keep_keys(Store& store, const RiderRow& row) {
  store.prepared("DELETE FROM rider_key WHERE subject = $1").bind(row.subject).done();
  const auto keep = [&](const std::string& key) {
    store.prepared("INSERT INTO rider_key(key, subject) VALUES($1, $2)").bind(key).bind(row.subject).done();
  };
  if (!row.login.empty()) keep(row.login);
  for (const auto& card : row.cards) keep(card);
}

// True when something changed.
bool upsert(Context& c, const RiderRow& row) {
  const Stored stored = find_rider(c.store, row.subject);
  const std::string pin = verifier_for(c, row, stored.pin);
  const std::string body = upsert_body(row, pin);
  const std::string digest = base::to_hex(base::sha256(base::as_bytes(body)));
  if (digest == stored.digest) return false;
  c.store
      .prepared(
          "INSERT INTO rider(subject, digest, pin, removed) VALUES($1, $2, $3, 0) ON CONFLICT(subject) DO UPDATE "
          "SET digest = excluded.digest, pin = excluded.pin, removed = 0")
      .bind(row.subject)
      .bind(digest)
      .bind(pin)
      .done();
  keep_keys(c.store, row);
  c.feed.publish("city", record::kFeedRider, c.now, body, "rider|" + row.subject);
  return true;
}

void import_row(Roster& roster, const CsvTable& table) {
  const std::size_t number = table.row() + roster.first_row;
  const auto reject = [&](std::string why) { roster.report.reject(number, std::move(why)); };
  if (!table.problem().empty()) return reject(table.problem());
  const RiderRow row = read_row(roster.c.keys, table);
  if (!row.problem.empty()) return reject(row.problem);
  if (const auto [before, fresh] = roster.rows.emplace(row.subject, number); !fresh)
    return reject(fmt::format("rider: stands in row {} already", before->second));
  if (const char* why = taken(roster.c.store, row)) return reject(why);
  if (upsert(roster.c, row)) {
    ++roster.report.imported;
  } else {
    ++roster.report.unchanged;
  }
}

HttpResponse post_riders(Context& c) {
  auto table = CsvTable::open(c.request.body, {"rider", "name", "cards"}, {"login", "pin", "last4", "role"});
  if (!table) throw Refusal{400, "csv", table.error().message};
  Roster roster{c, c.asked_number("first_row", 0, 0, 100'000'000), {}, {}};
  while (table->next()) import_row(roster, *table);
  if (roster.report.imported > 0)
    audit(c, c.caller, "riders.import", "",
          fmt::format("imported {}, unchanged {}, rejected {}", roster.report.imported, roster.report.unchanged,
                      roster.report.rejected_rows));
  return import_answer(c, roster.report);
}

std::string known_subject(Context& c, const Body& body) {
  const std::string subject = rider_subject(c.keys, body.text("rider"));
  if (!rider_known(c.store, subject)) throw Refusal{404, "not_found", "nobody of this number is in the roster"};
  return subject;
}

HttpResponse post_remove(Context& c) {
  const std::string subject = known_subject(c, Body(c.request.body));
  c.store.prepared("UPDATE rider SET removed = 1, digest = '', pin = '' WHERE subject = $1").bind(subject).done();
  c.store.prepared("DELETE FROM rider_key WHERE subject = $1").bind(subject).done();
  c.feed.publish("city", record::kFeedRiderRemoved, c.now, Json{{"subject", subject}}.dump(), "rider|" + subject);
  audit(c, c.caller, "riders.remove", subject);
  return json_answer(200, Json{{"subject", subject}, {"removed", true}}.dump());
}

// After fifteen wrong PINs only the centre opens the lock of a rider at a station.
HttpResponse post_unlock(Context& c) {
  const Body body(c.request.body);
  const std::string station = body.text("station");
  if (!record::is_station_id(station)) throw Refusal{400, "station", "\"station\" is not of the form 440902-007"};
  const std::string subject = known_subject(c, body);
  c.feed.publish("station:" + station, record::kFeedUnlock, c.now,
                 Json{{"subject", subject}, {"station", station}}.dump());
  audit(c, c.caller, "riders.unlock", subject, station);
  return json_answer(200, Json{{"subject", subject}, {"station", station}}.dump());
}

// The pseudonym under which records and courses speak of a rider.
HttpResponse post_subject(Context& c) {
  const std::string subject = known_subject(c, Body(c.request.body));
  audit(c, c.caller, "riders.look_up", subject);
  return json_answer(200, Json{{"subject", subject}}.dump());
}

}  // namespace

bool rider_known(Store& store, const std::string& subject) {
  Statement& s = store.prepared("SELECT 1 FROM rider WHERE subject = $1 AND removed = 0");
  s.bind(subject);
  const bool known = s.row();
  s.done();
  return known;
}

std::vector<Route> rider_routes() {
  return {{"POST", "/v1/riders", kAdministrator, post_riders},
          {"POST", "/v1/riders/remove", kAdministrator, post_remove},
          {"POST", "/v1/riders/unlock", kAdministrator, post_unlock},
          {"POST", "/v1/riders/subject", kAdministrator | kReviewer, post_subject}};
}

}  // namespace station::central
