#include "kiosk/screens/question.h"

// One step of a lesson: a picture that moves, a few lines, what they rest on, and the way on.
namespace station::screens {

namespace {

constexpr float kSignHeight = 108;  // head: title, steps, minutes

// Step title, where in the lesson, and the credited minutes as a ring.
void draw_head(Page& p, const flow::LessonScreen& s, const std::string& title) {
  const bool mandatory = s.required_s > 0;
  const float radius = p.by_size(70, 78), right = Grid::kMargin + Grid::kWidth;
  const float width = Grid::kWidth - (mandatory ? 2 * radius + 28 : 0);
  const float type_h = p.headline_height(width, title, {Type::display, Type::number, Type::title});
  const float y = Grid::kTop + std::max(0.0f, (kSignHeight - type_h) / 2) - 8;
  p.headline({Grid::kMargin, y, width, type_h}, title, Align::left, {Type::display, Type::number, Type::title},
             Token::ink, "lesson.title");
  if (mandatory) {
    const float share = std::min(1.0f, static_cast<float>(s.credited_s) / static_cast<float>(s.required_s));
    const std::string done = p.number(s.credited_s / 60),
                      label = p.large() ? done : done + "/" + p.number(s.required_s / 60);
    p.c.ring({right - radius, Grid::kTop + 66}, {.id = "lesson.ring",
                                                 .fraction = share,
                                                 .label = label,
                                                 .label_type = Type::caption,
                                                 .radius = radius,
                                                 .stroke = 12,
                                                 .hue = share >= 1 ? Hue::ok : Hue::lessons});
  }
  p.c.step_dots({Grid::kMargin, Grid::kTop + 116, width, 24}, s.step_index, s.steps);
}

// "An order arrived" and "back a step", always in the same two places above the main action.
void draw_ways(Page& p, const flow::LessonScreen& s, const Rect& rect) {
  const bool first = s.step_index == 0;
  const std::string order = p.tr("lesson.order"), back = p.tr(first ? "lesson.leave" : "lesson.previous");
  if (p.c.button(rect.column(0, 2, Grid::kGap), {.id = first ? "lesson.pause" : "lesson.previous",
                                                 .title = back,
                                                 .icon = Icon::arrow_back,
                                                 .kind = ui::ButtonKind::tonal,
                                                 .align = Align::centre}))
    p.act(first ? flow::Action(flow::PauseStudy{}) : flow::Action(flow::PreviousStep{}));
  if (p.c.button(rect.column(1, 2, Grid::kGap), {.id = "lesson.order",
                                                 .title = order,
                                                 .icon = Icon::two_wheeler,
                                                 .hue = Hue::lessons,
                                                 .kind = ui::ButtonKind::card,
                                                 .align = Align::centre}))
    p.act(flow::NewOrder{});
}

void draw_text_step(Page& p, const flow::LessonScreen& s, const record::Step& step, const Rect& area) {
  const std::string& body = step.body.in(p.c.language());
  const bool scene = p.content && p.state.scenes.find(*p.content, step.scene);
  const float text_w = area.w - 24, pitch = p.by_size(58, 76);
  const ui::TextStyle style{.type = Type::body, .line_height = pitch};
  const float text_h = p.c.rich_text_height(body, text_w, style);
  float laws = 0;
  for (const record::LawReference& law : step.law) laws += law_height(p, area.w, law, true) + 16;
  // The picture gives way so that the words and their source fit, but only as far as it can still be read.
  const float full = std::round(area.w * 0.56f), words = text_h + 28 + std::max(0.0f, laws - 16) + 8;
  const float scene_h = std::clamp(std::round(area.h - words - 32), 400.0f, full);
  const float total = (scene ? scene_h + 32 : 0) + words;
  p.c.scroll("lesson.text", area, total, [&](ui::Point at) {
    float y = at.y;
    // A finger on the text is a sign of reading; in voice mode it has the text read out.
    const std::string spoken = step.title.in(p.c.language()) + "\n" + body;
    if (p.c.touch_area({at.x, at.y, area.w, std::max(total, area.h)}, "lesson.read", spoken)) p.act(flow::AnyTouch{});
    // Large text begins with the words, the picture follows.
    if (scene && !p.large()) {
      draw_scene(p, {at.x, y, area.w, scene_h}, step.scene, s.step_time_ms);
      y += scene_h + 32;
    }
    p.c.rich_text({at.x + 12, y, text_w, text_h}, body, style);
    y += text_h + 28;
    if (scene && p.large()) {
      draw_scene(p, {at.x, y, area.w, scene_h}, step.scene, s.step_time_ms);
      y += scene_h + 32;
    }
    for (const record::LawReference& law : step.law) y += draw_law(p, {at.x, y, area.w, 0}, law, true) + 16;
  });
}

void draw_completed(Page& p, const flow::LessonScreen& s) {
  Outcome o;
  o.headline = p.tr("lesson.completed");
  o.sentence = p.tr("lesson.completed_text", {p.lesson_title(s.lesson)});
  if (s.required_s > 0) {
    const int left = std::max(0, (s.required_s - s.credited_s + 59) / 60);
    o.chip = p.tr("paused.saved", {p.number(s.credited_s / 60), p.number(s.required_s / 60)});
    o.chip_icon = Icon::timer;
    o.chip_tone = Tone::ok;
    o.note = left > 0 ? p.counted("paused.left", left) : p.tr("paused.enough");
  }
  o.choices = {{"lesson.order", p.tr("lesson.leave_now"), Icon::two_wheeler, Hue::lessons, flow::NewOrder{}}};
  o.primary = {"lesson.next", p.tr("lesson.go_on"), Icon::none, Hue::primary, flow::NextStep{}};
  draw_outcome(p, o);
}

}  // namespace

void draw_screen(Page& p, const flow::LessonScreen& s) {
  if (s.completed) {
    draw_completed(p, s);
    return;
  }
  const record::Step* step = p.content ? p.content->step(s.lesson, s.step) : nullptr;
  const record::Question* question = p.content ? p.content->question(s.question) : nullptr;
  draw_head(p, s, step ? step->title.in(p.c.language()) : std::string());
  const Rect action = primary_rect();
  const Rect ways{Grid::kMargin, action.y - 24 - p.by_size(128, 136), Grid::kWidth, p.by_size(128, 136)};
  const float top = p.message(Grid::kTop + 172, s.message);
  const Rect area{Grid::kMargin, top, Grid::kWidth, ways.y - 24 - top};
  if (question) {
    const QuestionLook look{question, &s, s.answered, s.right, false, s.step_time_ms, "lesson"};
    draw_question(p, area, look);
  } else if (step) {
    draw_text_step(p, s, *step, area);
  }
  draw_ways(p, s, ways);
  if (question && !s.answered) {
    const bool clip = question->kind == rules::QuestionKind::hazard;  // it counts by itself when it has ended
    if (p.c.primary(action, {.id = "lesson.confirm",
                             .label = p.tr(clip ? "clip.watch_first" : "lesson.confirm"),
                             .enabled = !clip && s.complete}))
      p.act(flow::ConfirmAnswer{});
    return;
  }
  const bool last = s.step_index + 1 >= s.steps;
  const std::string label =
      s.wait_s > 0 ? p.counted("lesson.wait", s.wait_s) : p.tr(last ? "lesson.finish" : "lesson.next");
  if (p.c.primary(action, {.id = "lesson.next",
                           .label = label,
                           .icon = s.wait_s > 0 ? Icon::hourglass_empty
                                   : last       ? Icon::check
                                                : Icon::arrow_forward,
                           .enabled = s.wait_s <= 0}))
    p.act(flow::NextStep{});
}

void draw_lesson_dialogs(Page& p, const flow::LessonScreen& s) {
  if (s.completed) return;
  if (s.presence) {
    const Rect rect{Grid::kMargin, 150, Grid::kWidth, 1560};
    const std::string title = p.tr("presence.title"), text = p.tr("presence.text"), here = p.tr("presence.here");
    p.c.dialog("presence", rect, title, [&](const Rect& r) {
      float y = r.y + 40;
      y += p.headline({r.x + 56, y, r.w - 112, 200}, title, Align::centre, {Type::display, Type::number, Type::title});
      p.c.paragraph({r.x + 56, y + 4, r.w - 112, 200}, text,
                    {.type = Type::body, .colour = Token::ink2, .align = Align::centre});
      const Rect field{r.x + 32, r.y + 380, r.w - 64, r.h - 420};
      const Rect cell = field.row(s.presence->place / 3, 3, 12).column(s.presence->place % 3, 3, 12);
      // Faint marks where it may come: the eye need not search.
      for (int place = 0; place < 9; ++place) {
        const ui::Point c = field.row(place / 3, 3, 12).column(place % 3, 3, 12).centre();
        if (place != s.presence->place) p.c.fill({c.x - 22, c.y - 22, 44, 44}, Token::neutral_fill, 22);
      }
      const float side = std::min(cell.w, cell.h);
      const Rect target{cell.centre().x - side / 2, cell.centre().y - side / 2, side, side};
      if (p.c.presence_target(target, "lesson.presence", here, static_cast<float>(s.presence->seconds_left), 30))
        p.act(flow::TouchTarget{});
    });
  } else if (s.idle_prompt) {
    const Rect rect{Grid::kMargin, 520, Grid::kWidth, 860};
    const std::string title = p.tr("idle.title"), text = p.tr("lesson.idle_text");
    p.c.dialog("lesson.idle", rect, title, [&](const Rect& r) {
      const Rect in = r.inset(56);
      p.c.icon_disc({in.centre().x, in.y + 90}, 96, Icon::pause, Hue::lessons);
      float y = in.y + 216;
      y += p.headline({in.x, y, in.w, 110}, title, Align::centre, {Type::display, Type::number});
      p.c.paragraph({in.x, y + 8, in.w, in.bottom() - y}, text,
                    {.type = Type::body, .colour = Token::ink2, .align = Align::centre});
      const Rect low{in.x, in.bottom() - 324, in.w, 324};
      if (p.c.primary(low.row(0, 2, 24), {.id = "lesson.here", .label = p.tr("lesson.here"), .icon = Icon::play_arrow}))
        p.act(flow::StillHere{});
      if (p.c.button(low.row(1, 2, 24), {.id = "lesson.leave",
                                         .title = p.tr("lesson.leave_now"),
                                         .icon = Icon::two_wheeler,
                                         .kind = ui::ButtonKind::tonal,
                                         .align = Align::centre}))
        p.act(flow::NewOrder{});
    });
  }
}

}  // namespace station::screens
