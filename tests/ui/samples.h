#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kiosk/ui/canvas.h"
#include "kiosk/ui/scene_model.h"
#include "kiosk/ui/ui.h"

// Whole sample screens made of every widget: for pictures, checks over all widgets, and the benchmark.
namespace station::tests {

struct Sample {
  std::string name;
  std::function<void(ui::Canvas&)> draw;
  int primaries = 1;
};
// Their words follow the canvas' language.
std::vector<Sample> samples();

struct NamedScene {
  std::string id;
  ui::scene::Scene scene;
};
// Every file of assets/scenes, by name. Ends the program with a sentence when one cannot be parsed.
std::vector<NamedScene> shipped_scenes(const std::filesystem::path& root);

// A Ui over the assets of the source tree.
std::unique_ptr<ui::Ui> open_ui(const std::filesystem::path& root, ui::Options options = {});

}  // namespace station::tests
