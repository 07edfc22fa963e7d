#pragma once

#include <string>
#include <string_view>

// Compression of answers, as the asking side allows it.
namespace station::central {

enum class Encoding { none, gzip, zstd };

// What the header accept-encoding allows, zstd before gzip; a coding with q=0 is not allowed.
Encoding best_encoding(std::string_view accept);
const char* to_string(Encoding encoding);  // for content-encoding

std::string compress(std::string_view plain, Encoding encoding);

// Worth compressing: text of some length.
bool is_compressible(std::string_view content_type, std::size_t bytes);

}  // namespace station::central
