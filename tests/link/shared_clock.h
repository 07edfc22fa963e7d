#pragma once

#include <functional>
#include <mutex>

#include "sync/base/clock.h"

namespace station::test {

// Time that stands still until it is told to move, for several threads.
class SharedClock final : public base::Clock {
 public:
  base::UtcTime utc() const override { return base::utc_from_ms(1'790'000'000'000) + mono().time_since_epoch(); }
  base::BootTime mono() const override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  std::string boot_id() const override { return "00000000000000000000000000000001"; }

  void advance(base::Milliseconds by) {
    std::lock_guard lock(mutex_);
    now_ += by;
  }

 private:
  mutable std::mutex mutex_;
  base::BootTime now_{base::Milliseconds{1'000}};
};

}  // namespace station::test
