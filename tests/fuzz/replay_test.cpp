#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "sync/base/file.h"
#include "tests/fuzz/targets.h"
#include "tests/support/figures.h"

// Every input that was ever worth keeping, and cheap changes of it, through the same functions as the fuzzer's.

using namespace station;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> inputs_of(std::string_view target) {
  std::vector<std::string> inputs;
  for (const char* kind : {"corpus", "regressions"}) {
    const fs::path folder = fs::path(STATION_SOURCE_DIR) / "tests/fuzz" / kind / target;
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const auto text = base::read_file(entry.path());
      REQUIRE(text);
      inputs.push_back(*text);
    }
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

// With STATION_FUZZ_LAST=FILE the input stands in that file before it is fed: what is left there ended the program.
void feed(const fuzz::Target& target, const std::string& input) {
  static const char* const last = std::getenv("STATION_FUZZ_LAST");
  if (last) std::ofstream(last, std::ios::binary) << input;
  target.feed({reinterpret_cast<const std::uint8_t*>(input.data()), input.size()});
}

// One change: a bit, a byte, a piece gone, doubled or moved.
std::string changed(std::string input, std::mt19937_64& chance) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(chance() % n); };
  const std::size_t at = below(input.size()), n = 1 + below(8);
  switch (below(6)) {
    case 0:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
      break;
    case 1:
      if (!input.empty()) input[at] = static_cast<char>(chance());
      break;
    case 2:
      input.erase(std::min(at, input.size()), n);
      break;
    case 3:
      input.insert(std::min(at, input.size()), input.substr(std::min(below(input.size() + 1), input.size()), n));
      break;
    case 4:
      input.resize(at);
      break;
    default:
      input.insert(std::min(at, input.size()), n, static_cast<char>(chance()));
      break;
  }
  return input;
}

}  // namespace

TEST_CASE("every target has inputs to begin with", "[fuzz]") {
  CHECK(fuzz::targets().size() >= 12);
  for (const auto& target : fuzz::targets()) {
    INFO(target.name);
    CHECK(inputs_of(target.name).size() >= 2);
  }
}

TEST_CASE("no kept input, and no small change of one, breaks a promise", "[fuzz]") {
  std::uint64_t fed = 0;
  const std::uint64_t changes = test::asked("STATION_FUZZ_CHANGES", 40);
  for (const auto& target : fuzz::targets()) {
    std::mt19937_64 chance(7);
    feed(target, "");
    for (const std::string& input : inputs_of(target.name)) {
      feed(target, input);
      std::string other = input;
      for (std::uint64_t i = 0; i < changes; ++i) {
        other = changed(i % 8 == 0 ? input : std::move(other), chance);
        feed(target, other);
      }
      fed += 1 + changes;
    }
  }
  CHECK(fed > 1'000);
  test::figure("fuzz.replayed", fed);
  test::figure("fuzz.targets", fuzz::targets().size());
}
