#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sync/base/bytes.h"
#include "sync/base/clock.h"

// Code scanners in HID point-of-sale mode (USB 3.1): reports of 64 bytes whose layout the scanner describes itself.
namespace station::codec::hid_pos {

inline constexpr std::size_t kLongestReport = 64;
inline constexpr std::size_t kLongestCode = 1'024;

// Where the parts of a report of decoded data lie, in bytes from its beginning; the report id is byte 0.
struct Layout {
  std::uint8_t report_id = 2;
  std::size_t size = kLongestReport;
  std::size_t length_at = 1;
  std::size_t data_at = 5;
  std::size_t data_size = 56;
  std::optional<std::size_t> symbology_at = 2;  // AIM id, three bytes such as "]Q1"
  std::size_t more_at = 63;
  std::uint8_t more_mask = 0x01;
  bool operator==(const Layout&) const = default;
};

// From a HID report descriptor: usage page 8C, decoded data FE, continued FF, symbology FB to FD. Nothing when it has no
// report of decoded data, for example because the scanner is set up as a keyboard.
std::optional<Layout> layout_of(std::span<const std::uint8_t> report_descriptor);
// Newland's, for its scanners whose descriptor cannot be read: data begins at byte 2.
Layout newland_layout();
// The length of the report descriptor, from the HID descriptor among the extra bytes of the interface.
std::optional<std::size_t> descriptor_length(std::span<const std::uint8_t> extra);

enum class Damage { wrong_size, length_beyond, too_long, incomplete };
const char* to_string(Damage damage);

// Joins the reports of one code.
class Joiner {
 public:
  static constexpr base::Milliseconds kGap{300};

  explicit Joiner(Layout layout) : layout_(layout) {}

  // A whole code, damage (what was joined is dropped), or nothing yet. Reports with another id are passed over.
  std::optional<std::variant<std::string, Damage>> feed(std::span<const std::uint8_t> report, base::BootTime now);
  // A continuation that does not come: what was joined is dropped.
  std::optional<Damage> expire(base::BootTime now);
  std::optional<base::BootTime> gap_ends() const;
  const std::string& symbology() const { return symbology_; }  // of the last code: "]Q1", or empty

 private:
  std::variant<std::string, Damage> fail(Damage damage);

  const Layout layout_;
  std::string text_;
  std::string symbology_;
  std::optional<base::BootTime> last_;  // report of a code that goes on
};

// The scanner's side: the reports of one code.
std::vector<base::Bytes> encode(const Layout& layout, const std::string& text, const std::string& symbology);
// A descriptor with the layout that the manuals of Access-IS print.
base::Bytes sample_descriptor();

}  // namespace station::codec::hid_pos
