#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace station::rules {

// What the n-th wrong PIN in a row brings: 5 → 5 minutes, 10 → 1 hour, 15 → until the centre unlocks. The timer is kept
// by the store on the boot clock, so neither a restart nor a changed wall clock shortens it.
struct PinLock {
  std::chrono::milliseconds wait{0};
  bool until_centre = false;
};
PinLock pin_lock_after(int failures);
int pin_tries_left(int failures);  // before the next lock

// Why a PIN is refused when it is set, or nullptr: shorter than 6 digits, not digits, or too easy to guess (one digit
// repeated, counting up or down, repeated halves, a date).
const char* pin_complaint(std::string_view pin);

bool is_phone(std::string_view digits);            // ^1[3-9]\d{9}$
std::string mask_number(std::string_view digits);  // 13812341207 → 138••••1207; shorter ones keep the last two

// Mainland resident identity number: form, division of the person's kind, date and check character.
bool is_resident_id(std::string_view id);

}  // namespace station::rules
