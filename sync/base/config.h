#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/result.h"

namespace station::base {

// A configuration file (TOML). Every error names file, line and what was expected. Unknown keys are errors too: a
// misspelt safety limit must not be silently ignored. Not thread-safe; read once at start.
class Config {
 public:
  static Result<Config> load(const std::filesystem::path& file);
  static Result<Config> parse(const std::string& text, const std::string& name);
  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;
  ~Config();

  // Paths are dotted: "station.id". A missing key takes the default, or is an error if there is none.
  std::string text(const std::string& path, std::optional<std::string> fallback = std::nullopt);
  std::int64_t integer(const std::string& path, std::int64_t low, std::int64_t high,
                       std::optional<std::int64_t> fallback = std::nullopt);
  double number(const std::string& path, double low, double high, std::optional<double> fallback = std::nullopt);
  bool flag(const std::string& path, std::optional<bool> fallback = std::nullopt);
  std::vector<std::int64_t> integers(const std::string& path, std::int64_t low, std::int64_t high);
  // How many tables [[name]] there are; element i is addressed as "name.i.key".
  std::size_t count(const std::string& path);
  bool has(const std::string& path);
  // Records an error of the caller's own about this key, with its file and line.
  void complain(const std::string& path, const std::string& expected);

  // After everything was read: the first errors, one a line, or nothing. Keys never asked for are reported here.
  Result<void> finish();
  // The same for a program that reads a part of the file: keys never asked for are others'.
  Result<void> finish_part();

 private:
  struct Impl;
  explicit Config(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace station::base
