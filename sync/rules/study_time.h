#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// Study time credited from evidence, never from page dwell (learning rules, section 6). Milliseconds of the boot clock.
namespace station::rules {

enum class StudyKind { start, tick, input, check_shown, check_ok, check_missed, id_ok, pause, end };
std::optional<StudyKind> study_kind(std::string_view name);
std::string_view to_string(StudyKind kind);

struct StudyEvent {
  std::int64_t t = 0;
  StudyKind kind = StudyKind::tick;
  bool media = false;  // since the previous event a forced-watch film was playing
};

struct Interval {  // half open
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const Interval&) const = default;
};

inline constexpr std::int64_t kLargestGapMs = 12'000;
inline constexpr std::int64_t kIdleLimitMs = 60'000;

// Credit of one stream, event by event, in the order of t (section 6.2). Also what the kiosk shows while study runs;
// there an event that is earlier than its predecessor counts as happening together with it.
class StudyClock {
 public:
  void apply(const StudyEvent& event);
  std::int64_t credited_ms() const;
  const std::vector<Interval>& credited() const { return credited_; }
  bool open() const { return open_; }
  // What a missed presence check would take back now.
  std::int64_t unverified_ms() const;
  // credited_ms() with one more tick at t: a display can count without an event being written.
  std::int64_t credited_ms_at(std::int64_t t, bool media) const;

 private:
  void credit_until(std::int64_t t, bool media);
  void forget_after(std::int64_t t);

  std::vector<Interval> credited_;
  std::size_t session_first_ = 0;  // index of the first interval of the open session
  bool open_ = false;
  std::optional<std::int64_t> latest_;
  std::int64_t prev_ = 0, active_ = 0, verified_ = 0;
};

// The whole stream at once; sorts by t, keeping the given order among equals.
std::vector<Interval> credited_intervals(std::span<const StudyEvent> events);

struct StudyStream {
  std::int64_t boot_utc_ms = 0;
  std::vector<StudyEvent> events;
};

struct StudyTotal {
  std::int64_t seconds = 0;
  bool overlap = false;               // credited at two places at once
  std::vector<Interval> intervals{};  // UTC, ascending, disjoint
};

// Section 6.3: exact copies of a stream are dropped, the rest is united on the UTC axis.
StudyTotal time_on_task(std::span<const StudyStream> streams);

}  // namespace station::rules
