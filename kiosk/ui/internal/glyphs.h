#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kiosk/ui/ui.h"
#include "sync/base/result.h"

// Characters are rasterised when first met and kept in one region of the atlas. Knows nothing of ImGui.
namespace station::ui::internal {

enum class Face : std::uint8_t { regular, bold, icons };

// Where a character lies in the atlas, relative to pen position and top of the line.
struct Glyph {
  std::int16_t x = 0, y = 0;  // upper left corner from the pen at the line's top
  std::uint16_t w = 0, h = 0;
  std::uint16_t u = 0, v = 0;  // texels
  std::int16_t advance = 0;
};

// 8-bit alpha pixels, owned by somebody else.
struct AlphaRegion {
  std::uint8_t* pixels = nullptr;  // of the region's upper left corner
  int pitch = 0;
  int u = 0, v = 0;  // of that corner in the atlas
  int width = 0, height = 0;
};

// Next character of UTF-8 text; broken bytes become U+FFFD. Advances `text`.
char32_t next_character(std::string_view& text);

class Glyphs {
 public:
  // Maps the files into memory; the error names the file.
  static base::Result<std::unique_ptr<Glyphs>> open(const FontFiles& files);
  ~Glyphs();
  Glyphs(const Glyphs&) = delete;
  Glyphs& operator=(const Glyphs&) = delete;

  void use_region(const AlphaRegion& region);

  // A face at a size in pixels: ascent + descent for text, the square of the icon for icons.
  int slot(Face face, int px);
  // What no font has becomes 〓 and is counted. A null glyph comes back when the region is full; see full().
  const Glyph& glyph(int slot, char32_t character);
  float width(int slot, std::string_view text);
  // Could the character be drawn?
  bool has(char32_t character) const;

  // The region filled up in this frame: forget all glyphs before the next.
  bool full() const { return full_; }
  void clear();
  // Rises when glyphs moved, so that what was drawn with them is drawn again.
  std::uint64_t generation() const { return generation_; }

  std::uint64_t made() const { return made_; }
  std::uint64_t missing() const { return missing_; }

 private:
  struct Library;
  explicit Glyphs(std::unique_ptr<Library> library);
  Glyph make(int slot, char32_t character);
  bool place(int w, int h, int& x, int& y);

  std::unique_ptr<Library> library_;
  AlphaRegion region_;
  std::unordered_map<std::uint64_t, Glyph> glyphs_;
  int shelf_x_ = 0, shelf_y_ = 0, shelf_h_ = 0;
  bool full_ = false;
  std::uint64_t generation_ = 1, made_ = 0, missing_ = 0;
};

}  // namespace station::ui::internal
