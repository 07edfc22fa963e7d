#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

// Spaced repetition by FSRS-6 (learning rules, section 3). Pure; IEEE doubles.
namespace station::rules {

enum class Rating : std::uint8_t { again = 1, hard = 2, good = 3, easy = 4 };

using FsrsWeights = std::array<double, 21>;
inline constexpr FsrsWeights kFsrs6Weights{0.212,  1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194,
                                           0.001,  1.8722, 0.1666, 0.796,  1.4835, 0.0614, 0.2629,
                                           1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542};
inline constexpr std::array<double, 19> kFsrs5Weights{0.40255, 1.18385, 3.173,  15.69105, 7.1949, 0.5345, 1.4604,
                                                      0.0046,  1.54575, 0.1192, 1.01925,  1.9395, 0.11,   0.29605,
                                                      2.2698,  0.2315,  2.9898, 0.51655,  0.6621};

// 21, 19 (FSRS-5) or 17 (FSRS-4.5) finite numbers, brought to 21 and clamped to their ranges; anything else is an
// error.
base::Result<FsrsWeights> take_weights(std::span<const double> numbers);

// What is known of one card (one rider and one item).
struct Memory {
  double stability = 0;   // days, 0.001…36500
  double difficulty = 0;  // 1…10
};

class Fsrs {
 public:
  explicit Fsrs(const FsrsWeights& weights = kFsrs6Weights);

  Memory first(Rating rating) const;
  // `days`: whole days since the previous review.
  Memory next(const Memory& before, Rating rating, std::int64_t days) const;
  double retrievability(double days, double stability) const;
  double interval(double stability, double retention) const;    // days, unrounded
  int interval_days(double stability, double retention) const;  // rounded, halves up, 1…36500

  // The parts of next(), for checking against published values.
  double next_difficulty(double difficulty, Rating rating) const;
  double after_success(double stability, double difficulty, double retrievability, Rating rating) const;
  double after_failure(double stability, double difficulty, double retrievability) const;
  double same_day(double stability, Rating rating) const;

 private:
  double first_difficulty(Rating rating) const;  // not clamped

  FsrsWeights w_;
  double factor_;
};

struct Review {
  Rating rating = Rating::good;
  std::int64_t days = 0;  // since the review before; of the first one it does not matter
};
// Nothing for an empty history.
std::optional<Memory> memory_after(const Fsrs& fsrs, std::span<const Review> reviews);

// Learning steps (3.4); kiosks have none.
enum class CardState : std::uint8_t { learning, review, relearning };
const char* to_string(CardState state);  // "Learning", "Review", "Relearning"
struct LearningSteps {
  std::vector<double> learning_s;
  std::vector<double> relearning_s;
};
struct Card {
  CardState state = CardState::learning;
  std::size_t step = 0;
  std::optional<Memory> memory;  // empty before the first review
  double last_review_s = 0;
};
struct Scheduled {
  Card card;
  double due_in_s = 0;
};
Scheduled schedule(const Fsrs& fsrs, const LearningSteps& steps, double retention, const Card& card, Rating rating,
                   double review_at_s);

// Use in the kiosk (3.5).
inline constexpr double kRetention = 0.9;
inline constexpr std::size_t kDueAtOnce = 10;
inline constexpr int kTimedAnswersNeeded = 20;

// From one answer: `median_ms` of the item's right answers from central statistics over `timed_answers` of them.
Rating rating_of(bool right, std::int64_t took_ms, std::int64_t median_ms, int timed_answers);

// Days until the next review, the same on every station: fuzz from 2.5 days on, drawn from rider, item and the number
// of reviews, this one included.
int fuzzed_days(double interval, std::string_view rider, std::string_view item, int reviews);

struct DueCard {
  std::string item;
  Memory memory;
  std::int64_t days = 0;  // since the last review
};
// The most overdue first (lowest retrievability), ties by item id, at most ten.
std::vector<DueCard> due_first(const Fsrs& fsrs, std::vector<DueCard> due, std::size_t most = kDueAtOnce);

}  // namespace station::rules
