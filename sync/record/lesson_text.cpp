#include "sync/record/lesson_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

namespace station::record {

using Json = nlohmann::json;

namespace {

constexpr std::string_view kFence = "---";
constexpr std::string_view kEnglish = "### English";
constexpr std::string_view kWideColon = "\xEF\xBC\x9A";  // as Chinese keyboards type it

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t from = s.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(kBlank) - from + 1);
}

struct KeyValue {
  std::string key, value;
};

// "seconds: 60"; the key is a word of small letters and dots.
std::optional<KeyValue> key_value(std::string_view line) {
  const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz.");
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(end);
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
  } else if (rest.starts_with(kWideColon)) {
    rest.remove_prefix(kWideColon.size());
  } else {
    return std::nullopt;
  }
  return KeyValue{std::string(line.substr(0, end)), std::string(trimmed(rest))};
}

// Numbers become numbers; what is none is refused where a number is needed.
Json number_or_text(const std::string& value) {
  std::uint64_t n = 0;
  const char* end = value.data() + value.size();
  const auto [at, error] = std::from_chars(value.data(), end, n);
  return error == std::errc() && at == end && !value.empty() ? Json(n) : Json(value);
}

Json list_of(std::string_view value) {
  Json out = Json::array();
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    if (const auto word = trimmed(value.substr(at, end - at)); !word.empty()) out.push_back(std::string(word));
    at = end + 1;
  }
  return out;
}

class LessonReader {
 public:
  LessonReader(std::string_view text, const std::string& file, LineIndex& lines, std::vector<PackProblem>& problems)
      : rest_(text), file_(file), lines_(lines), problems_(problems) {}

  Json read() {
    lesson_ = Json::object();
    lesson_["steps"] = Json::array();
    next();
    if (line_ != kFence) {
      complain("", "the first line is not ---");
      return Json();
    }
    head();
    while (more_) {
      if (line_.starts_with("## ")) {
        step();
        continue;
      }
      if (!line_.empty()) complain("", "this text belongs to no step; a step begins with \"## \" and its title");
      next();
    }
    return std::move(lesson_);
  }

 private:
  void next() {
    more_ = !rest_.empty();
    if (!more_) return;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
  }
  void complain(std::string place, std::string reason) {
    problems_.push_back({file_, std::move(place), std::move(reason), number_});
  }
  void note(const std::string& place) { lines_.try_emplace(place, number_); }

  // Between the two lines "---".
  void head() {
    std::set<std::string> seen;
    for (next(); more_ && line_ != kFence; next()) {
      if (line_.empty()) continue;
      const auto kv = key_value(line_);
      if (!kv) {
        complain("", "expected \"key: value\"");
        continue;
      }
      if (!seen.insert(kv->key).second) {
        complain(kv->key, "stands there twice");
        continue;
      }
      note(kv->key);
      set_head(*kv);
    }
    if (!more_) complain("", "the head has no end: a line --- is missing");
    next();
  }

  void set_head(const KeyValue& kv) {
    if (kv.key == "title" || kv.key == "summary") {
      lesson_[kv.key]["zh"] = kv.value;
    } else if (kv.key == "title.en" || kv.key == "summary.en") {
      lesson_[kv.key.substr(0, kv.key.size() - 3)]["en"] = kv.value;
    } else if (kv.key == "codes") {
      lesson_["codes"] = list_of(kv.value);
    } else if (kv.key == "version" || kv.key == "minutes") {
      lesson_[kv.key] = number_or_text(kv.value);
    } else {
      lesson_[kv.key] = kv.value;
    }
  }

  void step() {
    place_ = "steps[" + std::to_string(lesson_["steps"].size()) + "]";
    note(place_);
    Json step{{"kind", "text"}, {"title", {{"zh", std::string(trimmed(line_.substr(3)))}}}};
    keys(step);
    const bool check = step["kind"] == "check";
    const std::size_t body_line = number_;
    std::string zh = body(), en;
    if (more_ && line_ == kEnglish) {
      note(place_ + ".body.en");
      next();
      en = body();
      if (more_ && line_ == kEnglish) {
        complain(place_, "a second English part");
        next();
        body();
      }
    }
    if (!check || !zh.empty() || !en.empty()) {
      lines_.try_emplace(place_ + ".body", body_line);
      Json texts = Json::object();
      if (!zh.empty()) texts["zh"] = zh;
      if (!en.empty()) texts["en"] = en;
      if (check) problems_.push_back({file_, place_ + ".body", "a step that asks a question has no text", body_line});
      step["body"] = std::move(texts);
    }
    lesson_["steps"].push_back(std::move(step));
  }

  // The lines directly under the heading, up to the first empty one.
  void keys(Json& step) {
    std::set<std::string> seen;
    for (next(); more_ && !line_.empty(); next()) {
      const auto kv = key_value(line_);
      if (!kv) {
        complain(place_, "expected \"key: value\", or an empty line before the text");
        continue;
      }
      if (kv->key == "law") {
        step["law"].push_back(Json{{"law", kv->value}});
        note(law_place(step));
        continue;
      }
      if (kv->key == "article" || kv->key == "quote" || kv->key == "check") {
        if (!step.contains("law")) {
          complain(place_ + "." + kv->key, "no law stands before it");
          continue;
        }
        Json& law = step["law"].back();
        if (law.contains(kv->key)) complain(law_place(step) + "." + kv->key, "stands there twice");
        note(law_place(step) + "." + kv->key);
        law[kv->key] = kv->value;
        continue;
      }
      if (!seen.insert(kv->key).second) {
        complain(place_ + "." + kv->key, "stands there twice");
        continue;
      }
      note(place_ + "." + (kv->key == "en" ? "title.en" : kv->key));
      if (kv->key == "en") {
        step["title"]["en"] = kv->value;
      } else if (kv->key == "seconds") {
        step["seconds"] = number_or_text(kv->value);
      } else {
        step[kv->key] = kv->value;
        if (kv->key == "question") step["kind"] = "check";
      }
    }
  }

  std::string law_place(const Json& step) const {
    return place_ + ".law[" + std::to_string(step["law"].size() - 1) + "]";
  }

  // Paragraphs up to the next heading, without empty lines around them.
  std::string body() {
    std::string out;
    int empty = 0;
    for (; more_ && !line_.starts_with("## ") && line_ != kEnglish; next()) {
      if (line_.starts_with('#')) complain(place_ + ".body", "only \"## \" and \"### English\" are headings");
      if (line_.empty()) {
        ++empty;
        continue;
      }
      if (!out.empty()) out += empty > 0 ? "\n\n" : "\n";
      empty = 0;
      out += line_;
    }
    return out;
  }

  std::string_view rest_, line_;
  bool more_ = true;
  std::size_t number_ = 0;
  const std::string& file_;
  LineIndex& lines_;
  std::vector<PackProblem>& problems_;
  Json lesson_;
  std::string place_;
};

}  // namespace

Json read_lesson_text(std::string_view text, const std::string& file, LineIndex& lines,
                      std::vector<PackProblem>& problems) {
  lines[""] = 1;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return LessonReader(text, file, lines, problems).read();
}

}  // namespace station::record
