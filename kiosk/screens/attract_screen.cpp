#include <algorithm>

#include "kiosk/screens/page.h"

// The waiting screen: what to do, and what is free here. Everything leads to identification.
namespace station::screens {

namespace {

// Nobody is sent to a reader that is away.
bool reader_works(const flow::StationView& station) {
  return std::none_of(station.faults.begin(), station.faults.end(),
                      [](const flow::FaultView& f) {
    return f.code.starts_with("reader.") && f.code != "reader.replaced";  // another one of the same kind reads as well
  });
}

// The commonest task needs no touch: the card sign says so. Touching it is the second way.
void draw_welcome(Page& p, const Rect& hero, const Rect& action) {
  draw_hero(p, hero);
  const ui::Colour ink = hero_ink(p);
  const float x = hero.x + 56;
  float y = hero.y + p.by_size(44, 28);
  y += p.headline({x, y, p.by_size(700, 860), 120}, p.tr("attract.hello", {greeting(p)}), Align::left,
                  {Type::display, Type::number}, ink);
  y += 4;
  y += p.c.paragraph({x, y, p.by_size(560, 620), 200}, p.tr("attract.rest"), {.type = Type::body, .colour = ink});
  const bool cards = reader_works(p.frame.station);
  if (p.c.primary(action, {.id = "attract.number",
                           .label = p.tr(cards ? "attract.title" : "attract.title.number"),
                           .icon = cards ? Icon::contactless : Icon::dialpad,
                           .on_picture = !p.large()}))
    p.act(flow::Go{flow::Place::keypad, ""});
  const std::string hint = p.tr(!cards ? "attract.hint.no_reader" : p.large() ? "attract.hint.large" : "attract.hint");
  const float line = p.c.line_height(Type::label), top = p.large() ? y + 16 : action.bottom() + 30;
  p.c.icon({x + 26, top + line * 0.55f}, Icon::dialpad, 48, ink);
  p.c.text(ui::Point{x + 68, top}, hint, {.type = Type::label, .colour = ink, .id = "attract.hint"});
}

}  // namespace

void draw_screen(Page& p, const flow::AttractScreen& s) {
  const flow::StationView& station = p.frame.station;
  float y = p.message(Grid::kTop, s.message);
  const bool room = !p.large();
  const Rect hero{Grid::kMargin, y, Grid::kWidth, room ? 642.0f : 440.0f};
  const Rect action = room ? Rect{hero.x + 56, hero.y + 250, 452, 126} : Rect{hero.x, hero.bottom() + 28, hero.w, 156};
  draw_welcome(p, hero, action);
  y = room ? hero.bottom() + 40 : action.bottom() + 32;

  const int ports = free_ports(station), boxes = free_boxes(station), all = all_boxes(station);
  const auto total = static_cast<int>(station.ports.size());
  const Rect tiles{Grid::kMargin, y, Grid::kWidth, room ? 356.0f : Grid::kBottom - y};
  auto enter = [&](bool tapped) {
    if (tapped) p.act(flow::Go{flow::Place::keypad, ""});
  };
  const auto lessons = p.content ? static_cast<std::int64_t>(p.content->lessons.size()) : 0;
  if (room) {
    enter(p.c.tile(tiles.column(0, 3, Grid::kGap),
                   {.id = "attract.charge",
                    .title = p.tr("home.charge"),
                    .count = p.number(ports),
                    .unit = p.tr("tile.ports_free"),
                    .icon = kCharging.icon,
                    .hue = kCharging.hue,
                    .ring = total > 0 ? static_cast<float>(ports) / static_cast<float>(total) : 0,
                    .ring_label = p.number(ports) + "/" + p.number(total)}));
    enter(p.c.tile(tiles.column(1, 3, Grid::kGap),
                   {.id = "attract.locker",
                    .title = p.tr("home.locker"),
                    .count = p.number(boxes),
                    .unit = p.tr("tile.boxes_free"),
                    .icon = kLockers.icon,
                    .hue = kLockers.hue,
                    .ring = all > 0 ? static_cast<float>(boxes) / static_cast<float>(all) : 0,
                    .ring_label = p.number(boxes) + "/" + p.number(all)}));
    enter(p.c.tile(tiles.column(2, 3, Grid::kGap), {.id = "attract.learn",
                                                    .title = p.tr("home.learn"),
                                                    .count = p.number(lessons),
                                                    .unit = p.tr("tile.lessons"),
                                                    .icon = kLessons.icon,
                                                    .hue = kLessons.hue}));
    y = tiles.bottom() + 36;
    if (y + 240 <= Grid::kBottom) draw_ports(p, {Grid::kMargin, y, Grid::kWidth, 240});
    y += 240 + 36;
    if (y + 160 > Grid::kBottom) return;
    const Rect low{Grid::kMargin, y, Grid::kWidth, Grid::kBottom - y};
    draw_figure(p, low.column(0, 4, Grid::kGap), p.number(station.present), "", p.tr("attract.present"), Hue::nearby);
    for (std::size_t i = 0; i < station.boxes.size() && i < 3; ++i)
      draw_figure(p, low.column(static_cast<int>(i) + 1, 4, Grid::kGap), p.number(station.boxes[i].free), "",
                  p.tr("attract.boxes", {p.tr(size_key(station.boxes[i].size))}), Hue::lockers);
    return;
  }
  struct Big {
    const char *id, *title;
    std::string text;
    Service service;
  };
  const Big bigs[] = {{"attract.charge", "home.charge", p.counted("tile.ports_free_n", ports), kCharging},
                      {"attract.locker", "home.locker", p.counted("tile.boxes_free_n", boxes), kLockers},
                      {"attract.learn", "home.learn", p.counted("tile.lessons_n", lessons), kLessons}};
  for (int i = 0; i < 3; ++i) {
    const Big& b = bigs[i];
    enter(p.c.row(
        tiles.row(i, 3, Grid::kGap),
        {.id = b.id, .title = p.tr(b.title), .subtitle = b.text, .icon = b.service.icon, .hue = b.service.hue}));
  }
}

}  // namespace station::screens
