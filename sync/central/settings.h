#pragma once

#include <filesystem>
#include <string>

#include "sync/central/routes.h"

// What the centre reads once at its start: configuration and keys. Private to this folder.
namespace station::central {

// ladder_profiles.json and violation_codes.csv; the profile must be usable. An error names file and place.
base::Result<Settings> load_settings(const std::filesystem::path& config, const std::string& ladder);

// Reads the files of DATA/keys, or makes them when there is no centre.key.
base::Result<CentreKeys> load_keys(const std::filesystem::path& folder, const std::string& name, base::Random& random);

}  // namespace station::central
