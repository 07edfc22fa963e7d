#pragma once

#include <span>
#include <string_view>

namespace station::devices {

enum class Severity { notice, degraded, out_of_service };

// One entry of the catalogue of device faults. The maintainer screen shows `strings key` = "fault." + code.
struct FaultKind {
  std::string_view code;
  Severity severity;
  std::string_view meaning;  // English, for README and logs; screens use the string table
};

// Every fault that a driver may raise; raising another is a broken invariant.
std::span<const FaultKind> fault_catalogue();
const FaultKind* find_fault(std::string_view code);

// Faults that no program may end: they hold over restarts until a person at the station has looked (CHARGERS 1).
bool is_latched(std::string_view code);

}  // namespace station::devices
