#pragma once

#include <filesystem>
#include <string>

#include "devices/drivers/lock_board.h"

namespace station::base {
class Config;
}

namespace station::drivers {

struct LockerSettings {
  std::string device;  // "/dev/serial/by-id/…"
  LockLineSettings line;
};

// Reads [[locker]] number `index` with its boards and boxes. Profiles of Modbus boards are files relative to `folder`.
// What is wrong is complained about in the configuration, with file and line. Keys of boxes that are not the driver's
// (their size) are left to the caller.
LockerSettings read_locker(base::Config& config, std::size_t index, const std::filesystem::path& folder);

}  // namespace station::drivers
