#include "sync/central/body.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sync/central/routes.h"
#include "sync/record/json_text.h"

namespace station::central {

Body::Body(std::string_view text) : json_(std::make_unique<nlohmann::json>(record::parse_json(text))) {
  if (!json_->is_object()) throw Refusal{400, "invalid", "the body must be a JSON object"};
}

Body::~Body() = default;

std::string Body::text(const char* member) const {
  const auto it = json_->find(member);
  if (it == json_->end() || !it->is_string())
    throw Refusal{400, "invalid", fmt::format("\"{}\" must be a text", member)};
  return it->get<std::string>();
}

std::string Body::text(const char* member, std::string fallback) const {
  return json_->contains(member) ? text(member) : std::move(fallback);
}

std::uint64_t Body::number(const char* member, std::uint64_t fallback, std::uint64_t low, std::uint64_t high) const {
  const auto it = json_->find(member);
  if (it == json_->end()) return fallback;
  std::uint64_t value = 0;
  if (!record::whole_number(*it, value) || value < low || value > high)
    throw Refusal{400, "invalid", fmt::format("\"{}\" must be a whole number from {} to {}", member, low, high)};
  return value;
}

}  // namespace station::central
