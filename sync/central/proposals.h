#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sync/central/routes.h"

// Acts that two persons decide: one proposes, another carries it out. The same name twice is one person.
namespace station::central {

struct Proposal {
  std::string id;      // 16 hex digits
  std::string action;  // "riders.erase"
  std::string object;  // a pseudonym; no personal data
  std::string reason;
};

// The answer 202 with the proposal, which is written down and in the audit log.
base::HttpResponse propose(Context& context, std::string_view action, const std::string& object,
                           const std::string& reason);

// proposals, proposals/*/approve, proposals/*/reject
std::vector<Route> proposal_routes();

// What approval carries out, by action: each is in the file of its subject. Gives back what the answer says of it.
std::string erase_rider(Context& context, const Proposal& proposal);

}  // namespace station::central
