#include "sync/base/id.h"

#include <array>

#include "sync/base/bytes.h"

namespace station::base {

std::string new_id(Random& random) {
  std::array<std::uint8_t, 16> b;
  random.fill(b);
  b[6] = static_cast<std::uint8_t>((b[6] & 0x0F) | 0x40);
  b[8] = static_cast<std::uint8_t>((b[8] & 0x3F) | 0x80);
  std::string h = to_hex(b);
  for (std::size_t at : {8u, 13u, 18u, 23u}) h.insert(at, 1, '-');
  return h;
}

}  // namespace station::base
