// What questions are answered with: options, steps in order, matches, keys and words.
#include "kiosk/screens/question.h"

namespace station::screens {

namespace {

using rules::QuestionKind;

constexpr float kBetween = 20, kField = 136, kKeyGap = 12;

// One way of answering: how high it is, and its drawing.
struct Way {
  float (*height)(Page&, float width, const QuestionLook&);
  void (*draw)(Page&, const Rect&, const QuestionLook&);
};

// ---- options ----

ui::OptionState option_state(const QuestionLook& look, int shown, int authored) {
  const bool chosen = holds(look.answer->chosen, shown);
  if (!look.answered) return chosen ? ui::OptionState::chosen : ui::OptionState::idle;
  if (holds(look.question->right, authored)) return chosen ? ui::OptionState::right : ui::OptionState::missed;
  return chosen ? ui::OptionState::wrong : ui::OptionState::idle;
}

// Once answered, what was neither chosen nor right is of no interest.
std::vector<int> shown_options(const QuestionLook& look) {
  std::vector<int> out;
  for (int i = 0; i < static_cast<int>(look.answer->order.size()); ++i) {
    const auto state = option_state(look, i, look.answer->order[static_cast<std::size_t>(i)]);
    if (!look.answered || look.question->judgement || state != ui::OptionState::idle) out.push_back(i);
  }
  return out;
}

float options_height(Page& p, float width, const QuestionLook& look) {
  float h = 0;
  for (const int i : shown_options(look))
    h += p.c.option_height(width, option_text(p, *look.question, look.answer->order[static_cast<std::size_t>(i)])) +
         kBetween;
  return h;
}

void draw_options(Page& p, const Rect& rect, const QuestionLook& look) {
  float y = rect.y;
  for (const int i : shown_options(look)) {
    const int authored = look.answer->order[static_cast<std::size_t>(i)];
    const std::string text = option_text(p, *look.question, authored), letter = letter_of(i),
                      id = look.prefix + ".option." + letter;
    const Rect box{rect.x, y, rect.w, p.c.option_height(rect.w, text)};
    if (p.c.option(box, {.id = id,
                         .letter = letter,
                         .text = text,
                         .state = option_state(look, i, authored),
                         .multiple = look.question->multiple,
                         .enabled = look.acts()}))
      p.act(flow::ChooseOption{i});
    y += box.h + kBetween;
  }
}

// ---- steps in order: each tap gives the next number, a second tap takes it back ----

// What stands in row i: while answering as drawn, afterwards in the right order.
int step_at(const QuestionLook& look, int row) {
  return look.answered ? look.question->right[static_cast<std::size_t>(row)]
                       : look.answer->order[static_cast<std::size_t>(row)];
}

// Place that the rider gave to this authored step, from 0; -1: none.
int place_given(const QuestionLook& look, int authored) {
  const auto& a = *look.answer;
  for (std::size_t n = 0; n < a.chosen.size(); ++n)
    if (a.order[static_cast<std::size_t>(a.chosen[n])] == authored) return static_cast<int>(n);
  return -1;
}

float steps_height(Page& p, float width, const QuestionLook& look) {
  float h = 0;
  for (int i = 0; i < static_cast<int>(look.answer->order.size()); ++i)
    h += p.c.option_height(width, option_text(p, *look.question, step_at(look, i))) + kBetween;
  return h;
}

void draw_steps(Page& p, const Rect& rect, const QuestionLook& look) {
  float y = rect.y;
  for (int i = 0; i < static_cast<int>(look.answer->order.size()); ++i) {
    const int authored = step_at(look, i), given = place_given(look, authored);
    const std::string text = option_text(p, *look.question, authored), id = look.prefix + ".option." + letter_of(i);
    auto state = given >= 0 ? ui::OptionState::chosen : ui::OptionState::idle;
    if (look.answered) state = given == i ? ui::OptionState::right : ui::OptionState::wrong;
    const int number = look.answered ? i : given;
    const Rect box{rect.x, y, rect.w, p.c.option_height(rect.w, text)};
    if (p.c.option(box, {.id = id,
                         .letter = number >= 0 ? p.number(number + 1) : std::string("\xC2\xB7"),
                         .text = text,
                         .state = state,
                         .enabled = look.acts()}))
      p.act(flow::ChooseOption{i});
    y += box.h + kBetween;
  }
}

// ---- matches: the marked left side takes the right side that is tapped ----

float slot_height(const Page& p) {
  return p.by_size(132, 220);
}
float right_height(const Page& p) {
  return p.by_size(112, 148);
}

// Right sides that are not beside anything yet.
std::vector<int> free_rights(const QuestionLook& look) {
  std::vector<int> out;
  for (int i = 0; i < static_cast<int>(look.answer->order.size()); ++i)
    if (!holds(look.answer->chosen, i)) out.push_back(i);
  return out;
}

int rights_columns(const Page& p) {
  return p.large() ? 1 : 2;
}

float match_height(Page& p, float, const QuestionLook& look) {
  const auto lefts = static_cast<float>(look.question->lefts.size());
  float h = lefts * (slot_height(p) + 16) + 12;
  if (look.answered) return h;
  const int columns = rights_columns(p);
  const auto rows = (static_cast<int>(free_rights(look).size()) + columns - 1) / columns;
  return h + 16 + static_cast<float>(rows) * (right_height(p) + 16);
}

void draw_slot(Page& p, const Rect& box, const QuestionLook& look, int i) {
  const auto& a = *look.answer;
  const record::Question& q = *look.question;
  const int shown = static_cast<std::size_t>(i) < a.chosen.size() ? a.chosen[static_cast<std::size_t>(i)] : -1;
  const int authored = shown >= 0 ? a.order[static_cast<std::size_t>(shown)] : -1;
  const bool right = look.answered && authored == i, active = look.acts() && a.slot == i && shown < 0;
  const std::string left = q.lefts[static_cast<std::size_t>(i)].in(p.c.language());
  const std::string chosen = authored >= 0 ? option_text(p, q, authored) : std::string();
  std::string said = chosen.empty() ? p.tr("match.empty") : chosen;
  if (look.answered) said = right ? chosen : p.tr("match.right", {option_text(p, q, i)});
  const std::string id = look.prefix + ".slot." + letter_of(i);
  if (p.c.touch_area(box, id, left + ": " + said, look.acts())) p.act(flow::ChooseSlot{i});
  p.c.card(box, {.radius = 32,
                 .elevation = look.acts() ? ui::Elevation::raised : ui::Elevation::flat,
                 .tone = look.answered ? (right ? Tone::ok : Tone::warning)
                         : active      ? Tone::primary
                                       : Tone::neutral});
  const float half = std::round(box.w * 0.5f);
  const auto fit = [&](const Rect& in, const std::string& text, ui::Colour colour, Align align) {
    const Type type = p.c.paragraph_height(text, in.w, {.type = Type::body}) <= in.h ? Type::body : Type::label;
    const float h = p.c.paragraph_height(text, in.w, {.type = type});
    p.c.paragraph({in.x, std::round(in.centre().y - h / 2), in.w, h}, text,
                  {.type = type, .colour = colour, .align = align});
  };
  fit({box.x + 32, box.y + 8, half - 76, box.h - 16}, left, Token::ink, Align::left);
  p.c.icon({box.x + half, box.centre().y}, Icon::arrow_forward, 44, Token::ink3);
  const bool sign = look.answered;
  const Rect place{box.x + half + 36, box.y + 8, box.w - half - 60 - (sign ? 64.0f : 0.0f), box.h - 16};
  const ui::Colour colour = look.answered    ? ui::Colour(right ? Token::ok : Token::points)
                            : chosen.empty() ? ui::Colour(active ? Token::primary : Token::ink2)
                                             : ui::Colour(Token::ink);
  fit(place, said, colour, Align::left);
  if (sign)
    p.c.icon({box.right() - 52, box.centre().y}, right ? Icon::check : Icon::close, 56,
             right ? Token::ok : Token::error);
}

void draw_match(Page& p, const Rect& rect, const QuestionLook& look) {
  const record::Question& q = *look.question;
  float y = rect.y;
  for (int i = 0; i < static_cast<int>(q.lefts.size()); ++i) {
    draw_slot(p, {rect.x, y, rect.w, slot_height(p)}, look, i);
    y += slot_height(p) + 16;
  }
  if (look.answered) return;
  y += 16;
  const auto rights = free_rights(look);
  const int columns = rights_columns(p);
  for (std::size_t n = 0; n < rights.size(); ++n) {
    const int shown = rights[n], row = static_cast<int>(n) / columns, column = static_cast<int>(n) % columns;
    const Rect line{rect.x, y + static_cast<float>(row) * (right_height(p) + 16), rect.w, right_height(p)};
    const std::string text = option_text(p, q, look.answer->order[static_cast<std::size_t>(shown)]);
    const Rect box = line.column(column, columns, 16);
    const std::string id = look.prefix + ".option." + letter_of(shown);
    if (p.c.touch_area(box, id, text, look.acts())) p.act(flow::ChooseOption{shown});
    p.c.card(box, {.radius = 32, .tone = Tone::primary});
    const Type type =
        p.c.paragraph_height(text, box.w - 48, {.type = Type::body}) <= box.h - 8 ? Type::body : Type::label;
    const float h = p.c.paragraph_height(text, box.w - 48, {.type = type});
    p.c.paragraph({box.x + 24, std::round(box.centre().y - h / 2), box.w - 48, h}, text,
                  {.type = type, .align = Align::centre});
  }
}

// ---- numbers and short answers ----

bool only_digits(const record::Question& q) {
  const auto digits = [](const rules::GiftAnswer& a) {
    return !a.text.text.empty() && a.text.text.find_first_not_of("0123456789") == std::string::npos;
  };
  return std::all_of(q.item.answers.begin(), q.item.answers.end(), digits);
}

// The right answer in words, for those who gave another one.
std::string right_words(const Page& p, const record::Question& q) {
  const std::string text = rules::right_response(q.key()).text;
  if (q.kind == QuestionKind::numeric) return text + (q.unit.zh.empty() ? "" : " " + q.unit.in(p.c.language()));
  if (q.tiles.empty()) return text;
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto fits = [&](const record::LocalText& tile) { return rest.starts_with(tile.zh); };
    const auto tile = std::find_if(q.tiles.begin(), q.tiles.end(), fits);
    if (tile == q.tiles.end()) return text;
    out += (out.empty() || p.c.language() == "zh" ? "" : " ") + tile->in(p.c.language());
    rest.remove_prefix(tile->zh.size());
  }
  return out;
}

std::string typed_words(const Page& p, const QuestionLook& look) {
  std::string out = look.answer->typed;
  for (const int tile : look.answer->chosen)
    out += (out.empty() || p.c.language() == "zh" ? "" : " ") +
           look.question->tiles[static_cast<std::size_t>(tile)].in(p.c.language());
  return out;
}

void draw_field(Page& p, const Rect& rect, const QuestionLook& look) {
  const record::Question& q = *look.question;
  const std::string typed = typed_words(p, look);
  const std::string unit = q.unit.zh.empty() ? std::string() : q.unit.in(p.c.language());
  const float unit_w = unit.empty() ? 0 : p.c.measure(unit, Type::title).w + 28;
  if (look.answered) {
    const std::string line = look.right ? p.tr("typed.right", {typed.empty() ? "-" : typed})
                                        : p.tr("typed.wrong", {typed.empty() ? "-" : typed, right_words(p, q)});
    p.c.card(rect, {.radius = 32, .elevation = ui::Elevation::flat, .tone = look.right ? Tone::ok : Tone::warning});
    const auto types = {Type::title, Type::heading, Type::label};
    const float h = p.headline_height(rect.w - 72, line, types);
    p.headline({rect.x + 36, std::round(rect.centre().y - h / 2), rect.w - 72, h}, line, Align::left, types, Token::ink,
               look.prefix + ".typed");
    return;
  }
  p.c.input({rect.x, rect.y, rect.w - unit_w, rect.h}, typed, p.tr(q.tiles.empty() ? "typed.hint" : "typed.hint_words"),
            look.prefix + ".typed");
  if (!unit.empty())
    p.c.text(Rect{rect.right() - unit_w + 28, rect.y, unit_w, rect.h}, unit,
             {.type = Type::title, .colour = Token::ink2});
}

float typed_field_height(Page& p, float width, const QuestionLook& look) {
  if (!look.answered) return kField + 24;
  const std::string line = p.tr("typed.wrong", {typed_words(p, look), right_words(p, *look.question)});
  return std::max(kField, p.headline_height(width - 72, line, {Type::title, Type::heading, Type::label}) + 40) + 20;
}

constexpr float kDigitKey = 148;

float digits_height(Page& p, float width, const QuestionLook& look) {
  return typed_field_height(p, width, look) + (look.answered ? 0 : 4 * kDigitKey + 3 * kKeyGap + 8);
}

void draw_digits(Page& p, const Rect& rect, const QuestionLook& look) {
  const float field = typed_field_height(p, rect.w, look);
  draw_field(p, {rect.x, rect.y, rect.w, field - 24}, look);
  if (look.answered) return;
  const Rect keys{rect.x, rect.y + field, rect.w, 4 * kDigitKey + 3 * kKeyGap};
  const auto cell = [&](int n) { return keys.row(n / 3, 4, kKeyGap).column(n % 3, 3, kKeyGap); };
  for (int n = 1; n <= 9; ++n) {
    const std::string digit = std::to_string(n);
    if (p.c.key(cell(n - 1), "key." + digit, digit, Icon::none, look.acts())) p.act(flow::Key{digit[0]});
  }
  const bool point = look.question->kind == QuestionKind::numeric;
  if (point) {
    if (p.c.key(cell(9), "key.point", ".", Icon::none, look.acts())) p.act(flow::TypeText{"."});
  } else if (p.c.key(cell(9), "key.clear", p.tr("key.clear"), Icon::none, look.acts())) {
    p.act(flow::ClearKeys{});
  }
  if (p.c.key(cell(10), "key.0", "0", Icon::none, look.acts())) p.act(flow::Key{'0'});
  if (p.c.key(cell(11), "key.erase", p.tr("key.erase"), Icon::backspace, look.acts())) p.act(flow::EraseKey{});
}

constexpr std::string_view kKeyRows[] = {"1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"};
constexpr float kLetterKey = 124;

float letters_height(Page& p, float width, const QuestionLook& look) {
  return typed_field_height(p, width, look) + (look.answered ? 0 : 4 * (kLetterKey + kKeyGap));
}

void draw_letters(Page& p, const Rect& rect, const QuestionLook& look) {
  const float field = typed_field_height(p, rect.w, look);
  draw_field(p, {rect.x, rect.y, rect.w, field - 24}, look);
  if (look.answered) return;
  constexpr float kGap = 8, kKey = (Grid::kWidth - 9 * kGap) / 10;
  float y = rect.y + field;
  for (const std::string_view row : kKeyRows) {
    const auto count = static_cast<float>(row.size() + (row.size() == 7 ? 2 : 0));  // erase is as wide as two
    float x = std::round(rect.x + (rect.w - count * kKey - (count - 1) * kGap) / 2);
    for (const char c : row) {
      const std::string key(1, c);
      if (p.c.key({x, y, kKey, kLetterKey}, "key." + key, key, Icon::none, look.acts())) p.act(flow::TypeText{key});
      x += kKey + kGap;
    }
    if (row.size() == 7 &&
        p.c.key({x, y, 2 * kKey + kGap, kLetterKey}, "key.erase", p.tr("key.erase"), Icon::backspace, look.acts()))
      p.act(flow::EraseKey{});
    y += kLetterKey + kKeyGap;
  }
}

float tile_height(const Page& p) {
  return p.by_size(116, 148);
}
int tile_columns(const Page& p) {
  return p.large() || p.c.language() != "zh" ? 2 : 3;
}

float tiles_height(Page& p, float width, const QuestionLook& look) {
  const auto count = static_cast<int>(look.question->tiles.size()) + 1, columns = tile_columns(p);
  return typed_field_height(p, width, look) +
         (look.answered ? 0 : static_cast<float>((count + columns - 1) / columns) * (tile_height(p) + 16));
}

void draw_tiles(Page& p, const Rect& rect, const QuestionLook& look) {
  const float field = typed_field_height(p, rect.w, look);
  draw_field(p, {rect.x, rect.y, rect.w, field - 24}, look);
  if (look.answered) return;
  const auto count = static_cast<int>(look.question->tiles.size());
  const int columns = tile_columns(p);
  const auto cell = [&](int n) {
    const Rect line{rect.x, rect.y + field + static_cast<float>(n / columns) * (tile_height(p) + 16), rect.w,
                    tile_height(p)};
    return line.column(n % columns, columns, 16);
  };
  for (int i = 0; i < count; ++i) {
    const std::string word = look.question->tiles[static_cast<std::size_t>(i)].in(p.c.language());
    if (p.c.button(cell(i), {.id = look.prefix + ".option." + letter_of(i),
                             .title = word,
                             .align = Align::centre,
                             .enabled = look.acts(),
                             .selected = holds(look.answer->chosen, i)}))
      p.act(flow::ChooseOption{i});
  }
  const std::string erase = p.tr("key.erase");
  if (p.c.button(cell(count), {.id = "key.erase",
                               .title = erase,
                               .icon = Icon::backspace,
                               .kind = ui::ButtonKind::tonal,
                               .align = Align::centre,
                               .enabled = look.acts() && !look.answer->chosen.empty()}))
    p.act(flow::EraseKey{});
}

Way way_of(const record::Question& q) {
  switch (q.kind) {
    case QuestionKind::order:
      return {steps_height, draw_steps};
    case QuestionKind::match:
      return {match_height, draw_match};
    case QuestionKind::numeric:
      return {digits_height, draw_digits};
    case QuestionKind::text:
      if (!q.tiles.empty()) return {tiles_height, draw_tiles};
      if (only_digits(q)) return {digits_height, draw_digits};
      return {letters_height, draw_letters};
    case QuestionKind::hotspot:
    case QuestionKind::hazard:
      return {nullptr, nullptr};
    default:
      return {options_height, draw_options};
  }
}

}  // namespace

float answer_height(Page& p, float width, const QuestionLook& look) {
  const Way way = way_of(*look.question);
  return way.height ? way.height(p, width, look) : 0;
}

void draw_answer(Page& p, const Rect& rect, const QuestionLook& look) {
  const Way way = way_of(*look.question);
  if (way.draw) way.draw(p, rect, look);
}

}  // namespace station::screens
