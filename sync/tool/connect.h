#pragma once

#include "sync/tool/io.h"

namespace station::tool {

// HTTPS by libcurl. Where only the hash of the authority's key is known, its certificate is asked for first and believed
// when the hash fits.
base::Result<std::unique_ptr<client::Transport>> connect_by_network(const CentreOrder& order);

}  // namespace station::tool
