#pragma once

#include <string>

#include "sync/central/centre.h"

// What is made of a rider's numbers before anything is stored.
namespace station::central {

std::string rider_subject(const CentreKeys& keys, const std::string& rider);

// What a cell of the column "pin" means: nothing (leave the PIN as it is), "-" (take it away), a verifier of argon2id,
// or a PIN in clear, for which this makes a verifier.
bool is_clear_pin(const std::string& cell);
// Why this PIN may not be used by whoever has this login, or empty.
std::string pin_problem(const std::string& pin, const std::string& login);
// About 100 ms. The same PIN of the same rider gives the same verifier, so that a file can be imported again.
std::string rider_verifier(const CentreKeys& keys, base::PinCost cost, const std::string& rider,
                           const std::string& pin);

}  // namespace station::central
