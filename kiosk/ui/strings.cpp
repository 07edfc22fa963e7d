#include "kiosk/ui/strings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync/base/file.h"

namespace station::ui {

using base::Errc;
using base::Result;

Result<StringTable> StringTable::load(const std::filesystem::path& folder, std::string_view language) {
  const auto file = folder / fmt::format("{}.json", language);
  const auto text = base::read_file(file, std::size_t{4} << 20);
  if (!text) return tl::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return base::fail(Errc::invalid, fmt::format("{} is not a JSON object of texts", file.string()));
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string())
      return base::fail(Errc::invalid, fmt::format("{}: \"{}\" is not a text", file.string(), key));
    texts.emplace(key, value.get<std::string>());
  }
  return StringTable(std::move(texts));
}

std::string StringTable::tr(std::string_view key, const std::vector<std::string>& args) const {
  const auto it = texts_.find(key);
  if (it == texts_.end()) {
    missing_.emplace(key);
    return std::string(key);
  }
  if (args.empty()) return it->second;
  const std::string& text = it->second;
  std::string out;
  out.reserve(text.size() + 16 * args.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool place =
        text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '0' && text[i + 1] <= '9';
    const auto number = place ? static_cast<std::size_t>(text[i + 1] - '0') : args.size();
    if (number < args.size()) {
      out += args[number];
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace station::ui
