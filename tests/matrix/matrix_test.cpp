// One station after another under a seed. A failure names the seed; STATION_SEEDS=<n> plays that one alone, 1-1000 many.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "tests/matrix/station.h"

using namespace station;

namespace {

namespace fs = std::filesystem;

// In memory where the system offers it: what is tested here is the program, the disk has its own tests.
fs::path matrix_folder() {
  const fs::path where = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  return where / ("station-matrix-" + std::to_string(::getpid()));
}

std::pair<std::uint64_t, std::uint64_t> matrix_seeds() {
  const char* wish = std::getenv("STATION_SEEDS");
  const std::string seeds = wish ? wish : "1-120";
  const std::uint64_t first = std::strtoull(seeds.c_str(), nullptr, 10);
  const std::size_t dash = seeds.find('-');
  return {first, dash == std::string::npos ? first : std::strtoull(seeds.c_str() + dash + 1, nullptr, 10)};
}

}  // namespace

TEST_CASE("whatever fails: no box opens without an intent, nothing is pulsed or started after a restart, nothing stays on past "
          "its cut-off, no settlement counts twice",
          "[matrix]") {
  const auto [first, last] = matrix_seeds();
  matrix::Station::Counts all;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    matrix::Station station(seed, matrix_folder());
    station.live(std::chrono::seconds(seed % 24 == 0 ? 400 : 60));
    station.heal();
    for (const std::string& broken : station.broken()) UNSCOPED_INFO(broken);
    CHECK(station.broken().empty());
    const auto& c = station.counts();
    all.kills += c.kills;
    all.openings += c.openings;
    all.pulses += c.pulses;
    all.phone_charges += c.phone_charges;
    all.sessions += c.sessions;
    all.settled += c.settled;
    all.repeated += c.repeated;
    all.orphans += c.orphans;
    all.cards += c.cards;
    all.alarms += c.alarms;
    all.mishaps += c.mishaps;
  }
  CAPTURE(all.kills, all.openings, all.pulses, all.phone_charges, all.sessions, all.settled, all.repeated, all.orphans, all.cards,
          all.alarms, all.mishaps);
  if (std::getenv("STATION_COUNTS"))
    WARN("kills " << all.kills << ", openings " << all.openings << ", pulses " << all.pulses << ", phone charges "
                  << all.phone_charges << ", sessions " << all.sessions << ", settled " << all.settled << ", told " << all.repeated
                  << ", orphans " << all.orphans << ", cards " << all.cards << ", alarms " << all.alarms << ", mishaps "
                  << all.mishaps);
  const int stations = static_cast<int>(last - first + 1);
  if (stations < 100) return;
  // A station in which nothing happens proves nothing.
  CHECK(all.kills > stations);
  CHECK(all.pulses > stations / 2);
  CHECK(all.phone_charges > stations);
  CHECK(all.settled > stations / 2);
  CHECK(all.repeated > all.settled);
  CHECK(all.orphans > stations / 50);
  CHECK(all.cards > stations);
  CHECK(all.alarms > 0);
}
