#include "kiosk/screens/page.h"

// The waiting screen: what to do, and what is free here. Everything leads to identification.
namespace station::screens {

namespace {

// Rings that spread from the card sign: hold the card here.
void draw_pulse(Page& p, ui::Point centre, float radius) {
  const ui::Theme& theme = p.c.theme();
  if (!theme.outlined()) {
    for (int i = 2; i >= 0; --i) {
      const float grow = static_cast<float>(i) * 17;
      const Rect ring{centre.x - radius - grow, centre.y - radius - grow, 2 * (radius + grow), 2 * (radius + grow)};
      p.c.fill(ring, ui::with_alpha(theme[Token::on_picture], 0.10f + 0.04f * static_cast<float>(2 - i)), radius + grow);
    }
  }
  const Rect disc{centre.x - radius, centre.y - radius, 2 * radius, 2 * radius};
  p.c.fill(disc, theme.outlined() ? theme[Token::primary] : theme[Token::on_picture], radius);
  p.c.icon(centre, Icon::contactless, 100, theme.outlined() ? theme[Token::on_primary] : theme[Token::primary]);
}

void draw_welcome(Page& p, const Rect& hero) {
  draw_hero(p, hero);
  const ui::Colour ink = Token::on_picture;
  const float x = hero.x + 56, width = p.by_size(640, hero.w - 112);
  float y = hero.y + p.by_size(44, 30);
  const std::string hello = greeting(p);
  y += p.headline({x, y, width, 100}, hello, Align::left, {Type::title}, ink);
  y += 8;
  y += p.headline({x, y, width, 220}, p.tr("attract.title"), Align::left, {Type::display, Type::number}, ink, "attract.title");
  const float pulse_y = y + p.by_size(118, 104);
  draw_pulse(p, {x + 84, pulse_y}, 72);
  p.c.paragraph({x + 216, pulse_y - p.by_size(46, 64), width - 216, 200}, p.tr("attract.hint"), {.type = Type::body, .colour = ink});
  const float pill_h = p.by_size(136, 140);
  const Rect pill{x, hero.bottom() - pill_h - 48, p.by_size(560, hero.w - 112), pill_h};
  if (p.c.primary(pill, {.id = "attract.number", .label = p.tr("attract.number"), .icon = Icon::dialpad}))
    p.act(flow::Go{flow::Place::keypad, ""});
}

void draw_port_strip(Page& p, const Rect& rect) {
  p.c.card(rect);
  const auto& ports = p.frame.station.ports;
  p.c.icon({rect.x + 60, rect.y + 60}, Icon::ev_station, 68, p.c.theme()[Hue::charging].icon);
  const std::string free = p.counted("attract.ports_free", free_ports(p.frame.station));
  const float right = p.c.measure(free, Type::caption).w;
  p.c.text(Rect{rect.x + 110, rect.y + 24, rect.w - 150 - right, 72}, p.tr("attract.ports"), {.type = Type::heading});
  p.c.text(Rect{rect.right() - 40 - right, rect.y + 24, right, 72}, free, {.type = Type::caption, .colour = Token::ink2});
  const int count = std::min<int>(12, static_cast<int>(ports.size()));
  const float width = std::min(116.0f, (rect.w - 72 - 12 * static_cast<float>(count - 1)) / static_cast<float>(std::max(1, count)));
  for (int i = 0; i < count; ++i) {
    const flow::PortView& port = ports[static_cast<std::size_t>(i)];
    const std::string id = "attract.port." + port.name;
    const bool free_now = port.state == flow::PortState::free, fault = port.state == flow::PortState::fault;
    const Rect cell{rect.x + 36 + static_cast<float>(i) * (width + 12), rect.bottom() - 36 - 112, width, 112};
    p.c.port_cell(cell, {.id = id,
                         .name = port.name,
                         .state = p.tr(free_now ? "port.free" : fault ? "port.fault" : "port.busy"),
                         .look = free_now ? ui::PortLook::free : fault ? ui::PortLook::fault : ui::PortLook::busy});
  }
}

}  // namespace

void draw_screen(Page& p, const flow::AttractScreen& s) {
  const flow::StationView& station = p.frame.station;
  float y = p.message(Grid::kTop, s.message);
  const bool room = !p.large();
  const Rect hero{Grid::kMargin, y, Grid::kWidth, (room ? 806.0f : 900.0f) - y};
  draw_welcome(p, hero);
  y = hero.bottom() + 40;

  const int ports = free_ports(station), boxes = free_boxes(station), all = all_boxes(station);
  const auto total = static_cast<int>(station.ports.size());
  const Rect tiles{Grid::kMargin, y, Grid::kWidth, room ? 356.0f : 740.0f};
  auto enter = [&](bool tapped) {
    if (tapped) p.act(flow::Go{flow::Place::keypad, ""});
  };
  const auto lessons = p.content ? static_cast<std::int64_t>(p.content->lessons.size()) : 0;
  if (room) {
    enter(p.c.tile(tiles.column(0, 3, Grid::kGap), {.id = "attract.charge", .title = p.tr("home.charge"), .count = p.number(ports), .unit = p.tr("tile.ports_free"), .icon = kCharging.icon, .hue = kCharging.hue, .ring = total > 0 ? static_cast<float>(ports) / static_cast<float>(total) : 0, .ring_label = p.number(ports) + "/" + p.number(total)}));
    enter(p.c.tile(tiles.column(1, 3, Grid::kGap), {.id = "attract.locker", .title = p.tr("home.locker"), .count = p.number(boxes), .unit = p.tr("tile.boxes_free"), .icon = kLockers.icon, .hue = kLockers.hue, .ring = all > 0 ? static_cast<float>(boxes) / static_cast<float>(all) : 0, .ring_label = p.number(boxes) + "/" + p.number(all)}));
    enter(p.c.tile(tiles.column(2, 3, Grid::kGap), {.id = "attract.learn", .title = p.tr("home.learn"), .count = p.number(lessons), .unit = p.tr("tile.lessons"), .icon = kLessons.icon, .hue = kLessons.hue}));
    y = tiles.bottom() + 40;
    draw_port_strip(p, {Grid::kMargin, y, Grid::kWidth, 240});
    y += 240 + 36;
    const Rect low{Grid::kMargin, y, Grid::kWidth, 186};
    draw_figure(p, low.column(0, 2, Grid::kGap), p.number(station.present), p.tr("attract.present_unit"), p.tr("attract.present"), Hue::nearby);
    draw_figure(p, low.column(1, 2, Grid::kGap), p.tr("attract.open_value"), "", p.tr("attract.open"), Hue::ok);
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
    enter(p.c.row(tiles.row(i, 3, Grid::kGap), {.id = b.id, .title = p.tr(b.title), .subtitle = b.text, .icon = b.service.icon, .hue = b.service.hue}));
  }
}

}  // namespace station::screens
