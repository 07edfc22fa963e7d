#include "kiosk/ui/internal/bake.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace station::ui::internal {

namespace {

constexpr int kSide = kShadowTexels;
using Square = std::vector<float>;

// Box filter along rows of the transposed source: two calls blur rows and columns and restore the orientation.
Square blurred(const Square& from, int radius) {
  Square out(from.size());
  const float share = 1.0f / static_cast<float>(2 * radius + 1);
  for (int y = 0; y < kSide; ++y) {
    const float* row = from.data() + y * kSide;
    float sum = 0;
    for (int x = -radius; x < kSide + radius; ++x) {
      if (x + radius < kSide) sum += row[x + radius];
      if (x - radius - 1 >= 0) sum -= row[x - radius - 1];
      if (x >= 0 && x < kSide) out[static_cast<std::size_t>(x * kSide + y)] = sum * share;
    }
  }
  return out;
}

// A rounded box inset from the edges, blurred by three box filters: close to a Gaussian.
void bake_shadow(std::uint8_t* pixels, int pitch, int inset, float radius) {
  Square square(static_cast<std::size_t>(kSide * kSide));
  const float half = static_cast<float>(kSide) / 2, inner = half - static_cast<float>(inset) - radius;
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const float dx = std::max(0.0f, std::abs(static_cast<float>(x) + 0.5f - half) - inner);
      const float dy = std::max(0.0f, std::abs(static_cast<float>(y) + 0.5f - half) - inner);
      square[static_cast<std::size_t>(y * kSide + x)] = std::clamp(radius - std::hypot(dx, dy) + 0.5f, 0.0f, 1.0f);
    }
  for (int pass = 0; pass < 3; ++pass) square = blurred(blurred(square, inset / 3), inset / 3);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x)
      pixels[static_cast<std::ptrdiff_t>(y) * pitch + x] =
          static_cast<std::uint8_t>(std::lround(square[static_cast<std::size_t>(y * kSide + x)] * 255.0f));
}

}  // namespace

void bake_softness(std::uint8_t* pixels, int pitch) {
  bake_shadow(pixels, pitch, kSmallInset, 28);
  bake_shadow(pixels + kSide + 1, pitch, kLargeInset, 20);
  std::uint8_t* glow = pixels + 2 * (kSide + 1);
  for (int y = 0; y < kGlowTexels; ++y)
    for (int x = 0; x < kGlowTexels; ++x) {
      const float half = kGlowTexels / 2.0f;
      const float dx = (static_cast<float>(x) + 0.5f - half) / half, dy = (static_cast<float>(y) + 0.5f - half) / half;
      const float fall = std::max(0.0f, 1 - dx * dx - dy * dy);
      glow[static_cast<std::ptrdiff_t>(y) * pitch + x] =
          static_cast<std::uint8_t>(std::lround(fall * fall * fall * 255.0f));
    }
}

}  // namespace station::ui::internal
