#include <algorithm>
#include <cmath>
#include <set>

#include "sync/rules/gift.h"

// Checking question packs before import (learning rules, 2.8) and marking replies (2.4).
namespace station::rules {

namespace {

bool is_question(const GiftItem& q) {
  return q.type != GiftType::category && q.type != GiftType::error;
}

bool without_correct_option(const GiftItem& q) {
  if (q.type != GiftType::multichoice && q.type != GiftType::shortanswer && q.type != GiftType::numerical) return false;
  return std::none_of(q.answers.begin(), q.answers.end(), [](const GiftAnswer& a) { return a.fraction > 0; });
}

bool accepts_any_number(const GiftItem& q) {
  return q.type == GiftType::numerical && std::any_of(q.answers.begin(), q.answers.end(),
                                                      [](const GiftAnswer& a) { return !a.number && a.fraction > 0; });
}

bool repeats_an_option(const GiftItem& q) {
  if (q.type != GiftType::multichoice) return false;
  std::set<std::string_view> seen;
  return std::any_of(q.answers.begin(), q.answers.end(),
                     [&](const GiftAnswer& a) { return !seen.insert(a.text.text).second; });
}

bool weights_not_full(const GiftItem& q) {
  if (q.type != GiftType::multichoice || q.single || without_correct_option(q)) return false;
  double sum = 0;
  for (const GiftAnswer& a : q.answers) sum += std::max(0.0, a.fraction);
  return std::round(sum * 100) != 100;
}

std::map<std::string_view, int> stems_of(std::span<const GiftItem> items) {
  std::map<std::string_view, int> stems;
  for (const GiftItem& q : items)
    if (is_question(q)) ++stems[q.stem.text];
  return stems;
}

}  // namespace

bool GiftLint::rejects() const {
  return !parse_errors.empty() || !no_correct_option.empty() || !numeric_catch_all.empty();
}

GiftLint lint_gift(std::span<const GiftItem> items) {
  GiftLint lint;
  std::size_t position = 0;
  for (const GiftItem& q : items) {
    if (q.type == GiftType::category) {
      ++lint.categories;
      continue;
    }
    ++position;
    if (q.type == GiftType::error) {
      lint.parse_errors.push_back({q.line, q.error});
      continue;
    }
    ++lint.questions;
    const std::string called = !q.idnumber.empty()          ? q.idnumber
                               : q.name && !q.name->empty() ? *q.name
                                                            : "#" + std::to_string(position);
    if (without_correct_option(q)) lint.no_correct_option.push_back(called);
    if (accepts_any_number(q)) lint.numeric_catch_all.push_back(called);
    if (repeats_an_option(q)) lint.duplicate_options_in_item.push_back(called);
    if (weights_not_full(q)) lint.weights_not_full.push_back(called);
    if (q.type == GiftType::multichoice) ++lint.option_count_histogram[static_cast<int>(q.answers.size())];
  }
  for (const auto& [stem, count] : stems_of(items)) {
    if (count < 2) continue;
    ++lint.duplicate_stems_groups;
    lint.surplus_duplicate_stems += count - 1;
  }
  return lint;
}

std::vector<ImportEffect> import_effects(std::span<const GiftItem> items) {
  const auto stems = stems_of(items);
  std::vector<ImportEffect> out;
  for (const GiftItem& q : items) {
    if (!is_question(q) || without_correct_option(q) || accepts_any_number(q)) {
      out.push_back(ImportEffect::rejected);
    } else if (repeats_an_option(q) || weights_not_full(q) || stems.at(q.stem.text) > 1) {
      out.push_back(ImportEffect::draft);
    } else {
      out.push_back(ImportEffect::accepted);
    }
  }
  return out;
}

double multichoice_mark(const GiftItem& item, std::span<const int> chosen) {
  std::set<int> options;
  for (const int option : chosen)
    if (option >= 0 && static_cast<std::size_t>(option) < item.answers.size()) options.insert(option);
  if (item.single && options.size() != 1) return 0;
  double sum = 0;
  for (const int option : options) sum += item.answers[static_cast<std::size_t>(option)].fraction;
  return std::clamp(sum, 0.0, 1.0);
}

double numerical_mark(const GiftItem& item, double reply) {
  for (const GiftAnswer& a : item.answers) {
    const double slack = a.number ? 1e-9 * std::max(1.0, std::abs(*a.number)) : 0;  // decimal fractions are not exact
    if (!a.number || std::abs(reply - *a.number) <= a.tolerance.value_or(0) + slack)
      return std::clamp(a.fraction, 0.0, 1.0);
  }
  return 0;
}

double truefalse_mark(const GiftItem& item, bool reply) {
  return reply == item.correct ? 1 : 0;
}

}  // namespace station::rules
