#include "kiosk/app/script.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <sstream>

namespace station::app {

namespace {

struct Arity {
  std::size_t least, most;
  const char* form;
};

const std::map<std::string, Arity>& verbs() {
  static const std::map<std::string, Arity> kVerbs{
      {"card", {1, 2, "card UID [HOLD]"}},
      {"tap", {1, 1, "tap WIDGET"}},
      {"keys", {1, 1, "keys DIGITS"}},
      {"wait", {1, 1, "wait DURATION"}},
      {"until", {2, 3, "until screen|widget NAME [DURATION]"}},
      {"expect", {2, 3, "expect screen|widget|no-widget|minutes NAME"}},
      {"shot", {1, 1, "shot NAME"}},
      {"network", {1, 1, "network up|down"}},
      {"sync", {0, 0, "sync"}},
      {"box", {2, 2, "box close|jam|heal NAME"}},
      {"port", {2, 2, "port over-current|obey|disobey NAME"}},
      {"reader", {1, 1, "reader plug|unplug"}},
      {"board", {1, 1, "board dead|alive"}},
      {"study", {1, 1, "study DURATION"}},
      {"exam", {1, 1, "exam RIGHT-ANSWERS"}},
      {"language", {1, 1, "language zh|en"}},
      {"theme", {1, 1, "theme normal|contrast"}},
      {"certificate", {1, 1, "certificate FILE"}},
      {"crash", {0, 0, "crash"}},
      {"say", {1, 99, "say WORDS"}},
  };
  return kVerbs;
}

}  // namespace

bool parse_duration(const std::string& text, base::Milliseconds& out) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || n < 0) return false;
  const std::string unit(end, text.data() + text.size());
  const std::int64_t factor = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
  if (factor == 0 || n > 1'000'000'000) return false;
  out = base::Milliseconds(n * factor);
  return true;
}

base::Result<std::vector<ScriptLine>> parse_script(const std::string& text) {
  std::vector<ScriptLine> lines;
  std::stringstream in(text);
  std::string raw;
  for (int number = 1; std::getline(in, raw); ++number) {
    raw = raw.substr(0, raw.find('#'));
    std::stringstream words(raw);
    ScriptLine line{number, "", {}};
    if (!(words >> line.verb)) continue;
    for (std::string w; words >> w;) line.words.push_back(w);
    const auto it = verbs().find(line.verb);
    if (it == verbs().end()) return base::fail(base::Errc::invalid, fmt::format("script line {}: no verb \"{}\"", number, line.verb));
    if (line.words.size() < it->second.least || line.words.size() > it->second.most)
      return base::fail(base::Errc::invalid, fmt::format("script line {}: expected: {}", number, it->second.form));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace station::app
