#pragma once

#include <array>
#include <cstdint>

#include "sync/base/clock.h"

namespace station::drivers {

// Share of damaged replies of one board over the last five minutes.
class DamageRate {
 public:
  static constexpr base::Milliseconds kBucket{30'000};
  static constexpr int kFewest = 3;  // one bad frame among the first polls is no rate

  void count(bool damaged, base::BootTime now);
  bool too_high(base::BootTime now);  // more than 1 %

 private:
  struct Bucket {
    std::int64_t number = -1;
    std::uint32_t replies = 0;
    std::uint32_t damaged = 0;
  };
  std::array<Bucket, 10> buckets_;
};

}  // namespace station::drivers
