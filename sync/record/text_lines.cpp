#include "sync/record/text_lines.h"

#include "sync/record/json_text.h"

namespace station::record {

namespace {

// Walks over a JSON text and notes the line at which each value begins (that of its name where it has one).
class JsonWalk {
 public:
  JsonWalk(std::string_view text, LineIndex& lines) : text_(text), lines_(lines) {}

  void value(const std::string& place) {
    skip_blank();
    if (at_ >= text_.size()) return;
    lines_.try_emplace(place, line_);
    if (text_[at_] == '{') {
      members(place);
    } else if (text_[at_] == '[') {
      elements(place);
    } else if (text_[at_] == '"') {
      word();
    } else {
      while (at_ < text_.size() && text_.find_first_of(",]}", at_) != at_) step();
    }
  }

 private:
  void step() { line_ += text_[at_++] == '\n' ? 1u : 0u; }
  void skip_blank() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) step();
  }
  bool take(char c) {
    skip_blank();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    step();
    return true;
  }
  // A string as it is written, without its quotes.
  std::string_view word() {
    const std::size_t from = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
      step();
    }
    const std::string_view inside = text_.substr(from, at_ - from);
    if (at_ < text_.size()) step();
    return inside;
  }
  void members(const std::string& place) {
    step();
    do {
      skip_blank();
      if (at_ >= text_.size() || text_[at_] != '"') break;
      const std::size_t line = line_;
      const std::string inner = (place.empty() ? "" : place + ".") + std::string(word());
      lines_.try_emplace(inner, line);
      if (!take(':')) return;
      value(inner);
    } while (take(','));
    take('}');
  }
  void elements(const std::string& place) {
    step();
    skip_blank();
    if (take(']')) return;
    int i = 0;
    do value(place + "[" + std::to_string(i++) + "]");
    while (take(','));
    take(']');
  }

  std::string_view text_;
  LineIndex& lines_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

LineIndex json_lines(std::string_view json) {
  LineIndex lines;
  if (is_shallow(json)) JsonWalk(json, lines).value("");
  return lines;
}

std::size_t line_of(const LineIndex& lines, std::string_view place) {
  while (true) {
    if (const auto it = lines.find(place); it != lines.end()) return it->second;
    const std::size_t end = place.find_last_of(".[");
    if (end == std::string_view::npos) break;
    place = place.substr(0, end);
  }
  const auto whole = lines.find("");
  return whole == lines.end() ? 1 : whole->second;
}

}  // namespace station::record
