#include "sync/record/feed.h"

#include <nlohmann/json.hpp>

namespace station::record {

using base::Errc;
using base::fail;

std::string sign_feed_line(const FeedEntry& entry, const std::string& centre_name, const SigningKey& centre) {
  std::string json = "{\"pos\":" + std::to_string(entry.pos) + ",\"scope\":" + nlohmann::json(entry.scope).dump() +
                     ",\"type\":" + nlohmann::json(entry.type).dump() + ",\"at\":\"" + base::iso8601(entry.at) +
                     "\",\"body\":" + entry.body + "}";
  const std::string signature = base::to_base64url(base::sign(centre, json));
  return json + "\t" + centre_name + "\t" + signature;
}

base::Result<FeedEntry> open_feed_line(std::string_view line, const NoteKey& centre) {
  const std::size_t a = line.find('\t');
  const std::size_t b = a == std::string_view::npos ? a : line.find('\t', a + 1);
  if (b == std::string_view::npos) return fail(Errc::invalid, "feed line: expected JSON, key name and signature");
  const std::string_view json_text = line.substr(0, a);
  const auto blob = base::from_base64url(line.substr(b + 1));
  if (line.substr(a + 1, b - a - 1) != centre.name || !blob || blob->size() != 64)
    return fail(Errc::denied, "feed line: not signed by the centre's key");
  base::Signature signature;
  std::copy(blob->begin(), blob->end(), signature.begin());
  if (!base::verify(centre.key, json_text, signature)) return fail(Errc::denied, "feed line: the signature is wrong");
  const auto json = nlohmann::json::parse(json_text, nullptr, false);
  FeedEntry entry;
  try {
    entry.pos = json.at("pos").get<std::uint64_t>();
    entry.scope = json.at("scope").get<std::string>();
    entry.type = json.at("type").get<std::string>();
    if (!base::parse_iso8601(json.at("at").get<std::string>(), entry.at) || !json.at("body").is_object())
      return fail(Errc::invalid, "feed line: \"at\" or \"body\" is of the wrong kind");
    entry.body = json.at("body").dump();
  } catch (const nlohmann::json::exception& e) {
    return fail(Errc::invalid, std::string("feed line: ") + e.what());
  }
  return entry;
}

}  // namespace station::record
