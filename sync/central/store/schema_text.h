#pragma once

#include <string>
#include <string_view>
#include <vector>

// What the migrations say, read from their text, so that it is written once for both databases.
namespace station::central {

enum class ColumnType : std::uint8_t { integer, text, blob };

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
};
struct Table {
  std::string name;
  std::vector<Column> columns;  // in the order of the table
};

// All tables after all migrations (CREATE TABLE, ALTER TABLE … ADD COLUMN), in the order of their creation.
std::vector<Table> schema_tables();

// A migration's text for PostgreSQL: the three types, no options of SQLite, text in the order of its bytes, and
// `record` in hash partitions by its bucket.
std::string for_postgres(std::string_view migration);

inline constexpr int kRecordPartitions = 16;

}  // namespace station::central
