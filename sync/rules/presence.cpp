#include "sync/rules/presence.h"

namespace station::rules {

void PresenceSchedule::resolved(base::Random& random) {
  left_ = milliseconds(180'000 + static_cast<std::int64_t>(random.below(420'000 - 180'000 + 1)));
}

int PresenceSchedule::next_place(base::Random& random) {
  if (!last_place_) {
    last_place_ = static_cast<int>(random.below(9));
  } else {
    const int draw = static_cast<int>(random.below(8));  // the eight others
    last_place_ = draw >= *last_place_ ? draw + 1 : draw;
  }
  return *last_place_;
}

}  // namespace station::rules
