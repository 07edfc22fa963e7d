#include "sync/tool/csv_parts.h"

#include <algorithm>

namespace station::tool {

namespace {

constexpr std::size_t kRowsWithPins = 100;  // hashing one takes about 0.1 s
constexpr std::size_t kRows = 5000;

std::string_view first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
}

}  // namespace

std::vector<CsvPart> csv_parts(std::string_view text, std::size_t rows) {
  const std::string_view heading = first_line(text);
  if (rows == 0) rows = heading.find("pin") == std::string_view::npos ? kRows : kRowsWithPins;
  std::vector<CsvPart> parts;
  std::string_view rest = text.substr(heading.size());
  std::uint64_t row = 2;  // of the file, as a spreadsheet shows it
  while (!rest.empty()) {
    CsvPart part{row - 2, std::string(heading)};
    for (std::size_t i = 0; i < rows && !rest.empty(); ++i, ++row) {
      const std::string_view line = first_line(rest);
      if (std::count(line.begin(), line.end(), '"') % 2 != 0) return {{0, std::string(text)}};
      part.text += line;
      rest.remove_prefix(line.size());
    }
    parts.push_back(std::move(part));
  }
  if (parts.empty()) parts.push_back({0, std::string(text)});
  return parts;
}

}  // namespace station::tool
