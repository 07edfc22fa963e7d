#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "sync/client/outbox.h"

namespace station::client {

struct StickExport {
  std::vector<std::filesystem::path> files;
  std::uint64_t from = 0;
  std::uint64_t to = 0;  // positions from … to - 1 are on the stick
};

// Writes everything not yet confirmed as batch files "<station>-<inc>-<from>.batch" into the folder, the same bytes
// that would go over the network. Confirms nothing: the centre's answer does, when the network is back. Files of the
// same name are replaced, so a second export to the same stick does no harm.
base::Result<StickExport> export_to_stick(Outbox& outbox, const std::filesystem::path& folder);

}  // namespace station::client
