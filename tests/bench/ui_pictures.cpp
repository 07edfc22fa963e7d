#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "kiosk/ui/driver.h"
#include "kiosk/ui/pictures.h"
#include "kiosk/ui/png.h"
#include "tests/ui/samples.h"

// Pictures of every widget and scene: ui_pictures FOLDER [part of a scene's name]
namespace {

using namespace station;
using namespace station::ui;

constexpr int kColumns = 2, kRows = 4;  // scenes on a sheet, as large as on the panel
const std::filesystem::path kRoot = STATION_SOURCE_DIR;

int failed(const base::Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: ui_pictures FOLDER [PART OF A SCENE'S NAME]\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::string wanted = argc > 2 ? argv[2] : "";
  std::filesystem::create_directories(folder);
  for (const ThemeName theme : {ThemeName::normal, ThemeName::high_contrast}) {
    const std::string look = theme == ThemeName::normal ? "" : "_contrast";
    for (const char* language : {"zh", "en"}) {
      Options options;
      options.language = language;
      options.theme = theme;
      options.animation = Animation::off;
      const auto ui = tests::open_ui(kRoot, options);
      if (wanted.empty())
        for (const auto& sample : tests::samples()) {
          Driver driver(*ui, Driver::drawing(*ui, sample.draw));
          driver.frames(4);
          if (auto done = driver.shot(folder / (sample.name + look + "_" + language + ".png")); !done)
            return failed(done.error());
        }
      // Scenes in motion, three moments each, many on a sheet.
      options.animation = Animation::on;
      options.width = 2016;
      options.height = 2460;
      const auto wide = tests::open_ui(kRoot, options);
      struct Moment {
        const tests::NamedScene* scene;
        int ms;
      };
      const auto scenes = tests::shipped_scenes(kRoot);
      std::vector<Moment> moments;
      for (const auto& named : scenes) {
        if (!wanted.empty() && named.id.find(wanted) == std::string::npos) continue;
        if (!named.scene.moves()) {
          moments.push_back({&named, 0});
          continue;
        }
        if (theme == ThemeName::high_contrast || std::string(language) == "en") {
          moments.push_back({&named, named.scene.still_ms});
          continue;
        }
        for (const int share : {22, 52, 82}) moments.push_back({&named, named.scene.loop_ms * share / 100});
      }
      std::size_t sheet = 0;
      for (std::size_t first = 0; first < moments.size(); first += kColumns * kRows, ++sheet) {
        Driver driver(*wide, Driver::drawing(*wide, [&](Canvas& c) {
          c.begin_screen("scenes", static_cast<int>(first));
          for (std::size_t i = first; i < std::min(moments.size(), first + kColumns * kRows); ++i) {
            const Rect cell = c.screen()
                                  .inset(16)
                                  .row(static_cast<int>((i - first) / kColumns), kRows, 16)
                                  .column(static_cast<int>((i - first) % kColumns), kColumns, 16);
            const float h = cell.w * 0.56f;
            draw_scene(c, {cell.x, cell.y, cell.w, h}, moments[i].scene->scene, moments[i].ms,
                       "scene." + std::to_string(i));
            c.text(Point{cell.x, cell.y + h + 4}, moments[i].scene->id + " " + std::to_string(moments[i].ms),
                   {.type = Type::caption});
          }
          c.end_screen();
        }));
        driver.frames(40);
        const auto name = "scenes" + look + "_" + language + "_" + std::to_string(10 + sheet) + ".png";
        if (auto done = driver.shot(folder / name); !done) return failed(done.error());
      }
    }
  }
  return 0;
}
