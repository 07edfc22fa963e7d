#include "sync/rules/counted_credit.h"

#include <algorithm>

namespace station::rules {

namespace {

std::int64_t counted_ms(std::span<const Interval> united, std::int64_t now, std::int64_t window) {
  std::int64_t sum = 0;
  for (const Interval& i : united)
    sum += std::max<std::int64_t>(0, std::min(i.end, now) - std::max(i.begin, now - window));
  return sum;
}

}  // namespace

std::vector<Interval> union_of(std::span<const Interval> intervals) {
  std::vector<Interval> sorted(intervals.begin(), intervals.end());
  std::erase_if(sorted, [](const Interval& i) { return i.end <= i.begin; });
  std::sort(sorted.begin(), sorted.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> out;
  for (const Interval& i : sorted) {
    if (!out.empty() && i.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, i.end);
    } else {
      out.push_back(i);
    }
  }
  return out;
}

std::int64_t length_ms(std::span<const Interval> intervals) {
  std::int64_t sum = 0;
  for (const Interval& i : intervals) sum += std::max<std::int64_t>(0, i.end - i.begin);
  return sum;
}

CountedCredit counted_credit(std::span<const Interval> utc, std::int64_t now_ms, std::int64_t window_ms) {
  CountedCredit credit;
  for (const Interval& i : union_of(utc)) {
    const Interval inside{std::max(i.begin, now_ms - window_ms), std::min(i.end, now_ms)};
    if (inside.end <= inside.begin) continue;
    const std::int64_t ms = inside.end - inside.begin;
    credit.ms += ms;
    credit.drops.push_back({inside.begin + window_ms, inside.end + window_ms, ms});
  }
  return credit;
}

std::int64_t dropped_by(const CountedCredit& credit, std::int64_t then_ms) {
  std::int64_t sum = 0;
  for (const DropOut& d : credit.drops) sum += std::clamp<std::int64_t>(then_ms - d.from, 0, d.ms);
  return sum;
}

std::optional<std::int64_t> credit_reached_at(std::span<const Interval> utc, std::int64_t required_ms,
                                              std::int64_t window_ms) {
  const std::vector<Interval> united = union_of(utc);
  if (united.empty()) return std::nullopt;
  if (required_ms <= 0) return united.front().begin;
  for (const Interval& i : united) {
    if (counted_ms(united, i.end, window_ms) < required_ms) continue;
    // Inside one interval the count never falls (a millisecond comes, at most one drops out), so it can be bisected.
    std::int64_t low = i.begin, high = i.end;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (counted_ms(united, middle, window_ms) >= required_ms) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return high;
  }
  return std::nullopt;
}

}  // namespace station::rules
