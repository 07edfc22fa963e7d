#pragma once

#include <string>
#include <string_view>

// Small parts that reading and writing GIFT share (learning rules, 0 and 2.2 to 2.4). Private to gift_*.cpp.
namespace station::rules::gift {

// A backslash takes away the control meaning of these.
inline constexpr std::string_view kControl = ":#={}~";
inline constexpr std::string_view kTags[] = {"[moodle]", "[html]", "[plain]",
                                             "[markdown]"};  // in the order of TextFormat

// Section 0: space, tab, LF, CR, NUL, VT at both ends; the full-width space stays.
inline std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks{" \t\n\r\0\v", 6};
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Length of the weight (2.4) that an answer starts with, per cent signs included; 0 if there is none.
inline std::size_t weight_length(std::string_view answer) {
  const auto digit = [&](std::size_t i) { return i < answer.size() && answer[i] >= '0' && answer[i] <= '9'; };
  if (!answer.starts_with('%')) return 0;
  std::size_t i = 1;
  while (i < answer.size() && answer[i] == '-') ++i;
  if (!digit(i)) return 0;
  i += digit(i + 1) ? 2 : 1;
  if (i < answer.size() && answer[i] == '.') ++i;
  while (digit(i)) ++i;
  return i < answer.size() && answer[i] == '%' ? i + 1 : 0;
}

}  // namespace station::rules::gift
