#pragma once

#include <string>

#include "devices/codec/explain.h"

// How the families write their explanations. One function for each row of the table in explain.cpp.
namespace station::codec {

Explanation explain_8a(std::span<const std::uint8_t> bytes);
Explanation explain_wkly(std::span<const std::uint8_t> bytes);
Explanation explain_kr_cu16(std::span<const std::uint8_t> bytes);
Explanation explain_modbus(std::span<const std::uint8_t> bytes);
Explanation explain_dny(std::span<const std::uint8_t> bytes);
Explanation explain_dny_text(std::span<const std::uint8_t> bytes);
Explanation explain_ccid(std::span<const std::uint8_t> bytes);

// Builds an explanation from the front to the back. Bytes that are not there become a problem, once, and read as zero,
// so that a decoder can go on without looking at sizes.
class Explainer {
 public:
  Explainer(const char* family, std::span<const std::uint8_t> bytes);

  std::size_t size() const { return bytes_.size(); }
  bool has(std::size_t at, std::size_t count = 1) const { return at + count <= bytes_.size(); }
  std::uint8_t byte(std::size_t at) const { return has(at) ? bytes_[at] : std::uint8_t{0}; }
  std::span<const std::uint8_t> part(std::size_t at, std::size_t count) const;  // cut at the end of the frame

  // Fields. A field beyond the end is listed with size 0 and reported as missing.
  void number(std::size_t at, const char* name, std::string text = {});                       // one byte
  void little(std::size_t at, std::size_t count, const char* name, std::string text = {});    // low byte first
  void big(std::size_t at, std::size_t count, const char* name, std::string text = {});       // high byte first
  void bytes(std::size_t at, std::size_t count, const char* name, std::string text = {});     // no number

  std::int64_t little_at(std::size_t at, std::size_t count) const;
  std::int64_t big_at(std::size_t at, std::size_t count) const;

  void name(std::string text) { out_.name = std::move(text); }
  void means(const char* direction, std::string text) { out_.meanings.push_back({direction, std::move(text)}); }
  void warn(std::string text) { out_.warnings.push_back(std::move(text)); }

  void wrong(std::string what);  // about the frame as a whole
  void wrong(std::size_t at, std::string what, std::string expected = {});  // found: the byte there
  // Compares one byte; the field "check byte" and the like.
  void expect(std::size_t at, std::uint8_t expected, const char* what);
  // Bytes behind the frame's end.
  void ends_at(std::size_t size);

  Explanation take();  // valid when nothing was wrong

 private:
  Field& add(std::size_t at, std::size_t count, const char* name, std::string text);

  std::span<const std::uint8_t> bytes_;
  Explanation out_;
  bool told_short_ = false;
};

std::string hex_of(std::uint8_t byte);  // "8A"

}  // namespace station::codec
