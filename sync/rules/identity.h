#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/clock.h"

// PINs, the lock-out ladder and the forms of identity numbers (design, section 5; domain facts, section 7). Pure; PINs
// are never kept here (their verifiers: sync/base/crypto.h).
namespace station::rules {

// What the n-th wrong PIN in a row brings: 5 → 5 minutes, 10 → 1 hour, 15 and more → until the centre unlocks.
struct PinLock {
  std::chrono::milliseconds wait{0};
  bool until_centre = false;
};
PinLock pin_lock_after(int failures);
int pin_tries_left(int failures);  // before the next lock; 0 when only the centre can unlock

// Wrong PINs of one identity at one station: what is stored in the same transaction as the failure itself.
//
// The lock counts on the boot clock only: `left` is what remained at the moment `noted` of boot `boot`. After a restart
// the boot clock starts again, so what remained when it was last noted runs from the new boot: a power cut or a changed
// wall clock can lengthen a lock, never shorten it. Whoever stores the state notes it again now and then (pin_noted),
// so that a restart does not start the whole hour anew.
struct PinState {
  int failures = 0;
  bool until_centre = false;
  std::chrono::milliseconds left{0};
  std::string boot;
  base::BootTime noted{};
  bool operator==(const PinState&) const = default;
};
struct PinAccess {
  bool allowed = true;
  bool until_centre = false;
  std::chrono::milliseconds wait{0};  // until the next try, when only time is missing
};
PinAccess pin_access(const PinState& state, const std::string& boot, base::BootTime now);
// After one more wrong PIN at `now`; while access is refused nothing changes. The right PIN and the centre's unlock
// lead back to PinState{}.
PinState pin_failed(const PinState& state, const std::string& boot, base::BootTime now);
PinState pin_noted(const PinState& state, const std::string& boot, base::BootTime now);

// Why a PIN may not be chosen. The word of to_string is the last part of its string key.
enum class PinWeakness : std::uint8_t {
  none,
  form,      // not 6 to 12 digits
  repeated,  // 000000, 121212, 123123
  sequence,  // 123456, 987654, 135791: the same step from digit to digit, 0 following 9
  common,    // on the list of those chosen most
  date,      // reads as a date: 850613, 130685, 061385, 19850613, 198506
  personal,  // part of a number of the rider's own
};
PinWeakness pin_weakness(std::string_view pin,
                         std::string_view own_numbers = {});  // phone and identity number, blank between
const char* to_string(PinWeakness weakness);
// The same in words for the log of an administrator's tool, or nullptr when the PIN is good.
const char* pin_complaint(std::string_view pin);

bool is_phone(std::string_view digits);             // ^1[3-9]\d{9}$
std::string normal_phone(std::string_view typed);   // blanks and hyphens removed, +86, 0086 or 86 taken off
std::string masked_phone(std::string_view digits);  // 138****1234; for anything else all but the last two are hidden
// The same on screens, with dots and while typing: 13812341207 → 138••••1207; shorter ones keep the first three and
// what has been typed beyond the seventh digit.
std::string mask_number(std::string_view digits);
std::string last4(std::string_view number);

// Mainland resident identity number, residence permits of Hong Kong, Macao and Taiwan included: form, province, an
// existing birth date, check character (X or x).
bool is_resident_id(std::string_view id);
std::string normal_id(std::string_view typed);  // upper case, blanks and hyphens removed

// How a rider is addressed on the public screen: family name and form of address, "王" + "师傅". Two-character family
// names stay whole; of a name in Latin letters the first word; without a name the form of address alone.
std::string display_name(std::string_view full_name, std::string_view form_of_address);
// 张* and the last two characters of the number after `tail_word`: 张*·尾号21. Never birth date or division.
std::string masked_person(std::string_view full_name, std::string_view number, std::string_view tail_word);

// Region matching by prefix of division codes: 330106 is in 330106, 3301, 330100, 33, 330000 and CN, not in 330108.
bool in_region(std::string_view division, std::string_view region);

}  // namespace station::rules
