#include "sync/base/clock.h"

#include <fmt/format.h>
#include <time.h>

#include <cstdio>
#include <fstream>

namespace station::base {

using namespace std::chrono;

UtcTime SystemClock::utc() const { return time_point_cast<Milliseconds>(system_clock::now()); }

BootTime SystemClock::mono() const {
  timespec ts{};
  clock_gettime(CLOCK_BOOTTIME, &ts);
  return BootTime(Milliseconds(std::int64_t{ts.tv_sec} * 1000 + ts.tv_nsec / 1'000'000));
}

std::string SystemClock::boot_id() const {
  static const std::string id = [] {
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::string text, digits;
    std::getline(in, text);
    for (char c : text)
      if (c != '-') digits += c;
    return digits;
  }();
  return id;
}

ManualClock::ManualClock(UtcTime start, std::string boot) : utc_(start), boot_(std::move(boot)) {}

void ManualClock::advance(Milliseconds by) {
  utc_ += by;
  mono_ += by;
}

void ManualClock::reboot(std::string boot, Milliseconds down) {
  utc_ += down;
  mono_ = BootTime{};
  boot_ = std::move(boot);
}

std::int64_t to_ms(UtcTime t) { return t.time_since_epoch().count(); }
std::int64_t to_ms(BootTime t) { return t.time_since_epoch().count(); }
UtcTime utc_from_ms(std::int64_t ms) { return UtcTime(Milliseconds(ms)); }

std::string iso8601(UtcTime t) {
  const auto days = floor<std::chrono::days>(t);
  const year_month_day ymd{days};
  const hh_mm_ss tod{t - days};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int(ymd.year()), unsigned(ymd.month()),
                     unsigned(ymd.day()), tod.hours().count(), tod.minutes().count(), tod.seconds().count(),
                     tod.subseconds().count());
}

std::string compact_iso(UtcTime t) {
  const std::string s = iso8601(t);
  return s.substr(0, 4) + s.substr(5, 2) + s.substr(8, 5) + s.substr(14, 2) + s.substr(17, 2) + "Z";
}

bool parse_iso8601(const std::string& text, UtcTime& out) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6) return false;
  std::size_t at = static_cast<std::size_t>(used);
  std::int64_t ms = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) ms += (text[at] - '0') * scale;
  }
  int offset_min = 0;
  if (at < text.size() && text[at] == 'Z') {
    ++at;
  } else if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    int oh = 0, om = 0, n = 0;
    if (std::sscanf(text.c_str() + at + 1, "%2d:%2d%n", &oh, &om, &n) != 2 || oh > 23 || om > 59) return false;
    offset_min = (text[at] == '-' ? -1 : 1) * (oh * 60 + om);
    at += 1 + static_cast<std::size_t>(n);
  } else {
    return false;
  }
  const year_month_day ymd{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (at != text.size() || !ymd.ok() || h > 23 || mi > 59 || s > 60 || h < 0 || mi < 0 || s < 0) return false;
  out = UtcTime(sys_days{ymd}) + hours(h) + minutes(mi) + seconds(s) + Milliseconds(ms) - minutes(offset_min);
  return true;
}

LocalTime local_time(UtcTime t, minutes offset) {
  const auto shifted = t + offset;
  const auto days = floor<std::chrono::days>(shifted);
  const year_month_day ymd{days};
  const hh_mm_ss tod{shifted - days};
  return {int(ymd.year()),
          static_cast<int>(unsigned(ymd.month())),
          static_cast<int>(unsigned(ymd.day())),
          static_cast<int>(tod.hours().count()),
          static_cast<int>(tod.minutes().count()),
          static_cast<int>(tod.seconds().count()),
          static_cast<int>(weekday{days}.c_encoding())};
}

}  // namespace station::base
