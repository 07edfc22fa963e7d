#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sync/rules/gift.h"

// Questions and lint reports as JSON (learning rules, 2.5 and 2.8).
namespace station::rules {

using base::Errc;
using base::fail;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kTypes = 9, kErrors = 6, kFormats = 4;

// Whole numbers without a fraction, as in the examples.
Json number(double value) {
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

Json answers_json(const GiftItem& q) {
  Json answers = Json::array();
  for (const GiftAnswer& a : q.answers) {
    Json j;
    if (q.type == GiftType::numerical) {
      j["answer"] = a.number ? number(*a.number) : Json("*");
      j["tolerance"] = a.tolerance ? number(*a.tolerance) : Json(nullptr);
    } else {
      j["text"] = a.text.text;
      if (q.type == GiftType::multichoice) j["format"] = to_string(a.text.format);
    }
    j["fraction"] = number(a.fraction);
    j["feedback"] = a.feedback.text;
    j["feedbackformat"] = to_string(a.feedback.format);
    answers.push_back(std::move(j));
  }
  return answers;
}

Json item_json(const GiftItem& q) {
  Json j{{"type", to_string(q.type)}};
  if (q.type == GiftType::category) {
    j["category"] = q.category;
    return j;
  }
  if (q.type == GiftType::error) {
    j["error"] = to_string(q.error);
    return j;
  }
  if (q.type == GiftType::multichoice) j["single"] = q.single;
  j["name"] = q.name ? Json(*q.name) : Json(nullptr);
  j["idnumber"] = q.idnumber;
  j["tags"] = q.tags;
  j["text"] = q.stem.text;
  j["format"] = to_string(q.stem.format);
  j["generalfeedback"] = q.generalfeedback.text;
  j["generalfeedbackformat"] = to_string(q.generalfeedback.format);
  if (q.type == GiftType::match) {
    j["pairs"] = Json::array();
    for (const GiftPair& p : q.pairs)
      j["pairs"].push_back({{"left", p.left.text}, {"leftformat", to_string(p.left.format)}, {"right", p.right}});
  } else if (q.type == GiftType::truefalse) {
    j["correct"] = q.correct;
    j["feedback_if_answer_true"] = q.feedback_if_answer_true.text;
    j["feedback_if_answer_false"] = q.feedback_if_answer_false.text;
  } else if (q.type != GiftType::essay && q.type != GiftType::description) {
    j["answers"] = answers_json(q);
  }
  return j;
}

// One element being read: members with the type they must have, and the first complaint.
class Element {
 public:
  Element(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    if (!json_.is_object()) complain("", "expected an object");
  }

  std::string text(const char* key) {
    const Json* value = member(key);
    if (value && value->is_string()) return value->get<std::string>();
    complain(key, "expected a text");
    return {};
  }
  std::optional<std::string> text_or_null(const char* key) {
    const Json* value = member(key);
    if (value && value->is_null()) return std::nullopt;
    return text(key);
  }
  bool flag(const char* key) {
    const Json* value = member(key);
    if (value && value->is_boolean()) return value->get<bool>();
    complain(key, "expected true or false");
    return false;
  }
  double real(const char* key) {
    const Json* value = member(key);
    if (value && value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
    complain(key, "expected a number");
    return 0;
  }
  // A number, or nothing for the one other value that may stand there.
  std::optional<double> real_or(const char* key, const Json& other) {
    const Json* value = member(key);
    if (value && *value == other) return std::nullopt;
    return real(key);
  }
  template <class Enum>
  Enum word(const char* key, int count) {
    const std::string found = text(key);
    for (int i = 0; i < count; ++i)
      if (found == to_string(static_cast<Enum>(i))) return static_cast<Enum>(i);
    complain(key, "\"" + found + "\" is not known");
    return static_cast<Enum>(0);
  }
  GiftText formatted(const char* key, const char* format_key) {
    return {text(key), word<TextFormat>(format_key, kFormats)};
  }
  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> out;
    const Json* value = member(key);
    if (!value || !value->is_array() ||
        !std::all_of(value->begin(), value->end(), [](const Json& j) { return j.is_string(); })) {
      complain(key, "expected an array of texts");
      return out;
    }
    for (const Json& j : *value) out.push_back(j.get<std::string>());
    return out;
  }
  template <class Read>
  void each(const char* key, Read read) {
    const Json* value = member(key);
    if (!value || !value->is_array()) return complain(key, "expected an array");
    for (std::size_t i = 0; i < value->size() && problem_.empty(); ++i) {
      Element inner((*value)[i], path_ + "." + key + "[" + std::to_string(i) + "]");
      if (inner.problem_.empty()) read(inner);
      problem_ = inner.problem_;
    }
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json* member(const char* key) const {
    if (!json_.is_object()) return nullptr;
    const auto it = json_.find(key);
    return it == json_.end() ? nullptr : &*it;
  }
  void complain(const std::string& key, const std::string& what) {
    if (problem_.empty()) problem_ = path_ + (key.empty() ? "" : "." + key) + ": " + what;
  }

  const Json& json_;
  std::string path_;
  std::string problem_;
};

void read_answers(Element& in, GiftItem& q) {
  in.each("answers", [&](Element& a) {
    GiftAnswer answer;
    if (q.type == GiftType::numerical) {
      answer.number = a.real_or("answer", "*");
      answer.tolerance = a.real_or("tolerance", nullptr);
    } else if (q.type == GiftType::multichoice) {
      answer.text = a.formatted("text", "format");
    } else {
      answer.text.text = a.text("text");
    }
    answer.fraction = a.real("fraction");
    answer.feedback = a.formatted("feedback", "feedbackformat");
    q.answers.push_back(std::move(answer));
  });
}

GiftItem read_item(Element& in) {
  GiftItem q;
  q.type = in.word<GiftType>("type", kTypes);
  if (q.type == GiftType::category) {
    q.category = in.text("category");
    return q;
  }
  if (q.type == GiftType::error) {
    q.error = in.word<GiftError>("error", kErrors);
    return q;
  }
  q.name = in.text_or_null("name");
  q.idnumber = in.text("idnumber");
  q.tags = in.texts("tags");
  q.stem = in.formatted("text", "format");
  q.generalfeedback = in.formatted("generalfeedback", "generalfeedbackformat");
  if (q.type == GiftType::multichoice) q.single = in.flag("single");
  if (q.type == GiftType::match) {
    in.each("pairs", [&](Element& p) { q.pairs.push_back({p.formatted("left", "leftformat"), p.text("right")}); });
  } else if (q.type == GiftType::truefalse) {
    q.correct = in.flag("correct");
    q.feedback_if_answer_true = {in.text("feedback_if_answer_true"), q.stem.format};
    q.feedback_if_answer_false = {in.text("feedback_if_answer_false"), q.stem.format};
  } else if (q.type != GiftType::essay && q.type != GiftType::description) {
    read_answers(in, q);
  }
  return q;
}

}  // namespace

std::string gift_to_json(std::span<const GiftItem> items, int indent) {
  Json all = Json::array();
  for (const GiftItem& q : items) all.push_back(item_json(q));
  return all.dump(indent, ' ', false, Json::error_handler_t::replace);
}

base::Result<std::vector<GiftItem>> gift_from_json(std::string_view json) {
  const Json all = Json::parse(json, nullptr, false);
  if (all.is_discarded()) return fail(Errc::invalid, "questions: not JSON");
  if (!all.is_array()) return fail(Errc::invalid, "questions: expected an array");
  std::vector<GiftItem> items;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Element in(all[i], "questions[" + std::to_string(i) + "]");
    GiftItem q = read_item(in);
    if (!in.problem().empty()) return fail(Errc::invalid, in.problem());
    items.push_back(std::move(q));
  }
  return items;
}

std::string to_json(const GiftLint& lint, int indent) {
  Json errors = Json::array();
  for (const GiftLint::ParseError& e : lint.parse_errors)
    errors.push_back({{"line", e.line}, {"error", to_string(e.error)}});
  Json histogram = Json::object();
  for (const auto& [options, count] : lint.option_count_histogram) histogram[std::to_string(options)] = count;
  Json j{{"questions", lint.questions},
         {"categories", lint.categories},
         {"parse_errors", errors},
         {"no_correct_option", lint.no_correct_option},
         {"numeric_catch_all", lint.numeric_catch_all},
         {"duplicate_options_in_item", lint.duplicate_options_in_item},
         {"duplicate_stems_groups", lint.duplicate_stems_groups},
         {"surplus_duplicate_stems", lint.surplus_duplicate_stems},
         {"option_count_histogram", histogram}};
  if (!lint.weights_not_full.empty()) j["weights_not_full"] = lint.weights_not_full;
  return j.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace station::rules
