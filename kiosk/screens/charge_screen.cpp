#include <algorithm>

#include "kiosk/screens/page.h"

// Charging a phone: choose a port (the first free one is chosen already), watch it, stop it.
namespace station::screens {

namespace {

ui::PortCell cell_of(const Page& p, const flow::PortView& port, const std::string& id, const std::string& state,
                     const std::string& detail) {
  ui::PortCell cell;
  cell.id = id;
  cell.name = port.name;
  cell.state = state;
  cell.detail = detail;
  cell.look = port.state == flow::PortState::free    ? ui::PortLook::free
              : port.state == flow::PortState::mine  ? ui::PortLook::mine
              : port.state == flow::PortState::fault ? ui::PortLook::fault
                                                     : ui::PortLook::busy;
  cell.enabled = port.state == flow::PortState::free;
  static_cast<void>(p);
  return cell;
}

const char* word_of(flow::PortState state) {
  switch (state) {
    case flow::PortState::free:
      return "port.free";
    case flow::PortState::mine:
      return "port.mine";
    case flow::PortState::busy:
      return "port.busy";
    case flow::PortState::fault:
      break;
  }
  return "port.fault";
}

void draw_choice(Page& p, const flow::ChargeScreen& s) {
  const auto& ports = p.frame.station.ports;
  const flow::PortView* offer = port_to_offer(p.frame.station, p.state.port);
  p.title(p.tr("charge.title"), p.tr(offer ? "charge.hint" : "charge.none_hint"));
  const float y = p.message(p.below_title(), s.message);
  const Rect action = primary_rect();
  const int columns = p.large() ? 2 : 3;
  const float gap = Grid::kGap,
              width = (Grid::kWidth - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
              height = 296;
  const int rows = (static_cast<int>(ports.size()) + columns - 1) / columns;
  p.c.list("charge.ports", {Grid::kMargin, y, Grid::kWidth, action.y - 28 - y}, rows, height, gap,
           [&](int row, const Rect& line) {
             for (int i = 0; i < columns; ++i) {
               const auto at = static_cast<std::size_t>(row * columns + i);
               if (at >= ports.size()) break;
               const flow::PortView& port = ports[at];
               const std::string id = "charge.port." + port.name, state = p.tr(word_of(port.state));
               const std::string detail = port.state == flow::PortState::free
                                              ? p.tr(port.ebike ? "port.ebike_text" : "port.free_text")
                                          : port.state == flow::PortState::busy
                                              ? p.counted("port.busy_text", port.minutes_left)
                                          : port.state == flow::PortState::fault ? p.tr("port.fault_text")
                                                                                 : std::string();
               ui::PortCell cell = cell_of(p, port, id, state, detail);
               cell.selected = offer == &port;
               if (p.c.port_tile({line.x + static_cast<float>(i) * (width + gap), line.y, width, height}, cell)) {
                 p.state.port = port.name;
                 p.act(flow::AnyTouch{});
               }
             }
           });
  const std::string label = offer ? p.tr("charge.start", {offer->name}) : p.tr("charge.none");
  if (p.c.primary(action, {.id = "charge.start", .label = label, .icon = Icon::bolt, .enabled = offer != nullptr}) &&
      offer)
    p.act(flow::ChoosePort{offer->name});
}

void draw_waiting(Page& p, const flow::ChargeScreen& s) {
  Outcome o;
  o.plate = s.port;
  o.plate_hue = Hue::charging;
  const bool on = s.step == flow::ChargeStep::switching_on;
  o.headline = p.tr(on ? "charge.switching_on" : "charge.switching_off");
  o.sentence = p.tr(on ? "charge.switching_on_text" : "charge.switching_off_text");
  o.primary = {"charge.wait", p.tr("wait")};
  o.primary_works = false;
  draw_outcome(p, o);
}

// "0.42 kWh so far, now 180 W"
std::string metered(const Page& p, const flow::ChargeView& charge) {
  const int hundredths = charge.watt_hours / 10;
  const std::string kwh = std::to_string(hundredths / 100) + "." + (hundredths % 100 < 10 ? "0" : "") + std::to_string(hundredths % 100);
  return p.tr("charge.metered", {kwh, std::to_string(charge.watts)});
}

void draw_running(Page& p, const flow::ChargeScreen& s) {
  const int minutes = s.charge ? s.charge->minutes : 0, limit = s.charge ? s.charge->limit_min : 0;
  const std::string port = s.charge ? s.charge->port : s.port;
  p.title(p.tr("charge.running", {port}), p.tr("charge.running_hint"));
  const float top = p.message(p.below_title() + 8, s.message);
  const Rect stop = primary_rect();
  const Rect leave{Grid::kMargin, stop.y - 28 - 148, Grid::kWidth, 148};
  const Rect card{Grid::kMargin, top, Grid::kWidth, leave.y - 36 - top};
  p.c.card(card, {.radius = 56});
  const float words =
      p.c.line_height(Type::title) + (p.large() ? 0 : p.c.line_height(Type::label) + 8) + p.by_size(48, 32);
  const float radius = std::min(270.0f, (card.h - words - 96) / 2);
  const ui::Point centre{card.centre().x, std::round(card.y + (card.h - words) / 2)};
  p.c.ring(centre, {.id = "charge.ring",
                    .fraction = limit > 0 ? static_cast<float>(minutes) / static_cast<float>(limit) : 0,
                    .radius = radius,
                    .stroke = 30,
                    .hue = Hue::charging});
  const float h = p.c.line_height(Type::key);
  p.c.icon({centre.x, centre.y - h * 0.82f}, Icon::bolt, 100, p.c.theme()[Hue::charging].icon);
  p.c.text(Rect{centre.x - radius + 40, centre.y - h * 0.42f, 2 * radius - 80, h}, p.number(minutes),
           {.type = Type::key, .align = Align::centre, .id = "charge.minutes"});
  p.c.text(Rect{centre.x - radius + 40, centre.y + h * 0.56f, 2 * radius - 80, 70},
           p.tr(minutes == 1 ? "charge.minute" : "charge.minutes"),
           {.type = Type::label, .colour = Token::ink2, .align = Align::centre});
  float y = centre.y + radius + p.by_size(48, 32);
  const int left = std::max(0, limit - minutes);
  y += p.headline({card.x + 48, y, card.w - 96, 120}, p.counted("charge.left", left), Align::centre,
                  {Type::title, Type::heading});
  if (!p.large())
    p.c.paragraph({card.x + 64, y + 8, card.w - 128, 120},
                  s.charge && s.charge->ebike ? metered(p, *s.charge) : p.counted("charge.limit", limit),
                  {.type = Type::label, .colour = Token::ink2, .align = Align::centre});
  if (p.c.button(leave,
                 {.id = "charge.home", .title = p.tr("charge.home"), .icon = Icon::home, .align = Align::centre}))
    p.act(flow::GoHome{});
  if (p.c.primary(stop, {.id = "charge.stop", .label = p.tr("charge.stop"), .icon = Icon::power}))
    p.act(flow::StopCharge{});
}

void draw_ended(Page& p, const flow::ChargeScreen& s) {
  Outcome o;
  o.headline = p.tr("charge.ended");
  const auto& ports = p.frame.station.ports;
  const bool ebike = std::any_of(ports.begin(), ports.end(), [&](const auto& port) { return port.name == s.port && port.ebike; });
  o.sentence = p.tr(ebike ? "charge.ended_ebike" : "charge.ended_text");
  o.chip = p.counted("charge.ended_minutes", s.minutes);
  o.chip_icon = Icon::bolt;
  o.chip_tone = Tone::ok;
  o.choices = {{"charge.locker", p.tr("home.locker"), kLockers.icon, kLockers.hue, flow::Go{flow::Place::locker, ""}},
               {"charge.learn", p.tr("home.learn"), kLessons.icon, kLessons.hue, flow::Go{flow::Place::lessons, ""}}};
  o.primary = {"charge.done", p.tr("to_home"), Icon::none, Hue::primary, flow::GoHome{}};
  draw_outcome(p, o);
}

}  // namespace

void draw_screen(Page& p, const flow::ChargeScreen& s) {
  switch (s.step) {
    case flow::ChargeStep::choose:
      draw_choice(p, s);
      break;
    case flow::ChargeStep::switching_on:
    case flow::ChargeStep::switching_off:
      draw_waiting(p, s);
      break;
    case flow::ChargeStep::running:
      draw_running(p, s);
      break;
    case flow::ChargeStep::ended:
      draw_ended(p, s);
      break;
  }
}

}  // namespace station::screens
