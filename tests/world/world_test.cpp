// One city after another under a seed. A failure names the seed; STATION_SEEDS=<n> plays that one alone.
#include "tests/world/world.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

using namespace station::world;

namespace {

namespace fs = std::filesystem;

// In memory where the system offers it: what is tested here is the program, the disk has its own tests.
fs::path folder() {
  const fs::path base = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  return base / ("station-world-" + std::to_string(::getpid()));
}

struct Count {
  std::size_t acknowledged = 0;
  int crashes = 0, certificates = 0;
};

void play(std::uint64_t seed, const WorldOptions& options, Count& count) {
  INFO("seed " << seed);
  World world(seed, folder(), options);
  world.live();
  CHECK(world.heal());
  const auto broken = world.broken_promises();
  for (const std::string& b : broken) UNSCOPED_INFO(b);
  CHECK(broken.empty());
  count.acknowledged += world.acknowledged();
  count.crashes += world.crashes();
  count.certificates += world.certificates();
}

}  // namespace

TEST_CASE("after any faults every acknowledged record is at the centre once and in order, and minutes and boxes agree",
          "[world]") {
  Count count;
  // STATION_SEEDS: "42", or "1-300".
  const char* wish = std::getenv("STATION_SEEDS");
  const std::string seeds = wish ? wish : "1-300";
  const std::uint64_t first = std::strtoull(seeds.c_str(), nullptr, 10);
  const std::size_t dash = seeds.find('-');
  const std::uint64_t last = dash == std::string::npos ? first : std::strtoull(seeds.c_str() + dash + 1, nullptr, 10);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    WorldOptions options;
    // Every sixth city lives long enough for a whole training with its examination.
    options.busy = std::chrono::minutes(seed % 6 == 0 ? 50 : 10);
    play(seed, options, count);
  }
  fs::remove_all(folder());
  const int worlds = static_cast<int>(last - first + 1);
  if (worlds < 20) return;
  // A world in which nothing happens proves nothing.
  CHECK(count.acknowledged > static_cast<std::size_t>(100 * worlds));
  CHECK(count.crashes > worlds);
  CHECK(count.certificates > worlds / 30);
}

TEST_CASE("the same seed gives the same trace", "[world]") {
  std::string traces[2];
  for (std::string& trace : traces) {
    World world(4711, folder(), {2, 3, std::chrono::minutes(10)});
    world.live();
    trace = world.trace_hash();
  }
  CHECK(traces[0] == traces[1]);
  fs::remove_all(folder());
}
