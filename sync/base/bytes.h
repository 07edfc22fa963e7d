#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace station::base {

using Bytes = std::vector<std::uint8_t>;

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string to_hex(std::span<const std::uint8_t> bytes);                   // lower case
std::string to_hex_upper(std::span<const std::uint8_t> bytes);             // upper case, as card numbers are written
std::optional<Bytes> from_hex(std::string_view text);                      // both cases; even length, nothing else
std::string to_base64(std::span<const std::uint8_t> bytes);                // standard alphabet, padded
std::optional<Bytes> from_base64(std::string_view text);
std::string to_base64url(std::span<const std::uint8_t> bytes);             // without padding
std::optional<Bytes> from_base64url(std::string_view text);

// Bytes that are valid UTF-8 without NUL?
bool is_utf8(std::string_view text);

}  // namespace station::base
