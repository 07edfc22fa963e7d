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

std::string option_text(const Page& p, const record::Question& q, int authored) {
  if (q.judgement) return p.tr(authored == 0 ? "question.true" : "question.false");
  if (authored < 0 || static_cast<std::size_t>(authored) >= q.options.size()) return {};
  return q.options[static_cast<std::size_t>(authored)].in(p.c.language());
}

bool contains(const std::vector<int>& values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

ui::OptionState state_of(const QuestionLook& look, int shown, int authored) {
  const bool chosen = contains(look.chosen, shown);
  if (!look.answered) return chosen ? ui::OptionState::chosen : ui::OptionState::idle;
  const bool right = contains(look.question->right, authored);
  if (right) return chosen ? ui::OptionState::right : ui::OptionState::missed;
  return chosen ? ui::OptionState::wrong : ui::OptionState::idle;
}

constexpr std::initializer_list<Type> kStem = {Type::title, Type::strong};

struct Parts {
  std::string stem, explanation;
  std::vector<std::size_t> shown;  // places in the order
  std::vector<std::string> options;
  std::vector<float> option_heights;
  float stem_h = 0, scene_h = 0, feedback_h = 0, law_h = 0, total = 0;
  Type stem_type = Type::title;
};

Parts lay_out(Page& p, const Rect& rect, const QuestionLook& look) {
  const record::Question& q = *look.question;
  Parts parts;
  parts.stem = q.stem.in(p.c.language());
  parts.stem_type = p.c.paragraph_height(parts.stem, rect.w, {.type = Type::title}) <= 3 * p.c.line_height(Type::title)
                        ? Type::title
                        : Type::strong;
  parts.stem_h = p.c.paragraph_height(parts.stem, rect.w, {.type = parts.stem_type});
  parts.total = parts.stem_h + 28;
  for (std::size_t i = 0; i < look.order.size(); ++i) {
    const int authored = look.order[i];
    // Once answered, what was neither chosen nor right is of no interest.
    const auto state = state_of(look, static_cast<int>(i), authored);
    if (look.answered && !q.judgement && state == ui::OptionState::idle) continue;
    parts.shown.push_back(i);
    parts.options.push_back(option_text(p, q, authored));
    parts.option_heights.push_back(p.c.option_height(rect.w, parts.options.back()));
    parts.total += parts.option_heights.back() + 20;
  }
  if (look.answered) {
    parts.explanation = q.explanation.in(p.c.language());
    parts.feedback_h = p.c.paragraph_height(parts.explanation, rect.w - 72, {.type = Type::body}) +
                       p.c.line_height(Type::heading) + 76;
    parts.law_h = q.law.law.empty() ? 0 : law_height(p, rect.w, q.law, true) + 20;
    parts.total += parts.feedback_h + 20 + parts.law_h;
  }
  // The picture takes what is left, as long as it can still be read.
  const float most = rect.w * 0.56f, room = std::round(rect.h - parts.total - 28), scrolled = 280;
  const bool picture = p.content && !q.scene.empty() && p.state.scenes.find(*p.content, q.scene);
  if (picture)
    parts.scene_h = look.answered ? (room >= scrolled ? std::min(most, room) : 0) : std::clamp(room, scrolled, most);
  if (parts.scene_h > 0) parts.total += parts.scene_h + 28;
  return parts;
}

}  // namespace

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
  if (!look.question) return;
  const record::Question& q = *look.question;
  const Parts parts = lay_out(p, rect, look);
  p.c.scroll(look.prefix + ".question", rect, parts.total, [&](ui::Point at) {
    float y = at.y;
    if (parts.scene_h > 0) {
      draw_scene(p, {at.x, y, rect.w, parts.scene_h}, q.scene, look.scene_ms);
      y += parts.scene_h + 28;
    }
    p.c.paragraph({at.x, y, rect.w, parts.stem_h}, parts.stem, {.type = parts.stem_type, .id = look.prefix + ".stem"});
    y += parts.stem_h + 28;
    for (std::size_t i = 0; i < parts.options.size(); ++i) {
      const std::size_t place = parts.shown[i];
      const std::string letter(1, static_cast<char>('A' + static_cast<int>(place))),
          id = look.prefix + ".option." + letter;
      const Rect box{at.x, y, rect.w, parts.option_heights[i]};
      if (p.c.option(box, {.id = id,
                           .letter = letter,
                           .text = parts.options[i],
                           .state = state_of(look, static_cast<int>(place), look.order[place]),
                           .multiple = q.multiple,
                           .enabled = !look.answered && !look.busy}))
        p.act(flow::ChooseOption{static_cast<int>(place)});
      y += box.h + 20;
    }
    if (!look.answered) return;
    std::vector<int> authored;
    for (const int shown : look.chosen)
      if (static_cast<std::size_t>(shown) < look.order.size())
        authored.push_back(look.order[static_cast<std::size_t>(shown)]);
    const bool right = q.is_right(authored);
    const Rect card{at.x, y, rect.w, parts.feedback_h};
    p.c.card(card, {.radius = 36, .elevation = ui::Elevation::flat, .tone = right ? Tone::ok : Tone::warning});
    const float head = p.c.line_height(Type::heading);
    p.c.text(Rect{card.x + 36, card.y + 24, card.w - 72, head}, p.tr(right ? "question.right" : "question.wrong"),
             {.type = Type::heading, .colour = right ? Token::ok : Token::points, .id = look.prefix + ".feedback"});
    p.c.paragraph({card.x + 36, card.y + 36 + head, card.w - 72, card.h}, parts.explanation, {.type = Type::body});
    y += card.h + 20;
    if (parts.law_h > 0) draw_law(p, {at.x, y, rect.w, 0}, q.law, true);
  });
}

}  // namespace station::screens
