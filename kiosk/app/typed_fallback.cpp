#include "kiosk/app/typed_fallback.h"

#include <algorithm>

namespace station::app {

using namespace std::chrono_literals;

TypedFallback::TypedFallback(const std::vector<drivers::CodeScannerSettings>& scanners, const drivers::DeviceHub& hub,
                             drivers::EventQueue& events, const base::Clock& clock)
    : hub_(hub), events_(events), clock_(clock) {
  const auto it = std::find_if(scanners.begin(), scanners.end(), [](const auto& s) { return s.typed_fallback; });
  if (it == scanners.end()) return;
  name_ = it->name;
  desk_.emplace(*it);
}

bool TypedFallback::wedge_is_down() const {
  const auto faults = hub_.faults();
  return std::any_of(faults.begin(), faults.end(), [&](const drivers::ActiveFault& f) {
    return f.place == name_ && f.code.starts_with("scanner.");
  });
}

void TypedFallback::press(char key) {
  if (desk_ && wedge_is_down()) deliver(typed_.press(key, clock_.mono()));
}

void TypedFallback::step() {
  if (desk_) deliver(typed_.next(clock_.mono()));
}

void TypedFallback::deliver(const std::optional<std::string>& code) {
  if (!code) return;
  for (devices::Event& event : desk_->take(*code, true, clock_.mono())) events_.post(std::move(event));
}

base::Milliseconds TypedFallback::rest() const {
  const auto ends = typed_.gap_ends();
  return ends ? std::max<base::Milliseconds>(*ends - clock_.mono(), 0ms) : base::Milliseconds(1h);
}

}  // namespace station::app
