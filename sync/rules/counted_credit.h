#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sync/rules/study_time.h"

// Counted credit: study time inside the window before an instant (learning rules, 8.2). Intervals are on the UTC axis,
// milliseconds, half open, in any order; where they overlap the time counts once. Pure values, any thread.
namespace station::rules {

inline constexpr std::int64_t kCreditWindowMs = 72LL * 3'600'000;

// Ascending, disjoint, touching ones joined, empty ones gone.
std::vector<Interval> union_of(std::span<const Interval> intervals);
// Sum of the lengths, overlaps counted as often as they occur.
std::int64_t length_ms(std::span<const Interval> intervals);

// Credited time that leaves the window: it starts to shrink at `from`, is gone at `until`, and `ms` are lost by then.
struct DropOut {
  std::int64_t from = 0;
  std::int64_t until = 0;
  std::int64_t ms = 0;
  bool operator==(const DropOut&) const = default;
};

struct CountedCredit {
  std::int64_t ms = 0;
  std::vector<DropOut> drops;  // everything that counts now, in the order in which it will drop out
};
CountedCredit counted_credit(std::span<const Interval> utc, std::int64_t now_ms,
                             std::int64_t window_ms = kCreditWindowMs);

// How much of the counted credit will be gone at `then_ms` if no further time is added.
std::int64_t dropped_by(const CountedCredit& credit, std::int64_t then_ms);

// The first instant at which the counted credit reached `required_ms`; empty when it never did. Once reached it is not
// taken back by time that drops out.
std::optional<std::int64_t> credit_reached_at(std::span<const Interval> utc, std::int64_t required_ms,
                                              std::int64_t window_ms = kCreditWindowMs);

}  // namespace station::rules
