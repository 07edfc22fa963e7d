#include "sync/rules/daily.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "sync/base/bytes.h"
#include "sync/base/crypto.h"

namespace station::rules {

namespace {

constexpr std::int64_t kReviewDayMs = 86'400'000;

struct CardHistory {
  std::vector<Review> reviews;
  std::int64_t last_ms = 0;
};

std::map<std::string, CardHistory, std::less<>> histories(std::span<const PastReview> past) {
  std::map<std::string, CardHistory, std::less<>> out;
  for (const PastReview& p : past) {
    CardHistory& h = out[p.item];
    const std::int64_t days = h.reviews.empty() ? 0 : std::max<std::int64_t>(0, (p.at_ms - h.last_ms) / kReviewDayMs);
    h.reviews.push_back({p.rating, days});
    h.last_ms = p.at_ms;
  }
  return out;
}

int next_in(const CardHistory& h, std::string_view rider, std::string_view item, const Fsrs& fsrs) {
  const auto memory = memory_after(fsrs, h.reviews);
  if (!memory) return 0;
  return fuzzed_days(fsrs.interval(memory->stability, kRetention), rider, item, static_cast<int>(h.reviews.size()));
}

// New items come in an order of their own for each rider and day, so that not everybody is asked the same.
std::string place_of(std::string_view rider, std::string_view day, const std::string& item) {
  const std::string text = "daily/1|" + std::string(rider) + "|" + std::string(day) + "|" + item;
  return base::to_hex(base::sha256(base::as_bytes(text)));
}

}  // namespace

std::vector<std::string> choose_daily(std::span<const DailyItem> items, std::span<const PastReview> past,
                                      std::string_view rider, std::string_view day, std::int64_t now_ms,
                                      const DailyLimits& limits, const Fsrs& fsrs) {
  const auto known = histories(past);
  std::vector<DueCard> due;
  struct Fresh {
    bool other;
    std::string place, id;
    bool operator<(const Fresh& o) const { return std::tie(other, place, id) < std::tie(o.other, o.place, o.id); }
  };
  std::vector<Fresh> fresh;
  for (const DailyItem& item : items) {
    const auto it = known.find(item.id);
    if (it == known.end()) {
      fresh.push_back({!item.fits, place_of(rider, day, item.id), item.id});
      continue;
    }
    const std::int64_t days = std::max<std::int64_t>(0, (now_ms - it->second.last_ms) / kReviewDayMs);
    if (days >= next_in(it->second, rider, item.id, fsrs))
      due.push_back({item.id, *memory_after(fsrs, it->second.reviews), days});
  }
  std::vector<std::string> out;
  for (const DueCard& card : due_first(fsrs, std::move(due), limits.most)) out.push_back(card.item);
  std::sort(fresh.begin(), fresh.end());
  for (const Fresh& f : fresh) {
    if (out.size() >= std::min(limits.least, limits.most)) break;
    out.push_back(f.id);
  }
  return out;
}

int days_until_next(std::string_view item, std::span<const PastReview> past, std::string_view rider, const Fsrs& fsrs) {
  const auto known = histories(past);
  const auto it = known.find(item);
  return it == known.end() ? 0 : next_in(it->second, rider, item, fsrs);
}

}  // namespace station::rules
