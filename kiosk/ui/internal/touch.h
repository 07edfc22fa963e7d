#pragma once

#include <deque>
#include <optional>

#include "kiosk/ui/ui.h"

namespace station::ui::internal {

// Turns finger events into at most one press or release a frame. If both arrived within one frame of the drawing
// library the tap would be lost.
class TouchQueue {
 public:
  void push(const TouchEvent& event);

  struct Pointer {
    bool down = false;
    std::optional<Point> at;  // empty: nothing hovers
  };
  // The pointer for the next frame.
  Pointer next_frame();
  // More presses or releases wait, or the pointer still has to leave the last widget.
  bool pending() const { return !events_.empty() || frames_left_ > 0; }
  void clear();

 private:
  static constexpr int kHoverFrames = 3;  // after a release: a click counts only while its place is known

  std::deque<TouchEvent> events_;
  std::optional<std::int64_t> owner_;  // the finger whose press was queued and whose release was not
  Pointer pointer_;
  int frames_left_ = 0;
};

}  // namespace station::ui::internal
