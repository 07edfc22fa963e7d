#pragma once

#include <deque>
#include <optional>

#include "devices/api/events.h"
#include "sync/base/clock.h"

namespace station::drivers {

// Turns reads of one door contact into a believed state. A change is believed after two equal reads in a row at least
// 100 ms apart; a belief that no read has confirmed for `max_age` becomes unknown. Pure: time is passed in.
class DoorWatch {
 public:
  static constexpr base::Milliseconds kApart{100};
  static constexpr base::Milliseconds kFlickerWindow{10'000};
  static constexpr std::size_t kFlickerEdges = 5;  // more are a flicker

  explicit DoorWatch(base::Milliseconds max_age) : max_age_(max_age) {}

  // Both answer the new state when the belief changed.
  std::optional<devices::Door> read(bool open, base::BootTime now);
  std::optional<devices::Door> tick(base::BootTime now);
  std::optional<devices::Door> forget();  // the board is silent, the line is down

  devices::Door door() const { return door_; }
  devices::Door last_known() const { return last_known_; }  // before it became unknown
  // The door was seen closed and later open since the start: its contact works and its polarity is right.
  bool seen_opening() const { return seen_opening_; }
  // When a second read would settle a change, if one is under way.
  std::optional<base::BootTime> confirm_at() const;

  bool flickers(base::BootTime now) const;
  void forget_edges() { edges_.clear(); }

 private:
  const base::Milliseconds max_age_;
  devices::Door door_ = devices::Door::unknown;
  devices::Door last_known_ = devices::Door::unknown;
  bool seen_opening_ = false;
  base::BootTime confirmed_{};
  std::optional<bool> last_read_;     // open?
  base::BootTime last_read_since_{};  // of equal reads in a row
  std::deque<base::BootTime> edges_;  // of raw reads
};

}  // namespace station::drivers
