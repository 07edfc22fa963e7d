#include "devices/drivers/lock_board_coils.h"

#include <algorithm>

namespace station::drivers {

void CoilWatch::pulsed(const LockId& lock, Milliseconds longest, BootTime now) {
  std::erase_if(wants_, [&](const Want& want) { return want.lock == lock; });
  wants_.push_back({lock, false, now + longest + kGrace});
}

std::optional<CoilWatch::Want> CoilWatch::next() const {
  const auto first =
      std::min_element(wants_.begin(), wants_.end(), [](const Want& a, const Want& b) { return a.at < b.at; });
  if (first == wants_.end()) return std::nullopt;
  return *first;
}

bool CoilWatch::read(const LockId& lock, bool on, BootTime now) {
  if (!on) {
    std::erase_if(wants_, [&](const Want& want) { return want.lock == lock; });
    return false;
  }
  for (Want& want : wants_)
    if (want.lock == lock) want = {lock, true, now};
  return true;
}

void CoilWatch::switched_off(const LockId& lock, BootTime now) {
  for (Want& want : wants_)
    if (want.lock == lock) want = {lock, false, now};
}

void CoilWatch::unanswered(const LockId& lock, BootTime now) {
  for (Want& want : wants_)
    if (want.lock == lock) want = {lock, !want.off, now + kAgain};
}

}  // namespace station::drivers
