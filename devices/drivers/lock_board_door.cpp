#include "devices/drivers/lock_board_door.h"

#include <algorithm>

namespace station::drivers {

using base::BootTime;
using devices::Door;

std::optional<Door> DoorWatch::read(bool open, BootTime now) {
  if (last_read_ != open) {
    if (last_read_) edges_.push_back(now);
    if (edges_.size() > kFlickerEdges + 1) edges_.pop_front();
    last_read_ = open;
    last_read_since_ = now;
  }
  const Door said = open ? Door::open : Door::closed;
  if (said == door_) {
    confirmed_ = now;
    return std::nullopt;
  }
  if (now - last_read_since_ < kApart) return std::nullopt;
  seen_opening_ = seen_opening_ || (last_known_ == Door::closed && said == Door::open);
  confirmed_ = now;
  door_ = last_known_ = said;
  return door_;
}

std::optional<Door> DoorWatch::tick(BootTime now) {
  if (door_ == Door::unknown || now - confirmed_ <= max_age_) return std::nullopt;
  return forget();
}

std::optional<Door> DoorWatch::forget() {
  last_read_.reset();
  if (door_ == Door::unknown) return std::nullopt;
  door_ = Door::unknown;
  return door_;
}

std::optional<BootTime> DoorWatch::confirm_at() const {
  if (!last_read_ || door_ == (*last_read_ ? Door::open : Door::closed)) return std::nullopt;
  return last_read_since_ + kApart;
}

bool DoorWatch::flickers(BootTime now) const {
  const auto recent =
      std::count_if(edges_.begin(), edges_.end(), [&](BootTime t) { return now - t <= kFlickerWindow; });
  return static_cast<std::size_t>(recent) > kFlickerEdges;
}

}  // namespace station::drivers
