#include "kiosk/screens/question.h"

// The examination, its result, and the certificate.
namespace station::screens {

namespace {

void draw_head(Page& p, const flow::ExamScreen& s) {
  const auto count = static_cast<int>(s.paper.questions.size());
  const std::string title = p.tr("exam.number", {p.number(s.index + 1), p.number(count)});
  const auto& item = s.paper.questions[static_cast<std::size_t>(s.index)].item;
  const record::Question* question = p.content ? p.content->question(item) : nullptr;
  const bool multiple = question && question->multiple;
  const float h = p.c.line_height(Type::display);
  const ui::Rect drawn = p.c.text(ui::Point{Grid::kMargin, Grid::kTop - p.by_size(6, 10)}, title,
                                  {.type = Type::display, .id = "exam.number"});
  const std::string kind = question ? kind_word(p, *question) : std::string();
  const auto size = p.c.chip_size({.label = kind});
  if (question && drawn.right() + 40 + size.w < Grid::kMargin + Grid::kWidth)
    p.c.chip({Grid::kMargin + Grid::kWidth, drawn.y + (h - size.h) / 2 + 4},
             {.id = "exam.kind", .label = kind, .tone = multiple ? Tone::warning : Tone::primary}, Align::right);
  p.c.progress({Grid::kMargin, Grid::kTop + 108, Grid::kWidth, 16},
               static_cast<float>(s.index) / static_cast<float>(std::max(1, count)), Hue::primary, "exam.progress");
}

void draw_loading(Page& p) {
  Outcome o;
  o.badge = ui::Outcome::waiting;
  o.headline = p.tr("exam.loading");
  o.sentence = p.tr("exam.loading_text");
  o.primary = {"exam.wait", p.tr("wait")};
  o.primary_works = false;
  draw_outcome(p, o);
}

}  // namespace

void draw_screen(Page& p, const flow::ExamScreen& s) {
  if (s.paper.questions.empty()) {
    draw_loading(p);
    return;
  }
  const flow::QuestionView& view = s.paper.questions[static_cast<std::size_t>(s.index)];
  draw_head(p, s);
  const Rect action = primary_rect();
  const Rect order{Grid::kMargin, action.y - 24 - 132, Grid::kWidth, 132};
  const Rect area{Grid::kMargin, Grid::kTop + 156, Grid::kWidth, order.y - 24 - Grid::kTop - 156};
  const record::Question* question = p.content ? p.content->question(view.item) : nullptr;
  // A paper that was opened stands in its own order, whoever filled in the answer.
  flow::AnswerView answer = s;
  answer.order = view.order;
  const QuestionLook look{question, &answer, false, false, s.busy, 0, "exam"};
  draw_question(p, area, look);
  if (p.c.button(order, {.id = "exam.order",
                         .title = p.tr("lesson.order"),
                         .subtitle = p.large() ? std::string_view() : std::string_view(p.tr("exam.order_text")),
                         .icon = Icon::two_wheeler,
                         .hue = Hue::lessons,
                         .kind = ui::ButtonKind::tonal,
                         .align = Align::centre}))
    p.act(flow::NewOrder{});
  const bool last = s.index + 1 == static_cast<int>(s.paper.questions.size());
  const std::string label = s.busy ? p.tr("exam.saving")
                                   : p.tr(!s.complete ? "exam.choose"
                                          : last           ? "exam.hand_in"
                                                           : "exam.next");
  if (p.c.primary(action, {.id = "exam.next",
                           .label = label,
                           .icon = last || !s.complete ? Icon::none : Icon::arrow_forward,
                           .enabled = s.complete,
                           .busy = s.busy}))
    p.act(flow::ConfirmAnswer{});
}

namespace {

// A question that was answered wrongly: what was asked, and where the answer stands; never the answer, which may be asked
// again.
struct WrongItem {
  std::string stem, where;
  float stem_h = 0, where_h = 0;
  float height() const { return stem_h + where_h + 72; }
};

std::vector<WrongItem> wrong_items(Page& p, const flow::ExamOutcome& out, float width) {
  std::vector<WrongItem> items;
  for (const std::string& id : out.wrong_items) {
    const record::Question* q = p.content ? p.content->question(id) : nullptr;
    if (!q) continue;
    WrongItem w;
    w.stem = q->stem.in(p.c.language());
    w.where = q->law.article.empty() ? q->law.law : p.tr("law.source", {q->law.law, q->law.article});
    w.where += "\n" + p.tr("result.reread", {p.lesson_title(q->lesson)});
    w.stem_h = p.c.paragraph_height(w.stem, width - 72, {.type = Type::body});
    w.where_h = p.c.paragraph_height(w.where, width - 72 - 64, {.type = Type::caption});
    items.push_back(std::move(w));
  }
  return items;
}

void draw_wrong(Page& p, const Rect& rect, const std::vector<WrongItem>& items) {
  float total = 0;
  for (const WrongItem& w : items) total += w.height() + 20;
  p.c.scroll("result.wrong", rect, total - 20, [&](ui::Point at) {
    float y = at.y;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const WrongItem& w = items[i];
      const Rect card{at.x, y, rect.w, w.height()};
      p.c.card(card, {.radius = 32, .elevation = ui::Elevation::flat});
      p.c.paragraph({card.x + 36, card.y + 28, card.w - 72, w.stem_h}, w.stem,
                    {.type = Type::body, .id = "result.item." + std::to_string(i)});
      p.c.icon({card.x + 60, card.y + 44 + w.stem_h + w.where_h / 2}, Icon::gavel, 48, Token::ink3);
      p.c.paragraph({card.x + 36 + 64, card.y + 44 + w.stem_h, card.w - 72 - 64, w.where_h}, w.where,
                    {.type = Type::caption, .colour = Token::ink2});
      y += card.h + 20;
    }
  });
}

// Result, score and what to do now in one card above the list of what was wrong.
void draw_result(Page& p, const Outcome& o, const std::vector<WrongItem>& items) {
  const Rect main = primary_rect();
  const float low = draw_choices(p, o.choices, main.y - 24);
  const float width = Grid::kWidth - 96 - 220;
  const float head = p.headline_height(width, o.headline, {Type::display, Type::number, Type::title});
  const float text = p.c.paragraph_height(o.sentence, width, {.type = Type::label});
  const float note = o.note.empty() ? 0 : p.c.paragraph_height(o.note, width, {.type = Type::label}) + 8;
  const auto chip = p.c.chip_size({.label = o.chip, .icon = o.chip_icon, .type = Type::title});
  const Rect card{Grid::kMargin, Grid::kTop, Grid::kWidth, head + text + note + chip.h + 96};
  p.c.card(card, {.radius = 48});
  p.c.outcome({card.x + 130, card.centre().y}, o.badge, 0.5f);
  const float x = card.x + 48 + 200;
  float y = card.y + 32;
  y += p.headline({x, y, width, head}, o.headline, Align::left, {Type::display, Type::number, Type::title}, Token::ink,
                  "headline");
  p.c.chip({x, y + 8}, {.id = "chip", .label = o.chip, .icon = o.chip_icon, .tone = o.chip_tone, .type = Type::title});
  y += chip.h + 28;
  p.c.paragraph({x, y, width, text}, o.sentence, {.type = Type::label, .colour = Token::ink2, .id = "sentence"});
  y += text + 8;
  if (note > 0) p.c.paragraph({x, y, width, note}, o.note, {.type = Type::label, .colour = Token::ink2});
  const float line = p.c.line_height(Type::heading);
  y = card.bottom() + 24;
  p.c.text(ui::Point{Grid::kMargin + 8, y}, p.counted("result.wrong", static_cast<std::int64_t>(items.size())),
           {.type = Type::heading});
  y += line + 12;
  draw_wrong(p, {Grid::kMargin, y, Grid::kWidth, low - 24 - y}, items);
  if (p.c.primary(main, {.id = o.primary.id, .label = o.primary.title, .icon = o.primary_icon})) p.act(o.primary.action);
}

}  // namespace

void draw_screen(Page& p, const flow::ExamResultScreen& s) {
  const flow::ExamOutcome& out = s.outcome;
  Outcome o;
  o.badge = out.passed ? ui::Outcome::success : ui::Outcome::warning;
  o.headline = p.tr(out.passed ? "result.passed" : "result.failed");
  o.chip = p.tr("result.score", {p.number(out.score), p.number(out.of)});
  o.chip_icon = out.passed ? Icon::workspace_premium : Icon::quiz;
  o.chip_tone = out.passed ? Tone::ok : Tone::warning;
  if (out.passed) {
    o.sentence = p.tr("result.passed_text");
    if (out.certificate) {
      o.primary = {"result.certificate", p.tr("result.certificate"), Icon::none, Hue::primary,
                   flow::ShowCertificate{out.certificate->number}};
      o.primary_icon = Icon::verified;
      o.choices = {{"result.done", p.tr("to_home"), Icon::home, Hue::primary, flow::GoHome{}}};
    } else {
      o.primary = {"result.done", p.tr("to_home"), Icon::none, Hue::primary, flow::GoHome{}};
    }
  } else {
    o.sentence = out.critical_wrong && out.score >= out.pass ? p.tr("result.critical_text")
                                                             : p.tr("result.failed_text", {p.number(out.pass)});
    const bool waits = out.retry_at && *out.retry_at > p.frame.now;
    o.note = waits ? p.tr("result.retry_at", {p.day_and_time(*out.retry_at)}) : p.tr("result.retry_now");
    o.choices = {{"result.course", p.tr("result.course"), kLessons.icon, kLessons.hue,
                  flow::Go{flow::Place::course, out.course}}};
    o.primary = {"result.done", p.tr("to_home"), Icon::none, Hue::primary, flow::GoHome{}};
  }
  const auto items = wrong_items(p, out, Grid::kWidth);
  if (items.empty()) {
    draw_outcome(p, o);
  } else {
    draw_result(p, o, items);
  }
}

void draw_screen(Page& p, const flow::CertificateScreen& s) {
  const flow::CertificateView& v = s.certificate;
  const Rect action = primary_rect();
  const Rect card{Grid::kMargin, Grid::kTop + 24, Grid::kWidth, action.y - 44 - Grid::kTop - 24};
  p.c.card(card, {.radius = 56});
  const float inner = card.w - 128, x = card.x + 64;
  float y = card.y + p.by_size(52, 28);
  p.c.icon_disc({card.centre().x, y + 62}, 62, Icon::workspace_premium, Hue::ok);
  y += 140;
  y += p.headline({x, y, inner, 110}, p.tr("certificate.title"), Align::centre, {Type::display, Type::number},
                  Token::ink, "certificate.title");
  const std::string who = p.tr("certificate.who", {s.name});
  y += p.headline({x, y, inner, 110}, who, Align::centre, {Type::title, Type::body}, Token::ink, "certificate.name") +
       p.by_size(16, 4);
  const float low = card.bottom() - p.by_size(56, 24);
  const std::string facts = p.tr("certificate.facts", {p.full_date(v.at), p.number(v.score_percent)});
  const std::string number = p.tr("certificate.number", {v.number}), hint = p.tr("certificate.hint");
  const float facts_h = p.headline_height(inner, facts, {Type::label}),
              number_all = p.headline_height(inner, number, {Type::caption});
  const float hint_h = p.c.paragraph_height(hint, inner, {.type = Type::label});
  const float words = facts_h + number_all + hint_h + 28;
  const float side = std::min(inner, low - words - y - 12);
  p.c.qr({card.centre().x - side / 2, y, side, side}, v.text, "certificate.qr", p.tr("certificate.qr"));
  y += side + 12;
  y += p.headline({x, y, inner, facts_h}, facts, Align::centre, {Type::label}, Token::ink, "certificate.facts");
  y +=
      p.headline({x, y, inner, number_all}, number, Align::centre, {Type::caption}, Token::ink2, "certificate.number") +
      10;
  p.c.paragraph({x, y, inner, hint_h}, hint, {.type = Type::label, .colour = Token::ink2, .align = Align::centre});
  if (p.c.primary(action, {.id = "certificate.done", .label = p.tr("certificate.done"), .icon = Icon::check}))
    p.act(flow::Back{});
}

}  // namespace station::screens
