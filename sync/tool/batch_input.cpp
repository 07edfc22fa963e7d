#include "sync/tool/batch_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/base/file.h"
#include "sync/record/json_text.h"

namespace station::tool {

using base::Errc;
using base::fail;
using Json = nlohmann::json;

namespace {

constexpr int kDeepestJson = 200;
constexpr double kLargestWhole = 9e15;

}  // namespace

base::Result<std::string> read_input(Io& io, const std::string& file) {
  if (!file.empty() && file != "-") return base::read_file(file, std::size_t{1} << 30);
  std::string text{std::istreambuf_iterator<char>(io.in), {}};
  if (io.in.bad()) return fail(Errc::io, "standard input cannot be read");
  return text;
}

std::string input_name(const std::string& file) {
  return file.empty() || file == "-" ? "standard input" : file;
}

int explain(Io& io, const std::string& file, const base::Error& error) {
  const bool named = error.message.starts_with(input_name(file));
  io.err << "station-tool: " << (named ? "" : input_name(file) + ": ") << error.message << "\n";
  return kUsage;
}

base::Result<Json> read_json(Io& io, const std::string& file) {
  auto text = read_input(io, file);
  if (!text) return tl::unexpected(text.error());
  std::string_view plain = *text;
  if (plain.starts_with("\xEF\xBB\xBF")) plain.remove_prefix(3);
  if (!record::is_shallow(plain, kDeepestJson))
    return fail(Errc::invalid, input_name(file) + ": nested too deeply");
  try {
    return Json::parse(plain);
  } catch (const Json::parse_error& e) {
    const std::size_t at = std::min(e.byte == 0 ? std::size_t{0} : e.byte - 1, plain.size());
    const auto line = 1 + std::count(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return fail(Errc::invalid, fmt::format("{}:{}: is no JSON", input_name(file), line));
  }
}

int answer_cases(Io& io, const std::string& file,
                 const std::function<nlohmann::ordered_json(const Json&)>& answer) {
  const auto json = read_json(io, file);
  if (!json) return explain(io, file, json.error());
  const bool one = json->is_object() && !json->contains("cases");
  const Json& cases = json->is_object() && !one ? (*json)["cases"] : *json;
  if (!one && !cases.is_array()) {
    io.err << input_name(file) << ": expected a case, a list of cases, or an object with the list \"cases\"\n";
    return kUsage;
  }
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < (one ? 1 : cases.size()); ++i) {
    try {
      results.push_back(answer(one ? *json : cases[i]));
    } catch (const BadCase& bad) {
      io.err << fmt::format("{}: {}{}: {}\n", input_name(file), one ? "" : fmt::format("case {}: ", i + 1), bad.place,
                            bad.why);
      return kUsage;
    }
  }
  io.out << (one ? results[0] : results).dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  return kOk;
}

const Json& list_in(const Json& object, const char* member, const std::string& place) {
  if (!object.is_object()) throw BadCase{place.empty() ? "case" : place, "is no object"};
  const std::string at = place.empty() ? member : place + "." + member;
  const auto it = object.find(member);
  if (it == object.end() || !it->is_array()) throw BadCase{at, "is no list"};
  return *it;
}

std::int64_t whole_in(const Json& value, const std::string& place) {
  const bool fits = value.is_number() && std::abs(value.get<double>()) <= kLargestWhole;
  if (!fits || (!value.is_number_integer() && value.get<double>() != std::floor(value.get<double>())))
    throw BadCase{place, "is no whole number"};
  return value.is_number_integer() ? value.get<std::int64_t>() : static_cast<std::int64_t>(value.get<double>());
}

std::vector<InputLine> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<InputLine> out;
  for (std::size_t n = 1; !text.empty(); ++n) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) out.push_back({n, line});
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

base::Result<std::vector<CsvRow>> read_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<CsvRow> rows;
  std::size_t line = 1;
  while (!text.empty()) {
    CsvRow row{line, {}};
    bool more = true;
    while (more) {
      std::string cell;
      if (text.starts_with('"')) {
        std::size_t i = 1;
        while (i < text.size() && (text[i] != '"' || text.substr(i + 1).starts_with('"'))) {
          if (text[i] == '"') ++i;
          if (text[i] == '\n') ++line;
          cell += text[i++];
        }
        if (i == text.size()) return fail(Errc::invalid, fmt::format("line {}: a quote does not end", row.line));
        text.remove_prefix(i + 1);
      }
      const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
      cell += text.substr(0, end);
      more = end < text.size() && text[end] == ',';
      text.remove_prefix(std::min(end + 1, text.size()));
      if (!more && cell.ends_with('\r')) cell.pop_back();
      row.cells.push_back(std::move(cell));
    }
    ++line;
    if (row.cells.size() > 1 || !row.cells[0].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

bool read_double(std::string_view text, double& out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(out);
}

bool read_whole(std::string_view text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace station::tool
