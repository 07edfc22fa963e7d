#pragma once

#include <set>
#include <string>
#include <utility>

#include "devices/drivers/driver.h"

namespace station::drivers {

// The faults that one driver holds raised. Each beginning and each end is told once.
class FaultSet {
 public:
  explicit FaultSet(const EventSink& sink) : sink_(sink) {}

  // `code` is from the catalogue (devices/api/fault.h).
  void raise(const std::string& code, const std::string& place, const std::string& detail, BootTime now);
  void clear(const std::string& code, const std::string& place, BootTime now);
  void set(bool raised, const std::string& code, const std::string& place, const std::string& detail, BootTime now);
  bool raised(const std::string& code, const std::string& place) const { return raised_.contains({code, place}); }

 private:
  const EventSink& sink_;
  std::set<std::pair<std::string, std::string>> raised_;
};

}  // namespace station::drivers
