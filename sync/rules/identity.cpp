#include "sync/rules/identity.h"

#include <algorithm>

namespace station::rules {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int n = 0;
  for (char c : digits) n = n * 10 + (c - '0');
  return n;
}

bool is_date(int year, int month, int day) {
  using namespace std::chrono;
  return year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                        std::chrono::day{static_cast<unsigned>(day)}}
      .ok();
}

}  // namespace

PinLock pin_lock_after(int failures) {
  using namespace std::chrono_literals;
  if (failures >= 15) return {0ms, true};
  if (failures == 10) return {1h, false};
  if (failures == 5) return {5min, false};
  return {};
}

int pin_tries_left(int failures) {
  const int next = failures < 5 ? 5 : failures < 10 ? 10 : 15;
  return std::max(0, next - failures);
}

const char* pin_complaint(std::string_view pin) {
  if (pin.size() < 6 || pin.size() > 12 || !all_digits(pin)) return "a PIN has 6 to 12 digits";
  const auto steps_by = [&](int step) {
    for (std::size_t i = 1; i < pin.size(); ++i)
      if ((pin[i] - pin[i - 1] - step) % 10 != 0) return false;
    return true;
  };
  if (steps_by(0) || steps_by(1) || steps_by(-1)) return "a PIN of one repeated digit or of digits that count up or down is too easy";
  if (pin.size() % 2 == 0 && pin.substr(0, pin.size() / 2) == pin.substr(pin.size() / 2)) return "a PIN of two equal halves is too easy";
  if (pin.size() == 6 && (is_date(1900 + number(pin.substr(0, 2)), number(pin.substr(2, 2)), number(pin.substr(4, 2)))))
    return "a PIN that reads as a date is too easy";
  if (pin.size() == 8 && is_date(number(pin.substr(0, 4)), number(pin.substr(4, 2)), number(pin.substr(6, 2))))
    return "a PIN that reads as a date is too easy";
  return nullptr;
}

bool is_phone(std::string_view d) { return d.size() == 11 && all_digits(d) && d[0] == '1' && d[1] >= '3'; }

std::string mask_number(std::string_view digits) {
  static constexpr const char* kDot = "\xE2\x80\xA2";
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

bool is_resident_id(std::string_view id) {
  if (id.size() != 18 || !all_digits(id.substr(0, 17))) return false;
  static constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (id[i] - '0') * kWeights[i];
  const char last = id[17] == 'x' ? 'X' : id[17];
  return "10X98765432"[sum % 11] == last && is_date(number(id.substr(6, 4)), number(id.substr(10, 2)), number(id.substr(12, 2)));
}

}  // namespace station::rules
