#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/central/centre.h"
#include "sync/central/feed.h"
#include "sync/central/store/store.h"
#include "sync/rules/ladder.h"

// What route files and domain functions of the centre work with. Private to this folder (and its tests).
namespace station::central {

struct ViolationCode {
  std::string code, name_zh, name_en, basis, lesson;
};

// Configuration files, read once at start.
struct Settings {
  rules::LadderProfile ladder;
  std::map<std::string, ViolationCode, std::less<>> codes;
};

class CityLog;
class PartTallies;

// The tools of one transaction.
struct Work {
  Store& store;
  Feed& feed;
  const CentreOptions& options;
  const CentreKeys& keys;
  const Settings& settings;
  base::Random& random;
  base::UtcTime now;
  PartTallies& tallies;
  CityLog& city;
};

// Thrown by a route or domain function: everything of this request is rolled back, and this is the answer.
struct Refusal {
  int status = 400;
  std::string code;   // one word
  std::string error;  // one sentence for the person concerned
};

// Thrown by a route: everything of this request is rolled back, and yet this is the answer. What a dry run would do.
struct RolledBack {
  base::HttpResponse answer;
};

// Who asks, resolved before a route is called: a station by its certificate, or a person by a token.
struct Caller {
  std::string station;       // empty: no station
  std::optional<Role> role;  // empty: no person
  std::string name;          // of the token
};

struct ReadBatch;

struct Context : Work {
  const base::HttpRequest& request;
  const Caller& caller;
  std::map<std::string, std::string, std::less<>> query;  // decoded; the first of several with the same name
  std::vector<std::string> captured;                      // what stood for each * of the pattern, decoded
  const ReadBatch* read = nullptr;                        // of POST /v1/log, when it was read before

  std::string asked(std::string_view name, std::string fallback = {}) const;
  // Throws a Refusal 400 that names the parameter unless it is a whole number from low to high.
  std::uint64_t asked_number(std::string_view name, std::uint64_t fallback, std::uint64_t low,
                             std::uint64_t high) const;
};

// Who may call a route; several are joined by |.
enum Access : unsigned {
  kAnybody = 0,
  kStation = 1,
  kAdministrator = 2,
  kReviewer = 4,
  kAuditor = 8,
  kPlatform = 16,
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/violations/*/withdraw"; * stands for one part of the path
  unsigned access;           // of Access
  base::HttpResponse (*handler)(Context&);
};

// Each from its own file.
std::vector<Route> station_routes();  // log, feed, packs, anchor
std::vector<Route> pull_routes();     // records, heads, stations, quarantine, faults, health …
std::vector<Route> admin_routes();    // riders, violations, courses, reviews, packs, enrol-tokens, enrol

// Percent signs of a URL undone; a plus sign stands for a space in a query only.
enum class PlusSign : std::uint8_t { space, plus };
std::string decode_url(std::string_view text, PlusSign plus = PlusSign::space);
std::map<std::string, std::string, std::less<>> read_query(std::string_view text);

base::HttpResponse json_answer(int status, std::string body);
base::HttpResponse ndjson_answer(std::string body);
base::HttpResponse error_answer(int status, std::string_view code, std::string_view error);

}  // namespace station::central
