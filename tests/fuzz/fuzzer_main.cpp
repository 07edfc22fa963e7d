#include <cstdio>
#include <cstdlib>

#include "sync/base/log.h"
#include "tests/fuzz/targets.h"

// One program for all targets: STATION_FUZZ_TARGET names the one.
namespace {
const station::fuzz::Target* chosen = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* name = std::getenv("STATION_FUZZ_TARGET");
  chosen = name ? station::fuzz::find_target(name) : nullptr;
  if (!chosen) {
    std::fprintf(stderr, "STATION_FUZZ_TARGET must be one of:\n");
    for (const auto& target : station::fuzz::targets())
      std::fprintf(stderr, "  %.*s\n", static_cast<int>(target.name.size()), target.name.data());
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->feed({data, size});
  return 0;
}
