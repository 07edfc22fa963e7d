#pragma once

#include <filesystem>
#include <string>

#include "sync/central/routes.h"

// The epoch names this copy of the store: cursors of another one are worth nothing here.
namespace station::central {

std::string epoch_of(Store& store);
std::uint64_t record_head(Store& store);  // position of the newest record

// At the start. DATA/high-water says how far the store once was; one that is behind was restored from an older copy. It
// begins a new epoch, and its feed goes on well after everything that stations may have seen.
void begin_epoch(Work& work);
// Writes DATA/high-water, after a commit.
base::Result<void> note_high_water(const std::filesystem::path& data, const std::string& epoch, std::uint64_t head);

}  // namespace station::central
