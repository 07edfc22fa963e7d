#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/rules/fsrs.h"

// Daily questions: what is due by FSRS-6, and new items that fit the rider (learning rules, section 3.5). Pure.
namespace station::rules {

// A review as the records have it, oldest first for each item.
struct PastReview {
  std::string item;
  Rating rating = Rating::good;
  std::int64_t at_ms = 0;  // UTC
};

// A question that may be asked at this station today.
struct DailyItem {
  std::string id;
  bool fits = false;  // its topic is that of one of the rider's violations
};

struct DailyLimits {
  std::size_t most = kDueAtOnce;
  std::size_t least = 5;  // filled up with new items to that many
};

// Due items first, the most overdue first; then new ones, those that fit the rider's violations before the others. The
// same rider on the same day gets the same list on every station with the same records. `now_ms` UTC; `day` local,
// "2026-11-25".
std::vector<std::string> choose_daily(std::span<const DailyItem> items, std::span<const PastReview> past,
                                      std::string_view rider, std::string_view day, std::int64_t now_ms,
                                      const DailyLimits& limits = {}, const Fsrs& fsrs = Fsrs());

// Whole days until the item comes again, after its last review in `past`; 0: it was never asked.
int days_until_next(std::string_view item, std::span<const PastReview> past, std::string_view rider,
                    const Fsrs& fsrs = Fsrs());

}  // namespace station::rules
