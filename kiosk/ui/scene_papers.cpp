#include <utility>

#include "kiosk/ui/internal/stage.h"

// Papers, cards and what stands for law and money.
namespace station::ui::scene {

namespace {

constexpr ImU32 kDark = rgb(0x16213F);
constexpr ImU32 kWhite = rgb(0xFFFFFF);

void shade(const Pen& pen, float y, float w) {
  pen.glow({0, y}, w, 10, rgb(0x0B1434, 0.28F));
}

void sheet(const Pen& pen, Rect r) {
  shade(pen, r.bottom() + 3, r.w * 0.55F);
  Outline paper({r.x + 8, r.y});
  paper.line({r.right() - 26, r.y}).line({r.right(), r.y + 26}).line({r.right(), r.bottom() - 8});
  paper.curve({r.right(), r.bottom()}, {r.right(), r.bottom()}, {r.right() - 8, r.bottom()}, 3)
      .line({r.x + 8, r.bottom()});
  paper.curve({r.x, r.bottom()}, {r.x, r.bottom()}, {r.x, r.bottom() - 8}, 3).line({r.x, r.y + 8});
  paper.curve({r.x, r.y}, {r.x, r.y}, {r.x + 8, r.y}, 3);
  pen.fill(paper, Paint({0, r.y}, kWhite, {0, r.bottom()}, rgb(0xE9EFFB)));
  pen.poly({{r.right() - 26, r.y}, {r.right(), r.y + 26}, {r.right() - 26, r.y + 26}}, rgb(0xC3CEE6));
}

void rows(const Pen& pen, float x, float y, int count, float width) {
  for (int i = 0; i < count; ++i)
    pen.rect({x, y + 17 * static_cast<float>(i), i + 1 == count ? width * 0.6F : width, 7}, 3.5F, rgb(0xB9C6E0));
}

void heading(const Stage& s, const Pen& pen, const Item& item, float y, float most, ImU32 colour) {
  const std::string& text = item.text.in(s.language);
  if (text.empty() || pen.is_silhouette()) return;
  const Type type = fitting(s, text, pen.px(most), {Type::heading, Type::caption});
  write_lines(s, pen.to_px({0, y}), text, type, ui::faded(colour, pen.alpha()));
}

void document(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  sheet(pen, {-54, -70, 108, 140});
  const ImU32 accent = state == State::law ? rgb(0x1D3FA8) : state == State::appeal ? rgb(0x7C3AED) : rgb(0x0B7F58);
  pen.rect({-54, -70, 8, 140}, {8, 0, 0, 8}, accent);
  const bool titled = !item.text.in(s.language).empty();
  rows(pen, -36, titled ? -8.0F : -36.0F, titled ? 2 : 3, 74);
  heading(s, pen.moved(3, 0), item, -34, 90, rgb(0x0E1A33));
  switch (state) {
    case State::law:
      pen.poly({{-6, 34}, {6, 34}, {20, 62}, {-20, 62}}, accent);
      pen.limb({-24, 62}, 7, {24, 62}, 7, accent);
      return pen.circle({0, 34}, 9, accent);
    case State::appeal:
      pen.rect({-26, 30, 52, 30}, 8, accent);
      pen.poly({{-14, 58}, {2, 58}, {-16, 70}}, accent);
      for (const float x : {-13.0F, 0.0F, 13.0F}) pen.circle({x, 45}, 4, kWhite);
      return;
    case State::receipt:
      pen.ring({24, 44}, 20, 4, rgb(0xD92D20));
      return pen.stroke({{14, 44}, {22, 52}, {36, 36}}, 5, rgb(0xD92D20));
    default:
      return rows(pen, -36, 30, 2, 74);
  }
}

void ticket(const Stage& s, const Pen& pen, const Item& item) {
  shade(pen, 62, 54);
  Outline paper({-50, -66});
  paper.line({50, -66}).line({50, 54});
  for (int i = 0; i < 5; ++i) {
    const float x = 50 - 20 * static_cast<float>(i);
    paper.line({x - 10, 64}).line({x - 20, 54});
  }
  pen.fill(paper, Paint({0, -66}, kWhite, {0, 60}, rgb(0xFFEFD9)));
  pen.rect({-50, -66, 100, 26}, {4, 4, 0, 0}, rgb(0xD92D20));
  rows(pen, -34, -26, 2, 68);
  if (item.text.in(s.language).empty()) {
    pen.stroke({{-14, 8}, {0, 22}, {14, 8}}, 5.5F, rgb(0xB42318));  // ¥
    pen.stroke({{0, 22}, {0, 44}}, 5.5F, rgb(0xB42318));
    for (const float y : {24.0F, 34.0F}) pen.stroke({{-12, y}, {12, y}}, 4.5F, rgb(0xB42318));
    return;
  }
  heading(s, pen, item, 28, 96, rgb(0xB42318));
}

void scales(const Pen& pen) {
  const ImU32 gold = rgb(0xD99A2B), light = rgb(0xF5C95E);
  shade(pen, 64, 54);
  pen.limb({-30, 60}, 9, {30, 60}, 9, gold);
  pen.limb({0, 58}, 10, {0, -50}, 7, Paint({0, 58}, gold, {0, -50}, light));
  pen.line({-52, -40}, {52, -40}, 7, light);
  pen.circle({0, -52}, 9, light);
  for (const float side : {-1.0F, 1.0F}) {
    const float x = 50 * side;
    pen.line({x, -40}, {x - 22, 8}, 3, gold);
    pen.line({x, -40}, {x + 22, 8}, 3, gold);
    pen.half_disc({x, 8}, 27, 0, Paint({x, 8}, light, {x, 34}, gold));
  }
}

void shield(const Pen& pen) {
  const auto shape = [](float k) {
    Outline o({0, -66 * k});
    o.curve({18 * k, -52 * k}, {36 * k, -48 * k}, {54 * k, -48 * k})
        .curve({56 * k, 10 * k}, {40 * k, 50 * k}, {0, 70 * k});
    o.curve({-40 * k, 50 * k}, {-56 * k, 10 * k}, {-54 * k, -48 * k})
        .curve({-36 * k, -48 * k}, {-18 * k, -52 * k}, {0, -66 * k});
    return o;
  };
  pen.fill(shape(1), Paint({-40, -60}, rgb(0x4C86FF), {40, 60}, rgb(0x1D45C9)));
  pen.fill(shape(0.8F), Paint({-40, -60}, rgb(0x7FA9FF), {40, 60}, rgb(0x3A6AE8)));
  pen.stroke({{-24, 2}, {-7, 20}, {27, -18}}, 12, kWhite);
}

void money(const Pen& pen) {
  shade(pen, 48, 74);
  for (const float y : {12.0F, 0.0F, -12.0F}) {
    const Pen note = pen.moved(-4, y).turned(y * 0.5F);
    note.rect({-66, -32, 126, 64}, 8, Paint({-66, -32}, rgb(0xF98A7A), {60, 32}, rgb(0xD64545)));
    note.rect({-58, -24, 110, 48}, 5, rgb(0xFFD7CC));
    note.circle({-3, 0}, 18, rgb(0xE05A50));
  }
  const Pen coin = pen.moved(48, 26);
  coin.circle({0, 0}, 30, rgb(0xD99A2B));
  coin.circle({0, 0}, 25, Paint({-16, -18}, rgb(0xFFE08A), {16, 18}, rgb(0xF2B53A)));
  coin.stroke({{-9, -13}, {0, -2}, {9, -13}}, 4, rgb(0x8A5A10));
  coin.stroke({{0, -2}, {0, 14}}, 4, rgb(0x8A5A10));
  for (const float y : {0.0F, 7.0F}) coin.stroke({{-8, y}, {8, y}}, 3.2F, rgb(0x8A5A10));
}

void id_card(const Stage& s, const Pen& pen, const Item& item) {
  const bool child = state_at(item, s.ms) == State::child;
  shade(pen, 52, 84);
  pen.rect({-84, -52, 168, 104}, 12, Paint({-84, -52}, rgb(0xE3F0FF), {84, 52}, rgb(0xBBD3F7)));
  pen.rect({-84, -52, 168, 20}, {12, 12, 0, 0}, rgb(0x2458F5));
  pen.rect({-70, -22, 52, 62}, 6, kWhite);
  figure::Clothes c;
  c.top = figure::dye_of(child ? Colour::yellow : Colour::blue);
  const Pen face = pen.moved(-44, child ? 8.0F : 4.0F).scaled(child ? 0.95F : 1.15F);
  face.limb({-9, 28}, 20, {7, 28}, 20, c.top.dark);
  figure::head(face, c);
  for (int i = 0; i < 3; ++i)
    pen.rect({0, -18 + 19 * static_cast<float>(i), i == 2 ? 46.0F : 68.0F, 8}, 4, rgb(0x7A93C9));
  badge_tick(pen, {68, 40}, !child);
}

void plate(const Stage& s, const Pen& pen, const Item& item) {
  const State state = state_at(item, s.ms);
  shade(pen, 52, 96);
  if (state == State::missing) {
    const Rect r{-96, -48, 192, 96};
    for (const auto& [a, b] : {std::pair{Point{r.x, r.y}, Point{r.right(), r.y}},
                               {Point{r.right(), r.y}, Point{r.right(), r.bottom()}},
                               {Point{r.right(), r.bottom()}, Point{r.x, r.bottom()}},
                               {Point{r.x, r.bottom()}, Point{r.x, r.y}}}) {
      const int n = a.y == b.y ? 8 : 4;
      for (int i = 0; i < n; ++i) {
        const float t0 = (static_cast<float>(i) + 0.15F) / static_cast<float>(n),
                    t1 = (static_cast<float>(i) + 0.75F) / static_cast<float>(n);
        pen.line({a.x + (b.x - a.x) * t0, a.y + (b.y - a.y) * t0}, {a.x + (b.x - a.x) * t1, a.y + (b.y - a.y) * t1}, 6,
                 rgb(0xE23B30));
      }
    }
    for (const float k : {-1.0F, 1.0F}) pen.line({-20, -20 * k}, {20, 20 * k}, 10, rgb(0xE23B30));
    return;
  }
  const bool delivery = state == State::delivery;
  pen.rect({-98, -50, 196, 100}, 14, delivery ? rgb(0x16213F) : rgb(0x1D3FA8));
  pen.rect({-92, -44, 184, 88}, 10,
           delivery ? Paint({0, -44}, rgb(0xFFD95A), {0, 44}, rgb(0xF5B800))
                    : Paint({0, -44}, kWhite, {0, 44}, rgb(0xE3EAF8)));
  const ImU32 ink = delivery ? kDark : rgb(0x1D3FA8);
  for (const float x : {-74.0F, 74.0F}) pen.circle({x, -28}, 5, rgb(0x8C9ACB));
  bicycle(pen.moved(0, -27), 30, ink, 2.6F);
  if (!item.text.in(s.language).empty())
    heading(s, pen, item, 14, 176, ink);
  else
    for (int i = 0; i < 5; ++i) pen.rect({-70 + 30 * static_cast<float>(i), 0, 20, 30}, 5, ink);
  if (state == State::covered) {
    Outline cloth({-104, -20});
    cloth.curve({-60, -40}, {20, -20}, {60, -30})
        .line({96, 20})
        .curve({40, 60}, {-20, 40}, {-96, 62})
        .line({-104, -20});
    pen.fill(cloth, Paint({-60, -30}, rgb(0xAAB6CE), {60, 50}, rgb(0x74829F)));
    pen.stroke(Outline({-80, 10}).curve({-30, -6}, {20, 14}, {70, 0}), 4, rgb(0x66728F));
  }
}

}  // namespace

void draw_paper(const Stage& s, const Pen& pen, const Item& item) {
  switch (item.kind) {
    case Kind::document:
      return document(s, pen, item);
    case Kind::ticket:
      return ticket(s, pen, item);
    case Kind::scales:
      return scales(pen);
    case Kind::shield:
      return shield(pen);
    case Kind::money:
      return money(pen);
    case Kind::id_card:
      return id_card(s, pen, item);
    case Kind::plate:
      return plate(s, pen, item);
    default:
      return;
  }
}

}  // namespace station::ui::scene
