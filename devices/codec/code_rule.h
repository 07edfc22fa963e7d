#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace station::codec {

// Which texts of a code scanner may reach the program at all: a length and a grammar. Whatever else a stranger holds up
// (addresses, payment codes, control characters, other people's texts) ends here.
enum class CodeForm {
  signed_text,  // the product's own signed texts: "RC1|" and the like, fields between '|', no blanks
  digits,       // pick-up codes: 6 to 8 digits
  token,        // other signed codes: letters, digits and - _ . ~ + / = :, at least 16 of them, no "//"
};

struct CodeRule {
  std::size_t shortest = 4;
  std::size_t longest = 1'024;
  std::vector<CodeForm> forms{CodeForm::signed_text, CodeForm::digits, CodeForm::token};
};

// "signed", "digits", "token"; false for another name.
bool code_form(std::string_view name, CodeForm& out);
bool is_form(std::string_view text, CodeForm form);

enum class CodeVerdict { accepted, too_short, too_long, foreign };
CodeVerdict judge(const CodeRule& rule, std::string_view text);

}  // namespace station::codec
