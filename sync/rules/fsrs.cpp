#include "sync/rules/fsrs.h"

#include <algorithm>
#include <cmath>

#include "sync/base/crypto.h"

namespace station::rules {

namespace {

constexpr double kLowestStability = 0.001, kLongestDays = 36'500;
constexpr double kDayS = 86'400;

struct Range {
  double low, high;
};
constexpr std::array<Range, 21> kRanges{
    {{0.001, 100},  {0.001, 100}, {0.001, 100}, {0.001, 100}, {1, 10},    {0.001, 4},    {0.001, 4},
     {0.001, 0.75}, {0, 4.5},     {0, 0.8},     {0.001, 3.5}, {0.001, 5}, {0.001, 0.25}, {0.001, 0.9},
     {0, 4},        {0, 1},       {1, 6},       {0, 2},       {0, 2},     {0, 0.8},      {0.1, 0.8}}};

double clamp_stability(double s) {
  return std::clamp(s, kLowestStability, kLongestDays);
}
double clamp_difficulty(double d) {
  return std::clamp(d, 1.0, 10.0);
}
int number(Rating r) {
  return static_cast<int>(r);
}

// To the nearest whole number, halves up.
double rounded(double x) {
  return std::floor(x + 0.5);
}

}  // namespace

base::Result<FsrsWeights> take_weights(std::span<const double> numbers) {
  if (numbers.size() != 17 && numbers.size() != 19 && numbers.size() != 21)
    return base::fail(base::Errc::invalid,
                      "weights: expected 17, 19 or 21 numbers, got " + std::to_string(numbers.size()));
  if (!std::all_of(numbers.begin(), numbers.end(), [](double w) { return std::isfinite(w); }))
    return base::fail(base::Errc::invalid, "weights: a number is not finite");
  FsrsWeights w{};
  std::copy(numbers.begin(), numbers.end(), w.begin());
  if (numbers.size() == 17) {
    const double w5 = w[5];
    if (3 * w5 + 1 <= 0) return base::fail(base::Errc::invalid, "weights: number 5 is out of range");
    w[4] += 2 * w5;
    w[5] = std::log(3 * w5 + 1) / 3;
    w[6] += 0.5;
  }
  if (numbers.size() < 21) w[20] = 0.5;
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = std::clamp(w[i], kRanges[i].low, kRanges[i].high);
  return w;
}

Fsrs::Fsrs(const FsrsWeights& weights) : w_(weights), factor_(std::pow(0.9, -1 / weights[20]) - 1) {}

double Fsrs::first_difficulty(Rating rating) const {
  return w_[4] - std::exp(w_[5] * (number(rating) - 1)) + 1;
}

Memory Fsrs::first(Rating rating) const {
  return {clamp_stability(w_[static_cast<std::size_t>(number(rating)) - 1]),
          clamp_difficulty(first_difficulty(rating))};
}

double Fsrs::retrievability(double days, double stability) const {
  return std::pow(1 + factor_ * days / stability, -w_[20]);
}

double Fsrs::interval(double stability, double retention) const {
  return stability / factor_ * (std::pow(retention, -1 / w_[20]) - 1);
}

int Fsrs::interval_days(double stability, double retention) const {
  return static_cast<int>(std::clamp(rounded(interval(stability, retention)), 1.0, kLongestDays));
}

double Fsrs::next_difficulty(double difficulty, Rating rating) const {
  const double moved = difficulty + (10 - difficulty) / 9 * (-w_[6] * (number(rating) - 3));
  return clamp_difficulty(w_[7] * first_difficulty(Rating::easy) + (1 - w_[7]) * moved);
}

double Fsrs::after_success(double s, double d, double r, Rating rating) const {
  const double hard = rating == Rating::hard ? w_[15] : 1, bonus = rating == Rating::easy ? w_[16] : 1;
  return s * (1 + std::exp(w_[8]) * (11 - d) * std::pow(s, -w_[9]) * (std::exp(w_[10] * (1 - r)) - 1) * hard * bonus);
}

double Fsrs::after_failure(double s, double d, double r) const {
  const double forgotten = w_[11] * std::pow(d, -w_[12]) * (std::pow(s + 1, w_[13]) - 1) * std::exp(w_[14] * (1 - r));
  return std::min(forgotten, s / std::exp(w_[17] * w_[18]));
}

// From "hard" on a review on the same day never weakens: published libraries differ here, some say from "good" on.
double Fsrs::same_day(double s, Rating rating) const {
  double k = std::exp(w_[17] * (number(rating) - 3 + w_[18])) * std::pow(s, -w_[19]);
  if (rating != Rating::again) k = std::max(k, 1.0);
  return s * k;
}

Memory Fsrs::next(const Memory& before, Rating rating, std::int64_t days) const {
  const double s = clamp_stability(before.stability), d = clamp_difficulty(before.difficulty);
  double after = 0;
  if (days <= 0) {
    after = same_day(s, rating);
  } else {
    const double r = retrievability(static_cast<double>(days), s);
    after = rating == Rating::again ? after_failure(s, d, r) : after_success(s, d, r, rating);
  }
  return {clamp_stability(after), next_difficulty(d, rating)};
}

std::optional<Memory> memory_after(const Fsrs& fsrs, std::span<const Review> reviews) {
  std::optional<Memory> memory;
  for (const Review& r : reviews) memory = memory ? fsrs.next(*memory, r.rating, r.days) : fsrs.first(r.rating);
  return memory;
}

const char* to_string(CardState state) {
  constexpr std::array<const char*, 3> kWords{"Learning", "Review", "Relearning"};
  return kWords[static_cast<std::size_t>(state)];
}

Scheduled schedule(const Fsrs& fsrs, const LearningSteps& steps, double retention, const Card& card, Rating rating,
                   double review_at_s) {
  Scheduled out{card, 0};
  out.card.last_review_s = review_at_s;
  const auto days = static_cast<std::int64_t>(std::floor(std::max(0.0, review_at_s - card.last_review_s) / kDayS));
  out.card.memory = card.memory ? fsrs.next(*card.memory, rating, days) : fsrs.first(rating);
  const auto into_review = [&] {
    out.card.state = CardState::review;
    out.card.step = 0;
    out.due_in_s = fsrs.interval_days(out.card.memory->stability, retention) * kDayS;
    return out;
  };
  const auto into_step = [&](CardState state, std::size_t step, double delay_s) {
    out.card.state = state;
    out.card.step = step;
    out.due_in_s = delay_s;
    return out;
  };

  if (card.state == CardState::review) {
    if (rating != Rating::again || steps.relearning_s.empty()) return into_review();
    return into_step(CardState::relearning, 0, steps.relearning_s[0]);
  }
  const std::vector<double>& list = card.state == CardState::learning ? steps.learning_s : steps.relearning_s;
  if (list.empty() || (card.step >= list.size() && rating != Rating::again)) return into_review();
  switch (rating) {
    case Rating::again:
      return into_step(card.state, 0, list[0]);
    case Rating::hard: {
      const double first = list.size() == 1 ? 1.5 * list[0] : (list[0] + list[1]) / 2;
      return into_step(card.state, card.step, card.step == 0 ? first : list[card.step]);
    }
    case Rating::good:
      if (card.step + 1 >= list.size()) return into_review();
      return into_step(card.state, card.step + 1, list[card.step + 1]);
    case Rating::easy:
      break;
  }
  return into_review();
}

Rating rating_of(bool right, std::int64_t took_ms, std::int64_t median_ms, int timed_answers) {
  if (!right) return Rating::again;
  if (timed_answers < kTimedAnswersNeeded || median_ms <= 0) return Rating::good;
  if (took_ms > 2 * median_ms) return Rating::hard;
  return 2 * took_ms <= median_ms ? Rating::easy : Rating::good;
}

int fuzzed_days(double interval, std::string_view rider, std::string_view item, int reviews) {
  const double i = std::min(interval, kLongestDays);
  if (i < 2.5) return static_cast<int>(std::max(1.0, rounded(i)));
  const double delta = 1 + 0.15 * std::max(std::min(i, 7.0) - 2.5, 0.0) + 0.1 * std::max(std::min(i, 20.0) - 7, 0.0) +
                       0.05 * std::max(i - 20, 0.0);
  const double high = std::min(kLongestDays, rounded(i + delta));
  const double low = std::min(std::max(2.0, rounded(i - delta)), high);
  const std::string text = "fuzz/1|" + std::string(rider) + "|" + std::string(item) + "|" + std::to_string(reviews);
  const base::Digest digest = base::sha256(base::as_bytes(text));
  std::uint64_t draw = 0;
  for (std::size_t b = 0; b < 8; ++b) draw = draw << 8 | digest[b];
  return static_cast<int>(low) + static_cast<int>(draw % static_cast<std::uint64_t>(high - low + 1));
}

std::vector<DueCard> due_first(const Fsrs& fsrs, std::vector<DueCard> due, std::size_t most) {
  const auto known = [&](const DueCard& c) {
    return fsrs.retrievability(static_cast<double>(c.days), clamp_stability(c.memory.stability));
  };
  std::sort(due.begin(), due.end(), [&](const DueCard& a, const DueCard& b) {
    const double ra = known(a), rb = known(b);
    return ra != rb ? ra < rb : a.item < b.item;
  });
  if (due.size() > most) due.resize(most);
  return due;
}

}  // namespace station::rules
