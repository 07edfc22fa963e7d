#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "sync/base/result.h"

// Colours and type sizes. Screens name tokens; what a token looks like stands in assets/themes/<name>.json.
namespace station::ui {

// Straight alpha.
struct Rgba {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  bool operator==(const Rgba&) const = default;
};

Rgba mix(Rgba from, Rgba to, float t);
Rgba with_alpha(Rgba c, float alpha);  // alpha 0…1 replaces the one of `c`
// WCAG contrast of two opaque colours, 1…21.
double contrast(Rgba a, Rgba b);

// One meaning, one colour. The names are the keys of the theme files.
#define STATION_TOKENS(X)                                                \
  X(page_top) /* background gradient */                                  \
  X(page_bottom)                                                         \
  X(card)                                                                \
  X(ink)     /* titles, values */                                        \
  X(ink2)    /* secondary text */                                        \
  X(ink3)    /* busy or inactive items, chevrons */                      \
  X(line)    /* hairlines; outlines in high contrast */                  \
  X(primary) /* the one action */                                        \
  X(primary2)                                                            \
  X(on_primary)                                                          \
  X(accent)                                                              \
  X(accent2)                                                             \
  X(ok)                                                                  \
  X(warning)                                                             \
  X(error)                                                               \
  X(ok_fill) /* pale fills under text of the same meaning */             \
  X(warning_fill)                                                        \
  X(error_fill)                                                          \
  X(neutral_fill)                                                        \
  X(points_fill)                                                         \
  X(points) /* text on points_fill */                                    \
  X(points_icon)                                                         \
  X(bar) /* key of the bottom bar, its text */                           \
  X(bar_pressed)                                                         \
  X(bar_text)                                                            \
  X(help) /* text of the help key */                                     \
  X(help_fill)                                                           \
  X(disabled) /* button that cannot work yet, its text */                \
  X(disabled_text)                                                       \
  X(track)     /* of progress bars and rings without a hue */            \
  X(level_top) /* fill level of a port cell */                           \
  X(level_bottom)                                                        \
  X(scrim) /* over the screen under a dialog */                          \
  X(shadow)                                                              \
  X(ok_light) /* light end of the success badge; the dark end is `ok` */ \
  X(warning_light)                                                       \
  X(error_light)                                                         \
  X(on_picture) /* text on hero and badges */

enum class Token : std::uint8_t {
#define STATION_TOKEN(name) name,
  STATION_TOKENS(STATION_TOKEN)
#undef STATION_TOKEN
      kCount,
};

// The colour of a service, kept wherever that service appears.
#define STATION_HUES(X) \
  X(charging)           \
  X(lockers) X(lessons) X(report) X(points) X(nearby) X(complaints) X(primary) X(ok) X(warning) X(error) X(neutral)

enum class Hue : std::uint8_t {
#define STATION_HUE(name) name,
  STATION_HUES(STATION_HUE)
#undef STATION_HUE
      kCount,
};

struct HueColours {
  Rgba light, dark;  // gradient of the icon tile
  Rgba number;       // a coloured number on a card
  Rgba ring;         // filled part of its ring
  Rgba track;        // the rest of it
  Rgba disc;         // pale disc behind a small icon
  Rgba icon;         // icon on that disc
  bool operator==(const HueColours&) const = default;
};

enum class ThemeName : std::uint8_t { normal, high_contrast, night };

class Theme {
 public:
  // Reads assets/themes/<name>.json; the error names the file and the token that is missing or no colour.
  static base::Result<Theme> load(const std::filesystem::path& folder, ThemeName name);

  ThemeName name() const { return name_; }
  // No shadows, gradients, glows and illustrations: outlines instead.
  bool outlined() const { return name_ == ThemeName::high_contrast; }
  Rgba operator[](Token token) const { return colours_[static_cast<std::size_t>(token)]; }
  const HueColours& operator[](Hue hue) const { return hues_[static_cast<std::size_t>(hue)]; }

 private:
  ThemeName name_ = ThemeName::normal;
  std::array<Rgba, static_cast<std::size_t>(Token::kCount)> colours_{};
  std::array<HueColours, static_cast<std::size_t>(Hue::kCount)> hues_{};
};

// Text roles. Sizes are SizePixels (ascent + descent; 1 em = 0.69 of it) on a 21.5" panel.
enum class Type : std::uint8_t {
  caption,  // Regular 38: sub-lines, port numbers, dates
  label,    // Regular 40: bottom bar, units, list sub-lines
  body,     // Regular 46: sentences
  strong,   // Bold    46: emphasis inside sentences
  heading,  // Bold    44: minor tiles, card headings
  title,    // Bold    54: tile titles, list titles, buttons
  number,   // Bold    66: counts, points
  display,  // Bold    86: greeting, clock, screen title, result
  key,      // Bold   104: keypad digits, port numbers
  kCount,
};

// `large` is for layouts made for it (about four giant tiles a page), not a factor for the others: no text below
// 0.7° at 600 mm.
enum class TextSize : std::uint8_t { normal, large };

bool is_bold(Type type);
float size_px(Type type, TextSize text_size);

}  // namespace station::ui
