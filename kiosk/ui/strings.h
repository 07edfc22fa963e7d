#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

namespace station::ui {

// The words of one language: a flat JSON object in <folder>/<language>.json, key → text with places {0}, {1}, … for
// arguments. Nothing a person reads stands in program code.
class StringTable {
 public:
  StringTable() = default;
  explicit StringTable(std::map<std::string, std::string, std::less<>> texts) : texts_(std::move(texts)) {}
  // The error names the file, and the key whose value is no text.
  static base::Result<StringTable> load(const std::filesystem::path& folder, std::string_view language);

  // The text with its arguments put in. A key that does not exist is returned as it is and remembered in missing().
  std::string tr(std::string_view key, const std::vector<std::string>& args = {}) const;
  bool has(std::string_view key) const { return texts_.find(key) != texts_.end(); }
  const std::map<std::string, std::string, std::less<>>& texts() const { return texts_; }
  const std::set<std::string>& missing() const { return missing_; }

 private:
  std::map<std::string, std::string, std::less<>> texts_;
  mutable std::set<std::string> missing_;
};

}  // namespace station::ui
