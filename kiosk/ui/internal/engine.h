#pragma once

#include <imgui.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kiosk/ui/internal/glyphs.h"
#include "kiosk/ui/internal/paint.h"
#include "kiosk/ui/internal/raster.h"
#include "kiosk/ui/internal/touch.h"
#include "kiosk/ui/ui.h"

// What a Ui is made of. Seen by the files of kiosk/ui only.
namespace station::ui::internal {

struct Spring {
  float value = 0, velocity = 0;
  std::uint64_t frame = 0;  // last asked for
  // Towards `target`; true while it moves.
  bool step(float target, float k, float c, float seconds);
};

// A list that a finger drags.
struct Scroll {
  float offset = 0;    // pixels of content above the upper edge
  float velocity = 0;  // px/s
  bool pressed = false, dragging = false;
  Point press;  // where the finger came down
  float last_y = 0;
  std::uint64_t frame = 0;
  struct Finger {
    bool down = false;
    bool came_down = false;  // in this frame, inside the list
    Point at;
  };
  // One frame of motion within 0…`overflow`. True while it moves.
  bool step(const Finger& finger, float overflow, float slop, float seconds);
};

// Where the baked softness lies in the atlas, in texels.
struct Baked {
  int small_u = 0, large_u = 0, glow_u = 0, v = 0;
};

struct Interaction {
  bool tapped = false;
  bool held = false;
  float press = 0;  // 0…1, a spring
};

struct Engine {
  explicit Engine(const Options& o) : options(o), canvas(*this) {}
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Options options;
  ImGuiContext* context = nullptr;
  std::unique_ptr<Glyphs> glyphs;
  Theme theme;
  StringTable strings;
  Probe probe;
  TouchQueue touches;
  Rasteriser rasteriser;
  Scene scene;
  Texture atlas;
  Baked baked;
  Canvas canvas;

  // Of the frame being drawn
  ImDrawList* list = nullptr;
  FrameInfo info;
  TouchQueue::Pointer pointer;
  bool pointer_was_down = false;
  bool moving = false;  // somebody asked for the next frame
  float next_frame_s = -1;
  float seconds = 0;  // since the last frame, clamped
  std::string owner;  // widget whose parts are being drawn
  std::vector<Rect> clips;
  int scrolling = 0;      // nested lists
  bool dragging = false;  // a list is dragged: its buttons do not react
  bool in_dialog = false;
  std::string dialog, dialog_before;  // id of the open one: in this frame, in the last

  // Lasting
  std::uint64_t frame = 0;
  double time = 0;  // of things that move as long as they are shown
  // Decorative pictures rest when nobody has been there for a while: the waiting kiosk draws nothing.
  static constexpr float kRestAfter = 20;  // s
  double decor_time = 0;
  float quiet = 0;  // s since the last touch or new screen
  int settle = 3;   // frames still to draw after the last event
  bool explore = false;
  std::string focus;  // explore mode
  Rect focus_rect;
  std::unordered_map<std::string, Spring> springs;
  std::unordered_map<std::string, Scroll> scrolls;

  // Screen change
  std::string screen, screen_before;  // name#number
  bool screen_open = false;
  int screen_vertices = 0;  // before its drawing began
  float screen_age = 1;     // seconds since it came

  bool animated() const { return options.animation == Animation::on; }
  bool lively() const { return animated() && quiet < kRestAfter; }
  TextSize text_size() const { return options.text_size; }
  int slot(Type type) const {
    return glyphs->slot(is_bold(type) ? Face::bold : Face::regular, static_cast<int>(size_px(type, options.text_size)));
  }
  Rgba resolve(const Colour& c) const { return c.is_plain ? c.plain : theme[c.token]; }
  float spring(std::string_view id, float target, float k, float c, float start);

  // --- One frame (engine.cpp) ---
  void begin();
  void end();
  void begin_screen(std::string_view name, int number);
  void end_screen();
  // A dialog was on the screen, and what is drawn now lies under it.
  bool covered() const { return !dialog_before.empty() && !in_dialog; }

  // --- Drawing with registration (engine.cpp) ---
  Rect clip() const { return clips.back(); }
  void push_clip(const Rect& rect);
  void pop_clip();
  // The text's line box, upper left corner at `at`. `allowed`: what it must stay in; empty = the screen.
  Rect put_text(Point at, std::string_view text, Type type, Rgba colour, const Rect& allowed, std::string_view id = {},
                bool cut = false);
  void put_glyph(Point at, const Glyph& glyph, ImU32 colour);
  void put_icon(Point centre, Icon icon, float px, Rgba colour);
  std::string shortened(std::string_view text, Type type, float width) const;
  // Registers something that is no target. Returns the item for more detail, or null while not recording.
  ProbeItem* note(std::string_view id, Role role, std::string_view label, const Rect& rect);
  // Registers a target and asks the drawing library whether it was touched.
  Interaction act(std::string_view id, Role role, std::string_view label, const Rect& rect, bool enabled = true,
                  bool selected = false, std::string_view state = {});

  // --- Surfaces (surfaces.cpp) ---
  struct Surface {
    float radius = 40;
    float press = 0;  // 0…1
    bool shadow = true;
    std::optional<Rgba> fill = {};  // the card colour otherwise
    std::optional<Rgba> outline = {};
    float outline_width = 4;
  };
  void surface(const Rect& rect, const Surface& look);
  void icon_tile(const Rect& rect, Icon icon, Hue hue, float icon_px, float radius);
};

// Names the widget whose parts are drawn, for the probe.
class Owner {
 public:
  Owner(Engine& engine, std::string_view id) : engine_(engine), before_(std::move(engine.owner)) { engine.owner = id; }
  ~Owner() { engine_.owner = std::move(before_); }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

 private:
  Engine& engine_;
  std::string before_;
};

}  // namespace station::ui::internal
