#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/geometry.h"
#include "kiosk/ui/probe.h"
#include "kiosk/ui/strings.h"
#include "kiosk/ui/theme.h"
#include "sync/base/result.h"

// The engine behind the screens. It knows pixels and touches as plain values, no window and no devices.
namespace station::ui {

struct FontFiles {
  std::filesystem::path regular = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
  std::filesystem::path bold = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc";
  std::filesystem::path icons = "/usr/share/fonts/truetype/material-design-icons-iconfont/MaterialIcons-Regular.ttf";
  int text_face = 2;  // inside the .ttc: the simplified Chinese cut; 0 is the Japanese one
};

enum class Animation : std::uint8_t {
  on,
  off,  // tests and accessible modes: no transitions, no springs, decorative pictures stand still
};

struct Options {
  int width = 1080, height = 1920;
  float mm_per_px = 0.248f;  // of the panel; 0.248 = 21.5"
  FontFiles fonts;
  std::filesystem::path strings = "assets/strings";
  std::filesystem::path themes = "assets/themes";
  std::string language = "zh";
  ThemeName theme = ThemeName::normal;
  TextSize text_size = TextSize::normal;
  Animation animation = Animation::on;
};

struct TouchEvent {
  enum class Kind : std::uint8_t { down, move, up };
  Kind kind = Kind::down;
  std::int64_t finger = 0;  // the first finger owns the pointer; others are ignored until it lifts
  float x = 0, y = 0;       // pixels of the upright screen
};

// What the owner of the window has to know after a frame.
struct FrameInfo {
  bool animating = false;   // something moves, or input waits: draw the next frame now
  float next_frame_s = -1;  // a decorative picture wants its next frame in so many seconds; negative: never
  std::string tapped;       // id of the widget that acted in this frame, for the click; empty: none
  std::string spoken;       // label to be spoken: explore mode put the focus on a widget
};

// Thread: everything here belongs to the one thread that draws. Several Ui objects may live side by side.
class Ui {
 public:
  // Fails with a sentence about the font, theme or string file that cannot be read.
  static base::Result<std::unique_ptr<Ui>> create(const Options& options);
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  // Queued; each frame takes events in order until one press or one release has been applied, so that no tap is lost
  // however slow the frames are.
  void touch(const TouchEvent& event);

  // `seconds` since the last frame; clamped to 50 ms so that nothing jumps after a pause.
  Canvas& begin_frame(float seconds);
  FrameInfo end_frame();
  // Draws what the last frame recorded into `frame` and returns the rectangles that changed since the last render; all
  // of it after invalidate(), or when another buffer or size is given. The caller keeps the pixels in between.
  const std::vector<PixelRect>& render(const PixelView& frame);
  void invalidate();

  // Something happened that may change the screen: draw three settling frames.
  void wake();
  // False: nothing to draw until wake(), touch(), or next_frame_s of the last frame is over.
  bool needs_frame() const;

  // Effective in the next frame. A language whose file cannot be read leaves the old one.
  base::Result<void> set_language(std::string_view language);
  base::Result<void> set_theme(ThemeName theme);
  void set_text_size(TextSize size);
  void set_animation(Animation animation);
  // Voice mode: a first touch puts the focus on a widget and asks for its label to be spoken, a second one acts.
  void set_explore(bool on);
  const std::string& language() const;
  TextSize text_size() const;
  bool explore() const;
  const Options& options() const;

  // Forgets springs, scroll positions, focus and the finger: the next rider finds nothing of the last.
  void end_session();

  Probe& probe();
  const Probe& probe() const;
  const StringTable& strings() const;
  const Theme& theme() const;

  struct Stats {
    std::uint64_t frames = 0;          // begun
    std::uint64_t glyphs_made = 0;     // rasterised since the start
    std::uint64_t glyphs_missing = 0;  // characters that no font has, since the start
    std::uint64_t triangles = 0;       // of the last frame
    std::uint64_t pixels_drawn = 0;    // area redrawn by the last render
  };
  Stats stats() const;

 private:
  explicit Ui(std::unique_ptr<internal::Engine> engine);
  std::unique_ptr<internal::Engine> engine_;
};

}  // namespace station::ui
