#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

// Figures that tests measured, for tests/prove: one line "name value" each, into the file that STATION_FIGURES names.
namespace station::test {

inline void figure(const std::string& name, std::uint64_t value) {
  if (const char* file = std::getenv("STATION_FIGURES")) std::ofstream(file, std::ios::app) << name << ' ' << value << '\n';
}

// A whole number from the environment, for longer runs; `fallback` where it is not set.
inline std::uint64_t asked(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoull(text, nullptr, 10) : fallback;
}

}  // namespace station::test
