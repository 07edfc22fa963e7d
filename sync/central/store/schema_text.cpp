#include "sync/central/store/schema_text.h"

#include <algorithm>

#include "sync/base/check.h"
#include "sync/central/store/schema.h"

namespace station::central {

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string without_comments(std::string_view sql) {
  std::string out;
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find('\n'), sql.size());
    const std::string_view line = sql.substr(0, end);
    out += line.substr(0, line.find("--"));
    out += '\n';
    sql.remove_prefix(std::min(end + 1, sql.size()));
  }
  return out;
}

// The statements, each without its semicolon and in one line.
std::vector<std::string> statements_of(std::string_view migration) {
  std::vector<std::string> out(1);
  for (const char c : without_comments(migration)) {
    if (c == ';') {
      out.emplace_back();
    } else if (c != '\n' && c != ' ') {
      out.back() += c;
    } else if (!out.back().empty() && out.back().back() != ' ') {
      out.back() += ' ';
    }
  }
  std::erase_if(out, [](const std::string& s) { return s.empty(); });
  return out;
}

std::string_view take_word(std::string_view& text) {
  while (!text.empty() && !is_word(text.front())) text.remove_prefix(1);
  std::size_t n = 0;
  while (n < text.size() && is_word(text[n])) ++n;
  const std::string_view word = text.substr(0, n);
  text.remove_prefix(n);
  return word;
}

bool read_column(std::string_view text, Column& out) {
  const std::string_view name = take_word(text), type = take_word(text);
  if (name == "PRIMARY" || name == "UNIQUE" || name == "CHECK") return false;
  STATION_CHECK(type == "INTEGER" || type == "TEXT" || type == "BLOB", "columns are of three types");
  out = {std::string(name), type == "INTEGER" ? ColumnType::integer
                            : type == "TEXT"  ? ColumnType::text
                                              : ColumnType::blob};
  return true;
}

// What stands between the outer parentheses, parted by its own commas.
std::vector<std::string_view> parts_of(std::string_view create) {
  std::vector<std::string_view> out;
  const std::size_t open = create.find('(');
  std::size_t begin = open + 1;
  int depth = 0;
  for (std::size_t i = open; i < create.size(); ++i) {
    if (create[i] == '(') ++depth;
    if (create[i] == ')') --depth;
    if ((create[i] == ',' && depth == 1) || depth == 0) {
      out.push_back(create.substr(begin, i - begin));
      begin = i + 1;
    }
    if (depth == 0) break;
  }
  return out;
}

std::string replace_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t n = 0;
    while (n < text.size() && is_word(text[n])) ++n;
    if (n == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::string_view word = text.substr(0, n);
    out += word == "INTEGER" ? "BIGINT" : word == "TEXT" ? "TEXT COLLATE \"C\"" : word == "BLOB" ? "BYTEA" : word;
    text.remove_prefix(n);
  }
  return out;
}

constexpr std::string_view kCreate = "CREATE TABLE ";

std::string create_for_postgres(std::string statement) {
  statement.resize(statement.rfind(')') + 1);  // what follows are SQLite's options
  if (!statement.starts_with("CREATE TABLE record(")) return replace_words(statement) + ";\n";
  statement.pop_back();
  static constexpr std::string_view kKey = "pos INTEGER PRIMARY KEY";
  statement.replace(statement.find(kKey), kKey.size(), "pos INTEGER NOT NULL");
  std::string out = replace_words(statement) + ", PRIMARY KEY(pos, bucket)) PARTITION BY HASH(bucket);\n";
  for (int i = 0; i < kRecordPartitions; ++i)
    out += "CREATE TABLE record_" + std::to_string(i) + " PARTITION OF record FOR VALUES WITH (MODULUS " +
           std::to_string(kRecordPartitions) + ", REMAINDER " + std::to_string(i) + ");\n";
  return out;
}

}  // namespace

std::vector<Table> schema_tables() {
  std::vector<Table> tables;
  const auto read = [&](std::string_view statement) {
    static constexpr std::string_view kAlter = "ALTER TABLE ", kAdd = " ADD COLUMN ";
    if (statement.starts_with(kCreate)) {
      Table table{std::string(statement.substr(kCreate.size(), statement.find('(') - kCreate.size())), {}};
      Column column;
      for (const std::string_view part : parts_of(statement))
        if (read_column(part, column)) table.columns.push_back(column);
      tables.push_back(std::move(table));
    } else if (const std::size_t add = statement.find(kAdd);
               statement.starts_with(kAlter) && add != std::string_view::npos) {
      const std::string_view name = statement.substr(kAlter.size(), add - kAlter.size());
      const auto it = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.name == name; });
      STATION_CHECK(it != tables.end(), "a column is added to a table that was made before");
      Column column;
      if (read_column(statement.substr(add + kAdd.size()), column)) it->columns.push_back(column);
    }
  };
  for (const Migration& m : migrations())
    for (const char* part : {m.log, m.admin})
      for (const std::string& statement : statements_of(part)) read(statement);
  return tables;
}

std::string for_postgres(std::string_view migration) {
  std::string out;
  for (std::string& statement : statements_of(migration))
    out += statement.starts_with(kCreate) ? create_for_postgres(std::move(statement)) : replace_words(statement) + ";\n";
  return out;
}

}  // namespace station::central
