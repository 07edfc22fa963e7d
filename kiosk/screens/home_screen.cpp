#include "kiosk/screens/page.h"

// The rider's home: one likely next step, three services with what is free, what is due, and the ways out.
namespace station::screens {

namespace {

struct NextThing {
  std::string id, label, line;
  Icon icon = Icon::none;
  flow::Action action = flow::SignOut{};
};

// The one likely next step. Duty first, then things that run, then the commonest wish.
NextThing next_thing(const Page& p, const flow::RiderView& rider) {
  if (const flow::CourseView* course = urgent_course(rider)) {
    NextThing n{"home.next", "", "", Icon::play_arrow, flow::Go{flow::Place::course, course->course}};
    if (course->kind == flow::CourseKind::warning) {
      n.label = p.tr("home.next.warning");
      n.line = p.tr("home.next.warning_line");
    } else if (course->stage == flow::CourseStage::exam_ready) {
      n.label = p.tr("home.next.exam");
      n.line = p.tr("home.next.exam_line");
    } else if (course->stage == flow::CourseStage::human || course->stage == flow::CourseStage::retry_wait) {
      n.label = p.tr("home.next.look");
      n.line = p.tr("home.next.look_line");
    } else {
      n.label = p.tr(course->credited_s > 0 ? "home.next.go_on" : "home.next.study");
      n.line = p.counted("home.next.study_line", minutes_left(*course));
    }
    return n;
  }
  if (rider.charge)
    return {"home.next", p.tr("home.next.charging"), p.tr("home.next.charging_line", {rider.charge->port}), Icon::bolt,
            flow::Go{flow::Place::charge, ""}};
  if (!rider.leases.empty())
    return {"home.next", p.tr("home.next.pick_up"), p.tr("home.next.pick_up_line", {rider.leases.front().box}),
            Icon::lock_open, flow::Go{flow::Place::locker, ""}};
  if (free_ports(p.frame.station) > 0)
    return {"home.next", p.tr("home.next.charge"), p.tr("home.next.rest_line"), kCharging.icon,
            flow::Go{flow::Place::charge, ""}};
  return {"home.next", p.tr("home.next.learn"), p.tr("home.next.rest_line"), kLessons.icon,
          flow::Go{flow::Place::lessons, ""}};
}

// Greeting and the likely next step; with large text the action stands below the picture.
void draw_hello(Page& p, const Rect& hero, const flow::RiderView& rider, const Rect& action) {
  draw_hero(p, hero);
  const NextThing next = next_thing(p, rider);
  const ui::Colour ink = hero_ink(p);
  const float x = hero.x + 56, width = p.by_size(540, 660);
  float y = hero.y + p.by_size(40, 24);
  y += p.headline({x, y, p.by_size(700, 860), 200}, p.tr("home.hello", {greeting(p), rider.name}), Align::left,
                  {Type::display, Type::number, Type::title}, ink, "home.hello");
  p.c.paragraph({x, y + 4, width, 200}, next.line, {.type = Type::body, .colour = ink, .id = "home.line"});
  if (p.c.primary(action, {.id = next.id, .label = next.label, .icon = next.icon, .on_picture = !p.large()}))
    p.act(next.action);
}

struct ServiceTile {
  const char* id;
  std::string title, count, unit;
  Service service;
  float ring = -1;
  std::string ring_label;
  flow::Action action;
};

float share(int part, int whole) {
  return whole > 0 ? static_cast<float>(part) / static_cast<float>(whole) : 0;
}

std::vector<ServiceTile> services(const Page& p, const flow::RiderView& rider) {
  const flow::StationView& station = p.frame.station;
  std::vector<ServiceTile> out;
  const int ports = free_ports(station), all_ports = static_cast<int>(station.ports.size());
  if (rider.charge) {
    out.push_back({"home.charge", p.tr("home.charge"), p.number(rider.charge->minutes), p.tr("tile.minutes"), kCharging,
                   share(rider.charge->minutes, rider.charge->limit_min), rider.charge->port,
                   flow::Go{flow::Place::charge, ""}});
  } else {
    out.push_back({"home.charge", p.tr("home.charge"), p.number(ports), p.tr("tile.ports_free"), kCharging,
                   share(ports, all_ports), p.number(ports) + "/" + p.number(all_ports),
                   flow::Go{flow::Place::charge, ""}});
  }
  const int boxes = free_boxes(station), all = all_boxes(station);
  if (!rider.leases.empty()) {
    const auto mine = static_cast<std::int64_t>(rider.leases.size());
    out.push_back({"home.locker", p.tr("home.locker"), rider.leases.front().box,
                   p.tr(mine == 1 ? "tile.box_mine" : "tile.boxes_mine", {p.number(mine)}), kLockers, share(boxes, all),
                   p.number(boxes) + "/" + p.number(all), flow::Go{flow::Place::locker, ""}});
  } else {
    out.push_back({"home.locker", p.tr("home.locker"), p.number(boxes), p.tr("tile.boxes_free"), kLockers,
                   share(boxes, all), p.number(boxes) + "/" + p.number(all), flow::Go{flow::Place::locker, ""}});
  }
  const auto done = static_cast<int>(rider.lessons_done.size()),
             lessons = p.content ? static_cast<int>(p.content->lessons.size()) : 0;
  out.push_back({"home.learn", p.tr("home.learn"), p.number(std::max(0, lessons - done)), p.tr("tile.lessons_open"),
                 kLessons, share(done, lessons), p.number(done) + "/" + p.number(lessons),
                 flow::Go{flow::Place::lessons, ""}});
  return out;
}

// What a rider must do, with the day it is due.
void draw_duty(Page& p, const Rect& rect, const flow::CourseView& course) {
  const char* title = course.kind == flow::CourseKind::warning    ? "course.warning.title"
                      : course.kind == flow::CourseKind::training ? "course.training.title"
                                                                  : "course.throttle.title";
  const int days = p.days_until(course.deadline);
  std::string line;
  if (course.stage == flow::CourseStage::human)
    line = p.tr("course.line.human");
  else if (course.stage == flow::CourseStage::exam_ready)
    line = p.tr("course.line.exam");
  else if (course.kind == flow::CourseKind::warning)
    line = p.tr("course.line.warning");
  else
    line = p.tr("course.line.minutes", {p.number(course.credited_s / 60), p.number(course.required_s / 60)});
  const std::string due = days < 0    ? p.tr("course.overdue")
                          : days == 0 ? p.tr("course.today")
                                      : p.counted("course.days", days);
  if (p.c.row(rect, {.id = "home.course",
                     .title = p.tr(title),
                     .subtitle = line,
                     .icon = Icon::report_problem,
                     .hue = Hue::lessons,
                     .trailing = p.large() ? std::string_view() : std::string_view(due),
                     .trailing_tone = days <= 3 ? Tone::error : Tone::warning}))
    p.act(flow::Go{flow::Place::course, course.course});
}

// Daily questions: offered, never pressed. Not there when nothing is due.
void draw_daily(Page& p, const Rect& rect, int due) {
  const std::string title = p.tr("home.daily"), line = p.counted("home.daily_line", due);
  if (p.c.row(rect, {.id = "home.daily", .title = title, .subtitle = line, .icon = kDaily.icon, .hue = kDaily.hue}))
    p.act(flow::Go{flow::Place::daily, ""});
}

struct Minor {
  const char *id, *title, *text;
  Service service;
  flow::Action action;
  bool stays = true;  // false: a way out
};

std::vector<Minor> minors() {
  return {
      {"home.record", "home.record", "home.record_text", kRecord, flow::Go{flow::Place::record, ""}},
      {"home.complaint", "home.complaint", "home.complaint_text", kComplaints, flow::Go{flow::Place::complaint, ""}},
      {"home.sign_out", "home.sign_out", "home.sign_out_text", kSignOut, flow::SignOut{}, false},
      {"home.check_out", "home.check_out", "home.check_out_text", kLeave, flow::CheckOut{}, false}};
}

void draw_normal(Page& p, const flow::HomeScreen& s) {
  const float y = p.message(Grid::kTop, s.message);
  const flow::CourseView* course = urgent_course(s.rider);
  const bool daily = s.rider.daily_due > 0;
  const float foot = Grid::kBottom - 186, tiles_h = 356, gap = daily ? 26.0f : 38.0f;
  const float below = (course ? Grid::kRowHeight + 14 : 240) + (daily ? Grid::kRowHeight + gap : 0);
  const Rect hero{Grid::kMargin, y, Grid::kWidth, std::min(660.0f, foot - 3 * gap - below - tiles_h - y)};
  const Rect pill{hero.x + 56, std::round(hero.bottom() - 0.29f * hero.h - 126), 452, 126};
  draw_hello(p, hero, s.rider, pill);
  const float space = std::round((foot - hero.bottom() - below - tiles_h) / 3);
  const Rect tiles{Grid::kMargin, hero.bottom() + space, Grid::kWidth, tiles_h};
  int n = 0;
  for (const ServiceTile& t : services(p, s.rider))
    if (p.c.tile(tiles.column(n++, 3, Grid::kGap), {.id = t.id,
                                                    .title = t.title,
                                                    .count = t.count,
                                                    .unit = t.unit,
                                                    .icon = t.service.icon,
                                                    .hue = t.service.hue,
                                                    .ring = t.ring,
                                                    .ring_label = t.ring_label}))
      p.act(t.action);
  Rect middle{Grid::kMargin, tiles.bottom() + space, Grid::kWidth, below};
  if (daily) {
    draw_daily(p, {middle.x, middle.y, middle.w, Grid::kRowHeight}, s.rider.daily_due);
    middle = {middle.x, middle.y + Grid::kRowHeight + gap, middle.w, below - Grid::kRowHeight - gap};
  }
  if (course) {
    draw_duty(p, middle, *course);
  } else {
    draw_ports(p, middle);
  }
  const Rect low{Grid::kMargin, foot, Grid::kWidth, 186};
  n = 0;
  for (const Minor& m : minors())
    if (p.c.minor_tile(low.column(n++, 4, Grid::kGap), {.id = m.id,
                                                        .title = p.tr(m.title),
                                                        .subtitle = p.tr(m.text),
                                                        .icon = m.service.icon,
                                                        .hue = m.service.hue}))
      p.act(m.action);
}

// Large text: the action below the picture, six big tiles, the two ways out.
void draw_large(Page& p, const flow::HomeScreen& s) {
  float y = p.message(Grid::kTop, s.message);
  const flow::CourseView* course = urgent_course(s.rider);
  const Rect hero{Grid::kMargin, y, Grid::kWidth, 330};
  const Rect action{Grid::kMargin, hero.bottom() + Grid::kGap, Grid::kWidth, 156};
  draw_hello(p, hero, s.rider, action);
  y = action.bottom() + 28;
  const Rect foot{Grid::kMargin, Grid::kBottom - 140, Grid::kWidth, 140};
  const Rect grid{Grid::kMargin, y, Grid::kWidth, foot.y - Grid::kGap - y};
  struct Entry {
    std::string id, title, text;
    Service service;
    flow::Action action;
  };
  std::vector<Entry> entries;
  for (const ServiceTile& t : services(p, s.rider))
    entries.push_back({t.id, t.title, t.count + " " + t.unit, t.service, t.action});
  if (course) {
    const int days = p.days_until(course->deadline);
    const std::string due = days < 0    ? p.tr("course.overdue")
                            : days == 0 ? p.tr("course.today")
                                        : p.counted("course.days", days);
    entries.push_back({"home.course",
                       p.tr("home.course"),
                       due,
                       {Icon::report_problem, Hue::error},
                       flow::Go{flow::Place::course, course->course}});
  }
  if (s.rider.daily_due > 0)
    entries.push_back({"home.daily", p.tr("home.daily.large"), p.counted("home.daily_short", s.rider.daily_due), kDaily,
                       flow::Go{flow::Place::daily, ""}});
  for (const Minor& m : minors())
    if (m.stays) entries.push_back({m.id, p.tr(m.title), "", m.service, m.action});
  const auto count = static_cast<int>(entries.size());
  for (int i = 0; i < count; ++i) {
    const Entry& e = entries[static_cast<std::size_t>(i)];
    const Rect row = grid.row(i / 2, (count + 1) / 2, 20);
    const Rect rect = i + 1 == count && count % 2 == 1 ? row : row.column(i % 2, 2, Grid::kGap);
    if (p.c.row(rect, {.id = e.id,
                       .title = e.title,
                       .subtitle = e.text,
                       .icon = e.service.icon,
                       .hue = e.service.hue,
                       .chevron = false}))
      p.act(e.action);
  }
  int n = 0;
  for (const Minor& m : minors())
    if (!m.stays && p.c.button(foot.column(n++, 2, Grid::kGap), {.id = m.id,
                                                                 .title = p.tr(m.title),
                                                                 .icon = m.service.icon,
                                                                 .hue = m.service.hue,
                                                                 .kind = ui::ButtonKind::tonal,
                                                                 .align = Align::centre}))
      p.act(m.action);
}

}  // namespace

void draw_screen(Page& p, const flow::HomeScreen& s) {
  if (p.large()) {
    draw_large(p, s);
  } else {
    draw_normal(p, s);
  }
}

}  // namespace station::screens
