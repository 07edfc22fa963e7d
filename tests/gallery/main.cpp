// Writes every screen × theme × language × text size as PNG with an index: gallery FOLDER [NAME-PART…]
// With name parts only samples whose name contains one of them are drawn; "clips" draws
// every hazard clip at eight moments, "clips-H09" that one.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "kiosk/screens/draw.h"
#include "kiosk/ui/driver.h"
#include "kiosk/ui/invariants.h"
#include "tests/screens/samples.h"

namespace {

using namespace station;

struct Mode {
  const char* name;
  const char* title;
  screens::Preferences preferences;
  screens::Light light = screens::Light::day;
};

const Mode kModes[] = {
    {"zh", "中文", {"zh", false, false, false}},
    {"zh-contrast", "中文 · 高对比", {"zh", false, true, false}},
    {"zh-large", "中文 · 大字", {"zh", true, false, false}},
    {"zh-night", "中文 · 夜间", {"zh", false, false, false}, screens::Light::night},
    {"en", "English", {"en", false, false, false}},
    {"en-contrast", "English · high contrast", {"en", false, true, false}},
    {"en-large", "English · large text", {"en", true, false, false}},
    {"zh-large-contrast", "中文 · 大字 · 高对比", {"zh", true, true, false}},
    {"en-large-contrast", "English · large · high contrast", {"en", true, true, false}},
};

bool wanted(const std::string& name, int argc, char** argv) {
  if (argc < 3) return true;
  for (int i = 2; i < argc; ++i)
    if (name.find(argv[i]) != std::string::npos) return true;
  return false;
}

void write_index(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  std::ofstream out(folder / "index.html");
  out << "<!doctype html><html><head><meta charset=\"utf-8\"><title>Screens</title><style>"
         "body{font-family:sans-serif;background:#e8eef9;color:#0e1a33;margin:24px}"
         "table{border-spacing:16px}td{text-align:center;vertical-align:top}"
         "img{width:216px;height:384px;border-radius:10px;box-shadow:0 4px 14px #1b3a8c44;background:#fff}"
         "th{position:sticky;top:0;background:#e8eef9;padding:6px}</style></head><body><h1>Screens</"
         "h1><table><tr><th></th>";
  for (const Mode& mode : kModes) out << "<th>" << mode.title << "</th>";
  out << "</tr>\n";
  for (const std::string& name : names) {
    out << "<tr><th>" << name << "</th>";
    for (const Mode& mode : kModes) {
      const std::string file = std::string(mode.name) + "/" + name + ".png";
      out << "<td><a href=\"" << file << "\"><img loading=\"lazy\" src=\"" << file << "\" alt=\"" << name
          << "\"></a></td>";
    }
    out << "</tr>\n";
  }
  out << "</table></body></html>\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: gallery FOLDER [NAME-PART...]\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const auto content = test::shipped_content();
  auto samples = argc == 3 && std::string(argv[2]).starts_with("clips") ? test::all_clips(*content) : test::all_samples(*content);
  std::vector<std::string> names;
  for (const Mode& mode : kModes) {
    std::filesystem::create_directories(folder / mode.name);
    ui::Options options;
    options.strings = std::string(STATION_SOURCE_DIR) + "/assets/strings";
    options.themes = std::string(STATION_SOURCE_DIR) + "/assets/themes";
    options.animation = ui::Animation::off;
    auto ui = ui::Ui::create(options);
    if (!ui) {
      std::fprintf(stderr, "%s\n", ui.error().message.c_str());
      return 1;
    }
    screens::ScreenState state;
    const test::Sample* current = nullptr;
    ui::Driver driver(**ui, ui::Driver::drawing(**ui, [&](ui::Canvas& canvas) {
      screens::draw(canvas, current->screen, current->frame, content.get(), state);
    }));
    for (const test::Sample& sample : samples) {
      if (!wanted(sample.name, argc, argv)) continue;
      state.end_session(mode.preferences);
      (*ui)->end_session();
      if (auto applied = screens::apply(state.preferences, **ui, mode.light); !applied)
        std::fprintf(stderr, "%s\n", applied.error().message.c_str());
      current = &sample;
      driver.frames(4);
      const auto shot = driver.shot(folder / mode.name / (sample.name + ".png"));
      if (!shot) {
        std::fprintf(stderr, "%s\n", shot.error().message.c_str());
        return 1;
      }
      if (&mode == kModes) names.push_back(sample.name);
      for (const std::string& breach : ui::breaches(**ui, sample.primaries))
        std::printf("%s %s: %s\n", mode.name, sample.name.c_str(), breach.c_str());
    }
  }
  if (argc == 2) write_index(folder, names);
  std::printf("%zu screens in %zu modes written to %s\n", names.size(), std::size(kModes), folder.string().c_str());
  return 0;
}
