#include "kiosk/screens/question.h"

namespace station::screens {

namespace {

constexpr float kLawPad = 28, kLawText = 112;

std::string source_of(const Page& p, const record::LawReference& law) {
  if (law.check == "common_sense" || law.article.empty()) return law.law;
  return p.tr("law.source", {law.law, law.article});
}

// The law's own wording stands in quotation marks, and only when it was compared with the text.
std::string quote_of(const Page& p, const record::LawReference& law) {
  return law.quote.empty() || law.check != "law_text" ? std::string() : p.tr("law.quote", {law.quote});
}

struct Parts {
  std::string stem, head, explanation;
  float stem_h = 0, scene_h = 0, picture_h = 0, answer_h = 0, head_h = 0, feedback_h = 0, law_h = 0, total = 0;
  Type stem_type = Type::title;
};

std::string feedback_head(const Page& p, const QuestionLook& look) {
  if (look.question->kind == rules::QuestionKind::hazard) return clip_words(p, *look.question, look.answer->clip.taps);
  return p.tr(look.right ? "question.right" : "question.wrong");
}

Parts lay_out(Page& p, const Rect& rect, const QuestionLook& look) {
  const record::Question& q = *look.question;
  Parts parts;
  parts.stem = q.stem.in(p.c.language());
  parts.stem_type = p.c.paragraph_height(parts.stem, rect.w, {.type = Type::title}) <= 3 * p.c.line_height(Type::title)
                        ? Type::title
                        : Type::strong;
  parts.stem_h = p.c.paragraph_height(parts.stem, rect.w, {.type = parts.stem_type});
  parts.total = parts.stem_h + 28;
  parts.answer_h = answer_height(p, rect.w, look);
  parts.total += parts.answer_h;
  if (has_answer_picture(q)) {
    parts.picture_h = answer_picture_height(p, rect.w, look);
    parts.total += parts.picture_h + 28;
  }
  if (look.answered) {
    parts.explanation = q.explanation.in(p.c.language());
    parts.head = feedback_head(p, look);
    parts.head_h = p.c.paragraph_height(parts.head, rect.w - 72, {.type = Type::heading});
    parts.feedback_h = p.c.paragraph_height(parts.explanation, rect.w - 72, {.type = Type::body}) + parts.head_h + 76;
    parts.law_h = q.law.law.empty() ? 0 : law_height(p, rect.w, q.law, true) + 20;
    parts.total += parts.feedback_h + 20 + parts.law_h;
  }
  if (has_answer_picture(q)) return parts;
  // The picture takes what is left, as long as it can still be read.
  const float most = rect.w * 0.56f, room = std::round(rect.h - parts.total - 28), scrolled = 280;
  const bool picture = p.content && !q.scene.empty() && p.state.scenes.find(*p.content, q.scene);
  if (picture)
    parts.scene_h = look.answered ? (room >= scrolled ? std::min(most, room) : 0) : std::clamp(room, scrolled, most);
  if (parts.scene_h > 0) parts.total += parts.scene_h + 28;
  return parts;
}

void draw_feedback(Page& p, const Rect& card, const QuestionLook& look, const Parts& parts) {
  p.c.card(card, {.radius = 36, .elevation = ui::Elevation::flat, .tone = look.right ? Tone::ok : Tone::warning});
  p.c.paragraph({card.x + 36, card.y + 24, card.w - 72, parts.head_h}, parts.head,
                {.type = Type::heading,
                 .colour = look.question->kind == rules::QuestionKind::hazard ? Token::ink  // whole sentences
                           : look.right                                       ? Token::ok
                                                                              : Token::points,
                 .id = look.prefix + ".feedback"});
  p.c.paragraph({card.x + 36, card.y + 36 + parts.head_h, card.w - 72, card.h}, parts.explanation,
                {.type = Type::body});
}

}  // namespace

std::string letter_of(int n) {
  return std::string(1, static_cast<char>('A' + n));
}

bool holds(const std::vector<int>& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string option_text(const Page& p, const record::Question& q, int authored) {
  if (q.judgement) return p.tr(authored == 0 ? "question.true" : "question.false");
  if (authored < 0 || static_cast<std::size_t>(authored) >= q.options.size()) return {};
  return q.options[static_cast<std::size_t>(authored)].in(p.c.language());
}

std::string kind_word(const Page& p, const record::Question& question) {
  return p.tr(std::string("kind.") + rules::to_string(question.kind));
}

float law_height(const Page& p, float width, const record::LawReference& law, bool with_quote) {
  const float inner = width - kLawText - kLawPad;
  float h = p.c.paragraph_height(source_of(p, law), inner, {.type = Type::caption});
  const std::string quote = with_quote ? quote_of(p, law) : std::string();
  if (!quote.empty()) h += p.c.paragraph_height(quote, inner, {.type = Type::label}) + 8;
  return h + 2 * kLawPad;
}

float draw_law(Page& p, const Rect& rect, const record::LawReference& law, bool with_quote) {
  const float height = law_height(p, rect.w, law, with_quote), inner = rect.w - kLawText - kLawPad;
  const Rect card{rect.x, rect.y, rect.w, height};
  p.c.card(card, {.radius = 32, .elevation = ui::Elevation::sunken});
  const bool common = law.check == "common_sense";
  p.c.icon({card.x + 60, card.centre().y}, common ? Icon::shield : Icon::gavel, 56, Token::ink3);
  float y = card.y + kLawPad;
  const std::string quote = with_quote ? quote_of(p, law) : std::string();
  if (!quote.empty())
    y += p.c.paragraph({card.x + kLawText, y, inner, card.bottom() - y}, quote,
                       {.type = Type::label, .colour = Token::ink}) +
         8;
  p.c.paragraph({card.x + kLawText, y, inner, card.bottom() - y}, source_of(p, law),
                {.type = Type::caption, .colour = Token::ink2});
  return height;
}

void draw_question(Page& p, const Rect& rect, const QuestionLook& look) {
  if (!look.question || !look.answer) return;
  const record::Question& q = *look.question;
  const Parts parts = lay_out(p, rect, look);
  p.c.scroll(look.prefix + ".question", rect, parts.total, [&](ui::Point at) {
    float y = at.y;
    if (parts.scene_h > 0) {
      draw_scene(p, {at.x, y, rect.w, parts.scene_h}, q.scene, look.scene_ms);
      y += parts.scene_h + 28;
    }
    // What one touches stands below what one reads; a clip is looked at first.
    const bool picture_first = q.kind == rules::QuestionKind::hazard;
    if (parts.picture_h > 0 && picture_first) {
      draw_answer_picture(p, {at.x, y, rect.w, parts.picture_h}, look);
      y += parts.picture_h + 28;
    }
    p.c.paragraph({at.x, y, rect.w, parts.stem_h}, parts.stem, {.type = parts.stem_type, .id = look.prefix + ".stem"});
    y += parts.stem_h + 28;
    if (parts.picture_h > 0 && !picture_first) {
      draw_answer_picture(p, {at.x, y, rect.w, parts.picture_h}, look);
      y += parts.picture_h + 28;
    }
    if (parts.answer_h > 0) draw_answer(p, {at.x, y, rect.w, parts.answer_h}, look);
    y += parts.answer_h;
    if (!look.answered) return;
    draw_feedback(p, {at.x, y, rect.w, parts.feedback_h}, look, parts);
    y += parts.feedback_h + 20;
    if (parts.law_h > 0) draw_law(p, {at.x, y, rect.w, 0}, q.law, true);
  });
}

}  // namespace station::screens
