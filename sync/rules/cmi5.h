#pragma once

#include <span>
#include <string>
#include <vector>

// The order of cmi5 verbs (learning rules, 12.3). Pure.
namespace station::rules {

// One lesson visit: closed, and every verb at its place. Verbs by their last part: "initialized".
bool cmi5_session_in_order(std::span<const std::string> verbs);
// All visits of one rider to one course, in order.
bool cmi5_registration_in_order(std::span<const std::vector<std::string>> sessions);

}  // namespace station::rules
