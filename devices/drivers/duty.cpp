#include "devices/drivers/duty.h"

#include <algorithm>

#include "sync/base/check.h"

namespace station::drivers {

using base::BootTime;
using base::Milliseconds;

DutyLedger::DutyLedger(std::vector<Coil> coils, BootTime start) : coils_(std::move(coils)) {
  for (const Coil& coil : coils_) {
    STATION_CHECK(coil.pulse > Milliseconds{0} && coil.pulse <= kLongestPulse, "a pulse lasts at most a second");
    pulses_.push_back({coil.lock, start, start + coil.pulse});
  }
}

DutyLimit DutyLedger::check(const LockId& lock, BootTime now) const {
  const BootTime end = now + pulse_of(lock);
  Milliseconds on_time = end - now;
  DutyLimit limit = DutyLimit::none;
  for (const Pulse& p : pulses_) {
    if (p.lock == lock) {
      if (now < p.to + kGapOnOneLock) limit = DutyLimit::same_lock;
      on_time += std::max(Milliseconds{0}, p.to - std::max(p.from, end - kWindow));
    } else if (now < p.to + kGapBetweenLocks && limit == DutyLimit::none) {
      limit = DutyLimit::other_lock;
    }
  }
  return on_time > kLimit ? DutyLimit::on_time : limit;
}

BootTime DutyLedger::free_from(const LockId& lock, BootTime now) const {
  // Limits only fall away, each at one of these moments.
  std::vector<BootTime> moments{now};
  for (const Pulse& p : pulses_) {
    moments.push_back(p.to + (p.lock == lock ? kGapOnOneLock : kGapBetweenLocks));
    moments.push_back(p.to + kWindow);
  }
  std::sort(moments.begin(), moments.end());
  const auto it = std::find_if(moments.begin(), moments.end(),
                               [&](BootTime t) { return t >= now && check(lock, t) == DutyLimit::none; });
  STATION_CHECK(it != moments.end(), "an idle coil becomes free");
  return *it;
}

void DutyLedger::record(const LockId& lock, BootTime now) {
  STATION_CHECK(check(lock, now) == DutyLimit::none, "no pulse against the duty limits");
  std::erase_if(pulses_, [&](const Pulse& p) { return p.to + kWindow < now; });
  pulses_.push_back({lock, now, now + pulse_of(lock) + kSlack});
}

Milliseconds DutyLedger::pulse_of(const LockId& lock) const {
  const auto it = std::find_if(coils_.begin(), coils_.end(), [&](const Coil& coil) { return coil.lock == lock; });
  STATION_CHECK(it != coils_.end(), "the ledger knows every lock");
  return it->pulse;
}

const char* to_string(DutyLimit limit) {
  switch (limit) {
    case DutyLimit::none:
      return "free";
    case DutyLimit::other_lock:
      return "another lock was pulsed less than 300 ms ago";
    case DutyLimit::same_lock:
      return "this lock was pulsed, or may have been, less than 3 s ago";
    case DutyLimit::on_time:
      return "the coil had its 6 s of current within 60 s";
  }
  return "";
}

}  // namespace station::drivers
