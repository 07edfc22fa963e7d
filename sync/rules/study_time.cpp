#include "sync/rules/study_time.h"

#include <algorithm>
#include <array>

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

}  // namespace

std::optional<StudyKind> study_kind(std::string_view name) {
  const auto it = std::find(kNames.begin(), kNames.end(), name);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<StudyKind>(it - kNames.begin());
}

std::string_view to_string(StudyKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

void StudyClock::apply(const StudyEvent& e) {
  if (e.kind == StudyKind::start) {
    open_ = true;
    session_first_ = credited_.size();
    prev_ = active_ = verified_ = e.t;
    return;
  }
  if (!open_) return;
  const std::int64_t gap = e.t - prev_;
  if (gap > 0 && gap <= kLargestGapMs) {
    const std::int64_t limit = e.media ? e.t : std::min(e.t, active_ + kIdleLimitMs);
    if (limit > prev_) {
      if (credited_.size() > session_first_ && credited_.back().end == prev_) {
        credited_.back().end = limit;
      } else {
        credited_.push_back({prev_, limit});
      }
    }
  }
  prev_ = e.t;
  switch (e.kind) {
    case StudyKind::input: active_ = e.t; break;
    case StudyKind::check_ok:
    case StudyKind::id_ok: active_ = verified_ = e.t; break;
    case StudyKind::check_missed: forget_after(verified_); break;
    case StudyKind::pause:
    case StudyKind::end: open_ = false; break;
    case StudyKind::start:
    case StudyKind::tick:
    case StudyKind::check_shown: break;
  }
}

void StudyClock::forget_after(std::int64_t t) {
  while (credited_.size() > session_first_ && credited_.back().begin >= t) credited_.pop_back();
  if (credited_.size() > session_first_) credited_.back().end = std::min(credited_.back().end, t);
}

std::int64_t StudyClock::credited_ms() const {
  std::int64_t sum = 0;
  for (const Interval& i : credited_) sum += i.end - i.begin;
  return sum;
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
  std::int64_t sum = 0;
  for (const StudyStream& s : kept)
    for (const Interval& i : credited_intervals(s.events)) {
      all.push_back({s.boot_utc_ms + i.begin, s.boot_utc_ms + i.end});
      sum += i.end - i.begin;
    }
  std::sort(all.begin(), all.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::int64_t united = 0, reached = 0;
  bool first = true;
  for (const Interval& i : all) {
    const std::int64_t from = first ? i.begin : std::max(i.begin, reached);
    if (i.end > from) united += i.end - from;
    reached = first ? i.end : std::max(reached, i.end);
    first = false;
  }
  return {united / 1000, sum > united};
}

}  // namespace station::rules
