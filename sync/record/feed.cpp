#include "sync/record/feed.h"

#include <nlohmann/json.hpp>

#include "sync/record/json_text.h"

namespace station::record {

using base::Errc;
using base::fail;

std::string sign_feed_line(const FeedEntry& entry, const std::string& centre_name, const SigningKey& centre) {
  std::string json = "{\"pos\":" + std::to_string(entry.pos) + ",\"scope\":" + quoted_json(entry.scope) +
                     ",\"type\":" + quoted_json(entry.type) + ",\"at\":\"" + base::iso8601(entry.at) +
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
  const auto json = parse_json(json_text);
  if (!json.is_object()) return fail(Errc::invalid, "feed line: not a JSON object");
  FeedEntry entry;
  const auto word = [&](const char* key, std::string& out) {
    const auto it = json.find(key);
    if (it == json.end() || !it->is_string()) return false;
    out = it->get<std::string>();
    return true;
  };
  std::string at;
  const auto pos = json.find("pos"), body = json.find("body");
  if (pos == json.end() || !whole_number(*pos, entry.pos) || entry.pos == 0)
    return fail(Errc::invalid, "feed line: \"pos\" is not a position from 1");
  if (!word("scope", entry.scope) || !word("type", entry.type))
    return fail(Errc::invalid, "feed line: \"scope\" or \"type\" is missing");
  if (!word("at", at) || !base::parse_iso8601(at, entry.at))
    return fail(Errc::invalid, "feed line: \"at\" is not a time");
  if (body == json.end() || !body->is_object()) return fail(Errc::invalid, "feed line: \"body\" is not an object");
  entry.body = body->dump();
  return entry;
}

}  // namespace station::record
