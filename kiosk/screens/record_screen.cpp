#include "kiosk/screens/page.h"

// Everything this station knows about the rider, in words.
namespace station::screens {

namespace {

struct Line {
  std::string id, title, text, trailing;
  std::optional<Tone> tone;
  Icon icon = Icon::none;
  Hue hue = Hue::primary;
  std::optional<flow::Action> action;
};

std::string course_state(const Page& p, const flow::CourseView& c) {
  switch (c.stage) {
    case flow::CourseStage::assigned:
    case flow::CourseStage::studying:
      return c.kind == flow::CourseKind::warning ? p.tr("record.to_confirm")
                                                 : p.counted("record.minutes_left", minutes_left(c));
    case flow::CourseStage::exam_ready:
      return p.tr("record.exam");
    case flow::CourseStage::retry_wait:
      return p.tr("record.wait");
    case flow::CourseStage::human:
      return p.tr("record.human");
    case flow::CourseStage::done:
      return p.tr("record.done_state");
    case flow::CourseStage::expired:
      return p.tr("course.overdue");
    case flow::CourseStage::withdrawn:
      break;
  }
  return p.tr("record.withdrawn");
}

Tone course_tone(const flow::CourseView& c) {
  if (c.stage == flow::CourseStage::done || c.stage == flow::CourseStage::withdrawn) return Tone::ok;
  return c.stage == flow::CourseStage::expired ? Tone::error : Tone::warning;
}

const char* course_title(flow::CourseKind kind) {
  return kind == flow::CourseKind::warning    ? "course.warning.title"
         : kind == flow::CourseKind::training ? "course.training.title"
                                              : "course.throttle.title";
}

std::vector<Line> lines_of(const Page& p, const flow::RiderView& rider) {
  std::vector<Line> out;
  for (const flow::CourseView& c : rider.courses) {
    Line line{"record.course." + c.course,
              p.tr(course_title(c.kind)),
              "",
              course_state(p, c),
              course_tone(c),
              is_open(c) ? Icon::report_problem : Icon::done_all,
              is_open(c) ? Hue::lessons : Hue::ok,
              flow::Go{flow::Place::course, c.course}};
    line.text = c.violations.empty() ? p.tr("record.until", {p.day(c.deadline)}) : c.violations.front().name;
    out.push_back(std::move(line));
  }
  for (const flow::CertificateView& c : rider.certificates)
    out.push_back({"record.certificate." + c.number, p.tr("record.certificate"),
                   p.tr("record.certificate_text", {p.full_date(c.at), p.number(c.score_percent)}), "", std::nullopt,
                   Icon::verified, Hue::ok, flow::ShowCertificate{c.number}});
  if (rider.charge)
    out.push_back({"record.charge", p.tr("record.charge", {rider.charge->port}),
                   p.counted("charge.ended_minutes", rider.charge->minutes), "", std::nullopt, kCharging.icon,
                   kCharging.hue, flow::Go{flow::Place::charge, ""}});
  for (const flow::LeaseView& l : rider.leases)
    out.push_back({"record.box." + l.box, p.tr("record.box", {l.box}), p.tr("locker.since", {p.day_and_time(l.since)}),
                   "", std::nullopt, kLockers.icon, kLockers.hue, flow::Go{flow::Place::locker, ""}});
  const auto lessons = p.content ? static_cast<std::int64_t>(p.content->lessons.size()) : 0;
  out.push_back(
      {"record.lessons", p.tr("record.lessons"),
       p.tr("record.lessons_text", {p.number(static_cast<std::int64_t>(rider.lessons_done.size())), p.number(lessons)}),
       "", std::nullopt, kLessons.icon, kLessons.hue, flow::Go{flow::Place::lessons, ""}});
  return out;
}

bool draw_line(Page& p, const Rect& rect, const Line& line) {
  constexpr float kRoom = 984 - 40 - 104 - 32 - 108;
  const float chip = line.trailing.empty() || p.large() ? 0 : p.c.chip_size({.label = line.trailing}).w + 20;
  std::string sub = p.large() && !line.trailing.empty() ? line.trailing : line.text;
  // The state matters more than the second line.
  if (p.c.measure(sub, Type::label).w > kRoom - chip) sub = p.large() ? std::string() : p.tr("record.open_it");
  return p.c.row(rect, {.id = line.id,
                        .title = line.title,
                        .subtitle = sub,
                        .icon = line.icon,
                        .hue = line.hue,
                        .trailing = chip > 0 ? std::string_view(line.trailing) : std::string_view(),
                        .trailing_tone = chip > 0 ? line.tone : std::optional<Tone>()});
}

}  // namespace

void draw_screen(Page& p, const flow::RecordScreen& s) {
  const flow::RiderView& rider = s.rider;
  p.title(p.tr("record.title"), p.tr("record.hint", {rider.name, rider.last4}));
  const Rect figures{Grid::kMargin, p.below_title(), Grid::kWidth, p.by_size(176, 208)};
  draw_figure(p, figures.column(0, 3, Grid::kGap), p.number(rider.points), "", p.tr("record.points"), Hue::points);
  draw_figure(p, figures.column(1, 3, Grid::kGap), p.number(rider.credits), "", p.tr("record.credits"), Hue::lessons);
  draw_figure(p, figures.column(2, 3, Grid::kGap), p.number(rider.visits), "", p.tr("record.visits"), Hue::nearby);
  const Rect action = primary_rect();
  const auto lines = lines_of(p, rider);
  const float top = figures.bottom() + 32;
  p.c.list("record.list", {Grid::kMargin, top, Grid::kWidth, action.y - 28 - top}, static_cast<int>(lines.size()),
           p.by_size(Grid::kRowHeight, 200), Grid::kRowGap, [&](int i, const Rect& rect) {
             const Line& line = lines[static_cast<std::size_t>(i)];
             if (draw_line(p, rect, line) && line.action) p.act(*line.action);
           });
  if (p.c.primary(action, {.id = "record.done", .label = p.tr("to_home"), .icon = Icon::home})) p.act(flow::GoHome{});
}

}  // namespace station::screens
