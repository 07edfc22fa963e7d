#include "sync/rules/cmi5.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace station::rules {

namespace {

constexpr std::array<std::string_view, 6> kVerbs{"initialized", "passed",     "failed",
                                                 "completed",   "terminated", "abandoned"};

bool is_end(std::string_view verb) {
  return verb == "terminated" || verb == "abandoned";
}

}  // namespace

bool cmi5_session_in_order(std::span<const std::string> verbs) {
  if (verbs.empty() || verbs.front() != "initialized" || !is_end(verbs.back())) return false;
  std::set<std::string_view> seen;
  for (const std::string& verb : verbs) {
    if (std::find(kVerbs.begin(), kVerbs.end(), verb) == kVerbs.end()) return false;
    if (is_end(verb) && &verb != &verbs.back()) return false;
    if (!seen.insert(verb).second) return false;
  }
  return !(seen.contains("passed") && seen.contains("failed"));
}

bool cmi5_registration_in_order(std::span<const std::vector<std::string>> sessions) {
  bool passed = false, completed = false;
  for (const auto& session : sessions) {
    if (!cmi5_session_in_order(session)) return false;
    for (const std::string& verb : session) {
      if (verb == "failed" && passed) return false;
      if (verb == "passed" && std::exchange(passed, true)) return false;
      if (verb == "completed" && std::exchange(completed, true)) return false;
    }
  }
  return true;
}

}  // namespace station::rules
