#include "kiosk/ui/theme.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "kiosk/ui/icons.h"
#include "sync/base/file.h"

namespace station::ui {

using base::Errc;
using base::Result;

namespace {

constexpr std::array<const char*, static_cast<std::size_t>(Token::kCount)> kTokenNames{
#define STATION_TOKEN_NAME(name) #name,
    STATION_TOKENS(STATION_TOKEN_NAME)
#undef STATION_TOKEN_NAME
};

constexpr std::array<const char*, static_cast<std::size_t>(Hue::kCount)> kHueNames{
#define STATION_HUE_NAME(name) #name,
    STATION_HUES(STATION_HUE_NAME)
#undef STATION_HUE_NAME
};

// "#RRGGBB" or "#RRGGBBAA"
std::optional<Rgba> parse_colour(const std::string& text) {
  if ((text.size() != 7 && text.size() != 9) || text[0] != '#') return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(1)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  if (text.size() == 7) value = value << 8 | 0xFF;
  auto byte = [&](int shift) { return static_cast<std::uint8_t>(value >> shift & 0xFF); };
  return Rgba{byte(24), byte(16), byte(8), byte(0)};
}

Result<Rgba> colour_in(const nlohmann::json& object, const char* key, const std::string& where) {
  const auto it = object.find(key);
  if (it == object.end()) return base::fail(Errc::invalid, fmt::format("{}: \"{}\" is missing", where, key));
  const auto colour = it->is_string() ? parse_colour(it->get<std::string>()) : std::nullopt;
  if (!colour) return base::fail(Errc::invalid, fmt::format("{}: \"{}\" is not a colour like \"#0E1A33\"", where, key));
  return *colour;
}

// Linear light of each channel value: whole pictures are checked for contrast.
const std::array<double, 256> kLinear = [] {
  std::array<double, 256> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double s = static_cast<double>(i) / 255.0;
    out[i] = s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
  }
  return out;
}();

double luminance(Rgba c) {
  return 0.2126 * kLinear[c.r] + 0.7152 * kLinear[c.g] + 0.0722 * kLinear[c.b];
}

}  // namespace

Rgba mix(Rgba from, Rgba to, float t) {
  auto channel = [t](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(
        std::lround(static_cast<float>(a) + (static_cast<float>(b) - static_cast<float>(a)) * t));
  };
  return {channel(from.r, to.r), channel(from.g, to.g), channel(from.b, to.b), channel(from.a, to.a)};
}

Rgba with_alpha(Rgba c, float alpha) {
  c.a = static_cast<std::uint8_t>(std::lround(std::clamp(alpha, 0.0f, 1.0f) * 255.0f));
  return c;
}

double contrast(Rgba a, Rgba b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Result<Theme> Theme::load(const std::filesystem::path& folder, ThemeName name) {
  constexpr std::array<const char*, 3> kFiles{"normal.json", "high_contrast.json", "night.json"};
  const auto file = folder / kFiles[static_cast<std::size_t>(name)];
  const auto text = base::read_file(file, std::size_t{1} << 20);
  if (!text) return tl::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return base::fail(Errc::invalid, fmt::format("{} is not a JSON object", file.string()));

  Theme theme;
  theme.name_ = name;
  const auto tokens = json.value("tokens", nlohmann::json::object());
  for (std::size_t i = 0; i < kTokenNames.size(); ++i) {
    const auto colour = colour_in(tokens, kTokenNames[i], file.string() + ": tokens");
    if (!colour) return tl::unexpected(colour.error());
    theme.colours_[i] = *colour;
  }
  const auto hues = json.value("hues", nlohmann::json::object());
  for (std::size_t i = 0; i < kHueNames.size(); ++i) {
    const auto hue = hues.value(kHueNames[i], nlohmann::json::object());
    HueColours& out = theme.hues_[i];
    for (const auto& [key, slot] : {std::pair{"light", &out.light},
                                    {"dark", &out.dark},
                                    {"number", &out.number},
                                    {"ring", &out.ring},
                                    {"track", &out.track},
                                    {"disc", &out.disc},
                                    {"icon", &out.icon}}) {
      const auto colour = colour_in(hue, key, fmt::format("{}: hues: {}", file.string(), kHueNames[i]));
      if (!colour) return tl::unexpected(colour.error());
      *slot = *colour;
    }
  }
  return theme;
}

bool is_bold(Type type) {
  return type != Type::caption && type != Type::label && type != Type::body;
}

float size_px(Type type, TextSize text_size) {
  struct Sizes {
    float normal, large;
  };
  // Large: from 0.7° at 600 mm upwards, in smaller steps, because the panel does not grow.
  constexpr std::array<Sizes, static_cast<std::size_t>(Type::kCount)> kSizes{
      {{38, 60}, {40, 60}, {46, 64}, {46, 64}, {44, 62}, {54, 72}, {66, 84}, {86, 100}, {104, 120}}};
  const Sizes& s = kSizes[static_cast<std::size_t>(type)];
  return text_size == TextSize::large ? s.large : s.normal;
}

Icon icon_named(std::string_view name) {
#define STATION_ICON_NAME(icon, code) \
  if (name == #icon) return Icon::icon;
  STATION_ICONS(STATION_ICON_NAME)
#undef STATION_ICON_NAME
  return Icon::none;
}

}  // namespace station::ui
