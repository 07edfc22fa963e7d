#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "sync/base/result.h"

// Reading JSON that came from outside. Private to sync: include it in .cpp files only.
namespace station::record {

// Nesting that any of our texts needs. The library writes and copies by recursion, so a text of a few kilobytes of
// opening brackets would end the program.
inline constexpr int kMaxJsonDepth = 32;

// No more brackets are open at once than that. Says nothing about the form otherwise.
bool is_shallow(std::string_view json, int depth = kMaxJsonDepth);

// Parses; discarded when the text is no JSON or too deep. Never throws.
nlohmann::json parse_json(std::string_view text);

// A JSON string literal; bytes that are no UTF-8 are replaced.
std::string quoted_json(std::string_view text);

// A whole number 0 … 2^63 - 1 written as such (no fraction, no exponent), or false.
bool whole_number(const nlohmann::json& value, std::uint64_t& out);

}  // namespace station::record
