#include "sync/base/config.h"

#include <fmt/format.h>

namespace station::base {
// The library would end the program where its parser meets a key that it did not expect; a wrong file must be told.
struct ParserLost {};
[[noreturn]] static void parser_lost() {
  throw ParserLost{};
}
}  // namespace station::base

#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::station::base::parser_lost())
#include <toml++/toml.h>

#include <fstream>
#include <set>
#include <sstream>

namespace station::base {

struct Config::Impl {
  std::string name;
  toml::table root;
  std::set<const toml::node*> used;
  std::vector<std::string> errors;

  // "reader.0.name": digits index into an array. Every node passed on the way counts as used.
  const toml::node* find(const std::string& path, const toml::node** nearest = nullptr) {
    const toml::node* node = &root;
    std::stringstream parts(path);
    std::string part;
    while (std::getline(parts, part, '.')) {
      if (nearest) *nearest = node;
      if (const auto* table = node->as_table()) {
        node = table->get(part);
      } else if (const auto* array = node->as_array()) {
        const std::size_t i = std::strtoul(part.c_str(), nullptr, 10);
        node = i < array->size() ? array->get(i) : nullptr;
      } else {
        node = nullptr;
      }
      if (!node) return nullptr;
      used.insert(node);
    }
    return node;
  }

  void error(const toml::node* at, const std::string& path, const std::string& expected) {
    const auto line = at ? at->source().begin.line : 0;
    errors.push_back(line ? fmt::format("{}:{}: {}: expected {}", name, line, path, expected)
                          : fmt::format("{}: {}: expected {}", name, path, expected));
  }

  template <class T>
  std::optional<T> value(const std::string& path, const char* kind, bool has_fallback) {
    const toml::node* nearest = &root;
    const toml::node* node = find(path, &nearest);
    if (!node) {
      if (!has_fallback) error(nearest == &root ? nullptr : nearest, path, std::string(kind) + ", but it is missing");
      return std::nullopt;
    }
    const auto v = node->value<T>();
    if (!v) error(node, path, kind);
    return v;
  }

  void collect_unused(const toml::node& node, const std::string& path) {
    auto visit = [&](const toml::node& child, const std::string& child_path) {
      if (!used.count(&child)) {
        error(&child, child_path, "nothing of this name; is it misspelt?");
      } else if (child.is_table() || child.is_array()) {
        collect_unused(child, child_path);
      }
    };
    if (const auto* table = node.as_table()) {
      for (const auto& [key, child] : *table)
        visit(child, path.empty() ? std::string(key.str()) : path + "." + std::string(key.str()));
    } else if (const auto* array = node.as_array()) {
      for (std::size_t i = 0; i < array->size(); ++i)
        if ((*array)[i].is_table()) visit((*array)[i], path + "." + std::to_string(i));
    }
  }
};

Config::Config(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;

Result<Config> Config::parse(const std::string& text, const std::string& name) {
  auto impl = std::make_unique<Impl>();
  impl->name = name;
  try {
    impl->root = toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    return fail(Errc::invalid, fmt::format("{}:{}: {}", name, e.source().begin.line, e.description()));
  } catch (const ParserLost&) {
    return fail(Errc::invalid, fmt::format("{}: this is no TOML: a key or value begins with a character that none may", name));
  }
  return Config(std::move(impl));
}

Result<Config> Config::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::not_found, fmt::format("{}: cannot be read", file.string()));
  std::stringstream text;
  text << in.rdbuf();
  return parse(text.str(), file.string());
}

std::string Config::text(const std::string& path, std::optional<std::string> fallback) {
  return impl_->value<std::string>(path, "a text", fallback.has_value()).value_or(fallback.value_or(""));
}

std::int64_t Config::integer(const std::string& path, std::int64_t low, std::int64_t high,
                             std::optional<std::int64_t> fallback) {
  const std::string kind = fmt::format("a whole number from {} to {}", low, high);
  const auto v = impl_->value<std::int64_t>(path, kind.c_str(), fallback.has_value());
  if (v && (*v < low || *v > high)) impl_->error(impl_->find(path), path, kind);
  return v.value_or(fallback.value_or(low));
}

double Config::number(const std::string& path, double low, double high, std::optional<double> fallback) {
  const std::string kind = fmt::format("a number from {} to {}", low, high);
  const auto v = impl_->value<double>(path, kind.c_str(), fallback.has_value());
  if (v && (*v < low || *v > high)) impl_->error(impl_->find(path), path, kind);
  return v.value_or(fallback.value_or(low));
}

bool Config::flag(const std::string& path, std::optional<bool> fallback) {
  return impl_->value<bool>(path, "true or false", fallback.has_value()).value_or(fallback.value_or(false));
}

std::vector<std::int64_t> Config::integers(const std::string& path, std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> out;
  const toml::node* node = impl_->find(path);
  if (!node) return out;
  const std::string kind = fmt::format("a list of whole numbers from {} to {}", low, high);
  const auto* array = node->as_array();
  if (!array) {
    impl_->error(node, path, kind);
    return out;
  }
  for (const auto& element : *array) {
    const auto v = element.value<std::int64_t>();
    if (!v || *v < low || *v > high) {
      impl_->error(&element, path, kind);
      break;
    }
    out.push_back(*v);
  }
  return out;
}

std::size_t Config::count(const std::string& path) {
  const toml::node* node = impl_->find(path);
  if (!node) return 0;
  if (const auto* array = node->as_array()) return array->size();
  impl_->error(node, path, "tables written [[" + path + "]]");
  return 0;
}

bool Config::has(const std::string& path) { return impl_->find(path) != nullptr; }

void Config::complain(const std::string& path, const std::string& expected) {
  impl_->error(impl_->find(path), path, expected);
}

Result<void> Config::finish() {
  impl_->collect_unused(impl_->root, "");
  return finish_part();
}

Result<void> Config::finish_part() {
  if (impl_->errors.empty()) return {};
  std::string all;
  for (const auto& e : impl_->errors) all += (all.empty() ? "" : "\n") + e;
  return fail(Errc::invalid, all);
}

}  // namespace station::base
