#include "kiosk/ui/internal/touch.h"

namespace station::ui::internal {

void TouchQueue::push(const TouchEvent& event) {
  using Kind = TouchEvent::Kind;
  if (event.kind == Kind::down) {
    if (owner_) return;  // palms, gloves, rain
    owner_ = event.finger;
  } else if (owner_ != event.finger) {
    return;
  }
  if (event.kind == Kind::up) owner_.reset();
  events_.push_back(event);
}

TouchQueue::Pointer TouchQueue::next_frame() {
  using Kind = TouchEvent::Kind;
  if (!pointer_.down && frames_left_ > 0 && --frames_left_ == 0) pointer_.at.reset();
  while (!events_.empty()) {
    const TouchEvent event = events_.front();
    events_.pop_front();
    pointer_.at = Point{event.x, event.y};
    if (event.kind == Kind::move) continue;
    pointer_.down = event.kind == Kind::down;
    frames_left_ = pointer_.down ? 0 : kHoverFrames;
    break;
  }
  return pointer_;
}

void TouchQueue::clear() {
  *this = TouchQueue();
}

}  // namespace station::ui::internal
