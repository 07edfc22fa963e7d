#pragma once

#include <cstdint>
#include <string>

#include "tests/crash/power_disk.h"

namespace station::crash {

// Every row of every table as one number, and what SQLite itself finds wrong with the file: nothing in a sound one.
struct Contents {
  std::uint64_t digest = 0;  // 0: there is no table yet
  std::string damage;
};

// Opens the database as any program would, after whatever happened to the disk. What is on `disk` is replaced.
Contents look_into(PowerDisk& disk, const Files& files, const std::string& path);

}  // namespace station::crash
