#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/clock.h"
#include "sync/base/result.h"

// Points as integer double entry (design, section 6): every transfer takes from one account what it gives to another,
// so the sum over all accounts is zero after every transfer. Pure; the ledger stores the transfers.
namespace station::rules {

// Accounts are names: "rider:<subject>" may never fall below zero; the city's own accounts ("fund:check_in",
// "fund:expired") may, for points come from there.
inline constexpr std::string_view kRiderAccount = "rider:";
std::string rider_account(std::string_view subject);
bool may_be_negative(std::string_view account);

struct Transfer {
  std::string id;  // made once; the same id twice is one transfer
  std::string from;
  std::string to;
  std::int64_t points = 0;  // > 0
  std::string reason;       // "check_in", "redeem", "course"
  std::string basis;        // what it rests on, unique with reason and account: "2026-11-24"
  base::UtcTime at;
  bool operator==(const Transfer&) const = default;
};

// Balances after transfers in their order. The invariants hold after every step.
class PointsBook {
 public:
  enum class Applied : std::uint8_t { now, before };  // before: the same transfer was there already, nothing changed
  // Refused, with nothing changed: points not positive, same account twice, an id used for another transfer, the same
  // reason and basis for the same account twice, overspending, overflow.
  base::Result<Applied> apply(const Transfer& transfer);

  std::int64_t balance(const std::string& account) const;
  const std::map<std::string, std::int64_t>& balances() const { return balances_; }
  std::int64_t sum() const;  // zero, always

 private:
  std::map<std::string, std::int64_t> balances_;
  std::map<std::string, Transfer> by_id_;
  std::set<std::string> bases_;
};

// Balances of a list of transfers; the first one that breaks a rule is the error, by its id.
base::Result<std::map<std::string, std::int64_t>> balances_of(std::span<const Transfer> transfers);

// Local calendar day, "2026-11-24".
std::string local_day(base::UtcTime at, std::chrono::minutes offset = std::chrono::hours(8));

// The first check-in of a local day earns `points` (configuration; 0 switches it off). `last_earned_day` is the basis
// of the rider's latest check-in transfer, empty if there is none; after a clock that went back, the book refuses the
// day that was used before.
std::optional<Transfer> check_in_points(std::string_view subject, base::UtcTime at, std::int64_t points,
                                        std::string_view last_earned_day, std::string id,
                                        std::chrono::minutes offset = std::chrono::hours(8));

}  // namespace station::rules
