#include "devices/drivers/event_queue.h"

#include <algorithm>
#include <utility>

#include "devices/api/fault.h"
#include "sync/base/check.h"

namespace station::drivers {

namespace {

bool is_reading(const devices::Event& event) {
  return std::holds_alternative<devices::DoorChanged>(event) || std::holds_alternative<devices::PortChanged>(event) ||
         std::holds_alternative<devices::OutletChanged>(event);
}

}  // namespace

EventQueue::EventQueue(std::size_t readings, std::function<void()> wake)
    : readings_limit_(readings), wake_(std::move(wake)) {}

void EventQueue::post(devices::Event event) {
  {
    std::lock_guard lock(mutex_);
    if (!note_fault(event)) return;
    if (is_reading(event)) {
      if (readings_ >= readings_limit_) {
        const auto oldest = std::find_if(events_.begin(), events_.end(), is_reading);
        if (oldest != events_.end()) events_.erase(oldest);
        ++dropped_;
      } else {
        ++readings_;
      }
    }
    events_.push_back(std::move(event));
  }
  if (wake_) wake_();
}

EventSink EventQueue::sink() {
  return [this](devices::Event event) { post(std::move(event)); };
}

std::optional<devices::Event> EventQueue::try_take() {
  std::lock_guard lock(mutex_);
  if (events_.empty()) return std::nullopt;
  std::optional<devices::Event> event(std::move(events_.front()));
  events_.pop_front();
  if (is_reading(*event)) --readings_;
  return event;
}

std::vector<ActiveFault> EventQueue::faults() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

std::size_t EventQueue::dropped() const {
  std::lock_guard lock(mutex_);
  return dropped_;
}

bool EventQueue::note_fault(const devices::Event& event) {
  const auto find = [this](const std::string& code, const std::string& place) {
    return std::find_if(faults_.begin(), faults_.end(),
                        [&](const ActiveFault& f) { return f.code == code && f.place == place; });
  };
  if (const auto* raised = std::get_if<devices::FaultRaised>(&event)) {
    STATION_CHECK(devices::find_fault(raised->code), "faults come from the catalogue");
    if (find(raised->code, raised->place) != faults_.end()) return false;
    faults_.push_back({raised->code, raised->place, raised->detail, raised->at});
  } else if (const auto* cleared = std::get_if<devices::FaultCleared>(&event)) {
    const auto it = find(cleared->code, cleared->place);
    if (it == faults_.end()) return false;
    faults_.erase(it);
  }
  return true;
}

}  // namespace station::drivers
