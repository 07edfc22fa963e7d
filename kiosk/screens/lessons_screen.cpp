#include "kiosk/screens/page.h"

// The lessons: those that fit the violation first, then the rest in the order of the pack.
namespace station::screens {

namespace {

bool has(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::vector<const record::Lesson*> ordered(const Page& p, const flow::LessonsScreen& s) {
  std::vector<const record::Lesson*> out;
  if (!p.content) return out;
  for (const std::string& id : s.first)
    if (const record::Lesson* lesson = p.content->lesson(id)) out.push_back(lesson);
  for (const record::Lesson& lesson : p.content->lessons)
    if (!has(s.first, lesson.id)) out.push_back(&lesson);
  return out;
}

// Lessons keep a colour each, so that they are told apart at a glance.
Hue hue_of(std::size_t index) {
  constexpr Hue kHues[] = {Hue::lessons, Hue::primary, Hue::charging, Hue::lockers, Hue::report, Hue::complaints};
  return kHues[index % std::size(kHues)];
}

int clips(const Page& p) {
  if (!p.content) return 0;
  return static_cast<int>(std::count_if(p.content->questions.begin(), p.content->questions.end(), [](const auto& entry) {
    return entry.second.kind == rules::QuestionKind::hazard;
  }));
}

struct LessonRow {
  std::string id, title, about, minutes, state;
  Tone tone = Tone::ok;
  Icon icon = kLessons.icon, state_icon = Icon::none;
  Hue hue = Hue::lessons;
};

LessonRow row_of(const Page& p, const record::Lesson& lesson, bool done, bool first) {
  LessonRow row;
  row.id = "lessons.open." + lesson.id;
  row.minutes = p.counted("lessons.minutes", lesson.minutes);
  // What stands before the colon names the lesson, the rest says what it teaches.
  const std::string& full = lesson.title.in(p.c.language());
  const std::string colon = p.c.language() == "zh" ? "\xEF\xBC\x9A" : ": ";
  const auto at = full.find(colon);
  row.title = full.substr(0, at);
  if (at != std::string::npos) row.about = full.substr(at + colon.size());
  if (done)
    row.state = p.tr("lessons.done");
  else if (first)
    row.state = p.tr("lessons.first");
  row.tone = done ? Tone::ok : Tone::warning;
  row.state_icon = done ? Icon::check : Icon::none;
  if (const Icon named = ui::icon_named(lesson.icon); named != Icon::none) row.icon = named;
  return row;
}

bool draw_row(Page& p, const Rect& rect, const LessonRow& row) {
  constexpr float kRoom = 984 - 40 - 104 - 32 - 108;  // between icon and chevron
  const float chip = row.state.empty() ? 0 : p.c.chip_size({.label = row.state, .icon = row.state_icon}).w + 20;
  const bool beside = p.c.measure(row.title, Type::title).w <= kRoom - chip;
  std::string sub = beside || row.state.empty() ? row.minutes : row.state + " \xC2\xB7 " + row.minutes;
  const std::string long_sub = sub + " \xC2\xB7 " + row.about;
  if (!row.about.empty() && p.c.measure(long_sub, Type::label).w <= kRoom - (beside ? chip : 0)) sub = long_sub;
  return p.c.row(rect, {.id = row.id,
                        .title = row.title,
                        .subtitle = sub,
                        .icon = row.icon,
                        .hue = row.hue,
                        .trailing = beside ? std::string_view(row.state) : std::string_view(),
                        .trailing_tone = row.state.empty() ? std::optional<Tone>() : row.tone,
                        .trailing_icon = row.state_icon});
}

// Two lines of title and one of state; nothing else beside them.
bool draw_large_row(Page& p, const Rect& rect, const LessonRow& row) {
  const std::string sub = row.state.empty() ? row.minutes : row.state + " \xC2\xB7 " + row.minutes;
  const bool tapped = p.c.touch_area(rect, row.id, row.title + " " + sub);
  p.c.card(rect, {.radius = 36});
  p.c.icon_tile({rect.x + 32, std::round(rect.centre().y - 52), 104, 104}, row.icon, row.hue);
  const float x = rect.x + 168, width = rect.w - 168 - 108;
  const float title = p.headline_height(width, row.title, {Type::title, Type::heading}),
              line = p.c.line_height(Type::label);
  const float y = std::round(rect.centre().y - (title + line) / 2);
  p.headline({x, y, width, title}, row.title, Align::left, {Type::title, Type::heading});
  p.c.text(Rect{x, y + title, width, line}, sub, {.type = Type::label, .colour = Token::ink2});
  p.c.icon({rect.right() - 60, rect.centre().y}, Icon::chevron_right, 68, Token::ink3);
  return tapped;
}

}  // namespace

void draw_screen(Page& p, const flow::LessonsScreen& s) {
  const auto lessons = ordered(p, s);
  p.title(p.tr(s.course.empty() ? "lessons.title" : "lessons.course_title"),
          p.tr(s.course.empty() ? "lessons.hint" : "lessons.course_hint"));
  const Rect action = primary_rect();
  const record::Lesson* next = nullptr;
  for (const record::Lesson* lesson : lessons)
    if (!next && !has(s.done, lesson->id)) next = lesson;
  if (!next && !lessons.empty()) next = lessons.front();

  const float row_h = p.by_size(Grid::kRowHeight, 248);
  const Rect area{Grid::kMargin, p.below_title(), Grid::kWidth, action.y - 28 - p.below_title()};
  // Clips stand above the lessons of somebody who studies freely.
  const int before = s.course.empty() && clips(p) > 0 ? 1 : 0;
  const int rows = before + static_cast<int>(lessons.size());
  p.c.list("lessons.list", area, rows, row_h, Grid::kRowGap, [&](int i, const Rect& rect) {
    if (i < before) {
      LessonRow row{"lessons.hazards", p.tr("hazards.title"), p.tr("hazards.hint"), p.counted("hazards.clips", clips(p)), ""};
      row.icon = kHazards.icon;
      row.hue = kHazards.hue;
      if (p.large() ? draw_large_row(p, rect, row) : draw_row(p, rect, row)) p.act(flow::Go{flow::Place::hazards, ""});
      return;
    }
    const record::Lesson& lesson = *lessons[static_cast<std::size_t>(i - before)];
    const auto number = static_cast<std::size_t>(&lesson - p.content->lessons.data());
    LessonRow row = row_of(p, lesson, has(s.done, lesson.id), has(s.first, lesson.id));
    row.hue = hue_of(number);
    if (p.large() ? draw_large_row(p, rect, row) : draw_row(p, rect, row))
      p.act(flow::StartLesson{lesson.id, s.course});
  });
  const std::string label = next ? p.tr("lessons.start") : p.tr("lessons.none");
  if (p.c.primary(action,
                  {.id = "lessons.next", .label = label, .icon = Icon::play_arrow, .enabled = next != nullptr}) &&
      next)
    p.act(flow::StartLesson{next->id, s.course});
}

}  // namespace station::screens
