#include "sync/central/routes.h"

#include <charconv>

#include "sync/record/json_text.h"

namespace station::central {

std::string decode_url(std::string_view text, PlusSign plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = base::from_hex(text.substr(i + 1, 2)); byte) {
        out += static_cast<char>(byte->front());
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' && plus == PlusSign::space ? ' ' : text[i];
  }
  return out;
}

std::map<std::string, std::string, std::less<>> read_query(std::string_view text) {
  std::map<std::string, std::string, std::less<>> query;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t equals = part.find('=');
    if (!part.empty())
      query.emplace(decode_url(part.substr(0, equals)),
                    equals == std::string_view::npos ? std::string() : decode_url(part.substr(equals + 1)));
  }
  return query;
}

std::string Context::asked(std::string_view name, std::string fallback) const {
  const auto it = query.find(name);
  return it == query.end() ? std::move(fallback) : it->second;
}

std::uint64_t Context::asked_number(std::string_view name, std::uint64_t fallback, std::uint64_t low,
                                    std::uint64_t high) const {
  const auto it = query.find(name);
  if (it == query.end() || it->second.empty()) return fallback;
  const std::string& text = it->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw Refusal{400, "parameter",
                  "\"" + std::string(name) + "\" is not a whole number from " + std::to_string(low) + " to " +
                      std::to_string(high)};
  return value;
}

base::HttpResponse json_answer(int status, std::string body) {
  return {status, {{"content-type", "application/json"}}, std::move(body)};
}

base::HttpResponse ndjson_answer(std::string body) {
  return {200, {{"content-type", "application/x-ndjson"}}, std::move(body)};
}

base::HttpResponse error_answer(int status, std::string_view code, std::string_view error) {
  return json_answer(status,
                     "{\"error\":" + record::quoted_json(error) + ",\"code\":" + record::quoted_json(code) + "}");
}

}  // namespace station::central
