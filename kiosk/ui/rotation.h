#pragma once

#include <cstdint>

#include "kiosk/ui/geometry.h"

// Panels that hang turned: the screen is drawn upright, and what changed is turned while it is copied.
namespace station::ui {

// How the picture is turned on the panel, clockwise.
enum class Turn : std::uint8_t { none, right, half, left };

// Size of the panel's frame for an upright one.
PixelRect turned_frame(int width, int height, Turn turn);
// Copies one rectangle of the upright frame to its place in the turned one, which has the size that turned_frame()
// says. Returns that place.
PixelRect copy_turned(const PixelView& upright, const PixelRect& changed, const PixelView& panel, Turn turn);
// Where a touch on the panel lies on the upright screen of that size.
Point upright_point(Point on_panel, int width, int height, Turn turn);

}  // namespace station::ui
