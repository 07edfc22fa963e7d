#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sync/central/routes.h"

// Tokens of people: who may ask, as what.
namespace station::central {

struct Person {
  Role role = Role::auditor;
  std::string name;
};

// The person whose token this is, unless it is unknown, expired or revoked.
std::optional<Person> person_by_token(Store& store, std::string_view token, base::UtcTime now);

// Makes a token; only its hash is stored.
std::string make_token(Work& work, Role role, const std::string& name, base::Milliseconds valid);

}  // namespace station::central
