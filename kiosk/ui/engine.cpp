#include "kiosk/ui/internal/engine.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <cmath>

namespace station::ui::internal {

namespace {

constexpr float kTransition = 0.32f;  // s
constexpr float kSlide = 90;          // px

// The em box of a line: what neighbours must not touch.
Rect em_box(Point at, float width, float px) {
  return {at.x, at.y + 0.193f * px, width, 0.69f * px};
}

}  // namespace

bool Spring::step(float target, float k, float c, float seconds) {
  constexpr float kLongest = 0.004f;  // s; integration stays stable for the stiffest spring in use
  for (float left = seconds; left > 0; left -= kLongest) {
    const float dt = std::min(left, kLongest);
    velocity += (k * (target - value) - c * velocity) * dt;
    value += velocity * dt;
  }
  if (std::abs(target - value) < 0.0008f && std::abs(velocity) < 0.01f) {
    value = target;
    velocity = 0;
  }
  return value != target || velocity != 0;
}

bool Scroll::step(const Finger& finger, float overflow, float slop, float seconds) {
  constexpr float kDecay = 3.2f, kReturn = 14, kRest = 8, kCatch = 60;  // 1/s, 1/s, px/s, px/s
  const float limit = std::max(0.0f, overflow);
  if (finger.came_down) {
    pressed = true;
    dragging = std::abs(velocity) > kCatch;  // a finger that stops a fling does not tap
    press = finger.at;
    last_y = finger.at.y;
    velocity = 0;
  }
  if (pressed && finger.down) {
    if (!dragging && std::abs(finger.at.y - press.y) > slop) dragging = true;
    if (!dragging) return false;
    const float by = last_y - finger.at.y;
    offset += by;
    velocity = 0.5f * velocity + 0.5f * by / seconds;
    last_y = finger.at.y;
    return std::abs(velocity) > kRest;
  }
  pressed = dragging = false;
  bool moves = std::abs(velocity) > kRest;
  if (moves) {
    offset += velocity * seconds;
    velocity *= std::exp(-kDecay * seconds);
  } else {
    velocity = 0;
  }
  const float bound = std::clamp(offset, 0.0f, limit);
  if (offset != bound) {
    const float share = 1 - std::exp(-kReturn * seconds);
    offset += (bound - offset) * share;
    velocity *= 1 - share;
    if (std::abs(offset - bound) < 0.5f) {
      offset = bound;
      velocity = 0;
    }
    moves = true;
  }
  return moves;
}

void Engine::begin() {
  info = {};
  moving = false;
  next_frame_s = -1;
  owner.clear();
  clips.assign(1, canvas.screen());
  scrolling = 0;
  dragging = in_dialog = false;
  dialog_before = std::move(dialog);
  dialog.clear();
  screen_before = std::move(screen);
  screen.clear();
  screen_open = false;
  probe.clear();
  gradient_down(*list, canvas.screen(), theme[Token::page_top], theme[Token::page_bottom]);
}

void Engine::end() {
  if (screen_open) end_screen();
  if (screen.empty()) screen = screen_before;  // a frame without a screen does not start a transition
  if (explore && !focus.empty()) stroke_rect(*list, focus_rect.inset(-10), theme[Token::primary], 8, 46);
  std::erase_if(springs, [&](const auto& entry) { return entry.second.frame != frame; });
  if (dialog.empty() != dialog_before.empty()) moving = true;
}

void Engine::begin_screen(std::string_view name, int number) {
  screen = std::string(name) + '#' + std::to_string(number);
  screen_open = true;
  screen_vertices = list->VtxBuffer.Size;
  probe.name_screen(name);
  if (screen == screen_before) return;
  quiet = 0;
  // Accessible modes show a new screen at once.
  const bool plain = !animated() || theme.outlined() || options.text_size == TextSize::large || screen_before.empty();
  screen_age = plain ? kTransition : 0;
  moving = true;
}

void Engine::end_screen() {
  screen_open = false;
  if (screen_age >= kTransition) return;
  screen_age += seconds;
  moving = true;
  const float left = 1 - std::min(1.0f, screen_age / kTransition);
  const float shift = std::round(kSlide * left * left * left), alpha = 1 - left * left * left;
  for (int i = screen_vertices; i < list->VtxBuffer.Size; ++i) {
    ImDrawVert& v = list->VtxBuffer[i];
    v.pos.y += shift;
    const auto a = static_cast<ImU32>(static_cast<float>(v.col >> IM_COL32_A_SHIFT) * alpha);
    v.col = (v.col & ~IM_COL32_A_MASK) | a << IM_COL32_A_SHIFT;
  }
}

float Engine::spring(std::string_view id, float target, float k, float c, float start) {
  const auto [it, fresh] = springs.try_emplace(std::string(id));
  Spring& s = it->second;
  if (fresh) s.value = std::isnan(start) ? target : start;
  if (s.frame == frame) return s.value;
  s.frame = frame;
  if (!animated()) {
    s.value = target;
    s.velocity = 0;
  } else if (s.step(target, k, c, seconds)) {
    moving = true;
  }
  return s.value;
}

void Engine::push_clip(const Rect& rect) {
  clips.push_back(rect);
  ImGui::PushClipRect({rect.x, rect.y}, {rect.right(), rect.bottom()}, false);
}

void Engine::pop_clip() {
  clips.pop_back();
  ImGui::PopClipRect();
}

void Engine::put_glyph(Point at, const Glyph& glyph, ImU32 colour) {
  if (glyph.w == 0) return;
  const float x = at.x + glyph.x, y = at.y + glyph.y, w = glyph.w, h = glyph.h;
  const float tw = static_cast<float>(atlas.width), th = static_cast<float>(atlas.height), u = glyph.u, v = glyph.v;
  list->PrimReserve(6, 4);
  list->PrimRectUV({x, y}, {x + w, y + h}, {u / tw, v / th}, {(u + w) / tw, (v + h) / th}, colour);
}

Rect Engine::put_text(Point at, std::string_view text, Type type, Rgba colour, const Rect& allowed, std::string_view id,
                      bool cut) {
  const int text_slot = slot(type);
  const float px = size_px(type, options.text_size);
  const Point start{std::round(at.x), std::round(at.y)};
  const ImU32 ink = rgba(colour);
  const bool visible = start.y < clip().bottom() && start.y + px > clip().y;
  float x = start.x;
  for (std::string_view rest = text; !rest.empty();) {
    const Glyph& glyph = glyphs->glyph(text_slot, next_character(rest));
    if (visible && !probe.hides_texts()) put_glyph({x, start.y}, glyph, ink);
    x += glyph.advance;
  }
  if (ProbeItem* item = note(id, Role::text, text, em_box(start, x - start.x, px))) {
    item->text_px = px;
    item->allowed = allowed.empty() ? canvas.screen() : allowed;
    item->cut = cut;
    item->colour = colour;
  }
  return {start.x, start.y, x - start.x, px};
}

void Engine::put_icon(Point centre, Icon icon, float px, Rgba colour) {
  if (icon == Icon::none) return;
  const Glyph& glyph = glyphs->glyph(glyphs->slot(Face::icons, static_cast<int>(px)), static_cast<char32_t>(icon));
  put_glyph({std::round(centre.x - px / 2), std::round(centre.y - px / 2)}, glyph, rgba(colour));
}

std::string Engine::shortened(std::string_view text, Type type, float width) const {
  const int text_slot = slot(type);
  if (glyphs->width(text_slot, text) <= width) return std::string(text);
  constexpr char32_t kEllipsis = 0x2026;
  float used = glyphs->glyph(text_slot, kEllipsis).advance;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view next = rest;
    used += glyphs->glyph(text_slot, next_character(next)).advance;
    if (used > width) break;
    rest = next;
  }
  return std::string(text.substr(0, text.size() - rest.size())) + "\xE2\x80\xA6";
}

ProbeItem* Engine::note(std::string_view id, Role role, std::string_view label, const Rect& rect) {
  if (!probe.recording()) return nullptr;
  ProbeItem item;
  item.id = id;
  item.owner = owner;
  item.role = role;
  item.label = label;
  item.rect = rect;
  item.visible = rect.intersect(clip());
  item.covered = covered();
  item.scrolls = scrolling > 0;
  probe.add(std::move(item));
  return &probe.mutable_items().back();
}

Interaction Engine::act(std::string_view id, Role role, std::string_view label, const Rect& rect, bool enabled,
                        bool selected, std::string_view state) {
  Interaction out;
  const Rect visible = rect.intersect(clip());
  if (enabled && !covered() && !dragging && !visible.empty()) {
    const ImRect box({visible.x, visible.y}, {visible.right(), visible.bottom()});
    const ImGuiID number = ImGui::GetCurrentWindow()->GetID(id.data(), id.data() + id.size());
    if (ImGui::ItemAdd(box, number)) {
      bool hovered = false, active = false;
      out.tapped = ImGui::ButtonBehavior(box, number, &hovered, &active);
      out.held = hovered && active;
    }
  }
  if (out.tapped && explore && focus != id) {
    focus = id;
    info.spoken = label;
    out.tapped = false;
  }
  if (explore && focus == id) focus_rect = rect;
  if (out.tapped) info.tapped = id;
  out.press = spring("press " + std::string(id), out.held ? 1.0f : 0.0f, 900, 46, 0);
  if (ProbeItem* item = note(id, role, label, rect)) {
    item->target = true;
    item->enabled = enabled;
    item->selected = selected;
    item->pressed = out.held;
    item->state = state;
  }
  return out;
}

}  // namespace station::ui::internal
