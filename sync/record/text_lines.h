#pragma once

#include <map>
#include <string>
#include <string_view>

// Where a member of a content file stands, so that whoever corrects it finds it. Private to this folder.
namespace station::record {

// Place ("steps[2].seconds") → line from 1.
using LineIndex = std::map<std::string, std::size_t, std::less<>>;

// Every member and element of a JSON text; what comes after a fault in its form is missing.
LineIndex json_lines(std::string_view json);

// The line of a place, or of the nearest thing around it; 1 where there is none.
std::size_t line_of(const LineIndex& lines, std::string_view place);

}  // namespace station::record
