#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/ui/geometry.h"
#include "kiosk/ui/theme.h"

// What stands on the screen, as a list: for headless tests, for scripts and for the voice mode.
namespace station::ui {

enum class Role : std::uint8_t {
  primary,  // the one action of a screen
  button,   // also tiles, cards and icons that act
  key,      // of a keypad
  option,   // answer to a question
  row,      // list row that acts
  toggle,
  bar,  // key of the bottom bar
  text,
  icon,
  image,  // drawn pictures and badges
  ring,
  progress,
  list,
  input,  // what was typed, masked as on the screen
  chip,
  banner,
  qr,
  dialog,
};
const char* to_string(Role role);

struct ProbeItem {
  std::string id;     // empty for plain text
  std::string owner;  // text and icons inside a widget: its id
  Role role = Role::text;
  std::string label;    // what a person reads or hears
  std::string state;    // one word where there is one: "free", "busy", "right", "wrong", "on", …
  Rect rect;            // as laid out
  Rect visible;         // after clipping by lists and the screen
  bool target = false;  // reacts to touch
  bool enabled = true;
  bool selected = false;
  bool pressed = false;
  bool covered = false;  // under a dialog
  bool scrolls = false;  // inside a scrolling list: may be cut by its edges
  float value = -1;      // 0…1 of rings, progress bars, levels
  // Text only
  float text_px = 0;  // SizePixels
  Rect allowed;       // the box it must stay in
  bool cut = false;   // ellipsis, or lines left out
  Rgba colour;        // of the text
};

// Rebuilt in every frame while recording.
class Probe {
 public:
  bool recording() const { return recording_; }
  void record(bool on) { recording_ = on; }

  // Texts are registered but not drawn, so that what lies under them can be looked at.
  bool hides_texts() const { return hides_texts_; }
  void hide_texts(bool on) { hides_texts_ = on; }

  const std::vector<ProbeItem>& items() const { return items_; }
  // The widget of that id, or null. With several of one id the first.
  const ProbeItem* find(std::string_view id) const;
  bool has(std::string_view id) const { return find(id) != nullptr; }
  // Ids of all that can be touched now, in drawing order.
  std::vector<std::string> targets() const;
  // All texts of the screen, one a line, in drawing order.
  std::string text() const;
  bool shows(std::string_view part_of_a_text) const;
  // The name given to Canvas::begin_screen in this frame.
  const std::string& screen() const { return screen_; }

  // Written by the canvas only.
  void clear();
  void add(ProbeItem item) { items_.push_back(std::move(item)); }
  std::vector<ProbeItem>& mutable_items() { return items_; }
  void name_screen(std::string_view name) { screen_ = name; }

 private:
  bool recording_ = false, hides_texts_ = false;
  std::vector<ProbeItem> items_;
  std::string screen_;
};

}  // namespace station::ui
