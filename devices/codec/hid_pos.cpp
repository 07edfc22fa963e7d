#include "devices/codec/hid_pos.h"

#include <algorithm>
#include <map>
#include <vector>

namespace station::codec::hid_pos {

namespace {

// Page in the upper half, usage in the lower.
constexpr std::uint32_t kDecodedData = 0x008C'00FE;
constexpr std::uint32_t kContinued = 0x008C'00FF;
constexpr std::uint32_t kSymbology = 0x008C'00FB;
constexpr std::uint32_t kByteCount = 0x0001'003B;
constexpr std::size_t kMostBits = 8 * 512;

struct Run {  // of fields with one usage
  std::size_t bit = 0;
  std::size_t bits = 0;
};
using Fields = std::map<std::uint32_t, Run>;  // by page and usage

// Reads items (HID 1.11, 6.2.2) and notes where the input fields of each report lie.
class Items {
 public:
  std::map<std::uint8_t, Fields> read(std::span<const std::uint8_t> d) {
    for (std::size_t at = 0; at < d.size();) {
      const std::uint8_t prefix = d[at];
      if (prefix == 0xFE) {  // a long item: its length stands in the next byte
        if (at + 1 >= d.size()) break;
        at += 3U + d[at + 1];
        continue;
      }
      const std::size_t size = (prefix & 3) == 3 ? 4 : prefix & 3;
      if (at + 1 + size > d.size()) break;
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint32_t>(d[at + 1 + i]) << (8 * i);
      take(prefix & 0xFC, value, size);
      at += 1 + size;
    }
    return std::move(reports_);
  }

 private:
  struct Global {
    std::uint32_t page = 0, size = 0, count = 0;
    std::uint8_t id = 0;
  };

  void take(unsigned tag, std::uint32_t value, std::size_t size) {
    switch (tag) {
      case 0x04: now_.page = value & 0xFFFF; break;
      case 0x74: now_.size = value; break;
      case 0x94: now_.count = value; break;
      case 0x84: now_.id = static_cast<std::uint8_t>(value & 0xFF); break;
      case 0xA4:
        if (stack_.size() < 8) stack_.push_back(now_);
        break;
      case 0xB4:
        if (!stack_.empty()) {
          now_ = stack_.back();
          stack_.pop_back();
        }
        break;
      case 0x08: usages_.push_back(size == 4 ? value : now_.page << 16 | value); break;
      case 0x80:
        input();
        usages_.clear();
        break;
      case 0x90:
      case 0xB0:
      case 0xA0:
      case 0xC0: usages_.clear(); break;
      default: break;
    }
  }

  // The last usage stands for all fields that are left.
  void input() {
    std::size_t& bit = ends_.try_emplace(now_.id, now_.id == 0 ? 0 : 8).first->second;
    for (std::uint32_t i = 0; i < now_.count && bit + now_.size <= kMostBits; ++i, bit += now_.size) {
      if (usages_.empty()) continue;
      const std::uint32_t usage = usages_[std::min<std::size_t>(i, usages_.size() - 1)];
      Run& run = reports_[now_.id].try_emplace(usage, Run{bit, 0}).first->second;
      if (run.bit + run.bits == bit) run.bits += now_.size;
    }
  }

  Global now_;
  std::vector<Global> stack_;
  std::vector<std::uint32_t> usages_;
  std::map<std::uint8_t, std::size_t> ends_;
  std::map<std::uint8_t, Fields> reports_;
};

}  // namespace

std::optional<Layout> layout_of(std::span<const std::uint8_t> report_descriptor) {
  for (const auto& [id, fields] : Items().read(report_descriptor)) {
    const auto find = [&fields = fields](std::uint32_t usage) {
      const auto it = fields.find(usage);
      return it == fields.end() ? nullptr : &it->second;
    };
    const Run* data = find(kDecodedData);
    const Run* more = find(kContinued);
    if (id == 0 || !data || !more || data->bit % 8 != 0 || data->bits < 8 || data->bits % 8 != 0) continue;
    Layout layout;
    layout.report_id = id;
    layout.data_at = data->bit / 8;
    layout.data_size = data->bits / 8;
    layout.more_at = more->bit / 8;
    layout.more_mask = static_cast<std::uint8_t>(1U << (more->bit % 8));
    layout.size = std::max(layout.data_at + layout.data_size, layout.more_at + 1);
    // Every known layout has the length behind the report id, whether or not the descriptor names it.
    const Run* length = find(kByteCount);
    layout.length_at = length && length->bit % 8 == 0 ? length->bit / 8 : 1;
    const Run* symbology = find(kSymbology);
    layout.symbology_at = symbology && symbology->bit % 8 == 0 ? std::optional(symbology->bit / 8) : std::nullopt;
    if (layout.size <= kLongestReport && layout.data_at > layout.length_at) return layout;
  }
  return std::nullopt;
}

Layout newland_layout() {
  Layout layout;
  layout.data_at = 2;
  layout.symbology_at.reset();
  return layout;
}

std::optional<std::size_t> descriptor_length(std::span<const std::uint8_t> extra) {
  for (std::size_t at = 0; at + 2 <= extra.size() && extra[at] >= 2 && at + extra[at] <= extra.size(); at += extra[at])
    if (extra[at + 1] == 0x21 && extra[at] >= 9)
      return static_cast<std::size_t>(extra[at + 7]) | static_cast<std::size_t>(extra[at + 8]) << 8;
  return std::nullopt;
}

const char* to_string(Damage damage) {
  switch (damage) {
    case Damage::wrong_size: return "a report that is too short";
    case Damage::length_beyond: return "a length beyond the report";
    case Damage::too_long: return "a code longer than 1,024 bytes";
    case Damage::incomplete: return "a code whose continuation did not come";
  }
  return "a damaged report";
}

std::optional<std::variant<std::string, Damage>> Joiner::feed(std::span<const std::uint8_t> report, base::BootTime now) {
  if (report.empty() || report[0] != layout_.report_id) return std::nullopt;
  if (report.size() < layout_.size) return fail(Damage::wrong_size);
  const std::size_t length = report[layout_.length_at];
  if (length > layout_.data_size) return fail(Damage::length_beyond);
  if (!last_) {
    text_.clear();
    symbology_.clear();
    if (layout_.symbology_at)
      for (std::size_t i = 0; i < 3 && report[*layout_.symbology_at + i] != 0; ++i)
        symbology_ += static_cast<char>(report[*layout_.symbology_at + i]);
  }
  const auto data = report.subspan(layout_.data_at, length);
  text_.append(data.begin(), data.end());
  if (text_.size() > kLongestCode) return fail(Damage::too_long);
  if ((report[layout_.more_at] & layout_.more_mask) != 0) {
    last_ = now;
    return std::nullopt;
  }
  last_.reset();
  return std::variant<std::string, Damage>(std::move(text_));
}

std::optional<Damage> Joiner::expire(base::BootTime now) {
  if (!last_ || now < *last_ + kGap) return std::nullopt;
  fail(Damage::incomplete);
  return Damage::incomplete;
}

std::optional<base::BootTime> Joiner::gap_ends() const {
  return last_ ? std::optional(*last_ + kGap) : std::nullopt;
}

std::variant<std::string, Damage> Joiner::fail(Damage damage) {
  text_.clear();
  last_.reset();
  return damage;
}

std::vector<base::Bytes> encode(const Layout& layout, const std::string& text, const std::string& symbology) {
  std::vector<base::Bytes> reports;
  for (std::size_t at = 0; at < text.size(); at += layout.data_size) {
    const std::size_t length = std::min(layout.data_size, text.size() - at);
    base::Bytes report(layout.size);
    report[0] = layout.report_id;
    report[layout.length_at] = static_cast<std::uint8_t>(length);
    if (layout.symbology_at)
      for (std::size_t i = 0; i < std::min<std::size_t>(3, symbology.size()); ++i)
        report[*layout.symbology_at + i] = static_cast<std::uint8_t>(symbology[i]);
    for (std::size_t i = 0; i < length; ++i) report[layout.data_at + i] = static_cast<std::uint8_t>(text[at + i]);
    if (at + length < text.size()) report[layout.more_at] |= layout.more_mask;
    reports.push_back(std::move(report));
  }
  return reports;
}

base::Bytes sample_descriptor() {
  return {0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01,              // bar code scanner
          0x09, 0x12, 0xA1, 0x02, 0x85, 0x02,              // scanned data report, id 2
          0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02,  // byte count
          0x05, 0x8C, 0x95, 0x03, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02,  // symbology identifier
          0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01,        // decoded data, 56 bytes
          0x95, 0x02, 0x06, 0x66, 0xFF, 0x09, 0x04, 0x09, 0x00, 0x81, 0x02,  // the maker's own
          0x05, 0x8C, 0x75, 0x01, 0x95, 0x01, 0x09, 0xFF, 0x25, 0x01, 0x81, 0x02,  // decoded data continued
          0x95, 0x07, 0x81, 0x03, 0xC0, 0xC0};
}

}  // namespace station::codec::hid_pos
