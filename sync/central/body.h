#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

// JSON bodies of requests. Private to this folder.
namespace station::central {

// A JSON object. Each access throws a Refusal 400 that names the member and what was expected.
class Body {
 public:
  explicit Body(std::string_view text);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  std::string text(const char* member) const;
  std::string text(const char* member, std::string fallback) const;
  std::uint64_t number(const char* member, std::uint64_t fallback, std::uint64_t low, std::uint64_t high) const;

 private:
  std::unique_ptr<nlohmann::json> json_;
};

}  // namespace station::central
