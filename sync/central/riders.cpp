#include "sync/central/riders.h"

#include <algorithm>

#include "sync/rules/identity.h"

namespace station::central {

namespace {

constexpr std::string_view kVerifier = "$argon2id$";
constexpr std::size_t kLongestVerifier = 160;

}  // namespace

std::string rider_subject(const CentreKeys& keys, const std::string& rider) {
  return base::pseudonym(keys.roster_key, "rider", rider);
}

bool is_clear_pin(const std::string& cell) {
  return !cell.empty() && cell != "-" && !cell.starts_with(kVerifier);
}

std::string pin_problem(const std::string& pin, const std::string& login) {
  if (!is_clear_pin(pin)) return pin.size() > kLongestVerifier ? "pin: no verifier of argon2id" : "";
  if (const char* complaint = rules::pin_complaint(pin)) return std::string("pin: ") + complaint;
  if (rules::pin_weakness(pin, rules::normal_phone(login)) != rules::PinWeakness::none)
    return "pin: part of the rider's own number";
  return {};
}

std::string rider_verifier(const CentreKeys& keys, base::PinCost cost, const std::string& rider,
                           const std::string& pin) {
  const base::Digest seed = base::hmac_sha256(keys.pin_pepper, "pin salt|" + rider_subject(keys, rider));
  base::PinSalt salt{};
  std::copy_n(seed.begin(), salt.size(), salt.begin());
  return base::make_pin_verifier(keys.pin_pepper, pin, cost, salt);
}

}  // namespace station::central
