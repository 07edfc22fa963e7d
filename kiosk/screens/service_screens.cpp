#include "kiosk/screens/page.h"

// Help, maintenance, and the truth when nothing works.
namespace station::screens {

namespace {

struct HelpLine {
  Icon icon;
  Hue hue;
  const char *title, *text, *number;
};

// National telephone numbers.
constexpr HelpLine kHelp[] = {
    {Icon::local_fire_department, Hue::error, "help.fire", "help.fire_text", "119"},
    {Icon::sick, Hue::error, "help.ambulance", "help.ambulance_text", "120"},
    {Icon::traffic, Hue::warning, "help.accident", "help.accident_text", "122"},
    {Icon::shield, Hue::primary, "help.police", "help.police_text", "110"},
    {Icon::chat, Hue::complaints, "help.hotline", "help.hotline_text", "12345"},
};

void draw_help_line(Page& p, const Rect& rect, const HelpLine& line) {
  p.c.card(rect, {.radius = 36});
  const float side = std::min(104.0f, rect.h - 40);
  p.c.icon_tile({rect.x + 32, std::round(rect.centre().y - side / 2), side, side}, line.icon, line.hue);
  const float number_w = p.c.measure(line.number, Type::display).w, x = rect.x + 32 + side + 32;
  p.c.text(Rect{rect.right() - 40 - number_w, rect.y, number_w, rect.h}, line.number,
           {.type = Type::display, .colour = p.c.theme()[line.hue].number});
  const float width = rect.right() - 64 - number_w - x;
  const std::string title = p.tr(line.title), text = p.tr(line.text);
  const float title_h = p.headline_height(width, title, {Type::title, Type::heading});
  const bool sub = p.c.measure(text, Type::label).w <= width && title_h + p.c.line_height(Type::label) < rect.h;
  const float text_h = sub ? p.c.line_height(Type::label) : 0;
  const float y = std::round(rect.centre().y - (title_h + text_h) / 2);
  p.headline({x, y, width, title_h}, title, Align::left, {Type::title, Type::heading});
  if (sub) p.c.text(Rect{x, y + title_h, width, text_h}, text, {.type = Type::label, .colour = Token::ink2});
}

struct Fact {
  Icon icon;
  Hue hue;
  std::string title, text, state;
  Tone tone = Tone::ok;
};

std::string fault_name(const Page& p, const std::string& code) {
  const std::string key = "fault." + code;
  return p.tr(key);
}

std::vector<Fact> facts_of(const Page& p) {
  const flow::StationView& station = p.frame.station;
  const flow::SyncView& sync = p.frame.sync;
  std::vector<Fact> out;
  for (const flow::FaultView& f : station.faults)
    out.push_back({Icon::report_problem, Hue::error, fault_name(p, f.code),
                   p.tr("maintainer.fault_at", {f.place, p.day_and_time(f.since)}), p.tr("maintainer.fault"),
                   Tone::error});
  const std::string last = sync.last_success ? p.tr("maintainer.last_sync", {p.day_and_time(*sync.last_success)})
                                             : p.tr("maintainer.never_synced");
  out.push_back({sync.online ? Icon::cloud_done : Icon::cloud_off, sync.online ? Hue::ok : Hue::warning,
                 p.tr("maintainer.sync"), last, sync.online ? p.tr("maintainer.online") : p.tr("maintainer.offline"),
                 sync.online ? Tone::ok : Tone::warning});
  const auto busy =
      static_cast<std::int64_t>(std::count_if(station.ports.begin(), station.ports.end(), [](const flow::PortView& v) {
        return v.state == flow::PortState::busy || v.state == flow::PortState::mine;
      }));
  const auto broken =
      static_cast<std::int64_t>(std::count_if(station.ports.begin(), station.ports.end(), [](const flow::PortView& v) {
        return v.state == flow::PortState::fault;
      }));
  out.push_back({kCharging.icon, kCharging.hue, p.tr("maintainer.ports"),
                 p.tr("maintainer.ports_text", {p.number(free_ports(station)), p.number(busy), p.number(broken)}),
                 p.tr(broken > 0 ? "maintainer.fault" : "maintainer.ok"), broken > 0 ? Tone::error : Tone::ok});
  out.push_back({kLockers.icon, kLockers.hue, p.tr("maintainer.boxes"),
                 p.tr("maintainer.boxes_text", {p.number(free_boxes(station)), p.number(all_boxes(station))}), "",
                 Tone::ok});
  out.push_back({Icon::school, Hue::lessons, p.tr("maintainer.content"),
                 station.pack_version > 0 ? p.tr("maintainer.content_text", {p.number(station.pack_version)})
                                          : p.tr("maintainer.no_content"),
                 p.tr(station.pack_version > 0 ? "maintainer.ok" : "maintainer.missing"),
                 station.pack_version > 0 ? Tone::ok : Tone::warning});
  out.push_back({Icon::storage, Hue::nearby, p.tr("maintainer.log"),
                 p.tr("maintainer.log_text", {p.number(static_cast<std::int64_t>(station.log_size)),
                                              p.number(static_cast<std::int64_t>(sync.waiting))}),
                 "", Tone::ok});
  out.push_back({Icon::group, Hue::report, p.tr("maintainer.people"),
                 p.tr("maintainer.people_text", {p.number(station.present), p.number(station.riders)}), "", Tone::ok});
  return out;
}

void draw_fact(Page& p, const Rect& rect, const Fact& f) {
  p.c.card(rect, {.radius = 36});
  p.c.icon_tile({rect.x + 32, std::round(rect.centre().y - 48), 96, 96}, f.icon, f.hue);
  const float x = rect.x + 160;
  float right = rect.right() - 36;
  if (!f.state.empty() && !p.large())
    right = p.c.chip({right, rect.centre().y - 28}, {.label = f.state, .tone = f.tone}, Align::right).x - 20;
  const float width = right - x;
  const float title = p.headline_height(width, f.title, {Type::title, Type::heading}),
              text = p.c.paragraph_height(f.text, width, {.type = Type::label});
  const float y = std::round(rect.centre().y - (title + text) / 2);
  p.headline({x, y, width, title}, f.title, Align::left, {Type::title, Type::heading});
  p.c.paragraph({x, y + title, width, text}, f.text, {.type = Type::label, .colour = Token::ink2});
}

}  // namespace

void draw_help_lines(Page& p, const Rect& rect) {
  const std::string where = p.tr("help.where", {p.frame.station.id});
  const float banner = p.c.banner({rect.x, rect.y}, rect.w,
                                  {.id = "help.where", .text = where, .tone = Tone::primary, .icon = Icon::place});
  const Rect rest{rect.x, rect.y + banner + Grid::kGap, rect.w, rect.h - banner - Grid::kGap};
  const auto count = static_cast<int>(std::size(kHelp));
  const float height = std::min(184.0f, (rest.h - 20 * static_cast<float>(count - 1)) / static_cast<float>(count));
  for (int i = 0; i < count; ++i)
    draw_help_line(p, {rest.x, rest.y + static_cast<float>(i) * (height + 20), rest.w, height}, kHelp[i]);
}

void draw_screen(Page& p, const flow::HelpScreen&) {
  p.title(p.tr("help.title"), p.tr("help.hint"));
  const Rect action = primary_rect();
  draw_help_lines(p, {Grid::kMargin, p.below_title(), Grid::kWidth, action.y - 32 - p.below_title()});
  if (p.c.primary(action, {.id = "help.done", .label = p.tr("help.done")})) p.act(flow::Back{});
}

void draw_screen(Page& p, const flow::MaintainerScreen& s) {
  const auto& faults = p.frame.station.faults;
  const std::string hint = faults.empty() ? p.tr("maintainer.all_well")
                                          : p.counted("maintainer.faults", static_cast<std::int64_t>(faults.size()));
  p.title(p.tr("maintainer.title"), p.tr("maintainer.hint", {s.name, hint}));
  const Rect action = primary_rect();
  float y = p.below_title();
  if (!p.frame.sync.online && !p.frame.sync.why.empty()) {
    const std::string why = p.tr(p.frame.sync.why);
    y += p.c.banner({Grid::kMargin, y}, Grid::kWidth,
                    {.id = "maintainer.why", .text = why, .tone = Tone::warning, .icon = Icon::cloud_off}) +
         Grid::kGap;
  }
  const auto facts = facts_of(p);
  p.c.list("maintainer.list", {Grid::kMargin, y, Grid::kWidth, action.y - 28 - y}, static_cast<int>(facts.size()),
           p.by_size(Grid::kRowHeight, 264), 20,
           [&](int i, const Rect& rect) { draw_fact(p, rect, facts[static_cast<std::size_t>(i)]); });
  if (p.c.primary(action, {.id = "maintainer.done", .label = p.tr("maintainer.done"), .icon = Icon::logout}))
    p.act(flow::Back{});
}

void draw_screen(Page& p, const flow::OutOfServiceScreen& s) {
  const Rect card{Grid::kMargin, Grid::kTop + 24, Grid::kWidth, Grid::kBottom - 40 - Grid::kTop - 24};
  p.c.card(card, {.radius = 56});
  const float width = card.w - 144, x = card.x + 72;
  float y = card.y + p.by_size(150, 60);
  p.c.outcome({card.centre().x, y + 150}, ui::Outcome::error, p.by_size(1, 0.8f));
  y += 380;
  y += p.headline({x, y, width, 240}, p.tr("out_of_service.title"), Align::centre, {Type::display, Type::number},
                  Token::ink, "headline") +
       20;
  y += p.c.paragraph(
           {x, y, width, 400}, p.tr("out_of_service.text"),
           {.type = Type::body, .colour = Token::ink2, .align = Align::centre, .line_height = p.by_size(60, 78)}) +
       48;
  constexpr std::pair<Icon, const char*> kLines[] = {{Icon::power, "out_of_service.charging"},
                                                     {Icon::lock, "out_of_service.boxes"},
                                                     {Icon::phone, "out_of_service.help"}};
  for (const auto& [icon, key] : kLines) {
    const std::string text = p.tr(key);
    const float h = p.c.paragraph_height(text, width - 116, {.type = Type::body});
    p.c.icon_disc({x + 44, y + std::max(44.0f, h / 2)}, 44, icon, Hue::primary);
    p.c.paragraph({x + 116, y + std::max(0.0f, 44 - h / 2), width - 116, h}, text, {.type = Type::body});
    y += std::max(88.0f, h) + 32;
  }
  if (!s.detail.empty() && !p.large()) {
    const std::string detail = p.tr("out_of_service.detail", {s.detail});
    const float h = p.c.paragraph_height(detail, width, {.type = Type::caption, .max_lines = 3});
    p.c.paragraph(
        {x, card.bottom() - 40 - h, width, h}, detail,
        {.type = Type::caption, .colour = Token::ink3, .align = Align::centre, .ellipsis = true, .max_lines = 3});
  }
}

}  // namespace station::screens
