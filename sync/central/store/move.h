#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sync/central/store/store.h"

namespace station::central {

// Copies a whole city from one store to an empty one of the other kind: every table row for row, so that positions,
// cursors and the epoch stay what they are. The target is written in one transaction and compared with the source
// before it is committed. Afterwards the source says where the city went, and no centre opens it again.
// Both stores are to be closed afterwards. Throws StorageError. `progress` is told how many rows have been copied, now and then.
struct Moved {
  std::uint64_t tables = 0, rows = 0, records = 0;
};
Moved move_city(Store& from, Store& to, const std::function<void(std::uint64_t)>& progress);

// "postgres" or "sqlite" when the city has moved there, else empty.
std::string moved_to(Store& store);

}  // namespace station::central
