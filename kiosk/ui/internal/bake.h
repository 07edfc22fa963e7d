#pragma once

#include <cstdint>

// Soft shadows and glow as small grey textures, stretched without visible loss.
namespace station::ui::internal {

inline constexpr int kShadowTexels = 130;  // square
inline constexpr int kShadowCorner = 64;   // drawn 1:1 at each corner
inline constexpr int kGlowTexels = 128;
inline constexpr int kSmallInset = 14, kLargeInset = 44;  // from the texture's edge to the edge of the shape

// Writes three squares side by side, a texel apart: small shadow, large shadow, glow.
void bake_softness(std::uint8_t* pixels, int pitch);

}  // namespace station::ui::internal
