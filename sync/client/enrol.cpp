#include "sync/client/enrol.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "sync/base/file.h"
#include "sync/client/backoff.h"
#include "sync/client/curl_handle.h"
#include "sync/client/curl_transport.h"
#include "sync/client/tls_identity.h"
#include "sync/record/json_text.h"
#include "sync/record/record.h"

namespace station::client {

using base::Errc;
using base::fail;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr const char* kFolder = "identity";

std::string word(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

bool read_key(const Json& json, const char* key, std::array<std::uint8_t, 32>& out) {
  const auto bytes = base::from_hex(word(json, key));
  if (!bytes || bytes->size() != out.size()) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

void set_paths(Identity& identity, const fs::path& folder) {
  identity.ca = folder / "ca.crt";
  identity.tls_certificate = folder / "tls.crt";
  identity.tls_key = folder / "tls.key";
}

// The answer of the centre, as far as it can be checked here.
base::Result<Identity> read_answer(const std::string& body, const EnrolOrder& order, const base::SigningKey& record_key,
                                   const std::string& tls_key) {
  const auto refuse = [](const std::string& why) {
    return fail(Errc::denied, "the centre's answer is not accepted: " + why);
  };
  const Json json = record::parse_json(body);
  if (!json.is_object()) return refuse("it is no JSON object");
  Identity id;
  id.station = order.station;
  id.name = order.name;
  id.url = order.url;
  id.record_key = record_key;
  id.city = word(json, "city");
  std::uint64_t inc = 0;
  if (!json.contains("inc") || !record::whole_number(json["inc"], inc) || inc < 1 || inc > 0xFFFFFFFF)
    return refuse("\"inc\" is missing");
  id.inc = static_cast<std::uint32_t>(inc);
  if (!read_key(json, "roster_key", id.roster_key) || !read_key(json, "pin_pepper", id.pin_pepper))
    return refuse("\"roster_key\" or \"pin_pepper\" is not 64 hex digits");
  const auto centre = record::NoteKey::from_text(word(json, "centre_key"));
  if (!centre) return refuse(centre.error().message);
  id.centre = *centre;
  id.delegation = word(json, "delegation");
  const auto delegation = record::open_delegation(id.delegation, id.centre);
  if (!delegation) return refuse(delegation.error().message);
  if (delegation->station != id.station || delegation->inc != id.inc || delegation->key.key != record_key.public_key)
    return refuse("the delegation is for another station, incarnation or key");
  const auto pin = key_pin_of(word(json, "ca"));
  if (!pin || *pin != order.ca_sha256) return refuse("its authority is not the one of the token");
  if (const auto ok = check_certificate(word(json, "certificate"), tls_key, id.station, word(json, "ca")); !ok)
    return refuse(ok.error().message);
  return id;
}

std::string identity_json(const Identity& id) {
  const nlohmann::ordered_json json{{"station", id.station},
                                    {"name", id.name},
                                    {"inc", id.inc},
                                    {"city", id.city},
                                    {"url", id.url},
                                    {"delegation", id.delegation},
                                    {"roster_key", base::to_hex(id.roster_key)},
                                    {"pin_pepper", base::to_hex(id.pin_pepper)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Puts the finished folder in its place as one step; an older identity is kept beside it.
base::Result<void> put_in_place(const fs::path& fresh, const fs::path& place) {
  std::error_code error;
  if (!fs::exists(place, error)) {
    fs::rename(fresh, place, error);
  } else if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) != 0) {
    error = std::error_code(errno, std::generic_category());
  } else {
    const fs::path old = place.string() + ".old";
    fs::remove_all(old, error);
    fs::rename(fresh, old, error);
  }
  if (error) return fail(Errc::io, fmt::format("{} cannot be written: {}", place.string(), error.message()));
  return {};
}

base::Result<void> save(const fs::path& dir, const Identity& id, const std::string& tls_key,
                        const std::string& certificate, const std::string& authority) {
  const fs::path fresh = dir / (std::string(kFolder) + ".new");
  std::error_code error;
  fs::remove_all(fresh, error);
  fs::create_directories(fresh, error);
  if (error || ::chmod(fresh.c_str(), 0700) != 0)
    return fail(Errc::io, fmt::format("{} cannot be made", fresh.string()));
  const std::vector<std::pair<const char*, std::string>> files{{"identity.json", identity_json(id)},
                                                               {"record.key", base::to_hex(id.record_key.seed) + "\n"},
                                                               {"tls.key", tls_key},
                                                               {"tls.crt", certificate},
                                                               {"ca.crt", authority},
                                                               {"centre.vkey", id.centre.to_text() + "\n"}};
  for (const auto& [name, text] : files)
    if (const auto written = base::write_file(fresh / name, text, base::FileMode::secret); !written) return written;
  return put_in_place(fresh, dir / kFolder);
}

}  // namespace

std::string enrol_code(const EnrolOrder& order) {
  return fmt::format("RSE1|{}|{}|{}", order.url, order.ca_sha256, order.token);
}

base::Result<EnrolOrder> parse_enrol_code(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('|', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const auto hash = parts.size() == 4 ? base::from_hex(parts[2]) : std::nullopt;
  if (parts.size() != 4 || parts[0] != "RSE1" || !parts[1].starts_with("https://") || !hash || hash->size() != 32 ||
      parts[3].empty())
    return fail(Errc::invalid, "this is no enrolment code; expected RSE1|https://…|hash of the authority|token");
  EnrolOrder order;
  order.url = parts[1];
  order.ca_sha256 = base::to_hex(*hash);
  order.token = parts[3];
  return order;
}

base::Result<Identity> load_identity(const fs::path& dir) {
  const fs::path folder = dir / kFolder;
  std::error_code error;
  if (!fs::exists(folder / "identity.json", error))
    return fail(Errc::not_found, fmt::format("{} holds no identity; enrol this station first", dir.string()));
  const auto text = base::read_file(folder / "identity.json", 64 * 1024);
  const auto seed = base::read_file(folder / "record.key", 1024);
  const auto centre = base::read_file(folder / "centre.vkey", 1024);
  for (const auto* file : {&text, &seed, &centre})
    if (!*file) return tl::unexpected(file->error());
  const auto corrupt = [&](const char* name) {
    return fail(Errc::corrupt, fmt::format("{} is damaged; enrol this station again", (folder / name).string()));
  };
  const Json json = record::parse_json(*text);
  Identity id;
  std::uint64_t inc = 0;
  if (!json.is_object() || !json.contains("inc") || !record::whole_number(json["inc"], inc) || inc < 1 ||
      inc > 0xFFFFFFFF || !record::is_station_id(word(json, "station")) ||
      !read_key(json, "roster_key", id.roster_key) || !read_key(json, "pin_pepper", id.pin_pepper))
    return corrupt("identity.json");
  id.station = word(json, "station");
  id.name = word(json, "name");
  id.inc = static_cast<std::uint32_t>(inc);
  id.city = word(json, "city");
  id.url = word(json, "url");
  id.delegation = word(json, "delegation");
  const auto bytes = base::from_hex(seed->substr(0, seed->find('\n')));
  if (!bytes || bytes->size() != 32) return corrupt("record.key");
  std::array<std::uint8_t, 32> raw{};
  std::copy(bytes->begin(), bytes->end(), raw.begin());
  id.record_key = base::signing_key_from_seed(raw);
  const auto key = record::NoteKey::from_text(centre->substr(0, centre->find('\n')));
  if (!key) return corrupt("centre.vkey");
  id.centre = *key;
  const auto delegation = record::open_delegation(id.delegation, id.centre);
  if (!delegation || delegation->key.key != id.record_key.public_key || delegation->inc != id.inc)
    return corrupt("identity.json");
  set_paths(id, folder);
  return id;
}

base::Result<Identity> enrol(const fs::path& dir, const EnrolOrder& order, Transport& transport, base::Random& random,
                             Again again) {
  if (!record::is_station_id(order.station))
    return fail(Errc::invalid, fmt::format("\"{}\" is no station id such as 440902-007", order.station));
  std::error_code error;
  if (again == Again::no && fs::exists(dir / kFolder, error))
    return fail(Errc::conflict, fmt::format("{} holds an identity already", (dir / kFolder).string()));
  const auto tls = make_tls_request(order.station);
  if (!tls) return tl::unexpected(tls.error());
  const base::SigningKey record_key = base::new_signing_key(random);

  base::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/enrol";
  request.headers = {{"content-type", "application/json"}};
  request.body = Json{
      {"token", order.token},
      {"station", order.station},
      {"name", order.name},
      {"record_key", base::to_hex(record_key.public_key)},
      {"csr",
       tls->csr}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto response = transport.send(request, std::chrono::seconds(30));
  if (!response) return tl::unexpected(response.error());
  if (response->status == 403)
    return fail(Errc::denied, "the enrolment token is wrong, used or expired; ask for another");
  if (response->status != 200) return fail(Errc::unavailable, "enrolment failed: " + sentence_of(*response));
  auto identity = read_answer(response->body, order, record_key, tls->key);
  if (!identity) return identity;
  const Json json = record::parse_json(response->body);
  if (const auto saved = save(dir, *identity, tls->key, word(json, "certificate"), word(json, "ca")); !saved)
    return tl::unexpected(saved.error());
  set_paths(*identity, dir / kFolder);
  return identity;
}

base::Result<std::string> fetch_authority(const std::string& url, const std::string& ca_sha256,
                                          std::chrono::milliseconds limit) {
  if (!url.starts_with("https://")) return fail(Errc::invalid, "the centre's address must begin with https://");
  const CurlLibrary library;
  const EasyHandle easy;
  if (!easy) return fail(Errc::unavailable, "libcurl cannot be initialised");
  char detail[CURL_ERROR_SIZE] = {};
  CURL* c = easy.get();
  curl_easy_setopt(c, CURLOPT_URL, url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);  // nothing is believed before the hash of the token fits
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
  curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);  // the handshake, no request
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
  if (const CURLcode code = curl_easy_perform(c); code != CURLE_OK)
    return fail(Errc::unavailable,
                fmt::format("{} cannot be reached: {}", url, detail[0] ? detail : curl_easy_strerror(code)));
  curl_certinfo* chain = nullptr;
  curl_easy_getinfo(c, CURLINFO_CERTINFO, &chain);
  constexpr std::string_view kPrefix = "Cert:";
  for (int i = 0; chain && i < chain->num_of_certs; ++i) {
    for (const curl_slist* field = chain->certinfo[i]; field; field = field->next) {
      const std::string_view text(field->data);
      if (!text.starts_with(kPrefix)) continue;
      const std::string pem(text.substr(kPrefix.size()));
      if (const auto pin = key_pin_of(pem); pin && *pin == ca_sha256) return pem;
    }
  }
  return fail(Errc::denied, fmt::format("{} does not show the authority that the token names; the token is for another "
                                        "server, or somebody is in between",
                                        url));
}

base::Result<Identity> enrol_online(const fs::path& dir, const EnrolOrder& order, base::Random& random, Again again) {
  const auto authority = fetch_authority(order.url, order.ca_sha256);
  if (!authority) return tl::unexpected(authority.error());
  std::error_code error;
  fs::create_directories(dir, error);
  const fs::path ca = dir / "enrol-ca.crt";
  if (const auto written = base::write_file(ca, *authority, base::FileMode::secret); !written)
    return tl::unexpected(written.error());
  CurlOptions options;
  options.url = order.url;
  options.ca = ca;
  auto transport = CurlTransport::open(options);
  auto identity = transport ? enrol(dir, order, **transport, random, again)
                            : base::Result<Identity>(tl::unexpected(transport.error()));
  fs::remove(ca, error);
  return identity;
}

}  // namespace station::client
