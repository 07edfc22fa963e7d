#include <nlohmann/json.hpp>

#include "devices/codec/explain.h"

namespace station::codec {

std::string to_json_line(const Explanation& e) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["family"] = e.family;
  json["hex"] = base::to_hex_upper(e.bytes);
  json["valid"] = e.valid;
  json["name"] = e.name;
  json["meanings"] = Json::array();
  for (const Meaning& m : e.meanings) json["meanings"].push_back({{"direction", m.direction}, {"text", m.text}});
  json["fields"] = Json::array();
  for (const Field& f : e.fields) {
    const std::span<const std::uint8_t> all(e.bytes);
    const std::size_t from = std::min(f.at, all.size());
    Json field{{"at", f.at},
               {"name", f.name},
               {"hex", base::to_hex_upper(all.subspan(from, std::min(f.size, all.size() - from)))}};
    field["value"] = f.number ? Json(*f.number) : Json(nullptr);
    field["text"] = f.text;
    json["fields"].push_back(std::move(field));
  }
  json["errors"] = Json::array();
  for (const Problem& p : e.errors) {
    Json problem;
    problem["at"] = p.at ? Json(*p.at) : Json(nullptr);
    problem["what"] = p.what;
    problem["expected"] = p.expected;
    problem["found"] = p.found;
    json["errors"].push_back(std::move(problem));
  }
  json["warnings"] = e.warnings;
  // Texts can hold bytes that came over the wire.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace station::codec
