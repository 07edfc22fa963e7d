#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/ui/geometry.h"
#include "kiosk/ui/icons.h"
#include "kiosk/ui/theme.h"

namespace station::ui {

namespace internal {
struct Engine;
}

// A colour by its meaning, or a plain one (a hue's number colour).
struct Colour {
  Colour(Token t) : token(t) {}                 // NOLINT: `.colour = Token::ok` must read like that
  Colour(Rgba c) : plain(c), is_plain(true) {}  // NOLINT
  Token token = Token::ink;
  Rgba plain;
  bool is_plain = false;
};

enum class Align : std::uint8_t { left, centre, right };

struct TextStyle {
  Type type = Type::body;
  Colour colour = Token::ink;
  Align align = Align::left;
  bool ellipsis = false;     // a single line that is too long ends in …; otherwise it is drawn whole (and reported)
  float line_height = 0;     // paragraphs: pixels from line to line; 0 = that of the type
  int max_lines = 0;         // paragraphs: 0 = as many as needed
  std::string_view id = {};  // for the probe
};

enum class Tone : std::uint8_t { neutral, ok, warning, error, points, primary };

enum class Elevation : std::uint8_t {
  raised,  // two soft shadows
  flat,    // none
  sunken,  // none, on a grey fill: looks as if it cannot be pressed
};

struct CardStyle {
  float radius = 40;
  Elevation elevation = Elevation::raised;
  Tone tone = Tone::neutral;  // other than neutral: pale fill of that meaning
};

// The one action of a screen.
struct Primary {
  std::string_view id = {};
  std::string_view label = {};
  Icon icon = Icon::none;
  bool enabled = true;
  bool busy = false;  // turning ring instead of the icon; cannot be tapped
  // With a count-down: a ring with the seconds stands before the label and empties. Negative: none.
  float seconds_left = -1;
  float seconds_total = 8;
  bool on_picture = false;  // a white pill with primary text, for the hero
};

enum class ButtonKind : std::uint8_t {
  card,    // white card with shadow
  tonal,   // pale blue like the bottom bar
  danger,  // pale red, red text
  plain,   // text only, on the page
};

// Everything else that acts.
struct Button {
  std::string_view id = {};
  std::string_view title = {};
  std::string_view subtitle = {};
  Icon icon = Icon::none;
  Hue hue = Hue::primary;
  ButtonKind kind = ButtonKind::card;
  Align align = Align::left;
  bool enabled = true;
  bool selected = false;  // outlined in the primary colour
  bool chevron = false;
};

// Service tile: icon tile and ring above, title, count with unit below. Made for 312 × 356.
struct Tile {
  std::string_view id = {};
  std::string_view title = {};
  std::string_view count = {};
  std::string_view unit = {};
  Icon icon = Icon::none;
  Hue hue = Hue::primary;
  float ring = -1;  // 0…1; negative: no ring
  std::string_view ring_label = {};
  bool enabled = true;
};

// Made for 228 × 186.
struct MinorTile {
  std::string_view id = {};
  std::string_view title = {};
  std::string_view subtitle = {};
  Icon icon = Icon::none;
  Hue hue = Hue::primary;
  bool enabled = true;
};

// List row: icon tile, title and sub-line, then trailing text or chip, then a chevron. Made for 984 × 166.
struct Row {
  std::string_view id = {};
  std::string_view title = {};
  std::string_view subtitle = {};
  Icon icon = Icon::none;
  Hue hue = Hue::primary;
  std::string_view trailing = {};  // plain text, or with a tone a chip
  std::optional<Tone> trailing_tone = {};
  Icon trailing_icon = Icon::none;  // inside the chip
  bool chevron = true;
  bool enabled = true;
  bool acts = true;  // false: a row that only informs
};

struct Chip {
  std::string_view id = {};
  std::string_view label = {};
  Icon icon = Icon::none;
  Tone tone = Tone::neutral;
  Type type = Type::caption;
};

enum class OptionState : std::uint8_t { idle, chosen, right, wrong, missed };  // missed: right, but not chosen
struct Option {
  std::string_view id = {};
  std::string_view letter = {};  // "A"
  std::string_view text = {};    // wrapped
  OptionState state = OptionState::idle;
  bool multiple = false;  // several may be chosen: square letter instead of a round one
  bool enabled = true;
};

struct Ring {
  std::string_view id = {};
  float fraction = 0;
  std::string_view label = {};
  Type label_type = Type::caption;
  float radius = 50;
  float stroke = 10;
  Hue hue = Hue::primary;
};

enum class Outcome : std::uint8_t { success, warning, error, waiting };

enum class PortLook : std::uint8_t { free, mine, busy, fault };
struct PortCell {
  std::string_view id = {};
  std::string_view name = {};    // "1"
  std::string_view state = {};   // the word: 空闲
  std::string_view detail = {};  // 约剩 20 分钟
  PortLook look = PortLook::free;
  float level = -1;  // 0…1: fill of a small cell
  bool enabled = true;
  bool selected = false;
};

struct Banner {
  std::string_view id = {};
  std::string_view text = {};  // wrapped to two lines
  Tone tone = Tone::neutral;
  Icon icon = Icon::none;  // none: that of the tone
};

struct HeaderInfo {
  std::string_view station = {};
  std::string_view subtitle = {};
  std::string_view clock = {};  // "14:32"
  std::string_view date = {};
};

struct TitleBar {
  std::string_view title = {};
  std::string_view subtitle = {};
  std::string_view back_label = {};  // spoken; empty: no way back
  std::string_view back_id = "back";
};

enum class BarKey : std::uint8_t { large_text, contrast, voice, language, help };
struct BottomBar {
  std::string_view large_text = {}, contrast = {}, voice = {}, language = {}, help = {};  // labels
  bool large_text_on = false, contrast_on = false, voice_on = false;
};

// The words beside the digits of the keypad.
struct KeypadLabels {
  std::string_view clear = {}, erase = {};
  bool enabled = true;
};

// What screens draw with. Widgets draw at once, in calling order; those that act return true in the frame in which the
// finger was lifted over them. Everything is registered in the probe. Rectangles are in pixels of the panel.
// Ids are written "<screen>.<thing>" and are unique in a frame. Valid between begin_frame and end_frame.
class Canvas {
 public:
  explicit Canvas(internal::Engine& engine) : engine_(engine) {}
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  internal::Engine& engine() { return engine_; }
  std::string tr(std::string_view key, const std::vector<std::string>& args = {}) const;
  const Theme& theme() const;
  TextSize text_size() const;
  bool large_text() const { return text_size() == TextSize::large; }
  // Pixels of a length on this panel.
  float mm(float millimetres) const;
  Rect screen() const;
  // "zh", "en".
  const std::string& language() const;

  // --- The frame of every screen -------------------------------------------------------------------------------------
  // What is drawn between begin_screen and end_screen slides in and fades when the name (or the number, for steps of
  // one screen) differs from the last frame's. Header and bottom bar stay outside.
  void begin_screen(std::string_view name, int number = 0);
  void end_screen();
  void header(const HeaderInfo& info);                     // y 44…124
  bool title_bar(const TitleBar& bar);                     // y 164…312; true: back was tapped
  std::optional<BarKey> bottom_bar(const BottomBar& bar);  // y 1744…1880; ids bar.large_text, …, bar.help

  // --- Text ----------------------------------------------------------------------------------------------------------
  Size measure(std::string_view text, Type type) const;
  float line_height(Type type) const;  // SizePixels of the type
  // One line; `at` is its upper left, upper middle or upper right corner, as aligned. Returns where it went.
  Rect text(Point at, std::string_view text, const TextStyle& style = {});
  // One line in the middle of the box's height, by the digits' own middle.
  Rect text(const Rect& box, std::string_view text, const TextStyle& style = {});
  // Wrapped by the rules of Chinese and English. Returns the height used; the box's height is what it may use.
  float paragraph(const Rect& box, std::string_view text, const TextStyle& style = {});
  float paragraph_height(std::string_view text, float width, const TextStyle& style = {}) const;
  // Lesson text: paragraphs parted by empty lines, "- " points, **bold**. Returns the height used.
  float rich_text(const Rect& box, std::string_view markdown, const TextStyle& style = {});
  float rich_text_height(std::string_view markdown, float width, const TextStyle& style = {}) const;

  // --- Surfaces and signs --------------------------------------------------------------------------------------------
  void card(const Rect& rect, const CardStyle& style = {});
  void fill(const Rect& rect, Colour colour, float radius = 0);
  void divider(float x, float y, float width);
  void icon(Point centre, Icon icon, float px, Colour colour);  // px of the icon's box: 48, 68, 100, 150 …
  void icon_tile(const Rect& rect, Icon icon, Hue hue);         // gradient square with a white icon
  void icon_disc(Point centre, float radius, Icon icon, Hue hue);
  // Returns the chip's rectangle; `at` is the upper left, middle or right corner, as aligned.
  Rect chip(Point at, const Chip& chip, Align align = Align::left);
  Size chip_size(const Chip& chip) const;
  void ring(Point centre, const Ring& ring);
  void progress(const Rect& rect, float fraction, Hue hue = Hue::primary, std::string_view id = {});
  // Disc with tick, exclamation mark, cross or clock; pops in, radius 150 × scale.
  void outcome(Point centre, Outcome outcome, float scale = 1, std::string_view id = "outcome");
  // Black on white with its quiet zone in every theme. False when the text is too long for a QR code.
  bool qr(const Rect& rect, std::string_view text, std::string_view id = "qr", std::string_view label = {});
  void step_dots(const Rect& rect, int index, int count);
  void pin_dots(const Rect& rect, int filled, int total, std::string_view id = "input.pin");
  // A field that shows what was typed on the keypad, or `hint` in grey while it is empty.
  void input(const Rect& rect, std::string_view typed, std::string_view hint, std::string_view id = "input");
  // A line of notice. Returns its height: 112, or 160 where the text takes two lines.
  float banner(Point at, float width, const Banner& banner);
  float banner_height(float width, const Banner& banner) const;
  // Small state cell of a strip, not for touching: 112 high.
  void port_cell(const Rect& rect, const PortCell& cell);

  // --- What acts -----------------------------------------------------------------------------------------------------
  bool primary(const Rect& rect, const Primary& button);
  bool button(const Rect& rect, const Button& button);
  bool tile(const Rect& rect, const Tile& tile);
  bool minor_tile(const Rect& rect, const MinorTile& tile);
  bool row(const Rect& rect, const Row& row);
  bool option(const Rect& rect, const Option& option);
  float option_height(float width, std::string_view text) const;
  bool port_tile(const Rect& rect, const PortCell& cell);  // made for 312 × 296
  bool toggle(const Rect& rect, std::string_view id, std::string_view label, bool on);
  bool key(const Rect& rect, std::string_view id, std::string_view label, Icon icon = Icon::none, bool enabled = true);
  // 3 × 4 keys of 312 × 192 in a rect of 984 × 840. Returns '0'…'9', 'c' (clear), 'e' (erase) or 0.
  // Ids key.0 … key.9, key.clear, key.erase.
  char keypad(const Rect& rect, const KeypadLabels& labels);
  // A large round target that empties like a clock (presence checks).
  bool presence_target(const Rect& rect, std::string_view id, std::string_view label, float seconds_left,
                       float seconds_total);
  // True in the frame in which the finger comes down, where the moment is the answer (hazard clips). A release over it
  // does nothing. Without any drawing; in voice mode it acts at once, too.
  bool press_area(const Rect& rect, std::string_view id, std::string_view label);
  // Anything may act: the area without any drawing.
  bool touch_area(const Rect& rect, std::string_view id, std::string_view label, bool enabled = true);

  // --- Lists and dialogs ---------------------------------------------------------------------------------------------
  // Rows that a finger can drag, buttons included. `draw(index, rect)` is called for visible rows only. In accessible
  // use two page keys (ids <id>.up, <id>.down; labels list.page_up, list.page_down) take the lowest 136 pixels.
  void list(std::string_view id, const Rect& rect, int count, float row_height, float gap,
            const std::function<void(int index, const Rect& row)>& draw);
  // The same for any content: `draw(top left, in pixels of the screen)`.
  void scroll(std::string_view id, const Rect& rect, float content_height,
              const std::function<void(Point origin)>& draw);
  // Over everything drawn before, which cannot be touched meanwhile. Draw it last, before or after the bottom bar.
  void dialog(std::string_view id, const Rect& rect, std::string_view label,
              const std::function<void(const Rect& inside)>& draw);

  // --- Motion --------------------------------------------------------------------------------------------------------
  // Seconds for decorative pictures; stands still when animation is off.
  double time() const;
  // Asks for the next frame: at once, or after 1/fps for a decorative picture.
  void animate();
  void animate_at(float fps);
  // A value that follows `target` like a spring, kept under `id`; jumps when animation is off.
  float spring(std::string_view id, float target, float k = 420, float c = 34,
               float start = std::numeric_limits<float>::quiet_NaN());

 private:
  internal::Engine& engine_;
};

}  // namespace station::ui
