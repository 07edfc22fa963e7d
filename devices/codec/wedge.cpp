#include "devices/codec/wedge.h"

#include <algorithm>
#include <array>
#include <utility>

namespace station::codec::wedge {

namespace {

constexpr std::uint16_t kEvSyn = 0, kEvKey = 1, kSynReport = 0, kSynDropped = 3;
constexpr std::uint16_t kTab = 15, kEnter = 28, kLeftShift = 42, kRightShift = 54, kKeypadEnter = 96;

struct Character {
  std::uint16_t code;
  char plain, shifted;
};

// linux/input-event-codes.h on a US layout; the keypad types the same with Shift.
constexpr std::array kCharacters{
    Character{2, '1', '!'},   Character{3, '2', '@'},   Character{4, '3', '#'},   Character{5, '4', '$'},
    Character{6, '5', '%'},   Character{7, '6', '^'},   Character{8, '7', '&'},   Character{9, '8', '*'},
    Character{10, '9', '('},  Character{11, '0', ')'},  Character{12, '-', '_'},  Character{13, '=', '+'},
    Character{16, 'q', 'Q'},  Character{17, 'w', 'W'},  Character{18, 'e', 'E'},  Character{19, 'r', 'R'},
    Character{20, 't', 'T'},  Character{21, 'y', 'Y'},  Character{22, 'u', 'U'},  Character{23, 'i', 'I'},
    Character{24, 'o', 'O'},  Character{25, 'p', 'P'},  Character{26, '[', '{'},  Character{27, ']', '}'},
    Character{30, 'a', 'A'},  Character{31, 's', 'S'},  Character{32, 'd', 'D'},  Character{33, 'f', 'F'},
    Character{34, 'g', 'G'},  Character{35, 'h', 'H'},  Character{36, 'j', 'J'},  Character{37, 'k', 'K'},
    Character{38, 'l', 'L'},  Character{39, ';', ':'},  Character{40, '\'', '"'}, Character{41, '`', '~'},
    Character{43, '\\', '|'}, Character{44, 'z', 'Z'},  Character{45, 'x', 'X'},  Character{46, 'c', 'C'},
    Character{47, 'v', 'V'},  Character{48, 'b', 'B'},  Character{49, 'n', 'N'},  Character{50, 'm', 'M'},
    Character{51, ',', '<'},  Character{52, '.', '>'},  Character{53, '/', '?'},  Character{57, ' ', ' '},
    Character{71, '7', '7'},  Character{72, '8', '8'},  Character{73, '9', '9'},  Character{75, '4', '4'},
    Character{76, '5', '5'},  Character{77, '6', '6'},  Character{79, '1', '1'},  Character{80, '2', '2'},
    Character{81, '3', '3'},  Character{82, '0', '0'},  Character{83, '.', '.'},  Character{74, '-', '-'},
    Character{78, '+', '+'},  Character{55, '*', '*'},  Character{98, '/', '/'},
};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Digits of a number that fits into `bytes` bytes, most significant byte first.
std::optional<base::Bytes> number_bytes(std::string_view digits, std::size_t bytes) {
  std::uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  if (value >> (8 * bytes) != 0) return std::nullopt;
  base::Bytes out(bytes);
  for (std::size_t i = 0; i < bytes; ++i) out[bytes - 1 - i] = static_cast<std::uint8_t>((value >> (8 * i)) & 0xFF);
  return out;
}

std::optional<base::Bytes> hex_bytes(std::string_view typed) {
  if (typed.size() != 8 && typed.size() != 14 && typed.size() != 16 && typed.size() != 20) return std::nullopt;
  const auto bytes = base::from_hex(std::string(typed));
  if (!bytes) return std::nullopt;
  return *bytes;
}

std::optional<base::Bytes> wiegand(std::string_view typed) {
  std::string digits(typed);
  if (digits.size() == 9 && digits[3] == ',') digits.erase(3, 1);
  if (digits.size() != 8 || !all_digits(digits)) return std::nullopt;
  auto facility = number_bytes(std::string_view(digits).substr(0, 3), 1);
  const auto card = number_bytes(std::string_view(digits).substr(3), 2);
  if (!facility || !card) return std::nullopt;
  facility->insert(facility->end(), card->begin(), card->end());
  return facility;
}

std::optional<base::Bytes> reversed(std::optional<base::Bytes> bytes) {
  if (bytes) std::reverse(bytes->begin(), bytes->end());
  return bytes;
}

}  // namespace

void Typist::feed(const Key& key, base::BootTime now) {
  if (key.type == kEvSyn && key.code == kSynDropped) {
    lost_ = spoilt_ = true;
    last_ = now;
    return;
  }
  if (lost_) {
    if (key.type == kEvSyn && key.code == kSynReport) {
      lost_ = left_shift_ = right_shift_ = false;
      last_ = now;
    }
    return;
  }
  if (key.type != kEvKey) return;
  if (const auto ends = gap_ends(); ends && now >= *ends) end();
  if (key.code == kLeftShift) left_shift_ = key.value != 0;
  if (key.code == kRightShift) right_shift_ = key.value != 0;
  if (key.value != 1 || key.code == kLeftShift || key.code == kRightShift) return;
  last_ = now;
  press(key.code);
}

void Typist::press(std::uint16_t code) {
  if (code == kEnter || code == kKeypadEnter || code == kTab) return end();
  const auto it = std::find_if(kCharacters.begin(), kCharacters.end(), [&](const Character& c) { return c.code == code; });
  if (it == kCharacters.end()) spoilt_ = true;
  // One more than allowed is kept, so that the end knows.
  if (it != kCharacters.end() && text_.size() <= kLongest) text_ += left_shift_ || right_shift_ ? it->shifted : it->plain;
}

std::optional<std::string> Typist::next(base::BootTime now) {
  if (const auto ends = gap_ends(); ends && now >= *ends && !lost_) end();
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

std::optional<base::BootTime> Typist::gap_ends() const {
  return text_.empty() && !spoilt_ ? std::nullopt : std::optional(last_ + kGap);
}

void Typist::clear() {
  lines_.clear();
  text_.clear();
  spoilt_ = lost_ = left_shift_ = right_shift_ = false;
}

void Typist::end() {
  if (text_.empty() && !spoilt_) return;
  if (spoilt_ || text_.size() < kShortest || text_.size() > kLongest)
    ++discarded_;
  else
    lines_.push_back(text_);
  text_.clear();
  spoilt_ = false;
}

std::vector<Key> type_out(std::string_view text) {
  std::vector<Key> keys;
  const auto stroke = [&](std::uint16_t code, bool shift) {
    if (shift) keys.push_back({kEvKey, kLeftShift, 1});
    keys.push_back({kEvKey, code, 1});
    keys.push_back({kEvSyn, kSynReport, 0});
    keys.push_back({kEvKey, code, 0});
    if (shift) keys.push_back({kEvKey, kLeftShift, 0});
    keys.push_back({kEvSyn, kSynReport, 0});
  };
  for (const char c : text) {
    const auto it = std::find_if(kCharacters.begin(), kCharacters.end(),
                                 [&](const Character& one) { return one.plain == c || one.shifted == c; });
    if (it != kCharacters.end()) stroke(it->code, it->plain != c);
  }
  stroke(kEnter, false);
  return keys;
}

std::optional<CardFormat> card_format(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, CardFormat>, 6> kNames{{{"hex", CardFormat::hex},
                                                                          {"hex_reversed", CardFormat::hex_reversed},
                                                                          {"dec10", CardFormat::dec10},
                                                                          {"dec10_reversed", CardFormat::dec10_reversed},
                                                                          {"dec8", CardFormat::dec8},
                                                                          {"wg26", CardFormat::wg26}}};
  for (const auto& [known, format] : kNames)
    if (known == name) return format;
  return std::nullopt;
}

bool keeps_whole_number(CardFormat format) { return format != CardFormat::dec8 && format != CardFormat::wg26; }

std::optional<base::Bytes> card_number(CardFormat format, std::string_view typed) {
  switch (format) {
    case CardFormat::hex: return hex_bytes(typed);
    case CardFormat::hex_reversed: return reversed(hex_bytes(typed));
    case CardFormat::dec10:
    case CardFormat::dec10_reversed: {
      if (typed.size() != 10 || !all_digits(typed)) return std::nullopt;
      auto bytes = number_bytes(typed, 4);
      return format == CardFormat::dec10 ? bytes : reversed(std::move(bytes));
    }
    case CardFormat::dec8: return typed.size() == 8 && all_digits(typed) ? number_bytes(typed, 3) : std::nullopt;
    case CardFormat::wg26: return wiegand(typed);
  }
  return std::nullopt;
}

}  // namespace station::codec::wedge
