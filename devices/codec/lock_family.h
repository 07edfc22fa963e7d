#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace station::codec {

enum class LockFamily : std::uint8_t { lock_8a, wkly, kr_cu16, modbus };

// "8A", "WKLY", "KR-CU16", "MODBUS": as in configuration files and captured frames.
constexpr std::string_view to_string(LockFamily family) {
  switch (family) {
    case LockFamily::lock_8a:
      return "8A";
    case LockFamily::wkly:
      return "WKLY";
    case LockFamily::kr_cu16:
      return "KR-CU16";
    case LockFamily::modbus:
      return "MODBUS";
  }
  return "";
}

constexpr std::optional<LockFamily> lock_family_from(std::string_view name) {
  for (const LockFamily f : {LockFamily::lock_8a, LockFamily::wkly, LockFamily::kr_cu16, LockFamily::modbus})
    if (to_string(f) == name) return f;
  return std::nullopt;
}

}  // namespace station::codec
