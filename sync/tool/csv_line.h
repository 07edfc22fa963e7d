#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace station::tool {

// The last field of a CSV row that the centre wrote, without its quotes: the station's line.
inline std::string last_field(std::string_view row) {
  if (row.ends_with('\r')) row.remove_suffix(1);
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"') quoted = !quoted;
    if (row[i] == ',' && !quoted) begin = i + 1;
  }
  std::string_view field = row.substr(begin);
  if (field.size() < 2 || field.front() != '"' || field.back() != '"') {
    if (field.starts_with('\'')) field.remove_prefix(1);  // what keeps spreadsheets from calculating
    return std::string(field);
  }
  field = field.substr(1, field.size() - 2);
  if (field.starts_with('\'')) field.remove_prefix(1);
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    out += field[i];
    if (field[i] == '"') ++i;
  }
  return out;
}

}  // namespace station::tool
