#include <algorithm>
#include <chrono>
#include <vector>

#include "sync/rules/xapi.h"

namespace station::rules::xapi {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alnum(char c) {
  return is_digit(c) || is_alpha(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
template <class Of>
bool all(std::string_view text, Of of) {
  return std::all_of(text.begin(), text.end(), of);
}

// Reads along a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool end() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool take(char c) {
    if (peek() != c || text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly n digits.
  bool number(std::size_t n, int& out) {
    if (text_.size() < n || !all(text_.substr(0, n), is_digit)) return false;
    out = 0;
    for (std::size_t i = 0; i < n; ++i) out = out * 10 + (text_[i] - '0');
    text_.remove_prefix(n);
    return true;
  }
  std::size_t digits() {
    std::size_t n = 0;
    while (n < text_.size() && is_digit(text_[n])) ++n;
    text_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view text_;
};

bool is_date(int year, int month, int day) {
  return (std::chrono::year(year) / month / day).ok();
}

// "Z", "+08", "+0800", "+08:00", or nothing.
bool zone(Reader& in) {
  if (in.end()) return true;
  if (in.take('Z')) return in.end();
  const bool minus = in.take('-');
  if (!minus && !in.take('+')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(2, hours)) return false;
  if (!in.end()) {
    in.take(':');
    if (!in.number(2, minutes)) return false;
  }
  return in.end() && hours < 24 && minutes < 60 && !(minus && hours == 0 && minutes == 0);
}

// Cut at dashes.
std::vector<std::string_view> subtags(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t dash = text.find('-');
    out.push_back(text.substr(0, dash));
    if (dash == std::string_view::npos) return out;
    text.remove_prefix(dash + 1);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool is_grandfathered(std::string_view tag) {
  static constexpr std::string_view kTags[] = {
      "en-gb-oed", "i-ami",     "i-bnn",      "i-default", "i-enochian", "i-hak",      "i-klingon",
      "i-lux",     "i-mingo",   "i-navajo",   "i-pwn",     "i-tao",      "i-tay",      "i-tsu",
      "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",  "art-lojban", "cel-gaulish", "no-bok",   "no-nyn",
      "zh-guoyu",  "zh-hakka",  "zh-min",     "zh-min-nan", "zh-xiang"};
  return std::find(std::begin(kTags), std::end(kTags), lower(tag)) != std::end(kTags);
}

bool is_variant(std::string_view t) {
  return t.size() >= 5 || (t.size() == 4 && is_digit(t[0]));
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_iri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || !is_alpha(text[0])) return false;
  if (!all(text.substr(0, colon), [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; })) return false;
  return all(text.substr(colon), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F &&
           std::string_view("<>\"{}|\\^`").find(c) == std::string_view::npos;
  });
}

bool is_language_tag(std::string_view text) {
  if (is_grandfathered(text)) return true;
  const auto tags = subtags(text);
  for (const auto t : tags)
    if (t.empty() || t.size() > 8 || !all(t, is_alnum)) return false;
  const auto is_x = [](std::string_view t) { return t == "x" || t == "X"; };
  std::size_t i = 0;
  if (!is_x(tags[0])) {
    if (tags[0].size() < 2 || !all(tags[0], is_alpha)) return false;
    i = 1;
    if (tags[0].size() <= 3)
      for (int n = 0; n < 3 && i < tags.size() && tags[i].size() == 3 && all(tags[i], is_alpha); ++n) ++i;
    if (i < tags.size() && tags[i].size() == 4 && all(tags[i], is_alpha)) ++i;  // script
    if (i < tags.size() && ((tags[i].size() == 2 && all(tags[i], is_alpha)) ||
                            (tags[i].size() == 3 && all(tags[i], is_digit))))
      ++i;  // region
    std::vector<std::string> variants, singletons;
    for (; i < tags.size() && is_variant(tags[i]); ++i) {
      if (std::find(variants.begin(), variants.end(), lower(tags[i])) != variants.end()) return false;
      variants.push_back(lower(tags[i]));
    }
    while (i < tags.size() && tags[i].size() == 1 && !is_x(tags[i])) {
      if (std::find(singletons.begin(), singletons.end(), lower(tags[i])) != singletons.end()) return false;
      singletons.push_back(lower(tags[i++]));
      const std::size_t first = i;
      while (i < tags.size() && tags[i].size() >= 2) ++i;
      if (i == first) return false;
    }
  }
  if (i < tags.size() && is_x(tags[i])) return i + 1 < tags.size();
  return i == tags.size();
}

bool is_timestamp(std::string_view text) {
  Reader in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, year)) return false;
  const bool extended = in.take('-');
  if (!in.number(2, month) || (extended && !in.take('-')) || !in.number(2, day) || !is_date(year, month, day) ||
      !in.take('T') || !in.number(2, hour))
    return false;
  const bool more = extended ? in.take(':') : is_digit(in.peek());
  if (more) {
    if (!in.number(2, minute)) return false;
    if (extended ? in.take(':') : is_digit(in.peek()))
      if (!in.number(2, second)) return false;
  }
  if ((in.take('.') || in.take(',')) && in.digits() == 0) return false;
  const bool midnight = hour == 24 && minute == 0 && second == 0;
  return (hour < 24 || midnight) && minute < 60 && second <= 60 && zone(in);
}

bool is_duration(std::string_view text) {
  Reader in(text);
  if (!in.take('P')) return false;
  bool any = false, fraction = false, time = false;
  std::string_view units = "YMWD";
  while (!in.end()) {
    if (!time && in.take('T')) {
      time = true;
      units = "HMS";
      if (in.end()) return false;
      continue;
    }
    if (fraction || in.digits() == 0) return false;  // only the smallest part may have a fraction
    if (in.take('.') || in.take(',')) {
      if (in.digits() == 0) return false;
      fraction = true;
    }
    const std::size_t unit = units.find(in.peek());
    if (in.end() || unit == std::string_view::npos) return false;
    if (in.peek() == 'W') return !any && in.take('W') && in.end();
    in.take(in.peek());
    units.remove_prefix(unit + 1);
    any = true;
  }
  return any;
}

bool is_mailbox(std::string_view text) {
  constexpr std::string_view kScheme = "mailto:";
  if (!text.starts_with(kScheme)) return false;
  text.remove_prefix(kScheme.size());
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find('@') == at &&
         all(text, [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && c != 0x7F &&
                  std::string_view("<>,;:\"()[]\\").find(c) == std::string_view::npos;
         });
}

}  // namespace station::rules::xapi
