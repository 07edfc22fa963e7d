#include "kiosk/screens/page.h"

#include <fmt/format.h>

#include <chrono>

namespace station::screens {

std::string Page::counted(const std::string& key, std::int64_t n, const std::vector<std::string>& more) const {
  std::vector<std::string> args{number(n)};
  args.insert(args.end(), more.begin(), more.end());
  return tr(key + (n == 1 ? ".one" : ".other"), args);
}

std::string Page::number(std::int64_t n) const {
  std::string digits = std::to_string(n < 0 ? -n : n);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), 1, ',');
  return n < 0 ? "-" + digits : digits;
}

std::string Page::clock(flow::UtcTime t) const {
  const auto l = base::local_time(t);
  return fmt::format("{:02}:{:02}", l.hour, l.minute);
}

std::string Page::day(flow::UtcTime t) const {
  const auto l = base::local_time(t);
  return tr("date.day", {tr(fmt::format("month.{}", l.month)), std::to_string(l.day)});
}

std::string Page::day_and_time(flow::UtcTime t) const {
  return day(t) + " " + clock(t);
}

std::string Page::weekday_and_day(flow::UtcTime t) const {
  return tr("date.weekday_day", {tr(fmt::format("weekday.{}", base::local_time(t).weekday)), day(t)});
}

std::string Page::full_date(flow::UtcTime t) const {
  const auto l = base::local_time(t);
  return fmt::format("{}-{:02}-{:02}", l.year, l.month, l.day);
}

int Page::days_until(flow::UtcTime t) const {
  const auto left = t - frame.now;
  constexpr auto kDay = std::chrono::hours(24);
  const auto days = left / kDay;
  return static_cast<int>(left > days * kDay ? days + 1 : days);
}

std::string Page::lesson_title(const std::string& id) const {
  const record::Lesson* lesson = content ? content->lesson(id) : nullptr;
  return lesson ? lesson->title.in(c.language()) : id;
}

Type Page::fitting(std::string_view text, float width, std::initializer_list<Type> types) const {
  for (const Type type : types)
    if (c.measure(text, type).w <= width) return type;
  return *(types.end() - 1);
}

float Page::headline_height(float width, std::string_view text, std::initializer_list<Type> types) const {
  const Type type = fitting(text, width, types);
  return c.paragraph_height(text, width, {.type = type});
}

float Page::headline(const Rect& box, std::string_view text, Align align, std::initializer_list<Type> types,
                     ui::Colour colour, std::string_view id) {
  const Type type = fitting(text, box.w, types);
  const float height = c.paragraph_height(text, box.w, {.type = type});
  return c.paragraph({box.x, box.y, box.w, height}, text, {.type = type, .colour = colour, .align = align, .id = id});
}

void Page::title(std::string_view title, std::string_view subtitle, bool back) {
  const std::string label = back ? tr("back") : std::string();
  const float width = Grid::kWidth - (back ? 144 : 0);
  // With large text a second line is only worth its place when it can be read whole.
  const bool room = c.measure(subtitle, Type::body).w <= width;
  if (c.title_bar({.title = title, .subtitle = room ? subtitle : std::string_view(), .back_label = label}))
    act(flow::Back{});
}

float Page::message(float y, const std::optional<flow::Message>& m) {
  if (!m) return y;
  const std::string text = tr(m->key, m->args);
  const float height = c.banner({Grid::kMargin, y}, Grid::kWidth,
                                {.id = "message", .text = text, .tone = m->error ? Tone::warning : Tone::ok});
  return y + height + Grid::kGap;
}

Rect primary_rect() {
  return {Grid::kMargin, Grid::kBottom - Grid::kPrimaryHeight - 8, Grid::kWidth, Grid::kPrimaryHeight};
}

float draw_choices(Page& p, const std::vector<Choice>& choices, float bottom) {
  if (choices.empty()) return bottom;
  const auto count = static_cast<int>(choices.size());
  float widest = 0;
  for (const Choice& choice : choices)
    widest = std::max(widest, p.c.measure(choice.title, Type::title).w + (choice.icon == Icon::none ? 48.0f : 190.0f));
  const bool beside = widest <= (Grid::kWidth - Grid::kGap * static_cast<float>(count - 1)) / static_cast<float>(count);
  const float each = beside ? 168 : 148,
              height = beside ? each : each * static_cast<float>(count) + 20 * static_cast<float>(count - 1);
  const Rect all{Grid::kMargin, bottom - height, Grid::kWidth, height};
  for (int i = 0; i < count; ++i) {
    const Choice& choice = choices[static_cast<std::size_t>(i)];
    const Rect rect = beside ? all.column(i, count, Grid::kGap) : all.row(i, count, 20);
    if (p.c.button(rect, {.id = choice.id,
                          .title = choice.title,
                          .icon = choice.icon,
                          .hue = choice.hue,
                          .kind = choice.kind,
                          .align = count == 1 || !beside ? Align::centre : Align::left}))
      p.act(choice.action);
  }
  return all.y;
}

namespace {

constexpr std::initializer_list<Type> kHeadline = {Type::display, Type::number, Type::title};

struct Measures {
  float badge, headline, sentence, note, chip, total;
};

Measures measure(Page& p, const Outcome& o, float width) {
  Measures m{};
  m.badge = p.by_size(o.plate.empty() ? 324 : 296, o.plate.empty() ? 260 : 250);
  m.headline = p.headline_height(width, o.headline, kHeadline) + 44;
  m.sentence = o.sentence.empty() ? 0 : p.c.paragraph_height(o.sentence, width, {.type = Type::body}) + 20;
  m.note = o.note.empty() ? 0 : p.c.paragraph_height(o.note, width, {.type = Type::label}) + 24;
  m.chip = o.chip.empty() ? 0 : p.c.chip_size({.label = o.chip, .icon = o.chip_icon, .type = Type::title}).h + 44;
  m.total = m.badge + m.headline + m.sentence + m.note + m.chip;
  return m;
}

// A box or port as a big plate in the colour of its service.
void draw_plate(Page& p, ui::Point middle, const Outcome& o) {
  const float width = std::max(p.c.measure(o.plate, Type::key).w + 132, 320.0f), height = p.by_size(216, 200);
  const Rect plate{middle.x - width / 2, middle.y - height / 2, width, height};
  p.c.card(plate, {.radius = 48});
  if (!p.c.theme().outlined()) p.c.fill(plate, p.c.theme()[o.plate_hue].disc, 48);
  p.c.text(plate, o.plate,
           {.type = Type::key, .colour = p.c.theme()[o.plate_hue].number, .align = Align::centre, .id = "plate"});
}

}  // namespace

void draw_outcome(Page& p, const Outcome& o) {
  const Rect main = primary_rect();
  const float buttons_top = draw_choices(p, o.choices, main.y - 28);
  const float width = Grid::kWidth - 128;
  const Measures m = measure(p, o, width);
  // As tall as its content wants, in the middle of what is free.
  const Rect room{Grid::kMargin, Grid::kTop + 24, Grid::kWidth, buttons_top - 44 - Grid::kTop - 24};
  const float height = std::min(room.h, std::max(m.total + p.by_size(240, 140), p.by_size(860, 820)));
  const Rect card{room.x, std::round(room.y + (room.h - height) * 0.5f), room.w, height};
  p.c.card(card, {.radius = 56});
  float y = std::round(card.y + std::max(24.0f, (card.h - m.total) * 0.5f));
  const float x = card.x + 64, centre = card.centre().x;
  if (o.plate.empty())
    p.c.outcome({centre, y + (m.badge - 24) / 2}, o.badge, p.by_size(1, 0.8f));
  else
    draw_plate(p, {centre, y + (m.badge - 40) / 2}, o);
  y += m.badge + 20;
  p.headline({x, y, width, m.headline}, o.headline, Align::centre, kHeadline, Token::ink, "headline");
  y += m.headline - 24;
  if (!o.sentence.empty()) {
    p.c.paragraph({x, y, width, m.sentence}, o.sentence,
                  {.type = Type::body, .colour = Token::ink2, .align = Align::centre, .id = "sentence"});
    y += m.sentence;
  }
  if (!o.chip.empty()) {
    p.c.chip({centre, y + 12},
             {.id = "chip", .label = o.chip, .icon = o.chip_icon, .tone = o.chip_tone, .type = Type::title},
             Align::centre);
    y += m.chip;
  }
  if (!o.note.empty())
    p.c.paragraph({x, y, width, m.note}, o.note, {.type = Type::label, .colour = Token::ink2, .align = Align::centre});
  if (p.c.primary(main, {.id = o.primary.id,
                         .label = o.primary.title,
                         .icon = o.primary_icon,
                         .busy = !o.primary_works,
                         .seconds_left = o.seconds_left,
                         .seconds_total = o.seconds_total}))
    p.act(o.primary.action);
}

void draw_figure(Page& p, const Rect& rect, std::string_view value, std::string_view unit, std::string_view label,
                 Hue hue) {
  p.c.card(rect, {.radius = 40});
  const float value_h = p.c.line_height(Type::number), label_h = p.c.line_height(Type::caption);
  const float top = std::round(rect.centre().y - (value_h + label_h) / 2);
  const Rect drawn =
      p.c.text(ui::Point{rect.x + 32, top}, value, {.type = Type::number, .colour = p.c.theme()[hue].number});
  if (!unit.empty())
    p.c.text(ui::Point{drawn.right() + 12, top + 0.8f * (value_h - p.c.line_height(Type::label))}, unit,
             {.type = Type::label, .colour = Token::ink2});
  p.c.text(Rect{rect.x + 32, top + value_h, rect.w - 48, label_h}, label,
           {.type = Type::caption, .colour = Token::ink2});
}

void draw_ports(Page& p, const Rect& rect) {
  if (p.frame.station.ports.empty()) return;
  p.c.card(rect);
  const auto& ports = p.frame.station.ports;
  p.c.icon({rect.x + 60, rect.y + 60}, Icon::ev_station, 68, p.c.theme()[Hue::charging].icon);
  const std::string free = p.counted("attract.ports_free", free_ports(p.frame.station));
  const float right = p.c.measure(free, Type::caption).w;
  p.c.text(Rect{rect.x + 110, rect.y + 24, rect.w - 150 - right, 72}, p.tr("attract.ports"), {.type = Type::heading});
  p.c.text(Rect{rect.right() - 40 - right, rect.y + 24, right, 72}, free,
           {.type = Type::caption, .colour = Token::ink2});
  const int count = std::min<int>(12, static_cast<int>(ports.size()));
  const float width =
      std::min(116.0f, (rect.w - 72 - 12 * static_cast<float>(count - 1)) / static_cast<float>(std::max(1, count)));
  for (int i = 0; i < count; ++i) {
    const flow::PortView& port = ports[static_cast<std::size_t>(i)];
    const std::string id = "strip.port." + port.name;
    const bool free_now = port.state == flow::PortState::free, fault = port.state == flow::PortState::fault;
    const Rect cell{rect.x + 36 + static_cast<float>(i) * (width + 12), rect.bottom() - 36 - 112, width, 112};
    p.c.port_cell(cell, {.id = id,
                         .name = port.name,
                         .state = p.tr(free_now ? "port.free"
                                       : fault  ? "port.fault"
                                                : "port.busy"),
                         .look = free_now ? ui::PortLook::free
                                 : fault  ? ui::PortLook::fault
                                          : ui::PortLook::busy});
  }
}

const flow::PortView* port_to_offer(const flow::StationView& station, const std::string& chosen) {
  const flow::PortView* first = nullptr;
  for (const flow::PortView& port : station.ports) {
    if (port.state != flow::PortState::free) continue;
    if (port.name == chosen) return &port;
    if (!first) first = &port;
  }
  return first;
}

int free_ports(const flow::StationView& station) {
  return static_cast<int>(std::count_if(station.ports.begin(), station.ports.end(),
                                        [](const flow::PortView& v) { return v.state == flow::PortState::free; }));
}

int free_boxes(const flow::StationView& station) {
  int n = 0;
  for (const flow::BoxCount& b : station.boxes) n += b.free;
  return n;
}

int all_boxes(const flow::StationView& station) {
  int n = 0;
  for (const flow::BoxCount& b : station.boxes) n += b.total;
  return n;
}

bool is_open(const flow::CourseView& course) {
  return course.stage != flow::CourseStage::done && course.stage != flow::CourseStage::expired &&
         course.stage != flow::CourseStage::withdrawn;
}

const flow::CourseView* urgent_course(const flow::RiderView& rider) {
  for (const flow::CourseView& course : rider.courses)
    if (is_open(course)) return &course;
  return nullptr;
}

int minutes_left(const flow::CourseView& course) {
  return std::max(0, (course.required_s - course.credited_s + 59) / 60);
}

const char* size_key(flow::BoxSize size) {
  return size == flow::BoxSize::small    ? "locker.small"
         : size == flow::BoxSize::medium ? "locker.medium"
                                         : "locker.large";
}

const char* size_letter(flow::BoxSize size) {
  return size == flow::BoxSize::small ? "S" : size == flow::BoxSize::medium ? "M" : "L";
}

}  // namespace station::screens
