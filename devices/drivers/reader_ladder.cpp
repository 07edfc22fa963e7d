#include "devices/drivers/reader_ladder.h"

#include <algorithm>
#include <array>

namespace station::drivers {

using namespace std::chrono_literals;

namespace {

constexpr auto kBetweenResets = 1min;
constexpr std::size_t kMostCycles = 3;  // in an hour
constexpr auto kRestAfterStep = 200ms;
constexpr std::array<base::Milliseconds, 5> kBackOff{500ms, 1'000ms, 2'000ms, 5'000ms, 30'000ms};

}  // namespace

ReaderLadder::Step ReaderLadder::next(base::BootTime now) {
  while (!cycles_.empty() && now - cycles_.front() > 1h) cycles_.pop_front();
  while (rung_ < 3) {
    switch (rung_++) {
      case 0:
        if (last_reset_ && now - *last_reset_ < kBetweenResets) break;
        last_reset_ = now;
        return {What::reset, kRestAfterStep};
      case 1:
        return {What::reopen, kRestAfterStep};
      default:
        if (!can_cycle_ || cycles_.size() >= kMostCycles) break;
        cycles_.push_back(now);
        return {What::power_cycle, kRestAfterStep};
    }
  }
  rung_ = 0;
  const auto rest = kBackOff[std::min(give_ups_, kBackOff.size() - 1)];
  ++give_ups_;
  return {What::give_up, rest};
}

const char* ReaderLadder::to_string(What what) {
  switch (what) {
    case What::reset:
      return "by reset";
    case What::reopen:
      return "by opening again";
    case What::power_cycle:
      return "by switching its port off and on";
    case What::give_up:
      return "failed";
  }
  return "";
}

}  // namespace station::drivers
