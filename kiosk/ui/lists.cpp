#include <imgui.h>
#include <imgui_internal.h>

#include <cmath>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/look.h"

// Scrolling lists and dialogs.
namespace station::ui {

using namespace internal;

namespace {

constexpr float kSlopMm = 3.5f;    // a touch becomes a drag
constexpr float kShadowRoom = 40;  // left and right of the rows, for their shadows
constexpr float kPageKeys = 136, kPageGap = 24;

Rgba page_at(const Canvas& canvas, float y) {
  return mix(canvas.theme()[Token::page_top], canvas.theme()[Token::page_bottom],
             std::clamp(y / canvas.screen().h, 0.0f, 1.0f));
}

// Where more lies above or below, the edge fades into the page; the thumb says how much there is.
void draw_edges(Canvas& canvas, const Rect& rect, float offset, float overflow) {
  Engine& e = canvas.engine();
  constexpr float kFade = 36;
  const Rect wide = rect.inset(-kShadowRoom, 0).intersect(canvas.screen());
  const float above = std::clamp(offset / kFade, 0.0f, 1.0f),
              below = std::clamp((overflow - offset) / kFade, 0.0f, 1.0f);
  if (above > 0) {
    const Rgba page = page_at(canvas, rect.y);
    gradient_down(*e.list, {wide.x, wide.y, wide.w, kFade}, with_alpha(page, above), with_alpha(page, 0));
  }
  if (below > 0) {
    const Rgba page = page_at(canvas, rect.bottom());
    gradient_down(*e.list, {wide.x, wide.bottom() - kFade, wide.w, kFade}, with_alpha(page, 0),
                  with_alpha(page, below));
  }
  const float share = rect.h / (rect.h + overflow), length = std::max(80.0f, rect.h * share);
  const float at = std::clamp(offset / overflow, 0.0f, 1.0f) * (rect.h - length);
  fill_rect(*e.list, {rect.right() + 16, std::round(rect.y + at), 10, length},
            mix(canvas.theme()[Token::ink3], page_at(canvas, rect.y), 0.4f), 5);
}

}  // namespace

void Canvas::scroll(std::string_view id, const Rect& area, float content_height,
                    const std::function<void(Point origin)>& draw) {
  Engine& e = engine_;
  Rect rect = area;
  const bool paged = (large_text() || e.explore) && content_height > rect.h;
  if (paged) rect.h -= kPageKeys + kPageGap;
  const float overflow = std::max(0.0f, content_height - rect.h);
  Scroll& s = e.scrolls[std::string(id)];
  s.frame = e.frame;

  const Point finger = e.pointer.at.value_or(Point{-1, -1});
  const bool inside = rect.contains(finger) && !e.covered();
  const bool came_down = e.pointer.down && !e.pointer_was_down && inside;
  const bool was_dragging = s.dragging;
  if (s.step({e.pointer.down, came_down, finger}, overflow, mm(kSlopMm), e.seconds)) e.moving = true;
  if (s.dragging) ImGui::ClearActiveID();  // nothing is pressed while the content moves under the finger

  e.note(id, Role::list, {}, rect);
  const Rect clip = rect.inset(-kShadowRoom, 0).intersect(e.clip());
  const bool outer_dragging = e.dragging;
  e.dragging = outer_dragging || s.dragging || was_dragging;
  ++e.scrolling;
  e.push_clip(clip);
  draw({rect.x, rect.y - std::round(s.offset)});
  if (overflow > 0) draw_edges(*this, rect, s.offset, overflow);
  e.pop_clip();
  --e.scrolling;
  e.dragging = outer_dragging;

  if (!paged) return;
  const Rect keys{rect.x, rect.bottom() + kPageGap, rect.w, kPageKeys};
  const std::string up = std::string(id) + ".up", down = std::string(id) + ".down";
  const float page = rect.h * 0.85f;
  float to = s.offset;
  if (button(keys.column(0, 2, Grid::kGap), {.id = up,
                                             .title = tr("list.page_up"),
                                             .icon = Icon::keyboard_arrow_up,
                                             .kind = ButtonKind::tonal,
                                             .align = Align::centre,
                                             .enabled = s.offset > 0}))
    to -= page;
  if (button(keys.column(1, 2, Grid::kGap), {.id = down,
                                             .title = tr("list.page_down"),
                                             .icon = Icon::keyboard_arrow_down,
                                             .kind = ButtonKind::tonal,
                                             .align = Align::centre,
                                             .enabled = s.offset < overflow}))
    to += page;
  s.offset = to == s.offset ? s.offset : std::clamp(to, 0.0f, overflow);
}

void Canvas::list(std::string_view id, const Rect& rect, int count, float row_height, float gap,
                  const std::function<void(int index, const Rect& row)>& draw) {
  const float pitch = row_height + gap, foot = 40;  // room for the last row's shadow
  const float content = static_cast<float>(count) * pitch - gap + foot;
  scroll(id, rect, count > 0 ? content : 0, [&](Point origin) {
    const Rect clip = engine_.clip();
    const int first = std::max(0, static_cast<int>(std::floor((clip.y - kShadowRoom - origin.y) / pitch)));
    const int last =
        std::min(count - 1, static_cast<int>(std::floor((clip.bottom() + kShadowRoom - origin.y) / pitch)));
    for (int i = first; i <= last; ++i)
      draw(i, {origin.x, origin.y + static_cast<float>(i) * pitch, rect.w, row_height});
  });
}

void Canvas::dialog(std::string_view id, const Rect& rect, std::string_view label,
                    const std::function<void(const Rect& inside)>& draw) {
  Engine& e = engine_;
  if (e.dialog_before != id) {
    ImGui::ClearActiveID();  // what the finger held under the dialog is let go
    e.moving = true;
  }
  e.dialog = id;
  for (ProbeItem& item : e.probe.mutable_items()) item.covered = true;
  const float shown = std::clamp(e.spring("dialog " + std::string(id), 1, 420, 34, 0), 0.0f, 1.0f);
  Rgba scrim = theme()[Token::scrim];
  scrim.a = static_cast<std::uint8_t>(static_cast<float>(scrim.a) * shown);
  fill_rect(*e.list, screen(), scrim);
  e.in_dialog = true;
  e.note(id, Role::dialog, label, rect);
  const Rect r = rect.moved(0, std::round(60 * (1 - shown)));
  e.surface(r, {.radius = 56});
  draw(r);
  e.in_dialog = false;
}

}  // namespace station::ui
