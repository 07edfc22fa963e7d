#include "kiosk/screens/page.h"

// A mandatory course: which step of the ladder and why, how far it is, until when, and the way to object.
namespace station::screens {

namespace {

const char* title_of(flow::CourseKind kind) {
  switch (kind) {
    case flow::CourseKind::warning:
      return "course.warning.title";
    case flow::CourseKind::training:
      return "course.training.title";
    case flow::CourseKind::throttle:
      break;
  }
  return "course.throttle.title";
}

std::string reason_of(const Page& p, const flow::CourseView& c) {
  const std::string days = std::to_string(c.window_days), level = std::to_string(c.level);
  switch (c.kind) {
    case flow::CourseKind::warning:
      return p.tr("course.warning.reason", {days, level});
    case flow::CourseKind::training:
      return p.tr("course.training.reason", {days, level});
    case flow::CourseKind::throttle:
      break;
  }
  return p.tr("course.throttle.reason", {days, level});
}

// The deadline as a coloured word: days left, today, over.
void draw_deadline(Page& p, ui::Point at, const flow::CourseView& c, Align align) {
  const int days = p.days_until(c.deadline);
  const std::string text = days < 0    ? p.tr("course.overdue")
                           : days == 0 ? p.tr("course.today")
                                       : p.counted("course.days", days);
  p.c.chip(at,
           {.id = "course.deadline",
            .label = text,
            .icon = Icon::schedule,
            .tone = days <= 3 ? Tone::error : Tone::warning,
            .type = Type::label},
           align);
}

// The violations this step rests on: what, where, when.
float draw_violations(Page& p, const Rect& rect, const flow::CourseView& c, std::size_t most) {
  const float width = rect.w - 128;
  float y = rect.y;
  for (std::size_t i = 0; i < c.violations.size() && i < most; ++i) {
    const flow::ViolationView& v = c.violations[i];
    p.c.icon_disc({rect.x + 44, y + 48}, 40, Icon::report_problem, Hue::warning);
    y += p.headline({rect.x + 112, y, width, 160}, v.name, Align::left, {Type::title, Type::heading});
    const std::string where = p.tr("course.where", {p.day_and_time(v.at), v.place});
    y += p.c.paragraph({rect.x + 112, y, width, 160}, where, {.type = Type::label, .colour = Token::ink2}) + 20;
  }
  if (c.violations.size() > most) {
    const std::string more = p.counted("course.more_violations", static_cast<std::int64_t>(c.violations.size() - most));
    y += p.c.paragraph({rect.x + 112, y, width, 80}, more, {.type = Type::label, .colour = Token::ink2}) + 20;
  }
  return y;
}

struct Stand {
  std::string headline, line;
};

Stand stand_of(const Page& p, const flow::CourseView& c) {
  const std::string questions = std::to_string(c.questions), pass = std::to_string(c.pass);
  switch (c.stage) {
    case flow::CourseStage::assigned:
    case flow::CourseStage::studying:
      if (c.kind == flow::CourseKind::warning) return {p.tr("course.stand.warning"), p.tr("course.stand.warning_text")};
      return {p.counted("course.stand.minutes", minutes_left(c)), p.tr("course.stand.then_exam", {questions, pass})};
    case flow::CourseStage::exam_ready:
      return {p.tr("course.stand.exam"), c.attempts > 0 ? p.tr("course.stand.again", {questions, pass})
                                                        : p.tr("course.stand.exam_text", {questions, pass})};
    case flow::CourseStage::retry_wait:
      return {p.tr("course.stand.wait"), c.retry_at ? p.tr("course.stand.wait_text", {p.day_and_time(*c.retry_at)})
                                                    : p.tr("course.stand.human_text")};
    case flow::CourseStage::human:
      return {p.tr("course.stand.human"), p.tr("course.stand.human_text")};
    case flow::CourseStage::done:
      return {p.tr("course.stand.done"),
              p.tr(c.kind == flow::CourseKind::warning ? "course.stand.done_warning" : "course.stand.done_text")};
    case flow::CourseStage::expired:
      return {p.tr("course.stand.expired"), p.tr("course.stand.expired_text")};
    case flow::CourseStage::withdrawn:
      break;
  }
  return {p.tr("course.stand.withdrawn"), p.tr("course.stand.withdrawn_text")};
}

// Ring of credited minutes with what is left beside it.
float draw_stand(Page& p, const Rect& card, const flow::CourseView& c) {
  const Stand stand = stand_of(p, c);
  const bool ring = c.required_s > 0 && c.kind != flow::CourseKind::warning;
  const float radius = p.by_size(96, 104), left = card.x + (ring ? 2 * radius + 84 : 132),
              width = card.right() - 40 - left;
  if (ring) {
    const float share = std::min(1.0f, static_cast<float>(c.credited_s) / static_cast<float>(c.required_s));
    const ui::Point centre{card.x + 44 + radius, card.centre().y};
    p.c.ring(centre, {.id = "course.ring",
                      .fraction = share,
                      .radius = radius,
                      .stroke = 18,
                      .hue = share >= 1 ? Hue::ok : Hue::lessons});
    const float h = p.c.line_height(Type::number);
    p.c.text(Rect{centre.x - radius + 22, centre.y - h * 0.68f, 2 * radius - 44, h}, p.number(c.credited_s / 60),
             {.type = Type::number, .align = Align::centre, .id = "course.minutes"});
    p.c.text(Rect{centre.x - radius + 22, centre.y + h * 0.18f, 2 * radius - 44, p.c.line_height(Type::caption)},
             "/ " + p.number(c.required_s / 60),
             {.type = Type::caption, .colour = Token::ink2, .align = Align::centre});
  } else {
    p.c.icon_disc({card.x + 76, card.centre().y}, 48, c.stage == flow::CourseStage::done ? Icon::verified : Icon::info,
                  c.stage == flow::CourseStage::done ? Hue::ok : Hue::primary);
  }
  const float head = p.headline_height(width, stand.headline, {Type::title, Type::heading});
  const float line = p.c.paragraph_height(stand.line, width, {.type = Type::label});
  float y = std::round(card.centre().y - (head + line + 6) / 2);
  y += p.headline({left, y, width, head}, stand.headline, Align::left, {Type::title, Type::heading}, Token::ink,
                  "course.stand") +
       6;
  p.c.paragraph({left, y, width, line}, stand.line, {.type = Type::label, .colour = Token::ink2});
  return card.bottom();
}

// The decisions a reviewer may write (`course.review`); a word that this program does not know says only that there is
// one.
const char* review_key(const std::string& decision) {
  if (decision.empty()) return "course.review.waiting";
  if (decision == "throttle") return "course.review.confirmed";
  if (decision == "release") return "course.review.released";
  if (decision == "dismiss") return "course.review.declined";
  return "course.review.decided";
}

// A throttle is a recommendation. Who decided, what and why; or that nobody has decided yet.
void draw_review(Page& p, const Rect& card, const flow::CourseView& c) {
  const bool decided = !c.decision.empty();
  const std::string head = p.tr(review_key(c.decision));
  const std::string line =
      decided ? p.tr("course.review.by", {c.reviewer, c.decision_reason}) : p.tr("course.review.waiting_text");
  p.c.card(card, {.radius = 40, .elevation = ui::Elevation::flat, .tone = Tone::primary});
  p.c.icon({card.x + 76, card.centre().y}, Icon::person, 68, p.c.theme()[Hue::primary].icon);
  const float left = card.x + 140, width = card.right() - 36 - left;
  const float h = p.headline_height(width, head, {Type::heading}),
              l = p.c.paragraph_height(line, width, {.type = Type::label});
  float y = std::round(card.centre().y - (h + l) / 2);
  y += p.headline({left, y, width, h}, head, Align::left, {Type::heading}, Token::ink, "course.review");
  p.c.paragraph({left, y, width, l}, line, {.type = Type::label, .colour = Token::ink2});
}

struct Act {
  std::string id, label;
  Icon icon;
  flow::Action action;
};

Act act_of(const Page& p, const flow::CourseView& c) {
  switch (c.stage) {
    case flow::CourseStage::assigned:
    case flow::CourseStage::studying:
      if (c.kind == flow::CourseKind::warning)
        return {"course.confirm", p.tr("course.confirm"), Icon::check, flow::ConfirmWarning{}};
      return {"course.start", p.tr(c.credited_s > 0 ? "course.go_on" : "course.start"), Icon::play_arrow,
              flow::StartLesson{c.resume_lesson, c.course}};
    case flow::CourseStage::exam_ready:
      return {"course.exam", p.tr("course.exam"), Icon::quiz, flow::StartExam{}};
    case flow::CourseStage::done:
      if (!c.certificate.empty())
        return {"course.certificate", p.tr("course.certificate"), Icon::verified, flow::ShowCertificate{c.certificate}};
      break;
    default:
      break;
  }
  return {"course.home", p.tr("to_home"), Icon::home, flow::GoHome{}};
}

// What can be done beside the main thing: object.
std::vector<Choice> ways(const Page& p, const flow::CourseView& c) {
  std::vector<Choice> out;
  if (c.stage != flow::CourseStage::withdrawn)
    out.push_back({"course.complain", p.tr("course.complain"), kComplaints.icon, kComplaints.hue,
                   flow::Go{flow::Place::complaint, c.course}});
  return out;
}

// The reason card: deadline, why, and as many violations as fit.
struct Reason {
  std::string text;
  std::size_t violations = 1;
  float height = 0;
};

float violation_height(const Page& p, const flow::ViolationView& v, float width) {
  const std::string where = p.tr("course.where", {p.day_and_time(v.at), v.place});
  return p.headline_height(width, v.name, {Type::title, Type::heading}) +
         p.c.paragraph_height(where, width, {.type = Type::label}) + 20;
}

Reason measure_reason(const Page& p, const flow::CourseView& c, float width, float room) {
  Reason r;
  r.text = reason_of(p, c);
  const float more = p.c.line_height(Type::label) + 20;
  r.height = 32 + (is_open(c) ? p.by_size(60, 90) + 28 : 0) +
             p.c.paragraph_height(r.text, width, {.type = Type::body}) + 56 + 20;
  float used = 0;
  std::size_t n = 0;
  for (; n < c.violations.size(); ++n) {
    const float next = violation_height(p, c.violations[n], width - 128);
    const bool last = n + 1 == c.violations.size();
    if (n > 0 && r.height + used + next + (last ? 0 : more) > room) break;
    used += next;
  }
  r.violations = n;
  r.height += used + (n < c.violations.size() ? more : 0);
  return r;
}

void draw_reason(Page& p, const Rect& card, const flow::CourseView& c, const Reason& reason) {
  p.c.card(card, {.radius = 44});
  const float x = card.x + 40, width = card.w - 80;
  float y = card.y + 32;
  if (is_open(c)) {
    draw_deadline(p, {x, y}, c, Align::left);
    y += p.by_size(60, 90) + 28;
  }
  y += p.c.paragraph({x, y, width, 400}, reason.text, {.type = Type::body, .id = "course.reason"}) + 28;
  p.c.divider(x, y, width);
  draw_violations(p, {x, y + 28, width, 0}, c, reason.violations);
}

}  // namespace

void draw_screen(Page& p, const flow::CourseScreen& s) {
  const flow::CourseView& c = s.course;
  p.title(p.tr(title_of(c.kind)), is_open(c) ? p.tr("course.hint") : std::string());
  const float top = p.message(p.below_title(), s.message);
  const Rect action = primary_rect();
  const float low = draw_choices(p, ways(p, c), action.y - 28) - 32;
  const float gap = Grid::kGap, width = Grid::kWidth - 80;
  const bool review = c.kind == flow::CourseKind::throttle;
  // While a person decides about a throttle, the review says all there is to say.
  const bool stand = !(review && c.stage == flow::CourseStage::human);
  const float stand_h = stand ? p.by_size(244, 336) + gap : 0;
  const float review_h = !review ? 0 : p.by_size(196, c.decision.empty() ? 300 : 360) + gap;
  const Reason reason = measure_reason(p, c, width, low - top - stand_h - review_h);
  const Rect page{Grid::kMargin, top, Grid::kWidth, low - top};
  p.c.scroll("course.page", page, reason.height + stand_h + review_h, [&](ui::Point at) {
    const Rect card{at.x, at.y, page.w, reason.height};
    draw_reason(p, card, c, reason);
    float y = card.bottom() + gap;
    if (review) {
      draw_review(p, {at.x, y, page.w, review_h - gap}, c);
      y += review_h;
    }
    if (!stand) return;
    const Rect rest{at.x, y, page.w, stand_h - gap};
    p.c.card(rest, {.radius = 44});
    draw_stand(p, rest, c);
  });
  const Act main = act_of(p, c);
  if (p.c.primary(action, {.id = main.id, .label = main.label, .icon = main.icon})) p.act(main.action);
}

}  // namespace station::screens
