#include "kiosk/ui/png.h"

#include <png.h>

#include <vector>

#include "sync/base/file.h"

namespace station::ui {

using base::Errc;
using base::Result;

namespace {

// libpng reports by longjmp; the jump stays inside this function, which owns nothing with a destructor.
bool write_rows(png_structp png, png_infop info, const std::vector<png_bytep>& rows, std::string& out, int width,
                int height) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(
      png, &out,
      [](png_structp p, png_bytep data, png_size_t size) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<const char*>(data), size);
      },
      [](png_structp) {});
  png_set_compression_level(png, 6);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, const_cast<png_bytepp>(rows.data()));
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

Result<std::string> encode_png(const PixelView& frame) {
  const auto width = static_cast<std::size_t>(frame.width), height = static_cast<std::size_t>(frame.height);
  std::vector<png_byte> bytes(width * height * 3);
  std::vector<png_bytep> rows(height);
  for (std::size_t y = 0; y < height; ++y) {
    png_byte* to = rows[y] = bytes.data() + y * width * 3;
    const std::uint32_t* from = frame.pixels + y * static_cast<std::size_t>(frame.pitch);
    for (std::size_t x = 0; x < width; ++x, to += 3) {
      to[0] = static_cast<png_byte>(from[x] >> 16);
      to[1] = static_cast<png_byte>(from[x] >> 8);
      to[2] = static_cast<png_byte>(from[x]);
    }
  }
  png_structp png = png_create_write_struct(
      PNG_LIBPNG_VER_STRING, nullptr, [](png_structp p, png_const_charp) { png_longjmp(p, 1); },
      [](png_structp, png_const_charp) {});
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  std::string out;
  const bool written = info && width && height && write_rows(png, info, rows, out, frame.width, frame.height);
  png_destroy_write_struct(&png, &info);
  if (!written) return base::fail(Errc::io, "The picture could not be encoded as PNG");
  return out;
}

Result<void> write_png(const std::filesystem::path& file, const PixelView& frame) {
  const auto png = encode_png(frame);
  if (!png) return tl::unexpected(png.error());
  return base::write_file(file, *png);
}

std::uint64_t pixel_hash(const PixelView& frame) {
  std::uint64_t hash = 14695981039346656037ull;
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const std::uint32_t p = frame.pixels[static_cast<std::ptrdiff_t>(y) * frame.pitch + x];
      for (int shift = 0; shift < 24; shift += 8) hash = (hash ^ (p >> shift & 0xFF)) * 1099511628211ull;
    }
  return hash;
}

}  // namespace station::ui
