#pragma once

#include <cstdint>
#include <string_view>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/scene_model.h"

// Drawn pictures. Registered in the probe as images; their words are part of the picture.
namespace station::ui {

// A rider under way through the town, behind greetings: white text is readable on its left half (on a scrim of the
// picture). Rounded by 52, with its shadow. In high contrast an outlined card without a picture, whose text is that of
// any card. Moves while animation is on and somebody was there in the last 20 s. `id` names it in the probe.
void draw_hero(Canvas& canvas, const Rect& rect, std::string_view id = "hero");

// A lesson scene at `running_ms` since it came on (any number: loops go round), the moment `still_ms` while animation
// is off. Made for rectangles of about 1000 : 560; others show more of the ground. Rounded; asks for its next frame
// itself.
void draw_scene(Canvas& canvas, const Rect& rect, const scene::Scene& scene, std::int64_t running_ms,
                std::string_view id = "scene");

// Exactly this moment of a scene, 0…loop_ms, whatever the settings of motion: a clip that is being answered must run.
// `runs` asks for the next frame.
void draw_clip(Canvas& canvas, const Rect& rect, const scene::Scene& scene, int ms, bool runs,
               std::string_view id = "scene");

}  // namespace station::ui
