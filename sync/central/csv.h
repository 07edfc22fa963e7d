#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

namespace station::central {

// CSV as RFC 4180 says: commas, fields in double quotes where needed, rows ended by CRLF or LF. A byte-order mark is
// skipped. Rows are numbered as a spreadsheet shows them: the header is row 1, empty rows count but are not returned.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  // False at the end. A row that is wrong has `problem()` and no fields; reading goes on with the next line.
  bool next();
  std::size_t row() const { return row_; }
  // Where the row lies in the text, its line end included.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return at_; }
  const std::vector<std::string>& fields() const { return fields_; }
  const std::string& problem() const { return problem_; }

 private:
  void read_row();
  bool read_quoted(std::string& field);
  void give_up(const char* why);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t row_ = 0;
  std::vector<std::string> fields_;
  std::string problem_;
};

// Rows by column name. The header may name the columns in any order; blanks around fields are taken off.
class CsvTable {
 public:
  // `invalid` when the header lacks one of `required` or names one that is neither required nor optional.
  static base::Result<CsvTable> open(std::string_view text, const std::vector<std::string>& required,
                                     const std::vector<std::string>& optional = {});
  // False at the end; problems: wrong number of columns, broken quotes, bytes that are no UTF-8, control characters.
  bool next();
  std::size_t row() const { return reader_.row(); }
  const std::string& problem() const { return problem_; }
  const std::string& operator[](std::string_view column) const;  // empty when the file has no such column

 private:
  explicit CsvTable(std::string_view text) : reader_(text) {}
  CsvReader reader_;
  std::vector<std::string> columns_;
  std::vector<std::string> values_;
  std::string problem_;
};

// Without blanks before and after.
std::string trimmed(std::string_view text);

// One field as it is written into a row.
std::string csv_field(std::string_view text);

}  // namespace station::central
