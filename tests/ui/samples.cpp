#include "tests/ui/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "kiosk/ui/pictures.h"
#include "sync/base/file.h"

namespace station::tests {

using namespace ui;

namespace {

const char* pick(const Canvas& c, const char* zh, const char* en) {
  return c.language() == "zh" ? zh : en;
}

void chrome(Canvas& c) {
  c.header({.station = pick(c, "文三路骑手驿站", "Wensan Road Station"),
            .subtitle = pick(c, "24 小时开放 · HZ-0427", "Open 24 hours · HZ-0427"),
            .clock = "14:32",
            .date = pick(c, "11 月 22 日 周六", "Saturday 22 November")});
}

void bar(Canvas& c) {
  c.bottom_bar({.large_text = pick(c, "大字", "Large"),
                .contrast = pick(c, "高对比", "Contrast"),
                .voice = pick(c, "语音", "Voice"),
                .language = pick(c, "English", "中文"),
                .help = pick(c, "呼叫帮助", "Help"),
                .large_text_on = c.large_text()});
}

// Left column of a hero: greeting, sentence and the one action in white.
void home(Canvas& c) {
  c.begin_screen("sample.home");
  const Rect hero{48, 164, 984, 642};
  draw_hero(c, hero);
  const bool plain = c.theme().outlined();
  const ui::Colour white = plain ? ui::Colour(Token::ink) : ui::Colour(Rgba{255, 255, 255, 255});
  c.text(Point{102, 214}, pick(c, "下午好，辛苦了", "Good afternoon"), {.type = Type::display, .colour = white});
  c.text(Point{102, 308}, pick(c, "歇一歇，喝口热水再出发", "Take a rest and a hot drink"),
         {.type = Type::body, .colour = white});
  c.primary(
      {100, 420, 430, 126},
      {.id = "home.tap", .label = pick(c, "刷卡签到", "Tap card"), .icon = Icon::contactless, .on_picture = true});
  c.icon({122, 605}, Icon::qr_code_2, 48, white);
  c.text(Rect{158, 580, 420, 50}, pick(c, "或扫小哥码 · 输骑手号", "or type your number"),
         {.type = Type::label, .colour = white});
  chrome(c);
  const std::array<Tile, 3> tiles{{{.id = "home.charge",
                                    .title = pick(c, "给车充电", "Charge"),
                                    .count = "6",
                                    .unit = pick(c, "个空位", "free"),
                                    .icon = Icon::electric_moped,
                                    .hue = Hue::charging,
                                    .ring = 0.5f,
                                    .ring_label = "6/12"},
                                   {.id = "home.locker",
                                    .title = pick(c, "储物柜", "Lockers"),
                                    .count = "9",
                                    .unit = pick(c, "格可用", "free"),
                                    .icon = Icon::lock,
                                    .hue = Hue::lockers,
                                    .ring = 0.375f,
                                    .ring_label = "9/24"},
                                   {.id = "home.learn",
                                    .title = pick(c, "安全微课", "Lessons"),
                                    .count = "12",
                                    .unit = pick(c, "分钟待学", "min left"),
                                    .icon = Icon::school,
                                    .hue = Hue::lessons,
                                    .ring = 0.6f,
                                    .ring_label = "60%"}}};
  const Rect row{48, 850, 984, 356};
  for (std::size_t i = 0; i < tiles.size(); ++i) c.tile(row.column(static_cast<int>(i), 3, 24), tiles[i]);
  c.card({48, 1246, 984, 240});
  c.icon({106, 1300}, Icon::ev_station, 48, Token::ok);
  c.text(Rect{144, 1270, 400, 60}, pick(c, "充电口实时状态", "Charging ports"), {.type = Type::heading});
  c.text(Rect{560, 1270, 436, 60}, pick(c, "0.8 元/小时 · 充满自停", "¥0.8 per hour"),
         {.type = Type::caption, .colour = Token::ink2, .align = Align::right});
  const Rect strip{84, 1342, 912, 112};
  constexpr std::array<float, 12> kLevels{0.38f, -1, 0.7f, 0.88f, -1, -1, -2, 0.2f, -1, 0.52f, -1, -1};
  for (int i = 0; i < 12; ++i) {
    const float level = kLevels[static_cast<std::size_t>(i)];
    const std::string name = std::to_string(i + 1), id = "port." + name;
    c.port_cell(strip.column(i, 12, 12), {.id = id,
                                          .name = name,
                                          .state = "",
                                          .look = level == -1   ? PortLook::free
                                                  : level == -2 ? PortLook::fault
                                                  : i == 3      ? PortLook::mine
                                                                : PortLook::busy,
                                          .level = level});
  }
  const std::array<MinorTile, 4> minor{{{.id = "home.report",
                                         .title = pick(c, "随手拍", "Report"),
                                         .subtitle = pick(c, "最高奖 10 元", "up to ¥10"),
                                         .icon = Icon::add_a_photo,
                                         .hue = Hue::report},
                                        {.id = "home.points",
                                         .title = pick(c, "积分", "Points"),
                                         .subtitle = pick(c, "1,280 可兑换", "1,280"),
                                         .icon = Icon::redeem,
                                         .hue = Hue::points},
                                        {.id = "home.nearby",
                                         .title = pick(c, "附近驿站", "Nearby"),
                                         .subtitle = pick(c, "最近 420 米", "420 m"),
                                         .icon = Icon::place,
                                         .hue = Hue::nearby},
                                        {.id = "home.complaint",
                                         .title = pick(c, "权益申诉", "Complain"),
                                         .subtitle = pick(c, "3 日内答复", "in 3 days"),
                                         .icon = Icon::gavel,
                                         .hue = Hue::complaints}}};
  for (std::size_t i = 0; i < minor.size(); ++i)
    c.minor_tile(Rect{48, 1522, 984, 186}.column(static_cast<int>(i), 4, 24), minor[i]);
  c.end_screen();
  bar(c);
}

void checkin(Canvas& c) {
  c.begin_screen("sample.checkin");
  chrome(c);
  c.card({48, 300, 984, 880}, {.radius = 56});
  c.outcome({540, 560}, ui::Outcome::success);
  c.text(Rect{96, 770, 888, 100}, pick(c, "签到成功", "Checked in"), {.type = Type::display, .align = Align::centre});
  c.text(Rect{96, 880, 888, 60}, pick(c, "王师傅，本站第 46 次签到", "Master Wang, visit 46"),
         {.type = Type::body, .colour = Token::ink2, .align = Align::centre});
  c.chip({540, 974},
         {.id = "checkin.points",
          .label = pick(c, "+5 积分 · 共 1,285", "+5 points · 1,285"),
          .icon = Icon::emoji_events,
          .tone = Tone::points,
          .type = Type::title},
         Align::centre);
  const Rect two{48, 1260, 984, 170};
  c.button(two.column(0, 2, 24), {.id = "checkin.charge",
                                  .title = pick(c, "去充电", "Charge"),
                                  .icon = Icon::electric_moped,
                                  .hue = Hue::charging});
  c.button(two.column(1, 2, 24),
           {.id = "checkin.learn", .title = pick(c, "继续微课", "Go on"), .icon = Icon::school, .hue = Hue::lessons});
  c.primary({48, 1470, 984, 164},
            {.id = "checkin.done", .label = pick(c, "完成", "Done"), .seconds_left = 5, .seconds_total = 8});
  c.end_screen();
  bar(c);
}

void charging(Canvas& c) {
  c.begin_screen("sample.charging");
  chrome(c);
  c.title_bar({.title = pick(c, "选择充电口", "Choose a port"),
               .subtitle = pick(c, "绿色可用，点一下即可开始", "Green ones are free"),
               .back_label = pick(c, "返回", "Back")});
  for (int i = 0; i < 12; ++i) {
    const int column = i % 3, line = i / 3;
    const std::string name = std::to_string(i + 1), id = "charge.port." + name;
    const PortLook look = i == 6       ? PortLook::fault
                          : i == 4     ? PortLook::mine
                          : i % 2 == 1 ? PortLook::free
                                       : PortLook::busy;
    const char* state = look == PortLook::free    ? pick(c, "空闲", "Free")
                        : look == PortLook::fault ? pick(c, "故障", "Broken")
                        : look == PortLook::mine  ? pick(c, "我的车", "Yours")
                                                  : pick(c, "充电中", "Busy");
    const char* detail = look == PortLook::free    ? pick(c, "0.8 元/小时", "¥0.8/hour")
                         : look == PortLook::fault ? pick(c, "维修中", "in repair")
                                                   : pick(c, "约剩 20 分钟", "20 min left");
    c.port_tile({48 + 336.0f * static_cast<float>(column), 352 + 320.0f * static_cast<float>(line), 312, 296},
                {.id = id,
                 .name = name,
                 .state = state,
                 .detail = detail,
                 .look = look,
                 .enabled = look == PortLook::free || look == PortLook::mine,
                 .selected = i == 1});
  }
  c.end_screen();
  bar(c);
}

void lessons(Canvas& c) {
  c.begin_screen("sample.lessons");
  chrome(c);
  c.title_bar({.title = pick(c, "安全微课", "Lessons"), .back_label = pick(c, "返回", "Back")});
  constexpr std::array<std::pair<const char*, const char*>, 6> kTitles{{{"路口右转大车盲区", "Trucks turning right"},
                                                                        {"雨天减速与车距", "Slow down in rain"},
                                                                        {"电池充电防火", "Batteries and fire"},
                                                                        {"头盔佩戴三步", "Helmet in three steps"},
                                                                        {"逆行的真实代价", "Wrong way: the cost"},
                                                                        {"夜间反光与灯光", "Lights at night"}}};
  constexpr std::array<Icon, 6> kIcons{Icon::local_shipping,     Icon::water_drop, Icon::local_fire_department,
                                       Icon::sports_motorsports, Icon::block,      Icon::nights_stay};
  constexpr std::array<Hue, 6> kHues{Hue::lessons,  Hue::nearby,     Hue::error,
                                     Hue::charging, Hue::complaints, Hue::lockers};
  c.list("sample.list", {48, 336, 984, 1200}, 12, 166, 24, [&](int i, const Rect& rect) {
    const auto n = static_cast<std::size_t>(i) % kTitles.size();
    const std::string id = "lesson." + std::to_string(i);
    const bool done = i % 4 == 1;
    c.row(rect, {.id = id,
                 .title = pick(c, kTitles[n].first, kTitles[n].second),
                 .subtitle = pick(c, "2 分钟 · 0.1 学分", "2 minutes"),
                 .icon = kIcons[n],
                 .hue = kHues[n],
                 .trailing = done ? pick(c, "已学", "Done") : "",
                 .trailing_tone = done ? std::optional(Tone::ok) : std::nullopt,
                 .trailing_icon = Icon::check});
  });
  c.primary({48, 1564, 984, 144},
            {.id = "lessons.next", .label = pick(c, "继续学", "Go on"), .icon = Icon::play_arrow});
  c.end_screen();
  bar(c);
}

void keypad(Canvas& c) {
  c.begin_screen("sample.keypad");
  chrome(c);
  c.title_bar({.title = pick(c, "输入号码", "Your number"),
               .subtitle = pick(c, "屏幕上自动打码", "Masked on the screen"),
               .back_label = pick(c, "返回", "Back")});
  c.input({48, 340, 984, 150}, "138 ••••", pick(c, "骑手号码", "number"));
  c.keypad({48, 540, 984, 840}, {.clear = pick(c, "清空", "Clear"), .erase = pick(c, "删除", "Erase")});
  c.primary({48, 1430, 984, 164}, {.id = "keypad.next", .label = pick(c, "下一步", "Next"), .enabled = false});
  c.end_screen();
  bar(c);
}

void question(Canvas& c) {
  c.begin_screen("sample.question");
  chrome(c);
  c.step_dots({48, 176, 984, 40}, 2, 8);
  const char* ask = pick(c, "前车突然停下，路面是湿的。您和前车之间至少要有多远？",
                         "The car ahead stops on a wet road. How far behind should you be?");
  const TextStyle big{.type = Type::title, .line_height = 66};
  c.paragraph({48, 244, 984, 200}, ask, big);
  const std::array<std::pair<const char*, const char*>, 4> texts{
      {{"一个车身", "One bike length"},
       {"干燥路面的两倍，也就是四秒钟的距离", "Twice the dry distance, which is four seconds"},
       {"跟近一点才不会被加塞", "Close, so nobody cuts in"},
       {"看得见车牌就行", "When you can read the plate"}}};
  constexpr std::array<OptionState, 4> kStates{OptionState::idle, OptionState::right, OptionState::wrong,
                                               OptionState::chosen};
  float y = 480;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string id = "option." + std::to_string(i), letter(1, static_cast<char>('A' + i));
    const char* text = pick(c, texts[i].first, texts[i].second);
    const float h = c.option_height(984, text);
    c.option({48, y, 984, h}, {.id = id, .letter = letter, .text = text, .state = kStates[i], .multiple = i > 1});
    y += h + 24;
  }
  c.banner({48, y + 8}, 984,
           {.id = "question.why",
            .text = pick(c, "湿路面刹车距离大约是干路面的两倍，先松油门，再轻刹。",
                         "A wet road doubles the braking distance."),
            .tone = Tone::ok});
  c.primary({48, 1544, 984, 164},
            {.id = "question.next", .label = pick(c, "下一题", "Next"), .icon = Icon::arrow_forward});
  c.end_screen();
  bar(c);
}

void lesson(Canvas& c, const scene::Scene& scene) {
  c.begin_screen("sample.lesson");
  chrome(c);
  c.step_dots({48, 168, 984, 40}, 1, 5);
  draw_scene(c, {48, 230, 984, 551}, scene, static_cast<std::int64_t>(c.time() * 1000));
  c.rich_text({48, 820, 984, 640},
              pick(c,
                   "**停在线后面。**红灯亮着，车轮压线也算越线，罚款 20 元。\n\n- "
                   "有非机动车灯，看非机动车灯（“自行车”图案的那个）。\n- 没有，就看机动车灯；交警的手势**最大**。\n- "
                   "黄灯亮起：没过线就停，已过线的继续走。",
                   "**Stop behind the line.** At red, a wheel on the line counts as crossing it, and the fine is "
                   "¥20.\n\n- If there is a bicycle light, follow it.\n- If not, follow the light for motor vehicles; "
                   "an officer's signal **overrules** both."));
  c.progress({48, 1490, 984, 20}, 0.4f, Hue::lessons, "lesson.progress");
  c.primary({48, 1544, 984, 164},
            {.id = "lesson.next", .label = pick(c, "下一步", "Next"), .icon = Icon::arrow_forward});
  c.end_screen();
  bar(c);
}

void widgets(Canvas& c) {
  c.begin_screen("sample.widgets");
  chrome(c);
  float y = 164;
  const Rect quarter{48, y, 984, 140};
  c.button(quarter.column(0, 2, 24), {.id = "w.tonal",
                                      .title = pick(c, "浅色按钮", "Tonal"),
                                      .icon = Icon::pause,
                                      .kind = ButtonKind::tonal,
                                      .align = Align::centre});
  c.button(quarter.column(1, 2, 24), {.id = "w.danger",
                                      .title = pick(c, "结束", "Finish"),
                                      .icon = Icon::logout,
                                      .kind = ButtonKind::danger,
                                      .align = Align::centre});
  y += 156;
  const Rect next{48, y, 984, 140};
  c.button(next.column(0, 2, 24), {.id = "w.off",
                                   .title = pick(c, "不可用", "Disabled"),
                                   .subtitle = pick(c, "先签到", "Check in first"),
                                   .icon = Icon::lock,
                                   .enabled = false});
  c.button(
      next.column(1, 2, 24),
      {.id = "w.chosen", .title = pick(c, "已选", "Chosen"), .icon = Icon::check, .selected = true, .chevron = true});
  y += 156;
  c.toggle({48, y, 984, 140}, "w.toggle", pick(c, "读出屏幕上的字", "Read the screen aloud"), true);
  y += 166;
  for (const auto& [tone, zh, en] : {std::tuple{Tone::neutral, "提示一行", "A notice"},
                                     {Tone::warning, "还剩 3 天，先学完 12 分钟", "3 days left: 12 minutes to go"},
                                     {Tone::error, "联网断开，数据先存本机", "Offline, data is kept here"}})
    y += c.banner({48, y}, 984,
                  {.id = std::string("w.banner.") + std::to_string(static_cast<int>(tone)),
                   .text = pick(c, zh, en),
                   .tone = tone}) +
         14;
  float x = 48;
  for (const auto& [tone, zh, en] : {std::tuple{Tone::neutral, "待学", "Open"},
                                     {Tone::ok, "通过", "Passed"},
                                     {Tone::warning, "快到期", "Soon"},
                                     {Tone::error, "过期", "Late"},
                                     {Tone::points, "+5", "+5"},
                                     {Tone::primary, "新", "New"}})
    x = c.chip({x, y},
               {.label = pick(c, zh, en), .icon = tone == Tone::points ? Icon::emoji_events : Icon::none, .tone = tone})
            .right() +
        16;
  y += 76;
  c.pin_dots({48, y, 640, 140}, 2, 4);
  c.ring({800, y + 70}, {.id = "w.ring",
                         .fraction = 0.72f,
                         .label = "72%",
                         .label_type = Type::title,
                         .radius = 74,
                         .stroke = 14,
                         .hue = Hue::lessons});
  c.icon_disc({950, y + 70}, 50, Icon::verified, Hue::ok);
  y += 164;
  c.qr({48, y, 280, 280}, "https://station.example/c/7QK2-M4XJ-9RTP?sig=MEUCIQDx0c8b7T1VqYd3", "w.qr",
       pick(c, "证书二维码", "Certificate code"));
  c.presence_target({390, y, 280, 280}, "w.presence", pick(c, "点我", "Tap me"), 6, 10);
  c.outcome({860, y + 140}, ui::Outcome::warning, 0.7f, "w.outcome");
  c.primary({48, 1544, 984, 164}, {.id = "w.busy", .label = pick(c, "正在联网", "Connecting"), .busy = true});
  c.end_screen();
  bar(c);
}

void dialog(Canvas& c) {
  lessons(c);
  c.dialog("sample.dialog", {98, 560, 884, 720}, pick(c, "还在吗", "Still there"), [&](const Rect& r) {
    c.outcome({r.centre().x, r.y + 190}, ui::Outcome::waiting, 0.8f, "dialog.badge");
    c.text(Rect{r.x, r.y + 340, r.w, 100}, pick(c, "还在吗？", "Still there?"),
           {.type = Type::display, .align = Align::centre});
    c.text(Rect{r.x, r.y + 440, r.w, 60}, pick(c, "没有操作，20 秒后退出", "You will be signed out"),
           {.type = Type::body, .colour = Token::ink2, .align = Align::centre});
    c.primary({r.x + 48, r.bottom() - 200, r.w - 96, 152},
              {.id = "dialog.stay", .label = pick(c, "我还在", "I am here"), .seconds_left = 14, .seconds_total = 20});
  });
}

}  // namespace

std::vector<NamedScene> shipped_scenes(const std::filesystem::path& root) {
  std::vector<NamedScene> out;
  for (const auto& entry : std::filesystem::directory_iterator(root / "assets/scenes")) {
    if (entry.path().extension() != ".json") continue;
    const auto text = base::read_file(entry.path(), std::size_t{1} << 20);
    auto scene = text ? scene::parse_scene(*text, entry.path().filename().string()) : tl::unexpected(text.error());
    if (!scene) {
      std::cerr << scene.error().message << "\n";
      std::exit(1);
    }
    out.push_back({entry.path().stem().string(), std::move(*scene)});
  }
  std::sort(out.begin(), out.end(), [](const NamedScene& a, const NamedScene& b) { return a.id < b.id; });
  return out;
}

std::unique_ptr<Ui> open_ui(const std::filesystem::path& root, Options options) {
  options.strings = root / "assets/strings";
  options.themes = root / "assets/themes";
  auto ui = Ui::create(options);
  if (!ui) {
    std::cerr << ui.error().message << "\n";
    std::exit(1);
  }
  return std::move(*ui);
}

std::vector<Sample> samples() {
  auto stop_line = std::make_shared<scene::Scene>();
  for (auto& [id, scene] : shipped_scenes(STATION_SOURCE_DIR))
    if (id == "l01-stop-line") *stop_line = std::move(scene);
  return {{"home", home},
          {"checkin", checkin},
          {"charging", charging, 0},
          {"lessons", lessons},
          {"keypad", keypad},
          {"question", question},
          {"lesson", [stop_line](Canvas& c) { lesson(c, *stop_line); }},
          {"widgets", widgets},
          {"dialog", dialog}};
}

}  // namespace station::tests
