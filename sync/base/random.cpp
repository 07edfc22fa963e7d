#include "sync/base/random.h"

#include <sodium.h>

#include "sync/base/check.h"

namespace station::base {

std::uint64_t Random::next() {
  std::uint8_t b[8];
  fill(b);
  std::uint64_t v = 0;
  for (std::uint8_t x : b) v = v << 8 | x;
  return v;
}

std::uint64_t Random::below(std::uint64_t n) {
  STATION_CHECK(n > 0, "below(0) has no value");
  const std::uint64_t reject = (0 - n) % n;  // 2^64 mod n: values under it would be favoured
  std::uint64_t v = next();
  while (v < reject) v = next();
  return v % n;
}

void SystemRandom::fill(std::span<std::uint8_t> into) { randombytes_buf(into.data(), into.size()); }

void SeededRandom::fill(std::span<std::uint8_t> into) {
  std::uint64_t z = 0;
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (i % 8 == 0) {
      z = state_ += 0x9E3779B97F4A7C15u;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
      z ^= z >> 31;
    }
    into[i] = static_cast<std::uint8_t>(z >> (8 * (i % 8)));
  }
}

}  // namespace station::base
