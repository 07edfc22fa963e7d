#include "kiosk/screens/draw.h"

#include "kiosk/screens/page.h"

namespace station::screens {

namespace {

// Leaving these screens would lose something (an open door, running study): help comes as a dialog instead.
bool must_not_be_left(const flow::Screen& screen) {
  if (const auto* locker = std::get_if<flow::LockerScreen>(&screen))
    return locker->step == flow::LockerStep::opening || locker->step == flow::LockerStep::open ||
           locker->step == flow::LockerStep::confirm;
  return std::holds_alternative<flow::LessonScreen>(screen) || std::holds_alternative<flow::ExamScreen>(screen) ||
         std::holds_alternative<flow::OutOfServiceScreen>(screen);
}

// A number for each step of a screen that should slide in like a new one.
int step_of(const flow::Screen& screen) {
  if (const auto* s = std::get_if<flow::LessonScreen>(&screen)) return s->completed ? 1000 : s->step_index;
  if (const auto* s = std::get_if<flow::ExamScreen>(&screen)) return s->paper.questions.empty() ? -1 : s->index;
  if (const auto* s = std::get_if<flow::DailyScreen>(&screen)) return s->content ? s->index : -1;
  if (const auto* s = std::get_if<flow::HazardScreen>(&screen))
    return s->stage == flow::HazardStage::clip ? s->index : s->stage == flow::HazardStage::list ? -1 : 1000;
  if (const auto* s = std::get_if<flow::ChargeScreen>(&screen)) return static_cast<int>(s->step);
  if (const auto* s = std::get_if<flow::LockerScreen>(&screen)) return static_cast<int>(s->step);
  if (const auto* s = std::get_if<flow::KeypadScreen>(&screen)) return static_cast<int>(s->purpose);
  if (const auto* s = std::get_if<flow::ComplaintScreen>(&screen)) return s->receipt.empty() ? 0 : 1;
  return 0;
}

void draw_header(Page& p) {
  const std::string sub = p.tr(p.frame.sync.online ? "header.online" : "header.offline", {p.frame.station.id});
  const std::string clock = p.clock(p.frame.now), date = p.weekday_and_day(p.frame.now);
  // Large text leaves room for one second line only.
  const std::string second = !p.large() ? sub : p.frame.sync.online ? date : p.tr("header.offline.large");
  p.c.header({.station = p.frame.station.name,
              .subtitle = second,
              .clock = clock,
              .date = p.large() ? std::string_view() : std::string_view(date)});
}

void draw_bar(Page& p, const flow::Screen& screen) {
  Preferences& prefs = p.state.preferences;
  const std::string size = p.large() ? ".large" : "";
  const std::string large = p.tr("bar.large_text" + size), contrast = p.tr("bar.contrast" + size),
                    voice = p.tr("bar.voice" + size), language = p.tr("bar.language"), help = p.tr("bar.help" + size);
  const auto key = p.c.bottom_bar({.large_text = large,
                                   .contrast = contrast,
                                   .voice = voice,
                                   .language = language,
                                   .help = help,
                                   .large_text_on = prefs.large_text,
                                   .contrast_on = prefs.contrast,
                                   .voice_on = prefs.voice});
  if (!key) return;
  switch (*key) {
    case ui::BarKey::large_text:
      prefs.large_text = !prefs.large_text;
      break;
    case ui::BarKey::contrast:
      prefs.contrast = !prefs.contrast;
      break;
    case ui::BarKey::voice:
      prefs.voice = !prefs.voice;
      break;
    case ui::BarKey::language:
      prefs.language = prefs.language == "zh" ? "en" : "zh";
      break;
    case ui::BarKey::help:
      if (must_not_be_left(screen)) {
        p.state.help_open = true;
      } else if (!std::holds_alternative<flow::HelpScreen>(screen)) {
        p.act(flow::Go{flow::Place::help, ""});
      }
      break;
  }
  p.act(flow::AnyTouch{});
}

void draw_help_dialog(Page& p) {
  const Rect rect{Grid::kMargin, 220, Grid::kWidth, 1440};
  const std::string title = p.tr("help.title"), close = p.tr("help.close");
  p.c.dialog("help", rect, title, [&](const Rect& r) {
    p.headline({r.x + 56, r.y + 44, r.w - 112, 110}, title, Align::left, {Type::display, Type::number});
    draw_help_lines(p, {r.x + 40, r.y + 176, r.w - 80, r.h - 176 - 232});
    if (p.c.primary({r.x + 40, r.bottom() - 200, r.w - 80, 160}, {.id = "help.close", .label = close})) {
      p.state.help_open = false;
      p.act(flow::AnyTouch{});
    }
  });
}

void draw_idle_dialog(Page& p, int seconds_left) {
  const Rect rect{Grid::kMargin, 440, Grid::kWidth, p.by_size(980, 1120)};
  const std::string title = p.tr("idle.title"), text = p.counted("idle.text", seconds_left), stay = p.tr("idle.stay"),
                    leave = p.tr("idle.leave");
  p.c.dialog("idle", rect, title, [&](const Rect& r) {
    const Rect in = r.inset(56);
    p.c.ring({in.centre().x, in.y + 134}, {.id = "idle.ring",
                                           .fraction = static_cast<float>(seconds_left) / 20,
                                           .label = std::to_string(seconds_left),
                                           .label_type = Type::display,
                                           .radius = 130,
                                           .stroke = 18});
    float y = in.y + 296;
    y += p.headline({in.x, y, in.w, 110}, title, Align::centre, {Type::display, Type::number});
    p.c.paragraph({in.x, y + 8, in.w, in.bottom() - y}, text,
                  {.type = Type::body, .colour = Token::ink2, .align = Align::centre});
    const Rect low{in.x, in.bottom() - 332, in.w, 332};
    if (p.c.primary(low.row(0, 2, 24), {.id = "idle.stay", .label = stay, .icon = Icon::touch_app}))
      p.act(flow::StillHere{});
    if (p.c.button(low.row(1, 2, 24), {.id = "idle.leave",
                                       .title = leave,
                                       .icon = Icon::logout,
                                       .kind = ui::ButtonKind::tonal,
                                       .align = Align::centre}))
      p.act(flow::SignOut{});
  });
}

}  // namespace

const ui::scene::Scene* SceneShelf::find(const record::Content& content, const std::string& id) {
  const std::string pack = content.pack + "#" + std::to_string(content.version);
  if (pack != pack_) {
    scenes_.clear();
    pack_ = pack;
  }
  const auto it = scenes_.find(id);
  if (it != scenes_.end()) return it->second.get();
  std::unique_ptr<ui::scene::Scene> scene;
  if (const auto text = content.scenes.find(id); text != content.scenes.end())
    if (auto parsed = ui::scene::parse_scene(text->second, id + ".json"))
      scene = std::make_unique<ui::scene::Scene>(std::move(*parsed));
  return (scenes_[id] = std::move(scene)).get();
}

void ScreenState::end_session(const Preferences& of_the_station) {
  preferences = of_the_station;
  port.clear();
  help_open = false;
}

std::optional<flow::Action> draw(ui::Canvas& canvas, const flow::Screen& screen, const flow::Frame& frame,
                                 const record::Content* content, ScreenState& state) {
  // An open paper shows the questions that it was frozen with, whatever has been published since.
  if (const auto* exam = std::get_if<flow::ExamScreen>(&screen); exam && exam->paper.content)
    content = exam->paper.content.get();
  if (const auto* daily = std::get_if<flow::DailyScreen>(&screen); daily && daily->content)
    content = daily->content.get();
  Page p(canvas, frame, content, state);
  if (!must_not_be_left(screen)) state.help_open = false;
  if (!std::holds_alternative<flow::ChargeScreen>(screen)) state.port.clear();
  draw_header(p);
  canvas.begin_screen(flow::name_of(screen), step_of(screen));
  std::visit([&](const auto& s) { draw_screen(p, s); }, screen);
  canvas.end_screen();
  draw_bar(p, screen);
  // What runs out of time comes before help.
  const auto* lesson = std::get_if<flow::LessonScreen>(&screen);
  if (frame.idle_seconds_left && frame.signed_in) {
    draw_idle_dialog(p, *frame.idle_seconds_left);
  } else if (state.help_open && !(lesson && lesson->presence)) {
    draw_help_dialog(p);
  } else if (lesson) {
    draw_lesson_dialogs(p, *lesson);
  }
  return p.action();
}

base::Result<void> apply(const Preferences& preferences, ui::Ui& ui, Light light) {
  base::Result<void> out;
  if (preferences.language != ui.language()) {
    if (auto set = ui.set_language(preferences.language); !set) out = set;
  }
  const auto theme = preferences.contrast     ? ui::ThemeName::high_contrast
                     : light == Light::night ? ui::ThemeName::night
                                             : ui::ThemeName::normal;
  if (theme != ui.theme().name()) {
    if (auto set = ui.set_theme(theme); !set) out = set;
  }
  const auto size = preferences.large_text ? ui::TextSize::large : ui::TextSize::normal;
  if (size != ui.text_size()) ui.set_text_size(size);
  if (preferences.voice != ui.explore()) ui.set_explore(preferences.voice);
  return out;
}

}  // namespace station::screens
