#include "kiosk/screens/question.h"

// The examination, its result, and the certificate.
namespace station::screens {

namespace {

void draw_head(Page& p, const flow::ExamScreen& s) {
  const auto count = static_cast<int>(s.paper.questions.size());
  const std::string title = p.tr("exam.number", {p.number(s.index + 1), p.number(count)});
  const bool multiple = s.paper.questions[static_cast<std::size_t>(s.index)].multiple;
  const float h = p.c.line_height(Type::display);
  const ui::Rect drawn = p.c.text(ui::Point{Grid::kMargin, Grid::kTop - p.by_size(6, 10)}, title,
                                  {.type = Type::display, .id = "exam.number"});
  const std::string kind = p.tr(multiple ? "exam.multiple" : "exam.single");
  const auto size = p.c.chip_size({.label = kind});
  if (drawn.right() + 40 + size.w < Grid::kMargin + Grid::kWidth)
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
  QuestionLook look{question, view.order, s.chosen, false, s.busy, 0, "exam"};
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
                                   : p.tr(s.chosen.empty() ? "exam.choose"
                                          : last           ? "exam.hand_in"
                                                           : "exam.next");
  if (p.c.primary(action, {.id = "exam.next",
                           .label = label,
                           .icon = last || s.chosen.empty() ? Icon::none : Icon::arrow_forward,
                           .enabled = !s.chosen.empty(),
                           .busy = s.busy}))
    p.act(flow::ConfirmAnswer{});
}

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
    draw_outcome(p, o);
    return;
  }
  o.sentence = out.critical_wrong && out.score >= out.pass ? p.tr("result.critical_text")
                                                           : p.tr("result.failed_text", {p.number(out.pass)});
  const bool waits = out.retry_at && *out.retry_at > p.frame.now;
  o.note = waits ? p.tr("result.retry_at", {p.day_and_time(*out.retry_at)}) : p.tr("result.retry_now");
  o.choices = {
      {"result.course", p.tr("result.course"), kLessons.icon, kLessons.hue, flow::Go{flow::Place::course, out.course}}};
  o.primary = {"result.done", p.tr("to_home"), Icon::none, Hue::primary, flow::GoHome{}};
  draw_outcome(p, o);
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
