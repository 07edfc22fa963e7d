#include <span>

#include "kiosk/screens/page.h"

// Objecting to a course, or complaining about the station: choose what it is about, get a receipt.
namespace station::screens {

namespace {

struct Category {
  const char *id, *title, *text;
  Icon icon;
  Hue hue;
};

// What may be wrong with a violation or its consequence.
constexpr Category kOfCourse[] = {
    {"not_me", "complaint.not_me", "complaint.not_me_text", Icon::person, Hue::primary},
    {"wrong_facts", "complaint.wrong_facts", "complaint.wrong_facts_text", Icon::wrong_location, Hue::lessons},
    {"minutes", "complaint.minutes", "complaint.minutes_text", Icon::timer, Hue::charging},
    {"step", "complaint.step", "complaint.step_text", Icon::gavel, Hue::complaints},
    {"other", "complaint.other", "complaint.other_text", Icon::chat, Hue::report},
};
constexpr Category kOfStation[] = {
    {"wages", "complaint.wages", "complaint.wages_text", Icon::payments, Hue::charging},
    {"injury", "complaint.injury", "complaint.injury_text", Icon::sick, Hue::error},
    {"platform", "complaint.platform", "complaint.platform_text", Icon::smartphone, Hue::primary},
    {"station", "complaint.station", "complaint.station_text", Icon::build, Hue::lockers},
    {"other", "complaint.other", "complaint.other_text", Icon::chat, Hue::report},
};

void draw_receipt(Page& p, const flow::ComplaintScreen& s) {
  Outcome o;
  o.headline = p.tr("complaint.lodged");
  o.sentence = p.tr("complaint.lodged_text");
  o.chip = p.tr("complaint.receipt", {s.receipt});
  o.chip_icon = Icon::receipt_long;
  o.chip_tone = Tone::primary;
  o.note = p.tr(s.about == "course" ? "complaint.note_course" : "complaint.note");
  o.primary = {"complaint.done", p.tr("to_home"), Icon::none, Hue::primary, flow::GoHome{}};
  draw_outcome(p, o);
}

bool draw_category(Page& p, const Rect& rect, const Category& c, bool chosen) {
  const std::string id = std::string("complaint.category.") + c.id, title = p.tr(c.title), text = p.tr(c.text);
  const bool sub = !p.large() && p.c.measure(text, Type::caption).w <= rect.w - 44 - 68 - 32 - 44;
  return p.c.button(rect, {.id = id,
                           .title = title,
                           .subtitle = sub ? std::string_view(text) : std::string_view(),
                           .icon = c.icon,
                           .hue = c.hue,
                           .selected = chosen});
}

}  // namespace

void draw_screen(Page& p, const flow::ComplaintScreen& s) {
  if (!s.receipt.empty()) {
    draw_receipt(p, s);
    return;
  }
  const bool course = s.about == "course";
  p.title(p.tr(course ? "complaint.course_title" : "complaint.title"), p.tr("complaint.hint"));
  const Rect action = primary_rect();
  const Rect list{Grid::kMargin, p.below_title(), Grid::kWidth, action.y - 40 - p.below_title()};
  const auto categories = course ? std::span<const Category>(kOfCourse) : std::span<const Category>(kOfStation);
  const auto count = static_cast<int>(categories.size());
  const float height =
      std::min(204.0f, (list.h - Grid::kGap * static_cast<float>(count - 1)) / static_cast<float>(count));
  for (int i = 0; i < count; ++i) {
    const Category& c = categories[static_cast<std::size_t>(i)];
    if (draw_category(p, {list.x, list.y + static_cast<float>(i) * (height + Grid::kGap), list.w, height}, c,
                      s.category == c.id))
      p.act(flow::ChooseCategory{c.id});
  }
  if (p.c.primary(action, {.id = "complaint.submit",
                           .label = p.tr(s.category.empty() ? "complaint.choose" : "complaint.submit"),
                           .enabled = !s.category.empty()}))
    p.act(flow::FileComplaint{});
}

}  // namespace station::screens
