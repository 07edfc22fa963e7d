#include "devices/drivers/fault_set.h"

#include "devices/api/fault.h"
#include "sync/base/check.h"

namespace station::drivers {

void FaultSet::raise(const std::string& code, const std::string& place, const std::string& detail, BootTime now) {
  STATION_CHECK(devices::find_fault(code) != nullptr, "faults come from the catalogue");
  if (raised_.insert({code, place}).second) sink_(devices::FaultRaised{code, place, detail, now});
}

void FaultSet::clear(const std::string& code, const std::string& place, BootTime now) {
  if (raised_.erase({code, place}) > 0) sink_(devices::FaultCleared{code, place, now});
}

void FaultSet::set(bool raised, const std::string& code, const std::string& place, const std::string& detail,
                   BootTime now) {
  if (raised)
    raise(code, place, detail, now);
  else
    clear(code, place, now);
}

}  // namespace station::drivers
