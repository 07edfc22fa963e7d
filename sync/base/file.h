#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sync/base/result.h"

namespace station::base {

// The whole file; refuses more than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t limit = std::size_t{256} << 20);

enum class FileMode { shared, secret };  // secret: readable by the owner only (0600), for keys

// Replaces the file as one step: temporary file beside it, fsync, rename, fsync of the folder. After a crash there is
// either the old content or the new, never a part.
Result<void> write_file(const std::filesystem::path& file, std::string_view content, FileMode mode = FileMode::shared);

}  // namespace station::base
