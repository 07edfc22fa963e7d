#include "sync/rules/study_time.h"

#include <algorithm>
#include <array>
#include <limits>

#include "sync/rules/counted_credit.h"

namespace station::rules {

namespace {

constexpr std::array<std::string_view, 9> kNames{"start",        "tick",  "input", "check_shown", "check_ok",
                                                 "check_missed", "id_ok", "pause", "end"};

std::vector<StudyEvent> sorted(std::span<const StudyEvent> events) {
  std::vector<StudyEvent> out(events.begin(), events.end());
  std::stable_sort(out.begin(), out.end(), [](const StudyEvent& a, const StudyEvent& b) { return a.t < b.t; });
  return out;
}

bool same_events(const std::vector<StudyEvent>& a, const std::vector<StudyEvent>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const StudyEvent& x, const StudyEvent& y) {
    return x.t == y.t && x.kind == y.kind && x.media == y.media;
  });
}

// Files may hold any number: sums stop at the end of the scale instead of running over it.
std::int64_t sum_of(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

}  // namespace

std::optional<StudyKind> study_kind(std::string_view name) {
  const auto it = std::find(kNames.begin(), kNames.end(), name);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<StudyKind>(it - kNames.begin());
}

std::string_view to_string(StudyKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

void StudyClock::apply(const StudyEvent& e) {
  const std::int64_t t = latest_ ? std::max(*latest_, e.t) : e.t;
  latest_ = t;
  if (e.kind == StudyKind::start) {
    open_ = true;
    session_first_ = credited_.size();
    prev_ = active_ = verified_ = t;
    return;
  }
  if (!open_) return;
  credit_until(t, e.media);
  prev_ = t;
  switch (e.kind) {
    case StudyKind::input:
      active_ = t;
      break;
    case StudyKind::check_ok:
    case StudyKind::id_ok:
      active_ = verified_ = t;
      break;
    case StudyKind::check_missed:
      forget_after(verified_);
      break;
    case StudyKind::pause:
    case StudyKind::end:
      open_ = false;
      break;
    case StudyKind::start:
    case StudyKind::tick:
    case StudyKind::check_shown:
      break;
  }
}

void StudyClock::credit_until(std::int64_t t, bool media) {
  if (t <= prev_ || t > sum_of(prev_, kLargestGapMs)) return;
  const std::int64_t limit = media ? t : std::min(t, sum_of(active_, kIdleLimitMs));
  if (limit <= prev_) return;
  if (credited_.size() > session_first_ && credited_.back().end == prev_) {
    credited_.back().end = limit;
  } else {
    credited_.push_back({prev_, limit});
  }
}

void StudyClock::forget_after(std::int64_t t) {
  while (credited_.size() > session_first_ && credited_.back().begin >= t) credited_.pop_back();
  if (credited_.size() > session_first_) credited_.back().end = std::min(credited_.back().end, t);
}

std::int64_t StudyClock::credited_ms() const {
  return length_ms(credited_);
}

std::int64_t StudyClock::unverified_ms() const {
  StudyClock missed = *this;
  if (open_) missed.forget_after(verified_);
  return credited_ms() - missed.credited_ms();
}

std::int64_t StudyClock::credited_ms_at(std::int64_t t, bool media) const {
  StudyClock then = *this;
  if (open_) then.credit_until(t, media);
  return then.credited_ms();
}

std::vector<Interval> credited_intervals(std::span<const StudyEvent> events) {
  StudyClock clock;
  for (const StudyEvent& e : sorted(events)) clock.apply(e);
  return clock.credited();
}

StudyTotal time_on_task(std::span<const StudyStream> streams) {
  std::vector<StudyStream> kept;
  for (const StudyStream& s : streams) {
    StudyStream candidate{s.boot_utc_ms, sorted(s.events)};
    const bool copy = std::any_of(kept.begin(), kept.end(), [&](const StudyStream& k) {
      return k.boot_utc_ms == candidate.boot_utc_ms && same_events(k.events, candidate.events);
    });
    if (!copy) kept.push_back(std::move(candidate));
  }
  std::vector<Interval> all;
  for (const StudyStream& s : kept)
    for (const Interval& i : credited_intervals(s.events))
      all.push_back({sum_of(s.boot_utc_ms, i.begin), sum_of(s.boot_utc_ms, i.end)});
  StudyTotal total;
  total.intervals = union_of(all);
  const std::int64_t united = length_ms(total.intervals);
  total.seconds = united / 1000;
  total.overlap = length_ms(all) > united;
  return total;
}

}  // namespace station::rules
