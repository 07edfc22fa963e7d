#include "sync/client/enrol.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "sync/base/file.h"
#include "tests/client/tls_server.h"
#include "tests/client/world.h"

using namespace station;
using namespace station::client;
using namespace station::client::test;

namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("station-enrol-" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

// A centre as far as enrolment goes. Tests spoil its answer by `change`.
struct Centre {
  Issued authority = make_authority("City authority");
  base::SigningKey key = key_number(2);
  std::string token = "one-time";
  std::uint32_t inc = 1;
  std::function<void(nlohmann::json&)> change = [](nlohmann::json&) {};
  int asked = 0;

  EnrolOrder order() const {
    EnrolOrder o;
    o.url = "https://centre.example";
    o.token = token;
    o.ca_sha256 = *key_pin_of(authority.certificate);
    o.station = "440902-007";
    o.name = "Station seven";
    return o;
  }

  base::HttpResponse answer(const base::HttpRequest& request) {
    ++asked;
    REQUIRE(request.target == "/v1/enrol");
    const auto in = nlohmann::json::parse(request.body);
    if (in.at("token") != token) return {403, {}, R"({"error":"unknown token","code":"denied"})"};
    const auto bytes = base::from_hex(in.at("record_key").get<std::string>());
    REQUIRE(bytes->size() == 32);
    record::NoteKey record_key{in.at("station"), {}};
    std::copy(bytes->begin(), bytes->end(), record_key.key.begin());
    nlohmann::json out{
        {"certificate", sign_request(authority, in.at("csr"), in.at("station"))},
        {"ca", authority.certificate},
        {"inc", inc},
        {"city", "440900"},
        {"centre_key", record::NoteKey{"centre/4409", key.public_key}.to_text()},
        {"delegation", record::sign_delegation({in.at("station"), inc, record_key, noon()}, "centre/4409", key)},
        {"roster_key", std::string(64, 'a')},
        {"pin_pepper", std::string(64, 'b')}};
    change(out);
    return {200, {}, out.dump()};
  }
};

}  // namespace

TEST_CASE("enrolment writes an identity that loads again, for its owner's eyes only", "[sync]") {
  const Folder dir;
  Centre centre;
  ScriptedTransport net;
  net.otherwise = [&](const base::HttpRequest& r) -> Answer { return centre.answer(r); };
  base::SeededRandom random(1);
  const auto made = enrol(dir.path, centre.order(), net, random);
  if (!made) FAIL(made.error().message);
  const auto loaded = load_identity(dir.path);
  if (!loaded) FAIL(loaded.error().message);
  CHECK(loaded->station == "440902-007");
  CHECK(loaded->name == "Station seven");
  CHECK(loaded->inc == 1);
  CHECK(loaded->city == "440900");
  CHECK(loaded->url == "https://centre.example");
  CHECK(loaded->record_key.public_key == made->record_key.public_key);
  CHECK(loaded->record_key.seed == made->record_key.seed);
  CHECK(loaded->centre.key == centre.key.public_key);
  CHECK(loaded->roster_key[0] == 0xaa);
  CHECK(loaded->pin_pepper[31] == 0xbb);
  CHECK(loaded->ca == dir.path / "identity" / "ca.crt");
  for (const char* name : {"identity.json", "record.key", "tls.key", "tls.crt", "ca.crt", "centre.vkey"}) {
    struct stat info {};
    REQUIRE(::stat((dir.path / "identity" / name).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
  }
  CHECK(base::read_file(loaded->tls_key)->starts_with("-----BEGIN PRIVATE KEY-----"));
  CHECK_FALSE(fs::exists(dir.path / "identity.new"));
}

TEST_CASE("an enrolled station is not enrolled again by mistake, and keeps the old identity beside the new", "[sync]") {
  const Folder dir;
  Centre centre;
  ScriptedTransport net;
  net.otherwise = [&](const base::HttpRequest& r) -> Answer { return centre.answer(r); };
  base::SeededRandom random(1);
  REQUIRE(enrol(dir.path, centre.order(), net, random));
  const auto twice = enrol(dir.path, centre.order(), net, random);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code == base::Errc::conflict);
  CHECK(centre.asked == 1);
  centre.inc = 2;
  const auto first_key = load_identity(dir.path)->record_key.public_key;
  REQUIRE(enrol(dir.path, centre.order(), net, random, Again::yes));
  CHECK(load_identity(dir.path)->inc == 2);
  CHECK(load_identity(dir.path)->record_key.public_key != first_key);
  CHECK(fs::exists(dir.path / "identity.old" / "record.key"));
}

TEST_CASE("an answer that does not fit what was asked writes nothing", "[sync]") {
  const Issued other = make_authority("Somebody else");
  const std::vector<std::pair<const char*, std::function<void(nlohmann::json&)>>> changes{
      {"another authority", [&](nlohmann::json& j) { j["ca"] = other.certificate; }},
      {"certificate of another authority",
       [&](nlohmann::json& j) { j["certificate"] = issue(other, "440902-007", "").certificate; }},
      {"certificate instead of authority", [](nlohmann::json& j) { j["ca"] = j["certificate"]; }},
      {"no certificate", [](nlohmann::json& j) { j["certificate"] = "x"; }},
      {"no delegation", [](nlohmann::json& j) { j.erase("delegation"); }},
      {"delegation of another incarnation", [](nlohmann::json& j) { j["inc"] = 5; }},
      {"another centre's key",
       [](nlohmann::json& j) {
         j["centre_key"] = record::NoteKey{"centre/4409", key_number(9).public_key}.to_text();
       }},
      {"short roster key", [](nlohmann::json& j) { j["roster_key"] = "aa"; }},
      {"no pepper", [](nlohmann::json& j) { j.erase("pin_pepper"); }},
      {"not an object", [](nlohmann::json& j) { j = 7; }},
  };
  for (const auto& [what, change] : changes) {
    INFO(what);
    const Folder dir;
    Centre centre;
    centre.change = change;
    ScriptedTransport net;
    net.otherwise = [&](const base::HttpRequest& r) -> Answer { return centre.answer(r); };
    base::SeededRandom random(1);
    const auto r = enrol(dir.path, centre.order(), net, random);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == base::Errc::denied);
    CHECK_FALSE(fs::exists(dir.path / "identity"));
  }
}

TEST_CASE("a used token, a wrong station id and a missing network are told", "[sync]") {
  const Folder dir;
  Centre centre;
  ScriptedTransport net;
  base::SeededRandom random(1);
  net.script = {broken(base::Errc::unavailable)};
  CHECK(enrol(dir.path, centre.order(), net, random).error().code == base::Errc::unavailable);
  auto order = centre.order();
  order.token = "used";
  net.otherwise = [&](const base::HttpRequest& r) -> Answer { return centre.answer(r); };
  CHECK(enrol(dir.path, order, net, random).error().code == base::Errc::denied);
  order.station = "somewhere";
  CHECK(enrol(dir.path, order, net, random).error().code == base::Errc::invalid);
  CHECK(load_identity(dir.path).error().code == base::Errc::not_found);
}

TEST_CASE("a damaged identity is not loaded", "[sync]") {
  const Folder dir;
  Centre centre;
  ScriptedTransport net;
  net.otherwise = [&](const base::HttpRequest& r) -> Answer { return centre.answer(r); };
  base::SeededRandom random(1);
  REQUIRE(enrol(dir.path, centre.order(), net, random));
  for (const char* name : {"identity.json", "record.key", "centre.vkey"}) {
    const auto file = dir.path / "identity" / name;
    const auto good = base::read_file(file);
    REQUIRE(base::write_file(file, good->substr(0, good->size() / 2)));
    CHECK(load_identity(dir.path).error().code == base::Errc::corrupt);
    REQUIRE(base::write_file(file, *good));
  }
  REQUIRE(base::write_file(dir.path / "identity" / "record.key", std::string(64, '0') + "\n"));
  CHECK(load_identity(dir.path).error().code == base::Errc::corrupt);
}

TEST_CASE("the enrolment code holds address, authority and token", "[sync]") {
  EnrolOrder order;
  order.url = "https://centre.example:8443";
  order.ca_sha256 = std::string(64, 'a');
  order.token = "t0ken";
  const auto back = parse_enrol_code(enrol_code(order));
  REQUIRE(back);
  CHECK(back->url == order.url);
  CHECK(back->ca_sha256 == order.ca_sha256);
  CHECK(back->token == order.token);
  for (const char* bad : {"", "RSE1|http://x|aa|t", "RSE2|https://x|aa|t", "RSE1|https://x|aa|t", "RSE1|https://x"})
    CHECK_FALSE(parse_enrol_code(bad));
}

TEST_CASE("over the network only the authority that the token names gets the token", "[sync]") {
  const Folder dir;
  Centre centre;
  const auto handler = [&](const base::HttpRequest& r) { return http_ok(centre.answer(r).body); };
  TlsServer server({issue(centre.authority, "centre", "127.0.0.1"), {centre.authority.certificate}, ""}, handler);
  auto order = centre.order();
  order.url = server.url();
  base::SeededRandom random(1);

  auto wrong = order;
  wrong.ca_sha256 = std::string(64, '0');
  const auto refused = enrol_online(dir.path, wrong, random);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Errc::denied);
  CHECK(server.requests() == 0);

  const auto made = enrol_online(dir.path, order, random);
  if (!made) FAIL(made.error().message);
  CHECK(made->station == "440902-007");
  CHECK_FALSE(fs::exists(dir.path / "enrol-ca.crt"));
}
