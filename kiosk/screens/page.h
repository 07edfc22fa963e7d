#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/screens/draw.h"
#include "kiosk/ui/canvas.h"
#include "sync/record/pack.h"

// What the screens share: one frame being drawn, words with numbers and dates, and the pages that look alike.
namespace station::screens {

using ui::Align;
using ui::Grid;
using ui::Hue;
using ui::Icon;
using ui::Rect;
using ui::Token;
using ui::Tone;
using ui::Type;

class Page {
 public:
  Page(ui::Canvas& canvas, const flow::Frame& f, const record::Content* k, ScreenState& s)
      : c(canvas), frame(f), content(k), state(s) {}

  ui::Canvas& c;
  const flow::Frame& frame;
  const record::Content* content;
  ScreenState& state;

  bool large() const { return c.large_text(); }
  // One of two values by text size: normal, large.
  float by_size(float normal, float big) const { return large() ? big : normal; }
  // Where content begins under a title.
  float below_title() const { return Grid::kTitleBottom + by_size(0, 20); }

  // The first action of a frame wins.
  void act(flow::Action action) {
    if (!action_) action_ = std::move(action);
  }
  const std::optional<flow::Action>& action() const { return action_; }

  // --- Words ---
  std::string tr(std::string_view key, const std::vector<std::string>& args = {}) const { return c.tr(key, args); }
  // `key`.one or `key`.other; {0} is the number, then `more`.
  std::string counted(const std::string& key, std::int64_t n, const std::vector<std::string>& more = {}) const;
  std::string number(std::int64_t n) const;  // 1,285
  std::string clock(flow::UtcTime t) const;  // 14:32
  std::string day(flow::UtcTime t) const;    // 11 月 25 日
  std::string day_and_time(flow::UtcTime t) const;
  std::string weekday_and_day(flow::UtcTime t) const;
  std::string full_date(flow::UtcTime t) const;  // 2026-11-25
  // Whole days from now, rounded up; negative when it is over.
  int days_until(flow::UtcTime t) const;
  std::string lesson_title(const std::string& id) const;

  // --- Lines ---
  // The largest of the types in which the text takes one line, else the last of them.
  Type fitting(std::string_view text, float width, std::initializer_list<Type> types) const;
  // One line in the largest type that fits, or wrapped in the smallest. Returns the height used.
  float headline(const Rect& box, std::string_view text, Align align, std::initializer_list<Type> types,
                 ui::Colour colour = Token::ink, std::string_view id = {});
  float headline_height(float width, std::string_view text, std::initializer_list<Type> types) const;
  // Title with the way back, which asks for flow::Back.
  void title(std::string_view title, std::string_view subtitle, bool back = true);
  // A notice across the page. Returns the lower edge, gap included; `y` itself when there is none.
  float message(float y, const std::optional<flow::Message>& message);

 private:
  std::optional<flow::Action> action_;
};

// Where the one action stands on every page but those with a picture around it.
Rect primary_rect();

// One thing that can be chosen on a result page.
struct Choice {
  std::string id, title;
  Icon icon = Icon::none;
  Hue hue = Hue::primary;
  flow::Action action = flow::Back{};
  ui::ButtonKind kind = ui::ButtonKind::card;
};

// "It worked", "it did not", "do this now": a badge, one sentence, at most two other ways, one action.
struct Outcome {
  ui::Outcome badge = ui::Outcome::success;
  std::string plate;  // a box or port, shown large instead of the badge
  Hue plate_hue = Hue::lockers;
  std::string headline, sentence, note;
  std::string chip;
  Icon chip_icon = Icon::none;
  Tone chip_tone = Tone::points;
  std::vector<Choice> choices;
  Choice primary;
  Icon primary_icon = Icon::none;
  bool primary_works = true;  // false: something is awaited, the button turns
  float seconds_left = -1, seconds_total = 8;
};
void draw_outcome(Page& p, const Outcome& outcome);

// Up to two buttons side by side (below each other with large text) that end above `bottom`. Returns their top.
float draw_choices(Page& p, const std::vector<Choice>& choices, float bottom);

// A small card: icon, number, what it counts.
void draw_figure(Page& p, const Rect& rect, std::string_view value, std::string_view unit, std::string_view label,
                 Hue hue);

// The picture behind the greeting of the waiting and of the home screen; text is readable on its left half.
void draw_hero(Page& p, const Rect& rect);
ui::Colour hero_ink(const Page& p);
// Greeting by the time of day: "good_morning", …
std::string greeting(const Page& p);

// The charging ports of the station in one strip: name, sign and colour; 240 high.
void draw_ports(Page& p, const Rect& rect);

// The scene of a lesson step or question at that time of its loop, in a rounded picture. False: there is none.
bool draw_scene(Page& p, const Rect& rect, const std::string& scene, std::int64_t ms);

// The clip of a hazard question at exactly that moment; `runs`: the next frame is wanted.
bool draw_clip_scene(Page& p, const Rect& rect, const std::string& scene, std::int64_t ms, bool runs);

void draw_screen(Page& p, const flow::AttractScreen& s);
void draw_screen(Page& p, const flow::KeypadScreen& s);
void draw_screen(Page& p, const flow::RefusedScreen& s);
void draw_screen(Page& p, const flow::GreetingScreen& s);
void draw_screen(Page& p, const flow::HomeScreen& s);
void draw_screen(Page& p, const flow::ChargeScreen& s);
void draw_screen(Page& p, const flow::LockerScreen& s);
void draw_screen(Page& p, const flow::CourseScreen& s);
void draw_screen(Page& p, const flow::LessonsScreen& s);
void draw_screen(Page& p, const flow::LessonScreen& s);
void draw_screen(Page& p, const flow::ExamScreen& s);
void draw_screen(Page& p, const flow::ExamResultScreen& s);
void draw_screen(Page& p, const flow::CertificateScreen& s);
void draw_screen(Page& p, const flow::RecordScreen& s);
void draw_screen(Page& p, const flow::ComplaintScreen& s);
void draw_screen(Page& p, const flow::PausedScreen& s);
void draw_screen(Page& p, const flow::FarewellScreen& s);
void draw_screen(Page& p, const flow::HelpScreen& s);
void draw_screen(Page& p, const flow::MaintainerScreen& s);
void draw_screen(Page& p, const flow::OutOfServiceScreen& s);
void draw_screen(Page& p, const flow::DailyScreen& s);
void draw_screen(Page& p, const flow::HazardScreen& s);

// Over the lesson: the presence target and "are you still there?".
void draw_lesson_dialogs(Page& p, const flow::LessonScreen& s);
// The telephone numbers and words of the help page, inside `rect`.
void draw_help_lines(Page& p, const Rect& rect);

// Icon and hue of a service, the same wherever it appears.
struct Service {
  Icon icon;
  Hue hue;
};
inline constexpr Service kCharging{Icon::battery_charging_full, Hue::charging}, kLockers{Icon::lock, Hue::lockers},
    kLessons{Icon::school, Hue::lessons}, kRecord{Icon::assignment, Hue::nearby},
    kComplaints{Icon::gavel, Hue::complaints}, kDaily{Icon::quiz, Hue::points}, kHazards{Icon::visibility, Hue::report}, kSignOut{Icon::logout, Hue::neutral},
    kLeave{Icon::directions_walk, Hue::report};

// The port to offer first: the chosen one while it is free, else the first free one; null when none is.
const flow::PortView* port_to_offer(const flow::StationView& station, const std::string& chosen);
int free_ports(const flow::StationView& station);
int free_boxes(const flow::StationView& station);
int all_boxes(const flow::StationView& station);
// The course that needs the rider first; null when none is open.
const flow::CourseView* urgent_course(const flow::RiderView& rider);
bool is_open(const flow::CourseView& course);
int minutes_left(const flow::CourseView& course);  // of study, rounded up
const char* size_letter(flow::BoxSize size);       // "S", "M", "L"
const char* size_key(flow::BoxSize size);          // string key of its name

}  // namespace station::screens
