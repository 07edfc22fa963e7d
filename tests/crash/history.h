#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/crash/machine.h"
#include "tests/crash/malloc_limit.h"

namespace station::crash {

// What one machine did in all its days on a disk that did not fail: with it, every failure is compared.
struct Mark {
  std::size_t operations = 0;  // of the journal when the program confirmed
  std::uint64_t digest = 0;    // of the database then
  std::shared_ptr<const void> moment;
};
struct DayMarks {
  std::string name;
  std::shared_ptr<const void> moment;  // before it began
  Files files;                         // the disk before it began
  std::size_t first = 0;               // index in marks of the state before it began
  std::size_t count = 0;               // of things that were confirmed
  long calls = 0;                      // of the disk
};
struct History {
  Journal journal;
  std::vector<Mark> marks;  // the first: the empty disk
  std::vector<DayMarks> days;
};

// Throws std::logic_error when the days do not go as they should.
History play_all(PowerDisk& disk, Machine& machine);

// What a failure cost.
struct Toll {
  std::uint64_t points = 0, lost = 0, partial = 0, corrupt = 0;
  std::string first;  // the first that was not as promised: enough to play it again
  void blame(std::uint64_t& kind, const std::string& what) {
    ++kind;
    if (first.empty()) first = what;
  }
  bool clean() const { return lost + partial + corrupt == 0; }
};

// Power cuts at `count` points evenly over everything that was asked of the disk, each sort in turn. After every 16th
// the machine starts and loses its power once more while it repairs.
Toll cut_power(PowerDisk& disk, Machine& machine, const History& history, std::uint64_t count, std::uint64_t seed);

// Plays days again while the disk refuses its k-th call, for `count` k evenly over all: from then on, only once, or
// as full.
Toll fail_calls(PowerDisk& disk, Machine& machine, const History& history, std::uint64_t count, std::uint64_t seed);
// The same with SQLite's k-th request for memory.
Toll fail_memory(PowerDisk& disk, MallocLimit& memory, Machine& machine, const History& history, std::uint64_t count,
                 std::uint64_t seed);

// How the state `digest` stands to what was confirmed up to `mark`: the state of that mark, or of the next one (under
// way and complete on the disk, but not confirmed), or none of both.
enum class Standing : std::uint8_t { confirmed, next, lost, partial };
Standing standing(const History& history, std::size_t mark, std::uint64_t digest);

}  // namespace station::crash
