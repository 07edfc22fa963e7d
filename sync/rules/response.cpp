#include "sync/rules/response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace station::rules {

namespace {

constexpr std::array<const char*, 9> kKindNames{"single", "multiple", "judgement", "numeric", "text",
                                                "match",  "order",    "hotspot",   "hazard"};
constexpr double kFull = 0.999;  // weights come from percentages with at most five decimals

std::string folded(std::string_view text) {
  constexpr std::string_view kBlank = " \t\n\r\v";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  std::string out(text.substr(from, text.find_last_not_of(kBlank) - from + 1));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// One element of a pattern: a character, or anything.
struct Glob {
  char c = 0;
  bool any = false;
};

std::vector<Glob> glob_of(std::string_view pattern) {
  std::vector<Glob> out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size() && pattern[i + 1] == '*')
      out.push_back({pattern[++i], false});
    else
      out.push_back({pattern[i], pattern[i] == '*'});
  }
  return out;
}

// Back to the last star when a character does not fit: linear for one star, never exponential.
bool accepts(const std::vector<Glob>& pattern, std::string_view reply) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t p = 0, r = 0, star = kNone, retry = 0;
  while (r < reply.size()) {
    if (p < pattern.size() && pattern[p].any) {
      star = p++;
      retry = r;
    } else if (p < pattern.size() && pattern[p].c == reply[r]) {
      ++p;
      ++r;
    } else if (star != kNone) {
      p = star + 1;
      r = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p].any) ++p;
  return p == pattern.size();
}

std::optional<double> number_in(std::string_view typed) {
  const std::string text = folded(typed);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const char* to_string(QuestionKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

std::optional<QuestionKind> question_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i)
    if (name == kKindNames[i]) return static_cast<QuestionKind>(i);
  return std::nullopt;
}

bool AnswerKey::operator==(const AnswerKey& other) const {
  const auto same = [](const HazardWindow& a, const HazardWindow& b) { return a.open == b.open && a.close == b.close; };
  return kind == other.kind && right == other.right && answers == other.answers &&
         std::equal(hazards.begin(), hazards.end(), other.hazards.begin(), other.hazards.end(), same);
}

bool hazard_passed(const HazardScore& score) {
  const int most = 5 * static_cast<int>(score.scores.size());
  return score.why_void == HazardVoid::none && most > 0 && score.total * 100 >= most * kHazardPassPercent;
}

double shortanswer_mark(std::span<const GiftAnswer> answers, std::string_view reply) {
  const std::string given = folded(reply);
  if (given.empty()) return 0;
  for (const GiftAnswer& a : answers)
    if (accepts(glob_of(folded(a.text.text)), given)) return a.fraction;
  return 0;
}

bool is_right(const AnswerKey& key, const Response& response) {
  switch (key.kind) {
    case QuestionKind::single:
    case QuestionKind::judgement:
    case QuestionKind::hotspot:
      return response.chosen.size() == 1 &&
             std::find(key.right.begin(), key.right.end(), response.chosen[0]) != key.right.end();
    case QuestionKind::multiple: {
      std::vector<int> chosen = response.chosen;
      std::sort(chosen.begin(), chosen.end());
      return chosen == key.right;
    }
    case QuestionKind::match:
    case QuestionKind::order:
      return response.chosen == key.right;
    case QuestionKind::numeric: {
      const auto number = number_in(response.text);
      if (!number) return false;
      GiftItem item;
      item.type = GiftType::numerical;
      item.answers = key.answers;
      return numerical_mark(item, *number) >= kFull;
    }
    case QuestionKind::text:
      return shortanswer_mark(key.answers, response.text) >= kFull;
    case QuestionKind::hazard:
      return hazard_passed(score_hazards(key.hazards, response.taps));
  }
  return false;
}

Response right_response(const AnswerKey& key) {
  Response out;
  switch (key.kind) {
    case QuestionKind::single:
    case QuestionKind::judgement:
    case QuestionKind::hotspot:
      if (!key.right.empty()) out.chosen = {key.right.front()};
      break;
    case QuestionKind::hazard:
      for (const HazardWindow& h : key.hazards) out.taps.push_back(h.open);
      break;
    case QuestionKind::numeric:
    case QuestionKind::text:
      for (const GiftAnswer& a : key.answers) {
        if (a.fraction < kFull || !out.text.empty()) continue;
        out.text = a.text.text;
        if (a.number) out.text = nlohmann::json(*a.number).dump();
      }
      break;
    default:
      out.chosen = key.right;
  }
  return out;
}

Response wrong_response(const AnswerKey& key, int options) {
  Response out;
  switch (key.kind) {
    case QuestionKind::numeric:
    case QuestionKind::text:
      out.text = "99999";
      break;
    case QuestionKind::hazard:
      break;
    case QuestionKind::match:
    case QuestionKind::order:
      out.chosen.assign(key.right.rbegin(), key.right.rend());
      break;
    default:  // one that is not right, or where all are, one of them
      out.chosen = {0};
      for (int i = options; i-- > 0;)
        if (std::find(key.right.begin(), key.right.end(), i) == key.right.end()) out.chosen = {i};
  }
  return out;
}

std::string response_members(QuestionKind kind, const Response& response) {
  using Json = nlohmann::json;
  switch (kind) {
    case QuestionKind::numeric:
    case QuestionKind::text:
      return "\"text\":" + Json(response.text).dump(-1, ' ', false, Json::error_handler_t::replace);
    case QuestionKind::hazard:
      return "\"taps\":" + Json(response.taps).dump();
    case QuestionKind::match:
    case QuestionKind::order:
      return "\"chosen\":" + Json(response.chosen).dump();
    default: {
      std::vector<int> chosen = response.chosen;
      std::sort(chosen.begin(), chosen.end());
      return "\"chosen\":" + Json(chosen).dump();
    }
  }
}

std::string to_json(const AnswerKey& key) {
  using Json = nlohmann::json;
  Json out{{"kind", to_string(key.kind)}};
  if (!key.right.empty()) out["right"] = key.right;
  for (const GiftAnswer& a : key.answers) {
    Json answer{{"fraction", a.fraction}};
    if (key.kind == QuestionKind::text) answer["text"] = a.text.text;
    if (a.number) answer["number"] = *a.number;
    if (a.tolerance) answer["tolerance"] = *a.tolerance;
    out["answers"].push_back(std::move(answer));
  }
  for (const HazardWindow& h : key.hazards) out["hazards"].push_back({h.open, h.close});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<AnswerKey> answer_key_from_json(std::string_view text) {
  using Json = nlohmann::json;
  try {
    const Json in = Json::parse(text);
    AnswerKey key;
    const auto kind = question_kind(in.at("kind").get_ref<const std::string&>());
    if (!kind) return base::fail(base::Errc::corrupt, "the key of a question is of an unknown kind");
    key.kind = *kind;
    key.right = in.value("right", std::vector<int>());
    for (const Json& a : in.value("answers", Json::array())) {
      GiftAnswer answer;
      answer.fraction = a.at("fraction");
      answer.text.text = a.value("text", "");
      if (a.contains("number")) answer.number = a.at("number").get<double>();
      if (a.contains("tolerance")) answer.tolerance = a.at("tolerance").get<double>();
      key.answers.push_back(std::move(answer));
    }
    for (const Json& h : in.value("hazards", Json::array())) key.hazards.push_back({h.at(0), h.at(1)});
    return key;
  } catch (const Json::exception& e) {
    return base::fail(base::Errc::corrupt, std::string("the key of a question is damaged: ") + e.what());
  }
}

}  // namespace station::rules
