#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "sync/central/authority.h"
#include "sync/central/routes.h"
#include "sync/client/tls_identity.h"
#include "tests/central/city.h"

// sync/central/openapi.json against the real route table and real answers.
using namespace station;
using namespace station::central;
using namespace station::central::test;
using Json = nlohmann::json;

namespace {

const Json& document() {
  static const Json parsed = [] {
    std::ifstream in(std::string(STATION_SOURCE_DIR) + "/sync/central/openapi.json");
    return Json::parse(in);
  }();
  return parsed;
}

const Json& resolved(const Json& node) {
  if (!node.contains("$ref")) return node;
  return document().at(Json::json_pointer(node["$ref"].get<std::string>().substr(1)));
}

bool is_of(const Json& value, const std::string& type) {
  return type == "string"    ? value.is_string()
         : type == "integer" ? value.is_number_integer()
         : type == "boolean" ? value.is_boolean()
         : type == "array"   ? value.is_array()
         : type == "object"  ? value.is_object()
                             : type == "null" && value.is_null();
}

// The part of JSON Schema that the document uses. What is wrong, or "".
std::string complaint(const Json& value, const Json& schema_or_ref, const std::string& at = "") {
  const Json& schema = resolved(schema_or_ref);
  if (schema.contains("oneOf")) {
    for (const auto& one : schema["oneOf"])
      if (complaint(value, one, at).empty()) return "";
    return at + ": is of none of the forms";
  }
  const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
  if (std::none_of(types.begin(), types.end(), [&](const Json& t) { return is_of(value, t); }))
    return at + ": is not of type " + types.dump();
  if (schema.contains("enum") && std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
    return at + ": is none of " + schema["enum"].dump();
  if (value.is_array())
    for (const auto& item : value)
      if (auto bad = complaint(item, schema.at("items"), at + "[]"); !bad.empty()) return bad;
  if (!value.is_object()) return "";
  for (const auto& name : schema.at("required"))
    if (!value.contains(name.get<std::string>())) return at + "." + name.get<std::string>() + ": is missing";
  for (const auto& [name, member] : value.items()) {
    if (!schema["properties"].contains(name)) return at + "." + name + ": is not in the document";
    if (auto bad = complaint(member, schema["properties"][name], at + "." + name); !bad.empty()) return bad;
  }
  return "";
}

// "/v1/packs/{sha256}" → "/v1/packs/*"
std::string pattern_of(std::string path) {
  for (std::size_t open = 0; (open = path.find('{')) != std::string::npos;)
    path.replace(open, path.find('}', open) + 1 - open, "*");
  return path;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::set<std::string> callers_of(unsigned access) {
  std::set<std::string> out;
  const std::pair<Access, const char*> names[] = {{kStation, "station"}, {kAdministrator, "administrator"}, {kReviewer, "reviewer"},
                                                  {kAuditor, "auditor"}, {kPlatform, "platform"}};
  for (const auto& [bit, name] : names)
    if ((access & bit) != 0) out.insert(name);
  return out;
}

std::vector<Route> all_routes() {
  std::vector<Route> all;
  for (const auto& part : {station_routes(), pull_routes(), admin_routes()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// The operation that answers a request, and its pattern.
const Json* operation_of(const HttpRequest& request, std::string* pattern = nullptr) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  const Json* found = nullptr;
  for (const auto& [name, methods] : document()["paths"].items()) {
    const std::string p = pattern_of(name);
    const std::size_t star = p.find('*');
    const bool exact = p == path;
    const bool fits = star != std::string::npos && path.starts_with(p.substr(0, star)) &&
                      path.ends_with(p.substr(star + 1)) &&
                      std::count(path.begin(), path.end(), '/') == std::count(p.begin(), p.end(), '/');
    if ((!exact && !(fits && !found)) || !methods.contains(lower(request.method))) continue;
    found = &methods[lower(request.method)];
    if (pattern) *pattern = request.method + " " + p;
    if (exact) break;
  }
  return found;
}

// A city whose every answer is held against the document.
struct Witnessed {
  City city;
  std::set<std::string> answered;  // operations that gave a 200
  std::map<Role, std::string> tokens;

  HttpResponse ask(const HttpRequest& request) {
    const auto response = city.send(request);
    INFO(request.method << " " << request.target << " → " << response.status << " " << response.body.substr(0, 500));
    std::string pattern;
    const Json* operation = operation_of(request, &pattern);
    REQUIRE(operation);
    const std::string status = std::to_string(response.status);
    REQUIRE(operation->at("responses").contains(status));
    const Json& content = resolved(operation->at("responses").at(status)).at("content");
    const std::string type = base::header_of(response.headers, "content-type");
    REQUIRE(content.contains(type));
    check_body(content.at(type), type, response.body);
    if (response.status == 200 || response.status == 202) answered.insert(pattern);
    return response;
  }
  static void check_body(const Json& media, const std::string& type, const std::string& body) {
    if (type == "application/json") {
      const std::string bad = complaint(Json::parse(body), media.at("schema"), "body");
      CHECK(bad == "");
      return;
    }
    auto lines = lines_of(body);
    if (media.contains("x-trailer")) {
      REQUIRE_FALSE(lines.empty());
      CHECK(complaint(Json::parse(lines.back()), media["x-trailer"], "trailer") == "");
      lines.pop_back();
    }
    if (!media.contains("x-row")) return;
    for (const auto& line : lines) {
      const std::string bad = complaint(Json::parse(line), media["x-row"], "row");
      CHECK(bad == "");
    }
  }
  HttpResponse by(Role role, const std::string& method, const std::string& target, const std::string& body = {}) {
    auto& token = tokens[role];
    if (token.empty()) token = city.token(role);
    return ask({method, target, {{"authorization", "Bearer " + token}}, body, {}});
  }
  HttpResponse desk(const std::string& method, const std::string& target, const std::string& body = {}) {
    return by(Role::administrator, method, target, body);
  }
};

}  // namespace

TEST_CASE("every route stands in the document with its callers, and nothing else", "[central][openapi]") {
  std::set<std::string> routes, said;
  for (const Route& route : all_routes()) {
    const std::string name = std::string(route.method) + " " + std::string(route.pattern);
    INFO(name);
    routes.insert(name);
    const Json* operation = operation_of({std::string(route.method), std::string(route.pattern), {}, {}, {}});
    REQUIRE(operation);
    std::set<std::string> callers;
    for (const auto& caller : operation->at("x-callers")) callers.insert(caller.get<std::string>());
    CHECK(callers == callers_of(route.access));
  }
  for (const auto& [path, methods] : document()["paths"].items())
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (path.starts_with("/v1/")) said.insert(upper + " " + pattern_of(path));
    }
  CHECK(routes == said);
}

TEST_CASE("real answers are of the form that the document states", "[central][openapi]") {
  Witnessed w;
  auto log = w.city.enrol("440902-007"), other = w.city.enrol("440902-008");
  const std::string administrator = w.city.token(Role::administrator);
  w.desk("POST", "/v1/riders", "rider,name,cards,login\nR1,Wang,04A1B2C3,13800000001\nR2,Li,,13800000002\nR3,,,\n");
  w.desk("POST", "/v1/riders?dry_run=1", "rider,name,cards\nR9,Zhao,04A1B2C9\n");
  const std::string subject = Json::parse(w.desk("POST", "/v1/riders/subject", R"({"rider":"R1"})").body)["subject"];
  w.desk("POST", "/v1/riders/subject", R"({"rider":"nobody"})");
  w.desk("POST", "/v1/riders/unlock", R"({"rider":"R1","station":"440902-007"})");
  std::ifstream codes(std::string(STATION_SOURCE_DIR) + "/config/violation_codes.csv");
  std::string code;
  std::getline(codes, code);
  std::getline(codes, code);
  code = code.substr(0, code.find(','));
  std::string violations = "id,rider,code,at,place\n";
  for (int i = 0; i < 12; ++i) violations += "V" + std::to_string(i) + ",R1," + code + ",2026-11-2" + std::to_string(i % 4) + " 08:0" + std::to_string(i % 10) + ",North road\n";
  w.desk("POST", "/v1/violations", violations + "VX,R1,no such code,2026-11-20 08:00,x\n");
  w.desk("POST", "/v1/violations/V0/withdraw", R"({"reason":"entered twice"})");
  w.desk("POST", "/v1/violations/none/withdraw", R"({"reason":"entered twice"})");
  w.desk("GET", "/v1/courses");
  const auto waiting = lines_of(w.by(Role::reviewer, "GET", "/v1/reviews").body);
  REQUIRE_FALSE(waiting.empty());  // twelve violations are enough for a recommended throttle
  const std::string course = Json::parse(waiting[0])["course"];
  w.by(Role::reviewer, "POST", "/v1/courses/" + course + "/review", R"({"decision":"release","reason":"first time"})");
  w.desk("GET", "/v1/courses?subject=" + subject);
  w.desk("POST", "/v1/riders/remove", R"({"rider":"R2"})");

  log.add("station.started", "", R"({"version":"0.1.0","schema":1,"pack":0,"unclean":false})");
  log.add("visit.checked_in", subject, R"({"visit":"v1","method":"card"})");
  log.add("device.fault_raised", "", R"({"code":"F1","place":"port 3","detail":"d"})");
  log.add("complaint.filed", subject, R"({"complaint":"K1","about":"box","ref":"","category":"other"})");
  log.add("visit.checked_out", subject, R"({"visit":"never","reason":"rider"})");
  w.ask(log.push(0, 3));
  w.ask(log.push(4, 1));
  w.ask(log.push(3, 2));
  other.add("clock.anchored", "", "{}");
  w.ask(other.push_all());
  auto lie = other;
  lie.lines[0][lie.lines[0].size() - 2] = ' ';
  w.ask(lie.push_all());
  w.ask(other.push_all());
  w.ask({"POST", "/v1/log", {}, "rubbish", "440902-007"});
  w.ask({"GET", "/v1/feed?after=0", {}, {}, "440902-007"});
  w.ask({"GET", "/v1/anchor?nonce=00112233445566778899aabbccddeeff", {}, {}, "440902-007"});
  w.ask({"GET", "/v1/anchor?nonce=1", {}, {}, "440902-007"});
  w.ask({"GET", "/v1/records", {}, {}, {}});
  w.by(Role::platform, "GET", "/v1/records");
  w.desk("GET", "/v1/records?limit=2");
  w.desk("GET", "/v1/records?format=csv");
  w.desk("GET", "/v1/records?cursor=rubbish");
  for (const char* list : {"/v1/pulls", "/v1/heads?all=1", "/v1/stations", "/v1/forks", "/v1/quarantine", "/v1/faults",
                           "/v1/complaints", "/v1/certificates", "/v1/usage", "/v1/health", "/v1/tokens", "/v1/audit?limit=3",
                           "/v1/packs", "/v1/city/checkpoint", "/v1/city/consistency?from=2",
                           "/v1/city/inclusion?station=440902-007&inc=1&seq=1", "/v1/city/witnesses"})
    w.desk("GET", list);
  w.desk("GET", "/v1/packs/0000");
  w.desk("POST", "/v1/packs", "rubbish");
  base::SeededRandom random(4);
  const std::string head = w.desk("GET", "/v1/city/checkpoint").body;
  w.by(Role::auditor, "POST", "/v1/city/witness?name=police", record::cosign_note(head, "police", base::new_signing_key(random)));
  w.desk("GET", "/v1/city/witnesses");
  w.city.clock.advance(std::chrono::hours(24));
  w.city.centre->tick();
  w.desk("GET", "/v1/city/days");
  w.desk("POST", "/v1/riders/export", R"({"rider":"R1"})");
  for (const char* what : {"reject", "approve"}) {
    const std::string proposal =
        Json::parse(w.desk("POST", "/v1/riders/erase", R"({"rider":"R1","reason":"asked for it"})").body)["proposal"];
    w.desk("POST", "/v1/proposals/" + proposal + "/approve");
    const std::string second = w.city.centre->new_token(Role::administrator, "desk 2", std::chrono::hours(1)).value();
    w.ask({"POST", "/v1/proposals/" + proposal + "/" + what, {{"authorization", "Bearer " + second}}, {}, {}});
    w.desk("POST", "/v1/proposals/" + proposal + "/approve");
  }
  w.desk("GET", "/v1/proposals");
  const std::string id = Json::parse(w.desk("POST", "/v1/tokens", R"({"role":"auditor","name":"desk 9"})").body)["id"];
  w.desk("DELETE", "/v1/tokens/" + id);
  w.desk("DELETE", "/v1/tokens/" + std::string(16, '0'));
  w.desk("GET", "/v1/tokens");
  w.desk("POST", "/v1/stations/440902-008/revoke", R"({"reason":"stolen"})");
  w.desk("POST", "/v1/stations/adopt", "rubbish");

  // What this test cannot ask for without an authority, a pack or another life of the store has tests of its own.
  const std::set<std::string> elsewhere{"POST /v1/enrol-tokens", "POST /v1/enrol", "POST /v1/renew", "POST /v1/packs",
                                        "GET /v1/packs/*", "POST /v1/stations/adopt", "POST /v1/certificates/*/void"};
  for (const Route& route : all_routes()) {
    const std::string name = std::string(route.method) + " " + std::string(route.pattern);
    INFO(name << " was never answered");
    CHECK((w.answered.contains(name) || elsewhere.contains(name)));
  }
}
