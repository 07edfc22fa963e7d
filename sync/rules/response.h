#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/rules/gift.h"
#include "sync/rules/hazard.h"

// What riders answer to questions of every kind, and whether it is right. Stations and the centre judge with nothing
// else. Pure.
namespace station::rules {

enum class QuestionKind : std::uint8_t {
  single,     // one of the options
  multiple,   // all right options and only they
  judgement,  // true (0) or false (1)
  numeric,    // a number within a tolerance
  text,       // a short answer
  match,      // a right side for each left side
  order,      // steps in their order
  hotspot,    // a place on a picture
  hazard,     // touches while a clip plays
};
const char* to_string(QuestionKind kind);
std::optional<QuestionKind> question_kind(std::string_view name);

// Which member counts depends on the kind.
struct Response {
  // Option numbers as authored. match: for each left side in turn, the option put beside it. order: in the order put.
  std::vector<int> chosen{};
  std::string text{};                // numeric and text: as typed
  std::vector<std::int64_t> taps{};  // hazard: clip time in ms
  bool operator==(const Response&) const = default;
};

// What an answer is judged with; frozen when a paper is opened.
struct AnswerKey {
  QuestionKind kind = QuestionKind::single;
  // single, multiple, judgement, hotspot: the right options, ascending. match, order: the whole right response.
  std::vector<int> right{};
  std::vector<GiftAnswer> answers{};    // numeric and text
  std::vector<HazardWindow> hazards{};  // hazard
  bool operator==(const AnswerKey& other) const;
};

// A clip counts as right from this share of its points on (project default).
inline constexpr int kHazardPassPercent = 60;
bool hazard_passed(const HazardScore& score);

// Weight of the first answer that accepts the reply. White space at the ends and the case of Latin letters do not
// matter; `*` in an answer stands for anything, `\*` for itself.
double shortanswer_mark(std::span<const GiftAnswer> answers, std::string_view reply);

// All or nothing, as papers count. Half marks of an authored answer are not right.
bool is_right(const AnswerKey& key, const Response& response);

// A response that is right, as simulated riders give it; of numbers and short answers the first full one.
Response right_response(const AnswerKey& key);
// One that is wrong; `options` is the number of options.
Response wrong_response(const AnswerKey& key, int options);

// Members of a record's body, without braces: "chosen":[1,3] or "text":"15" or "taps":[1200].
std::string response_members(QuestionKind kind, const Response& response);

// JSON text of a key, and back. `corrupt` for anything else.
std::string to_json(const AnswerKey& key);
base::Result<AnswerKey> answer_key_from_json(std::string_view text);

}  // namespace station::rules
