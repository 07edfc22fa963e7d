#include "sync/rules/identity.h"

#include <algorithm>
#include <array>

#include "sync/rules/family_names.h"

namespace station::rules {

namespace {

using std::chrono::milliseconds;

constexpr int kFirstLock = 5, kSecondLock = 10, kLastLock = 15;
constexpr std::size_t kShortestPin = 6, kLongestPin = 12;

// Often chosen and not caught by the patterns: runs of keys, doubled digits, lucky numbers, love numbers.
constexpr std::array<std::string_view, 30> kCommon{
    "147258", "258369", "159357", "357159", "147369", "123654", "321654", "456123", "789456", "741852",
    "852963", "963852", "112233", "223344", "332211", "778899", "998877", "520131", "521131", "131452",
    "168168", "118118", "110110", "119119", "120120", "100200", "102030", "123321", "147896", "5201314"};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

bool is_date(int year, int month, int day) {
  using namespace std::chrono;
  return year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                        std::chrono::day{static_cast<unsigned>(day)}}
      .ok();
}

// As riders write birthdays. A two-digit year is tried as a leap year, so that 29 February counts for any year.
bool reads_as_date(std::string_view pin) {
  constexpr int kLeapYear = 2000;
  const auto part = [&](std::size_t at, std::size_t n) { return number(pin.substr(at, n)); };
  const auto likely_year = [](int year) { return year >= 1930 && year <= 2039; };
  if (pin.size() == 6)
    return is_date(kLeapYear, part(2, 2), part(4, 2)) || is_date(kLeapYear, part(2, 2), part(0, 2)) ||
           is_date(kLeapYear, part(0, 2), part(2, 2)) || (likely_year(part(0, 4)) && is_date(kLeapYear, part(4, 2), 1));
  if (pin.size() == 8)
    return (likely_year(part(0, 4)) && is_date(part(0, 4), part(4, 2), part(6, 2))) ||
           (likely_year(part(4, 4)) &&
            (is_date(part(4, 4), part(2, 2), part(0, 2)) || is_date(part(4, 4), part(0, 2), part(2, 2))));
  return false;
}

bool equal_steps(std::string_view pin) {
  const int step = (pin[1] - pin[0] + 10) % 10;
  for (std::size_t i = 1; i < pin.size(); ++i)
    if ((pin[i] - pin[i - 1] + 10) % 10 != step) return false;
  return true;
}

bool repeats_a_part(std::string_view pin) {
  for (std::size_t part = 1; part <= pin.size() / 2; ++part) {
    if (pin.size() % part != 0) continue;
    bool same = true;
    for (std::size_t i = part; i < pin.size() && same; ++i) same = pin[i] == pin[i - part];
    if (same) return true;
  }
  return false;
}

bool occurs_in(std::string_view pin, std::string_view own_numbers) {
  std::string digits;
  for (const char c : own_numbers) {
    if (c >= '0' && c <= '9') digits += c;
    if (c == ' ') digits += ' ';
  }
  return digits.find(pin) != std::string::npos;
}

// The first character of a UTF-8 text, which has been checked before.
std::string_view first_character(std::string_view text) {
  std::size_t n = 1;
  while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
  return text.substr(0, n);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string_view family_name(std::string_view full_name) {
  const std::string_view name = trimmed(full_name);
  if (name.empty()) return {};
  if (static_cast<unsigned char>(name[0]) < 0x80) return name.substr(0, name.find(' '));
  for (const std::string_view family : kLongFamilyNames)
    if (name.starts_with(family)) return family;
  return first_character(name);
}

// What is left of the lock at `now`.
milliseconds left_at(const PinState& s, const std::string& boot, base::BootTime now) {
  const milliseconds passed = s.boot == boot ? now - s.noted : now.time_since_epoch();
  return std::max(milliseconds(0), s.left - std::max(milliseconds(0), passed));
}

}  // namespace

PinLock pin_lock_after(int failures) {
  using namespace std::chrono_literals;
  if (failures >= kLastLock) return {0ms, true};
  if (failures == kSecondLock) return {1h, false};
  if (failures == kFirstLock) return {5min, false};
  return {};
}

int pin_tries_left(int failures) {
  const int next = failures < kFirstLock ? kFirstLock : failures < kSecondLock ? kSecondLock : kLastLock;
  return std::max(0, next - failures);
}

PinAccess pin_access(const PinState& s, const std::string& boot, base::BootTime now) {
  if (s.until_centre) return {false, true, milliseconds(0)};
  const milliseconds left = left_at(s, boot, now);
  return {left.count() == 0, false, left};
}

PinState pin_noted(const PinState& s, const std::string& boot, base::BootTime now) {
  return {s.failures, s.until_centre, left_at(s, boot, now), boot, now};
}

PinState pin_failed(const PinState& s, const std::string& boot, base::BootTime now) {
  if (!pin_access(s, boot, now).allowed) return s;
  const PinLock lock = pin_lock_after(s.failures + 1);
  return {s.failures + 1, lock.until_centre, lock.wait, boot, now};
}

PinWeakness pin_weakness(std::string_view pin, std::string_view own_numbers) {
  if (pin.size() < kShortestPin || pin.size() > kLongestPin || !all_digits(pin)) return PinWeakness::form;
  if (repeats_a_part(pin)) return PinWeakness::repeated;
  if (equal_steps(pin)) return PinWeakness::sequence;
  if (std::find(kCommon.begin(), kCommon.end(), pin) != kCommon.end()) return PinWeakness::common;
  if (reads_as_date(pin)) return PinWeakness::date;
  if (occurs_in(pin, own_numbers)) return PinWeakness::personal;
  return PinWeakness::none;
}

const char* to_string(PinWeakness weakness) {
  constexpr std::array<const char*, 7> kWords{"none", "form", "repeated", "sequence", "common", "date", "personal"};
  return kWords[static_cast<std::size_t>(weakness)];
}

const char* pin_complaint(std::string_view pin) {
  switch (pin_weakness(pin)) {
    case PinWeakness::none:
      return nullptr;
    case PinWeakness::form:
      return "a PIN has 6 to 12 digits";
    case PinWeakness::repeated:
      return "a PIN that repeats a digit or a group of digits is too easy";
    case PinWeakness::sequence:
      return "a PIN of digits in equal steps is too easy";
    case PinWeakness::common:
    case PinWeakness::personal:
      return "this PIN is chosen too often";
    case PinWeakness::date:
      return "a PIN that reads as a date is too easy";
  }
  return nullptr;
}

bool is_phone(std::string_view d) {
  return d.size() == 11 && all_digits(d) && d[0] == '1' && d[1] >= '3';
}

std::string normal_phone(std::string_view typed) {
  std::string out;
  for (const char c : typed)
    if (c != ' ' && c != '-') out += c;
  for (const std::string_view country : {"+86", "0086", "86"})
    if (out.starts_with(country) && is_phone(std::string_view(out).substr(country.size())))
      return out.substr(country.size());
  return out;
}

std::string masked_phone(std::string_view d) {
  if (is_phone(d)) return std::string(d.substr(0, 3)) + "****" + std::string(d.substr(7));
  const std::size_t hidden = d.size() < 2 ? d.size() : d.size() - 2;
  return std::string(hidden, '*') + std::string(d.substr(hidden));
}

std::string mask_number(std::string_view digits) {
  constexpr const char* kDot = "\xE2\x80\xA2";
  std::string out;
  const std::size_t n = digits.size(), head = n >= 7 ? 3 : 0, tail = n >= 7 ? n - std::min<std::size_t>(4, n - 7) : n;
  for (std::size_t i = 0; i < n; ++i) {
    if (i < head || i >= tail) {
      out += digits[i];
    } else {
      out += kDot;
    }
  }
  return out;
}

std::string last4(std::string_view number) {
  return std::string(number.substr(number.size() - std::min<std::size_t>(4, number.size())));
}

bool is_resident_id(std::string_view id) {
  if (id.size() != 18 || !all_digits(id.substr(0, 17))) return false;
  constexpr std::array<int, 17> kWeights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += (id[i] - '0') * kWeights[i];
  const char last = id[17] == 'x' ? 'X' : id[17];
  const int province = number(id.substr(0, 2)), year = number(id.substr(6, 4));
  return ((province >= 11 && province <= 83) || province > 90) && year >= 1800 && "10X98765432"[sum % 11] == last &&
         is_date(year, number(id.substr(10, 2)), number(id.substr(12, 2)));
}

std::string normal_id(std::string_view typed) {
  std::string out;
  for (const char c : typed)
    if (c != ' ' && c != '-') out += c == 'x' ? 'X' : c;
  return out;
}

std::string display_name(std::string_view full_name, std::string_view form_of_address) {
  const std::string_view family = family_name(full_name);
  const bool latin = !family.empty() && static_cast<unsigned char>(family[0]) < 0x80;
  return std::string(family) + (latin && !form_of_address.empty() ? " " : "") + std::string(form_of_address);
}

std::string masked_person(std::string_view full_name, std::string_view number_text, std::string_view tail_word) {
  std::string out(first_character(trimmed(full_name)));
  out += "*";
  if (number_text.size() < 2) return out;
  return out + "·" + std::string(tail_word) + std::string(number_text.substr(number_text.size() - 2));
}

bool in_region(std::string_view division, std::string_view region) {
  if (region == "CN") return true;
  if (!all_digits(region) || region.size() > division.size()) return false;
  // 330000 and 330100 are the two-digit province and the four-digit city.
  while (region.size() > 2 && region.ends_with("00")) region.remove_suffix(2);
  return division.starts_with(region);
}

}  // namespace station::rules
