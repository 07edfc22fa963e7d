#include "kiosk/screens/page.h"

// What comes and goes by itself: refusal, greeting, pause, farewell.
namespace station::screens {

void draw_screen(Page& p, const flow::RefusedScreen& s) {
  Outcome o;
  o.badge = ui::Outcome::warning;
  o.headline = p.tr(s.message.key, s.message.args);
  o.sentence = p.tr(s.hint_key);
  o.choices = {
      {"refused.number", p.tr("refused.number"), Icon::dialpad, Hue::primary, flow::Go{flow::Place::keypad, ""}}};
  o.primary = {"refused.back", p.tr("refused.back"), Icon::none, Hue::primary, flow::Back{}};
  o.seconds_left = static_cast<float>(s.seconds_left);
  draw_outcome(p, o);
}

void draw_screen(Page& p, const flow::GreetingScreen& s) {
  const flow::RiderView& rider = s.rider;
  Outcome o;
  o.headline = p.tr(s.already_here ? "greeting.again" : "greeting.done");
  o.sentence = s.already_here ? p.tr("greeting.again_text", {rider.name})
                              : p.counted("greeting.text", rider.visits, {rider.name});
  o.chip = s.points_gained > 0 ? p.tr("greeting.points", {p.number(s.points_gained), p.number(rider.points)})
                               : p.tr("greeting.points_total", {p.number(rider.points)});
  o.chip_icon = Icon::emoji_events;
  if (const flow::CourseView* course = urgent_course(rider)) {
    const bool begun = course->credited_s > 0;
    o.choices.push_back({"greeting.course", p.tr(begun ? "greeting.go_on" : "greeting.course"), kLessons.icon,
                         kLessons.hue, flow::Go{flow::Place::course, course->course}});
  }
  if (rider.charge || free_ports(p.frame.station) > 0)
    o.choices.push_back({"greeting.charge", p.tr(rider.charge ? "greeting.charging" : "home.charge"), kCharging.icon,
                         kCharging.hue, flow::Go{flow::Place::charge, ""}});
  if (o.choices.size() < 2 && rider.daily_due > 0 && rider.leases.empty())
    o.choices.push_back({"greeting.daily", p.tr("greeting.daily"), kDaily.icon, kDaily.hue,
                         flow::Go{flow::Place::daily, ""}});
  if (o.choices.size() < 2)
    o.choices.push_back({"greeting.locker", p.tr(rider.leases.empty() ? "home.locker" : "greeting.pick_up"),
                         kLockers.icon, kLockers.hue, flow::Go{flow::Place::locker, ""}});
  o.primary = {"greeting.home", p.tr("greeting.home"), Icon::none, Hue::primary, flow::GoHome{}};
  o.seconds_left = static_cast<float>(s.seconds_left);
  draw_outcome(p, o);
}

void draw_screen(Page& p, const flow::PausedScreen& s) {
  Outcome o;
  o.badge = ui::Outcome::success;
  o.headline = p.tr(s.why == "order" ? "paused.order" : s.why == "timeout" ? "paused.timeout" : "paused.rider");
  const int minutes = s.credited_s / 60, left = std::max(0, (s.required_s - s.credited_s + 59) / 60);
  if (s.required_s > 0) {
    o.chip = p.tr("paused.saved", {p.number(minutes), p.number(s.required_s / 60)});
    o.chip_icon = Icon::timer;
    o.chip_tone = Tone::ok;
    o.note = left > 0 ? p.counted("paused.left", left) : p.tr("paused.enough");
  }
  o.sentence = p.tr(s.why == "order" ? "paused.order_text" : "paused.text");
  o.primary = {"paused.done", p.tr("paused.done"), Icon::none, Hue::primary, flow::Back{}};
  o.seconds_left = static_cast<float>(s.seconds_left);
  draw_outcome(p, o);
}

void draw_screen(Page& p, const flow::FarewellScreen& s) {
  Outcome o;
  o.headline = p.tr("farewell.title");
  o.sentence = p.tr("farewell.text", {s.name});
  if (s.minutes > 0) o.chip = p.counted("farewell.minutes", s.minutes);
  o.chip_icon = Icon::schedule;
  o.chip_tone = Tone::primary;
  o.primary = {"farewell.done", p.tr("farewell.done"), Icon::none, Hue::primary, flow::Back{}};
  o.seconds_left = static_cast<float>(s.seconds_left);
  draw_outcome(p, o);
}

}  // namespace station::screens
