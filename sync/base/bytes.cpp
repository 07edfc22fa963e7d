#include "sync/base/bytes.h"

#include <sodium.h>

#include <cstring>

namespace station::base {

namespace {

std::string hex_with(std::span<const std::uint8_t> bytes, const char* digits) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t b : bytes) {
    out += digits[b >> 4];
    out += digits[b & 15];
  }
  return out;
}

std::string encode(std::span<const std::uint8_t> bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
  out.pop_back();  // the terminating NUL
  return out;
}

std::optional<Bytes> decode(std::string_view text, int variant) {
  if (text.empty()) return Bytes{};  // the library wants no null pointers
  Bytes out(text.size());
  std::size_t n = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &n, &end, variant) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  out.resize(n);
  // The library takes some bytes beyond ASCII for letters of its alphabet: there is one text for one content.
  if (encode(out, variant) != text) return std::nullopt;
  return out;
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) { return hex_with(bytes, "0123456789abcdef"); }
std::string to_hex_upper(std::span<const std::uint8_t> bytes) { return hex_with(bytes, "0123456789ABCDEF"); }

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2) return std::nullopt;
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int hi = digit(text[i]), lo = digit(text[i + 1]);
    if (hi < 0 || lo < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(hi * 16 + lo));
  }
  return out;
}

std::string to_base64(std::span<const std::uint8_t> bytes) { return encode(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::optional<Bytes> from_base64(std::string_view text) { return decode(text, sodium_base64_VARIANT_ORIGINAL); }
std::string to_base64url(std::span<const std::uint8_t> bytes) {
  return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
std::optional<Bytes> from_base64url(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    // Eight bytes at once while they are ASCII without NUL, as nearly all text of the log is.
    if (std::uint64_t eight = 0; i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if (((eight | ((eight - 0x0101010101010101u) & ~eight)) & 0x8080808080808080u) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const auto c = static_cast<std::uint8_t>(text[i]);
    const std::size_t n = c < 0x80 ? 1 : c >= 0xC2 && c <= 0xDF ? 2 : c >= 0xE0 && c <= 0xEF ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (c == 0 || n == 0 || i + n > text.size()) return false;
    for (std::size_t k = 1; k < n; ++k)
      if ((static_cast<std::uint8_t>(text[i + k]) & 0xC0) != 0x80) return false;
    if (n == 3) {
      const auto d = static_cast<std::uint8_t>(text[i + 1]);
      if ((c == 0xE0 && d < 0xA0) || (c == 0xED && d > 0x9F)) return false;  // overlong, surrogate
    } else if (n == 4) {
      const auto d = static_cast<std::uint8_t>(text[i + 1]);
      if ((c == 0xF0 && d < 0x90) || (c == 0xF4 && d > 0x8F)) return false;  // overlong, beyond U+10FFFF
    }
    i += n;
  }
  return true;
}

}  // namespace station::base
