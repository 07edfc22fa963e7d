#include "sync/record/content_node.h"

#include <algorithm>

#include "sync/base/clock.h"
#include "sync/record/json_text.h"

namespace station::record {

using Json = nlohmann::json;

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

PackProblem parse_complaint(const std::string& file, const std::string& text) {
  if (!is_shallow(text)) return {file, "", "is nested too deeply"};
  try {
    [[maybe_unused]] const Json ignored = Json::parse(text);
  } catch (const Json::parse_error& e) {
    const auto upto = text.begin() + static_cast<std::ptrdiff_t>(std::min(e.byte, text.size()));
    return {file, "", "is no JSON", static_cast<std::size_t>(std::count(text.begin(), upto, '\n')) + 1};
  } catch (const Json::exception&) {
  }
  return {file, "", "is no JSON"};
}

}  // namespace

ContentNode ContentNode::parse(const std::string& text, const std::string& file, Json& storage,
                               std::vector<PackProblem>& problems) {
  storage = parse_json(text);
  if (storage.is_discarded()) {
    problems.push_back(parse_complaint(file, text));
    storage = nullptr;
  } else if (!storage.is_object()) {
    problems.push_back({file, "", "is not a JSON object"});
    storage = nullptr;
  }
  return {storage, file, "", problems};
}

std::string ContentNode::text(const char* key, std::size_t longest) const {
  if (!has(key) || !(*value_)[key].is_string() || (*value_)[key].get_ref<const std::string&>().empty()) {
    complain(key, "a text is missing");
    return {};
  }
  return optional_text(key, longest);
}

std::string ContentNode::optional_text(const char* key, std::size_t longest) const {
  if (!has(key)) return {};
  if (!(*value_)[key].is_string()) {
    complain(key, "is not a text");
    return {};
  }
  const auto& text = (*value_)[key].get_ref<const std::string&>();
  if (text.size() > longest) {
    complain(key, fmt::format("is longer than {} bytes", longest));
    return {};
  }
  if (text.find('\0') != std::string::npos) {
    complain(key, "holds a NUL character");
    return {};
  }
  return text;
}

int ContentNode::integer(const char* key, int low, int high) const {
  std::uint64_t n = 0;
  if (!has(key) || !whole_number((*value_)[key], n) || n < static_cast<std::uint64_t>(low) ||
      n > static_cast<std::uint64_t>(high)) {
    complain(key, fmt::format("expected a whole number from {} to {}", low, high));
    return low;
  }
  return static_cast<int>(n);
}

LocalText ContentNode::local(const char* key, bool english, std::size_t longest) const {
  if (!has(key) || !(*value_)[key].is_object()) {
    complain(key, R"(expected {"zh":…,"en":…})");
    return {};
  }
  const ContentNode node = child(key);
  return {node.text("zh", longest), english ? node.text("en", longest) : node.optional_text("en", longest)};
}

std::vector<std::string> ContentNode::texts(const char* key, std::size_t most) const {
  std::vector<std::string> out;
  if (!has(key)) return out;
  const Json& list = (*value_)[key];
  if (!list.is_array() || list.size() > most) {
    complain(key, fmt::format("expected a list of at most {} texts", most));
    return out;
  }
  for (const Json& item : list) {
    if (item.is_string() && !item.get_ref<const std::string&>().empty() &&
        item.get_ref<const std::string&>().size() <= 200)
      out.push_back(item.get<std::string>());
    else
      complain(key, "expected short texts only");
  }
  return out;
}

void ContentNode::each(const char* key, std::size_t most, const std::function<void(const ContentNode&)>& use) const {
  if (!has(key) || !(*value_)[key].is_array() || (*value_)[key].size() > most) {
    complain(key, fmt::format("expected a list of at most {}", most));
    return;
  }
  std::size_t i = 0;
  for (const Json& item : (*value_)[key]) {
    const ContentNode node(item, file_, fmt::format("{}[{}]", at(key), i++), *problems_);
    if (item.is_object())
      use(node);
    else
      node.complain("expected an object");
  }
}

void ContentNode::each_member(const std::function<void(const std::string&, const ContentNode&)>& use) const {
  if (!value_->is_object()) return;
  for (const auto& [key, value] : value_->items()) use(key, {value, file_, at(key.c_str()), *problems_});
}

void ContentNode::only(std::initializer_list<std::string_view> known) const {
  each_member([&](const std::string& key, const ContentNode& node) {
    if (std::find(known.begin(), known.end(), key) == known.end()) node.complain("nobody reads this member");
  });
}

bool is_content_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && (is_letter(text[0]) || is_digit(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_region(std::string_view text) {
  return text == "CN" || (text.size() >= 2 && text.size() <= 6 && std::all_of(text.begin(), text.end(), is_digit));
}

bool is_day(std::string_view text) {
  base::UtcTime t;
  return text.size() == 10 && base::parse_iso8601(std::string(text) + "T00:00:00Z", t) &&
         base::iso8601(t).starts_with(text);
}

bool is_check_status(std::string_view text) {
  return text == "law_text" || text == "secondary_source" || text == "common_sense";
}

}  // namespace station::record
