#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sync/rules/gift.h"
#include "sync/rules/gift_text.h"

// Writing GIFT (learning rules, 2.7). What cannot be read back unchanged is refused, with the reason.
namespace station::rules {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || gift::kControl.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool begins_with_tag(std::string_view text) {
  return std::any_of(std::begin(gift::kTags), std::end(gift::kTags),
                     [&](std::string_view tag) { return text.starts_with(tag); });
}

// Never a tag before an empty text.
std::string formatted(const GiftText& t, TextFormat inherited) {
  if (t.text.empty()) return {};
  const bool tag = t.format != inherited || begins_with_tag(t.text);
  return (tag ? std::string(gift::kTags[static_cast<std::size_t>(t.format)]) : std::string()) + escaped(t.text);
}

std::string weight(double fraction) {
  std::string w = fmt::format("{:.5f}", fraction * 100);
  w.erase(w.find_last_not_of('0') + 1);
  if (w.ends_with('.')) w.pop_back();
  return "%" + (w == "-0" ? "0" : w) + "%";
}

bool same_weight(double a, double b) {
  return std::abs(a - b) < 5e-8;
}  // equal after writing

bool has_arrow(std::string_view text) {
  return text.find("->") != std::string_view::npos;
}

std::string feedback_of(const GiftAnswer& a, TextFormat inherited) {
  return a.feedback.text.empty() ? std::string() : "#" + formatted(a.feedback, inherited);
}

// The answer block with its braces, or why there is none.
struct Written {
  std::string text;
  std::string problem;
};

std::string lines_end(const GiftItem& q) {
  if (q.generalfeedback.text.empty()) return "}";
  return "\t####" + formatted(q.generalfeedback, q.stem.format) + "\n}";
}

std::string one_line_end(const GiftItem& q) {
  return (q.generalfeedback.text.empty() ? "" : "####" + formatted(q.generalfeedback, q.stem.format)) + "}";
}

Written multichoice(const GiftItem& q) {
  if (q.answers.size() < 2) return {"", "a multichoice question needs two options"};
  const auto full = [](const GiftAnswer& a) { return same_weight(a.fraction, 1); };
  const bool any = std::any_of(q.answers.begin(), q.answers.end(), full);
  const bool all = std::all_of(q.answers.begin(), q.answers.end(), full);
  if (q.single && !any) return {"", "a question with one answer needs an option of full weight"};
  Written out{"{\n", ""};
  bool tilde = !(q.single && all);  // without any '~' the block would be read as short answers
  for (const GiftAnswer& a : q.answers) {
    std::string mark = "~";
    if (q.single && full(a) && tilde) {
      mark = "=";
    } else if (!same_weight(a.fraction, 0) || gift::weight_length(formatted(a.text, q.stem.format)) > 0) {
      mark += weight(a.fraction);
    }
    tilde = true;
    out.text += "\t" + mark + formatted(a.text, q.stem.format) + feedback_of(a, q.stem.format) + "\n";
  }
  out.text += lines_end(q);
  return out;
}

Written shortanswer(const GiftItem& q) {
  if (q.answers.empty()) return {"", "a short-answer question needs an answer"};
  // With both '=' and '->' in it the block would be read as pairs to match; a single answer can do without '='.
  const bool arrow = std::any_of(q.answers.begin(), q.answers.end(), [](const GiftAnswer& a) {
    return has_arrow(a.text.text) || has_arrow(a.feedback.text);
  });
  if (arrow && q.answers.size() > 1)
    return {"", "\"->\" in one of several short answers would be read as a pair to match"};
  Written out{"{\n", ""};
  for (const GiftAnswer& a : q.answers)
    out.text += std::string(arrow ? "\t" : "\t=") + weight(a.fraction) + escaped(a.text.text) + "#" +
                formatted(a.feedback, q.stem.format) + "\n";
  out.text += lines_end(q);
  return out;
}

Written numerical(const GiftItem& q) {
  Written out{"{#\n", ""};
  std::size_t plain = 0;
  for (std::size_t i = 0; i < q.answers.size(); ++i) {
    const GiftAnswer& a = q.answers[i];
    if (!a.tolerance) {
      if (a.number || i + 1 < q.answers.size() || !same_weight(a.fraction, 0))
        return {"", "an answer without tolerance can only be the last one, accept anything and weigh nothing"};
      out.text += "\t~" + feedback_of(a, q.stem.format) + "\n";
    } else {
      ++plain;
      out.text += "\t=" + weight(a.fraction) + (a.number ? fmt::format("{}", *a.number) : "*") +
                  fmt::format(":{}", *a.tolerance) + "#" + formatted(a.feedback, q.stem.format) + "\n";
    }
  }
  if (plain == 0) return {"", "a numerical question needs an answer"};
  out.text += lines_end(q);
  return out;
}

Written match(const GiftItem& q) {
  if (q.pairs.size() < 2) return {"", "a match question needs two pairs"};
  Written out{"{\n", ""};
  for (const GiftPair& p : q.pairs) {
    if (has_arrow(p.left.text)) return {"", "the left side of a pair must not contain \"->\""};
    out.text += "\t=" + formatted(p.left, q.stem.format) + " -> " + escaped(p.right) + "\n";
  }
  out.text += lines_end(q);
  return out;
}

Written truefalse(const GiftItem& q) {
  const GiftText& wrong = q.correct ? q.feedback_if_answer_false : q.feedback_if_answer_true;
  const GiftText& right = q.correct ? q.feedback_if_answer_true : q.feedback_if_answer_false;
  std::string text = q.correct ? "{TRUE" : "{FALSE";
  if (!wrong.text.empty() || !right.text.empty()) text += "#" + formatted(wrong, q.stem.format);
  if (!right.text.empty()) text += "#" + formatted(right, q.stem.format);
  return {text + one_line_end(q), ""};
}

Written answers_of(const GiftItem& q) {
  switch (q.type) {
    case GiftType::multichoice:
      return multichoice(q);
    case GiftType::shortanswer:
      return shortanswer(q);
    case GiftType::numerical:
      return numerical(q);
    case GiftType::match:
      return match(q);
    case GiftType::truefalse:
      return truefalse(q);
    case GiftType::essay:
      return {"{" + one_line_end(q), ""};
    case GiftType::description:
    case GiftType::category:
    case GiftType::error:
      break;
  }
  return {};
}

std::string problem_of_head(const GiftItem& q) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const auto token_problem = [&](const std::string& text, std::string_view forbidden) {
    return std::any_of(text.begin(), text.end(),
                       [&](char c) { return control(c) || forbidden.find(c) != std::string_view::npos; }) ||
           gift::trim(text) != text;
  };
  if (token_problem(q.idnumber, "")) return "the id number holds control characters or blanks at an end";
  for (const std::string& tag : q.tags)
    if (token_problem(tag, "<>`")) return "a tag holds control characters, '<', '>', '`' or blanks at an end";
  if (!q.name && (q.stem.text == "0" || q.stem.text.starts_with("//") || q.stem.text.starts_with("::") ||
                  q.stem.text.starts_with("$CATEGORY:")))
    return "a question whose text is \"0\" or begins with \"//\", \"::\" or \"$CATEGORY:\" needs a name";
  if (q.type == GiftType::description) {
    if (!q.generalfeedback.text.empty()) return "a description has no general feedback";
    if (!q.name && q.stem.text.empty()) return "a description without name and text is nothing";
  }
  return {};
}

// "[id:…]": a backslash at the end would join the closing bracket, so that a blank comes between, which reading takes
// off.
std::string token(const char* kind, const std::string& content) {
  std::string out = std::string("[") + kind + ":";
  for (const char c : content) out += c == ']' ? "\\]" : std::string(1, c);
  if (content.ends_with('\\')) out += ' ';
  return out + "]";
}

std::string comments_of(const GiftItem& q, std::size_t position) {
  std::string name = q.name.value_or("");
  for (char& c : name) c = c == '\n' || c == '\r' ? ' ' : c == '[' ? '(' : c == ']' ? ')' : c;
  std::string id = q.idnumber.empty() ? std::to_string(position) : q.idnumber;
  for (char& c : id) c = c == '[' ? '(' : c == ']' ? ')' : c;
  std::string out = "// question: " + id + "  name: " + name + "\n";
  if (q.idnumber.empty() && q.tags.empty()) return out;
  std::string tokens;
  if (!q.idnumber.empty()) tokens += " " + token("id", q.idnumber);
  for (const std::string& tag : q.tags) tokens += " " + token("tag", tag);
  return out + "//" + tokens + "\n";
}

}  // namespace

GiftWritten write_gift(std::span<const GiftItem> items) {
  GiftWritten out;
  std::size_t position = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const GiftItem& q = items[i];
    if (q.type == GiftType::category) {
      out.text += "$CATEGORY: " + escaped(q.category) + "\n\n";
      continue;
    }
    ++position;
    if (q.type == GiftType::error) {
      out.problems.push_back(
          {i + 1, std::string("an element with the error ") + to_string(q.error) + " is no question"});
      continue;
    }
    std::string problem = problem_of_head(q);
    const Written answers = answers_of(q);
    if (problem.empty()) problem = answers.problem;
    if (!problem.empty()) {
      out.problems.push_back({i + 1, problem});
      continue;
    }
    out.text += comments_of(q, position);
    if (q.name) out.text += "::" + escaped(*q.name) + "::";
    out.text += formatted(q.stem, TextFormat::moodle) + answers.text + "\n\n";
  }
  return out;
}

}  // namespace station::rules
