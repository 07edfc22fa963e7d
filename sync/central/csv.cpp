#include "sync/central/csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/base/bytes.h"

namespace station::central {

using base::Errc;
using base::fail;

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMaxFields = 64;
constexpr std::size_t kMaxFieldBytes = 8 * 1024;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

bool CsvReader::next() {
  while (at_ < text_.size()) {
    ++row_;
    begin_ = at_;
    fields_.clear();
    problem_.clear();
    read_row();
    if (!problem_.empty()) fields_.clear();
    if (!problem_.empty() || fields_.size() != 1 || !fields_[0].empty()) return true;
  }
  return false;
}

// Reads on after the end of this line, so that one broken row costs no other.
void CsvReader::give_up(const char* why) {
  problem_ = why;
  const std::size_t end = text_.find('\n', at_);
  at_ = end == std::string_view::npos ? text_.size() : end + 1;
}

// After the opening quote. False when there is no closing one; then `at_` stays.
bool CsvReader::read_quoted(std::string& field) {
  std::size_t at = at_;
  while (true) {
    const std::size_t quote = text_.find('"', at);
    if (quote == std::string_view::npos || quote - at_ > 2 * kMaxFieldBytes) return false;
    field.append(text_.substr(at, quote - at));
    at = quote + 1;
    if (at >= text_.size() || text_[at] != '"') break;
    field += '"';
    ++at;
  }
  at_ = at;
  return true;
}

void CsvReader::read_row() {
  while (true) {
    std::string field;
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      if (!read_quoted(field)) return give_up("a quoted field is not closed");
      if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\r' && text_[at_] != '\n')
        return give_up("text follows a quoted field");
    } else {
      const std::size_t end = std::min(text_.find_first_of(",\"\r\n", at_), text_.size());
      field = text_.substr(at_, end - at_);
      at_ = end;
      if (at_ < text_.size() && text_[at_] == '"') return give_up("a quote stands within an unquoted field");
    }
    if (field.size() > kMaxFieldBytes) return give_up("a field is too long");
    fields_.push_back(std::move(field));
    if (fields_.size() > kMaxFields) return give_up("too many columns");
    if (at_ >= text_.size()) return;
    const char end = text_[at_++];
    if (end == ',') continue;
    if (end == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    return;
  }
}

base::Result<CsvTable> CsvTable::open(std::string_view text, const std::vector<std::string>& required,
                                      const std::vector<std::string>& optional) {
  CsvTable table(text);
  const std::string wanted =
      optional.empty() ? joined(required) : joined(required) + " and optionally " + joined(optional);
  if (!table.reader_.next())
    return fail(Errc::invalid, "the file is empty; the first row must name the columns " + wanted);
  if (!table.reader_.problem().empty()) return fail(Errc::invalid, "row 1: " + table.reader_.problem());
  for (const auto& field : table.reader_.fields()) {
    std::string name = trimmed(field);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    const auto is = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if ((!is(required) && !is(optional)) ||
        std::find(table.columns_.begin(), table.columns_.end(), name) != table.columns_.end())
      return fail(Errc::invalid,
                  fmt::format("row 1: column {} is not expected here; the first row must name the columns {}",
                              table.columns_.size() + 1, wanted));
    table.columns_.push_back(std::move(name));
  }
  for (const auto& name : required)
    if (std::find(table.columns_.begin(), table.columns_.end(), name) == table.columns_.end())
      return fail(Errc::invalid, fmt::format("row 1: the column {} is missing; expected {}", name, wanted));
  return table;
}

bool CsvTable::next() {
  if (!reader_.next()) return false;
  problem_ = reader_.problem();
  values_.clear();
  if (!problem_.empty()) return true;
  if (reader_.fields().size() != columns_.size()) {
    problem_ = fmt::format("{} columns instead of {}", reader_.fields().size(), columns_.size());
    return true;
  }
  for (std::size_t i = 0; i < columns_.size() && problem_.empty(); ++i) {
    values_.push_back(trimmed(reader_.fields()[i]));
    if (!base::is_utf8(values_.back()))
      problem_ = columns_[i] + ": not UTF-8; save the file as \"CSV UTF-8\"";
    else if (has_control(values_.back()))
      problem_ = columns_[i] + ": a control character or line break";
  }
  return true;
}

const std::string& CsvTable::operator[](std::string_view column) const {
  static const std::string kNone;
  for (std::size_t i = 0; i < columns_.size() && i < values_.size(); ++i)
    if (columns_[i] == column) return values_[i];
  return kNone;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace station::central
