#include "sync/central/csv.h"

#include <catch2/catch.hpp>

using namespace station;
using namespace station::central;

namespace {

// Rows as "2:a|b|c" or "3!what is wrong".
std::vector<std::string> rows_of(const std::string& text) {
  std::vector<std::string> out;
  CsvReader reader(text);
  while (reader.next()) {
    std::string row = std::to_string(reader.row());
    if (!reader.problem().empty()) {
      row += "!" + reader.problem();
    } else {
      for (std::size_t i = 0; i < reader.fields().size(); ++i) row += (i ? "|" : ":") + reader.fields()[i];
    }
    out.push_back(row);
  }
  return out;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("CSV is read as RFC 4180 says", "[central]") {
  CHECK(rows_of("") == Rows{});
  CHECK(rows_of("a,b\r\nc,d\r\n") == Rows{"1:a|b", "2:c|d"});
  CHECK(rows_of("a,b\nc,d") == Rows{"1:a|b", "2:c|d"});
  CHECK(rows_of("\xEF\xBB\xBF"
                "a,b\n") == Rows{"1:a|b"});
  CHECK(rows_of("\"a\",\"b,c\",\"d\"\"e\"\n") == Rows{"1:a|b,c|d\"e"});
  CHECK(rows_of("\"two\nlines\",x\ny,z\n") == Rows{"1:two\nlines|x", "2:y|z"});
  CHECK(rows_of("a,,\n,\n") == Rows{"1:a||", "2:|"});
  CHECK(rows_of("\"\"\n\"\",\"\"") == Rows{"2:|"});
}

TEST_CASE("empty rows count as a spreadsheet counts them", "[central]") {
  CHECK(rows_of("a\n\n\r\nb\n") == Rows{"1:a", "4:b"});
}

TEST_CASE("a row with broken quotes costs no other", "[central]") {
  CHECK(rows_of("a,b\nc\"d,e\nf,g\n") == Rows{"1:a|b", "2!a quote stands within an unquoted field", "3:f|g"});
  CHECK(rows_of("a,b\n\"c\"d,e\nf,g\n") == Rows{"1:a|b", "2!text follows a quoted field", "3:f|g"});
  CHECK(rows_of("a,b\n\"never closed,e\nf,g\n") == Rows{"1:a|b", "2!a quoted field is not closed", "3:f|g"});
  CHECK(rows_of(std::string(9'000, 'x') + ",b\nf,g\n") == Rows{"1!a field is too long", "2:f|g"});
  CHECK(rows_of(std::string(100, ',') + "\nf,g\n") == Rows{"1!too many columns", "2:f|g"});
}

TEST_CASE("columns are found by name in any order", "[central]") {
  auto table = CsvTable::open(" Place ,id\nMain road, 7 \n", {"id", "place"}, {"note"});
  REQUIRE(table);
  REQUIRE(table->next());
  CHECK(table->row() == 2);
  CHECK((*table)["id"] == "7");
  CHECK((*table)["place"] == "Main road");
  CHECK((*table)["note"].empty());
  CHECK_FALSE(table->next());
}

TEST_CASE("a header that does not fit is told before any row is read", "[central]") {
  const auto problem = [](const std::string& text) {
    const auto table = CsvTable::open(text, {"id", "place"}, {"note"});
    return table ? std::string("accepted") : table.error().message;
  };
  CHECK(problem("") == "the file is empty; the first row must name the columns id,place and optionally note");
  CHECK(problem("id\n") == "row 1: the column place is missing; expected id,place and optionally note");
  CHECK(problem("id,place,colour\n") ==
        "row 1: column 3 is not expected here; the first row must name the columns id,place and optionally note");
  CHECK(problem("id,id,place\n") ==
        "row 1: column 2 is not expected here; the first row must name the columns id,place and optionally note");
  CHECK(problem("\"id,place\n") == "row 1: a quoted field is not closed");
  CHECK(problem("7,Main road\n").starts_with("row 1: column 1 is not expected here"));
}

TEST_CASE("rows that a table cannot use say why", "[central]") {
  auto table = CsvTable::open("id,place\n1\n1,2,3\n1,\xC4\xE3\xBA\xC3\n1,\"a\nb\"\n1,good\n", {"id", "place"});
  REQUIRE(table);
  Rows problems;
  while (table->next()) problems.push_back(std::to_string(table->row()) + " " + table->problem());
  CHECK(problems == Rows{"2 1 columns instead of 2", "3 3 columns instead of 2",
                         "4 place: not UTF-8; save the file as \"CSV UTF-8\"",
                         "5 place: a control character or line break", "6 "});
}

TEST_CASE("fields are quoted where they must be, and read back", "[central]") {
  for (const std::string field : {"plain", "a,b", "say \"no\"", "two\r\nlines", ""}) {
    const std::string text = "x," + csv_field(field) + "\n";
    CsvReader reader(text);
    REQUIRE(reader.next());
    REQUIRE(reader.fields().size() == 2);
    const std::string back = reader.fields()[1];
    CHECK(back == field);
  }
}
