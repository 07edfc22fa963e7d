#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

namespace station::record {

inline constexpr std::size_t kMaxBatchLines = 512;
inline constexpr std::size_t kMaxBatchBytes = 256 * 1024;  // of the lines, before compression

// What a station sends, over HTTPS or as a file on a USB stick: zstd of
//   {"batch":1,"station":"440902-007","inc":1,"from":1842,"count":2,"checkpoint":"<signed note>"} LF line LF line LF
// The checkpoint's size is from + count: the head of the log after these lines.
struct Batch {
  std::string station;
  std::uint32_t inc = 1;
  std::uint64_t from = 0;
  std::string checkpoint;  // signed note
  std::vector<std::string> lines;
};

std::string encode_batch(const Batch& batch);
// `invalid` or `corrupt` with a reason. Checks the form only, neither signatures nor positions within the lines.
base::Result<Batch> decode_batch(std::string_view bytes);

}  // namespace station::record
