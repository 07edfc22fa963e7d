#include "sync/record/json_text.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

namespace station::record {

bool is_shallow(std::string_view json, int depth) {
  int open = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++open > depth) return false;
    } else if (c == '}' || c == ']') {
      --open;
    }
  }
  return true;
}

nlohmann::json parse_json(std::string_view text) {
  if (!is_shallow(text)) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(text, nullptr, false);
}

std::string quoted_json(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool whole_number(const nlohmann::json& value, std::uint64_t& out) {
  if (!value.is_number_unsigned()) return false;
  out = value.get<std::uint64_t>();
  return out <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

}  // namespace station::record
