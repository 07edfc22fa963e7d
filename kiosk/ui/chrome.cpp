#include <array>
#include <cmath>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/internal/engine.h"
#include "kiosk/ui/internal/look.h"

// What every screen has: header, title bar, bottom bar, keypad.
namespace station::ui {

using namespace internal;

void Canvas::header(const HeaderInfo& info) {
  Engine& e = engine_;
  const Rect emblem{Grid::kMargin, 44, 80, 80};
  if (theme().outlined()) {
    stroke_rect(*e.list, emblem, theme()[Token::accent], 4, 26);
  } else {
    shadow(*e.list, emblem, Softness::small, with_alpha(theme()[Token::primary], 0.4f), -8, 8);
    gradient_diagonal(*e.list, emblem, {0x3B, 0x6B, 0xFF, 255}, {0x16, 0xA0, 0xDC, 255}, 26);
  }
  e.put_icon(emblem.centre(), Icon::bolt, 52, theme().outlined() ? theme()[Token::accent] : Rgba{255, 255, 255, 255});
  const float clock_w = measure(info.clock, Type::display).w, date_w = measure(info.date, Type::caption).w;
  const float left = emblem.right() + 25, right = Grid::kMargin + Grid::kWidth;
  const float station_w = right - left - clock_w - 24, sub_w = right - left - date_w - 24;
  const float title_h = line_height(Type::title), sub_h = line_height(Type::caption);
  // Both lines end above y 140, with large text too.
  const float title_y = large_text() ? 18 : 33, sub_y = large_text() ? title_y + 62 : title_y + title_h;
  text(Rect{left, title_y, station_w, title_h}, info.station,
       {.type = Type::title, .ellipsis = true, .id = "header.station"});
  text(Rect{left, sub_y, sub_w, sub_h + 8}, info.subtitle,
       {.type = Type::caption, .colour = Token::ink2, .ellipsis = true});
  const float clock_h = line_height(Type::display);
  text(Rect{right - clock_w, 57 - clock_h * kMiddle, clock_w, clock_h}, info.clock,
       {.type = Type::display, .id = "header.clock"});
  text(Rect{right - date_w, large_text() ? sub_y + 4 : sub_y + 16, date_w, sub_h + 8}, info.date,
       {.type = Type::caption, .colour = Token::ink2});
}

bool Canvas::title_bar(const TitleBar& bar) {
  Engine& e = engine_;
  bool back = false;
  float left = Grid::kMargin;
  const float top = Grid::kTop + 20;
  if (!bar.back_label.empty()) {
    const Rect rect{Grid::kMargin, top + 6, 112, 112};
    const Interaction touch = e.act(bar.back_id, Role::button, bar.back_label, rect);
    const Owner owner(e, bar.back_id);
    e.surface(pressed_rect(rect, touch.press, 5), {.radius = 36, .press = touch.press});
    e.put_icon(rect.centre(), Icon::arrow_back, 68, theme()[Token::ink]);
    back = touch.tapped;
    left = rect.right() + 32;
  }
  const float width = Grid::kMargin + Grid::kWidth - left, title_h = line_height(Type::display),
              sub_h = line_height(Type::body);
  // Together 124 px high in the normal size, like the key for going back.
  const float title_top = bar.subtitle.empty() ? top + 62 - title_h * kMiddle : top - 15;
  text(Rect{left, title_top, width, title_h}, bar.title, {.type = Type::display, .id = "title"});
  if (!bar.subtitle.empty())
    text(Rect{left, title_top + title_h + 2, width, sub_h}, bar.subtitle,
         {.type = Type::body, .colour = Token::ink2, .id = "subtitle"});
  return back;
}

std::optional<BarKey> Canvas::bottom_bar(const BottomBar& bar) {
  Engine& e = engine_;
  struct Entry {
    BarKey key;
    const char* id;
    std::string_view label;
    Icon icon;
    bool on;
  };
  const std::array<Entry, 5> entries{
      {{BarKey::large_text, "bar.large_text", bar.large_text, Icon::format_size, bar.large_text_on},
       {BarKey::contrast, "bar.contrast", bar.contrast, Icon::contrast, bar.contrast_on},
       {BarKey::voice, "bar.voice", bar.voice, Icon::volume_up, bar.voice_on},
       {BarKey::language, "bar.language", bar.language, Icon::translate, false},
       {BarKey::help, "bar.help", bar.help, Icon::phone, false}}};
  std::optional<BarKey> tapped;
  const Rect all{Grid::kMargin, 1744, Grid::kWidth, 136};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const Rect rect = all.column(static_cast<int>(i), 5, 16);
    const Interaction touch = e.act(entry.id, Role::bar, entry.label, rect, true, entry.on, entry.on ? "on" : "");
    const Owner owner(e, entry.id);
    if (touch.tapped) tapped = entry.key;
    const bool help = entry.key == BarKey::help;
    Rgba fill = theme()[help ? Token::help_fill : Token::bar], ink = theme()[help ? Token::help : Token::bar_text];
    const Rgba sunk = help ? mix(theme()[Token::help_fill], theme()[Token::error], 0.25f) : theme()[Token::bar_pressed];
    if (entry.on) {
      fill = theme()[Token::primary];
      ink = theme()[Token::on_primary];
    }
    Engine::Surface look{.radius = 32, .press = touch.press, .shadow = false, .fill = mix(fill, sunk, touch.press)};
    if (theme().outlined()) look.outline = entry.on ? fill : ink;
    const float down = std::round(4 * touch.press);
    e.surface(rect.moved(0, down), look);
    e.put_icon({rect.centre().x, rect.y + 46 + down}, entry.icon, 48, ink);
    const float px = line_height(Type::label);
    text(Rect{rect.x + 8, rect.bottom() - 40 - px / 2 + down, rect.w - 16, px}, entry.label,
         {.type = Type::label, .colour = ink, .align = Align::centre});
  }
  return tapped;
}

bool Canvas::key(const Rect& rect, std::string_view id, std::string_view label, Icon icon, bool enabled) {
  Engine& e = engine_;
  const Interaction touch = e.act(id, Role::key, label, rect, enabled);
  const Owner owner(e, id);
  e.surface(pressed_rect(rect, touch.press, 6), {.radius = 40, .press = touch.press, .shadow = enabled});
  const bool digit = label.size() == 1 && icon == Icon::none;
  const Colour ink = digit ? (enabled ? Token::ink : Token::ink3) : Token::ink2;
  if (icon == Icon::none) {
    const bool narrow = rect.w < 120;  // a letter among ten in a row
    text(rect.inset(narrow ? 4 : 12, 0), label,
         {.type = digit && !narrow ? Type::key : Type::number, .colour = ink, .align = Align::centre});
  } else {
    const float px = line_height(Type::label);
    e.put_icon({rect.centre().x, std::round(rect.centre().y - px / 2)}, icon, 68, theme()[Token::ink2]);
    text(Rect{rect.x + 12, rect.centre().y + 24, rect.w - 24, px}, label,
         {.type = Type::label, .colour = ink, .align = Align::centre});
  }
  return touch.tapped;
}

char Canvas::keypad(const Rect& rect, const KeypadLabels& labels) {
  char out = 0;
  auto cell = [&](int row, int column) { return rect.row(row, 4, Grid::kGap).column(column, 3, Grid::kGap); };
  for (int n = 1; n <= 9; ++n) {
    const std::string digit(1, static_cast<char>('0' + n));
    if (key(cell((n - 1) / 3, (n - 1) % 3), "key." + digit, digit, Icon::none, labels.enabled)) out = digit[0];
  }
  if (key(cell(3, 0), "key.clear", labels.clear, Icon::close, labels.enabled)) out = 'c';
  if (key(cell(3, 1), "key.0", "0", Icon::none, labels.enabled)) out = '0';
  if (key(cell(3, 2), "key.erase", labels.erase, Icon::backspace, labels.enabled)) out = 'e';
  return out;
}

}  // namespace station::ui
