#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/ui/ui.h"
#include "sync/base/result.h"

namespace station::ui {

// Drives screens by widget name, without a window: for tests and for scripts of the headless program. Owns the frame
// it renders into. Turns on recording of the probe.
class Driver {
 public:
  // Performs one frame of the program, `seconds` after the last: begin_frame, draw, end_frame, and whatever else the
  // program does in a frame.
  using Step = std::function<FrameInfo(float seconds)>;
  Driver(Ui& ui, Step step);
  // The step of a program that only draws.
  static Step drawing(Ui& ui, std::function<void(Canvas&)> draw);

  // Frames of 1/60 s.
  void frames(int count);
  // Until nothing moves; fails after `limit` frames.
  base::Result<void> settle(int limit = 600);
  // Finger down on the middle of the widget's visible part, a frame, up, three frames. Fails when there is no such
  // widget, it is no target, is disabled, covered by a dialog or scrolled away.
  base::Result<void> tap(std::string_view id);
  base::Result<void> tap_at(Point p);
  // Finger down at `from`, moves to `to` over `over` frames, up.
  void drag(Point from, Point to, int over = 12);
  // Scrolls the list until the widget is visible; fails when it never comes.
  base::Result<void> scroll_to(std::string_view list, std::string_view id);
  // Puts each character through the keypad: ids <prefix><character>, for example "key.5".
  base::Result<void> type(std::string_view characters, std::string_view prefix = "key.");

  const Probe& probe() const { return ui_.probe(); }
  Ui& ui() { return ui_; }
  // Renders what the last frame drew.
  PixelView pixels();
  base::Result<void> shot(const std::filesystem::path& png);
  std::uint64_t frame_count() const { return count_; }

 private:
  // Id of the first widget inside a list; empty: none.
  std::string first_inside() const;

  Ui& ui_;
  Step step_;
  FrameInfo last_;
  std::uint64_t count_ = 0;
  std::vector<std::uint32_t> pixels_;
};

}  // namespace station::ui
