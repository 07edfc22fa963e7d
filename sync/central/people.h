#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/central/routes.h"

// Tokens of people: who may ask, as what; and what they did.
namespace station::central {

struct Person {
  Role role = Role::auditor;
  std::string name;
};

// The person whose token this is, unless it is unknown, expired or revoked.
std::optional<Person> person_by_token(Store& store, std::string_view token, base::UtcTime now);

// Makes a token; only its hash is stored. Throws a Refusal when the name is empty, too long or not readable.
std::string make_token(Work& work, Role role, const std::string& name, base::Milliseconds valid);

// Tokens that are valid at `now`, by their hash: what the server needs to know before it reads a body.
struct TokenHash {
  std::string hash;
  Role role = Role::auditor;
  base::UtcTime expires;
};
std::vector<TokenHash> valid_tokens(Store& store, base::UtcTime now);
// Hex SHA-256, the only form in which secrets are stored.
std::string hash_of_secret(std::string_view secret);
// 43 characters of base64url: 256 random bits.
std::string new_secret(base::Random& random);

// Writes down an administrative act in the transaction that carries it out. `object` and `detail` hold no personal data
// of riders.
void audit(Work& work, const Caller& who, std::string_view action, const std::string& object,
           const std::string& detail = {});

// Names that people chose: 1 to 64 bytes of readable UTF-8. Throws a Refusal that names `what`.
void check_name(const std::string& name, const char* what);

std::vector<Route> people_routes();

}  // namespace station::central
