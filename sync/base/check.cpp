#include "sync/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace station::base {

void check_failed(const char* expression, const char* why, const char* file, int line) {
  std::fprintf(stderr, "broken invariant: %s (%s) at %s:%d\n", why, expression, file, line);
  std::abort();
}

}  // namespace station::base
