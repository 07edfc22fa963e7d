#include "kiosk/ui/driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "kiosk/ui/png.h"

namespace station::ui {

using base::Errc;
using base::Result;

namespace {

constexpr float kFrame = 1.0f / 60;
constexpr std::int64_t kFinger = 1;

}  // namespace

Driver::Driver(Ui& ui, Step step)
    : ui_(ui),
      step_(std::move(step)),
      pixels_(static_cast<std::size_t>(ui.options().width) * static_cast<std::size_t>(ui.options().height)) {
  ui_.probe().record(true);
  ui_.invalidate();  // another driver may have drawn into pixels that lay at the same place
}

Driver::Step Driver::drawing(Ui& ui, std::function<void(Canvas&)> draw) {
  return [&ui, draw = std::move(draw)](float seconds) {
    draw(ui.begin_frame(seconds));
    return ui.end_frame();
  };
}

void Driver::frames(int count) {
  for (int i = 0; i < count; ++i) {
    last_ = step_(kFrame);
    ++count_;
  }
}

Result<void> Driver::settle(int limit) {
  for (int i = 0; i < limit; ++i) {
    frames(1);
    if (!last_.animating) return {};
  }
  return base::fail(Errc::timeout,
                    fmt::format("The screen \"{}\" still moves after {} frames", probe().screen(), limit));
}

Result<void> Driver::tap(std::string_view id) {
  const ProbeItem* item = probe().find(id);
  auto refuse = [&](const char* why) {
    return base::fail(Errc::not_found,
                      fmt::format("Cannot tap \"{}\" on the screen \"{}\": {}", id, probe().screen(), why));
  };
  if (!item) return refuse("there is no such widget");
  if (!item->target) return refuse("it does not react to touch");
  if (!item->enabled) return refuse("it is disabled");
  if (item->covered) return refuse("a dialog lies over it");
  if (item->visible.empty()) return refuse("it is scrolled away");
  return tap_at(item->visible.centre());
}

Result<void> Driver::tap_at(Point p) {
  using Kind = TouchEvent::Kind;
  ui_.touch({Kind::down, kFinger, p.x, p.y});
  frames(1);
  ui_.touch({Kind::up, kFinger, p.x, p.y});
  frames(1);
  // The pointer leaves the widget.
  frames(3);
  return {};
}

void Driver::drag(Point from, Point to, int over) {
  using Kind = TouchEvent::Kind;
  ui_.touch({Kind::down, kFinger, from.x, from.y});
  frames(1);
  for (int i = 1; i <= over; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(over);
    ui_.touch({Kind::move, kFinger, from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t});
    frames(1);
  }
  ui_.touch({Kind::up, kFinger, to.x, to.y});
  frames(1);
}

Result<void> Driver::scroll_to(std::string_view list, std::string_view id) {
  constexpr int kTries = 120;
  bool down = true, turned = false;
  std::string first_before;  // what stood first inside the list, and where
  float at_before = -1;
  for (int i = 0; i < kTries; ++i) {
    const ProbeItem* area = probe().find(list);
    if (!area)
      return base::fail(Errc::not_found,
                        fmt::format("There is no list \"{}\" on the screen \"{}\"", list, probe().screen()));
    const Rect view = area->visible;
    const ProbeItem* item = probe().find(id);
    if (item && view.contains(item->rect, 1)) return {};
    // Only what is seen is drawn: what is not there lies below, or above once the lower end was reached.
    if (item) down = item->rect.y >= view.y;
    const std::string first = first_inside();
    const float at = first.empty() ? 0 : probe().find(first)->rect.y;
    const bool stuck = i > 0 && first == first_before && at == at_before;
    if (stuck && turned) break;
    if (stuck) {
      turned = true;
      down = !down;
    }
    first_before = first;
    at_before = at;
    // Less than a page at a time.
    const Point middle = view.centre();
    const float by = (down ? -0.3f : 0.3f) * view.h;
    drag({middle.x, middle.y - by / 2}, {middle.x, middle.y + by / 2}, 6);
    if (auto still = settle(); !still) return still;
  }
  return base::fail(Errc::not_found, fmt::format("\"{}\" is not in the list \"{}\"", id, list));
}

std::string Driver::first_inside() const {
  for (const ProbeItem& item : probe().items())
    if (item.scrolls && !item.id.empty()) return item.id;
  return {};
}

Result<void> Driver::type(std::string_view characters, std::string_view prefix) {
  for (const char c : characters) {
    const auto typed = tap(std::string(prefix) + c);
    if (!typed) return typed;
  }
  return {};
}

PixelView Driver::pixels() {
  const PixelView view{pixels_.data(), ui_.options().width, ui_.options().height, ui_.options().width};
  ui_.render(view);
  return view;
}

Result<void> Driver::shot(const std::filesystem::path& png) {
  return write_png(png, pixels());
}

}  // namespace station::ui
