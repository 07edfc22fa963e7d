#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/bytes.h"
#include "sync/base/clock.h"

// Scanners and card readers that type like a keyboard (USB 3.3, 3.4), set to a US layout without prefix.
namespace station::codec::wedge {

// One event of the kernel's input layer (linux/input.h).
struct Key {
  std::uint16_t type = 0;
  std::uint16_t code = 0;
  std::int32_t value = 0;
};

// Keys to lines. A line ends at Enter or Tab, or after 100 ms of silence. Repeated and released keys count for nothing;
// keys that are no characters (control, function keys, arrows) spoil the line, and so does a report that keys were lost.
class Typist {
 public:
  static constexpr base::Milliseconds kGap{100};
  static constexpr std::size_t kShortest = 4;
  static constexpr std::size_t kLongest = 64;

  void feed(const Key& key, base::BootTime now);
  std::optional<std::string> next(base::BootTime now);

  std::optional<base::BootTime> gap_ends() const;
  std::uint64_t discarded() const { return discarded_; }  // lines: too short, too long, spoilt
  void clear();

 private:
  void press(std::uint16_t code);
  void end();

  std::deque<std::string> lines_;
  std::string text_;
  bool spoilt_ = false;
  bool lost_ = false;  // the kernel dropped events: nothing counts before its next report
  bool left_shift_ = false, right_shift_ = false;
  base::BootTime last_{};
  std::uint64_t discarded_ = 0;
};

// The keys that type this text and Enter, as a scanner does; characters that no key has are left out.
std::vector<Key> type_out(std::string_view text);

// What a keyboard-wedge card reader prints for a card; a setting, never guessed.
enum class CardFormat { hex, hex_reversed, dec10, dec10_reversed, dec8, wg26 };
std::optional<CardFormat> card_format(std::string_view name);
// Dec8 and wg26 keep 24 bits only: two cards can share a number, so they cannot name a rider.
bool keeps_whole_number(CardFormat format);

// The number of the card, or of its last three bytes with dec8 and wg26; nothing when the text is not of that format.
std::optional<base::Bytes> card_number(CardFormat format, std::string_view typed);

}  // namespace station::codec::wedge
