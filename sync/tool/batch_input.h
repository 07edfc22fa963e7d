#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sync/tool/cli.h"

// What the batch commands have in common (learning rules, 0.1): they read the named file or standard input, write to
// standard output only, and say what is wrong with the input on standard error.
namespace station::tool {

// The whole of FILE, or of standard input for "" and "-". `not_found` or `io`.
base::Result<std::string> read_input(Io& io, const std::string& file);

// Name of the input for messages.
std::string input_name(const std::string& file);

// "FILE: <what is wrong>" unless the message names the file already; kUsage.
int explain(Io& io, const std::string& file, const base::Error& error);

// Parses JSON; `invalid` with the place when it is none.
base::Result<nlohmann::json> read_json(Io& io, const std::string& file);

// One case (an object), a list of cases, or an object whose member `cases` is such a list; one result or a list of
// results in the same order. `answer` throws BadCase for a case that is not of the stated form.
struct BadCase {
  std::string place, why;  // "streams[0].events[3].k"
};
int answer_cases(Io& io, const std::string& file, const std::function<nlohmann::ordered_json(const nlohmann::json&)>& answer);

// Members of a case; each throws BadCase.
const nlohmann::json& list_in(const nlohmann::json& object, const char* member, const std::string& place);
std::int64_t whole_in(const nlohmann::json& value, const std::string& place);

// Lines without their ends; a byte-order mark and empty lines are left out. Numbers from 1.
struct InputLine {
  std::size_t number;
  std::string_view text;
};
std::vector<InputLine> lines_of(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

// A CSV table: rows with the line each began at. `invalid` for a quote that does not end.
struct CsvRow {
  std::size_t line;
  std::vector<std::string> cells;
};
base::Result<std::vector<CsvRow>> read_csv(std::string_view text);

bool read_double(std::string_view text, double& out);  // finite, the whole text
bool read_whole(std::string_view text, std::int64_t& out);

}  // namespace station::tool
