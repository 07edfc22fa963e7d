#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

// Questions in GIFT text (learning rules, section 2): reading, writing and checking, as Moodle's importer and exporter
// do except where 2.6 differs on purpose. Pure; any bytes are safe.
namespace station::rules {

enum class GiftType : std::uint8_t {
  multichoice,
  shortanswer,
  numerical,
  match,
  truefalse,
  essay,
  description,
  category,
  error,
};
const char* to_string(GiftType type);

enum class GiftError : std::uint8_t { brace, min1, min2, nonumericalanswers, notnumbers, matchformat };
const char* to_string(GiftError error);

enum class TextFormat : std::uint8_t { moodle, html, plain, markdown };
const char* to_string(TextFormat format);

struct GiftText {
  std::string text;
  TextFormat format = TextFormat::moodle;
  bool operator==(const GiftText&) const = default;
};

struct GiftAnswer {
  GiftText text;                    // multichoice; shortanswer: text only
  std::optional<double> number;     // numerical: the value; empty stands for "*", which accepts anything
  std::optional<double> tolerance;  // numerical; empty for the catch-all answer
  double fraction = 0;
  GiftText feedback;
  bool operator==(const GiftAnswer&) const = default;
};

struct GiftPair {
  GiftText left;  // empty: `right` is a distractor
  std::string right;
  bool operator==(const GiftPair&) const = default;
};

// One block of a file. Which members count depends on the type (2.5).
struct GiftItem {
  GiftType type = GiftType::description;
  std::optional<std::string> name;
  std::string idnumber;
  std::vector<std::string> tags;
  GiftText stem;
  GiftText generalfeedback;
  bool single = false;              // multichoice
  std::vector<GiftAnswer> answers;  // multichoice, shortanswer, numerical
  std::vector<GiftPair> pairs;      // match
  bool correct = false;             // truefalse
  GiftText feedback_if_answer_true, feedback_if_answer_false;
  std::string category;                // as written, decoded
  GiftError error = GiftError::brace;  // type error
  std::size_t line = 0;                // first line of the block, from 1; 0 when it did not come from a file
  // The same question; the line does not matter.
  bool same(const GiftItem& other) const;
};

// One element for each block in file order. An error only for text that is not UTF-8, with its line.
base::Result<std::vector<GiftItem>> read_gift(std::string_view text);

// GIFT text (2.7). Items that GIFT cannot hold are left out and named; reading the text back gives the others
// unchanged.
struct GiftWritten {
  std::string text;
  struct Problem {
    std::size_t element = 0;  // in `items`, from 1
    std::string why;
  };
  std::vector<Problem> problems;
};
GiftWritten write_gift(std::span<const GiftItem> items);

// JSON form (2.5). Reading checks the form and names element and member.
std::string gift_to_json(std::span<const GiftItem> items, int indent = -1);
base::Result<std::vector<GiftItem>> gift_from_json(std::string_view json);

// What a question pack is checked for before it is imported (2.8).
struct GiftLint {
  int questions = 0;
  int categories = 0;
  struct ParseError {
    std::size_t line = 0;
    GiftError error = GiftError::brace;
    bool operator==(const ParseError&) const = default;
  };
  std::vector<ParseError> parse_errors;                // rejected
  std::vector<std::string> no_correct_option;          // rejected
  std::vector<std::string> numeric_catch_all;          // rejected
  std::vector<std::string> duplicate_options_in_item;  // warning
  int duplicate_stems_groups = 0;                      // warning
  int surplus_duplicate_stems = 0;
  std::map<int, int> option_count_histogram;  // options → multichoice items
  std::vector<std::string> weights_not_full;  // warning: positive weights of a multi-answer item do not add to 1
  // Something must be rejected.
  bool rejects() const;
};
GiftLint lint_gift(std::span<const GiftItem> items);
std::string to_json(const GiftLint& lint, int indent = -1);

// What each item means on import (2.8): error blocks and categories are not items and count as rejected.
enum class ImportEffect : std::uint8_t {
  accepted,
  draft,  // a warning: a reviewer must confirm it before it goes live
  rejected,
};
std::vector<ImportEffect> import_effects(std::span<const GiftItem> items);

// Mark of a reply, 0 … 1. Where exactly one option may be chosen, two choices earn nothing; otherwise the weights of
// the chosen options are added up and clamped. Numbers that name no option, or one a second time, count nothing.
double multichoice_mark(const GiftItem& item, std::span<const int> chosen);
// Weight of the first answer that accepts the reply, as they stand in the question.
double numerical_mark(const GiftItem& item, double reply);
double truefalse_mark(const GiftItem& item, bool reply);

}  // namespace station::rules
