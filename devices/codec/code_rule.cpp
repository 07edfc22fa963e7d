#include "devices/codec/code_rule.h"

#include <algorithm>

namespace station::codec {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_of(std::string_view text, bool (*good)(char)) { return std::all_of(text.begin(), text.end(), good); }

// Printable ASCII without blanks; names and dates in our texts have none.
bool is_field_character(char c) { return c > 0x20 && c < 0x7F; }

bool is_token_character(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("-_.~+/=:").find(c) != std::string_view::npos;
}

}  // namespace

bool code_form(std::string_view name, CodeForm& out) {
  if (name == "signed") out = CodeForm::signed_text;
  if (name == "digits") out = CodeForm::digits;
  if (name == "token") out = CodeForm::token;
  return name == "signed" || name == "digits" || name == "token";
}

bool is_form(std::string_view text, CodeForm form) {
  switch (form) {
    case CodeForm::signed_text:
      return text.size() >= 16 && text[0] == 'R' && is_letter(text[1]) && is_digit(text[2]) && text[3] == '|' &&
             all_of(text, &is_field_character);
    case CodeForm::digits:
      return text.size() >= 6 && text.size() <= 8 && all_of(text, &is_digit);
    case CodeForm::token:
      return text.size() >= 16 && all_of(text, &is_token_character) && text.find("//") == std::string_view::npos;
  }
  return false;
}

CodeVerdict judge(const CodeRule& rule, std::string_view text) {
  if (text.size() < rule.shortest) return CodeVerdict::too_short;
  if (text.size() > rule.longest) return CodeVerdict::too_long;
  const bool ours = std::any_of(rule.forms.begin(), rule.forms.end(), [&](CodeForm form) { return is_form(text, form); });
  return ours ? CodeVerdict::accepted : CodeVerdict::foreign;
}

}  // namespace station::codec
