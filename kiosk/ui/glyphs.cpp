#include "kiosk/ui/internal/glyphs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <ft2build.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include FT_FREETYPE_H
#include FT_SIZES_H

namespace station::ui::internal {

using base::Errc;
using base::Result;

namespace {

constexpr char32_t kReplacement = 0xFFFD, kGeta = 0x3013;  // 〓 stands for a character that cannot be drawn

// A file seen as memory, read-only, shared with all who map it.
class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat info {};
    if (::fstat(fd, &info) == 0 && info.st_size > 0) {
      void* p = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
      if (p != MAP_FAILED) {
        data_ = p;
        size_ = static_cast<std::size_t>(info.st_size);
      }
    }
    ::close(fd);
  }
  ~Mapping() {
    if (data_) ::munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  const FT_Byte* data() const { return static_cast<const FT_Byte*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

struct Slot {
  Face face;
  int px;
  FT_Size size;
  int ascent;  // whole pixels from the line's top to the base line
};

}  // namespace

struct Glyphs::Library {
  FT_Library freetype = nullptr;
  std::vector<std::unique_ptr<Mapping>> files;
  std::array<FT_Face, 3> faces{};
  double icon_middle = 0.5;  // of the em square over the base line, in em
  std::vector<Slot> slots;

  ~Library() {
    for (FT_Face face : faces)
      if (face) FT_Done_Face(face);  // ends its sizes too
    if (freetype) FT_Done_FreeType(freetype);
  }
  FT_Face face(Face f) const { return faces[static_cast<std::size_t>(f)]; }
};

char32_t next_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 1) {
    text.remove_prefix(1);
    return lead;
  }
  if (length == 0 || text.size() < length) {
    text.remove_prefix(1);
    return kReplacement;
  }
  char32_t c = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return kReplacement;
    }
    c = c << 6 | (byte(i) & 0x3Fu);
  }
  text.remove_prefix(length);
  const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  return overlong || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? kReplacement : c;
}

Glyphs::Glyphs(std::unique_ptr<Library> library) : library_(std::move(library)) {
  glyphs_.reserve(2048);
}

Glyphs::~Glyphs() = default;

Result<std::unique_ptr<Glyphs>> Glyphs::open(const FontFiles& files) {
  auto library = std::make_unique<Library>();
  if (FT_Init_FreeType(&library->freetype) != 0) return base::fail(Errc::unavailable, "FreeType cannot be started");
  const std::array<std::pair<std::filesystem::path, int>, 3> wanted{
      {{files.regular, files.text_face}, {files.bold, files.text_face}, {files.icons, 0}}};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& [file, index] = wanted[i];
    library->files.push_back(std::make_unique<Mapping>(file));
    const Mapping& map = *library->files.back();
    if (!map.data()) return base::fail(Errc::not_found, fmt::format("Font file {} cannot be read", file.string()));
    if (FT_New_Memory_Face(library->freetype, map.data(), static_cast<FT_Long>(map.size()), index,
                           &library->faces[i]) != 0)
      return base::fail(Errc::invalid, fmt::format("{} holds no font face number {}", file.string(), index));
  }
  // The empty check box is as high as it is wide and lies in the middle of the em square of every icon.
  constexpr FT_ULong kCheckBox = 0xe835;
  FT_Face icons = library->face(Face::icons);
  if (FT_Load_Char(icons, kCheckBox, FT_LOAD_NO_SCALE) == 0) {
    const FT_Glyph_Metrics& m = icons->glyph->metrics;
    library->icon_middle =
        (static_cast<double>(m.horiBearingY) - static_cast<double>(m.height) / 2) / icons->units_per_EM;
  }
  return std::unique_ptr<Glyphs>(new Glyphs(std::move(library)));
}

void Glyphs::use_region(const AlphaRegion& region) {
  region_ = region;
  clear();
}

int Glyphs::slot(Face face, int px) {
  auto& slots = library_->slots;
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (slots[i].face == face && slots[i].px == px) return static_cast<int>(i);
  Slot slot{face, px, nullptr, px};
  FT_Face ft = library_->face(face);
  if (FT_New_Size(ft, &slot.size) == 0 && FT_Activate_Size(slot.size) == 0) {
    FT_Size_RequestRec request{};
    request.type = face == Face::icons ? FT_SIZE_REQUEST_TYPE_NOMINAL : FT_SIZE_REQUEST_TYPE_REAL_DIM;
    request.height = px * 64;
    FT_Request_Size(ft, &request);
    slot.ascent = face == Face::icons ? static_cast<int>(std::lround(px * (0.5 + library_->icon_middle)))
                                      : static_cast<int>((slot.size->metrics.ascender + 63) / 64);
  }
  slots.push_back(slot);
  return static_cast<int>(slots.size()) - 1;
}

const Glyph& Glyphs::glyph(int slot, char32_t character) {
  const std::uint64_t key = static_cast<std::uint64_t>(slot) << 32 | character;
  const auto it = glyphs_.find(key);
  if (it != glyphs_.end()) return it->second;
  return glyphs_.emplace(key, make(slot, character)).first->second;
}

float Glyphs::width(int slot, std::string_view text) {
  int sum = 0;
  while (!text.empty()) sum += glyph(slot, next_character(text)).advance;
  return static_cast<float>(sum);
}

bool Glyphs::has(char32_t character) const {
  return FT_Get_Char_Index(library_->face(Face::regular), character) != 0;
}

Glyph Glyphs::make(int slot_index, char32_t character) {
  const Slot& slot = library_->slots[static_cast<std::size_t>(slot_index)];
  FT_Face face = library_->face(slot.face);
  FT_Activate_Size(slot.size);
  FT_UInt index = FT_Get_Char_Index(face, character);
  if (index == 0) {
    ++missing_;
    index = FT_Get_Char_Index(face, kGeta);
  }
  Glyph out;
  if (FT_Load_Glyph(face, index, FT_LOAD_NO_BITMAP | FT_LOAD_TARGET_LIGHT) != 0) return out;
  FT_GlyphSlot g = face->glyph;
  out.advance = static_cast<std::int16_t>((g->advance.x + 32) >> 6);
  if (FT_Render_Glyph(g, FT_RENDER_MODE_NORMAL) != 0) return out;
  const FT_Bitmap& bitmap = g->bitmap;
  const int w = static_cast<int>(bitmap.width), h = static_cast<int>(bitmap.rows);
  if (w == 0 || h == 0) return out;
  int x = 0, y = 0;
  if (!place(w, h, x, y)) {
    full_ = true;
    return out;
  }
  for (int row = 0; row < h; ++row)
    std::memcpy(region_.pixels + static_cast<std::ptrdiff_t>(y + row) * region_.pitch + x,
                bitmap.buffer + static_cast<std::ptrdiff_t>(row) * bitmap.pitch, static_cast<std::size_t>(w));
  ++made_;
  out.x = static_cast<std::int16_t>(g->bitmap_left);
  out.y = static_cast<std::int16_t>(slot.ascent - g->bitmap_top);
  out.w = static_cast<std::uint16_t>(w);
  out.h = static_cast<std::uint16_t>(h);
  out.u = static_cast<std::uint16_t>(region_.u + x);
  out.v = static_cast<std::uint16_t>(region_.v + y);
  return out;
}

// Shelves: left to right, a new one when a row is full, a pixel apart.
bool Glyphs::place(int w, int h, int& x, int& y) {
  if (shelf_x_ + w > region_.width) {
    shelf_x_ = 0;
    shelf_y_ += shelf_h_ + 1;
    shelf_h_ = 0;
  }
  if (w > region_.width || shelf_y_ + h > region_.height) return false;
  x = shelf_x_;
  y = shelf_y_;
  shelf_x_ += w + 1;
  shelf_h_ = std::max(shelf_h_, h);
  return true;
}

void Glyphs::clear() {
  for (int row = 0; row < region_.height; ++row)
    std::memset(region_.pixels + static_cast<std::ptrdiff_t>(row) * region_.pitch, 0,
                static_cast<std::size_t>(region_.width));
  glyphs_.clear();
  shelf_x_ = shelf_y_ = shelf_h_ = 0;
  full_ = false;
  ++generation_;
}

}  // namespace station::ui::internal
