#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/record/pack.h"

// content.json: what a pack consists of. Private to this folder.
namespace station::record {

inline constexpr std::string_view kManifestFile = "content.json";

struct Manifest {
  std::vector<std::string> lessons;
  std::string bank, bank_en, blueprints, quiz_scenes;  // bank_en and quiz_scenes may be empty
  std::string lesson_dir, scene_dir;
  std::string lesson_file(const std::string& id) const { return lesson_dir + "/" + id + ".md"; }
  std::string scene_file(const std::string& id) const { return scene_dir + "/" + id + ".json"; }
  std::vector<std::string> files() const;  // all named ones, without the scenes
};

// Form only, as much as is needed to find the files. All paths stay inside the folder.
std::optional<Manifest> read_manifest(std::string_view text, std::vector<PackProblem>& problems);

}  // namespace station::record
