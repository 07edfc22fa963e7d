#include "kiosk/flow/flow.h"

#include <algorithm>

namespace station::flow {

std::uint64_t Desk::ask(Demand demand) {
  const std::uint64_t id = next_request_++;
  effects.requests.push_back({id, std::move(demand)});
  return id;
}

const CourseView* Desk::course(const std::string& id) const {
  if (!rider) return nullptr;
  const auto it = std::find_if(rider->courses.begin(), rider->courses.end(), [&](const CourseView& c) { return c.course == id; });
  return it == rider->courses.end() ? nullptr : &*it;
}

const LeaseView* Desk::lease(const std::string& id) const {
  if (!rider) return nullptr;
  const auto it = std::find_if(rider->leases.begin(), rider->leases.end(), [&](const LeaseView& l) { return l.lease == id; });
  return it == rider->leases.end() ? nullptr : &*it;
}

int seconds_until(BootTime end, BootTime now) {
  const auto left = (end - now).count();
  return left <= 0 ? 0 : static_cast<int>((left + 999) / 1000);
}

const char* name_of(const Screen& screen) {
  static constexpr const char* kNames[] = {"attract",  "keypad",      "refused",     "greeting",  "home",       "charge",
                                           "locker",   "course",      "lessons",     "lesson",    "exam",       "exam_result",
                                           "certificate", "record",   "complaint",   "paused",    "farewell",   "help",
                                           "maintainer",  "out_of_service", "daily", "hazards"};
  static_assert(std::variant_size_v<Screen> == std::size(kNames));
  return kNames[screen.index()];
}

}  // namespace station::flow
