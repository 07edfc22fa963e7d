#include "devices/codec/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "devices/codec/explain_parts.h"

namespace station::codec {

namespace {

constexpr std::array kFamilies{
    FrameFamily{"8A", "lock boards with the heads 8A and 80", explain_8a},
    FrameFamily{"WKLY", "lock boards with the start code WKLY", explain_wkly},
    FrameFamily{"KR-CU16", "KERONG lock boards of 16 locks", explain_kr_cu16},
    FrameFamily{"MODBUS", "Modbus RTU: relay boards, port boards", explain_modbus},
    FrameFamily{"DNY", "e-bike charging posts, DNY and AP3000", explain_dny},
    FrameFamily{"DNY-TEXT", "raw texts of charging posts", explain_dny_text},
    FrameFamily{"CCID", "USB card readers", explain_ccid},
};

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::toupper(x) == std::toupper(y);
  });
}

}  // namespace

std::span<const FrameFamily> frame_families() { return kFamilies; }

const FrameFamily* find_frame_family(std::string_view name) {
  const auto it =
      std::find_if(kFamilies.begin(), kFamilies.end(), [&](const FrameFamily& f) { return same_name(f.name, name); });
  return it == kFamilies.end() ? nullptr : &*it;
}

std::optional<Explanation> decode(std::string_view family, std::span<const std::uint8_t> bytes) {
  const FrameFamily* found = find_frame_family(family);
  if (!found) return std::nullopt;
  return found->explain(bytes);
}

std::string hex_of(std::uint8_t byte) { return fmt::format("{:02X}", byte); }

// ---- Explainer

Explainer::Explainer(const char* family, std::span<const std::uint8_t> bytes) : bytes_(bytes) {
  out_.family = family;
  out_.bytes.assign(bytes.begin(), bytes.end());
}

std::span<const std::uint8_t> Explainer::part(std::size_t at, std::size_t count) const {
  if (at >= bytes_.size()) return {};
  return bytes_.subspan(at, std::min(count, bytes_.size() - at));
}

std::int64_t Explainer::little_at(std::size_t at, std::size_t count) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count && i < 8; ++i) value |= std::uint64_t{byte(at + i)} << (8 * i);
  return static_cast<std::int64_t>(value);
}

std::int64_t Explainer::big_at(std::size_t at, std::size_t count) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count && i < 8; ++i) value = value << 8 | byte(at + i);
  return static_cast<std::int64_t>(value);
}

Field& Explainer::add(std::size_t at, std::size_t count, const char* name, std::string text) {
  if (!has(at, count)) {
    if (!std::exchange(told_short_, true))
      out_.errors.push_back({bytes_.size(), fmt::format("the frame ends before its {}", name),
                             fmt::format("at least {} bytes", at + count), fmt::format("{} bytes", bytes_.size())});
    count = part(at, count).size();
  }
  out_.fields.push_back({at, count, name, std::nullopt, std::move(text)});
  return out_.fields.back();
}

void Explainer::number(std::size_t at, const char* name, std::string text) {
  if (Field& field = add(at, 1, name, std::move(text)); field.size == 1) field.number = byte(at);
}

void Explainer::little(std::size_t at, std::size_t count, const char* name, std::string text) {
  if (Field& field = add(at, count, name, std::move(text)); field.size == count) field.number = little_at(at, count);
}

void Explainer::big(std::size_t at, std::size_t count, const char* name, std::string text) {
  if (Field& field = add(at, count, name, std::move(text)); field.size == count) field.number = big_at(at, count);
}

void Explainer::bytes(std::size_t at, std::size_t count, const char* name, std::string text) {
  add(at, count, name, std::move(text));
}

void Explainer::wrong(std::string what) { out_.errors.push_back({std::nullopt, std::move(what), {}, {}}); }

void Explainer::wrong(std::size_t at, std::string what, std::string expected) {
  out_.errors.push_back({at, std::move(what), std::move(expected), has(at) ? hex_of(byte(at)) : std::string("nothing")});
}

void Explainer::expect(std::size_t at, std::uint8_t expected, const char* what) {
  if (has(at) && byte(at) != expected) wrong(at, what, hex_of(expected));
}

void Explainer::ends_at(std::size_t size) {
  if (bytes_.size() <= size) return;
  out_.errors.push_back({size, "more bytes follow the end of the frame", fmt::format("{} bytes", size),
                         fmt::format("{} bytes", bytes_.size())});
}

Explanation Explainer::take() {
  out_.valid = out_.errors.empty();
  return std::move(out_);
}

// ---- for people

std::string to_text(const Explanation& e) {
  std::string text = fmt::format("{} {}: {}\n", e.family, e.valid ? "valid" : "NOT VALID",
                                 e.name.empty() ? std::string("not a frame of this family") : e.name);
  for (const Meaning& m : e.meanings) text += fmt::format("  {}: {}\n", m.direction, m.text);
  for (const Field& f : e.fields) {
    std::string hex;
    for (std::size_t i = 0; i < f.size && f.at + i < e.bytes.size(); ++i) {
      if (i == 12 && f.size > 14) {
        hex += fmt::format(" … {} bytes", f.size);
        break;
      }
      hex += (i ? " " : "") + hex_of(e.bytes[f.at + i]);
    }
    if (hex.empty()) hex = "missing";
    text += fmt::format("  byte {:>3}  {:<24} {}{}{}\n", f.at, hex, f.name, f.text.empty() ? "" : ": ", f.text);
  }
  for (const Problem& p : e.errors) {
    text += "  error" + (p.at ? fmt::format(" at byte {}", *p.at) : std::string()) + ": " + p.what;
    if (!p.expected.empty()) text += fmt::format(" (expected {}, found {})", p.expected, p.found);
    else if (!p.found.empty()) text += fmt::format(" (found {})", p.found);
    text += '\n';
  }
  for (const std::string& w : e.warnings) text += "  warning: " + w + "\n";
  return text;
}

}  // namespace station::codec
