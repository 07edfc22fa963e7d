#include "devices/drivers/damage_rate.h"

namespace station::drivers {

void DamageRate::count(bool damaged, base::BootTime now) {
  const std::int64_t number = now.time_since_epoch() / kBucket;
  Bucket& bucket = buckets_[static_cast<std::size_t>(number) % buckets_.size()];
  if (bucket.number != number) bucket = {number, 0, 0};
  ++bucket.replies;
  if (damaged) ++bucket.damaged;
}

bool DamageRate::too_high(base::BootTime now) {
  const std::int64_t number = now.time_since_epoch() / kBucket;
  std::uint32_t replies = 0;
  std::uint32_t damaged = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number < 0 || number - bucket.number >= static_cast<std::int64_t>(buckets_.size())) continue;
    replies += bucket.replies;
    damaged += bucket.damaged;
  }
  return damaged >= kFewest && damaged * 100 > replies;
}

}  // namespace station::drivers
