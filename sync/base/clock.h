#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace station::base {

using Milliseconds = std::chrono::milliseconds;

// Wall-clock instant, UTC, in whole milliseconds since 1970-01-01T00:00:00Z.
using UtcTime = std::chrono::sys_time<Milliseconds>;

// Time since the boot of this machine, suspended time included (CLOCK_BOOTTIME). Never goes back within one boot;
// comparable only within the same boot id. All durations of the product come from it.
struct BootClock {
  using duration = Milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

// The only source of time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime utc() const = 0;
  virtual BootTime mono() const = 0;
  // 32 lower-case hex digits that differ for every boot (on Linux /proc/sys/kernel/random/boot_id without dashes).
  virtual std::string boot_id() const = 0;
};

class SystemClock final : public Clock {
 public:
  UtcTime utc() const override;
  BootTime mono() const override;
  std::string boot_id() const override;
};

// A clock that stands still until it is told to move: for the simulated world and for tests. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime start, std::string boot = "00000000000000000000000000000001");
  UtcTime utc() const override { return utc_; }
  BootTime mono() const override { return mono_; }
  std::string boot_id() const override { return boot_; }
  void advance(Milliseconds by);
  void step_wall(Milliseconds by) { utc_ += by; }  // the wall clock jumps, the boot clock does not
  void reboot(std::string boot, Milliseconds down);

 private:
  UtcTime utc_;
  BootTime mono_{};
  std::string boot_;
};

std::int64_t to_ms(UtcTime t);
std::int64_t to_ms(BootTime t);
UtcTime utc_from_ms(std::int64_t ms);

// "2026-11-22T06:14:03.120Z", always with three decimals.
std::string iso8601(UtcTime t);
// "20261122T071500Z", whole seconds, floor.
std::string compact_iso(UtcTime t);
// Reads the form of iso8601, with or without decimals, "Z" or a numeric offset.
bool parse_iso8601(const std::string& text, UtcTime& out);

// Calendar parts at a fixed offset from UTC (China has one zone, +08:00).
struct LocalTime {
  int year, month, day, hour, minute, second;
  int weekday;  // 0 = Sunday
};
LocalTime local_time(UtcTime t, std::chrono::minutes offset = std::chrono::hours(8));

}  // namespace station::base
