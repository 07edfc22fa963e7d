// Pictures that are answered on: places of a picture, and hazard clips.
#include "kiosk/screens/question.h"

namespace station::screens {

namespace {

using flow::ClipStage;
using rules::QuestionKind;

constexpr float kPicture = 0.56f;  // height by width
constexpr float kMark = 34;        // radius of the letters on a picture

float clip_button(const Page& p) {
  return p.by_size(176, 196);
}
constexpr float kTimeline = 152;

// ---- places ----

Rect placed(const Rect& picture, const record::PictureArea& a) {
  const float k = picture.w / 1000;
  return {picture.x + static_cast<float>(a.x) * k, picture.y + static_cast<float>(a.y) * k, static_cast<float>(a.w) * k,
          static_cast<float>(a.h) * k};
}

struct MarkLook {
  ui::Colour fill = Token::card, ink = Token::ink;
  float rim = 4;
};

MarkLook mark_of(const QuestionLook& look, int i) {
  const bool chosen = holds(look.answer->chosen, i), right = holds(look.question->right, i);
  if (look.answered && right) return {Token::ok, Token::card, 8};
  if (look.answered && chosen) return {Token::error, Token::card, 8};
  if (chosen) return {Token::primary, Token::on_primary, 8};
  return {};
}

// An outline that is seen on every ground: dark, then light.
void outline(Page& p, const Rect& r, ui::Colour colour, float width) {
  const auto frame = [&](const Rect& o, ui::Colour c, float w) {
    p.c.fill({o.x, o.y, o.w, w}, c, w / 2);
    p.c.fill({o.x, o.bottom() - w, o.w, w}, c, w / 2);
    p.c.fill({o.x, o.y, w, o.h}, c, w / 2);
    p.c.fill({o.right() - w, o.y, w, o.h}, c, w / 2);
  };
  frame(r.inset(-3), ui::Rgba{14, 26, 51, 150}, width + 6);
  frame(r, colour, width);
}

void draw_places(Page& p, const Rect& picture, const QuestionLook& look) {
  const record::Question& q = *look.question;
  draw_scene(p, picture, q.scene, look.scene_ms);
  for (int i = 0; i < static_cast<int>(q.areas.size()); ++i) {
    const Rect box = placed(picture, q.areas[static_cast<std::size_t>(i)]);
    const std::string letter = letter_of(i), id = look.prefix + ".option." + letter;
    if (p.c.touch_area(box, id, letter + " " + option_text(p, q, i), look.acts())) p.act(flow::ChooseOption{i});
    const MarkLook mark = mark_of(look, i);
    outline(p, box, mark.fill, mark.rim);
    const Rect disc{box.x + 10, box.y + 10, 2 * kMark, 2 * kMark};
    p.c.fill(disc.inset(-3), ui::Rgba{14, 26, 51, 150}, kMark + 3);
    p.c.fill(disc, mark.fill, kMark);
    p.c.text(disc, letter, {.type = Type::heading, .colour = mark.ink, .align = Align::centre});
  }
}

// The chosen place in words, or what to do.
std::string place_words(const Page& p, const QuestionLook& look) {
  const auto& chosen = look.answer->chosen;
  if (look.answered && !look.right && !look.question->right.empty()) {
    const int right = look.question->right.front();
    return p.tr("place.right", {letter_of(right), option_text(p, *look.question, right)});
  }
  if (chosen.empty()) return p.tr("place.hint");
  return p.tr("place.chosen", {letter_of(chosen.front()), option_text(p, *look.question, chosen.front())});
}

// ---- clips ----

void draw_timeline(Page& p, const Rect& rect, const QuestionLook& look) {
  const record::Question& q = *look.question;
  const flow::ClipView& clip = look.answer->clip;
  const auto at = [&](std::int64_t ms) {
    return rect.x + 20 + (rect.w - 40) * static_cast<float>(ms) / static_cast<float>(std::max(1, q.clip_ms));
  };
  const float bar = rect.y + 44;
  p.c.fill({rect.x + 20, bar, rect.w - 40, 28}, Token::neutral_fill, 14);
  for (const rules::HazardWindow& h : q.hazards) {
    const Rect window{at(h.open), bar - 8, at(h.close) - at(h.open), 44};
    p.c.fill(window, Token::ok, 10);
  }
  for (const std::int64_t tap : clip.taps) p.c.fill({at(tap) - 5, bar - 22, 10, 72}, Token::ink, 5);
  if (clip.stage == ClipStage::replay) p.c.fill({at(clip.ms) - 4, bar - 30, 8, 88}, Token::primary, 4);
  const float y = bar + 56;
  p.c.fill({rect.x + 20, y + 12, 28, 22}, Token::ok, 6);
  const Rect one =
      p.c.text(ui::Point{rect.x + 60, y}, p.tr("clip.window"), {.type = Type::caption, .colour = Token::ink2});
  p.c.fill({one.right() + 36, y + 4, 10, 38}, Token::ink, 5);
  p.c.text(ui::Point{one.right() + 60, y}, p.tr("clip.taps"), {.type = Type::caption, .colour = Token::ink2});
}

bool in_window(const record::Question& q, std::int64_t ms) {
  return std::any_of(q.hazards.begin(), q.hazards.end(),
                     [&](const rules::HazardWindow& h) { return ms >= h.open && ms < h.close; });
}

void draw_clip(Page& p, const Rect& rect, const QuestionLook& look) {
  const record::Question& q = *look.question;
  const flow::ClipView& clip = look.answer->clip;
  const Rect picture{rect.x, rect.y, rect.w, std::round(rect.w * kPicture)};
  const bool runs = clip.stage == ClipStage::playing || clip.stage == ClipStage::replay;
  // The last moment stays; a scene does not begin again by itself.
  draw_clip_scene(p, picture, q.scene, std::min<std::int64_t>(clip.ms, q.clip_ms - 1), runs);
  if (clip.stage == ClipStage::replay && in_window(q, clip.ms)) outline(p, picture.inset(8), Token::ok, 12);
  const bool taps = clip.stage == ClipStage::playing;
  const std::string id = look.prefix + ".clip";
  const Rect below{rect.x, picture.bottom() + 24, rect.w, clip_button(p)};
  // While it plays, picture and button are one target; nobody has to look where the finger is.
  if (taps) {
    const std::string label = p.tr("clip.tap");
    const Rect whole{rect.x, rect.y, rect.w, below.bottom() - rect.y};
    if (p.c.press_area(whole, id, label)) p.act(flow::TapClip{});
    p.c.card(below, {.radius = 44, .tone = Tone::warning});
    p.c.icon({below.x + 92, below.centre().y}, Icon::touch_app, 100, Token::points);
    const std::string count = p.counted("clip.tapped", static_cast<std::int64_t>(clip.taps.size()));
    const float head = p.headline_height(below.w - 220, label, {Type::title, Type::heading}),
                line = p.c.line_height(Type::label);
    const float y = std::round(below.centre().y - (head + line) / 2);
    p.headline({below.x + 168, y, below.w - 220, head}, label, Align::left, {Type::title, Type::heading});
    p.c.text(ui::Point{below.x + 168, y + head}, count, {.type = Type::label, .colour = Token::ink2});
    return;
  }
  const bool again = look.answered;
  const bool ready = clip.stage == ClipStage::ready && look.acts();
  if (again) {
    draw_timeline(p, {rect.x, picture.bottom() + 12, rect.w, kTimeline}, look);
    const Rect button{rect.x, picture.bottom() + 12 + kTimeline + 12, rect.w, p.by_size(124, 148)};
    if (p.c.button(button, {.id = id,
                            .title = p.tr(clip.stage == ClipStage::replay ? "clip.replaying" : "clip.replay"),
                            .icon = Icon::history,
                            .kind = ui::ButtonKind::tonal,
                            .align = Align::centre,
                            .enabled = clip.stage != ClipStage::replay}))
      p.act(flow::StartClip{});
    return;
  }
  const std::string start = p.tr(ready ? "clip.start" : "clip.ended");
  const std::string line =
      ready ? p.tr("clip.start_text", {p.number((q.clip_ms + 999) / 1000)}) : p.tr("clip.ended_text");
  if (p.c.button(below, {.id = id,
                         .title = start,
                         .subtitle = line,
                         .icon = ready ? Icon::play_arrow : Icon::check,
                         .hue = ready ? Hue::lessons : Hue::ok,
                         .enabled = ready,
                         .selected = ready}))
    p.act(flow::StartClip{});
}

std::string seconds_words(std::int64_t ms) {
  const std::int64_t tenths = (ms + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

bool has_answer_picture(const record::Question& q) {
  return q.kind == QuestionKind::hotspot || q.kind == QuestionKind::hazard;
}

float answer_picture_height(Page& p, float width, const QuestionLook& look) {
  const float picture = std::round(width * kPicture);
  if (look.question->kind == QuestionKind::hotspot)
    return picture + 16 + p.c.paragraph_height(place_words(p, look), width, {.type = Type::body});
  return picture + (look.answered ? 24 + kTimeline + p.by_size(124, 148) : 24 + clip_button(p));
}

void draw_answer_picture(Page& p, const Rect& rect, const QuestionLook& look) {
  if (look.question->kind == QuestionKind::hazard) {
    draw_clip(p, rect, look);
    return;
  }
  const Rect picture{rect.x, rect.y, rect.w, std::round(rect.w * kPicture)};
  draw_places(p, picture, look);
  p.c.paragraph({rect.x, picture.bottom() + 16, rect.w, rect.bottom() - picture.bottom() - 16}, place_words(p, look),
                {.type = Type::body, .colour = Token::ink2, .id = look.prefix + ".place"});
}

std::string clip_words(const Page& p, const record::Question& q, const std::vector<std::int64_t>& taps) {
  const rules::HazardScore score = rules::score_hazards(q.hazards, taps);
  if (score.why_void != rules::HazardVoid::none)
    return p.tr(std::string("clip.void.") + rules::to_string(score.why_void));
  std::string out;
  for (std::size_t i = 0; i < q.hazards.size(); ++i) {
    const rules::HazardWindow& h = q.hazards[i];
    std::int64_t first = -1;
    for (const std::int64_t t : taps)
      if (t >= h.open && t < h.close && (first < 0 || t < first)) first = t;
    if (!out.empty()) out += "\n";
    const std::string points = p.number(score.scores[i]);
    if (score.scores[i] > 0) {
      out += p.tr("clip.points", {points, seconds_words(h.open), seconds_words(first)});
    } else {
      const bool early = std::any_of(taps.begin(), taps.end(), [&](std::int64_t t) { return t < h.open; });
      const bool late = std::any_of(taps.begin(), taps.end(), [&](std::int64_t t) { return t >= h.close; });
      out += p.tr(late    ? "clip.late"
                  : early ? "clip.early"
                          : "clip.none",
                  {seconds_words(h.open), seconds_words(h.close)});
    }
  }
  return out;
}

}  // namespace station::screens
