#pragma once

namespace station::base {
[[noreturn]] void check_failed(const char* expression, const char* why, const char* file, int line);
}

// An invariant of the program, in every build: when it breaks, the program ends before it can corrupt evidence.
#define STATION_CHECK(expression, why) \
  ((expression) ? static_cast<void>(0) : ::station::base::check_failed(#expression, why, __FILE__, __LINE__))
