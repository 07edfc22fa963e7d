#include "kiosk/screens/question.h"

// Practice that nobody has to do: daily questions and hazard clips.
namespace station::screens {

namespace {

// Title with the way out, progress below it. Returns where the content begins.
float draw_progress(Page& p, const std::string& title, const std::string& chip, int index, int count) {
  const float row = p.by_size(120, 136);
  const std::string back = p.tr("practice.leave");
  const float back_w = p.by_size(300, 340);
  if (p.c.button({Grid::kMargin + Grid::kWidth - back_w, Grid::kTop - 4, back_w, row},
                 {.id = "back", .title = back, .kind = ui::ButtonKind::tonal, .align = Align::centre}))
    p.act(flow::Back{});
  const float width = Grid::kWidth - back_w - 24;
  const float h = p.headline_height(width, title, {Type::number, Type::title, Type::heading});
  const float chip_h = p.c.chip_size({.label = chip}).h;
  float y = Grid::kTop - 8;
  p.headline({Grid::kMargin, y, width, h}, title, Align::left, {Type::number, Type::title, Type::heading}, Token::ink,
             "practice.title");
  y += h + 2;
  if (!chip.empty()) p.c.chip({Grid::kMargin, y}, {.id = "practice.kind", .label = chip, .tone = Tone::primary});
  y = std::max(y + chip_h, Grid::kTop - 4 + row) + 16;
  p.c.step_dots({Grid::kMargin, y, Grid::kWidth, 24}, index, count);
  return y + 24 + 24;
}

// Monday to Sunday; days with answers are filled. Days without are simply empty.
void draw_week(Page& p, const Rect& rect, const flow::DailyScreen& s) {
  p.c.card(rect, {.radius = 40, .elevation = ui::Elevation::flat});
  const float cell = rect.w / 7, radius = p.by_size(40, 46);
  for (int i = 0; i < 7; ++i) {
    const ui::Point middle{rect.x + cell * (static_cast<float>(i) + 0.5f), rect.y + 40 + radius};
    const bool done = static_cast<std::size_t>(i) < s.week.size() && s.week[static_cast<std::size_t>(i)];
    const Rect disc{middle.x - radius, middle.y - radius, 2 * radius, 2 * radius};
    if (i == s.weekday) p.c.fill(disc.inset(-6), Token::primary, radius + 6);
    p.c.fill(disc, done ? Token::ok : Token::neutral_fill, radius);
    if (done) p.c.icon(middle, Icon::check, 48, Token::card);
    const std::string day = p.tr(std::string("weekday.short.") + std::to_string(i));
    p.c.text(Rect{middle.x - cell / 2, disc.bottom() + 12, cell, p.c.line_height(Type::caption)}, day,
             {.type = Type::caption, .colour = Token::ink2, .align = Align::centre});
  }
}

float week_height(const Page& p) {
  return 40 + 2 * p.by_size(40, 46) + 12 + p.c.line_height(Type::caption) + 28;
}

void draw_daily_end(Page& p, const flow::DailyScreen& s) {
  const Rect main = primary_rect();
  const float low = draw_choices(
      p, {{"daily.hazards", p.tr("daily.hazards"), kHazards.icon, kHazards.hue, flow::Go{flow::Place::hazards, ""}}},
      main.y - 28);
  const Rect card{Grid::kMargin, Grid::kTop + 24, Grid::kWidth, low - 44 - Grid::kTop - 24};
  p.c.card(card, {.radius = 56});
  const bool none = s.count == 0;
  const float x = card.x + 48, width = card.w - 96;
  const std::string head = p.tr(none ? "daily.none" : "daily.done");
  const std::string sentence =
      none ? p.tr("daily.none_text") : p.tr("daily.done_text", {p.number(s.right_count), p.number(s.count)});
  const std::string note = s.days_in_row > 0 ? p.counted("daily.days", s.days_in_row) : p.tr("daily.any_day");
  const float head_h = p.headline_height(width, head, {Type::display, Type::number, Type::title}),
              text_h = p.c.paragraph_height(sentence, width, {.type = Type::body}),
              note_h = p.c.paragraph_height(note, width, {.type = Type::label}), badge = p.by_size(300, 220);
  const float total = badge + head_h + 12 + text_h + 40 + week_height(p) + 24 + note_h;
  float y = std::round(card.y + std::max(24.0f, (card.h - total) / 2));
  p.c.outcome({card.centre().x, y + badge / 2 - 12}, ui::Outcome::success, p.by_size(0.85f, 0.62f));
  y += badge;
  p.headline({x, y, width, head_h}, head, Align::centre, {Type::display, Type::number, Type::title}, Token::ink,
             "headline");
  y += head_h + 12;
  p.c.paragraph({x, y, width, text_h}, sentence,
                {.type = Type::body, .colour = Token::ink2, .align = Align::centre, .id = "sentence"});
  y += text_h + 40;
  draw_week(p, {x, y, width, week_height(p)}, s);
  y += week_height(p) + 24;
  p.c.paragraph({x, y, width, note_h}, note, {.type = Type::label, .colour = Token::ink2, .align = Align::centre});
  if (p.c.primary(main, {.id = "daily.home", .label = p.tr("to_home"), .icon = Icon::home})) p.act(flow::Back{});
}

std::string next_words(const Page& p, const flow::DailyScreen& s) {
  return s.next_days <= 1 ? p.tr("daily.again_tomorrow") : p.counted("daily.again", s.next_days);
}

// ---- clips ----

std::string clip_title(const Page& p, const record::Question& q) {
  // Which clip: its place in the list, and the street it shows.
  return q.scene.empty() ? q.id : p.tr("hazards.clip", {q.id.substr(1)});
}

void draw_clip_list(Page& p, const flow::HazardScreen& s) {
  p.title(p.tr("hazards.title"), p.tr("hazards.hint"));
  const Rect action = primary_rect();
  const float row_h = p.by_size(Grid::kRowHeight, 248);
  const std::string how = p.tr("hazards.how");
  const float how_h = p.c.paragraph_height(how, Grid::kWidth - 64, {.type = Type::label}) + 48;
  const Rect note{Grid::kMargin, p.below_title(), Grid::kWidth, how_h};
  p.c.card(note, {.radius = 32, .elevation = ui::Elevation::flat, .tone = Tone::primary});
  p.c.paragraph({note.x + 32, note.y + 24, note.w - 64, note.h - 48}, how, {.type = Type::label, .id = "hazards.how"});
  const float top = note.bottom() + 24;
  const Rect area{Grid::kMargin, top, Grid::kWidth, action.y - 28 - top};
  const auto count = static_cast<int>(s.clips.size());
  p.c.list("hazards.list", area, count, row_h, Grid::kRowGap, [&](int i, const Rect& rect) {
    const record::Question* q = p.content ? p.content->question(s.clips[static_cast<std::size_t>(i)]) : nullptr;
    if (!q) return;
    const flow::ClipResult* last = nullptr;
    for (const flow::ClipResult& r : s.results)
      if (r.question == q->id) last = &r;
    const std::string score =
        last ? p.tr("hazards.points", {p.number(last->points), p.number(last->most)}) : std::string();
    const std::string seconds = p.counted("hazards.seconds", (q->clip_ms + 999) / 1000);
    const std::string about = p.lesson_title(q->lesson);
    const std::string both = seconds + " \xC2\xB7 " + about;
    const float room =
        Grid::kWidth - 40 - 104 - 32 - 108 - (score.empty() ? 0 : p.c.chip_size({.label = score}).w + 20);
    if (p.c.row(rect, {.id = "hazards.open." + q->id,
                       .title = clip_title(p, *q),
                       .subtitle = p.c.measure(both, Type::label).w <= room ? both : seconds,
                       .icon = Icon::visibility,
                       .hue = Hue::report,
                       .trailing = score,
                       .trailing_tone = score.empty() ? std::optional<Tone>() : Tone::ok}))
      p.act(flow::StartClip{false, q->id});
  });
  if (p.c.primary(
          action,
          {.id = "hazards.test", .label = p.tr("hazards.test"), .icon = Icon::play_arrow, .enabled = count > 0}))
    p.act(flow::StartClip{true, ""});
}

void draw_clip_page(Page& p, const flow::HazardScreen& s) {
  const record::Question* q = p.content ? p.content->question(s.question) : nullptr;
  if (!q) return;
  const std::string title =
      p.tr(s.test ? "hazards.test_number" : "hazards.number", {p.number(s.index + 1), p.number(s.count)});
  const float top = draw_progress(p, title, "", s.index, s.count);
  const Rect action = primary_rect();
  bool passed = false;
  if (s.answered && !s.results.empty())
    passed = s.results.back().points * 100 >= s.results.back().most * rules::kHazardPassPercent;
  const QuestionLook look{q, &s, s.answered, passed, false, s.clip.ms, "hazards"};
  draw_question(p, {Grid::kMargin, top, Grid::kWidth, action.y - 24 - top}, look);
  const bool next = s.answered || (s.test && s.complete), last = s.index + 1 >= s.count;
  const std::string label = p.tr(!next ? "clip.watch_first" : last ? "hazards.result" : "hazards.next");
  if (p.c.primary(
          action,
          {.id = "hazards.next", .label = label, .icon = next ? Icon::arrow_forward : Icon::none, .enabled = next}))
    p.act(flow::NextStep{});
}

void draw_clip_result(Page& p, const flow::HazardScreen& s) {
  int points = 0, most = 0;
  for (const flow::ClipResult& r : s.results) {
    points += r.points;
    most += r.most;
  }
  const bool passed = most > 0 && points * 100 >= most * rules::kHazardPassPercent;
  const Rect main = primary_rect();
  const std::string head = p.tr(passed ? "hazards.passed" : "hazards.failed");
  const std::string text = p.tr("hazards.result_text", {p.number((most * rules::kHazardPassPercent + 99) / 100)});
  const float width = Grid::kWidth - 300;
  const float head_h = p.headline_height(width, head, {Type::display, Type::number, Type::title}),
              text_h = p.c.paragraph_height(text, width, {.type = Type::label});
  const std::string score = p.tr("hazards.points", {p.number(points), p.number(most)});
  const float chip_h = p.c.chip_size({.label = score, .type = Type::title}).h;
  const Rect card{Grid::kMargin, Grid::kTop, Grid::kWidth, head_h + text_h + chip_h + 96};
  p.c.card(card, {.radius = 48});
  p.c.outcome({card.x + 130, card.centre().y}, passed ? ui::Outcome::success : ui::Outcome::warning, 0.5f);
  const float x = card.x + 248;
  float y = card.y + 32;
  y += p.headline({x, y, width, head_h}, head, Align::left, {Type::display, Type::number, Type::title}, Token::ink,
                  "headline");
  p.c.chip({x, y + 8}, {.id = "chip", .label = score, .tone = passed ? Tone::ok : Tone::warning, .type = Type::title});
  y += chip_h + 28;
  p.c.paragraph({x, y, width, text_h}, text, {.type = Type::label, .colour = Token::ink2, .id = "sentence"});
  const float top = card.bottom() + 28;
  const Rect area{Grid::kMargin, top, Grid::kWidth, main.y - 28 - top};
  p.c.list("hazards.scores", area, static_cast<int>(s.results.size()), p.by_size(150, 210), 20,
           [&](int i, const Rect& rect) {
             const flow::ClipResult& r = s.results[static_cast<std::size_t>(i)];
             const record::Question* q = p.content ? p.content->question(r.question) : nullptr;
             const bool none = r.why_void != rules::HazardVoid::none;
             const std::string about = none ? p.tr(std::string("clip.void_short.") + rules::to_string(r.why_void))
                                       : q  ? p.lesson_title(q->lesson)
                                            : std::string();
             const std::string mark = p.tr("hazards.points", {p.number(r.points), p.number(r.most)});
             p.c.row(rect,
                     {.id = "hazards.score." + std::to_string(i),
                      .title = q ? clip_title(p, *q) : r.question,
                      .subtitle = p.large() ? std::string_view() : std::string_view(about),
                      .icon = Icon::visibility,
                      .hue = Hue::report,
                      .trailing = mark,
                      .trailing_tone = r.points * 100 >= r.most * rules::kHazardPassPercent ? Tone::ok : Tone::warning,
                      .chevron = false,
                      .acts = false});
           });
  if (p.c.primary(main, {.id = "hazards.done", .label = p.tr("hazards.to_list"), .icon = Icon::check}))
    p.act(flow::Back{});
}

}  // namespace

void draw_screen(Page& p, const flow::DailyScreen& s) {
  if (!s.content) {
    Outcome o;
    o.badge = ui::Outcome::waiting;
    o.headline = p.tr("daily.loading");
    o.sentence = p.tr("exam.loading_text");
    o.primary = {"daily.wait", p.tr("wait")};
    o.primary_works = false;
    draw_outcome(p, o);
    return;
  }
  const record::Question* q = p.content ? p.content->question(s.question) : nullptr;
  if (!q) {
    draw_daily_end(p, s);
    return;
  }
  const std::string title = p.tr("daily.number", {p.number(s.index + 1), p.number(s.count)});
  const float top = draw_progress(p, title, kind_word(p, *q), s.index, s.count);
  const Rect action = primary_rect();
  const float note = s.answered ? p.c.line_height(Type::label) + 12 : 0;
  const QuestionLook look{q, &s, s.answered, s.right, s.busy, 0, "daily"};
  draw_question(p, {Grid::kMargin, top, Grid::kWidth, action.y - 20 - note - top}, look);
  if (s.answered) {
    const Rect line{Grid::kMargin, action.y - note - 4, Grid::kWidth, p.c.line_height(Type::label)};
    p.c.text(line, next_words(p, s),
             {.type = Type::label, .colour = Token::ink2, .align = Align::centre, .id = "daily.again"});
    const bool last = s.index + 1 >= s.count;
    if (p.c.primary(
            action,
            {.id = "daily.next", .label = p.tr(last ? "daily.finish" : "exam.next"), .icon = Icon::arrow_forward}))
      p.act(flow::NextStep{});
    return;
  }
  const bool clip = q->kind == rules::QuestionKind::hazard;
  const std::string label = s.busy ? p.tr("exam.saving") : p.tr(clip ? "clip.watch_first" : "lesson.confirm");
  if (p.c.primary(action, {.id = "daily.confirm", .label = label, .enabled = !clip && s.complete, .busy = s.busy}))
    p.act(flow::ConfirmAnswer{});
}

void draw_screen(Page& p, const flow::HazardScreen& s) {
  switch (s.stage) {
    case flow::HazardStage::list:
      return draw_clip_list(p, s);
    case flow::HazardStage::clip:
      return draw_clip_page(p, s);
    case flow::HazardStage::result:
      return draw_clip_result(p, s);
  }
}

}  // namespace station::screens
