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

bool presence_owed(bool had_check, milliseconds left_of_lesson) {
  return !had_check && left_of_lesson <= kPresenceLastCall;
}

std::optional<PresenceResult> presence_result(std::int64_t shown, std::int64_t t, PresenceSign sign,
                                              milliseconds window) {
  const std::int64_t end = shown + window.count();
  if (t >= end) return PresenceResult{StudyKind::check_missed, end};
  switch (sign) {
    case PresenceSign::answered:
    case PresenceSign::left_by_touch:
      return PresenceResult{StudyKind::check_ok, t};
    case PresenceSign::left_by_itself:
      return PresenceResult{StudyKind::check_missed, t};
    case PresenceSign::time_passed:
      break;
  }
  return std::nullopt;
}

}  // namespace station::rules
