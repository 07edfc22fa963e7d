#pragma once

#include <filesystem>
#include <memory>

#include "sync/central/store/store.h"

namespace station::central {

// One file, opened by this process alone: WAL, FULL synchronisation, exclusive lock, no memory mapping. The default VFS
// is used, so that faults can be injected underneath. Creates and migrates; a newer schema is refused.
std::unique_ptr<Store> open_sqlite(const std::filesystem::path& file);

}  // namespace station::central
