#include "kiosk/app/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

namespace station::app {

namespace {

struct Form {
  std::size_t least, most;
  const char* text;
  std::vector<std::string> first = {};  // what the first word may be; empty: anything
  int duration = -1;                    // which word must be a duration
};

const std::map<std::string, Form>& verbs() {
  static const std::map<std::string, Form> kVerbs{
      {"clock", {1, 1, "clock -DURATION|real"}},
      {"card", {1, 2, "card UID [hold]"}},
      {"remove", {0, 0, "remove"}},
      {"scan", {1, 1, "scan CODE"}},
      {"tap", {1, 1, "tap WIDGET"}},
      {"type", {1, 1, "type DIGITS"}},
      {"touch", {0, 0, "touch"}},
      {"wait", {1, 1, "wait DURATION", {}, 0}},
      {"until", {2, 99, "until screen|widget|text|port|minutes WHAT", {"screen", "widget", "text", "minutes"}}},
      {"expect", {2, 99, "expect screen|widget|no-widget|off|text|no-text|minutes WHAT",
                  {"screen", "widget", "no-widget", "off", "text", "no-text", "minutes"}}},
      {"shot", {1, 1, "shot NAME"}},
      {"network", {1, 1, "network up|down", {"up", "down"}}},
      {"sync", {0, 0, "sync"}},
      {"box", {2, 2, "box close|open|jam|heal NAME", {"close", "open", "jam", "heal"}}},
      {"port", {2, 2, "port over-current|stick|heal NAME", {"over-current", "stick", "heal"}}},
      {"outlet",
       {2, 2, "outlet plug|unplug|weld|over-current|heat|heal|smoke|drop|reboot NAME",
        {"plug", "unplug", "weld", "over-current", "heat", "heal", "smoke", "drop", "reboot"}}},
      {"reader", {1, 1, "reader plug|unplug", {"plug", "unplug"}}},
      {"board", {1, 1, "board dead|alive", {"dead", "alive"}}},
      {"study", {1, 2, "study for DURATION | study until DURATION | study lesson", {"for", "until", "lesson"}}},
      {"exam", {1, 1, "exam RIGHT-ANSWERS"}},
      {"crash", {0, 0, "crash"}},
      {"say", {1, 99, "say WORDS"}},
  };
  return kVerbs;
}

bool fits(const ScriptLine& line, const Form& form) {
  if (line.words.size() < form.least || line.words.size() > form.most) return false;
  if (!form.first.empty() && std::find(form.first.begin(), form.first.end(), line.words[0]) == form.first.end()) return false;
  base::Milliseconds unused;
  if (form.duration >= 0 && !parse_duration(line.words[static_cast<std::size_t>(form.duration)], unused)) return false;
  if (line.verb == "clock") return line.words[0] == "real" || (line.words[0][0] == '-' && parse_duration(line.words[0].substr(1), unused));
  if (line.verb == "study" && line.words[0] != "lesson") return line.words.size() == 2 && parse_duration(line.words[1], unused);
  if (line.verb == "type" || line.verb == "exam")
    return line.words[0].find_first_not_of("0123456789") == std::string::npos;
  return true;
}

}  // namespace

std::string ScriptLine::text() const {
  std::string out = verb;
  for (const std::string& w : words) out += " " + w;
  return out;
}

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

base::Result<std::vector<ScriptLine>> parse_script(const std::string& text, const std::string& file) {
  std::vector<ScriptLine> lines;
  std::stringstream in(text);
  std::string raw;
  for (int number = 1; std::getline(in, raw); ++number) {
    std::stringstream words(raw.substr(0, raw.find('#')));
    ScriptLine line{number, "", {}};
    if (!(words >> line.verb)) continue;
    for (std::string w; words >> w;) line.words.push_back(w);
    const auto it = verbs().find(line.verb);
    if (it == verbs().end()) {
      std::string known;
      for (const auto& [verb, form] : verbs()) known += (known.empty() ? "" : " ") + verb;
      return base::fail(base::Errc::invalid, fmt::format("{}:{}: no verb \"{}\"; known are: {}", file, number, line.verb, known));
    }
    if (!fits(line, it->second))
      return base::fail(base::Errc::invalid, fmt::format("{}:{}: \"{}\": expected: {}", file, number, line.text(), it->second.text));
    if (line.verb == "clock" && !lines.empty())
      return base::fail(base::Errc::invalid, fmt::format("{}:{}: clock must be the first verb", file, number));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace station::app
