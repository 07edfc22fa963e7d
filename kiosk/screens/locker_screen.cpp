#include "kiosk/screens/page.h"

// Lockers: a size to put things in, the own boxes to take them out, and what to do at the door.
namespace station::screens {

namespace {

// The smallest size with a free box: it is offered first.
const flow::BoxCount* offered_size(const flow::StationView& station) {
  for (const flow::BoxCount& b : station.boxes)
    if (b.free > 0) return &b;
  return nullptr;
}

float draw_leases(Page& p, float y, const std::vector<flow::LeaseView>& leases) {
  const float height = p.by_size(Grid::kRowHeight, 196);
  for (std::size_t i = 1; i < leases.size() && i < 3; ++i) {
    const flow::LeaseView& lease = leases[i];
    if (p.c.row({Grid::kMargin, y, Grid::kWidth, height},
                {.id = "locker.open." + lease.lease,
                 .title = p.tr("locker.take_out", {lease.box}),
                 .subtitle = p.tr("locker.since", {p.day_and_time(lease.since)}),
                 .icon = Icon::lock_open,
                 .hue = Hue::lockers}))
      p.act(flow::OpenLease{lease.lease, true});
    y += height + Grid::kGap;
  }
  return y;
}

// The first own box as the main thing: what is in it, since when, and a way to look in without giving it up.
float draw_mine(Page& p, float y, const flow::LeaseView& lease) {
  const Rect card{Grid::kMargin, y, Grid::kWidth, p.by_size(316, 392)};
  p.c.card(card, {.radius = 44});
  const float side = p.by_size(208, 220), plate_w = std::max(side, p.c.measure(lease.box, Type::display).w + 48);
  const Rect plate{card.x + 40, card.y + (p.by_size(card.h, 220) - side) / 2 + p.by_size(0, 10), plate_w, side};
  if (!p.c.theme().outlined()) p.c.fill(plate, p.c.theme()[Hue::lockers].disc, 40);
  p.c.text(
      plate, lease.box,
      {.type = Type::display, .colour = p.c.theme()[Hue::lockers].number, .align = Align::centre, .id = "locker.box"});
  const float x = plate.right() + 36, width = card.right() - 32 - x;
  float top = card.y + p.by_size(44, 28);
  top += p.headline({x, top, width, 160}, p.tr("locker.mine"), Align::left, {Type::title, Type::heading});
  p.c.paragraph({x, top, width, 160}, p.tr("locker.since", {p.day_and_time(lease.since)}),
                {.type = Type::label, .colour = Token::ink2});
  const Rect mid =
      p.large() ? Rect{card.x + 32, card.bottom() - 144, card.w - 64, 116} : Rect{x, card.bottom() - 136, width, 104};
  if (p.c.button(mid, {.id = "locker.mid." + lease.lease,
                       .title = p.tr("locker.mid"),
                       .icon = Icon::visibility,
                       .kind = ui::ButtonKind::tonal,
                       .align = Align::centre}))
    p.act(flow::OpenLease{lease.lease, false});
  return card.bottom() + 32;
}

// One tap on a size opens a box of it.
float draw_sizes(Page& p, float y) {
  const auto& boxes = p.frame.station.boxes;
  const auto count = static_cast<int>(boxes.size());
  for (int i = 0; i < count; ++i) {
    const flow::BoxCount& b = boxes[static_cast<std::size_t>(i)];
    const std::string id = std::string("locker.size.") + size_letter(b.size), title = p.tr(size_key(b.size));
    bool tapped = false;
    if (p.large()) {
      const Rect row{Grid::kMargin, y + static_cast<float>(i) * 228, Grid::kWidth, 204};
      tapped = p.c.row(row, {.id = id,
                             .title = title,
                             .subtitle = b.free > 0 ? p.counted("locker.free", b.free) : p.tr("locker.full"),
                             .icon = Icon::inventory_2,
                             .hue = Hue::lockers,
                             .enabled = b.free > 0});
    } else {
      const Rect tile = Rect{Grid::kMargin, y, Grid::kWidth, 372}.column(i, std::max(3, count), Grid::kGap);
      tapped = p.c.tile(tile, {.id = id,
                               .title = title,
                               .count = p.number(b.free),
                               .unit = p.tr(b.free > 0 ? "tile.boxes_free" : "locker.full"),
                               .icon = Icon::inventory_2,
                               .hue = Hue::lockers,
                               .ring = b.total > 0 ? static_cast<float>(b.free) / static_cast<float>(b.total) : 0,
                               .ring_label = p.number(b.free) + "/" + p.number(b.total),
                               .enabled = b.free > 0});
    }
    if (tapped) p.act(flow::ChooseSize{b.size});
  }
  return p.large() ? y + static_cast<float>(count) * 228 : y + 372 + 40;
}

// What fits into which size, and how it works, in three short lines.
void draw_how(Page& p, const Rect& rect) {
  p.c.card(rect, {.radius = 40});
  constexpr std::pair<Icon, const char*> kLines[] = {{Icon::inventory_2, "locker.how_size"},
                                                     {Icon::door_front, "locker.how_door"},
                                                     {Icon::credit_card, "locker.how_card"}};
  for (int i = 0; i < 3; ++i) {
    const Rect line = rect.inset(40, 28).row(i, 3, 8);
    p.c.icon_disc({line.x + 44, line.centre().y}, 42, kLines[i].first, Hue::lockers);
    const std::string text = p.tr(kLines[i].second);
    const float h = p.c.paragraph_height(text, line.w - 124, {.type = Type::body});
    p.c.paragraph({line.x + 124, std::round(line.centre().y - h / 2), line.w - 124, h}, text, {.type = Type::body});
  }
}

void draw_choice(Page& p, const flow::LockerScreen& s) {
  const bool has = !s.leases.empty();
  p.title(p.tr("locker.title"), p.tr(has ? "locker.hint_mine" : "locker.hint"));
  float y = p.message(p.below_title(), s.message);
  const Rect action = primary_rect();
  if (has) {
    y = draw_mine(p, y, s.leases.front());
    y = draw_leases(p, y, s.leases);
    const float heading = p.c.line_height(Type::heading) + 20, room = action.y - Grid::kGap - y;
    if (room >= heading + p.by_size(372, 3 * 228 - 24)) {
      p.c.text(Rect{Grid::kMargin, y, Grid::kWidth, heading - 20}, p.tr("locker.more"),
               {.type = Type::heading, .colour = Token::ink2});
      draw_sizes(p, y + heading);
    }
    const flow::LeaseView& lease = s.leases.front();
    if (p.c.primary(action, {.id = "locker.open." + lease.lease,
                             .label = p.tr("locker.take_out", {lease.box}),
                             .icon = Icon::lock_open}))
      p.act(flow::OpenLease{lease.lease, true});
    return;
  }
  y = draw_sizes(p, y);
  if (!p.large() && action.y - 40 - y >= 380)
    draw_how(p, {Grid::kMargin, y, Grid::kWidth, std::min(480.0f, action.y - 40 - y)});
  const flow::BoxCount* offer = offered_size(p.frame.station);
  const std::string label = offer ? p.tr("locker.put_in", {p.tr(size_key(offer->size))}) : p.tr("locker.all_full");
  if (p.c.primary(action,
                  {.id = "locker.put_in", .label = label, .icon = Icon::inventory_2, .enabled = offer != nullptr}) &&
      offer)
    p.act(flow::ChooseSize{offer->size});
}

void draw_door(Page& p, const flow::LockerScreen& s) {
  const bool put = s.purpose == "deposit", mid = s.purpose == "mid";
  Outcome o;
  o.plate = s.box;
  if (s.step == flow::LockerStep::opening) {
    o.headline = p.tr("locker.opening");
    o.sentence = p.tr("locker.opening_text");
    o.primary = {"locker.wait", p.tr("wait")};
    o.primary_works = false;
  } else if (s.step == flow::LockerStep::open) {
    o.headline = p.tr("locker.is_open", {s.box});
    o.sentence = p.tr(put ? "locker.open_put" : mid ? "locker.open_mid" : "locker.open_take");
    o.primary = {"locker.close_door", p.tr("locker.close_door")};
    o.primary_works = false;
  } else {
    o.headline = p.tr(put ? "locker.confirm_put" : mid ? "locker.confirm_mid" : "locker.confirm_take");
    o.sentence = p.tr(put ? "locker.confirm_put_text" : mid ? "locker.confirm_mid_text" : "locker.confirm_take_text");
    o.primary = {"locker.used",
                 p.tr(put   ? "locker.used_put"
                      : mid ? "locker.used_mid"
                            : "locker.used_take"),
                 Icon::none, Hue::primary, flow::BoxUsed{true}};
    o.primary_icon = Icon::check;
    if (!mid)
      o.choices = {{"locker.not_used", p.tr(put ? "locker.not_used_put" : "locker.not_used_take"), Icon::close,
                    Hue::neutral, flow::BoxUsed{false}}};
  }
  draw_outcome(p, o);
}

void draw_result(Page& p, const flow::LockerScreen& s) {
  Outcome o;
  if (s.step == flow::LockerStep::failed) {
    o.badge = ui::Outcome::error;
    o.headline = s.message ? p.tr(s.message->key, s.message->args) : p.tr("locker.not_opened", {s.box});
    o.sentence = p.tr("locker.failed_text");
    o.choices = {{"locker.home", p.tr("to_home"), Icon::home, Hue::primary, flow::GoHome{}}};
    o.primary = {"locker.again", p.tr("locker.again"), Icon::none, Hue::primary, flow::TryAgain{}};
  } else {
    const bool stored = s.step == flow::LockerStep::stored;
    o.headline = p.tr(stored ? "locker.stored" : "locker.returned");
    o.sentence = p.tr(stored ? "locker.stored_text" : "locker.returned_text");
    o.chip = s.box;
    o.chip_icon = stored ? Icon::lock : Icon::lock_open;
    o.chip_tone = stored ? Tone::primary : Tone::ok;
    o.primary = {"locker.done", p.tr("to_home"), Icon::none, Hue::primary, flow::GoHome{}};
  }
  draw_outcome(p, o);
}

}  // namespace

void draw_screen(Page& p, const flow::LockerScreen& s) {
  switch (s.step) {
    case flow::LockerStep::choose:
      draw_choice(p, s);
      break;
    case flow::LockerStep::opening:
    case flow::LockerStep::open:
    case flow::LockerStep::confirm:
      draw_door(p, s);
      break;
    case flow::LockerStep::stored:
    case flow::LockerStep::returned:
    case flow::LockerStep::failed:
      draw_result(p, s);
      break;
  }
}

}  // namespace station::screens
