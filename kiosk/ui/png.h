#pragma once

#include <filesystem>
#include <string>

#include "kiosk/ui/geometry.h"
#include "sync/base/result.h"

namespace station::ui {

// The frame as an RGB PNG, without time stamps: the same pixels give the same bytes.
base::Result<std::string> encode_png(const PixelView& frame);
base::Result<void> write_png(const std::filesystem::path& file, const PixelView& frame);

// 64-bit FNV-1a over the visible pixels.
std::uint64_t pixel_hash(const PixelView& frame);

}  // namespace station::ui
